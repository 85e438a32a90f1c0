//! The command line: the book without the screen, for scripts, cron and screen readers.
//!
//! Results on standard output, messages on standard error, no questions. Must not know SQL or screens.

mod apply;
mod args;
mod change;
mod change_args;
mod deeds;
mod directory;
mod fields;
mod lists;
mod mail;
mod out;
mod report;
mod shown;
mod table;
mod today;
mod transfer;
mod who;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;

pub use args::{Args, Selftest, Shown, Verb};
use args::{ENDS, KeysFormat};

use crate::actions;
use crate::book::{Book, BookError, Clock, Confirmed, FORMATS, Step, StoreError, SystemClock, Thing, selftest};
use crate::config::{self, Config};
use crate::domain::text;
use crate::exchange::ExchangeError;
use crate::paths::Paths;

/// How a run ended, as section 7 of the design counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything was done.
    Done,
    /// It failed, and nothing was changed.
    Failed,
    /// The words were wrong.
    Usage,
    /// It was done, but some rows were refused.
    SomeRefused,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Done => 0,
            Ended::Failed => 1,
            Ended::Usage => 2,
            Ended::SomeRefused => 3,
        })
    }
}

/// What went wrong on the command line.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The book said no.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Standard output can't be written.
    #[error("writing the result: {0}")]
    Output(#[from] std::io::Error),
    /// A name that fits nobody, or several.
    #[error("{0}")]
    Which(String),
    /// The words were wrong.
    #[error("{0}")]
    Usage(String),
    /// A part was done before the rest failed.
    #[error("{0}; the files before it were imported")]
    Partly(Box<CliError>),
}

impl CliError {
    fn ended(&self) -> Ended {
        match self {
            Self::Usage(_) | Self::Book(BookError::Query { .. } | BookError::Exchange(ExchangeError::UnknownFormat(_))) => Ended::Usage,
            Self::Partly(_) => Ended::SomeRefused,
            _ => Ended::Failed,
        }
    }
}

impl From<StoreError> for CliError {
    fn from(e: StoreError) -> Self {
        Self::Book(e.into())
    }
}

/// Runs a verb and says how it ended.
#[must_use]
pub fn run(verb: &Verb, paths: &Paths) -> Ended {
    // Standard output sends each line by itself: for a list of thousands that is most of its time.
    let mut out = std::io::BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    let ended = if is_exact(verb) {
        perform(verb, paths, &mut out)
    } else {
        let mut out = out::Clean::new(&mut out);
        let ended = perform(verb, paths, &mut out);
        ended.and_then(|ended| Ok(out.flush().map(|()| ended)?))
    };
    // What was written before something went wrong was written.
    let flushed = out.flush().map_err(CliError::from);
    match ended.and_then(|ended| flushed.map(|()| ended)) {
        Ok(ended) => ended,
        // Whoever read the output has had enough: no error.
        Err(e) if is_closed_pipe(&e) => Ended::Done,
        Err(e) => {
            let hint = if matches!(&e, CliError::Book(b) if b.asks_first()) { "; add --yes to do it" } else { "" };
            // A caret points into the line above it, so nothing may push that line to the right.
            let gap = if matches!(&e, CliError::Book(BookError::Query { .. })) { "\n" } else { " " };
            say(&format!("guildhall:{gap}{}{hint}", text::clip(&e.to_string(), LONGEST_MESSAGE)));
            if matches!(e, CliError::Output(_)) && changes(verb) {
                say("the change was saved");
                return Ended::SomeRefused;
            }
            e.ended()
        }
    }
}

/// More of a message than this helps nobody: it has what somebody has typed in it.
const LONGEST_MESSAGE: usize = 2_000;

/// Returns whether a verb has changed the roster by the time it writes its result.
const fn changes(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::Add(_)
            | Verb::Edit(_)
            | Verb::Remove(_)
            | Verb::Put(_)
            | Verb::Take(_)
            | Verb::Tag(_)
            | Verb::Untag(_)
            | Verb::Consent(_)
            | Verb::Roll(_)
            | Verb::Apply(_)
            | Verb::Suppress(_)
            | Verb::Allow(_)
            | Verb::Undo { .. }
            | Verb::Redo { .. }
    )
}

/// Whether a verb's result is another program's, byte by byte. An export to a terminal is looked at, by nobody but a person.
fn is_exact(verb: &Verb) -> bool {
    match verb {
        Verb::Export(args) => args.output.is_none() && !std::io::stdout().is_terminal(),
        Verb::Completions { .. } | Verb::Man => true,
        _ => false,
    }
}

fn is_closed_pipe(e: &CliError) -> bool {
    let io = match e {
        CliError::Output(e) => Some(e),
        CliError::Book(BookError::Exchange(ExchangeError::Write(e))) => Some(e),
        _ => None,
    };
    io.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Writes a message for the person, on standard error. A standard error that is gone is no reason to fail.
pub fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text::safe_lines(message));
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn open(paths: &Paths) -> Result<Book, CliError> {
    let mut book = Book::open(&paths.roster, clock())?;
    book.migrated().iter().for_each(|done| say(done));
    let config = Config::read(&paths.config, paths.config_is_named);
    if let (false, Some(problem)) = (config.is_taken, config.complaints().first()) {
        return Err(CliError::Usage(problem.clone()));
    }
    if paths.config_is_named {
        config.complaints().iter().for_each(|problem| say(problem));
    }
    book.write_dates(config.date_order, config.week_start);
    book.use_framework(config.framework);
    if book.was_unclean() {
        say("the last program that wrote to this roster was interrupted; its unfinished change has been rolled back");
        if let Some(problem) = book.check()?.damage.first() {
            return Err(BookError::Refused(format!("the roster is damaged: {problem}")).into());
        }
    }
    Ok(book)
}

fn perform(verb: &Verb, paths: &Paths, out: &mut dyn Write) -> Result<Ended, CliError> {
    match verb {
        Verb::List { what, query, view, format } => {
            lists::list(&mut open(paths)?, *what, (&query.join(" "), view.as_deref()), *format, out)?
        }
        Verb::Show { what: Shown::Community, which, handover: true, .. } => {
            let mut book = open(paths)?;
            let community = book.community_named(&which.join(" "))?;
            write!(out, "{}", text::safe_lines(&book.handover(community)?))?;
        }
        Verb::Show { handover: true, .. } => return Err(CliError::Usage("--handover is for a community".into())),
        Verb::Show { what, which, format, .. } => shown::show(&mut open(paths)?, *what, &which.join(" "), *format, out)?,
        Verb::Import(options) => return transfer::import(options, &paths.roster, out),
        Verb::Export(options) => transfer::export(options, &mut open(paths)?, out)?,
        Verb::Directory { what } => directory::run(what, || open(paths), &paths.roster, out)?,
        Verb::Undo { yes } => {
            let applied = open(paths)?.step(&Step::Undo(confirmed(*yes)))?;
            writeln!(out, "Undone: {}", text::safe(&applied.label))?;
            mail::kept(&applied, out)?;
        }
        Verb::Redo { yes } => {
            let applied = open(paths)?.step(&Step::Redo(confirmed(*yes)))?;
            writeln!(out, "Redone: {}", text::safe(&applied.label))?;
            mail::kept(&applied, out)?;
        }
        Verb::Add(what) => return change::add(&mut open(paths)?, what, out),
        Verb::Edit(what) => return change::edit(&mut open(paths)?, what, out),
        Verb::Remove(what) => return change::remove(&mut open(paths)?, what, out),
        Verb::Put(args) => return change::put(&mut open(paths)?, args, out),
        Verb::Take(args) => return change::take(&mut open(paths)?, args, out),
        Verb::Tag(args) => return change::tag(&mut open(paths)?, args, false, out),
        Verb::Untag(args) => return change::tag(&mut open(paths)?, args, true, out),
        Verb::Consent(args) => return change::consent(&mut open(paths)?, args, out),
        Verb::Roll(args) => return change::roll(&mut open(paths)?, args, out),
        Verb::Apply(args) if args.schema => table::write_json(&apply::schema(), out)?,
        Verb::Apply(args) => return apply::apply(&mut open(paths)?, args, out),
        Verb::Suppress(args) => return mail::suppress(&mut open(paths)?, args, out),
        Verb::Allow(args) => return mail::allow(&mut open(paths)?, args, out),
        Verb::History { which } => history(&mut open(paths)?, &which.join(" "), out)?,
        Verb::Check { directory } => return check(&mut open(paths)?, *directory, out),
        Verb::Backup { to } => {
            open(paths)?.backup(to)?;
            say(&format!("backed up to {}", to.display()));
        }
        Verb::Today { format } => today::today(&mut open(paths)?, *format, out)?,
        Verb::Formats => formats(out)?,
        Verb::Keys { format } => keys(*format, paths, out)?,
        Verb::Completions { shell } => clap_complete::generate(*shell, &mut Args::command(), "guildhall", &mut Pipe(out)),
        Verb::Man => manual(&mut Pipe(out))?,
        Verb::Selftest { what } => match what {
            Selftest::Writer { file } => selftest::write(file, clock(), out)?,
            Selftest::Check { file, saves } => writeln!(out, "{}", selftest::check(file, *saves, clock())?)?,
        },
        Verb::Demo => return Err(CliError::Usage("the demo needs a terminal".into())),
    }
    Ok(Ended::Done)
}

/// Checks the file, or the communities as the public page has them.
fn check(book: &mut Book, directory: bool, out: &mut dyn Write) -> Result<Ended, CliError> {
    if directory {
        let findings = book.lint()?;
        for finding in &findings {
            writeln!(out, "{}", text::safe(&finding.words()))?;
        }
        let n = findings.len() as u64;
        say(&if n == 0 { "nothing to check".to_owned() } else { text::count(n, "thing to look at", "things to look at") });
        return Ok(Ended::Done);
    }
    let found = book.check()?;
    if found.is_sound() {
        writeln!(out, "The roster is not damaged.")?;
        if let Some(id) = &found.roster {
            writeln!(out, "Its id, the same in each of its copies, is {id}.")?;
        }
    }
    for problem in found.damage.iter().chain(&found.unrecognised) {
        writeln!(out, "{}", text::safe(problem))?;
    }
    Ok(match (found.is_sound(), found.damage.is_empty()) {
        (true, _) => Ended::Done,
        // The file is whole; somebody has to say what the words mean.
        (false, true) => Ended::SomeRefused,
        (false, false) => Ended::Failed,
    })
}

/// Whether `--yes` was given.
const fn confirmed(yes: bool) -> Confirmed {
    if yes { Confirmed::Yes } else { Confirmed::No }
}

/// Lets a closed pipe end generators that would otherwise panic.
struct Pipe<'w>(&'w mut dyn Write);

impl Write for Pipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.flush() {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

fn history(book: &mut Book, which: &str, out: &mut dyn Write) -> Result<(), CliError> {
    let of = if which.is_empty() { None } else { Some(shown::one_person(book, which)?) };
    for op in book.history(of.map(Thing::Person), 200)? {
        let kind = match op.kind {
            crate::book::OpKind::Do | crate::book::OpKind::Note => "",
            crate::book::OpKind::Undo => "undone: ",
            crate::book::OpKind::Redo => "redone: ",
        };
        let people = match book.people_of(op.id)? {
            Some(0) => String::new(),
            Some(n) => format!(" ({})", text::count(n, "person", "people")),
            None => " (many people)".to_owned(),
        };
        writeln!(out, "{}  {kind}{}{people}", book.local(op.at).format("%Y-%m-%d %H:%M"), text::safe(&op.label))?;
        // Of one person's history, what was changed from what to what; of everything, the steps alone.
        if of.is_some() {
            for change in book.changes(op.id, of, 20)?.iter().filter(|c| c.from.is_some() && c.to.is_some()) {
                writeln!(out, "                  {}", text::safe(&change.words()))?;
            }
        }
    }
    Ok(())
}

/// Writes the manual page: the program, then each of its commands with the commands below it.
fn manual(out: &mut dyn Write) -> Result<(), CliError> {
    let mut command = Args::command();
    command.build();
    let man = clap_mangen::Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    writeln!(out, ".SH COMMANDS")?;
    sections(&command, out)?;
    writeln!(out, ".SH EXIT STATUS\n{ENDS}\n.SH FILES")?;
    for line in Paths::find(None, None).lines() {
        writeln!(out, "{}\n.br", line.replace('-', "\\-"))?;
    }
    Ok(())
}

fn sections(of: &clap::Command, out: &mut dyn Write) -> Result<(), CliError> {
    for sub in of.get_subcommands().filter(|s| !s.is_hide_set() && s.get_name() != "help") {
        let man = clap_mangen::Man::new(sub.clone());
        let mut page = Vec::new();
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        if sub.get_arguments().any(|a| !a.is_hide_set()) {
            man.render_options_section(&mut page)?;
        }
        if sub.get_after_help().is_some() {
            man.render_extra_section(&mut page)?;
        }
        writeln!(out, ".SS {}", sub.get_bin_name().unwrap_or(sub.get_name()))?;
        // Sections of a section are paragraphs with a bold head.
        for line in String::from_utf8_lossy(&page).lines() {
            match line.strip_prefix(".SH ").map(|head| if head == "EXTRA" { "NOTES" } else { head }) {
                Some(head) => writeln!(out, ".PP\n.B {head}\n.br")?,
                None => writeln!(out, "{line}")?,
            }
        }
        sections(sub, out)?;
    }
    Ok(())
}

fn formats(out: &mut dyn Write) -> Result<(), CliError> {
    for f in FORMATS {
        writeln!(out, "{:<16} {}\n{:<16} carries {}; limits: {}", f.name(), f.doc, "", f.carries, f.limits)?;
    }
    Ok(())
}

fn keys(format: KeysFormat, paths: &Paths, out: &mut dyn Write) -> Result<(), CliError> {
    match format {
        KeysFormat::Markdown => {
            write!(out, "{}", actions::markdown())?;
            return Ok(());
        }
        KeysFormat::Toml => {
            write!(out, "{}", config::template())?;
            return Ok(());
        }
        KeysFormat::Text => {}
    }
    let config = Config::read(&paths.config, paths.config_is_named);
    for complaint in config.complaints() {
        say(&complaint);
    }
    for scope in actions::Scope::ALL.iter().filter(|s| actions::ACTIONS.iter().any(|a| a.scope == **s)) {
        writeln!(out, "{}", scope.heading())?;
        for a in actions::ACTIONS.iter().filter(|a| a.scope == *scope) {
            writeln!(out, "  {} {} {}", text::pad(&config.keys.words(a.action), 14), text::pad(a.name, 22), a.doc)?;
        }
    }
    Ok(())
}

/// Whether standard error is a terminal, so that progress may be shown.
fn may_show_progress() -> bool {
    std::io::stderr().is_terminal()
}

/// The files that the arguments name, else those of the platform.
#[must_use]
pub fn paths_of(args: &Args) -> Paths {
    Paths::find(args.roster.as_deref().or(args.file.as_deref()), args.config.as_deref())
}
