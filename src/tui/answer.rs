//! What comes back of the work behind the screen, and to whom.
//!
//! Must not know what is done with it.

use std::path::PathBuf;

use crate::book::{
    Applied, BookError, Checked, Command, DirectoryPlan, ExportSummary, Finding, ImportOptions, ImportReport, MailLine, Published,
    RuleEffect, Searchable, Step, ToDo,
};

/// The number of a screen or an overlay; never used twice in a run.
pub(crate) type LayerId = u64;

/// What a task brings.
pub(crate) enum Answer {
    /// A rehearsal of an import, or an import.
    Imported(Box<ImportReport>, ImportOptions),
    /// An export.
    Exported(Box<ExportSummary>, PathBuf),
    /// What an export in a format would write.
    Previewed(String, Result<Box<ExportSummary>, String>),
    /// An export as text, to be copied.
    Text(Box<ExportSummary>, String),
    /// Addresses to be copied, of so many people.
    Line(Box<MailLine>, usize),
    /// What taking a page in would change; whether it was taken in; and the page's file.
    Page(Box<DirectoryPlan>, bool, PathBuf),
    /// What publishing a page would change, or has; whether it was published; and the page's file.
    Published(Box<Published>, bool, PathBuf),
    /// What is to be looked at before the page is published.
    Findings(Vec<Finding>),
    /// What is to be done this week.
    ToDo(Vec<ToDo>),
    /// What is to be handed over of a community, and its name.
    Handover(String, String),
    /// What a change of the rules would do.
    Effect(Box<Command>, RuleEffect),
    /// The search index; the shell's own, as all that follow.
    Indexed(Option<Box<Searchable>>),
    /// A check of the file.
    Checked(Checked),
    /// The backup that was due.
    BackedUp,
    /// What came of a step.
    Stepped(Step, Box<Result<Applied, BookError>>),
}
