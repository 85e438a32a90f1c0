//! What is asked of the world outside the screen: the clipboard, and whatever opens links.
//!
//! Must not know how either is reached; `terminal` does.

use crate::actions::Action;
use crate::book::{BookError, Thing};
use crate::domain::words::{AddressState, RouteKind};
use crate::domain::{address, link};
use crate::tui::core::{PaneId, Request};
use crate::tui::overlays::{Choose, Confirm, Prompt};
use crate::tui::root::Root;
use crate::tui::theme::Tone;

/// Something for the loop to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Put a text on the clipboard.
    Copy(String),
    /// Open a link.
    Open(String),
}

/// More than this many bytes no terminal takes at once: xterm's limit for OSC 52 in base64, less what a multiplexer adds.
pub const MOST_COPIED: usize = 74_000;

impl Root {
    /// The next errand, if there is one.
    pub fn errand(&mut self) -> Option<Errand> {
        self.errands.pop()
    }

    /// Says that an errand could not be done.
    pub fn errand_failed(&mut self, errand: &Errand, why: &std::io::Error) {
        let said = match errand {
            Errand::Copy(_) => format!("Could not copy: {why}"),
            Errand::Open(_) => self.keys().say(&format!("Nothing here opens links ({why}); {{copy a part}} copies it instead")),
        };
        self.toast = Some((said, Tone::Error));
    }

    /// Puts a text on the clipboard and says what it was.
    pub(super) fn copy(&mut self, what: &str, text: String) {
        if text.len() > MOST_COPIED {
            let message = "That is more than a terminal's clipboard takes; export it to a file instead";
            self.toast = Some((message.into(), Tone::Error));
            return;
        }
        self.toast = Some((what.to_owned(), Tone::Good));
        self.errands.push(Errand::Copy(text));
    }

    /// Copies what is meant without asking: the marked people's addresses, the address under the cursor, the line of the detail.
    pub(super) fn copy_here(&mut self) {
        if self.focus == PaneId::Detail
            && let Some(line) = self.detail.line_text()
        {
            let asked = self.is_suppressed(&line);
            let but = if asked { " — who asked not to be mailed" } else { "" };
            self.copy(&format!("Copied {line}{but}"), line);
            return;
        }
        if self.list == PaneId::Members {
            let people = self.members.chosen();
            let community = self.members.community.as_ref().map(|(id, _)| *id).filter(|_| people.len() > 1);
            let found = self.book.mail_line(&people, community);
            let Some(found) = self.note(found) else { return };
            if found.written == 0 && people.len() == 1 {
                let reason = found.left_out.keys().next().copied().unwrap_or("no address");
                self.say(&format!("Nothing copied: {reason}. {{copy a part}} copies another part"));
            } else if people.len() == 1 {
                let plain = address::read(&found.line).unwrap_or(&found.line).to_owned();
                self.copy(&format!("Copied {plain}"), plain);
            } else {
                self.copy(&found.sentence(), found.line);
            }
            return;
        }
        self.copy_part();
    }

    /// Whether the person who is shown asked that this address is not mailed.
    fn is_suppressed(&self, address: &str) -> bool {
        let Some(Thing::Person(id)) = self.detail.thing() else { return false };
        let key = address::key(address);
        self.book.person(id).ok().flatten().is_some_and(|p| p.suppressed.iter().any(|s| address::key(s) == key))
    }

    /// Offers the parts of what is under the cursor, to copy one.
    pub(super) fn copy_part(&mut self) {
        let Some(thing) = self.detail.thing() else {
            self.say("There is nothing under the cursor");
            return;
        };
        let parts = self.parts_of(thing);
        let Some(parts) = self.note(parts) else { return };
        let names = parts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        self.overlays.push(Box::new(Choose::asking("Copy", names, false, move |name| {
            let value = parts.iter().find(|(l, v)| format!("{l}: {v}") == name).map(|(_, v)| v.clone()).unwrap_or_default();
            Request::Copy(value)
        })));
    }

    fn parts_of(&self, thing: Thing) -> Result<Vec<(String, String)>, BookError> {
        let mut out: Vec<(String, String)> = Vec::new();
        let mut add = |label: &str, value: &str| {
            if !value.trim().is_empty() {
                out.push((label.to_owned(), value.to_owned()));
            }
        };
        let days = self.book.calendar();
        match thing {
            Thing::Person(id) => {
                if let Some(p) = self.book.person(id)? {
                    let f = &p.facts;
                    let label = |what: &str, address: &str| {
                        let asked = p.suppressed.iter().any(|s| s == address);
                        if asked { format!("{what} (asked not to be mailed)") } else { what.to_owned() }
                    };
                    let row_email = if p.suppressed.contains(&f.email) { "" } else { &f.email };
                    add("Name", &f.name);
                    add(&label("E-mail", &f.email), &f.email);
                    f.others.iter().for_each(|o| add(&label("Other e-mail", &o.address), &o.address));
                    add("Organisation", &f.organisation);
                    add("Job title", &f.job_title);
                    add("Discipline", &f.discipline);
                    f.fields.iter().for_each(|(name, value)| add(name, value));
                    add("Note", &f.note);
                    add(
                        "Row",
                        &[&f.name, row_email, &f.organisation, &f.job_title, &f.discipline].map(|s| s.replace('\t', " ")).join("\t"),
                    );
                }
            }
            Thing::Community(id) => {
                if let Some(c) = self.book.community(id)? {
                    add("Name", &c.facts.name);
                    add("Purpose", &c.facts.purpose);
                    c.routes.iter().for_each(|(_, r)| add("Join", &r.target));
                    c.channels.iter().for_each(|(_, ch)| add("Channel", &ch.name));
                    for s in &c.seats {
                        add("Seat", &format!("{}: {}", s.title, s.holder.as_ref().map_or("person TBC", |(_, n)| n)));
                    }
                }
            }
            Thing::Meetup(id) => {
                if let Some(m) = self.book.meetup(id)? {
                    let f = &m.facts;
                    add("Title", &f.title);
                    add(
                        "When",
                        &format!("{}, {} to {}", days.in_full(f.starts.date()), f.starts.format("%H:%M"), f.ends().format("%H:%M")),
                    );
                    add("Where", &f.venue);
                    add("Write-up", &f.write_up_link);
                    add("Note", &f.note);
                }
            }
            Thing::Organisation(_) => {}
        }
        Ok(out)
    }

    /// Offers to open the link under the cursor, or one of those that belong to what is there. What will be opened is shown first.
    pub(super) fn open_link(&mut self) {
        let on_line = if self.focus == PaneId::Detail { self.detail.line_text().and_then(|l| link::first_in(&l)) } else { None };
        let on_line = on_line.filter(|l| !self.is_suppressed(l.trim_start_matches("mailto:")));
        let links = match (on_line, self.detail.thing()) {
            (Some(link), _) => vec![link],
            (None, Some(thing)) => {
                let links = self.links_of(thing);
                self.note(links).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        match links.as_slice() {
            [] => self.say("There is no link and no address here that may be written to"),
            [one] => {
                let asks = confirm_opening(one);
                self.overlays.push(Box::new(asks));
            }
            _ => self.overlays.push(Box::new(Choose::asking("Open", links, false, |l| Request::Push(Box::new(confirm_opening(l)))))),
        }
    }

    fn links_of(&self, thing: Thing) -> Result<Vec<String>, BookError> {
        let mut out = Vec::new();
        match thing {
            Thing::Person(id) => {
                if let Some(p) = self.book.person(id)? {
                    let first = (&p.facts.email, p.facts.email_state);
                    let all = std::iter::once(first).chain(p.facts.others.iter().map(|o| (&o.address, o.state)));
                    let may = all.filter(|(a, state)| *state == AddressState::Ok && !p.suppressed.contains(a));
                    out.extend(may.filter_map(|(a, _)| link::read(a)));
                }
            }
            Thing::Community(id) => {
                if let Some(c) = self.book.community(id)? {
                    out.extend(c.routes.iter().filter_map(|(_, r)| match r.kind {
                        RouteKind::Mailto if !r.target.contains('?') => address::read(&r.target).ok().map(|a| link::mailto(a, &r.subject)),
                        _ => link::read(&r.target),
                    }));
                    out.extend(c.channels.iter().filter_map(|(_, ch)| link::read(&ch.name)));
                }
            }
            Thing::Meetup(id) => {
                if let Some(m) = self.book.meetup(id)? {
                    out.extend([&m.facts.venue, &m.facts.write_up_link, &m.facts.note].into_iter().filter_map(|t| link::first_in(t)));
                }
            }
            Thing::Organisation(_) => {}
        }
        out.dedup();
        Ok(out)
    }

    /// Asks for people to add: typed, or a whole pasted list. What would be done is shown before it is.
    pub(super) fn ask_for_members(&mut self, start: &str) {
        let into = self.members.community.as_ref().map_or_else(|| "the roster".to_owned(), |(_, name)| name.clone());
        let title = format!("Add to {into}: addresses or names; paste a list");
        self.overlays.push(Box::new(Prompt::of_lines(&title, start, move |typed| Request::AddMembers(typed.to_owned()))));
    }

    /// Rehearses the adding of a pasted list.
    pub(super) fn add_members(&mut self, typed: &str) {
        let rows = self.book.pasted_rows(typed);
        let Some(rows) = self.note(rows) else { return };
        let community = self.members.community.as_ref().map(|(_, name)| name.clone());
        self.waiting = self.asker;
        let options = crate::book::ImportOptions { file: "the list".into(), text: Some(rows), community, dry_run: true };
        self.work.import(&mut self.book, options);
    }

    /// Does what an action says that reaches outside.
    pub(super) fn act_outside(&mut self, action: Action) {
        match action {
            Action::Copy => self.copy_here(),
            Action::CopyPart => self.copy_part(),
            Action::OpenLink => self.open_link(),
            _ => self.ask_for_members(""),
        }
    }
}

fn confirm_opening(link: &str) -> Confirm {
    let is_mail = link.get(..7).is_some_and(|l| l.eq_ignore_ascii_case("mailto:"));
    let (title, with) = if is_mail { ("Begin a mail", "your mail program") } else { ("Open a link", "your browser") };
    Confirm::asking(title, &format!("{link}\n\nOpen it with {with}?"), "y", "opens it", Request::Open(link.to_owned()))
}
