//! The words of the command line.
//!
//! Must not know what they do.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::change_args::{Add, AllowArgs, ApplyArgs, ConsentArgs, Edit, PutArgs, Remove, RollArgs, SuppressArgs, TagArgs, TakeArgs};
use crate::paths::Paths;

/// The membership book of a community of practice, in the terminal.
///
/// Without a command it opens the roster on the screen; the first run offers a sample, an import or an empty roster.
#[derive(Debug, Parser)]
#[command(name = "guildhall", version, subcommand_precedence_over_arg = true)]
pub struct Args {
    /// The roster to open on the screen
    #[arg(value_name = "FILE")]
    pub roster: Option<PathBuf>,
    /// The roster; without it, the one in your data folder
    #[arg(short, long, global = true, env = "GUILDHALL_FILE", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The configuration; without it, config.toml in your configuration folder
    #[arg(long, global = true, env = "GUILDHALL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Draw without boxes, one list at a time, with the cursor on the current row: for screen readers
    #[arg(long)]
    pub plain: bool,
    /// What to do
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

impl Args {
    /// Reads the words of the command line; a wrong one ends the program with code 2, as does `--help` with 0.
    ///
    /// `-org:mod` is a part of a query, not an option: such words go behind `--`, where nothing is one.
    #[must_use]
    pub fn read(words: impl Iterator<Item = OsString>) -> Self {
        let is_query = |word: &OsString| {
            let key = word.to_str().and_then(|w| w.strip_prefix('-')).and_then(|w| w.split_once(':')).map(|(key, _)| key);
            key.is_some_and(|k| k.len() > 1 && k.chars().all(|c| c.is_alphabetic() || c == '-') && !k.starts_with('-'))
        };
        let (negated, mut rest): (Vec<OsString>, Vec<OsString>) = words.partition(is_query);
        if !negated.is_empty() && !rest.iter().any(|w| w == "--") {
            rest.push("--".into());
        }
        rest.extend(negated);
        let after = format!("Exit: {ENDS}\n\nFiles:\n  {}", Paths::find(None, None).lines().join("\n  "));
        let command = Self::command().after_help(after);
        if let Some(word) = mistyped(&rest, &command) {
            let verbs = command.get_subcommands().map(clap::Command::get_name);
            let hint = crate::domain::text::nearest(&word, verbs)
                .map_or_else(|| "--help lists the commands".to_owned(), |v| format!("did you mean {v}?"));
            let word = crate::domain::text::safe(&word);
            super::say(&format!(
                "guildhall: there is no command called {word}; {hint}\nTo open a roster of that name, give its path: guildhall ./{word}"
            ));
            std::process::exit(2);
        }
        let found = command.get_matches_from(rest);
        Self::from_arg_matches(&found).unwrap_or_else(|e| e.exit())
    }
}

/// Returns the first word if it looks like a mistyped command: neither a command nor a path, and no such file exists.
fn mistyped(words: &[OsString], command: &clap::Command) -> Option<String> {
    let mut rest = words.iter().skip(1);
    let first = loop {
        let word = rest.next()?.to_str()?;
        match word {
            "-f" | "--file" | "--config" => {
                rest.next();
            }
            "--" => return None,
            option if option.starts_with('-') && option.len() > 1 => {}
            first => break first,
        }
    };
    let is_verb = first == "help" || command.find_subcommand(first).is_some();
    let is_path = first.contains(['/', '\\', '.']) || std::path::Path::new(first).exists();
    (!is_verb && !is_path).then(|| first.to_owned())
}

/// What the exit codes mean.
pub(super) const ENDS: &str =
    "0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done, but something was left out or needs your attention.";

/// How to search, for the help of verbs that take a query.
const QUERIES: &str = "Queries: several words must all match. A few of the fields:
  org:mod  community:research  tag:a11y  role:designer  status:active
  domain:gov.uk  missing:email  'joined:>2026-01-01'  'seen:<90d'  'attended:3..'
  -tag:a11y excludes; 'org:dwp | org:moj' matches either; ( ) groups.
  kind:person finds every person; 'kind:person | kind:team' team mailboxes too.
  Quote what your shell would change: < > | ( )";

/// A verb of the command line.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open a made-up roster in a temporary file
    Demo,
    /// List members, communities, meetups or organisations
    #[command(after_help = QUERIES)]
    List {
        /// What to list
        what: What,
        /// Which items, in the search language: words, org:mod, -tag:a11y, "seen:<90d"
        query: Vec<String>,
        /// List a saved view, in its order; add a query to narrow it
        #[arg(long, value_name = "NAME")]
        view: Option<String>,
        /// The output format
        #[arg(long, default_value = "table")]
        format: ListFormat,
    },
    /// Show everything about one member, community or meetup
    Show {
        /// What to show
        what: Shown,
        /// Its name or UUID, or a member's address
        #[arg(required = true)]
        which: Vec<String>,
        /// The output format
        #[arg(long, default_value = "text")]
        format: ShowFormat,
        /// For a community: write what its next head should know
        #[arg(long)]
        handover: bool,
    },
    /// Import people from files, each file as one undo step
    Import(ImportArgs),
    /// Export people to a file or to standard output
    #[command(after_help = QUERIES)]
    Export(Box<ExportArgs>),
    /// Import, publish or diff the public page of communities (Markdown)
    Directory {
        /// What to do with it
        #[command(subcommand)]
        what: Directory,
    },
    /// Add a person, community, meetup, organisation or seat
    #[command(subcommand)]
    Add(Add),
    /// Change the fields of a person, community, meetup, organisation or seat
    #[command(subcommand)]
    Edit(Edit),
    /// Remove a person, community, meetup, organisation or seat
    #[command(subcommand)]
    Remove(Remove),
    /// Add people to a community
    #[command(after_help = QUERIES)]
    Put(PutArgs),
    /// Remove people from a community
    #[command(after_help = QUERIES)]
    Take(TakeArgs),
    /// Tag people
    #[command(after_help = QUERIES)]
    Tag(TagArgs),
    /// Remove a tag from people
    #[command(after_help = QUERIES)]
    Untag(TagArgs),
    /// Record what people consent to
    #[command(after_help = QUERIES)]
    Consent(ConsentArgs),
    /// Record who came to a meetup, or what they answered
    #[command(after_help = QUERIES)]
    Roll(RollArgs),
    /// Carry out a file of actions as one undo step
    Apply(ApplyArgs),
    /// Undo the last change
    Undo {
        /// Undo a suppression or withdrawal too: somebody may be mailed again
        #[arg(long)]
        yes: bool,
    },
    /// Redo the last change that was undone
    Redo {
        /// Redo it even if it lifts a suppression or withdrawal, or grants consent
        #[arg(long)]
        yes: bool,
    },
    /// Stop all mail to these addresses, and to the other addresses of their owners
    Suppress(SuppressArgs),
    /// Allow mail again to people who have agreed to it: lift the suppression of their addresses and grant consent
    Allow(AllowArgs),
    /// Show the history, newest first, of the roster or of one member
    History {
        /// A member's name or address
        which: Vec<String>,
    },
    /// Check the file for damage, and for values that this version doesn't recognise
    Check {
        /// Check the communities instead: seats, ways to join, rules and counts
        #[arg(long)]
        directory: bool,
    },
    /// Show what to do this week, the most urgent first
    Today {
        /// The output format
        #[arg(long, default_value = "table")]
        format: TodayFormat,
    },
    /// Copy the roster to a new file and verify the copy
    Backup {
        /// The new file
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// List the export formats
    Formats,
    /// List the keys of the screen
    Keys {
        /// The output format
        #[arg(long, default_value = "text")]
        format: KeysFormat,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Test that saves are kept
    #[command(hide = true)]
    Selftest {
        /// Which part of the test
        #[command(subcommand)]
        what: Selftest,
    },
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum What {
    Members,
    Communities,
    Meetups,
    Organisations,
}

/// What can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum Shown {
    Member,
    Community,
    Meetup,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum ListFormat {
    Table,
    Csv,
    Json,
}

/// How one thing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum ShowFormat {
    Text,
    Json,
}

/// How what is to be done is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum TodayFormat {
    Table,
    Json,
}

/// How the keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum KeysFormat {
    Text,
    Markdown,
    Toml,
}

/// The words of an import.
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// The files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Add everybody to this community; creates it if it doesn't exist
    #[arg(long, value_name = "NAME")]
    pub community: Option<String>,
    /// Show exactly what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the report to a new file as JSON
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// Replace an existing report
    #[arg(long, requires = "report")]
    pub replace: bool,
}

/// The words of an export.
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// The format; `guildhall formats` lists them
    pub format: String,
    /// The people, in the search language; everybody if there is no query
    pub query: Vec<String>,
    /// Only members of this community
    #[arg(long, value_name = "NAME")]
    pub community: Option<String>,
    /// The file; standard output if none is given. Replaces the last export of the same list; add --replace for any other file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that isn't the last export of this list
    #[arg(long, requires = "output")]
    pub replace: bool,
    /// The address or name of the group or list, for formats that include it
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub group: String,
    /// The link that guests are sent to (entra-guests)
    #[arg(long, value_name = "LINK", default_value = "")]
    pub redirect: String,
    /// Include names with the addresses (bcc)
    #[arg(long)]
    pub names: bool,
    /// The separator between addresses (bcc); Outlook needs ;
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    pub separator: String,
    /// For a community: members of these statuses, separated by commas; without it, only the active ones
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<String>,
    /// Which addresses of each person
    #[arg(long, default_value = "primary")]
    pub addresses: Addresses,
    /// Include team mailboxes
    #[arg(long)]
    pub mailboxes: bool,
    /// Only people who have granted consent to mail
    #[arg(long)]
    pub require_consent: bool,
    /// Show why each person is left out or needs checking
    #[arg(long)]
    pub explain: bool,
    /// A file with the text of the template, to find its placeholders (notify)
    #[arg(long, value_name = "FILE", conflicts_with = "placeholders")]
    pub template: Option<PathBuf>,
    /// The placeholders of the template, separated by commas (notify)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub placeholders: Vec<String>,
    /// The text of a placeholder for people who have none, such as 'first name=colleague'; may be repeated
    #[arg(long, value_name = "NAME=TEXT")]
    pub fallback: Vec<String>,
    /// Only what has changed since the last export of this list, or since the one of this name: writes FILE-add and FILE-remove
    #[arg(long, value_name = "last|NAME", conflicts_with = "against")]
    pub since: Option<String>,
    /// Only what differs from the list's own export: writes FILE-add, FILE-remove, and FILE-unknown with the addresses that aren't on the
    /// roster
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// The country of the headers (thunderbird): uk or us
    #[arg(long, value_name = "COUNTRY")]
    pub locale: Option<String>,
    /// The version (vcard): 3 or 4
    #[arg(long, value_name = "N")]
    pub version: Option<String>,
    /// Name the export, for --since
    #[arg(long, value_name = "NAME", default_value = "")]
    pub name: String,
    /// The number of addresses in a line, 0 for all in one (bcc)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub chunk: usize,
}

/// What is done with a public page.
#[derive(Debug, Subcommand)]
pub enum Directory {
    /// Import what a page says about communities, seats, how to join and who may join
    Import {
        /// The page
        page: PathBuf,
        /// Show exactly what would be done, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Repair text that a wrong encoding has damaged
        #[arg(long)]
        repair: bool,
    },
    /// Publish to a page; an existing page keeps its style, and only changes are written
    Publish {
        /// The page
        page: PathBuf,
        /// Write a clean page with this layout, replacing what is there
        #[arg(long)]
        layout: Option<PageLayout>,
        /// On a clean page, include the number of members of each community, with the date
        #[arg(long)]
        counts: bool,
        /// Repair text that a wrong encoding has damaged
        #[arg(long)]
        repair: bool,
        /// Show what would change, and whose names are left out because they withdrew consent; write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Show how the page differs from the roster, and from its last version
    Diff {
        /// The page
        page: PathBuf,
    },
}

/// How a clean page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageLayout {
    /// One table
    Table,
    /// A heading for each community
    Sections,
}

/// Which addresses of each person are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Addresses {
    /// Only the primary address
    Primary,
    /// A row for each address
    All,
}

/// The two parts of the test that saves are kept.
#[derive(Debug, Subcommand)]
pub enum Selftest {
    /// Saves one person after the other and acknowledges each
    Writer {
        /// The roster
        file: PathBuf,
    },
    /// Checks that the first saves are there
    Check {
        /// The roster
        file: PathBuf,
        /// How many saves were acknowledged
        saves: u64,
    },
}
