//! What is asked of the world outside the screen: the clipboard, and whatever opens links.
//!
//! Must not know how either is reached; `terminal` does.

/// Something for the loop to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Put a text on the clipboard.
    Copy(String),
    /// Open a link.
    Open(String),
}

/// More than this many bytes no terminal takes at once: xterm's limit for OSC 52 in base64, less what a multiplexer adds.
pub(super) const MOST_COPIED: usize = 74_000;
