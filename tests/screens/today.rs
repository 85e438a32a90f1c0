//! The Today screen: its lines, where its keys lead, and how to get back.

use insta::assert_snapshot;

use crate::Hall;

#[test]
fn today_shows_what_to_do_and_each_line_leads_there() {
    let mut hall = Hall::sample();
    hall.keys("gt").shows("Today, ").shows("things to do").shows("write-up owed").shows("seat vacant");
    assert_snapshot!("today_120x30", hall.text());
    // Enter opens the item. Esc returns to the home screen.
    hall.keys("<esc>").shows("1 Communities").keys("gt<enter>").shows("3 Meetups").shows("write-up owed");
    hall.keys("gt<end><enter>").shows("> Service des");
    // The form that completes an item opens over the screen. After saving, the screen is shown again without the line.
    let lines = |hall: &mut Hall| hall.text().matches("write-up owed").count();
    hall.keys("gt");
    let before = lines(&mut hall);
    hall.keys("e").shows("Write-up");
    hall.keys(&"<tab>".repeat(10)).keys("published<ctrl-s>").shows("things to do");
    assert_eq!(lines(&mut hall), before - 1);
    hall.keys("u").shows("Undone");
    assert_eq!(lines(&mut hall), before);
    hall.keys("q").shows("1 Communities").keys(":today<enter>").shows("things to do").keys("?").shows("On the Today screen");
}

#[test]
fn an_empty_book_says_that_there_is_nothing_to_do() {
    Hall::empty().keys("gt").shows("Nothing to do").keys("<enter>e").shows("Nothing to do");
}

#[test]
fn today_is_legible_in_every_size() {
    for (width, height) in [(80, 24), (40, 10), (20, 4), (1, 1)] {
        let mut hall = Hall::sample().sized(width, height);
        hall.keys("gtjjk");
        if width >= 40 {
            hall.shows("write-up owed").shows("go there");
        }
    }
}
