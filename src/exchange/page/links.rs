//! Links of a page as ways to join, rules in its words, people and seats in its cells.
//!
//! Must not know where on a page they stand.

use super::structure::Run;
use crate::domain::address;
use crate::domain::community::{RouteFacts, RuleFacts};
use crate::domain::directory::{PrintedPerson, PrintedSeat};
use crate::domain::text;
use crate::domain::words::RouteKind;

/// Text as it is kept: without what would drive a terminal, single blanks.
pub fn clean(raw: &str) -> String {
    text::clean_line(raw).text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A way to join, from a link's words and target (a mailto as RFC 6068 has it).
pub fn route(words: &str, target: &str) -> RouteFacts {
    let words = clean(words);
    let scheme = target.split(':').next().unwrap_or_default().to_lowercase();
    let other = |kind| RouteFacts { kind, target: clean(target), words: words.clone(), ..RouteFacts::default() };
    match scheme.as_str() {
        "mailto" => {
            let (to, query) = target[7..].split_once('?').unwrap_or((&target[7..], ""));
            let field = |name: &str| {
                let found = query.split('&').filter_map(|f| f.split_once('=')).find(|(n, _)| n.eq_ignore_ascii_case(name));
                found.map_or_else(String::new, |(_, v)| clean_lines(&percent_decoded(v)))
            };
            let to = clean(&percent_decoded(to));
            // LISTSERV and its like are written to with a command as the text, or to an address of its own.
            let is_command = field("body").to_lowercase().starts_with("subscribe") || to.to_lowercase().contains("-subscribe");
            let kind = if is_command { RouteKind::ListCommand } else { RouteKind::Mailto };
            RouteFacts { kind, target: to, subject: field("subject"), body: field("body"), words: words.clone() }
        }
        "http" | "https" if is_chat(target) => other(RouteKind::Chat),
        "http" | "https" => other(RouteKind::Form),
        "slack" | "msteams" => other(RouteKind::Chat),
        _ if target.starts_with(['#', '/']) && target.len() > 1 => other(RouteKind::Form),
        // Nothing that runs is ever opened: it is kept as text.
        _ => RouteFacts {
            kind: RouteKind::NotSet,
            target: String::new(),
            words: format!("[{words}]({})", clean(target)),
            ..RouteFacts::default()
        },
    }
}

fn is_chat(target: &str) -> bool {
    let host = target.split("//").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    ["slack.com", "teams.microsoft.com", "discord.gg", "discord.com", "chat.google.com"].iter().any(|h| address::domain_within(host, h))
}

fn clean_lines(raw: &str) -> String {
    text::clean_lines(raw).text.trim().to_owned()
}

fn percent_decoded(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| raw.get(at + 1..at + 3)).flatten().and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Words that say who may join.
const ABOUT_JOINING: &[&str] = &[
    "open to",
    "email address",
    "e-mail address",
    "email account",
    "eligib",
    "may join",
    "can join",
    "to join",
    "welcome to",
    "members only",
    "must have",
    "must be",
    "you need",
];

/// Whether a text says who may join.
pub fn is_rule(text: &str) -> bool {
    let text = text.to_lowercase();
    ABOUT_JOINING.iter().any(|words| text.contains(words))
}

/// A rule from the words that print it: the e-mail suffix in them, if one is named.
pub fn rule(words: &str) -> RuleFacts {
    let plain = words.to_lowercase();
    let about_mail = ["mail", "address", "domain", "account", "@"].iter().any(|w| plain.contains(w));
    let candidates = plain.split(|c: char| c.is_whitespace() || "‘’“”'\"`(),;:<>*".contains(c)).filter(|w| !w.is_empty());
    let suffix = candidates.map(|w| w.trim_start_matches(['@', '.', '*']).trim_end_matches(['.', '!', '?'])).find(|w| {
        w.contains('.')
            && !w.contains('/')
            && !w.contains('@')
            && w.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'))
    });
    RuleFacts { suffix: suffix.filter(|_| about_mail).unwrap_or_default().to_owned(), words: clean(words), ..RuleFacts::default() }
}

/// What a page prints where nobody holds a seat.
const VACANT: &[&str] = &["tbc", "tbd", "tba", "vacant", "to be confirmed", "to be appointed", "recruiting", "none", "-", "–", "—"];

fn is_vacant(words: &str) -> bool {
    let plain = words.trim().trim_matches(['(', ')', '[', ']', '.']).to_lowercase();
    VACANT.iter().any(|v| plain == *v || plain == format!("person {v}") || plain == format!("post {v}") || plain == format!("name {v}"))
}

/// The seats that a cell prints, one to a line: `Head of Product, Ann Example, [ann@x](mailto:ann@x)`, `Head of Delivery (person TBC)`.
pub fn seats(run: &Run) -> Vec<PrintedSeat> {
    let mut links = run.links.iter();
    let mut mailed = || links.find_map(|l| address_of(&l.target)).unwrap_or_default();
    run.text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()).map(|line| seat(&clean(line), &mut mailed)).collect()
}

fn address_of(target: &str) -> Option<String> {
    let rest = target.get(..7).filter(|s| s.eq_ignore_ascii_case("mailto:")).and_then(|_| target.get(7..))?;
    address::read(rest.split('?').next().unwrap_or_default()).ok().map(str::to_owned)
}

fn seat(line: &str, mailed: &mut dyn FnMut() -> String) -> PrintedSeat {
    if is_vacant(line) {
        return PrintedSeat::default();
    }
    if let Some((title, inside)) = line.strip_suffix(')').and_then(|l| l.rsplit_once('('))
        && is_vacant(inside)
    {
        return PrintedSeat { title: title.trim().trim_end_matches([',', ':']).to_owned(), holder: None };
    }
    let (title, rest) = line.split_once([',', ':']).map_or((line, ""), |(t, r)| (t.trim(), r.trim()));
    if rest.is_empty() || is_vacant(rest) {
        return PrintedSeat { title: title.to_owned(), holder: None };
    }
    let mut name = Vec::new();
    let mut email = String::new();
    for part in rest.split(',').map(str::trim) {
        let is_address = |w: &&str| w.contains('@') && address::read(w).is_ok();
        let (found, words): (Vec<&str>, Vec<&str>) = part.split_whitespace().partition(is_address);
        if let Some(found) = found.first().and_then(|w| address::read(w).ok()) {
            found.clone_into(&mut email);
        }
        if !words.is_empty() {
            name.push(words.join(" "));
        }
    }
    let linked = mailed();
    if !linked.is_empty() {
        email = linked;
    }
    PrintedSeat { title: title.to_owned(), holder: Some(PrintedPerson { name: name.join(", "), email }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::page::structure::{Block, blocks};

    fn cell(markdown: &str) -> Run {
        match blocks(markdown).remove(0) {
            Block::Paragraph(run) => run,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn seats_are_read_as_pages_print_them() {
        let one = |markdown: &str| {
            let seat = seats(&cell(markdown)).remove(0);
            (seat.title, seat.holder.map(|h| (h.name, h.email)))
        };
        let ann = Some(("Ann Example".to_owned(), "ann@example.org".to_owned()));
        assert_eq!(one("Head of Product, Ann Example, [ann@example.org](mailto:ann@example.org)"), ("Head of Product".into(), ann.clone()));
        assert_eq!(one("Head of Product, [Ann Example](mailto:ann@example.org?subject=x)"), ("Head of Product".into(), ann.clone()));
        assert_eq!(one("Lead: Ann Example <ann@example.org>"), ("Lead".into(), ann));
        assert_eq!(one("Chair: Ann Example"), ("Chair".into(), Some(("Ann Example".into(), String::new()))));
        for vacant in ["Head of Delivery (person TBC)", "Head of Delivery, TBC", "Head of Delivery: vacant", "Head of Delivery"] {
            assert_eq!(one(vacant), ("Head of Delivery".into(), None), "{vacant}");
        }
        assert_eq!(seats(&cell("Head of A, Ann<br>Deputy (TBC)")).len(), 2);
    }

    #[test]
    fn links_are_ways_to_join_and_what_runs_is_kept_as_text() {
        let mail = route("Join us", "mailto:cop@example.org?subject=Join%20us&body=My%20name%20is");
        assert_eq!(
            (mail.kind, mail.target.as_str(), mail.subject.as_str(), mail.body.as_str()),
            (RouteKind::Mailto, "cop@example.org", "Join us", "My name is")
        );
        let form = route("Join", "https://forms.example/f/e/1?c=0&w=1");
        assert_eq!((form.kind, form.target.as_str()), (RouteKind::Form, "https://forms.example/f/e/1?c=0&w=1"));
        assert_eq!(route("#cop", "https://x.slack.com/archives/C1").kind, RouteKind::Chat);
        assert_eq!(route("Join", "mailto:listserv@example.org?body=subscribe%20cop").kind, RouteKind::ListCommand);
        let run = route("Join", "javascript:alert(1)");
        assert_eq!((run.kind, run.target.as_str(), run.words.as_str()), (RouteKind::NotSet, "", "[Join](javascript:alert(1))"));
    }

    #[test]
    fn a_suffix_is_found_in_the_words_of_a_rule() {
        for (words, suffix) in [
            ("you need a ‘gov.au’ email address", "gov.au"),
            ("You need an e-mail address that ends in @x.gov.uk.", "x.gov.uk"),
            ("The communities are open to anyone in local, state and federal government to join.", ""),
            ("New members are welcome to join.", ""),
        ] {
            assert!(is_rule(words), "{words}");
            assert_eq!(rule(words).suffix, suffix, "{words}");
        }
    }
}
