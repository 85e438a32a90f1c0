//! Work that takes longer than a frame: runs on a thread, reports progress, and is stopped when its handle is dropped.
//!
//! Must not know what the work is.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// The progress of work, shared between the worker and whatever waits for it.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    stopped: AtomicBool,
}

impl Progress {
    /// Sets how much there is to do.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Sets how much is done; returns whether to go on.
    pub fn reach(&self, done: u64) -> ControlFlow<()> {
        self.done.store(done, Ordering::Relaxed);
        if self.stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Asks the work to stop.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Returns whether the work was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Returns how much is done, and the total (0 if unknown).
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

/// Where work runs: on a thread, or inline (in tests).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// On its own thread.
    Thread,
    /// Immediately, before `spawn` returns.
    Inline,
    /// Immediately, with a request to stop before it begins.
    Stopped,
}

/// Work that is running. Dropping it asks the work to stop.
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
                // The send can't fail: this function still owns the receiver.
                let _ = send.send(work(&progress));
            }
            Self::Thread => {
                let progress = Arc::clone(&progress);
                // Sending fails only if the handle was dropped. If no thread can be started, `poll` reports that the work has ended.
                let _ = std::thread::Builder::new().spawn(move || send.send(work(&progress)).unwrap_or(()));
            }
        }
        Job { result, progress }
    }
}

impl<T> Job<T> {
    /// Returns the result if it is ready; `Some(None)` if the work ended without one.
    pub fn poll(&self) -> Option<Option<T>> {
        match self.result.try_recv() {
            Ok(value) => Some(Some(value)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(None),
        }
    }

    /// Waits for the result; `None` if the work ended without one.
    #[must_use]
    pub fn wait(self) -> Option<T> {
        self.result.recv().ok()
    }

    /// Returns the progress.
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
        let (sender, receiver) = channel();
        let job = Jobs::Thread.spawn(move |progress| {
            while progress.reach(1).is_continue() {
                std::thread::yield_now();
            }
            sender.send(()).unwrap();
        });
        drop(job);
        receiver.recv_timeout(std::time::Duration::from_secs(20)).expect("the work has stopped");
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
