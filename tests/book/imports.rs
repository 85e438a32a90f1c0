//! What an import writes: only what is new, and one change of each person, whatever the order of its rows is.

use guildhall::book::{Book, ExportOptions};
use proptest::prelude::*;

use crate::common::World;

const HEADER: &str = "Name,E-mail,Company,Job title,Tags,Team,Notes,Other e-mails,Communities,E-mail state";

/// Makes a row about one of a few people; the numbers select its content.
fn row((who, what, n): (u8, u8, u8)) -> String {
    let email = if what.is_multiple_of(11) { String::new() } else { format!("p{}@one.example", who % 5) };
    let name = if what.is_multiple_of(7) { format!("Renamed {n}") } else { format!("Person {}", who % 5) };
    let cell = |mask: u8, text: String| if what & mask != 0 { text } else { String::new() };
    [
        name,
        email,
        cell(1, format!("Office {}", n % 3)),
        cell(2, format!("Post {n}")),
        cell(4, format!("t{}", n % 6)),
        cell(8, format!("Team {}", n % 4)),
        cell(16, format!("noted {}", n % 9)),
        cell(32, format!("other{}@two.example", n % 8)),
        cell(64, format!("Maps {}", n % 2)),
        if what > 240 { "bounced".into() } else { String::new() },
    ]
    .join(",")
}

fn roster(book: &mut Book) -> String {
    let mut out = Vec::new();
    book.export_to(&ExportOptions { format: "roster".into(), ..ExportOptions::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn rows_of(all: &[(u8, u8, u8)]) -> Vec<String> {
    all.iter().map(|r| row(*r)).collect()
}

proptest! {
    /// Rows that are held back until the end of an import have the same effect as in separate files.
    #[test]
    fn rows_say_the_same_in_one_file_and_in_files_of_their_own(all in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..24)) {
        let rows = rows_of(&all);
        let (mut one, mut many) = (World::empty(), World::empty());
        // An earlier import makes sure that both find people by the indexes.
        for world in [&mut one, &mut many] {
            world.import("first.csv", "Name,E-mail\nSomebody,s@one.example\n");
        }
        one.import("all.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
        for row in &rows {
            many.import("each.csv", format!("{HEADER}\n{row}\n"));
        }
        prop_assert_eq!(roster(&mut one.book), roster(&mut many.book));
        // The import is one step.
        one.book.undo().unwrap();
        prop_assert_eq!(one.find(""), ["Somebody"]);
    }
}

/// Returns the number of bytes in the journal about people's rows, and the number of changes of them.
fn journal(world: &World) -> (i64, i64) {
    let file = rusqlite::Connection::open(world.path()).unwrap();
    let sql = "SELECT coalesce(sum(length(before)+length(after)),0), count(*) FROM op_change WHERE entity='person' AND before IS NOT NULL";
    file.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap()
}

#[test]
fn however_many_rows_are_about_somebody_the_journal_has_one_change_of_them() {
    let notes = |n: usize| (0..n).map(|i| format!("Ada,ada@one.example,thought {i}\nBo,bo@one.example,\n")).collect::<String>();
    let sizes = [100, 400].map(|n| {
        let mut world = World::empty();
        world.import("first.csv", "Name,E-mail,Notes\nAda,ada@one.example,\nBo,bo@one.example,\n");
        let report = world.import("notes.csv", format!("Name,E-mail,Notes\n{}", notes(n)));
        assert_eq!((report.updated, report.unchanged), (n as u64, n as u64));
        let (bytes, changes) = journal(&world);
        assert_eq!(changes, 1);
        assert!(world.export("roster", "").contains(&format!("thought {}", n - 1)));
        bytes
    });
    assert!(sizes[1] < sizes[0] * 5, "{sizes:?} bytes of journal for 100 and for 400 rows");
}
