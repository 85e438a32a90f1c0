//! The words of the verbs that change the roster.
//!
//! Must not know what they do.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::fields::{Kind, help};

/// What every verb that changes something takes.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct How {
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Answer,
}

/// How it is written what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word that is typed")]
pub enum Answer {
    Text,
    Json,
}

/// Which people: found by a query, or listed.
#[derive(Debug, ClapArgs)]
pub struct Which {
    /// The people, in the search language: words, org:mod, -tag:a11y, "seen:<90d"
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// A file of people, one a line, each by address, exact name or UUID; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub who: Option<PathBuf>,
}

/// A form that is filled in.
#[derive(Debug, ClapArgs)]
pub struct Fill {
    /// Fill in a field, such as 'job title=Designer'; may be repeated; leave the value empty to clear the field
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// What can be added.
#[derive(Debug, Subcommand)]
pub enum Add {
    /// Add a person
    #[command(after_help = help(Kind::Member), alias = "person")]
    Member {
        /// The fields
        #[command(flatten)]
        fill: Fill,
        /// Add them to this community too
        #[arg(long, value_name = "NAME")]
        community: Option<String>,
        /// Add them to the community even if they aren't eligible
        #[arg(long)]
        yes: bool,
    },
    /// Add a community
    #[command(after_help = help(Kind::Community))]
    Community {
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Add a meetup
    #[command(after_help = help(Kind::Meetup))]
    Meetup {
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Add an organisation
    #[command(after_help = help(Kind::Organisation))]
    Organisation {
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Add a seat to a community
    #[command(after_help = help(Kind::Seat))]
    Seat {
        /// The community, by exact name or UUID
        community: String,
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
}

/// What can be changed.
#[derive(Debug, Subcommand)]
pub enum Edit {
    /// Change a person
    #[command(after_help = help(Kind::Member), alias = "person")]
    Member {
        /// The person, by address, exact name or UUID; - reads several from standard input, one a line
        who: String,
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Change a community
    #[command(after_help = help(Kind::Community))]
    Community {
        /// The community, by exact name or UUID
        which: String,
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Change a meetup
    #[command(after_help = help(Kind::Meetup))]
    Meetup {
        /// The meetup, by exact title, by title and day ('Show and tell on:2026-12-03') or by UUID
        which: String,
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Change an organisation
    #[command(after_help = help(Kind::Organisation))]
    Organisation {
        /// The organisation, by exact name, short name or UUID
        which: String,
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
    /// Change a seat: its title, and who holds it
    #[command(after_help = help(Kind::Seat))]
    Seat {
        /// The community, by exact name or UUID
        community: String,
        /// The seat, by exact title or UUID
        seat: String,
        /// The fields
        #[command(flatten)]
        fill: Fill,
    },
}

/// What can be removed.
#[derive(Debug, Subcommand)]
pub enum Remove {
    /// Remove a person, with their memberships and attendance
    #[command(alias = "person")]
    Member {
        /// The person, by address, exact name or UUID; - reads several from standard input, one a line
        who: String,
        /// How it is done
        #[command(flatten)]
        sure: Sure,
    },
    /// Remove a community, with its seats, rules and memberships
    Community {
        /// The community, by exact name or UUID
        which: String,
        /// How it is done
        #[command(flatten)]
        sure: Sure,
    },
    /// Remove a meetup, with its attendance
    Meetup {
        /// The meetup, by exact title, by title and day ('Show and tell on:2026-12-03') or by UUID
        which: String,
        /// How it is done
        #[command(flatten)]
        sure: Sure,
    },
    /// Remove an organisation; its people stay on the roster
    Organisation {
        /// The organisation, by exact name, short name or UUID
        which: String,
        /// How it is done
        #[command(flatten)]
        sure: Sure,
    },
    /// Remove a seat of a community
    Seat {
        /// The community, by exact name or UUID
        community: String,
        /// The seat, by exact title or UUID
        seat: String,
        /// How it is done
        #[command(flatten)]
        sure: Sure,
    },
}

/// How something is removed.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Sure {
    /// Confirm the removal; `guildhall undo` reverses it
    #[arg(long)]
    pub yes: bool,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `put`.
#[derive(Debug, ClapArgs)]
pub struct PutArgs {
    /// The community, by exact name or UUID
    pub community: String,
    /// The people
    #[command(flatten)]
    pub which: Which,
    /// The status to give, also to people who are already members: identified, invited, applied, active, paused, lapsed, left, declined,
    /// removed. Without it, new members are active and existing ones keep their status
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// Add people even if they aren't eligible
    #[arg(long)]
    pub yes: bool,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `take`.
#[derive(Debug, ClapArgs)]
pub struct TakeArgs {
    /// The community, by exact name or UUID
    pub community: String,
    /// The people
    #[command(flatten)]
    pub which: Which,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `tag` and `untag`.
#[derive(Debug, ClapArgs)]
pub struct TagArgs {
    /// The tag
    pub tag: String,
    /// The people
    #[command(flatten)]
    pub which: Which,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `consent`.
#[derive(Debug, ClapArgs)]
pub struct ConsentArgs {
    /// For what: mail, directory, introductions or photo
    pub purpose: String,
    /// granted, withdrawn, or unknown (clears the record; never a withdrawal)
    pub state: String,
    /// The people
    #[command(flatten)]
    pub which: Which,
    /// Where they said so, such as 'sign-up form'; needed for mail granted
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// The day on which they said so; needed for mail granted, otherwise today if none is given
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `roll`.
#[derive(Debug, ClapArgs)]
pub struct RollArgs {
    /// The meetup, by exact title, by title and day ('Show and tell on:2026-12-03') or by UUID
    pub meetup: String,
    /// What is recorded
    #[command(flatten)]
    pub what: RollWhat,
    /// The people
    #[command(flatten)]
    pub which: Which,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// What is recorded of people at a meetup.
#[derive(Debug, Clone, Copy, ClapArgs)]
#[group(required = true, multiple = false)]
pub struct RollWhat {
    /// Record that they came
    #[arg(long)]
    pub came: bool,
    /// Record that they didn't come
    #[arg(long)]
    pub no_show: bool,
    /// Record that they sent apologies
    #[arg(long)]
    pub excused: bool,
    /// Record that they answered yes
    #[arg(long)]
    pub yes: bool,
    /// Record that they answered no
    #[arg(long)]
    pub no: bool,
    /// Record that they answered maybe
    #[arg(long)]
    pub maybe: bool,
    /// Record that they are on the waiting list
    #[arg(long)]
    pub waiting: bool,
}

/// The words of `apply`.
#[derive(Debug, ClapArgs)]
pub struct ApplyArgs {
    /// The file of actions, one JSON object a line; - is standard input
    #[arg(required_unless_present = "schema", value_name = "FILE.jsonl")]
    pub actions: Option<PathBuf>,
    /// Print the JSON Schema of an action
    #[arg(long)]
    pub schema: bool,
    /// Confirm removals, and adding people who aren't eligible
    #[arg(long)]
    pub yes: bool,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `suppress`.
#[derive(Debug, ClapArgs)]
pub struct SuppressArgs {
    /// The addresses; - reads them from standard input, one a line
    #[arg(required = true, value_name = "ADDRESS")]
    pub addresses: Vec<String>,
    /// The reason, for the record
    #[arg(long, value_name = "TEXT", default_value = "their own request")]
    pub reason: String,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}

/// The words of `allow`.
#[derive(Debug, ClapArgs)]
pub struct AllowArgs {
    /// The addresses; - reads them from standard input, one a line
    #[arg(required = true, value_name = "ADDRESS")]
    pub addresses: Vec<String>,
    /// Where they said so, such as 'their e-mail of Monday'
    #[arg(long, required = true, value_name = "TEXT")]
    pub source: String,
    /// The day on which they said so
    #[arg(long, required = true, value_name = "DATE")]
    pub date: String,
    /// How it is done
    #[command(flatten)]
    pub how: How,
}
