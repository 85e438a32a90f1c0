//! The ten conventions, each shown to hold. What needs a real terminal is in `tests/terminal.rs`, under the same names.

use crate::Hall;

mod convention_4_keys {
    use super::*;

    #[test]
    fn keys_are_the_leads_and_hints_help_and_palette_follow() {
        let mut hall = Hall::configured("[keys]\nexport = [\"X\", \"ctrl-e\"]\nundo = []\n");
        hall.shows("X export").hides("u undo").keys("x").hides("people will be written");
        hall.keys("X").shows("people will be written").keys("<esc><ctrl-e>").shows("people will be written").keys("<esc>");
        hall.keys("?writes the").shows("X Ctrl-E").keys("<esc>:export").shows("X Ctrl-E");
        hall.keys("<esc>2Tkeen<enter>").shows("Tagged Anton Grigore keen · it can be undone").keys("u").shows("tags: keen").hides("Undone");
    }

    #[test]
    fn two_keys_in_a_row_are_one_wish_and_the_footer_says_what_may_follow() {
        let mut hall = Hall::sample();
        hall.keys("2G").shows("> Zoë Ferrant").keys("g").shows("g first").shows("o organisations").keys("g").shows("> Anton Grigore");
        hall.keys("gj").shows("> Aoife Brennock").hides("o organisations");
        hall.keys("g<esc>").hides("o organisations").shows("2 Everybody").keys("go").shows("Ministry of Weights");
        let mut own = Hall::configured("[keys]\nredo = \"z z\"\n");
        own.keys("2Tkeen<enter>u").shows("Undone").keys("zz").shows("Done again");
    }

    #[test]
    fn mistakes_are_shown_with_their_place_and_the_program_runs_on_with_the_rest() {
        let mut hall = Hall::configured("mouse = 3\n[keys]\nexprot = \"X\"\nimport = \"Y\"\n");
        hall.shows("The configuration has mistakes").shows("config.toml:1:9: mouse is true or false");
        hall.shows("config.toml:3:1").shows("you mean export?").keys("<enter>").shows("Y import").shows("x export");
    }

    #[test]
    fn dates_are_written_as_the_lead_writes_them() {
        let mut hall = Hall::configured("date_format = \"month-first\"\n");
        hall.shows("Thu Dec  3").keys("3nX<tab><tab>12/3/2026 18:00").shows("Thursday, December 3, 2026, 18:00");
    }
}
