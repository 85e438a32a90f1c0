//! The ten conventions, each shown to hold. What needs a real terminal is in `tests/terminal.rs`, under the same names.

use guildhall::tui::errands::Errand;
use ratatui::crossterm::event::{Event, MouseEventKind};
use ratatui::style::Modifier;

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

mod convention_3_find {
    use super::*;

    #[test]
    fn every_list_is_filtered_as_one_types_with_its_count_and_the_hits_marked() {
        let mut hall = Hall::sample();
        hall.keys("/design").shows("Content design").hides("Delivery     TBC");
        assert_eq!(hall.styled(Modifier::UNDERLINED), ["design"]);
        hall.keys("<esc>02/hall").shows("3 of 63");
        assert_eq!(hall.styled(Modifier::UNDERLINED), ["Hall", "Hall", "hall"]);
        hall.keys("<esc>").shows("63 of 63").keys("3/call").shows("User research monthly call").hides("Spring unconference");
        hall.keys("<esc>").shows("Spring unconference").keys("/<up>").shows("/call").hides("Spring unconference");
    }

    #[test]
    fn columns_are_chosen_ordered_and_sorted_and_are_remembered() {
        let mut hall = Hall::sample().sized(140, 30);
        hall.keys("2").shows("Name↓").keys("C").shows("Columns of members").shows("[x] name").shows("[ ] e-mail");
        // The organisation goes, the field Grade comes, and stands first.
        hall.keys("j<space><end>").shows("> [ ] Grade").keys("<space>KKKKKKKKK").shows("> [x] Grade");
        hall.keys("<esc>").hides("Organisation").shows("Grade        Name");
        hall.keys("SS").shows("Sorted by seen").keys("R").shows("the other way round").shows("Seen↑");
        let mut hall = hall.again().sized(140, 30);
        hall.keys("2").shows("Grade ").shows("Seen↑").hides("Organisation");
        hall.keys("1C").shows("Columns of communities").keys("jj").keys("s").shows("Sorted by members");
        hall.keys("<esc>3C").shows("Columns of meetups").shows("[x] when");
    }

    #[test]
    fn a_search_is_saved_as_a_view_with_its_community_columns_and_order_and_picked_again() {
        let mut hall = Hall::sample().sized(140, 30);
        hall.keys("jjj")
            .shows("Members of Development and testing")
            .keys("2/a<enter>C<down><down><down><space>")
            .shows("> [ ] status")
            .keys("<esc>SS");
        hall.keys("W")
            .shows("Save community:\"Development and testing\" a as")
            .keys("Dev grades<enter>")
            .shows("Saved the view Dev grades");
        hall.keys("<esc>RS0").hides("Discipline↓").keys("V").shows("Dev grades").keys("<enter>");
        hall.shows("/community:\"Development and testing\" a").shows("Discipline↓").hides("Status");
        let mut again = hall.again().sized(140, 30);
        again.keys("VDev<enter>").shows("/community:\"Development and testing\" a").keys("u").shows("63 people");
        let mut hall = Hall::sample();
        hall.keys("3/format:call<enter>WCalls<enter><esc>VCalls<enter>").shows("/format:call").hides("Spring unconference");
    }
}

mod convention_7_mouse {
    use super::*;

    #[test]
    fn a_click_selects_and_focuses_and_a_double_click_opens() {
        let mut hall = Hall::sample();
        hall.text();
        hall.click_on("Cloud").shows("> Cloud").shows("Members of Cloud");
        hall.click_on("Cloud buyers").shows("> Mon 24 Aug");
        assert_eq!(hall.styled(Modifier::REVERSED).len(), 1);
        let (x, y) = hall.find("Everybody");
        hall.click(x, y).shows("> Everybody").click(x, y);
        assert!(hall.styled(Modifier::REVERSED)[0].contains("Anton Grigore"), "the double click moved on to the members");
    }

    #[test]
    fn the_wheel_scrolls_what_is_under_the_pointer() {
        let mut hall = Hall::sample();
        hall.text();
        hall.mouse(MouseEventKind::ScrollDown, (50, 5)).shows("> Bronwen Lytton").shows("> Everybody");
        hall.mouse(MouseEventKind::ScrollDown, (5, 5)).shows("> Delivery");
    }

    #[test]
    fn a_click_on_hint_tab_column_head_or_scroll_bar_works() {
        let mut hall = Hall::sample();
        hall.text();
        hall.click_on("i import").shows("Import a CSV file").keys("<esc>");
        hall.click_on("Organ").shows("Sorted by organisation").click_on("Organ").shows("the other way round");
        hall.click_on("Title").shows("Sorted by title");
        hall.click_on("Name").shows("Sorted by name");
        // The bar of the members, at its foot: to the last of them.
        let bar = hall.find("┃│").0;
        hall.click(bar, 16).shows("> Wanda Perl").drag((bar, 3), (bar, 2)).shows("> Anton Grigore");
        let mut narrow = Hall::sample().sized(40, 10);
        narrow.text();
        narrow.click_on("3 Meet").shows("Thu  3 Dec").click_on("2 Mem").shows("Anton Grigore");
    }

    #[test]
    fn borders_are_dragged_and_remembered() {
        let mut hall = Hall::sample();
        let line = hall.text().lines().nth(5).unwrap().to_owned();
        let border = u16::try_from(guildhall::domain::text::width(&line[..line.find("││").unwrap()])).unwrap();
        hall.drag((border, 5), (40, 5));
        let wide = |hall: &mut Hall| hall.text().lines().nth(5).unwrap().find("││").unwrap();
        assert!(wide(&mut hall) > line.find("││").unwrap() + 10, "{}", hall.text());
        let moved = hall.text();
        let mut hall = hall.again();
        assert_eq!(hall.text().lines().nth(5), moved.lines().nth(5));
        hall.keys("<<").keys("<");
        assert!(hall.text() != moved);
    }

    #[test]
    fn a_click_beside_a_window_goes_back_and_what_is_typed_is_asked_about() {
        let mut hall = Hall::sample();
        hall.keys("2?").click(0, 0).hides("type to narrow");
        hall.keys("nSomebody").click(0, 0).shows("again drops what you typed");
    }

    #[test]
    fn the_mouse_can_be_put_away() {
        let mut hall = Hall::configured("mouse = false");
        hall.text();
        hall.click_on("Cloud").shows("> Everybody");
    }
}

mod convention_9_terminal {
    use super::*;

    #[test]
    fn a_pasted_list_of_addresses_becomes_members_through_the_review() {
        let mut hall = Hall::sample();
        hall.keys("jj2a").shows("Add to Delivery: addresses or names; paste a list");
        hall.event(&Event::Paste("\"New, Ann\" <ann.new@example.org>\nbo.new@example.org; Noor Hallam\nnot@@an address".into()));
        hall.keys("<enter>").shows("2  would be added").shows("1  would be updated").shows("an address has only one @");
        hall.shows("Everybody would be put into Delivery").keys("<enter>").shows("2 people added").keys("<esc>");
        hall.shows("13 of 65").shows("New, Ann").keys("u").shows("Undone: Imported the list into Delivery").shows("10 of 63");
        hall.keys("a   <enter>").shows("there is nobody in the list");
    }
}

mod convention_10_paths_and_long_work {
    use super::*;

    fn copied(hall: &mut Hall) -> String {
        match hall.root.errand() {
            Some(Errand::Copy(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_a_part_or_the_to_line_of_all_marked_is_copied() {
        let mut hall = Hall::sample();
        hall.keys("2y").shows("Copied anton.grigore@tnorth.example");
        assert_eq!(copied(&mut hall), "anton.grigore@tnorth.example");
        hall.keys("<space><space><space>y").shows("3 addresses copied");
        let line = copied(&mut hall);
        assert!(line.starts_with("Anton Grigore <anton.grigore@tnorth.example>, Aoife Brennock <"), "{line}");
        hall.keys("<esc>Yorgan").shows("Organisation: Transport North").keys("<enter>");
        assert_eq!(copied(&mut hall), "Transport North");
        hall.keys("1jYname<enter>");
        assert_eq!(copied(&mut hall), "Product");
        hall.keys("3Ywhen<enter>");
        assert!(copied(&mut hall).contains("2026") || hall.root.errand().is_none());
    }

    #[test]
    fn nobody_who_asked_not_to_be_mailed_is_in_a_copied_to_line() {
        let mut hall = Hall::sample();
        hall.keys("2M<space><space>y").shows("1 address copied; 1 left out: asked not to be mailed");
        assert!(!copied(&mut hall).contains("anton.grigore"));
        hall.keys("<esc><home>y").shows("Nothing copied: asked not to be mailed. Y copies another part");
        assert_eq!(hall.root.errand(), None);
    }

    #[test]
    fn a_link_is_shown_before_it_is_opened_and_only_on_another_key() {
        let mut hall = Hall::sample();
        hall.keys("2o").shows("mailto:anton.grigore@tnorth.example").shows("Open it with your mail program?").keys("o");
        assert_eq!(hall.root.errand(), None);
        hall.keys("oy");
        assert_eq!(hall.root.errand(), Some(Errand::Open("mailto:anton.grigore@tnorth.example".into())));
        hall.keys("1<home>jjo").shows("https://forms.example/delivery").shows("your browser").keys("<esc>");
    }

    #[test]
    fn every_path_is_in_the_help() {
        let mut hall = Hall::sample().sized(200, 60);
        let folder = hall.folder.path().display().to_string();
        hall.keys("?<end>");
        for (what, file) in [("roster", "roster.guildhall"), ("configuration", "config.toml"), ("log", "guildhall.log")] {
            hall.shows(&format!("{what:<14} {folder}/{file}"));
        }
    }
}
