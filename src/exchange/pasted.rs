//! A pasted list of people: addresses and names, as mail clients, chats and spreadsheets put them on the clipboard.
//!
//! Must not know who is on the roster.

/// A person in a pasted list; either part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pasted {
    /// The name, as pasted.
    pub name: String,
    /// The address, as pasted.
    pub email: String,
}

/// Reads a list: one person on a line, or several separated by semicolons, or by commas after an address. Each is `Name <address>`,
/// `address (Name)`, a name and an address separated by a blank or tab, an address, or a name (RFC 5322 section 3.4, and what people make
/// of it).
#[must_use]
pub(crate) fn read(text: &str) -> Vec<Pasted> {
    entries(text).iter().map(|e| one(e)).filter(|p| !p.name.is_empty() || !p.email.is_empty()).collect()
}

fn entries(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut entry = String::new();
    let (mut quoted, mut pointed) = (false, false);
    for c in text.chars() {
        let ends = match c {
            '\n' | '\r' => true,
            ';' => !quoted,
            // "Hallam, Noor <n@x.example>" is one person, but a comma after an address ends the entry.
            ',' => !quoted && !pointed && entry.contains('@'),
            _ => false,
        };
        if ends {
            out.push(std::mem::take(&mut entry));
            (quoted, pointed) = (false, false);
            continue;
        }
        match c {
            '"' => quoted = !quoted,
            '<' => pointed = true,
            '>' => pointed = false,
            _ => {}
        }
        entry.push(c);
    }
    out.push(entry);
    out
}

/// Reads one person, in the forms that [`read`] accepts.
#[must_use]
pub(crate) fn one(entry: &str) -> Pasted {
    let entry = entry.trim().trim_start_matches(['•', '*', '-', '·']).trim();
    let tidy = |name: &str| name.trim().trim_matches(['"', '\'', ',', '\t']).trim().replace("\\\"", "\"");
    if let (Some(open), Some(close)) = (entry.rfind('<'), entry.rfind('>'))
        && open < close
    {
        return Pasted { name: tidy(&entry[..open]), email: entry[open + 1..close].trim().to_owned() };
    }
    if let (Some(open), true) = (entry.find('('), entry.ends_with(')'))
        && entry[..open].contains('@')
    {
        return Pasted { name: tidy(&entry[open + 1..entry.len() - 1]), email: entry[..open].trim().to_owned() };
    }
    let words: Vec<&str> = entry.split_whitespace().collect();
    match words.iter().position(|w| w.contains('@')) {
        Some(at) => {
            let rest: Vec<&str> = words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| *w).collect();
            Pasted { name: tidy(&rest.join(" ")), email: words[at].trim_matches(['"', '\'', ',']).to_owned() }
        }
        None => Pasted { name: tidy(entry), email: String::new() },
    }
}

/// Writes the list as CSV with a header, for an import to read.
#[must_use]
pub(crate) fn rows(people: &[Pasted]) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail.
    let _ = csv.write_record(["Name", "E-mail"]);
    for p in people {
        let _ = csv.write_record([&p.name, &p.email]);
    }
    csv.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_paste_them() {
        let all = |text: &str| read(text).into_iter().map(|p| format!("{}|{}", p.name, p.email)).collect::<Vec<_>>();
        assert_eq!(
            all("a@x.example, b@x.example;c@x.example\nd@x.example"),
            ["|a@x.example", "|b@x.example", "|c@x.example", "|d@x.example"]
        );
        assert_eq!(
            all("\"Hallam, Noor\" <n@x.example>, Wren, Łukasz <l@x.example>; Ann Example <a@x.example>"),
            ["Hallam, Noor|n@x.example", "Wren, Łukasz|l@x.example", "Ann Example|a@x.example"]
        );
        assert_eq!(
            all("a@x.example (Ann Example)\nAnn Example\ta@x.example\n• Bo Smith b@x.example"),
            ["Ann Example|a@x.example", "Ann Example|a@x.example", "Bo Smith|b@x.example"]
        );
        assert_eq!(all("Ann Example\n\n  Bo Smith \n"), ["Ann Example|", "Bo Smith|"]);
        assert_eq!(all(" \n;;,"), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_as_rows_is_what_was_read(text in "[a-z@<>(),;\" \n\t]{0,60}") {
            let people = read(&text);
            let rows = rows(&people);
            let mut reader = csv::Reader::from_reader(rows.as_bytes());
            let again: Vec<Pasted> = reader.records().map(|r| r.map(|r| Pasted { name: r[0].to_owned(), email: r[1].to_owned() }).unwrap()).collect();
            proptest::prop_assert_eq!(people, again);
        }
    }
}
