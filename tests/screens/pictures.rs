//! The pictures of the README. The test draws them from the real screens and compares them, so that they stay up to date.
//! `tools/pictures` redraws them.

use std::path::Path;

use crate::Hall;
use crate::svg::svg;

/// Name, title, the keys that lead to the screen, size.
const PICTURES: &[(&str, &str, &str, (u16, u16))] = &[
    ("hall", "Three panes and a detail: communities, their members, their meetups", "jj2j", (120, 30)),
    ("find", "Searching as one types: the hits are marked in the rows", "2/design tag:mentor", (120, 30)),
    ("marks", "Several people marked, about to be put into a community", "2<space><space>jj<space>p", (120, 30)),
    ("form", "A form with a choice found by typing", "2nAnn Example<tab>ann@example.org<tab><tab><tab>min", (120, 30)),
    ("roll", "Taking the roll of a meetup by three letters of a name", "3jjjjaan", (120, 30)),
    ("today", "What to do this week, the most pressing first", "gt", (120, 12)),
    ("palette", "The command palette: a person found by name", ":noor h", (120, 30)),
    ("history", "The history: what was done, when, to how many people, and what it changed", "2Tkeen<enter>jTnewcomer<enter>MH", (120, 30)),
    ("narrow", "The same hall in a narrow terminal", "2", (60, 20)),
];

#[test]
fn the_pictures_are_the_real_screens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screens");
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let write = std::env::var_os("GUILDHALL_PICTURES").is_some();
    for (name, title, keys, (width, height)) in PICTURES {
        let mut hall = Hall::sample().sized(*width, *height);
        hall.keys(keys);
        let drawn = svg(&hall.buffer(), title);
        let path = folder.join(format!("{name}.svg"));
        if write {
            std::fs::write(&path, &drawn).unwrap();
            continue;
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == drawn, "{name}.svg is not what the screen shows; tools/pictures draws it anew");
        assert!(readme.contains(&format!("assets/screens/{name}.svg")), "the README does not show {name}.svg");
    }
    let there = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(there, PICTURES.len(), "a picture that nobody draws any more lies in assets/screens");
}
