//! The answers of background tasks, and the number of the layer that each goes to.
//!
//! Must not know what is done with an answer.

use std::path::PathBuf;

use crate::book::{
    Applied, BookError, Checked, Command, DirectoryPlan, ExportSummary, Finding, ImportOptions, ImportReport, MailLine, Published,
    RuleEffect, Searchable, Step, ToDo,
};

/// The number of a screen or an overlay; never used twice in a run.
pub(crate) type LayerId = u64;

/// The answer of a task.
pub(crate) enum Answer {
    /// The result of an import or of its rehearsal.
    Imported(Box<ImportReport>, ImportOptions),
    /// The result of an export, and the file that was written.
    Exported(Box<ExportSummary>, PathBuf),
    /// A preview of an export in the named format.
    Previewed(String, Result<Box<ExportSummary>, String>),
    /// An export as text, to be copied.
    Text(Box<ExportSummary>, String),
    /// Addresses to be copied, and how many people were chosen.
    Line(Box<MailLine>, usize),
    /// What importing a page changes, whether it was written, and the page's file.
    Page(Box<DirectoryPlan>, bool, PathBuf),
    /// What publishing a page changes, whether it was written, and the page's file.
    Published(Box<Published>, bool, PathBuf),
    /// What to check before the page is published.
    Findings(Vec<Finding>),
    /// What to do this week.
    ToDo(Vec<ToDo>),
    /// The handover notes of a community, and its name.
    Handover(String, String),
    /// What a change of the rules would do.
    Effect(Box<Command>, RuleEffect),
    /// The search index. The shell handles this answer and all that follow.
    Indexed(Option<Box<Searchable>>),
    /// The result of checking the file.
    Checked(Checked),
    /// The backup that was due was made.
    BackedUp,
    /// The result of a step.
    Stepped(Step, Box<Result<Applied, BookError>>),
}
