//! Memberships in one cell: `User research: active, joined 2026-01-02, source form | Content design: paused`.
//!
//! Must not know whose they are.

use chrono::NaiveDate;

use crate::domain::community::MembershipFacts;
use crate::domain::words::{MembershipStatus, Source, Stored};

/// Appends one membership, separated from those before it.
pub(crate) fn write(out: &mut String, community: &str, facts: &MembershipFacts) {
    if !out.is_empty() {
        out.push_str(" | ");
    }
    for c in community.chars() {
        if matches!(c, '|' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push_str(": ");
    if facts.status.is_recognised() {
        out.push_str(facts.status.word());
    } else {
        // Brackets keep an unknown status in one piece, so that it isn't read as part of the name.
        out.push('[');
        out.push_str(&facts.status.word().replace(['|', '\\', ']'], "/"));
        out.push(']');
    }
    for (word, date) in [(", joined ", facts.joined), (", left ", facts.left)] {
        if let Some(date) = date {
            out.push_str(word);
            out.push_str(&date.to_string());
        }
    }
    out.push_str(", source ");
    let source = facts.source.word();
    out.push_str(if facts.source.is_recognised() { source } else { Source::Import.word() });
}

/// Reads what [`write()`] wrote, and plain names separated by `|` or `;`.
///
/// # Errors
/// The part that can't be read, and why.
pub(crate) fn read(cell: &str) -> Result<Vec<(String, MembershipFacts)>, String> {
    split(cell).into_iter().map(|part| one(&part)).collect()
}

fn split(cell: &str) -> Vec<String> {
    // Semicolons may separate bare names; once details follow the names, only a bar separates.
    let by_semicolon = !cell.contains(": ");
    let mut parts = vec![String::new()];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        let at = parts.len() - 1;
        match c {
            '\\' => parts[at].extend(chars.next()),
            '|' => parts.push(String::new()),
            ';' if by_semicolon => parts.push(String::new()),
            c => parts[at].push(c),
        }
    }
    parts.retain(|p| !p.trim().is_empty());
    parts
}

fn one(part: &str) -> Result<(String, MembershipFacts), String> {
    let mut facts = MembershipFacts { status: MembershipStatus::Active, joined: None, left: None, source: Source::Import };
    let part = part.trim();
    if let Some((name, behind)) = part.split_once(": [")
        && let Some((word, details)) = behind.split_once(']')
    {
        let (name, mut facts) = one(&format!("{name}: {}{details}", MembershipStatus::Active))?;
        facts.status = MembershipStatus::stored(word);
        return Ok((name, facts));
    }
    // With details after it, or as another system's word, the first part is a status, though an unknown one, and never part of a name.
    if let Some((name, details)) = part.rsplit_once(": ")
        && let word = details.split(", ").next().unwrap_or("")
        && MembershipStatus::parse(word).is_none()
        && ([", source ", ", joined ", ", left "].iter().any(|d| details.contains(d)) || is_a_status(word))
    {
        let (name, mut facts) = one(&format!("{name}: {}{}", MembershipStatus::Active, &details[word.len()..]))?;
        facts.status = MembershipStatus::stored(word);
        return Ok((name, facts));
    }
    let Some((name, details)) =
        part.rsplit_once(": ").filter(|(_, d)| MembershipStatus::parse(d.split(',').next().unwrap_or("")).is_some())
    else {
        return Ok((part.to_owned(), facts));
    };
    for (i, detail) in details.split(", ").enumerate() {
        let wrong = || format!("\u{201c}{detail}\u{201d} isn't part of a membership");
        if i == 0 {
            facts.status = MembershipStatus::parse(detail).ok_or_else(wrong)?;
            continue;
        }
        let (word, value) = detail.split_once(' ').ok_or_else(wrong)?;
        let date = || NaiveDate::parse_from_str(value, "%Y-%m-%d").map(Some).map_err(|_| wrong());
        match word {
            "joined" => facts.joined = date()?,
            "left" => facts.left = date()?,
            "source" => facts.source = Source::parse(value).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        }
    }
    Ok((name.to_owned(), facts))
}

/// Returns whether a text that isn't one of our statuses is still one: another system's word, or one of ours with more words after it.
fn is_a_status(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    super::foreign::status(text).is_some() || (text != first && MembershipStatus::parse(first).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let facts = MembershipFacts {
            status: MembershipStatus::Left,
            joined: NaiveDate::from_ymd_opt(2026, 1, 2),
            left: NaiveDate::from_ymd_opt(2026, 5, 6),
            source: Source::Form,
        };
        for name in ["User research", "A | B \\ C", "Design: content", "a; b"] {
            let mut cell = String::new();
            write(&mut cell, name, &facts);
            write(&mut cell, "Second", &MembershipFacts { left: None, ..facts.clone() });
            let read = read(&cell).unwrap();
            assert_eq!(read[0], (name.to_owned(), facts.clone()), "{cell}");
            assert_eq!(read[1].0, "Second");
        }
    }

    #[test]
    fn a_status_that_is_not_known_is_kept_and_is_never_active() {
        let odd = MembershipStatus::stored("lapsed (2025), moved");
        let facts = MembershipFacts { status: odd, joined: NaiveDate::from_ymd_opt(2026, 1, 2), left: None, source: Source::Import };
        let mut cell = String::new();
        write(&mut cell, "Research", &facts);
        assert_eq!(read(&cell), Ok(vec![("Research".to_owned(), facts)]));
    }

    #[test]
    fn a_word_of_another_system_is_no_part_of_a_name() {
        for (cell, word) in [
            ("A: unsubscribed, source form", "unsubscribed"),
            ("A: Lapsed (2025)", "Lapsed (2025)"),
            ("A: frozen, joined 2026-01-02", "frozen"),
            ("A: deactivated", "deactivated"),
        ] {
            let read = read(cell).unwrap();
            assert_eq!((read[0].0.as_str(), read[0].1.status), ("A", MembershipStatus::stored(word)), "{cell}");
        }
        assert_eq!(read("Design: content").unwrap()[0].0, "Design: content");
    }

    #[test]
    fn bare_names_are_active_memberships() {
        let read = read("Research; Design|Delivery").unwrap();
        assert_eq!(read.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["Research", "Design", "Delivery"]);
        assert!(read.iter().all(|(_, f)| f.status == MembershipStatus::Active));
        assert!(super::read("A: active, joined soon").is_err());
    }
}
