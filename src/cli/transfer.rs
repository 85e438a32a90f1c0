//! `import` and `export`.
//!
//! Must not know how a file is read or written.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::args::{Addresses, ExportArgs, ImportArgs};
use super::out::json;
use super::{CliError, Ended, Pipe, clock, may_show_progress, say};
use crate::book::{
    Book, BookError, ExportOptions, ImportOptions, ImportReport, Job, Jobs, Placeholder, Remark, Settings, Since, StoreError, each_once,
    placeholders, refuse_roster_target,
};
use crate::domain::text;
use crate::exchange::{AtomicFile, SourceFile};

/// Imports the files one after the other. A roster that isn't there yet is made.
pub(super) fn import(args: &ImportArgs, roster: &Path, out: &mut dyn Write) -> Result<Ended, CliError> {
    // Whatever can be seen to be wrong is said before the first file is taken.
    for file in args.files.iter().filter(|f| f.as_os_str() != "-") {
        // A pipe can be read only once, so it is left alone here.
        if std::fs::metadata(file).map_or(true, |m| m.is_file() || m.is_dir()) {
            SourceFile::open(file).map_err(BookError::from)?;
        }
    }
    if let Some(report) = &args.report {
        refuse_roster_target(roster, report)?;
        let is_source = args.files.iter().any(|f| f.canonicalize().is_ok_and(|f| report.canonicalize().is_ok_and(|r| r == f)));
        if is_source || (report.exists() && !args.replace) {
            let file = text::safe(&report.display().to_string()).into_owned();
            let why = if is_source { "is one of the files to import" } else { "exists; add --replace to replace it" };
            return Err(CliError::Which(format!("the report {file} {why}")));
        }
    }
    let mut target = args.report.as_deref().map(AtomicFile::create).transpose().map_err(BookError::from)?;
    // A rehearsal leaves nothing behind, not even a new roster.
    let nowhere = tempfile::tempdir()?;
    let mut is_new = false;
    let mut book = match Book::open(roster, clock()) {
        Err(BookError::Store(StoreError::Absent(_))) if args.dry_run => Book::create(&nowhere.path().join("rehearsal.guildhall"), clock())?,
        Err(BookError::Store(StoreError::Absent(_))) => {
            is_new = true;
            Book::create(roster, clock())?
        }
        other => other?,
    };
    book.migrated().iter().for_each(|done| say(done));
    let (ended, reports) = import_all(args, &mut book, out);
    if is_new {
        if book.history(None, 1)?.is_empty() {
            // What was refused leaves nothing behind.
            let path = book.path().to_owned();
            drop(book);
            std::fs::remove_file(path)?;
        } else {
            say(&format!("created a new roster at {}", roster.display()));
        }
    }
    // What was imported is reported, also where a later file failed.
    if let Some(mut file) = target.take().filter(|_| ended.is_ok() || !reports.is_empty()) {
        file.write_all(json(&reports)?.as_bytes())?;
        file.finish().map_err(BookError::from)?;
    }
    ended
}

/// Imports each file as a step of its own. A closed output stops none of them.
fn import_all(args: &ImportArgs, book: &mut Book, out: &mut dyn Write) -> (Result<Ended, CliError>, Vec<ImportReport>) {
    let out = &mut Pipe(out);
    let mut reports = Vec::new();
    let mut ended = Ended::Done;
    for file in &args.files {
        let options = ImportOptions { file: file.clone(), text: None, community: args.community.clone(), dry_run: args.dry_run };
        let done = watch(book.import_job(options, Jobs::Thread), "reading", true).and_then(|report| {
            let report = report?;
            writeln!(out, "{}: {}", report.file, report.summary())?;
            describe(&report, out)?;
            Ok(report)
        });
        match done {
            Ok(report) => {
                ended = if report.is_incomplete() { Ended::SomeRefused } else { ended };
                reports.push(report);
            }
            Err(e) if reports.is_empty() || args.dry_run => return (Err(e), reports),
            Err(e) => return (Err(CliError::Partly(Box::new(e))), reports),
        }
    }
    (Ok(ended), reports)
}

fn describe(report: &ImportReport, out: &mut dyn Write) -> Result<(), CliError> {
    for (header, field) in &report.columns {
        writeln!(out, "  column {}: {}", text::safe(header), text::safe(field))?;
    }
    for note in &report.notes {
        writeln!(out, "  {}", text::safe(note))?;
    }
    for refusal in &report.refused {
        writeln!(out, "  line {} was refused: {}", refusal.line, text::safe(&refusal.reason))?;
    }
    for one in &report.decisions {
        writeln!(out, "  line {} needs a decision: {}", one.line, text::safe(&one.reason))?;
    }
    let more = report.refused_count - report.refused.len() as u64;
    if more > 0 {
        writeln!(out, "  and {} more", text::count(more, "row", "rows"))?;
    }
    Ok(())
}

/// Waits for work; on a terminal, with a line that says how far it is.
fn watch<T>(job: Job<T>, doing: &str, bytes: bool) -> Result<T, CliError> {
    let lost = || CliError::Book(BookError::Refused("the job failed unexpectedly; nothing was changed".into()));
    if !may_show_progress() {
        return job.wait().ok_or_else(lost);
    }
    let mut shown = false;
    loop {
        if let Some(result) = job.poll() {
            if shown {
                let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            }
            return result.ok_or_else(lost);
        }
        std::thread::sleep(Duration::from_millis(50));
        let (done, total) = job.progress().read();
        if total > 0 {
            let unit = if bytes { 1024 } else { 1 };
            let what = if bytes { " KiB" } else { "" };
            let _ =
                write!(std::io::stderr(), "\r\u{1b}[K{doing} {} of {}{what}", text::thousands(done / unit), text::thousands(total / unit));
            shown = true;
        }
    }
}

/// More than this many bytes no template of a mail has.
const LONGEST_TEMPLATE: u64 = 1 << 20;

/// What the mail's template asks for, with what stands there for whoever has nothing.
fn asked(args: &ExportArgs) -> Result<Vec<Placeholder>, CliError> {
    let mut all = match &args.template {
        Some(file) => placeholders(&super::who::read_text(file, LONGEST_TEMPLATE)?),
        None => each_once(args.placeholders.iter().map(|name| Placeholder::named(name)).collect()),
    };
    for said in &args.fallback {
        let (name, stands) = said.split_once('=').unwrap_or((said, ""));
        let key = text::header_key(name);
        match all.iter_mut().find(|p| text::header_key(&p.name) == key) {
            Some(found) if !stands.trim().is_empty() => stands.trim().clone_into(&mut found.fallback),
            Some(_) => return Err(CliError::Usage(format!("--fallback '{}' has no text; write NAME=TEXT", text::safe(said)))),
            None => {
                let among = all.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
                let among = if among.is_empty() { "nothing".to_owned() } else { among };
                return Err(CliError::Usage(format!(
                    "--fallback names {}, but the template asks for {}",
                    text::safe(name),
                    text::safe(&among)
                )));
            }
        }
    }
    Ok(all)
}

/// The format, in the variant that is wanted.
fn format(args: &ExportArgs) -> Result<String, CliError> {
    let named = args.format.as_str();
    let variant = |option: &str, wanted: &Option<String>, all: [(&str, &str); 2], of: &str| match wanted.as_deref() {
        None => Ok(None),
        Some(_) if named != of => Err(CliError::Usage(format!("{option} is for {of}"))),
        Some(word) => match all.iter().find(|(w, _)| word.eq_ignore_ascii_case(w)) {
            Some((_, format)) => Ok(Some((*format).to_owned())),
            None => Err(CliError::Usage(format!("{option} is {} or {}", all[0].0, all[1].0))),
        },
    };
    let locale = variant("--locale", &args.locale, [("uk", "thunderbird"), ("us", "thunderbird-us")], "thunderbird")?;
    let version = variant("--version", &args.version, [("3", "vcard3"), ("4", "vcard")], "vcard")?;
    Ok(locale.or(version).unwrap_or_else(|| named.to_owned()))
}

/// What the export is compared with.
fn since(args: &ExportArgs) -> Result<Since, CliError> {
    let since = match (&args.against, args.since.as_deref()) {
        (Some(dump), _) => Since::Dump(dump.clone()),
        (None, None) => Since::Ever,
        (None, Some("last")) => Since::Last,
        (None, Some(name)) => Since::Named(name.to_owned()),
    };
    if since != Since::Ever && args.output.is_none() {
        return Err(CliError::Usage("what has changed on a list is written to two files; name them with --output FILE".into()));
    }
    Ok(since)
}

/// Exports to a file, whole or not at all, or to standard output.
pub(super) fn export(args: &ExportArgs, book: &mut Book, out: &mut dyn Write) -> Result<(), CliError> {
    let community = args.community.as_deref().map(|name| book.community_named(name)).transpose()?;
    let settings = Settings {
        group: args.group.clone(),
        redirect: args.redirect.clone(),
        names: args.names,
        separator: args.separator.clone(),
        chunk: args.chunk,
        mailboxes: args.mailboxes,
        require_consent: args.require_consent,
        placeholders: asked(args)?,
        ..Settings::default()
    };
    if !args.status.is_empty() && args.community.is_none() {
        return Err(CliError::Usage("--status is about the members of a community: name it with --community".into()));
    }
    // As elsewhere, - is the standard stream.
    let output = args.output.as_ref().filter(|path| path.as_os_str() != "-");
    let statuses = args.status.iter().map(|s| super::deeds::status(s)).collect::<Result<Vec<_>, _>>()?;
    let options = ExportOptions {
        format: format(args)?,
        query: args.query.join(" "),
        people: None,
        community,
        settings,
        statuses,
        all_addresses: args.addresses == Addresses::All,
        explain: args.explain,
        since: since(args)?,
        name: args.name.clone(),
    };
    let summary = match output {
        Some(path) => {
            if let (Some(file), false) = (book.conflicting_targets(&options, path)?.first(), args.replace) {
                let file = text::safe(&file.display().to_string()).into_owned();
                return Err(CliError::Which(format!("{file} exists and isn't the last export of this list; add --replace to replace it")));
            }
            let summary = watch(book.export_job(&options, path, Jobs::Thread)?, "writing", false)??;
            if let Err(e) = book.remember(&summary) {
                say(&format!("the file was written, but the roster couldn't record the export: {e}"));
            }
            summary
        }
        None => book.export_to(&options, out)?,
    };
    for one in &summary.explained {
        let what = match one.remark {
            Remark::LeftOut => "left out",
            Remark::Instead => "written with the next good address",
            Remark::Doubt => "to look at",
        };
        say(&format!("{what}: {}: {}", one.who, one.why));
    }
    say(&summary.sentence_to(&output.map_or_else(String::new, |p| p.display().to_string())));
    if summary.files.len() > 1 {
        for file in &summary.files {
            say(&format!("  {}", file.display()));
        }
    }
    Ok(())
}
