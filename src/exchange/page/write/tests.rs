//! What is written is read back with the same meaning, byte for byte where nothing has changed.

use super::*;
use crate::exchange::page::{Hints, read};

const TABLE: &str = "# Guilds\n\n| Job family | Disciplines | Head |\n| --- | --- | --- |\n\
    | Makers | Smith, Weaver | Head of Making, Ann Example, [ann@x.example](mailto:ann@x.example) |\n\
    | Makers |  | Head of Baking (person TBC) |\n\nThe end\n";

const SECTIONS: &str = "---\ntitle: x\n---\n\nOpen to join for anyone.\n\n## Maps community\n\nFor people who make maps.\n\n\
    [Join the maps community](mailto:maps@x.example) (you need a ‘x.example’ email address)\n\n\
    ## Tides community\n\nFor tides.\n\n[Join](https://forms.example/a?b=1&c=2)\n";

fn edited(text: &str, at: usize, part: Part, change: impl FnOnce(&mut PageEntry)) -> String {
    let page = read(text, "page.md", &Hints::default()).unwrap();
    let mut now = page.entries[at].printed.clone();
    change(&mut now);
    apply(&page, &Edits { changed: vec![(at, vec![part], now)], ..Edits::default() })
}

#[test]
fn a_page_without_edits_is_the_same_bytes() {
    for text in [TABLE.to_owned(), SECTIONS.to_owned(), SECTIONS.replace('\n', "\r\n"), format!("\u{feff}{TABLE}")] {
        let page = read(&text, "page.md", &Hints::default()).unwrap();
        assert_eq!(page.entries.len(), 2);
        assert_eq!(apply(&page, &Edits::default()), text);
    }
}

#[test]
fn only_what_has_changed_is_written_and_in_the_pages_own_style() {
    let filled = edited(TABLE, 1, Part::Disciplines, |p| p.disciplines = Some(vec!["Baker".into(), "A|B".into()]));
    assert_eq!(filled, TABLE.replace("| Makers |  |", "| Makers | Baker, A\\|B |"));
    let held = edited(TABLE, 1, Part::Seats, |p| {
        p.seats.as_mut().unwrap()[0].holder =
            Some(crate::domain::directory::PrintedPerson { name: "Bo".into(), email: "bo@x.example".into() });
    });
    assert_eq!(held, TABLE.replace("Head of Baking (person TBC)", "Head of Baking, Bo, [bo@x.example](mailto:bo@x.example)"));
    let renamed = edited(SECTIONS, 0, Part::Name, |p| p.name = Some("Charts community".into()));
    assert_eq!(renamed, SECTIONS.replace("## Maps community", "## Charts community"));
    let ruled = edited(SECTIONS, 0, Part::Rules, |p| p.rules.as_mut().unwrap()[0].words = "you need an 'x.org' address".into());
    assert_eq!(ruled, SECTIONS.replace("you need a ‘x.example’ email address", "you need an ‘x.org’ address"));
    let open = edited(SECTIONS, 0, Part::Rules, |p| p.rules = Some(Vec::new()));
    assert_eq!(open, SECTIONS.replace(" (you need a ‘x.example’ email address)", ""));
    let ruled = edited(SECTIONS, 1, Part::Rules, |p| p.rules = Some(vec![RuleFacts { suffix: "x.org".into(), ..RuleFacts::default() }]));
    assert_eq!(ruled, SECTIONS.replace("c=2)", "c=2) (you need a ‘x.org’ email address)"));
    let moved = edited(SECTIONS, 0, Part::Routes, |p| {
        let route = &mut p.routes.as_mut().unwrap()[0];
        (route.target, route.subject) = ("new@x.example".into(), "Join us".into());
    });
    assert_eq!(moved, SECTIONS.replace("mailto:maps@x.example", "mailto:new@x.example?subject=Join%20us"));
}

#[test]
fn what_goes_and_what_comes_leaves_the_rest_alone() {
    let page = read(TABLE, "page.md", &Hints::default()).unwrap();
    let new = PageEntry { family: Some("Menders".into()), seats: Some(Vec::new()), ..PageEntry::default() };
    let edits = Edits { removed: vec![0], added: vec![new], ..Edits::default() };
    let expected = "# Guilds\n\n| Job family | Disciplines | Head |\n| --- | --- | --- |\n\
        | Makers |  | Head of Baking (person TBC) |\n| Menders |  |  |\n\nThe end\n";
    assert_eq!(apply(&page, &edits), expected);
    let page = read(SECTIONS, "page.md", &Hints::default()).unwrap();
    let new = PageEntry { name: Some("Winds community".into()), purpose: Some("For winds.".into()), ..PageEntry::default() };
    let both = apply(&page, &Edits { removed: vec![1], added: vec![new], ..Edits::default() });
    assert!(both.ends_with("email address)\n\n## Winds community\n\nFor winds.\n"), "{both}");
}

const OTHERS: &str = "# Guilds\n\n## Maps community\n\nTo join, write to maps@x.example or ask in #maps.\n\n## Run by others\n\n\
    - [Winds](https://winds.example/), run by the Mill Board\n- Stars\n";

#[test]
fn ways_to_join_without_a_link_and_communities_of_others_keep_their_form() {
    let page = read(OTHERS, "page.md", &Hints::default()).unwrap();
    let names: Vec<&str> = page.entries.iter().filter_map(|e| e.printed.name.as_deref()).collect();
    assert_eq!(names, ["Maps community", "Winds", "Stars"]);
    let kinds: Vec<(RouteKind, &str)> = page.entries[0].printed.routes.iter().flatten().map(|r| (r.kind, r.target.as_str())).collect();
    assert_eq!(kinds, [(RouteKind::Mailto, "maps@x.example"), (RouteKind::Chat, "#maps")]);
    assert_eq!(
        (page.entries[1].printed.run_by_others.as_deref(), page.entries[2].printed.run_by_others.as_deref()),
        (Some("the Mill Board"), Some(""))
    );
    let moved = edited(OTHERS, 0, Part::Routes, |p| p.routes.as_mut().unwrap()[1].target = "#charts".into());
    assert_eq!(moved, OTHERS.replace("#maps", "#charts"));
    let linked = edited(OTHERS, 2, Part::Routes, |p| {
        p.routes = Some(vec![RouteFacts { kind: RouteKind::Form, target: "https://stars.example/".into(), ..RouteFacts::default() }]);
    });
    assert_eq!(linked, OTHERS.replace("- Stars", "- [Stars](https://stars.example/)"));
    assert_eq!(
        edited(OTHERS, 1, Part::Routes, |p| p.routes = Some(Vec::new())),
        OTHERS.replace("[Winds](https://winds.example/)", "Winds")
    );
    assert_eq!(edited(OTHERS, 1, Part::Name, |p| p.name = Some("Gales".into())), OTHERS.replace("[Winds]", "[Gales]"));
    assert_eq!(
        edited(OTHERS, 1, Part::RunBy, |p| p.run_by_others = Some("the Weather House".into())),
        OTHERS.replace("the Mill Board", "the Weather House")
    );
}

#[test]
fn a_rule_without_brackets_goes_alone_and_no_letter_is_cut_in_two() {
    let text = "## Maps community\n\n[Join](mailto:a@x.example) you need an x.example address";
    assert_eq!(edited(text, 0, Part::Rules, |p| p.rules = Some(Vec::new())), text.replace("you need an x.example address", ""));
    let odd = "## Maps community\n\n## Run by others\n\n- \u{130}\u{130}\u{130} é run by İzmir\n";
    let page = read(odd, "page.md", &Hints::default()).unwrap();
    assert_eq!(page.entries[1].printed.run_by_others.as_deref(), Some("İzmir"));
}

#[test]
fn several_tables_extra_columns_and_other_tables_are_kept_apart() {
    let text = "| Community | Hours | Lead |\n| --- | --- | --- |\n| Maps | 3 | Ann |\n\n| Day | Hour |\n| --- | --- |\n| Mon | 3 |\n\n\
        | Discipline | How to join | Who may join |\n| --- | --- | --- |\n| Smith | [Form](https://x.example/f) | an x.example email address |\n";
    let page = read(text, "page.md", &Hints::default()).unwrap();
    assert_eq!((page.entries.len(), page.tables.len()), (2, 2));
    let second = &page.entries[1].printed;
    assert_eq!(
        (second.derived_name().as_str(), second.routes.as_ref().map(Vec::len), second.rules.as_ref().unwrap()[0].suffix.as_str()),
        ("Smith", Some(1), "x.example")
    );
    let new = PageEntry { disciplines: Some(vec!["Cooper".into()]), ..PageEntry::default() };
    let added = apply(&page, &Edits { added: vec![new], ..Edits::default() });
    assert_eq!(added, format!("{text}| Cooper |  |  |\n"));
}

#[test]
fn a_clean_page_reads_back_as_it_was_meant() {
    let page = read(SECTIONS, "page.md", &Hints::default()).unwrap();
    let all: Vec<(PageEntry, Option<String>)> = page.entries.iter().map(|e| (e.printed.clone(), None)).collect();
    let again = read(&fresh("Guilds", &all, Layout::Sections), "fresh.md", &Hints::default()).unwrap();
    let printed: Vec<PageEntry> = again.entries.into_iter().map(|e| e.printed).collect();
    assert_eq!(printed, page.entries.into_iter().map(|e| e.printed).collect::<Vec<_>>());
    let page = read(TABLE, "page.md", &Hints::default()).unwrap();
    let all: Vec<(PageEntry, Option<String>)> = page.entries.iter().map(|e| (e.printed.clone(), Some("4 members".into()))).collect();
    let again = read(&fresh("Guilds", &all, Layout::Table), "fresh.md", &Hints::default()).unwrap();
    assert!(again.entries.iter().zip(&page.entries).all(|(a, b)| b.printed.differences(&a.printed).is_empty()));
}
