//! Unix: Linux, macOS and the BSDs.
//!
//! Must not know what a file contains, or what is drawn.

mod input;
mod signals;

use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

pub(crate) use input::begin;
pub(crate) use signals::{can_suspend, redraw, suspend, watch};

/// Returns whether a file is a pipe, which is read until its writer closes it.
pub(crate) fn is_pipe(kind: &FileType) -> bool {
    kind.is_fifo()
}

/// Returns how many names a file has.
pub(crate) fn links(_: &Path, meta: &Metadata) -> u64 {
    meta.nlink()
}

/// Makes a file of ours readable to its owner only, if it isn't. A failure (a read-only disk) doesn't matter.
pub(crate) fn make_private(path: &Path, meta: &Metadata) {
    let is_open_to_others = meta.permissions().mode() & 0o077 != 0;
    if is_open_to_others && rustix::process::geteuid().as_raw() == meta.uid() {
        let _ = std::fs::set_permissions(path, Permissions::from_mode(0o600));
    }
}

/// Makes a folder and its parents, accessible to their owner only.
///
/// # Errors
/// If it can't be made.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Lets a file that is made with these options be readable to its owner only.
pub(crate) fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Returns whether this process may write to a file or folder.
pub(crate) fn is_writable(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

/// Returns whether this process may do anything, whatever the modes of files are.
#[cfg(test)]
pub(crate) fn is_administrator() -> bool {
    rustix::process::geteuid().is_root()
}

/// Makes a rename in a folder durable (fsync).
///
/// # Errors
/// If the folder can't be opened or synced.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder).and_then(|f| f.sync_all())
}

/// Does nothing: the system knows which processes run.
pub(crate) fn mark_as_running() {}

/// Returns whether a process with this number runs, including one of another user.
pub(crate) fn is_running(process: u32) -> bool {
    let pid = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| match rustix::process::test_kill_process(pid) {
        Ok(()) => true,
        Err(e) => e != rustix::io::Errno::SRCH,
    })
}

/// Returns the kind of terminal, as terminfo names it; empty if it isn't known.
pub(crate) fn terminal_kind() -> String {
    std::env::var("TERM").unwrap_or_default()
}

/// The modes of the terminal, to be restored.
#[derive(Debug, Clone)]
pub(crate) struct Modes(Termios);

/// Switches the terminal to raw mode; returns its modes before, or `None` if there is no terminal.
///
/// # Errors
/// If it can't be switched.
pub(crate) fn make_raw() -> io::Result<Option<Modes>> {
    let Some(terminal) = input::terminal() else { return Ok(None) };
    let before = tcgetattr(terminal)?;
    let mut raw = before.clone();
    raw.make_raw();
    tcsetattr(terminal, OptionalActions::Now, &raw)?;
    Ok(Some(Modes(before)))
}

/// Restores the modes of the terminal. A terminal that is gone is no error.
pub(crate) fn restore(modes: &Modes) {
    if let Some(terminal) = input::terminal() {
        let _ = tcsetattr(terminal, OptionalActions::Now, &modes.0);
    }
}
