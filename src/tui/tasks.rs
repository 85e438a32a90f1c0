//! Work in progress on other threads: each task with its kind, its progress, and the layer that asked for it.
//!
//! Must not know what the work is, nor what is done with the results.

use std::time::{Duration, Instant};

use crate::book::{Book, BookError, Job, Jobs, Progress};
use crate::domain::text;
use crate::tui::answer::{Answer, LayerId};

type Result<T> = std::result::Result<T, BookError>;

/// The kind of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A task that the user waits for: what it does, its unit, and how many counts make one unit. Esc stops it, and only one runs at a
    /// time.
    Waited(String, &'static str, u64),
    /// A background task with this name; a new one replaces the previous one.
    Quiet(&'static str),
}

impl Kind {
    /// Returns the kind of a task that the user waits for and that is counted in rows or people.
    pub(crate) fn waited(doing: impl Into<String>, unit: &'static str) -> Self {
        Self::Waited(doing.into(), unit, 1)
    }
}

type Start = Box<dyn FnOnce(&mut Book, Jobs) -> Result<Box<dyn Pending>>>;

/// A task to start.
pub(crate) struct Task {
    kind: Kind,
    start: Start,
}

impl Task {
    /// Returns a task whose work `start` begins; `wrap` makes an answer of its result.
    pub(crate) fn new<T: 'static>(
        kind: Kind,
        start: impl FnOnce(&mut Book, Jobs) -> Result<Job<Result<T>>> + 'static,
        wrap: impl FnOnce(Result<T>) -> Result<Answer> + 'static,
    ) -> Self {
        let start: Start = Box::new(move |book, jobs| {
            let job = start(book, jobs)?;
            Ok(Box::new(Begun { job, wrap: Some(wrap) }))
        });
        Self { kind, start }
    }

    /// Returns whether the user waits for it.
    pub(crate) const fn is_waited_for(&self) -> bool {
        matches!(self.kind, Kind::Waited(..))
    }
}

/// Work that was started, of any result type.
trait Pending {
    /// Returns the result, once there is one.
    fn poll(&mut self) -> Option<Result<Answer>>;
    /// Returns the progress.
    fn progress(&self) -> &Progress;
}

struct Begun<T, W> {
    job: Job<Result<T>>,
    wrap: Option<W>,
}

impl<T, W: FnOnce(Result<T>) -> Result<Answer>> Pending for Begun<T, W> {
    fn poll(&mut self) -> Option<Result<Answer>> {
        let came = self.job.poll()?;
        let came = came.unwrap_or_else(|| Err(BookError::Refused("the job failed unexpectedly; nothing was changed".into())));
        Some(self.wrap.take()?(came))
    }

    fn progress(&self) -> &Progress {
        self.job.progress()
    }
}

struct Running {
    kind: Kind,
    asker: LayerId,
    since: Instant,
    pending: Box<dyn Pending>,
}

/// The running tasks.
pub(crate) struct Tasks {
    jobs: Jobs,
    running: Vec<Running>,
}

impl Tasks {
    /// Returns an empty list.
    #[must_use]
    pub(crate) const fn new(jobs: Jobs) -> Self {
        Self { jobs, running: Vec::new() }
    }

    /// Starts a task on behalf of a layer.
    ///
    /// # Errors
    /// If it can't be started, or the user is waiting for another one.
    pub(crate) fn begin(&mut self, task: Task, asker: LayerId, book: &mut Book) -> Result<()> {
        if task.is_waited_for() && self.waited().is_some() {
            return Err(BookError::Refused("something is still running; {back} stops it".into()));
        }
        self.running.retain(|r| r.kind != task.kind || matches!(r.kind, Kind::Waited(..)));
        let pending = (task.start)(book, self.jobs)?;
        self.running.push(Running { kind: task.kind, asker, since: Instant::now(), pending });
        Ok(())
    }

    fn waited(&self) -> Option<&Running> {
        self.running.iter().find(|r| matches!(r.kind, Kind::Waited(..)))
    }

    /// Returns whether any task is running.
    #[must_use]
    pub(crate) const fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Returns the layer that asked for the task that the user waits for, if there is one.
    #[must_use]
    pub(crate) fn waits(&self) -> Option<LayerId> {
        self.waited().map(|r| r.asker)
    }

    /// Stops the task that the user waits for. Its result says whether that was in time.
    pub(crate) fn stop(&self) {
        if let Some(running) = self.waited() {
            running.pending.progress().stop();
        }
    }

    /// Stops the task that the user waits for, and waits up to three seconds for it, so that no partial files stay beside the roster.
    pub(crate) fn shut_down(&mut self) {
        let begun = Instant::now();
        self.stop();
        while self.waited().is_some() && begun.elapsed() < Duration::from_secs(3) {
            self.poll();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns the progress of the task that the user waits for: *n of m*, the rate, and the time left.
    #[must_use]
    pub(crate) fn line(&self) -> Option<String> {
        let running = self.waited()?;
        let Kind::Waited(doing, unit, scale) = &running.kind else { return None };
        let (done, total) = running.pending.progress().read();
        Some(format!("{doing}: {}", pace(done / scale, total.div_ceil(*scale), unit, running.since.elapsed())))
    }

    /// Returns the next result, the layer that asked for it, and whether the user waited for it.
    pub(crate) fn poll(&mut self) -> Option<(LayerId, bool, Result<Answer>)> {
        for at in 0..self.running.len() {
            if let Some(came) = self.running[at].pending.poll() {
                let running = self.running.remove(at);
                return Some((running.asker, matches!(running.kind, Kind::Waited(..)), came));
            }
        }
        None
    }
}

/// Returns the progress as `1,200 of 5,000 rows · 600 a second · 7 s left`.
fn pace(done: u64, total: u64, unit: &str, elapsed: Duration) -> String {
    if done == 0 && total == 0 {
        // Nothing has been counted yet.
        return "…".into();
    }
    let of = if total > 0 { format!(" of {}", text::thousands(total.max(done))) } else { String::new() };
    let mut out = format!("{}{of} {unit}", text::thousands(done));
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    // The rate means nothing in the first quarter of a second.
    if millis > 250 && done > 0 {
        let rate = done.saturating_mul(1000) / millis;
        out.push_str(&format!(" · {} a second", text::thousands(rate)));
        if total > done && rate > 0 {
            out.push_str(&format!(" · {} left", seconds((total - done).div_ceil(rate))));
        }
    }
    out
}

fn seconds(n: u64) -> String {
    if n < 120 { format!("{n} s") } else { format!("{} min", n.div_ceil(60)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_with_its_pace_and_what_is_left() {
        assert_eq!(pace(0, 5000, "rows", Duration::ZERO), "0 of 5,000 rows");
        assert_eq!(pace(1200, 5000, "rows", Duration::from_secs(2)), "1,200 of 5,000 rows · 600 a second · 7 s left");
        assert_eq!(pace(1200, 0, "people", Duration::from_secs(2)), "1,200 people · 600 a second");
        assert_eq!(pace(10, 1_000_000, "KiB", Duration::from_secs(1)), "10 of 1,000,000 KiB · 10 a second · 1667 min left");
    }
}
