//! Opening links from the home screen: the one under the cursor, or one of those that belong to the item. The link is shown first.
//!
//! Must not know how a link is opened, nor who may be mailed; the book decides that.

use super::hall::Home;
use crate::actions::Action;
use crate::book::{BookError, Thing};
use crate::domain::mail::{Answer, Way};
use crate::domain::words::RouteKind;
use crate::domain::{address, link};
use crate::tui::canvas::PaneId;
use crate::tui::core::{Cx, Pane, Request};
use crate::tui::overlays::{Choose, Confirm};

/// Offers to open the link under the cursor, or one of those that belong to the item. The link is shown first.
pub(super) fn open_link(home: &Home, cx: &mut Cx<'_>) {
    let on_line = if home.focus == PaneId::Detail { home.detail.line_text().and_then(|l| link::first_in(&l)) } else { None };
    let mail_to = on_line.as_deref().and_then(link::recipients);
    if let (Some(address), Some(thing)) = (mail_to, home.detail.thing()) {
        let decision = match thing {
            Thing::Person(id) => cx.book.decide_text(id, &address, Way::Open),
            _ => cx.book.decide_anyones(&address, Way::Open),
        };
        match cx.note(decision).flatten() {
            Some(d) if d.answer > Answer::Asks => return cx.say(format!("Nothing opened: {}", d.words())),
            Some(d) if d.answer == Answer::Asks => {
                let link = on_line.clone().unwrap_or_default();
                return cx.push(confirm_opening(&link, d.words()));
            }
            _ => {}
        }
    }
    let links = match (on_line, home.detail.thing()) {
        (Some(link), _) => vec![(link, "")],
        (None, Some(thing)) => {
            let links = links_of(thing, cx);
            cx.note(links).unwrap_or_default()
        }
        (None, None) => Vec::new(),
    };
    match links.as_slice() {
        [] => match why_no_mail(home, cx) {
            Some(why) => cx.say(format!("Nothing opened: {why}")),
            None => cx.say("There is no link and no address here"),
        },
        [one] => {
            let asks = confirm_opening(&one.0, one.1);
            cx.push(asks);
        }
        several => {
            let label = |(link, why): &(String, &str)| if why.is_empty() { link.clone() } else { format!("{link} ({why})") };
            let names = several.iter().map(label).collect();
            let several = several.to_vec();
            cx.push(Choose::asking("Open", names, false, move |name| {
                let found = several.iter().find(|one| label(one) == name);
                let (link, why) = found.cloned().unwrap_or_default();
                Request::push(confirm_opening(&link, why))
            }));
        }
    }
}

/// Returns why no mail can be started to the person under the cursor, if they have an address.
fn why_no_mail(home: &Home, cx: &Cx<'_>) -> Option<&'static str> {
    let Some(Thing::Person(id)) = home.detail.thing() else { return None };
    cx.book.usable(id, Way::Open).ok()?.first().map(|u| u.decision.words()).filter(|w| !w.is_empty())
}

/// Returns the links of a thing, each with what the user should know first, if anything.
fn links_of(thing: Thing, cx: &Cx<'_>) -> Result<Vec<(String, &'static str)>, BookError> {
    let mut out: Vec<String> = Vec::new();
    match thing {
        Thing::Person(id) => {
            let may = cx.book.usable(id, Way::Open)?.into_iter().filter(|u| u.decision.answer <= Answer::Asks);
            return Ok(may.filter_map(|u| Some((link::read(&u.address)?, u.decision.words()))).collect());
        }
        Thing::Community(id) => {
            if let Some(c) = cx.book.community(id)? {
                out.extend(c.routes.iter().filter_map(|(_, r)| match r.kind {
                    RouteKind::Mailto if !r.target.contains('?') => address::read(&r.target).ok().map(|a| link::mailto(a, &r.subject)),
                    _ => link::read(&r.target),
                }));
                out.extend(c.channels.iter().filter_map(|(_, ch)| link::read(&ch.name)));
            }
        }
        Thing::Meetup(id) => {
            if let Some(m) = cx.book.meetup(id)? {
                out.extend([&m.facts.venue, &m.facts.write_up_link, &m.facts.note].into_iter().filter_map(|t| link::first_in(t)));
            }
        }
        Thing::Organisation(_) => {}
    }
    out.dedup();
    let mut allowed = Vec::new();
    for link in out {
        let to = link::recipients(&link).unwrap_or_default();
        match cx.book.decide_anyones(&to, Way::Open)? {
            Some(d) if d.answer > Answer::Asks => {}
            decision => allowed.push((link, decision.map_or("", |d| d.words()))),
        }
    }
    Ok(allowed)
}

/// Asks before a link is opened; `why` is what the user should know about the address.
fn confirm_opening(link: &str, why: &str) -> Confirm {
    let is_mail = link.get(..7).is_some_and(|l| l.eq_ignore_ascii_case("mailto:"));
    let (title, with) = if is_mail { ("Start an e-mail", "your mail program") } else { ("Open a link", "your browser") };
    let why = if why.is_empty() { String::new() } else { format!("\n\nMind: {why}.") };
    Confirm::asking(title, &format!("{link}{why}\n\nOpen it with {with}?"), Action::Yes, "open", Request::Open(link.to_owned()))
}
