//! What is asked of the world outside the screen: the clipboard, and whatever opens links.
//!
//! Must not know how either is reached; `terminal` does.

use crate::actions::Action;
use crate::book::{BookError, Thing};
use crate::domain::ids::PersonId;
use crate::domain::mail::{self, Answer, Way, Why};
use crate::domain::words::RouteKind;
use crate::domain::{address, link, text};
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
pub(super) const MOST_COPIED: usize = 74_000;

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
            return self.copy_line(line);
        }
        if self.list == PaneId::Members {
            return self.copy_people();
        }
        self.copy_part();
    }

    /// Copies a line of the detail, as far as the rules let the addresses in it out.
    fn copy_line(&mut self, line: String) {
        let decision = match self.detail.thing() {
            Some(Thing::Person(id)) => self.book.decide_text(id, &line, Way::Copy),
            _ => self.book.decide_anyones(&line, Way::Copy),
        };
        let Some(decision) = self.note(decision) else { return };
        match decision {
            Some(d) if d.answer == Answer::Asks => {
                let question = format!("{line}: {}.\n\nCopy it all the same?", d.words());
                let then = Request::Copy(line);
                self.overlays.push(Box::new(Confirm::asking("Copy", &question, Action::Yes, "copy", then)));
            }
            Some(d) if d.answer > Answer::Asks => self.say(&format!("Nothing copied: {}. {{copy a part}} copies another part", d.words())),
            _ => self.copy(&format!("Copied {line}"), line),
        }
    }

    fn copy_people(&mut self) {
        let people = self.members.chosen();
        let community = self.members.community.as_ref().map(|(id, _)| *id).filter(|_| people.len() > 1);
        let found = self.book.mail_line(&people, community, &self.members.find.query);
        let Some(found) = self.note(found) else { return };
        if !found.asks.is_empty() {
            let question = found.question();
            let without = found.clone();
            let all = found.confirmed();
            let offers = vec![format!("with them: {}", text::count(all.written, "address", "addresses")), "without them".to_owned()];
            let plain = people.len() == 1;
            let choose = Choose::asking(&format!("Copy too? {question}"), offers, false, move |chosen| {
                let line = if chosen.starts_with("with them") { &all.line } else { &without.line };
                Request::Copy(if plain { address::read(line).unwrap_or(line).to_owned() } else { line.clone() })
            });
            self.overlays.push(Box::new(choose));
        } else if found.written == 0 && people.len() > 1 {
            self.say(&format!("Nothing copied: {}", found.sentence()));
        } else if found.written == 0 && people.len() == 1 {
            let reason = found.left_out.keys().next().copied().unwrap_or("no e-mail address");
            self.say(&format!("Nothing copied: {reason}. {{copy a part}} copies another part"));
        } else if people.len() == 1 {
            let plain = address::read(&found.line).unwrap_or(&found.line).to_owned();
            self.copy(&format!("Copied {plain}"), plain);
        } else {
            self.copy(&found.sentence(), found.line);
        }
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
        let may = |a: &str| self.book.decide_anyones(a, Way::CopyPart).is_ok_and(|d| d.is_none_or(|d| d.answer <= Answer::Asks));
        let mut add = |label: &str, value: &str| {
            // A person's parts have been seen to: one key copies an address there that no other does.
            let value = if matches!(thing, Thing::Person(_)) { value.into() } else { mail::withhold(value, may) };
            if !value.trim().is_empty() {
                out.push((label.to_owned(), value.into_owned()));
            }
        };
        let days = self.book.calendar();
        match thing {
            Thing::Person(id) => {
                for (label, value) in self.parts_of_person(id)? {
                    add(&label, &value);
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

    /// The parts of a person. An address that may not leave isn't among them, in whatever part it stands; one whose holder withdrew
    /// consent to mail is, for this is the key that copies it all the same.
    fn parts_of_person(&self, id: PersonId) -> Result<Vec<(String, String)>, BookError> {
        let Some(p) = self.book.person(id)? else { return Ok(Vec::new()) };
        let usable = self.book.usable(id, Way::CopyPart)?;
        let allowed = |typed: &str| match self.book.decide_text(id, typed, Way::CopyPart) {
            Ok(decision) => decision.is_none_or(|d| d.answer <= Answer::Asks || d.why == Some(Why::WithdrewMail)),
            Err(_) => false,
        };
        let plain = |value: &str| mail::withhold(value, allowed).into_owned();
        let f = &p.facts;
        let mut out = vec![("Name".to_owned(), plain(&f.name))];
        for u in usable.iter().filter(|u| allowed(&u.address)) {
            let what = if u.primary { "E-mail" } else { "Other e-mail" };
            let label = if u.decision.why.is_some() { format!("{what} ({})", u.decision.words()) } else { what.to_owned() };
            out.push((label, u.address.clone()));
        }
        for (label, value) in [("Organisation", &f.organisation), ("Job title", &f.job_title), ("Discipline", &f.discipline)] {
            out.push((label.to_owned(), plain(value)));
        }
        out.extend(f.fields.iter().map(|(name, value)| (name.clone(), plain(value))));
        out.push(("Note".to_owned(), plain(&f.note)));
        let row = [&f.name, &f.email, &f.organisation, &f.job_title, &f.discipline].map(|s| plain(s).replace('\t', " "));
        out.push(("Row".to_owned(), row.join("\t")));
        Ok(out)
    }

    /// Offers to open the link under the cursor, or one of those that belong to what is there. What will be opened is shown first.
    pub(super) fn open_link(&mut self) {
        let on_line = if self.focus == PaneId::Detail { self.detail.line_text().and_then(|l| link::first_in(&l)) } else { None };
        let mail_to = on_line.as_deref().and_then(link::recipients);
        if let (Some(address), Some(thing)) = (mail_to, self.detail.thing()) {
            let decision = match thing {
                Thing::Person(id) => self.book.decide_text(id, &address, Way::Open),
                _ => self.book.decide_anyones(&address, Way::Open),
            };
            match self.note(decision).flatten() {
                Some(d) if d.answer > Answer::Asks => return self.say(&format!("Nothing opened: {}", d.words())),
                Some(d) if d.answer == Answer::Asks => {
                    let link = on_line.clone().unwrap_or_default();
                    return self.overlays.push(Box::new(confirm_opening(&link, d.words())));
                }
                _ => {}
            }
        }
        let links = match (on_line, self.detail.thing()) {
            (Some(link), _) => vec![(link, "")],
            (None, Some(thing)) => {
                let links = self.links_of(thing);
                self.note(links).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        match links.as_slice() {
            [] => match self.why_no_mail() {
                Some(why) => self.say(&format!("Nothing opened: {why}")),
                None => self.say("There is no link and no address here"),
            },
            [one] => {
                let asks = confirm_opening(&one.0, one.1);
                self.overlays.push(Box::new(asks));
            }
            several => {
                let label = |(link, why): &(String, &str)| if why.is_empty() { link.clone() } else { format!("{link} ({why})") };
                let names = several.iter().map(label).collect();
                let several = several.to_vec();
                self.overlays.push(Box::new(Choose::asking("Open", names, false, move |name| {
                    let found = several.iter().find(|one| label(one) == name);
                    let (link, why) = found.cloned().unwrap_or_default();
                    Request::Push(Box::new(confirm_opening(&link, why)))
                })));
            }
        }
    }

    /// Why no mail can be begun to the person under the cursor, if they have an address.
    fn why_no_mail(&self) -> Option<&'static str> {
        let Some(Thing::Person(id)) = self.detail.thing() else { return None };
        self.book.usable(id, Way::Open).ok()?.first().map(|u| u.decision.words()).filter(|w| !w.is_empty())
    }

    /// The links of a thing, each with what to know of it first, if anything.
    fn links_of(&self, thing: Thing) -> Result<Vec<(String, &'static str)>, BookError> {
        let mut out: Vec<String> = Vec::new();
        match thing {
            Thing::Person(id) => {
                let may = self.book.usable(id, Way::Open)?.into_iter().filter(|u| u.decision.answer <= Answer::Asks);
                return Ok(may.filter_map(|u| Some((link::read(&u.address)?, u.decision.words()))).collect());
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
        let mut allowed = Vec::new();
        for link in out {
            let to = link::recipients(&link).unwrap_or_default();
            match self.book.decide_anyones(&to, Way::Open)? {
                Some(d) if d.answer > Answer::Asks => {}
                decision => allowed.push((link, decision.map_or("", |d| d.words()))),
            }
        }
        Ok(allowed)
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
}

/// Asks before a link is opened; `why` is what to know of the address first.
fn confirm_opening(link: &str, why: &str) -> Confirm {
    let is_mail = link.get(..7).is_some_and(|l| l.eq_ignore_ascii_case("mailto:"));
    let (title, with) = if is_mail { ("Begin a mail", "your mail program") } else { ("Open a link", "your browser") };
    let why = if why.is_empty() { String::new() } else { format!("\n\nMind: {why}.") };
    Confirm::asking(title, &format!("{link}{why}\n\nOpen it with {with}?"), Action::Yes, "open", Request::Open(link.to_owned()))
}
