//! The tasks that the home screen starts, and how it shows their answers: imports, exports, the public page.
//!
//! Must not know how any of it is done.

use std::path::PathBuf;

use super::copying;
use super::hall::Home;
use crate::actions::Action;
use crate::book::{
    Applied, DirectoryPlan, ExportOptions, ExportSummary, Finding, ImportOptions, ImportReport, Published, Refusal, Touched,
};
use crate::domain::text;
use crate::paths::expand;
use crate::tui::answer::Answer;
use crate::tui::core::{Cx, Outcome, Request, Wish};
use crate::tui::overlays::{ExportBox, Message, Prompt, Review, Who};
use crate::tui::theme::Tone;
use crate::tui::works;

/// Shows the answer of a task; returns an answer that the screen doesn't know.
pub(super) fn take(answer: Answer, cx: &mut Cx<'_>) -> Result<Outcome, Answer> {
    Ok(Outcome::Ask(match answer {
        Answer::Imported(report, options) if options.dry_run => {
            let real = ImportOptions { dry_run: false, ..options };
            // The prompt stays open below, so that the user can go back to it.
            vec![Request::push(Review::new(*report, real))]
        }
        Answer::Imported(report, _) => imported(&report),
        Answer::Exported(summary, path) => vec![Request::Close, Request::Say(exported(&summary, path), Tone::Good)],
        Answer::Page(plan, false, page) => vec![Request::Close, Request::push(page_plan(&plan, page))],
        Answer::Page(plan, true, _) => wrote(plan.summary(), plan.touched),
        Answer::Published(would, false, page) => vec![Request::Close, Request::push(publishing(&would, page))],
        Answer::Published(done, true, page) => {
            let place = std::path::absolute(&page).unwrap_or(page);
            wrote(format!("Published to {}", place.display()), done.touched)
        }
        Answer::Findings(findings) if findings.is_empty() => vec![Request::Say("Nothing to check".into(), Tone::Good)],
        Answer::Findings(findings) => {
            let body = findings.iter().map(Finding::words).collect::<Vec<_>>().join("\n");
            let title = text::count(findings.len() as u64, "thing to look at", "things to look at");
            vec![Request::push(Message::new(&title, &body))]
        }
        Answer::Handover(name, pack) => {
            let shown = Message::new(&format!("Handing over {name}"), &pack);
            vec![Request::push(shown.then(Action::CopyText, "copy it", move || Request::copy(pack.clone())))]
        }
        Answer::Line(found, several) => {
            copying::take_line(*found, several, cx);
            Vec::new()
        }
        other => return Err(other),
    }))
}

fn imported(report: &ImportReport) -> Vec<Request> {
    let applied = Applied {
        label: report.summary(),
        touched: report.touched.clone(),
        select: None,
        changes: report.added + report.updated,
        kept: Vec::new(),
        unreached: Vec::new(),
    };
    let said = |rows: &[Refusal], what: &str| rows.iter().map(|r| format!("line {} {what}: {}", r.line, r.reason)).collect::<Vec<_>>();
    let lines = [said(&report.refused, "was refused"), said(&report.decisions, "needs a decision")].concat();
    let mut out = vec![Request::Wrote(applied)];
    if !lines.is_empty() {
        out.push(Request::push(Message::new("Some rows were not imported", &lines.join("\n"))));
    }
    out
}

/// Reports that a page was imported or published.
fn wrote(label: String, touched: Touched) -> Vec<Request> {
    let applied = Applied { label: label.clone(), touched, select: None, changes: 1, kept: Vec::new(), unreached: Vec::new() };
    vec![Request::Wrote(applied), Request::Say(label, Tone::Good)]
}

fn exported(summary: &ExportSummary, path: PathBuf) -> String {
    let path = std::path::absolute(&path).unwrap_or(path);
    let names: Vec<_> = summary.files.iter().filter_map(|f| f.file_name()).map(|n| n.to_string_lossy()).collect();
    let files = if names.len() > 1 { format!("{}: ", names.join(", ")) } else { String::new() };
    format!("{files}{}", summary.sentence_to(&path.display().to_string()))
}

/// Shows what importing a page would change.
fn page_plan(plan: &DirectoryPlan, page: PathBuf) -> Message {
    let body = format!("{}\n\n{}", plan.summary(), plan.in_words("{repair page}").join("\n"));
    let mut shown = Message::new(&format!("Import {}", plan.page), &body);
    if !plan.damaged.is_empty() {
        let page = page.clone();
        shown = shown.then(Action::Mend, "repair the damage too", move || Request::Begin(works::import_page(page.clone(), true, false)));
    }
    shown.then(Action::Take, "import", move || Request::Begin(works::import_page(page.clone(), false, false)))
}

/// Shows what publishing a page would change.
fn publishing(would: &Published, page: PathBuf) -> Message {
    let mut body = would.changes.join("\n");
    if !would.written {
        body = "The page is already up to date.".into();
    }
    if !would.withheld.is_empty() {
        body = format!("{}\n\n{body}", would.withheld.join("\n"));
    }
    if !would.kept.is_empty() {
        body.push_str(&format!("\n\nLeft as it is on the page:\n{}", would.kept.join("\n")));
    }
    let shown = Message::new(&format!("Publish {}", page.display()), &body);
    if would.written {
        shown.then(Action::Take, "publish", move || Request::Begin(works::publish_page(page.clone(), false)))
    } else {
        shown
    }
}

/// Asks which page to publish.
pub(super) fn ask_for_page(cx: &mut Cx<'_>) {
    let start = cx.book.page_names().unwrap_or_default().into_iter().next().unwrap_or_default();
    let start = format!("{}{start}", cx.remembered.folder);
    cx.push(Prompt::of_path("Publish to which file?", &start, &["md", "markdown"], |path| {
        Request::Wish(Wish::LookAtPage(path.to_owned()))
    }));
}

/// Starts a preview of publishing a page.
pub(super) fn look_at_page(typed: &str, cx: &mut Cx<'_>) {
    cx.ask(Request::Begin(works::publish_page(expand(typed), true)));
}

/// Collects what to hand over of the community that is shown.
pub(super) fn hand_over(home: &Home, cx: &mut Cx<'_>) {
    match home.members.community.clone() {
        Some((id, name)) => cx.ask(Request::Begin(works::handover(id, name))),
        None => cx.ask(Request::Complain("choose a community first".into())),
    }
}

/// Asks which file to import.
pub(super) fn ask_for_import(home: &Home, cx: &mut Cx<'_>) {
    let into = home.members.community.as_ref().map_or_else(String::new, |(_, name)| format!(" into {name}"));
    let title = format!("Import a CSV file{into}, or a public page (.md)");
    let start = cx.remembered.folder.clone();
    cx.push(Prompt::of_path(&title, &start, &["csv", "tsv", "txt", "md", "markdown"], |path| {
        Request::Wish(Wish::ImportFile(path.to_owned()))
    }));
}

/// Rehearses the import of a file to the community that is shown.
pub(super) fn rehearse_file(home: &Home, typed: &str, cx: &mut Cx<'_>) {
    let file = expand(typed.trim());
    if file.extension().is_some_and(|e| e.eq_ignore_ascii_case("md") || e.eq_ignore_ascii_case("markdown")) {
        return cx.ask(Request::Begin(works::import_page(file, false, true)));
    }
    let community = home.members.community.as_ref().map(|(_, name)| name.clone());
    cx.ask(Request::Begin(works::import(ImportOptions { file, text: None, community, dry_run: true })));
}

/// Asks for people to add: typed, or pasted as a list. The result is shown before anything is written.
pub(super) fn ask_for_members(home: &Home, start: &str, cx: &mut Cx<'_>) {
    let into = home.members.community.as_ref().map_or_else(|| "the roster".to_owned(), |(_, name)| name.clone());
    let title = format!("Add people to {into}: type or paste addresses or names");
    cx.push(Prompt::of_lines(&title, start, |typed| Request::Wish(Wish::AddMembers(typed.to_owned()))));
}

/// Rehearses adding a list of people.
pub(super) fn add_members(home: &Home, typed: String, cx: &mut Cx<'_>) {
    let community = home.members.community.as_ref().map(|(_, name)| name.clone());
    cx.ask(Request::Begin(works::import(ImportOptions { file: "the list".into(), text: Some(typed), community, dry_run: true })));
}

/// Offers to export the marked people, those listed, a view, or everybody.
pub(super) fn ask_for_export(home: &Home, format: Option<&str>, previous: Option<&ExportOptions>, cx: &mut Cx<'_>) {
    let (people, community, query) = home.members.for_export();
    let shown = match &home.members.community {
        Some((_, name)) if query.is_empty() => format!("members of {name}"),
        Some((_, name)) => format!("members of {name} found by {query}"),
        None if query.is_empty() => "everybody".to_owned(),
        None => format!("those found by {query}"),
    };
    let mut who = Vec::new();
    let shown = match previous.map(ExportOptions::options_in_words).filter(|words| !words.is_empty()) {
        Some(words) => format!("{shown}; as before, {words}"),
        None => shown,
    };
    if let Some(marked) = people.filter(|_| previous.is_none()) {
        let label = format!("the {} marked", text::count(marked.len() as u64, "person", "people"));
        who.push(Who { label, people: Some(marked), community: None, query: String::new() });
    }
    let is_everybody = community.is_none() && query.is_empty();
    who.push(Who { label: shown, people: None, community, query });
    for view in cx.book.views().unwrap_or_default().into_iter().filter(|v| v.pane == "members") {
        who.push(Who { label: format!("the view {}", view.name), people: None, community: None, query: view.query });
    }
    if !is_everybody {
        who.push(Who { label: "everybody".into(), people: None, community: None, query: String::new() });
    }
    let last = cx.remembered.format.clone();
    let export = ExportBox::new(who, format.or(Some(&last)), previous, cx);
    cx.push(export);
}
