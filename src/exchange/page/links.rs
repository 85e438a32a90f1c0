//! Reads the parts of a page: links as ways to join, words as rules, cells as people and seats.
//!
//! Must not know where on a page they are.

use super::structure::Run;
use crate::domain::address;
use crate::domain::community::{RouteFacts, RuleFacts, function_of};
use crate::domain::directory::{PrintedPerson, PrintedSeat};
use crate::domain::words::RouteKind;
use crate::domain::{link, text};

/// Cleans a text to be kept: without control sequences for the terminal, and with single blanks.
pub(super) fn clean(raw: &str) -> String {
    text::clean_line(raw).text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a way to join from a link's words and target (a mailto as in RFC 6068).
pub(super) fn route(words: &str, target: &str) -> RouteFacts {
    let words = clean(words);
    let scheme = target.split(':').next().unwrap_or_default().to_lowercase();
    let other = |kind| RouteFacts { kind, target: clean(target), words: words.clone(), ..RouteFacts::default() };
    match scheme.as_str() {
        "mailto" => {
            let (to, query) = target[7..].split_once('?').unwrap_or((&target[7..], ""));
            let field = |name: &str| {
                let found = query.split('&').filter_map(|f| f.split_once('=')).find(|(n, _)| n.eq_ignore_ascii_case(name));
                found.map_or_else(String::new, |(_, v)| clean_lines(&link::unescaped(v)))
            };
            let to = clean(&link::unescaped(to));
            // LISTSERV and similar programs take a command in the body, or have a separate address for it.
            let is_command = field("body").to_lowercase().starts_with("subscribe") || to.to_lowercase().contains("-subscribe");
            let kind = if is_command { RouteKind::ListCommand } else { RouteKind::Mailto };
            RouteFacts { kind, target: to, subject: field("subject"), body: field("body"), words: words.clone() }
        }
        "http" | "https" if is_chat(target) => other(RouteKind::Chat),
        "http" | "https" => other(RouteKind::Form),
        "slack" | "msteams" => other(RouteKind::Chat),
        _ if target.starts_with(['#', '/']) && target.len() > 1 => other(RouteKind::Form),
        _ if ["", "#", "link", "[link]", "tbc", "[tbc]", "url", "todo"].contains(&target.to_lowercase().as_str()) => {
            RouteFacts { words: words.clone(), ..RouteFacts::default() }
        }
        // A link that could run something (such as `javascript:`) is never opened; it is kept as text.
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

/// Phrases that show that a text says who may join.
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

/// Returns whether a text says who may join.
pub(super) fn is_rule(text: &str) -> bool {
    let text = text.to_lowercase();
    ABOUT_JOINING.iter().any(|words| text.contains(words))
}

/// Words that negate a sentence or make what it names an example. Such a sentence is for people to read, not for us to decide by.
const TURNED: &[&str] = &[
    " not ",
    " no ",
    "n't ",
    "n’t ",
    " without ",
    " except",
    " other than ",
    " unless ",
    " excluding ",
    " e.g.",
    " eg ",
    " for example",
    " for instance",
    " such as ",
    " never ",
    " nobody ",
    " no one ",
    " cannot ",
    " refuse",
    " reject",
    " barred ",
];

/// Words with which a sentence requires or admits somebody with an address.
const REQUIRES: &[&str] = &[
    " need",
    " must ",
    " requir",
    " open to ",
    " with a ",
    " with an ",
    " with the ",
    " have a ",
    " have an ",
    " having ",
    " has a ",
    " end in ",
    " ends in ",
    " ending in ",
    " end with ",
    " ends with ",
    " only ",
    " restricted to ",
    " limited to ",
    " welcome",
    " eligib",
    " may join",
    " can join",
    " admit",
    " from a ",
    " from an ",
    " your ",
];

/// The beginnings of an incomplete sentence that says who may join.
const ADMITS: &[&str] =
    &["a ", "an ", "any ", "anyone ", "anybody ", "everyone ", "everybody ", "all ", "people ", "@", ".", "‘", "'", "“", "\""];

/// Splits a text into sentences. A full stop inside a domain or after a single letter (`e.g.`) doesn't end one.
fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, sign) in text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '\n')) {
        let before = text[..at].chars().rev().take_while(|c| c.is_alphanumeric()).count();
        let rest = &text[at + sign.len_utf8()..];
        if rest.is_empty() || (rest.starts_with(char::is_whitespace) && before > 1) || sign == '\n' {
            out.push(&text[from..at]);
            from = at + sign.len_utf8();
        }
    }
    out.push(&text[from..]);
    out
}

/// Returns the e-mail suffix that a word is, if it is one: `gov.uk`, `.gov`, `@x.example`, but not `e.g.` or `2.0`.
fn suffix(word: &str) -> Option<&str> {
    let bare = word.trim_end_matches(['.', '!', '?', '\'', '’']);
    if bare.starts_with("www.") {
        return None;
    }
    let plain = bare.trim_start_matches(['@', '.', '*']);
    let is_marked = plain.len() < bare.len();
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    let last = plain.rsplit('.').next().unwrap_or_default();
    let ends = last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
    (ends && plain.split('.').all(label) && (is_marked || plain.contains('.'))).then_some(plain)
}

/// Reads a rule from its printed words, with the e-mail suffixes that they require or admit, separated by commas.
pub(super) fn rule(words: &str) -> RuleFacts {
    let lower = words.to_lowercase();
    let mut suffixes: Vec<&str> = Vec::new();
    for sentence in sentences(&lower) {
        let plain = format!(" {sentence} ").replace(['(', ')', '[', ']', ',', ';', ':', '‘', '“', '”', '"'], " ");
        let about_mail = ["mail", "address", "domain", "account", "@"].iter().any(|w| plain.contains(w));
        // In a cell, or in brackets after a way to join, the text need not be a sentence: "an x.example address".
        let requires = REQUIRES.iter().any(|w| plain.contains(w)) || ADMITS.iter().any(|w| sentence.trim_start().starts_with(w));
        if !about_mail || !requires || TURNED.iter().any(|w| plain.contains(w)) {
            continue;
        }
        let all = sentence
            .split(|c: char| c.is_whitespace() || "‘“”\"`(),;:<>".contains(c))
            .filter_map(|w| suffix(w.trim_matches(['\'', '’', '‘'])));
        for found in all {
            if !suffixes.contains(&found) {
                suffixes.push(found);
            }
        }
    }
    RuleFacts { suffix: suffixes.join(", "), words: clean(words), ..RuleFacts::default() }
}

/// What a page prints for a seat that nobody holds.
const VACANT: &[&str] =
    &["tbc", WITHHELD, "tbd", "tba", "vacant", "to be confirmed", "to be appointed", "recruiting", "none", "-", "–", "—"];

/// What a page prints where the holder's name is withheld.
const WITHHELD: &str = "name withheld";

/// Returns a seat without a printed holder: vacant, or with the name withheld.
fn unnamed(title: &str, said: &str) -> PrintedSeat {
    PrintedSeat { title: title.to_owned(), holder: None, withheld: said.to_lowercase().contains(WITHHELD) }
}

fn is_vacant(words: &str) -> bool {
    let plain = words.trim().trim_matches(['(', ')', '[', ']', '.']).to_lowercase();
    VACANT.iter().any(|v| plain == *v || plain == format!("person {v}") || plain == format!("post {v}") || plain == format!("name {v}"))
}

/// Reads the seats that a cell prints, one on a line: `Head of Product, Ann Example, [ann@x](mailto:ann@x)`, `Head of Delivery (person
/// TBC)`.
pub(super) fn seats(run: &Run) -> Vec<PrintedSeat> {
    let mut lines: Vec<String> = Vec::new();
    for line in run.text.split(['\n', ';']).map(clean).filter(|line| !line.is_empty()) {
        let begins = is_title(&line) || is_vacant(&line);
        match lines.last_mut() {
            // A name or address on a line of its own belongs to the title above it.
            Some(last) if !begins && is_title(last) && !last.contains(',') => *last = format!("{last}, {line}"),
            Some(last) if !begins && last.contains(',') && line.contains('@') => *last = format!("{last}, {line}"),
            _ => lines.extend(two_people(&line)),
        }
    }
    let mut links = run.links.iter().filter_map(|l| address_of(&l.target).map(|a| (clean(&l.words), a)));
    lines.iter().map(|line| seat(line, &mut links)).collect()
}

/// Splits a seat of two people, each with an address, into a seat for each.
fn two_people(line: &str) -> Vec<String> {
    match line.split_once(" and ").or_else(|| line.split_once(" & ")) {
        Some((first, second)) if first.contains('@') && second.contains('@') => {
            let title = first.split(',').next().filter(|t| is_title(t)).map_or_else(String::new, |t| format!("{t}, "));
            vec![first.trim_end_matches([',', ' ']).to_owned(), format!("{title}{second}")]
        }
        _ => vec![line.to_owned()],
    }
}

/// Returns whether a text reads like the title of a seat rather than a name.
fn is_title(text: &str) -> bool {
    let first = text.split([',', ':', '(']).next().unwrap_or_default();
    !first.contains('@') && (function_of(first).is_some() || first.contains(" of ") || first.contains(" for "))
}

fn address_of(target: &str) -> Option<String> {
    let rest = target.get(..7).filter(|s| s.eq_ignore_ascii_case("mailto:")).and_then(|_| target.get(7..))?;
    address::read(rest.split('?').next().unwrap_or_default()).ok().map(str::to_owned)
}

fn seat(line: &str, links: &mut dyn Iterator<Item = (String, String)>) -> PrintedSeat {
    if is_vacant(line) {
        return unnamed("", line);
    }
    if let Some((title, inside)) = line.strip_suffix(')').and_then(|l| l.rsplit_once('('))
        && is_vacant(inside)
    {
        return unnamed(title.trim().trim_end_matches([',', ':']), inside);
    }
    let mut parts: Vec<&str> = line.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    if let Some((title, rest)) = parts.first().and_then(|p| p.split_once(':')) {
        parts.splice(0..1, [title.trim(), rest.trim()]);
    }
    let bare = |w: &str| w.trim_matches(['(', ')', '<', '>', '.']).trim_start_matches("mailto:").to_owned();
    let is_address = |w: &str| w.contains('@') && address::read(&bare(w)).is_ok();
    let has_address = |p: &str| p.split_whitespace().any(is_address);
    // The title comes first, unless the first part is a person with an address or a later part looks more like a title.
    let title_at = match parts.iter().position(|p| is_title(p)) {
        Some(at) => Some(at),
        // The line has only commas.
        None if parts.is_empty() => None,
        None if parts.len() < 2 && !has_address(parts.first().unwrap_or(&"")) => Some(0),
        None if parts.len() < 2 || parts[1..].iter().all(|p| p.split_whitespace().all(is_address)) => None,
        None => Some(0),
    };
    let title = title_at.map_or_else(String::new, |at| parts.remove(at).to_owned());
    if parts.is_empty() || parts.iter().all(|p| is_vacant(p)) {
        return unnamed(&title, line);
    }
    let (mut name, mut email): (Vec<String>, String) = (Vec::new(), String::new());
    for part in parts {
        let (found, words): (Vec<&str>, Vec<&str>) = part.split_whitespace().partition(|w| is_address(w));
        if let Some(found) = found.first() {
            email = bare(found);
        }
        if !words.is_empty() {
            name.push(words.join(" "));
        }
    }
    if let Some((words, linked)) = links.next() {
        email = linked;
        // A link after the name that repeats a part of it isn't a second name.
        if name.len() > 1 && name[..name.len() - 1].iter().any(|n| n.contains(&words)) && name.last() == Some(&words) {
            name.pop();
        }
    }
    PrintedSeat { title, holder: Some(PrintedPerson { name: name.join(", "), email }), withheld: false }
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
        let sam = |title: &str| (title.to_owned(), Some(("Sam Anvil".to_owned(), "sam@example.org".to_owned())));
        for (markdown, title) in [
            ("Sam Anvil (sam@example.org)", ""),
            ("Sam Anvil <sam@example.org>", ""),
            ("Sam Anvil, sam@example.org", ""),
            ("Head of Iron, Sam Anvil, [Sam](mailto:sam@example.org)", "Head of Iron"),
            ("Sam Anvil, <mailto:sam@example.org>, Head of Iron", "Head of Iron"),
            ("Head of Iron<br>Sam Anvil<br>[sam@example.org](mailto:sam@example.org)", "Head of Iron"),
        ] {
            assert_eq!(one(markdown), sam(title), "{markdown}");
        }
        let two = seats(&cell("Head of A, Jo Plane, [jo@x.example](mailto:jo@x.example) and Al Saw, [al@x.example](mailto:al@x.example)"));
        let holders: Vec<(&str, &str)> =
            two.iter().filter_map(|s| s.holder.as_ref()).map(|h| (h.name.as_str(), h.email.as_str())).collect();
        assert_eq!(holders, [("Jo Plane", "jo@x.example"), ("Al Saw", "al@x.example")]);
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
            ("you need a 'tin.example.org' or 'example.org' email address", "tin.example.org, example.org"),
            ("Anyone except people with a 'bad.org' address may join.", ""),
            ("You do not need an 'example.org' email address.", ""),
            ("The communities are open to anyone with a .gov or .mil e-mail address.", "gov, mil"),
            ("You need a work email address, e.g. ann@example.gov.uk or gov.uk.", ""),
            ("No gov.uk address needed to join.", ""),
            ("You need a work email address (e.g. .gov.uk).", ""),
            ("Members must have an email address (no contractors.gov.uk).", ""),
            ("Nobody from nhs.uk may join; you need an email address.", ""),
            ("We refuse addresses from gmail.com; you need a work email.", ""),
            ("Sign up at www.maps.gov.uk with your email address to join.", ""),
            ("Version 2.0 is open to anyone with an e-mail address at x.example.", "x.example"),
            ("You need a gov.uk address. It need not be at x.example.", "gov.uk"),
            ("Members only: write to us from a gov.uk or nhs.uk email account.", "gov.uk, nhs.uk"),
        ] {
            assert!(is_rule(words), "{words}");
            assert_eq!(rule(words).suffix, suffix, "{words}");
        }
    }
}
