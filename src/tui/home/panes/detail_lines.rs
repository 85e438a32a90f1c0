//! The lines of the detail: a person, a community, a meetup, in words rather than symbols.
//!
//! Must not know how they are drawn.

use chrono::NaiveDate;

use crate::book::{CommunityDetail, MeetupDetail, Op, OpKind, PersonDetail, channel_line, seat_warnings};
use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::domain::ids::{CommunityId, MeetupId, PersonId, SeatId};
use crate::domain::words::{
    AddressState, CommunityStatus, ConsentState, Eligibility, MeetupStatus, MembershipStatus, Outcome, PersonKind, Purpose, Rsvp, RunBy,
    WriteUp,
};
use crate::domain::{address, meetup, text};
use crate::tui::attendance;
use crate::tui::theme::Tone;

/// What a line is about, if it can be edited or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Membership(CommunityId),
    Visit(MeetupId),
    Roll(PersonId),
    Seat(SeatId),
    Holder(PersonId),
    Route(i64),
    Rule(i64),
    Channel(i64),
    Consent(Purpose),
}

/// A line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub text: String,
    pub tone: Tone,
    pub item: Option<Item>,
    /// The whole text, if the line was wrapped.
    pub whole: Option<String>,
}

impl Line {
    /// Wraps the line; the lines after the first are indented.
    pub(super) fn wrapped(self, room: usize) -> Vec<Self> {
        // An address or a link may extend over the margin rather than be broken.
        let is_one_word = !self.text.trim().contains(' ');
        if text::width(&self.text) <= room + if is_one_word { 2 } else { 0 } {
            return vec![self];
        }
        let words = self.text.trim_start();
        let indent = (self.text.len() - words.len()).min(room / 3);
        let hang = if indent > 0 { 2 } else { 0 };
        text::wrap(words, room.saturating_sub(indent + hang).max(6))
            .into_iter()
            .enumerate()
            .map(|(i, part)| {
                let lead = " ".repeat(if i == 0 { indent } else { indent + hang });
                Self { text: format!("{lead}{part}"), tone: self.tone, item: self.item, whole: Some(words.to_owned()) }
            })
            .collect()
    }
}

#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn plain(&mut self, what: impl Into<String>) {
        self.toned(what, Tone::Plain);
    }

    fn toned(&mut self, what: impl Into<String>, tone: Tone) {
        let what: String = what.into();
        for part in what.lines().filter(|p| !p.trim().is_empty()) {
            self.0.push(Line { text: text::safe(part).into_owned(), tone, item: None, whole: None });
        }
    }

    fn item(&mut self, what: impl Into<String>, tone: Tone, item: Item) {
        let what: String = what.into();
        self.0.push(Line { text: text::safe(&what).into_owned(), tone, item: Some(item), whole: None });
    }

    fn heading(&mut self, what: &str) {
        if !self.0.is_empty() {
            self.0.push(Line { text: String::new(), tone: Tone::Plain, item: None, whole: None });
        }
        self.0.push(Line { text: what.to_owned(), tone: Tone::Heading, item: None, whole: None });
    }
}

/// Returns the lines of a person.
pub(super) fn person_lines(p: &PersonDetail, calendar: &Calendar, keys: &Keys, history: &[Op]) -> Vec<Line> {
    let mut out = Lines::default();
    let f = &p.facts;
    if f.kind == PersonKind::TeamMailbox {
        out.toned("team mailbox", Tone::Dim);
    }
    addresses(p, &mut out);
    out.plain(&*f.organisation);
    let role = if text::are_same(&f.job_title, &f.discipline) || f.discipline.is_empty() {
        f.job_title.clone()
    } else if f.job_title.is_empty() {
        f.discipline.clone()
    } else {
        format!("{} · {}", f.job_title, f.discipline)
    };
    out.plain(role);
    if let Some(joined) = f.joined {
        out.toned(format!("since {}", calendar.plain(joined)), Tone::Dim);
    }
    if !f.tags.is_empty() {
        out.plain(format!("tags: {}", f.tags.join(", ")));
    }
    for (name, value) in &f.fields {
        out.plain(format!("{name}: {value}"));
    }
    for (title, community, since) in &p.seats {
        let since = since.map_or_else(String::new, |d| format!(", since {}", calendar.plain(d)));
        out.toned(format!("{title}, {community}{since}"), Tone::Good);
    }
    out.toned(&*f.note, Tone::Dim);
    for c in &p.consents {
        let on = c.on.map_or_else(String::new, |d| format!(", {}", calendar.plain(d)));
        let source = if c.source.is_empty() { String::new() } else { format!(" ({})", c.source) };
        let tone = if c.state == ConsentState::Withdrawn { Tone::Warning } else { Tone::Dim };
        out.item(format!("consent to {}: {}{on}{source}", c.purpose, c.state), tone, Item::Consent(c.purpose));
    }
    out.heading("Communities");
    if p.memberships.is_empty() {
        out.toned(keys.say("  none yet: {add to community} adds them to one"), Tone::Dim);
    }
    memberships(p, calendar, &mut out);
    visits(p, calendar, &mut out);
    if !history.is_empty() {
        out.heading("History");
        for op in history {
            out.toned(format!("  {}: {}{}", calendar.distance(op.at.date()), undone(op), op.label), Tone::Dim);
        }
    }
    out.0
}

/// Adds their communities, each with the reason if they aren't eligible.
fn memberships(p: &PersonDetail, calendar: &Calendar, out: &mut Lines) {
    for m in &p.memberships {
        let when = match (m.facts.status.is_over(), m.facts.left, m.facts.joined) {
            (true, Some(left), _) => format!(" {}", calendar.plain(left)),
            (false, _, Some(joined)) if m.facts.status == MembershipStatus::Active => format!(" since {}", calendar.plain(joined)),
            _ => String::new(),
        };
        let tone = if m.facts.status.is_over() { Tone::Dim } else { Tone::Plain };
        out.item(format!("  {} · {}{when}", m.community, m.facts.status), tone, Item::Membership(m.community_id));
        if let Some(verdict) = m.verdict.as_ref().filter(|v| v.answer != Eligibility::Eligible) {
            let tone = if verdict.answer == Eligibility::Not { Tone::Warning } else { Tone::Dim };
            out.toned(format!("    {}", verdict.words()), tone);
        }
    }
}

fn addresses(p: &PersonDetail, out: &mut Lines) {
    let f = &p.facts;
    let all = std::iter::once((f.email.as_str(), f.email_state)).chain(f.others.iter().map(|o| (o.address.as_str(), o.state)));
    for (address, state) in all.filter(|(a, _)| !a.is_empty()) {
        let mut line = address.to_owned();
        if state != AddressState::Ok {
            line.push_str(&format!(" ({state})"));
        }
        out.plain(line);
        if let Some(row) = p.mail.iter().find(|m| m.address == address && !m.may_be_mailed) {
            out.toned(format!("  no mail: {}", row.reasons.first().copied().unwrap_or_default()), Tone::Warning);
        }
        if address::mixes_scripts(address) {
            out.toned("  mixes letters of several alphabets: is it genuine?", Tone::Warning);
        }
    }
}

const fn undone(op: &Op) -> &'static str {
    match op.kind {
        OpKind::Do | OpKind::Note => "",
        OpKind::Undo => "undone: ",
        OpKind::Redo => "redone: ",
    }
}

fn visits(p: &PersonDetail, calendar: &Calendar, out: &mut Lines) {
    if p.visits.is_empty() {
        return;
    }
    let came = p.visits.iter().filter(|v| v.facts.outcome == Outcome::Attended).count();
    out.heading(&format!("Meetups · came to {came}"));
    for v in &p.visits {
        let what = match (v.facts.outcome, v.facts.rsvp) {
            (Outcome::Unknown, Some(Rsvp::Yes)) if meetup::is_upcoming(v.starts, calendar.today) => "is coming".to_owned(),
            (Outcome::Unknown, Some(rsvp)) => format!("answered {rsvp}"),
            (Outcome::Unknown, None) => "on the roll".to_owned(),
            (Outcome::Attended, _) => "came".to_owned(),
            (outcome, _) => outcome.to_string(),
        };
        let parts = v.facts.parts.iter().map(|p| format!(", {p}")).collect::<String>();
        let when = calendar.short(v.starts.date());
        out.item(format!("  {} {} · {what}{parts}", when.trim_start(), v.title), Tone::Plain, Item::Visit(v.meetup_id));
    }
}

/// Returns the lines of a community.
pub(super) fn community_lines(c: &CommunityDetail, calendar: &Calendar, keys: &Keys) -> Vec<Line> {
    let mut out = Lines::default();
    let f = &c.facts;
    if c.derived {
        out.toned("its name is made from the page, which has none", Tone::Dim);
    }
    if !f.family.is_empty() {
        out.toned(&*f.family, Tone::Dim);
    }
    if f.run_by != RunBy::Us {
        let runner = if f.runner.is_empty() { String::new() } else { format!(": {}", f.runner) };
        out.plain(format!("run by {}{runner}", f.run_by));
    }
    if f.status != CommunityStatus::Active {
        let into = if f.successor.is_empty() { String::new() } else { format!(", into {}", f.successor) };
        let on = f.status_on.map_or_else(String::new, |d| format!(", since {}", calendar.plain(d)));
        out.toned(format!("{}{into}{on}", f.status), Tone::Warning);
    }
    out.plain(&*f.purpose);
    if let Some(stage) = f.stage {
        out.toned(format!("stage: {stage}"), Tone::Dim);
    }
    if !f.evidence.is_empty() {
        out.toned(format!("evidence: {}", f.evidence), Tone::Dim);
    }
    if !f.related.is_empty() {
        out.toned(format!("related communities: {}", f.related.join(", ")), Tone::Dim);
    }
    if !f.disciplines.is_empty() {
        out.heading("Disciplines");
        for d in &f.disciplines {
            out.plain(format!("  {d}"));
        }
    }
    seats(c, calendar, keys, &mut out);
    ways_in(c, keys, &mut out);
    if !c.channels.is_empty() {
        out.heading("Channels");
        for (id, ch) in &c.channels {
            out.item(format!("  {}", channel_line(ch, calendar)), Tone::Plain, Item::Channel(*id));
        }
    }
    if !c.statuses.is_empty() {
        out.heading("Members");
        for (status, n) in &c.statuses {
            out.plain(format!("  {} {status}", text::thousands(*n)));
        }
    }
    out.0
}

fn seats(c: &CommunityDetail, calendar: &Calendar, keys: &Keys, out: &mut Lines) {
    out.heading("Seats");
    if c.seats.is_empty() {
        out.toned(keys.say("  none: {new} adds one"), Tone::Dim);
    }
    for s in &c.seats {
        match &s.holder {
            Some((id, name)) => {
                out.item(format!("  {}", s.title), Tone::Plain, Item::Seat(s.id));
                let since = s.since.map_or_else(String::new, |d| format!(", since {}", calendar.plain(d)));
                let interim = if s.interim { ", interim" } else { "" };
                out.item(format!("    {name}{since}{interim}"), Tone::Plain, Item::Holder(*id));
            }
            None => out.item(format!("  {}: person TBC", s.title), Tone::Warning, Item::Seat(s.id)),
        }
        for warning in seat_warnings(s, calendar) {
            out.toned(format!("    {warning}"), Tone::Warning);
        }
        for (name, since, until) in &s.before {
            let span = |d: Option<NaiveDate>| d.map_or_else(|| "?".into(), |d| calendar.plain(d));
            out.toned(format!("    before: {name}, {} to {}", span(*since), span(*until)), Tone::Dim);
        }
    }
}

fn ways_in(c: &CommunityDetail, keys: &Keys, out: &mut Lines) {
    out.heading("How to join");
    if c.routes.is_empty() {
        out.toned(keys.say("  not set yet: {new} adds a way"), Tone::Dim);
    }
    for (id, r) in &c.routes {
        let subject = if r.subject.is_empty() { String::new() } else { format!(", subject {}", r.subject) };
        out.item(format!("  {} {}{subject}", r.kind, r.target), Tone::Plain, Item::Route(*id));
    }
    if !c.rules.is_empty() {
        out.heading("Who may join");
        for (id, r, page_wide) in &c.rules {
            let suffix = if r.suffix.is_empty() { String::new() } else { format!(" @{}", r.suffix) };
            let words = if r.words.is_empty() { String::new() } else { format!(": {}", r.words) };
            let all = if *page_wide { " (all communities)" } else { "" };
            out.item(format!("  {}{suffix}{words}{all}", r.effect), Tone::Plain, Item::Rule(*id));
        }
    }
}

/// Returns the lines of a meetup.
pub(super) fn meetup_lines(m: &MeetupDetail, calendar: &Calendar, keys: &Keys) -> Vec<Line> {
    let mut out = Lines::default();
    let f = &m.facts;
    out.plain(format!("{} ({})", calendar.in_full(f.starts.date()), calendar.distance(f.starts.date())));
    out.plain(format!("{} to {}, {}", f.starts.format("%H:%M"), f.ends().format("%H:%M"), f.zone));
    let ahead = f.starts.date() > calendar.today;
    if f.status.is_open() && f.starts.date() < calendar.today {
        out.toned(format!("{}, {}: {}", f.format, f.status, keys.say("was it held? {mark as held}")), Tone::Warning);
    } else {
        let tone = if f.status == MeetupStatus::Cancelled { Tone::Warning } else { Tone::Plain };
        out.toned(format!("{}, {}", f.format, f.status), tone);
    }
    if !f.venue.is_empty() {
        out.plain(format!("at {}", f.venue));
    }
    if !f.host.is_empty() {
        out.plain(format!("hosted by {}", f.host));
    }
    if !f.communities.is_empty() {
        out.plain(format!("for {}", f.communities.join(", ")));
    }
    if let Some(capacity) = f.capacity {
        out.plain(format!("room for {capacity}"));
    }
    if f.write_up != WriteUp::None {
        let tone = if f.write_up == WriteUp::Owed { Tone::Warning } else { Tone::Plain };
        out.toned(format!("write-up {} {}", f.write_up, f.write_up_link), tone);
    }
    out.toned(&*f.note, Tone::Dim);
    let count = |outcome: Outcome| m.roll.iter().filter(|r| r.facts.outcome == outcome).count();
    let yes = m.roll.iter().filter(|r| r.facts.rsvp == Some(Rsvp::Yes)).count();
    let came = if ahead { String::new() } else { format!(" · {} came", count(Outcome::Attended)) };
    let (said, over) = attendance::room(yes as u64, f.capacity);
    out.heading(&format!("Roll · {said}{came}"));
    if over {
        out.toned("  more said yes than there is room for", Tone::Warning);
    }
    if m.roll.is_empty() {
        out.toned(
            keys.say(if ahead {
                "  nobody yet: {attendance} records who is coming"
            } else {
                "  nobody yet: {attendance} records who came"
            }),
            Tone::Dim,
        );
    }
    for r in &m.roll {
        let words = attendance::words(&r.facts);
        let what = if words.is_empty() { "no answer" } else { &*words };
        let tone = if r.facts.outcome == Outcome::NoShow { Tone::Warning } else { Tone::Plain };
        let org = if r.organisation.is_empty() { String::new() } else { format!(" ({})", r.organisation) };
        out.item(format!("  {}{org} · {what}", r.name), tone, Item::Roll(r.person_id));
    }
    out.0
}
