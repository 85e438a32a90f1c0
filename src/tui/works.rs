//! The kinds of background work, each as a task: its name, how it starts, and which answer it brings.
//!
//! Must not know who asks for it, nor what is done with the answer.

use std::path::PathBuf;

use crate::book::{Book, BookError, Command, ExportOptions, ImportOptions, Jobs, PublishOptions, Step};
use crate::domain::ids::{CommunityId, PersonId};
use crate::tui::answer::Answer;
use crate::tui::tasks::{Kind, Task};

fn name_of(file: &std::path::Path) -> String {
    file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// Rebuilds the search index.
pub(crate) fn index() -> Task {
    Task::new(Kind::Quiet("index"), |book, jobs| Ok(book.index_job(jobs)), |found| found.map(|index| Answer::Indexed(index.map(Box::new))))
}

/// Makes the backup that is due.
pub(crate) fn backup() -> Task {
    let failed = |e: BookError| BookError::Refused(format!("The backup that was due could not be made: {e}"));
    Task::new(Kind::Quiet("backup"), |book, jobs| Ok(book.backup_job(jobs)), move |made| made.map(|_| Answer::BackedUp).map_err(failed))
}

/// Checks the file for damage.
pub(crate) fn check() -> Task {
    Task::new(Kind::Quiet("check"), |book, jobs| Ok(book.check_job(jobs)), |found| found.map(Answer::Checked))
}

/// Imports, or rehearses the import.
pub(crate) fn import(options: ImportOptions) -> Task {
    let verb = if options.dry_run { "Looking through" } else { "Importing" };
    let kind = Kind::Waited(format!("{verb} {}", name_of(&options.file)), "KiB", 1024);
    let begun = options.clone();
    let wrap = |report: Result<_, _>| report.map(|r| Answer::Imported(Box::new(r), options));
    Task::new(kind, |book, jobs| Ok(book.import_job(begun, jobs)), wrap)
}

/// Exports to a file.
pub(crate) fn export(options: ExportOptions, path: PathBuf) -> Task {
    let to = path.clone();
    let start = move |book: &mut Book, jobs| book.export_job(&options, &path, jobs);
    Task::new(Kind::waited("Exporting", "people"), start, |summary| summary.map(|s| Answer::Exported(Box::new(s), to)))
}

/// Exports as text, to be copied.
pub(crate) fn export_text(options: ExportOptions) -> Task {
    Task::new(
        Kind::waited("Copying", "people"),
        move |book, jobs| book.export_text(&options, jobs),
        |made| made.map(|(summary, text)| Answer::Text(Box::new(summary), text)),
    )
}

/// Previews what an export would write.
pub(crate) fn preview(options: ExportOptions) -> Task {
    let format = options.format.clone();
    let start = move |book: &mut Book, jobs: Jobs| {
        // An error in the query is shown in the preview.
        Ok(book.export_preview(&options, jobs).unwrap_or_else(|e| jobs.spawn(move |_| Err(e))))
    };
    Task::new(Kind::Quiet("preview"), start, |summary| Ok(Answer::Previewed(format, summary.map(Box::new).map_err(|e| e.to_string()))))
}

/// Finds the addresses of people, to be copied.
pub(crate) fn mail_line(people: Vec<PersonId>, community: Option<CommunityId>, query: String) -> Task {
    let several = people.len();
    let start = move |book: &mut Book, jobs| Ok(book.spawn_job(jobs, move |book, _| book.mail_line(&people, community, &query)));
    Task::new(Kind::waited("Copying", "people"), start, move |found| found.map(|line| Answer::Line(Box::new(line), several)))
}

/// Runs a step that changes many rows.
pub(crate) fn step(step: Step) -> Task {
    let taken = step.clone();
    let kind = Kind::waited(step.doing(), "rows");
    Task::new(kind, |book, jobs| Ok(book.step_job(step, jobs)), |result| Ok(Answer::Stepped(taken, Box::new(result))))
}

/// Computes the effect of a command that changes the rules, or that adds people who aren't eligible.
pub(crate) fn rule_effect(command: Command) -> Task {
    let asked = command.clone();
    let start = move |book: &mut Book, jobs| Ok(book.spawn_job(jobs, move |book, _| book.rule_effect(&asked)));
    let kind = Kind::waited("Checking who is eligible", "members");
    Task::new(kind, start, |effect| effect.map(|e| Answer::Effect(Box::new(command), e)))
}

/// Imports a page, or shows what it would change; `repair` mends damaged text.
pub(crate) fn import_page(page: PathBuf, repair: bool, dry_run: bool) -> Task {
    let read = page.clone();
    let start = move |book: &mut Book, jobs| Ok(book.spawn_writing_job(jobs, move |book, _| book.import_page(&read, repair, dry_run)));
    let kind = Kind::waited(format!("Reading {}", name_of(&page)), "parts");
    Task::new(kind, start, move |plan| plan.map(|p| Answer::Page(Box::new(p), !dry_run, page)))
}

/// Publishes a page, or shows what that would change.
pub(crate) fn publish_page(page: PathBuf, dry_run: bool) -> Task {
    let written = page.clone();
    let options = PublishOptions { dry_run, ..PublishOptions::default() };
    let start = move |book: &mut Book, jobs| Ok(book.spawn_writing_job(jobs, move |book, _| book.publish_page(&written, &options)));
    let kind = Kind::waited(format!("Comparing {}", name_of(&page)), "communities");
    Task::new(kind, start, move |done| done.map(|p| Answer::Published(Box::new(p), !dry_run, page)))
}

/// Finds what to check before the page is published.
pub(crate) fn lint() -> Task {
    let start = |book: &mut Book, jobs| Ok(book.spawn_job(jobs, |book, _| book.lint()));
    Task::new(Kind::waited("Checking seats, ways to join, rules and counts", "communities"), start, |found| found.map(Answer::Findings))
}

/// Finds what to do this week.
pub(crate) fn to_do() -> Task {
    Task::new(Kind::Quiet("to do"), |book, jobs| Ok(book.spawn_job(jobs, |book, _| book.to_do())), |found| found.map(Answer::ToDo))
}

/// Collects what to hand over of a community.
pub(crate) fn handover(community: CommunityId, name: String) -> Task {
    let start = move |book: &mut Book, jobs| Ok(book.spawn_job(jobs, move |book, _| book.handover(community)));
    Task::new(Kind::waited("Preparing the handover", "parts"), start, |pack| pack.map(|p| Answer::Handover(name, p)))
}
