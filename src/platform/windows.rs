//! Windows. A roster in your profile is protected by the profile's own permissions, which let in only you, the system and administrators.
//!
//! Must not know what a file contains, or what is drawn.

use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::Signal;

/// Returns false: a named pipe isn't a file in a folder here.
pub(crate) fn is_pipe(_: &FileType) -> bool {
    false
}

/// Returns how many names a file has; 1 if that can't be determined.
pub(crate) fn links(path: &Path, _: &Metadata) -> u64 {
    let found = winapi_util::Handle::from_path_any(path).and_then(|handle| winapi_util::file::information(&handle));
    found.map_or(1, |information| information.number_of_links())
}

/// Does nothing: a file has the permissions of its folder.
pub(crate) fn make_private(_: &Path, _: &Metadata) {}

/// Makes a folder and its parents, with the permissions of the folder above.
///
/// # Errors
/// If it can't be made.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Changes nothing: a file has the permissions of its folder.
pub(crate) fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Returns whether this process may write to a file or folder. Permissions are lists here, so it tries.
pub(crate) fn is_writable(path: &Path) -> bool {
    if path.is_dir() { tempfile::tempfile_in(path).is_ok() } else { OpenOptions::new().write(true).open(path).is_ok() }
}

/// Returns false: a file that is write-protected is so for everybody.
#[cfg(test)]
pub(crate) fn is_administrator() -> bool {
    false
}

/// Does nothing: folders can't be opened to be synced, and NTFS journals renames itself.
///
/// # Errors
/// None.
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The file that is locked as long as this process runs.
static MARK: OnceLock<Option<File>> = OnceLock::new();

fn mark_of(process: u32) -> PathBuf {
    std::env::temp_dir().join(format!("guildhall-{process}.running"))
}

/// Marks this process as running, until it ends: other processes can't be looked up by safe code here.
pub(crate) fn mark_as_running() {
    MARK.get_or_init(|| {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(mark_of(std::process::id())).ok()?;
        file.try_lock().ok().map(|()| file)
    });
}

/// Returns whether a process that has marked itself with [`mark_as_running`] runs.
pub(crate) fn is_running(process: u32) -> bool {
    let mark = mark_of(process);
    let is_locked = |file: File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    let runs = File::open(&mark).is_ok_and(is_locked);
    if !runs {
        let _ = std::fs::remove_file(mark);
    }
    runs
}

/// The modes of the console, to be restored.
#[derive(Debug, Clone)]
pub(crate) struct Modes;

/// Does nothing: the console's events are read directly.
///
/// # Errors
/// None.
pub(crate) fn begin() -> io::Result<()> {
    Ok(())
}

/// Switches the console to raw mode.
///
/// # Errors
/// If there is none, or it can't be switched.
pub(crate) fn make_raw() -> io::Result<Option<Modes>> {
    enable_raw_mode().map(|()| Some(Modes))
}

/// Restores the modes of the console.
pub(crate) fn restore(_: &Modes) {
    let _ = disable_raw_mode();
}

/// Returns the kind of terminal: all consoles that still get updates have what `xterm` has.
pub(crate) fn terminal_kind() -> String {
    std::env::var("TERM").unwrap_or_else(|_| "xterm-256color".to_owned())
}

/// Does nothing: a console that is closed ends the program, and everything acknowledged is committed.
///
/// # Errors
/// None.
pub(crate) fn watch(_: fn(Signal)) -> io::Result<()> {
    Ok(())
}

/// Returns false: there is no shell that could resume a program.
pub(crate) fn can_suspend() -> bool {
    false
}

/// Does nothing.
///
/// # Errors
/// None.
pub(crate) fn suspend() -> io::Result<()> {
    Ok(())
}

/// Does nothing: nothing else takes the console over.
pub(crate) fn redraw() {}
