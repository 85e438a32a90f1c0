//! The public page of communities: what it says about each, which of our communities that is, and what differs.
//!
//! Must not know how a page is written, nor where the roster stores that information.

use crate::domain::address;
use crate::domain::community::{RouteFacts, RuleFacts};
use crate::domain::text;

/// Who holds a seat, as a page prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PrintedPerson {
    /// The name.
    pub name: String,
    /// The address; empty if none is printed.
    pub email: String,
}

/// A seat as a page prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PrintedSeat {
    /// The title.
    pub title: String,
    /// The holder; `None` is "person TBC", or a holder whose name is withheld.
    pub holder: Option<PrintedPerson>,
    /// Whether the seat has a holder whose name is withheld.
    pub withheld: bool,
}

/// What a page says about a community, or should say according to the roster. A field is `None` if the page has no place for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageEntry {
    /// The name; `None` if the page names none.
    pub name: Option<String>,
    /// The job family.
    pub family: Option<String>,
    /// The disciplines, in order.
    pub disciplines: Option<Vec<String>>,
    /// Who the community is for, and its purpose.
    pub purpose: Option<String>,
    /// The seats.
    pub seats: Option<Vec<PrintedSeat>>,
    /// The ways to join.
    pub routes: Option<Vec<RouteFacts>>,
    /// The rules about who may join.
    pub rules: Option<Vec<RuleFacts>>,
    /// Who runs it, if others do; empty if the page doesn't name them.
    pub run_by_others: Option<String>,
}

/// A part of what a page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is a field of Printed")]
pub(crate) enum Part {
    Name,
    Family,
    Disciplines,
    Purpose,
    Seats,
    Routes,
    Rules,
    RunBy,
}

/// A difference between two descriptions of a community: the part, and what each description says, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The part.
    pub part: Part,
    /// What the first says.
    pub first: String,
    /// What the second says.
    pub second: String,
}

impl PageEntry {
    /// Returns a description with a place for every part, all empty.
    #[must_use]
    pub(crate) fn everything() -> Self {
        Self {
            name: Some(String::new()),
            family: Some(String::new()),
            disciplines: Some(Vec::new()),
            purpose: Some(String::new()),
            seats: Some(Vec::new()),
            routes: Some(Vec::new()),
            rules: Some(Vec::new()),
            run_by_others: Some(String::new()),
        }
    }

    /// Returns a name derived from the seat, otherwise from the disciplines, otherwise from the family.
    #[must_use]
    pub(crate) fn derived_name(&self) -> String {
        let title = self.seats.iter().flatten().map(|s| s.title.as_str()).find(|t| !t.is_empty());
        if let Some(title) = title {
            let stripped = POSTS.iter().find_map(|post| strip_word(title, post)).unwrap_or(title);
            let stripped = strip_word(stripped, "of").or_else(|| strip_word(stripped, "for")).unwrap_or(stripped);
            return capital(stripped);
        }
        match self.disciplines.as_deref() {
            Some([]) | None => self.family.clone().unwrap_or_default(),
            Some([one]) => capital(one),
            Some([first, others @ ..]) => format!("{} and {} more", capital(first), others.len()),
        }
    }

    /// Returns the name, or the derived one if there is none.
    #[must_use]
    pub(crate) fn called(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.derived_name())
    }

    /// Returns whether the description has a place for a part.
    #[must_use]
    pub(crate) const fn has(&self, part: Part) -> bool {
        match part {
            Part::Name => self.name.is_some(),
            Part::Family => self.family.is_some(),
            Part::Disciplines => self.disciplines.is_some(),
            Part::Purpose => self.purpose.is_some(),
            Part::Seats => self.seats.is_some(),
            Part::Routes => self.routes.is_some(),
            Part::Rules => self.rules.is_some(),
            Part::RunBy => self.run_by_others.is_some(),
        }
    }

    /// Returns the parts in which two descriptions differ. A part that one of them has no place for doesn't count, nor does the shape of
    /// quotation marks, which is the page's style.
    #[must_use]
    pub(crate) fn differences(&self, other: &Self) -> Vec<Difference> {
        let (a, b) = (self.in_plain_marks(), other.in_plain_marks());
        self.compared(other).into_iter().filter(|d| a.compared(&b).iter().any(|p| p.part == d.part)).collect()
    }

    /// Returns a copy with straight quotation marks.
    fn in_plain_marks(&self) -> Self {
        let text = |t: &Option<String>| t.as_deref().map(plain_marks);
        let seat = |s: &PrintedSeat| PrintedSeat {
            title: plain_marks(&s.title),
            holder: s.holder.as_ref().map(|p| PrintedPerson { name: plain_marks(&p.name), email: p.email.clone() }),
            withheld: s.withheld,
        };
        let route = |r: &RouteFacts| RouteFacts { words: plain_marks(&r.words), ..r.clone() };
        let rule = |r: &RuleFacts| RuleFacts { words: plain_marks(&r.words), ..r.clone() };
        Self {
            name: text(&self.name),
            family: text(&self.family),
            disciplines: self.disciplines.as_ref().map(|all| all.iter().map(|d| plain_marks(d)).collect()),
            purpose: text(&self.purpose),
            seats: self.seats.as_ref().map(|all| all.iter().map(seat).collect()),
            routes: self.routes.as_ref().map(|all| all.iter().map(route).collect()),
            rules: self.rules.as_ref().map(|all| all.iter().map(rule).collect()),
            run_by_others: text(&self.run_by_others),
        }
    }

    fn compared(&self, other: &Self) -> Vec<Difference> {
        let mut out = Vec::new();
        let mut note = |part: Part, first: String, second: String| {
            let or_nothing = |s: String| if s.is_empty() { "nothing".to_owned() } else { s };
            out.push(Difference { part, first: or_nothing(first), second: or_nothing(second) });
        };
        for (part, a, b) in [
            (Part::Name, &self.name, &other.name),
            (Part::Family, &self.family, &other.family),
            (Part::Purpose, &self.purpose, &other.purpose),
            (Part::RunBy, &self.run_by_others, &other.run_by_others),
        ] {
            // An empty name says nothing about who runs the community, so it isn't a difference.
            let unsaid = part == Part::RunBy && (a.as_ref().is_some_and(String::is_empty) || b.as_ref().is_some_and(String::is_empty));
            if let (Some(a), Some(b), false) = (a, b, unsaid)
                && a != b
            {
                note(part, a.clone(), b.clone());
            }
        }
        if let (Some(a), Some(b)) = (&self.disciplines, &other.disciplines)
            && a != b
        {
            note(Part::Disciplines, a.join(", "), b.join(", "));
        }
        if let (Some(a), Some(b)) = (&self.seats, &other.seats)
            && !same_seats(a, b)
        {
            note(
                Part::Seats,
                a.iter().map(seat_words).collect::<Vec<_>>().join("; "),
                b.iter().map(seat_words).collect::<Vec<_>>().join("; "),
            );
        }
        if let (Some(a), Some(b)) = (&self.routes, &other.routes)
            && !(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_route(a, b)))
        {
            let words = |all: &[RouteFacts]| all.iter().map(route_words).collect::<Vec<_>>().join("; ");
            // If the routes have the same targets, the difference is in the link texts.
            let alike = words(a) == words(b);
            let links = |all: &[RouteFacts]| all.iter().map(|r| format!("{} “{}”", route_words(r), r.words)).collect::<Vec<_>>().join("; ");
            let told = |all: &[RouteFacts]| if alike { links(all) } else { words(all) };
            note(Part::Routes, told(a), told(b));
        }
        if let (Some(a), Some(b)) = (&self.rules, &other.rules)
            && !(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_rule(a, b)))
        {
            note(
                Part::Rules,
                a.iter().map(rule_words).collect::<Vec<_>>().join("; "),
                b.iter().map(rule_words).collect::<Vec<_>>().join("; "),
            );
        }
        out
    }
}

/// Returns a text with straight quotation marks.
#[must_use]
pub(crate) fn plain_marks(text: &str) -> String {
    text.replace(['‘', '’'], "'").replace(['“', '”'], "\"")
}

/// The words before the name of a community in the title of its seat.
const POSTS: &[&str] =
    &["head", "co-head", "lead", "co-lead", "chair", "co-chair", "director", "principal", "principle", "chief", "senior", "deputy"];

/// Returns a text without its first word, if that is `word` in any case.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = text.trim().split_once(' ')?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim_start())
}

fn capital(text: &str) -> String {
    let mut letters = text.trim().chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the key of a name without a suffix such as "network" or "community of practice".
pub(super) fn name_key(name: &str) -> String {
    let key = text::same_key(name);
    for tail in [" community of practice", " communities of practice", " community", " network", " group", " guild"] {
        if let Some(short) = key.strip_suffix(tail) {
            return short.to_owned();
        }
    }
    key
}

/// Returns whether two entries of a page describe the same community. If one of them has no name, its derived name is compared.
#[must_use]
pub(crate) fn same_name(a: &PageEntry, b: &PageEntry) -> bool {
    match (&a.name, &b.name) {
        (Some(a), Some(b)) => text::are_same(a, b),
        (Some(name), None) => name_key(name) == name_key(&b.derived_name()),
        (None, Some(name)) => name_key(name) == name_key(&a.derived_name()),
        (None, None) => false,
    }
}

fn same_person(a: &PrintedPerson, b: &PrintedPerson) -> bool {
    let same_address = address::key(&a.email) == address::key(&b.email);
    a.name == b.name && (same_address || a.email.is_empty() || b.email.is_empty())
}

fn same_seats(a: &[PrintedSeat], b: &[PrintedSeat]) -> bool {
    // A cell may name a holder, or say "TBC", without a title.
    let same = |a: &PrintedSeat, b: &PrintedSeat| {
        (a.title == b.title || a.title.is_empty() || b.title.is_empty())
            && match (&a.holder, &b.holder) {
                (None, None) => a.withheld == b.withheld,
                (Some(a), Some(b)) => same_person(a, b),
                _ => false,
            }
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// Returns whether two routes are the same. The link texts count only if both routes have one.
#[must_use]
pub(crate) fn same_route(a: &RouteFacts, b: &RouteFacts) -> bool {
    let words = a.words.is_empty() || b.words.is_empty() || inner_words(&a.words) == inner_words(&b.words);
    a.kind == b.kind && plain_target(&a.target) == plain_target(&b.target) && a.subject == b.subject && a.body == b.body && words
}

/// Returns the text of a Markdown link that was printed as plain text: `Join` for `[Join](javascript:x)`.
#[must_use]
pub(crate) fn inner_words(words: &str) -> &str {
    words.strip_prefix('[').and_then(|w| w.split_once(']')).filter(|(_, rest)| rest.starts_with('(')).map_or(words, |(inner, _)| inner)
}

/// Returns a link's target with the characters decoded that Markdown targets must escape.
fn plain_target(target: &str) -> String {
    target.replace("%28", "(").replace("%29", ")").replace("%20", " ").replace("%7C", "|")
}

/// Returns whether two rules are the same on a page: by their words, or by the suffix if either has no words.
fn same_rule(a: &RuleFacts, b: &RuleFacts) -> bool {
    if a.words.is_empty() || b.words.is_empty() { a.suffix == b.suffix } else { a.words == b.words }
}

/// Returns a seat in words: its title and who holds it.
#[must_use]
pub(crate) fn seat_words(seat: &PrintedSeat) -> String {
    match &seat.holder {
        None if seat.withheld => format!("{}: name withheld", seat.title),
        None => format!("{} is vacant", seat.title),
        Some(p) if p.email.is_empty() => format!("{}: {}", seat.title, p.name),
        Some(p) => format!("{}: {}", seat.title, address::mailbox(&p.name, &p.email)),
    }
}

/// Returns a route in words.
#[must_use]
pub(crate) fn route_words(route: &RouteFacts) -> String {
    let about = if route.subject.is_empty() { String::new() } else { format!(" (subject: {})", route.subject) };
    if route.target.is_empty() { "no way to join yet".to_owned() } else { format!("{} {}{about}", route.kind, route.target) }
}

/// Returns a rule in words.
#[must_use]
pub(crate) fn rule_words(rule: &RuleFacts) -> String {
    match (rule.suffix.is_empty(), rule.words.is_empty()) {
        (true, _) => rule.words.clone(),
        (false, true) => format!("{} {}", rule.effect, rule.suffix),
        (false, false) => format!("{} ({} {})", rule.words, rule.effect, rule.suffix),
    }
}

/// Repairs text that was written as UTF-8, then read as Windows-1252 and written again. Returns `None` if the text shows no sign of that.
#[must_use]
pub(crate) fn fix_mojibake(text: &str) -> Option<String> {
    if !text.contains(['â', 'Ã', 'Â']) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut found = false;
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        match damaged_letter(&letters[at..]) {
            Some((letter, used)) => {
                out.push(letter);
                found = true;
                at += used;
            }
            None => {
                out.push(letters[at]);
                at += 1;
            }
        }
    }
    found.then_some(out)
}

/// If the text begins with a letter that was split into two, three or four, returns the original letter and that number.
fn damaged_letter(letters: &[char]) -> Option<(char, usize)> {
    let first = windows_1252(letters[0])?;
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = letters.get(..length)?.iter().map(|c| windows_1252(*c)).collect::<Option<_>>()?;
    let letter = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    // Ã© for é is a sure sign; a pair that would become a control character isn't.
    (!letter.is_control()).then_some((letter, length))
}

/// Returns the byte that Windows-1252 writes for a letter (the table of its upper half).
fn windows_1252(c: char) -> Option<u8> {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u32::from(c) {
        code @ (0..=0x7F | 0xA0..=0xFF) => u8::try_from(code).ok(),
        _ => UPPER.iter().position(|u| *u == c).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::likeness::matched;
    use crate::domain::words::RouteKind;

    fn seat(title: &str, holder: Option<&str>) -> PrintedSeat {
        PrintedSeat { title: title.into(), holder: holder.map(|n| PrintedPerson { name: n.into(), email: String::new() }), withheld: false }
    }

    #[test]
    fn a_name_is_derived_from_the_seat_else_from_the_disciplines() {
        let of = |title: &str| PageEntry { seats: Some(vec![seat(title, None)]), ..PageEntry::default() }.derived_name();
        assert_eq!(of("Head of Product"), "Product");
        assert_eq!(of("Principle Developer"), "Developer");
        assert_eq!(of("Lead for service design"), "Service design");
        let disciplines = Some(vec!["content designer".into(), "Content strategist".into(), "Technical writer".into()]);
        assert_eq!(PageEntry { disciplines, ..PageEntry::default() }.derived_name(), "Content designer and 2 more");
        assert_eq!(PageEntry { family: Some("Technical".into()), ..PageEntry::default() }.derived_name(), "Technical");
    }

    #[test]
    fn a_rename_is_no_new_community_and_a_new_one_no_rename() {
        let route = |t: &str| RouteFacts { kind: RouteKind::Mailto, target: t.into(), ..RouteFacts::default() };
        let named = |n: &str, t: &str| PageEntry { name: Some(n.into()), routes: Some(vec![route(t)]), ..PageEntry::default() };
        let old = [named("Content design community", "content@x.example"), named("Cloud community", "cloud@x.example")];
        let new = [
            named("Cloud community", "other@x.example"),
            named("Words and content", "content@x.example"),
            named("Data community", "data@x.example"),
        ];
        assert_eq!(matched(&old, &new), [Some(1), Some(0)]);
        assert_eq!(matched(&new, &old), [Some(1), Some(0), None]);
        let differences = old[0].differences(&new[1]);
        assert_eq!(differences.iter().map(|d| d.part).collect::<Vec<_>>(), [Part::Name]);
    }

    #[test]
    fn differences_are_found_part_by_part_and_what_a_page_has_no_place_for_is_none() {
        let page = PageEntry { seats: Some(vec![seat("Head of Delivery", None)]), family: Some("Delivery".into()), ..PageEntry::default() };
        let ours =
            PageEntry { seats: Some(vec![seat("Head of Delivery", Some("Ann"))]), name: Some("Delivery".into()), ..PageEntry::default() };
        let found = page.differences(&ours);
        assert_eq!(
            found,
            [Difference { part: Part::Seats, first: "Head of Delivery is vacant".into(), second: "Head of Delivery: Ann".into() }]
        );
        assert!(page.differences(&page).is_empty());
    }

    #[test]
    fn damage_by_a_wrong_encoding_is_recognised_and_good_text_is_not() {
        assert_eq!(fix_mojibake("your professionâ€™s concerns").as_deref(), Some("your profession’s concerns"));
        assert_eq!(fix_mojibake("ZoÃ« and â€œquotesâ€\u{9d}").as_deref(), Some("Zoë and “quotes”"));
        for fine in ["âge", "Ã", "Zoë’s", "São Paulo", "plain", "€ 5"] {
            assert_eq!(fix_mojibake(fine), None, "{fine}");
        }
    }
}
