//! Work that takes longer than a frame: on a thread, with progress, stopped when its handle is dropped.
//!
//! Must not know what the work is.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// How far work has come; shared between those who do it and those who wait.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    stopped: AtomicBool,
}

impl Progress {
    /// Says how much there is to do.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Says how much is done, and learns whether to go on.
    pub fn reach(&self, done: u64) -> ControlFlow<()> {
        self.done.store(done, Ordering::Relaxed);
        if self.stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Asks the work to stop.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// How much is done, of how much (0 if that isn't known).
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

/// Where work is done: on a thread, or on the spot (in tests).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// On a thread of its own.
    Thread,
    /// At once, before `spawn` returns.
    Inline,
    /// At once, and told to stop before it begins.
    Stopped,
}

/// Work under way. Dropped, it is asked to stop.
#[derive(Debug)]
pub struct Job<T> {
    result: Receiver<T>,
    progress: Arc<Progress>,
}

impl Jobs {
    /// Starts work.
    pub fn spawn<T: Send + 'static>(self, work: impl FnOnce(&Arc<Progress>) -> T + Send + 'static) -> Job<T> {
        let progress = Arc::new(Progress::default());
        let (send, result) = channel();
        if self == Self::Stopped {
            progress.stop();
        }
        match self {
            Self::Inline | Self::Stopped => {
                // Nobody has dropped the receiver: it is in this function.
                let _ = send.send(work(&progress));
            }
            Self::Thread => {
                let progress = Arc::clone(&progress);
                // A handle that was dropped wants no result. Where the system gives no thread, the work breaks off before it has begun.
                let _ = std::thread::Builder::new().spawn(move || send.send(work(&progress)).unwrap_or(()));
            }
        }
        Job { result, progress }
    }
}

impl<T> Job<T> {
    /// The result, if it is there: `Some(None)` if the work broke down without one.
    pub fn poll(&self) -> Option<Option<T>> {
        match self.result.try_recv() {
            Ok(value) => Some(Some(value)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(None),
        }
    }

    /// Waits for the result.
    #[must_use]
    pub fn wait(self) -> Option<T> {
        self.result.recv().ok()
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.progress.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_stopped_when_its_handle_is_dropped() {
        let (told, heard) = channel();
        let job = Jobs::Thread.spawn(move |progress| {
            while progress.reach(1).is_continue() {
                std::thread::yield_now();
            }
            told.send(()).unwrap();
        });
        drop(job);
        heard.recv_timeout(std::time::Duration::from_secs(20)).expect("the work has stopped");
    }

    #[test]
    fn inline_work_is_done_at_once() {
        let job = Jobs::Inline.spawn(|p| {
            p.expect(3);
            let _ = p.reach(3);
            7
        });
        assert_eq!(job.progress().read(), (3, 3));
        assert_eq!(job.poll(), Some(Some(7)));
        assert_eq!(job.poll(), Some(None));
    }
}
