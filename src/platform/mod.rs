//! What differs between operating systems: file modes, links, pipes, folders to sync, processes, signals and the terminal's modes. Each
//! platform has the same functions; where it lacks something, its function does nothing and its docstring says so.
//!
//! Must not know what a file contains, or what is drawn.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// What a signal asks of the program.
#[cfg_attr(windows, expect(dead_code, reason = "a console sends no signals"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Suspend.
    Suspend,
    /// Go on after a stop that couldn't be caught.
    Resumed,
    /// End, with this number.
    End(i32),
    /// The terminal has gone; nothing can be read from it any more.
    HungUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_runs_until_it_has_ended() {
        mark_as_running();
        assert!(is_running(std::process::id()));
        let program = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(program).arg("--list").stdout(std::process::Stdio::null()).spawn().unwrap();
        let id = child.id();
        child.wait().unwrap();
        assert!(!is_running(id), "{id}");
        assert!(!is_running(0) && !is_running(u32::MAX));
    }

    #[test]
    fn a_private_folder_and_file_can_be_used_and_synced() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a").join("b");
        make_private_folder(&inner).unwrap();
        let file = inner.join("file");
        private_file(std::fs::OpenOptions::new().create(true).append(true)).open(&file).unwrap();
        sync_folder(&inner).unwrap();
        let meta = std::fs::metadata(&file).unwrap();
        assert_eq!((links(&file, &meta), is_pipe(&meta.file_type())), (1, false));
        make_private(&file, &meta);
        assert!(is_writable(&file) && is_writable(&inner));
        let mut permissions = meta.permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&file, permissions).unwrap();
        // The administrator of a unix system may write to any file.
        assert!(!is_writable(&file) || is_administrator());
    }
}
