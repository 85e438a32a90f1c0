//! Tests of the ten conventions. Those that need a real terminal are in `tests/terminal.rs`, under the same names.

use guildhall::tui::Errand;
use guildhall::tui::Then;
use ratatui::crossterm::event::{Event, MouseEventKind};
use ratatui::style::{Color, Modifier};

use guildhall::book::{Command, Step};
use guildhall::config::ThemeName;
use guildhall::tui::{Colours, Theme};

use crate::Hall;
use crate::common::World;

mod convention_3_more {
    use super::*;

    #[test]
    fn a_search_with_a_mistake_outlives_a_removal() {
        let mut hall = Hall::sample();
        hall.keys("/(<enter><end>dy").shows("8 communities").keys("<down><up><esc>").shows("Everybody").hides("Data ");
    }

    #[test]
    fn a_view_is_removed_where_views_are_picked_and_leaves_the_lists_own_look_behind() {
        let mut hall = Hall::sample().sized(140, 30);
        hall.keys("2/a<enter>SSWOne<enter><esc>RS").shows("Sorted by seen").keys("VOne<enter>").shows("Discipline↓");
        hall.keys("<esc>").shows("Seen↑").keys("V<delete>").shows("Removed the view").keys("V").shows("There are no views yet");
    }

    #[test]
    fn a_search_that_is_left_is_no_longer_typed_into() {
        let mut hall = Hall::sample();
        hall.keys("2/ann<tab>").hides("keeps the search").shows("/ann");
        assert!(!hall.shell.takes_text());
    }
}

mod convention_4_keys {
    use super::*;

    #[test]
    fn keys_are_the_leads_and_hints_help_and_palette_follow() {
        let mut hall = Hall::configured("[keys]\nexport = [\"X\", \"ctrl-e\"]\nundo = []\n");
        hall.shows("X export").hides("u undo").keys("x").hides("people will be written");
        hall.keys("X").shows("people will be written").keys("<esc><ctrl-e>").shows("people will be written").keys("<esc>");
        hall.keys("?export the").shows("X Ctrl-E").keys("<esc>:export").shows("X Ctrl-E");
        hall.keys("<esc>2Tkeen<enter>")
            .shows("Tagged Anton Grigore with keen · you can undo it")
            .keys("u")
            .shows("tags: keen")
            .hides("Undone");
    }

    #[test]
    fn keys_of_overlays_are_the_leads_too_and_their_hints_follow() {
        let mut hall = Hall::configured(
            "[keys]\nundo = [\"z\"]\nrestore = [\"B\"]\nyes = [\"J\"]\nsave = [\"f2\"]\ntick = [\"f3\"]\nback = [\"esc\", \"f4\"]\nshow-column = [\"f6\"]\nremove-this = [\"f7\"]\nadd-organisation = [\"f8\"]\n",
        );
        hall.keys("2Tkeen<enter>H").shows("z undo").shows("B restore to here").hides("u to undo");
        hall.keys("u").hides("Undone").keys("z").shows("Undone").keys("<f4>").hides("restore to here");
        hall.keys("d").shows("J remove").keys("y").hides("remove").shows("Anton Grigore");
        hall.keys("dJ").shows("z to undo").hides("> Anton Grigore").keys("z");
        hall.keys("e").shows("F2 save").keys("x<f2>").hides("F2 save");
        hall.keys("3a").keys("<f3>").shows("[x]").keys("<esc>");
        hall.keys("2C").shows("F6 show").keys("<f6>").shows("[ ] name").keys("<f6><f4>");
        hall.keys("go").shows("F8 add").shows("F7").keys("<f8>").shows("New organisation").keys("<esc><esc>");
        // Help and the palette list what works in the overlay below them.
        hall.keys("H<f1>")
            .shows("In the history")
            .shows("Restore everything to how it was")
            .keys("<esc>:restore")
            .shows("B ")
            .keys("<esc><esc>");
    }

    #[test]
    fn two_keys_in_a_row_are_one_wish_and_the_footer_says_what_may_follow() {
        let mut hall = Hall::sample();
        hall.keys("2G").shows("> Zoë Ferrant").keys("g").shows("g first").shows("o organisations").keys("g").shows("> Anton Grigore");
        hall.keys("gj").shows("> Aoife Brennock").hides("o organisations");
        hall.keys("g<esc>").hides("o organisations").shows("2 Everybody").keys("go").shows("Ministry of Weights");
        let mut own = Hall::configured("[keys]\nredo = \"z z\"\n");
        own.keys("2Tkeen<enter>u").shows("Undone").keys("zz").shows("Redone");
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

mod convention_1_help {
    use super::*;

    #[test]
    fn help_lists_what_works_here_grouped_filters_by_name_or_key_and_runs() {
        let mut hall = Hall::sample().sized(120, 50);
        hall.keys("2?").shows("In members").shows("In every list").hides("In meetups");
        hall.keys("ctrl-r").shows("Redo the last change that was undone").hides("Picks a saved view");
        hall.keys("<ctrl-u>tag the").shows("Tag the marked people").keys("<enter>").shows("Tag for A").keys("<esc>");
        hall.keys("3?").shows("Record who came").hides("Tag the marked people").keys("<esc>");
    }

    #[test]
    fn help_shows_version_and_paths_and_the_search_language() {
        let mut hall = Hall::sample().sized(160, 190);
        hall.keys("?").shows(&format!("Guildhall {}", env!("CARGO_PKG_VERSION"))).shows("configuration").shows("log ").shows("org:");
    }
}

mod convention_2_palette {
    use super::*;

    #[test]
    fn every_action_is_there_with_its_key_and_the_reason_why_not() {
        // Nothing is typed, so no typed name is echoed on the screen: each line that is found is a line of the palette.
        let mut hall = Hall::sample();
        hall.keys(":");
        let mut lines: Vec<String> = Vec::new();
        for _ in 0..12 {
            lines.extend(hall.text().lines().map(str::to_owned));
            hall.keys("<pagedown>");
        }
        for info in guildhall::actions::ACTIONS.iter().filter(|a| a.scope != guildhall::actions::Scope::Moving) {
            let there = lines.iter().any(|l| l.contains(&format!(" {:<24}", info.name)));
            // The palette doesn't list the actions that open and close it.
            assert_eq!(there, !matches!(info.name, "commands" | "back"), "{}:\n{}", info.name, lines.join("\n"));
        }
        hall.keys("<esc>");
        hall.keys(":remove from")
            .shows("select a community first")
            .keys("<enter>")
            .shows("remove from community: select a community first");
        let dim = hall.keys("<esc>:redo").styled(Modifier::DIM);
        assert!(dim.iter().any(|l| l.contains("redo") && l.contains("there is nothing to redo")), "{dim:?}");
    }

    #[test]
    fn recent_commands_come_first_and_are_remembered() {
        let mut hall = Hall::sample();
        hall.keys(":organ<enter><esc>:check<enter>:");
        let at = |hall: &mut Hall, name: &str| hall.find(name).1;
        assert!(at(&mut hall, "check file") < at(&mut hall, "organisations "));
        hall.keys("<esc>");
        let mut hall = hall.again();
        hall.keys(":");
        assert!(at(&mut hall, "check file") < at(&mut hall, "organisations "));
        assert_eq!(at(&mut hall, "organisations ") - at(&mut hall, "check file"), 1);
    }

    #[test]
    fn beginnings_of_words_find_a_command() {
        let mut hall = Hall::sample();
        hall.keys("2:atc<enter>").shows("Add A").keys("<esc>:setfie<enter>").shows("Choose a field of A");
    }

    #[test]
    fn a_key_of_another_list_says_so_and_the_footer_has_the_keys_of_what_is_on_top() {
        let mut hall = Hall::sample();
        hall.keys("p").shows("p is a key of the members (2): add to community");
        hall.keys("2p").shows("Enter choose  Esc back").click_on("Esc back").hides("Add Anton");
        hall.keys("d").shows("y remove").click_on("y remove").shows("Removed Anton Grigore");
        hall.keys("4").shows("o open link").shows("y copy").shows("h history");
        Hall::empty().keys("2").shows("a add people").hides("Space mark").hides("e edit");
    }

    #[test]
    fn verbs_take_words() {
        let mut hall = Hall::sample();
        hall.keys(":go noor").shows("person · DfH").keys("<enter>").shows("> Noor Hallam");
        hall.keys(":go cont").shows("community").keys("<enter>").shows("Members of Content design");
        hall.keys(":go spring<enter>").shows("> 13 Mar 2027");
        hall.keys(":find org:mow<enter>")
            .shows("/org:mow")
            .keys("<esc>:export not")
            .shows("export notify")
            .keys("<enter>")
            .shows("Format  notify");
        hall.keys("<esc>:view").shows("view NAME").keys("<esc>:fin").shows("find QUERY").keys("<esc>");
        hall.keys(":import /no/such.csv<enter>").shows("/no/such.csv");
    }
}

mod convention_3_find {
    use super::*;

    #[test]
    fn every_list_is_filtered_as_one_types_with_its_count_and_the_hits_marked() {
        let mut hall = Hall::sample();
        hall.keys("/design").shows("1 Communities ── 3 of 9").shows("Content design").hides("Delivery     TBC");
        assert_eq!(hall.styled(Modifier::UNDERLINED), ["design"]);
        hall.keys("<esc>02/hall").shows("3 of 63");
        assert_eq!(hall.styled(Modifier::UNDERLINED), ["Hall", "Hall", "hall"]);
        hall.keys("<esc>")
            .shows("63 of 63")
            .keys("3/call")
            .shows("17 of 29 ╮")
            .shows("User research monthly call")
            .hides("Spring unconference");
        hall.keys("<esc>").shows("Spring unconference").keys("/<up>").shows("/call").hides("Spring unconference");
    }

    #[test]
    fn columns_are_chosen_ordered_and_sorted_and_are_remembered() {
        let mut hall = Hall::sample().sized(140, 30);
        hall.keys("2").shows("Name↓").keys("C").shows("Columns of members").shows("[x] name").shows("[ ] e-mail");
        // Hide the organisation, show the field Grade, and move it to the front.
        hall.keys("j<space><end>").shows("> [ ] Grade").keys("<space>KKKKKKKKK").shows("> [x] Grade");
        hall.keys("<esc>").hides("Organisation");
        assert!(hall.find("Grade ").0 < hall.find("Name").0);
        hall.keys("SS").shows("Sorted by seen").keys("R").shows("reversed").shows("Seen↑");
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
            .shows("Save this view of community:\"Development and testing\" a as")
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
        // All communities are visible, so nothing scrolls.
        hall.mouse(MouseEventKind::ScrollDown, (5, 5)).shows("> Everybody");
    }

    #[test]
    fn a_click_on_hint_tab_column_head_or_scroll_bar_works() {
        let mut hall = Hall::sample();
        hall.text();
        hall.click_on("i import").shows("Import a CSV file").keys("<esc>");
        hall.click_on("Organ").shows("Sorted by organisation").click_on("Organ").shows("reversed");
        hall.click_on("Title").shows("Sorted by title");
        hall.click_on("Name").shows("Sorted by name");
        // A click at the bottom of the members' scroll bar goes to the last member.
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
        hall.keys("nSomebody").click(0, 0).shows("again discards your changes");
    }

    #[test]
    fn the_mouse_can_be_put_away() {
        let mut hall = Hall::configured("mouse = false");
        hall.text();
        hall.click_on("Cloud").shows("> Everybody");
    }
}

mod convention_8_colours {
    use super::*;

    /// Every mark of state is visible without colours: selected, marked, vacant, wrong.
    #[test]
    fn nothing_is_told_by_colour_alone() {
        for (name, theme) in ThemeName::ALL {
            let mut hall = Hall::set(World::sample(), |setup| setup.theme = Theme::new(theme, Colours::None));
            hall.keys("2j<space>").shows("*Aoife").shows("> Beatriz").shows("1 marked");
            assert!(hall.buffer().content.iter().all(|c| c.fg == Color::Reset && c.bg == Color::Reset), "{name}");
            assert_eq!(hall.styled(Modifier::REVERSED).len(), 1, "{name}");
            hall.keys("<esc>M").shows("no mail: unsubscribed").keys("1jj").shows("TBC").shows("person TBC");
            hall.keys("2/orgg:x").shows("there is no field orgg:");
        }
    }

    #[test]
    fn a_theme_is_chosen_in_the_configuration() {
        let colours = |config: &str| {
            let mut hall = Hall::configured(config);
            let setup_theme = hall.buffer();
            setup_theme.content.iter().filter_map(|c| (c.fg != Color::Reset).then_some(c.fg)).collect::<std::collections::HashSet<_>>()
        };
        assert!(colours("").contains(&Color::Cyan));
        assert!(colours("[theme]\nname = \"dark\"").contains(&Color::LightCyan));
        assert!(colours("[theme]\nname = \"light\"").contains(&Color::Blue));
        assert!(colours("[theme]\nname = \"mono\"").is_empty());
        assert!(colours("[theme]\nkey = \"magenta\"").contains(&Color::Magenta));
    }

    #[test]
    fn plain_drawing_has_headings_in_words_one_list_and_no_boxes() {
        let mut hall = Hall::set(World::sample(), |setup| setup.theme = Theme::new(ThemeName::Terminal, Colours::None).plain());
        hall.keys("jj2").shows("2 Members of Delivery. 10 of 63").hides("Product and delivery");
        for keys in ["", "?", "<esc>:", "<esc>e", "<esc>x", "<esc>H", "<esc>C", "<esc>d", "<esc>4"] {
            let text = hall.keys(keys).text();
            assert!(!text.contains(['│', '╭', '─', '╰', '┃']), "{keys}:\n{text}");
        }
        insta::assert_snapshot!(
            "plain_80x24",
            Hall::set(World::sample(), |s| s.theme = s.theme.clone().plain()).sized(80, 24).keys("jj2").text()
        );
    }
}

mod convention_9_terminal {
    use super::*;

    #[test]
    fn a_pasted_list_of_addresses_becomes_members_through_the_review() {
        let mut hall = Hall::sample();
        hall.keys("jj2a").shows("Add people to Delivery: type or paste addresses or names");
        hall.event(&Event::Paste("\"New, Ann\" <ann.new@example.org>\nbo.new@example.org; Noor Hallam\nnot@@an address".into()));
        hall.keys("<enter>")
            .shows("2  would be added")
            .shows("1  would be updated")
            .shows("an address can have only one @")
            .shows("new      \"New, Ann\" <ann.new@example.org>");
        hall.shows("Everybody would be added to Delivery").keys("<enter>").shows("2 people added").keys("<esc>");
        hall.shows("13 of 65").shows("New, Ann").keys("u").shows("Undone: Imported the list into Delivery").shows("10 of 63");
        hall.keys("a   <enter>").shows("there is nobody in the list");
    }
}

mod convention_10_paths_and_long_work {
    use super::*;

    fn copied(hall: &mut Hall) -> String {
        match hall.shell.errand() {
            Some(Errand::Copy(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_a_part_or_the_to_line_of_all_marked_is_copied() {
        let mut hall = Hall::sample();
        hall.keys("2y").shows("Copied anton.grigore@tnorth.example");
        assert_eq!(copied(&mut hall), "anton.grigore@tnorth.example");
        hall.keys("<space><space><space>y").shows("2 addresses copied; 1 left out: no longer a member of any community");
        let line = copied(&mut hall);
        assert!(line.starts_with("Anton Grigore <anton.grigore@tnorth.example>, Beatriz Quill <"), "{line}");
        hall.keys("<esc><home>Yorgan").shows("Organisation: Transport North").keys("<enter>");
        assert_eq!(copied(&mut hall), "Transport North");
        hall.keys("1jYname<enter>");
        assert_eq!(copied(&mut hall), "Product");
        hall.keys("3Ywhen<enter>");
        assert_eq!(copied(&mut hall), "Wednesday 6 January 2027, 10:00 to 15:00");
    }

    #[test]
    fn nobody_who_asked_not_to_be_mailed_is_in_a_copied_to_line() {
        let mut hall = Hall::sample();
        hall.keys("2M<space><space><space>y")
            .shows("1 address copied; 1 left out: no longer a member of any community; 1 left out: unsubscribed");
        assert!(!copied(&mut hall).contains("anton.grigore"));
        hall.keys("<esc><home>y").shows("Nothing copied: unsubscribed. Y copies another part");
        assert_eq!(hall.shell.errand(), None);
    }

    #[test]
    fn a_link_is_shown_before_it_is_opened_and_only_on_another_key() {
        let mut hall = Hall::sample();
        hall.keys("2o").shows("mailto:anton.grigore@tnorth.example").shows("Open it with your mail program?").keys("o");
        assert_eq!(hall.shell.errand(), None);
        hall.keys("oy");
        assert_eq!(hall.shell.errand(), Some(Errand::Open("mailto:anton.grigore@tnorth.example".into())));
        hall.keys("1<home>jjo").shows("https://forms.example/delivery").shows("your browser").keys("<esc>");
    }

    #[test]
    fn a_long_step_is_taken_beside_the_screen_and_stops_on_esc_without_having_written() {
        let mut world = World::empty();
        let rows: String = (0..600).map(|i| format!("Person {i:03},p{i}@example.org\n")).collect();
        world.import("many.csv", format!("Name,E-mail\n{rows}"));
        let before = world.book.dump().unwrap();
        let step = Step::Run(Box::new(Command::AddTag { people: world.book.find_ids("", None).unwrap(), tag: "keen".into() }));
        assert!(world.book.is_long(&step).unwrap());
        // Esc stops the task on the screen. The task may finish before the key is read, and then nothing is stopped.
        let mut hall = Hall::on(world).threaded();
        hall.keys("2*Tkeen<enter><esc>");
        hall.wait();
        let stopped = hall.text().contains("Stopped; nothing was changed");
        if stopped {
            assert_eq!(hall.root_dump(), before);
        } else {
            hall.shows("Tagged 600 people with keen").keys("u");
            hall.wait();
        }
        let mut hall = hall.again();
        hall.keys("2*Tkeen<enter>").shows("Tagged 600 people with keen · u to undo").keys("u").shows("Undone: Tagged 600 people with keen");
        hall.keys("<esc>/tag:keen<enter>").shows("0 of 600");
    }

    #[test]
    fn what_was_asked_for_closes_what_asked_and_no_form_that_was_opened_meanwhile() {
        let mut world = World::empty();
        let rows: String = (0..900).map(|i| format!("Person {i:03},p{i}@example.org\n")).collect();
        world.import("many.csv", format!("Name,E-mail\n{rows}"));
        let mut hall = Hall::on(world).threaded();
        // The step runs on its thread while a form is opened and filled in.
        hall.keys("2*dy").keys("nVera Typed");
        hall.wait();
        hall.shows("New person").shows("Vera Typed").keys("<ctrl-s>").shows("Added Vera Typed");
        // Confirming a question doesn't close the overlay below it, either.
        let mut hall = Hall::sample();
        hall.keys("go<delete>").shows("without an organisation").keys("y").shows("F2 add");
    }

    #[test]
    fn quitting_while_work_is_under_way_asks_on_another_key() {
        let mut world = World::empty();
        let rows: String = (0..3000).map(|i| format!("Person {i:04},p{i}@example.org\n")).collect();
        world.import("many.csv", format!("Name,E-mail\n{rows}"));
        let mut hall = Hall::on(world).threaded();
        hall.keys("2*Tkeen<enter>");
        let busy = hall.shell.is_busy();
        hall.keys("q");
        if busy && hall.last == Then::Go {
            hall.shows("Quit?").keys("y");
        }
        assert_eq!(hall.last, Then::Quit);
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

mod convention_5_undo {
    use super::*;

    #[test]
    fn everything_is_undone_and_done_again_across_a_restart() {
        let mut hall = Hall::sample();
        hall.keys("2Tkeen<enter>").shows("Tagged Anton Grigore with keen · u to undo");
        let mut hall = hall.again();
        hall.keys("u").shows("Undone: Tagged Anton Grigore with keen · Ctrl-R to redo").keys("<ctrl-r>").shows("Redone");
    }

    #[test]
    fn history_goes_back_to_a_point_as_one_step() {
        let mut hall = Hall::sample();
        hall.keys("2Tone<enter>jTtwo<enter>jTthree<enter>").keys("H").shows("Tagged Beatriz Quill with three").shows("1 person");
        hall.keys("jjb").shows("Restored to: Tagged Anton Grigore with one").keys("<esc>");
        hall.keys("/tag:two<enter>").shows("0 of 63").keys("<esc>/tag:one<enter>").shows("1 of 63").keys("<esc>");
        hall.keys("u").shows("Undone: Restored to").keys("/tag:three<enter>").shows("1 of 63");
        hall.keys("<esc>Hb").shows("everything is already as it was then");
    }

    #[test]
    fn the_history_of_one_thing_is_shown_from_its_detail() {
        let mut hall = Hall::sample();
        hall.keys("2Tone<enter>jTtwo<enter>4h").shows("History of A").shows("Tagged Aoife Brennock with two");
        hall.hides("Tagged Anton").keys("<esc>1jh").shows("History of ");
    }

    #[test]
    fn what_undo_cannot_reach_asks_first_on_another_key() {
        let mut hall = Hall::sample();
        let file = hall.folder.path().join("there.csv");
        std::fs::write(&file, "old").unwrap();
        hall.keys("x<ctrl-u>").keys(file.to_str().unwrap()).keys("<enter>").shows("can't be restored").keys("<enter>");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
    }
}

mod convention_6_esc_and_quit {
    use super::*;

    #[test]
    fn esc_goes_one_step_back_and_never_out() {
        let mut hall = Hall::sample();
        hall.keys("2<space>/a<enter>?").shows("type to narrow").keys("<esc>").hides("type to narrow").shows("1 marked");
        hall.keys("<esc>").hides("marked").shows("/a").keys("<esc>").hides("/a").keys("<esc>").shows("> Everybody");
        for _ in 0..5 {
            assert_eq!(hall.keys("<esc>").last, Then::Go);
        }
        assert_eq!(hall.keys("q").last, Then::Quit);
        assert_eq!(hall.keys("2n").keys("<ctrl-c>").last, Then::Quit, "Ctrl-C quits from anywhere");
    }

    #[test]
    fn unsaved_form_text_outlives_a_killed_program_and_is_offered() {
        let mut hall = Hall::sample();
        hall.keys("2nVera Typed<tab>vera@");
        // Restarting with the form open simulates a kill.
        let mut hall = hall.again();
        hall.shows("Not saved: New person").shows("continue with it").shows("discard it").keys("<enter>");
        hall.shows("Vera Typed").shows("vera@").keys("<tab>example.org<ctrl-s>").shows("Added Vera Typed");
        let mut hall = hall.again();
        hall.hides("Not saved");
        hall.keys("2e<ctrl-u>Anton Half");
        let mut hall = hall.again();
        hall.shows("Not saved: Anton Grigore").keys("discard<enter>").hides("Anton Half");
        let hall = hall.again();
        assert!(std::fs::read_dir(hall.folder.path()).unwrap().all(|f| !f.unwrap().file_name().to_string_lossy().contains("draft")));
    }

    #[test]
    fn a_list_of_people_typed_and_the_community_it_was_for_are_kept_too() {
        let mut hall = Hall::sample();
        hall.keys("jj2a").event(&Event::Paste("ann.new@example.org\nbo.new@example.org".into()));
        let mut hall = hall.again();
        hall.shows("Not saved: people to add")
            .keys("<enter>")
            .shows("Add people to Delivery")
            .keys("<enter><enter>")
            .shows("2 people added");
        // The draft of another process that is still running isn't offered.
        let path = hall.folder.path().join("roster.guildhall.draft-1");
        std::fs::write(&path, r#"[{"subject":"person new","title":"New person","community":null,"fields":[]}]"#).unwrap();
        let mut hall = hall.again();
        hall.hides("Not saved");
        assert!(path.exists());
        std::fs::rename(&path, hall.folder.path().join("roster.guildhall.draft-4000000000")).unwrap();
        hall.again().shows("Not saved: New person");
    }

    #[test]
    fn a_kept_form_put_off_is_not_lost_and_one_whose_row_changed_shows_both() {
        let mut hall = Hall::sample();
        hall.keys("2e<ctrl-u>Anton Half");
        let mut hall = hall.again();
        hall.keys("later<enter>").shows("it is offered again").keys("2nOther<esc><esc>");
        let mut hall = hall.again();
        hall.shows("Not saved: Anton Grigore");
        let script = rusqlite::Connection::open(hall.folder.path().join("roster.guildhall")).unwrap();
        script.execute("UPDATE person SET name='Anton Elsewhere' WHERE name='Anton Grigore'", []).unwrap();
        hall.keys("<enter>").shows("Anton Half").shows("now there: Anton Elsewhere");
    }
}
