//! What the screen needs from outside: the clipboard, and the program that opens links.
//!
//! Must not know how either is reached; `terminal` does that.

/// Something for the event loop to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Copy a text to the clipboard.
    Copy(String),
    /// Open a link.
    Open(String),
}

/// The most bytes to copy: xterm's limit for OSC 52 in base64, less what a multiplexer adds.
pub(super) const MOST_COPIED: usize = 74_000;
