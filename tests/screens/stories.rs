//! What users do at the keyboard, and what the screen shows.

use guildhall::tui::Then;
use insta::assert_snapshot;
use ratatui::crossterm::event::Event;
use ratatui::style::Modifier;

use crate::Hall;

#[test]
fn the_hall_shows_communities_members_meetups_and_what_is_under_the_cursor() {
    assert_snapshot!("hall_120x30", Hall::sample().keys("jj").text());
    assert_snapshot!("hall_80x24", Hall::sample().sized(80, 24).keys("jj").text());
    assert_snapshot!("hall_40x10", Hall::sample().sized(40, 10).keys("jj").text());
    assert_snapshot!("hall_200x50", Hall::sample().sized(200, 50).keys("2j").text());
}

#[test]
fn the_selection_is_reversed_and_marked() {
    let mut hall = Hall::sample();
    hall.keys("2j");
    let reversed = hall.styled(Modifier::REVERSED);
    assert_eq!(reversed.len(), 1, "{reversed:?}");
    assert!(reversed[0].starts_with("> "), "{reversed:?}");
}

#[test]
fn an_empty_book_says_what_to_do_next() {
    let mut hall = Hall::empty();
    assert_snapshot!("empty_120x30", hall.text());
    hall.shows("press n to add one").shows("press n to add somebody").shows("No meetups yet: n adds one.");
}

#[test]
fn a_community_three_people_a_roll_and_a_file_need_no_more_than_the_footer() {
    let mut hall = Hall::empty();
    hall.keys("nCartographers<tab>Maps<ctrl-s>").shows("Added the community Cartographers").shows("> Cartographers");
    hall.keys("2nAnn Example<tab>ann@example.org<ctrl-s>").shows("Added Ann Example to Cartographers · u to undo");
    hall.keys("nBo Smith<tab>bo@example.org<ctrl-s>");
    hall.keys("nCy Young<tab>cy@example.org<tab><tab><tab>Office of Maps<tab><ctrl-s>").shows("Office of Maps").shows("3 of 3");
    hall.keys("3nCrit<tab>crit<tab>3 dec 18:00").shows("Thursday 3 December 2026, 18:00");
    hall.keys("<ctrl-s>").shows("> Thu  3 Dec 18:00");
    hall.keys("aann<enter>").shows("[x] Ann Example");
    hall.keys("bo<enter>").shows("Who comes to Crit · 2");
    hall.keys("wim new<enter>").shows("Add a person to the roll").keys("<ctrl-s>").shows("Who comes to Crit · 3").shows("[x] wim new");
    hall.keys("<esc>2x").shows("people will be written");
    let file = hall.folder.path().join("out.csv");
    hall.keys("<ctrl-u>").keys(file.to_str().unwrap()).keys("<enter>").shows("written to");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("Name,E-mail,") && text.contains("cy@example.org"), "{text}");
}

#[test]
fn typing_filters_and_esc_goes_back() {
    let mut hall = Hall::sample();
    hall.keys("2/nwo").shows("1 of 63").shows("Chidi Nwosu-Hart");
    // Enter keeps the search. Esc ends it.
    hall.keys("<enter>").shows("/nwo").keys("<esc>").shows("63 of 63").hides("/nwo");
    hall.keys("/org:mow tag:a11y -tag:mentor<esc>");
    hall.keys("/orgg:x").shows("there is no field orgg:").shows("did you mean org: ?");
    hall.keys("<esc>/hallan").shows("did you mean hallam?").keys("<tab>").shows("Noor Hallam").shows("1 of 63");
    hall.keys("<esc>/<up>").shows("/hallam");
    assert_eq!(hall.styled(Modifier::UNDERLINED), ["Hallam"]);
}

#[test]
fn moving_in_one_pane_filters_the_next() {
    let mut hall = Hall::sample();
    hall.keys("jjj").shows("Members of Development and testing");
    hall.keys("0").shows("2 Everybody");
    hall.keys("1/content<enter>").shows("Members of Content design");
}

#[test]
fn marks_choose_whom_a_verb_applies_to_and_undo_takes_it_back_as_one() {
    let mut hall = Hall::sample();
    hall.keys("2<space><space>jjv").shows("5 marked of 63");
    hall.keys("pcloud<enter>").shows("Added 5 people to Cloud · u to undo");
    hall.keys("Tkeen<enter>").shows("Tagged 5 people with keen");
    hall.keys("u").shows("Undone: Tagged 5 people with keen").keys("u").shows("Undone: Added 5 people to Cloud");
    hall.keys("<ctrl-r>").shows("Redone: Added 5 people to Cloud");
    hall.keys("<esc>").shows("63 of 63").keys("*").shows("63 marked of 63").keys("*").shows("63 of 63");
}

#[test]
fn removing_asks_on_another_key_and_can_be_undone() {
    let mut hall = Hall::sample();
    hall.keys("2d").shows("Remove Anton Grigore from the roster").keys("d").shows("63 of 63");
    hall.keys("dy").shows("Removed Anton Grigore").shows("62 of 62").keys("u").shows("63 of 63");
}

#[test]
fn a_form_tells_mistakes_where_they_are_and_asks_before_it_drops_what_was_typed() {
    let mut hall = Hall::sample();
    hall.keys("2n").keys("<tab>not an address<tab>").shows("an address can't contain a space");
    hall.keys("<esc>").shows("again discards your changes").keys("<tab>").hides("again drops");
    hall.keys("<esc><esc>").hides("New person").shows("63 of 63");
    hall.keys("n<esc>").hides("New person");
    hall.keys("n<ctrl-s>").shows("a person needs a name or an e-mail address");
    assert_snapshot!("form_120x30", hall.text());
}

#[test]
fn choices_are_found_by_typing_and_new_ones_made_on_the_way() {
    let mut hall = Hall::sample();
    hall.keys("2nNew One<tab><tab><tab><tab>min").shows("> Ministry of Weights");
    hall.keys("<enter><tab>user r<enter>").keys("<ctrl-s>").shows("Added New One").shows("Ministry of Weights").shows("User researcher");
    hall.keys("e<tab><tab><tab><tab><ctrl-u>Brand New Office<tab><ctrl-s>").shows("Changed New One").shows("Brand New Office");
}

#[test]
fn dates_are_echoed_in_full_as_they_are_typed() {
    let mut hall = Hall::sample();
    hall.keys("3nX<tab><tab>next thursday 2pm").shows("Thursday 26 November 2026, 14:00");
    hall.keys("<ctrl-u>in 2 weeks<tab>").shows("the time is missing");
}

#[test]
fn a_field_that_was_left_alone_takes_what_somebody_else_has_saved_and_no_letter_is_lost() {
    let mut hall = Hall::sample();
    hall.keys("2").keys("e<ctrl-u>Anton Ren");
    let script = rusqlite::Connection::open(hall.folder.path().join("roster.guildhall")).unwrap();
    script.execute("UPDATE person SET job_title='Changed by a script', op=0 WHERE name='Anton Grigore'", []).unwrap();
    hall.keys("amed").shows("Anton Renamed").shows("Changed by a script").hides("now there");
    hall.keys("<ctrl-s>").shows("Changed Anton Renamed").shows("Changed by a script");
}

#[test]
fn a_field_that_both_have_changed_is_asked_about_until_it_is_answered() {
    let mut hall = Hall::sample();
    let script = |hall: &Hall, title: &str| {
        let script = rusqlite::Connection::open(hall.folder.path().join("roster.guildhall")).unwrap();
        script.execute("UPDATE person SET job_title=?1, op=op+1 WHERE name='Anton Grigore'", [title]).unwrap();
    };
    let to_title = "e<tab><tab><tab><tab><tab><ctrl-u>";
    hall.keys("2").keys(to_title).keys("Min");
    script(&hall, "Theirs");
    // Typing continues. The first save asks for confirmation, and the question stays.
    hall.keys("e")
        .shows("Mine")
        .shows("now there: Theirs")
        .keys("<ctrl-s>")
        .shows("changed by another program too: Ctrl-S again saves yours over it");
    hall.keys("<tab><tab>").shows("now there: Theirs").shows("again saves yours over it");
    hall.keys("<ctrl-s>").shows("Changed Anton Grigore").shows("Mine");
    // The other answer, and a change that only the save detects.
    hall.keys(to_title).keys("Mine again");
    script(&hall, "Theirs again");
    hall.keys("<ctrl-s>").shows("now there: Theirs again").shows("again saves yours over it").keys("<alt-u>").hides("now there");
    hall.keys("<tab><tab><ctrl-u>x; <ctrl-s>").shows("Changed Anton Grigore").shows("Theirs again");
}

#[test]
fn tab_takes_the_highlighted_choice_and_what_is_new_is_a_choice_that_says_so() {
    let mut hall = Hall::sample();
    hall.keys("2nNew One<tab><tab><tab><tab>min")
        .shows("> Ministry of Weights")
        .shows("  new: min")
        .keys("<tab>")
        .shows("Ministry of Weights");
    // After Esc closes the choices, the typed text is a new value, and the form says so.
    hall.keys("<backtab><ctrl-u>min<esc><tab>").shows("new: min").keys("<backtab>zz").shows("> new: zz");
    hall.keys("<ctrl-u><tab>").hides("new: ").keys("<ctrl-s>").shows("Added New One");
    // An arrow key in a field without choices does nothing, and the form offers no choices there.
    hall.keys("e<down><up>x<ctrl-s>").shows("Changed New Onex");
}

#[test]
fn a_seats_holder_may_be_somebody_new() {
    let mut hall = Hall::sample();
    hall.keys("jj4").keys(&"<down>".repeat(11)).keys("e").shows("Seat of Delivery").keys("<tab>").paste("Vera New <vera.new@example.org>");
    hall.shows("> new: Vera New <vera.new@example.org>").keys("<ctrl-s>").shows("64 people").shows("Vera New, since");
    hall.keys("2/vera<enter>").shows("Vera New").keys("u").shows("63 people").shows("Undone");
}

#[test]
fn own_fields_without_a_value_are_added_by_name() {
    let mut hall = Hall::sample();
    hall.keys("2").keys("nNew One<tab>new@example.org<ctrl-s>").keys("/new one<enter>e").hides("Grade").shows("Add a field");
    hall.keys(&"<tab>".repeat(9)).keys("gra").shows("> Grade").keys("<enter>G7").shows("Grade").keys("<ctrl-s>").shows("Grade: G7");
    // The form marks a new field as new.
    hall.keys("e").keys(&"<tab>".repeat(10)).keys("Shoe").shows("> new: Shoe").keys("<enter>43<ctrl-s>").shows("Shoe: 43");
}

#[test]
fn a_long_note_has_several_lines_and_too_long_a_name_is_refused_with_a_sentence() {
    let mut hall = Hall::sample();
    hall.keys("2e<backtab>").paste(&"A long note with many words. ".repeat(12));
    hall.keys("<tab>").shows("more lines").keys("<esc><esc>");
    hall.keys("n").paste(&"x".repeat(5_000));
    hall.keys("<ctrl-s>").shows("use at most 500 characters; there are 5,000").shows("63 people").keys("<esc><esc>");
    // The prompts for everybody who is marked refuse it, too.
    for key in ["T", "O", "D"] {
        hall.keys(key).paste(&"x".repeat(5_000));
        hall.keys("<enter>").shows("use at most 500 characters; there are 5,000").keys("<esc>").keys("H").hides("xxxx").keys("<esc>");
    }
}

#[test]
fn a_seat_that_another_program_filled_meanwhile_is_not_emptied_by_an_open_form() {
    let mut hall = Hall::sample();
    hall.keys("jj4").keys("<down><down><down><down><down><down><down><down><down><down><down>").keys("e").shows("Seat of Delivery");
    let script = rusqlite::Connection::open(hall.folder.path().join("roster.guildhall")).unwrap();
    script
        .execute(
            "INSERT INTO tenure(uuid,seat_id,person_id,since,until,over,interim,op) SELECT randomblob(16), s.id, p.id, '2026-01-02', NULL, 0, 0, 1 \
             FROM seat s, person p WHERE s.title='Head of Delivery' AND p.name='Noor Hallam'",
            [],
        )
        .unwrap();
    hall.keys("<ctrl-s>").shows("Noor Hallam, since 2").hides("Seat of Delivery");
}

#[test]
fn another_programs_change_is_noticed_when_the_terminal_gets_the_focus() {
    let mut hall = Hall::sample();
    let script = rusqlite::Connection::open(hall.folder.path().join("roster.guildhall")).unwrap();
    script.execute("DELETE FROM attendance", []).unwrap();
    script.execute("UPDATE person SET name='Aaron Aaronson', name_key='aaron aaronson' WHERE name='Noor Hallam'", []).unwrap();
    hall.event(&Event::FocusGained).shows("changed by another program").shows("Aaron Aaronson");
}

/// Writes to the roster as an external script would.
fn script(hall: &Hall, sql: &str) {
    rusqlite::Connection::open(hall.folder.path().join("roster.guildhall")).unwrap().execute(sql, []).unwrap();
}

#[test]
fn a_key_after_another_programs_change_is_carried_out_and_means_what_it_meant() {
    let mut hall = Hall::sample();
    script(&hall, "UPDATE person SET job_title='Cartographer' WHERE name='Noor Hallam'");
    hall.keys("2").shows("changed by another program").keys("n").shows("New person").keys("<esc>");
    script(&hall, "UPDATE person SET job_title='Geographer' WHERE name='Noor Hallam'");
    hall.keys("n").shows("New person").keys("<esc>");
    // Typing continues, whatever has changed.
    hall.keys("/no");
    script(&hall, "UPDATE person SET job_title='Surveyor' WHERE name='Noor Hallam'");
    hall.keys("or").shows("/noor").shows("> Noor Hallam").shows("Surveyor").keys("<esc><esc>");
    // The roster changes between the two keys of a sequence.
    hall.keys("2G").shows("> Zoë Ferrant").keys("g");
    script(&hall, "UPDATE person SET job_title='Planner' WHERE name='Noor Hallam'");
    hall.keys("g").shows("> Anton Grigore");
}

#[test]
fn a_key_that_was_about_somebody_who_is_gone_says_so_and_does_nothing_to_the_next() {
    for keys in ["e", "d", "y", "T", " ", "<enter>", "h", "M", "p"] {
        let mut hall = Hall::sample();
        hall.keys("2").shows("> Anton Grigore");
        for table in ["membership", "attendance", "consent", "address", "tenure", "exception"] {
            script(&hall, &format!("DELETE FROM {table} WHERE person_id=(SELECT id FROM person WHERE name='Anton Grigore')"));
        }
        script(&hall, "DELETE FROM person WHERE name='Anton Grigore'");
        let before = hall.root_dump();
        hall.keys(keys).shows("What was under the cursor is gone").shows("> Aoife Brennock").shows("4 Aoife Brennock").hides("marked");
        assert_eq!(hall.root_dump(), before, "{keys}");
        assert_eq!(hall.shell.errand(), None, "{keys}");
    }
}

#[test]
fn who_is_far_down_the_list_is_still_meant_after_another_programs_change() {
    let mut world = crate::World::empty();
    let rows: String = (0..600).map(|i| format!("Person {i:03},p{i}@example.org\n")).collect();
    world.import("many.csv", format!("Name,E-mail\n{rows}"));
    let mut hall = Hall::on(world).threaded();
    hall.keys("2G").shows("> Person 599");
    script(&hall, "UPDATE person SET job_title='Planner' WHERE name='Person 100'");
    hall.keys("e").shows("Person 599").shows("Ctrl-S save").keys("<esc>");
    hall.wait();
    hall.shows("> Person 599");
    // In an empty roster no row under the cursor can have been removed.
    let mut hall = Hall::empty();
    script(&hall, "UPDATE op SET label=label");
    hall.keys("2n").shows("New person").keys("Vera<ctrl-s>").shows("Added Vera");
}

#[test]
fn a_line_of_the_detail_that_is_gone_takes_no_other_with_it() {
    let mut hall = Hall::sample();
    hall.keys("jj").shows("4 Delivery").keys("4");
    for _ in 0..30 {
        if hall.text().lines().any(|l| l.contains(">   Head of") || l.contains("> Head of") || l.contains(">  Head")) {
            break;
        }
        hall.keys("j");
    }
    script(
        &hall,
        "DELETE FROM tenure WHERE seat_id IN (SELECT s.id FROM seat s JOIN community c ON c.id=s.community_id WHERE c.name='Delivery')",
    );
    script(&hall, "DELETE FROM seat WHERE community_id=(SELECT id FROM community WHERE name='Delivery')");
    let before = hall.root_dump();
    hall.keys("d").shows("What was under the cursor is gone");
    assert_eq!(hall.root_dump(), before);
}

#[test]
fn undo_after_another_programs_step_asks_once_more() {
    let mut hall = Hall::sample();
    hall.keys("2Tkeen<enter>").shows("Tagged Anton Grigore with keen");
    let path = hall.folder.path().join("roster.guildhall");
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let clock = std::sync::Arc::new(guildhall::book::FixedClock::after(day, 5_000));
    let mut other = guildhall::book::Book::open(&path, clock).unwrap();
    let noor = other.find_ids("noor", None).unwrap();
    other.run(&guildhall::book::Command::AddTag { people: noor, tag: "theirs".into() }).unwrap();
    hall.keys("u").shows("u again is about its step").hides("Undone");
    hall.keys("u").shows("Undone: Tagged Noor Hallam with theirs").keys("u").shows("Undone: Tagged Anton Grigore with keen");
}

#[test]
fn nobody_is_marked_while_not_everybody_is_listed() {
    let mut hall = Hall::sample();
    hall.keys("2");
    // The change drops the index, which is rebuilt in the background.
    script(&hall, "UPDATE person SET job_title='Planner' WHERE name='Noor Hallam'");
    hall.keys("*").shows("Not everybody is listed yet").hides("marked of").keys("*").shows("63 marked of 63");
    // Marks of an earlier search are kept when another search finds the same number of people.
    hall.keys("<esc>/noor<enter>*").shows("1 marked").keys("/<ctrl-u>zoë<enter>*").shows("2 marked");
}

#[test]
fn marks_go_with_those_who_are_removed_also_in_a_search() {
    let mut hall = Hall::sample();
    hall.keys("2/noor<enter> ").shows("1 marked").keys("dy").shows("Removed").hides("marked of");
}

#[test]
fn help_lists_the_keys_that_work_here_and_runs_them() {
    let mut hall = Hall::sample();
    hall.keys("2?");
    assert_snapshot!("help_120x30", hall.text());
    hall.shows("Add the marked people to a community");
    hall.keys("history").shows("Show the history, newest first").keys("<enter>").shows("Loaded the sample roster");
    hall.keys("<esc>?").hides("Loaded the sample roster").keys("<esc>").hides("type to narrow");
}

#[test]
fn the_palette_says_why_a_command_cant_run() {
    let mut hall = Hall::sample();
    hall.keys(":remove from").shows("select a community first").keys("<enter>").shows("remove from community: select a community first");
    hall.keys("<esc><ctrl-p>redo").shows("there is nothing to redo").keys("<esc>:find org:mow<enter>").shows("/org:mow");
    assert_snapshot!("palette_120x30", hall.keys(":").text());
}

#[test]
fn history_is_shown_for_all_and_for_one() {
    let mut hall = Hall::sample();
    hall.keys("2Tkeen<enter>H").shows("Tagged Anton Grigore with keen").shows("Loaded the sample roster");
    hall.keys("u").shows("undone: Tagged Anton Grigore with keen");
    hall.keys("<esc>jh").shows("History of A").hides("Tagged Anton");
}

#[test]
fn an_import_is_reviewed_before_anything_is_written() {
    let mut hall = Hall::sample();
    let file = hall.folder.path().join("list.csv");
    std::fs::write(&file, "Name,E-mail,Shoe size\nNew One,new@example.org,43\nBroken,nonsense,44\n").unwrap();
    hall.keys("jj").keys("i").shows("Import a CSV file into Delivery");
    hall.keys(file.to_str().unwrap()).keys("<enter>").shows("1  would be added").shows("line 3: nonsense: an address needs an @");
    assert_snapshot!("review_120x30", hall.text());
    // Esc returns to the prompt with its text, and then to the list.
    hall.keys("<esc>").shows("Import a CSV file").shows("list.csv").keys("<enter>").shows("1  would be added").keys("<esc><esc>");
    hall.shows("63 people").hides("Import a CSV file");
    hall.keys("i")
        .keys(file.to_str().unwrap())
        .keys("<enter><enter>")
        .shows("1 person added")
        .hides("Import a CSV file")
        .shows("Some rows were not imported");
    hall.keys("<esc>2/new one").shows("New One").keys("<esc>u").shows("Undone: Imported list.csv into Delivery").shows("63 people");
    hall.keys("i/no/such/file<enter>").shows("/no/such/file");
}

#[test]
fn overwriting_a_file_asks_first() {
    let mut hall = Hall::sample();
    let file = hall.folder.path().join("precious.csv");
    std::fs::write(&file, "precious").unwrap();
    hall.keys("x<tab><ctrl-u>").keys(file.to_str().unwrap()).keys("<enter>").shows("exists. Replace it?").keys("x");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    hall.keys("<enter>r").shows("written to");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("Name,"));
}

#[test]
fn a_format_is_found_by_typing_and_the_last_one_comes_first() {
    let mut hall = Hall::sample();
    hall.keys("x").shows("roster — everything").keys("mailch").shows("mailch → mailchimp — contacts for").shows("Email Address,First Name");
    hall.keys("<ctrl-u>zzz").shows("there is no format called zzz").shows("→ mailchimp —");
    hall.keys("<ctrl-u>excel").shows("people — a list").shows("  Name,E-mail").hides("\u{fffd}");
    hall.keys("<ctrl-u>notify")
        .shows("notify — recipients")
        .shows("100,000 rows")
        .keys("<down>")
        .shows("notify-contacts —")
        .keys("<up><tab>");
    // The next field is the file name. Typing edits it, and Enter publish the file.
    let file = hall.folder.path().join("list.csv");
    hall.keys("<ctrl-u>").keys(file.to_str().unwrap()).shows("notify — recipients").keys("<enter>").shows("written to");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("email address,name\n"));
    hall.keys("x").shows("notify — recipients").keys("<esc>").hides("notify — recipients");
    // After the first export, only the changes can be exported.
    hall.keys("2nNew One<tab>new.one@example.gov.uk<ctrl-s>")
        .shows("New One")
        .keys("x<tab>")
        .shows(">Send    the whole list")
        .keys("<down>");
    hall.shows("only what has changed since").shows("1 person to add, 0 to remove, 57 stay").keys("<tab><ctrl-u>");
    hall.keys(file.to_str().unwrap()).keys("<enter>").shows("list-add.csv, list-remove.csv");
    assert_eq!(
        std::fs::read_to_string(hall.folder.path().join("list-add.csv")).unwrap(),
        "email address,name\nnew.one@example.gov.uk,New One\n"
    );
    assert!(hall.folder.path().join("list-remove.csv").exists());
}

#[test]
fn an_export_asks_who_to_which_list_and_where_to() {
    let mut hall = Hall::sample();
    hall.keys("02/org:mow<enter>W").keys("Weights<enter>").keys("<esc> x");
    hall.shows("the 1 person marked  1 of 3").keys("<backtab>").shows(">Who").keys("<down>").shows("everybody  2 of 3");
    hall.keys("<down>")
        .shows("the view Weights  3 of 3")
        .keys("<tab>google")
        .shows("google-groups needs the group's own address")
        .keys("<enter>");
    hall.shows(">List").keys("cop@lists.example.gov.uk").shows("cop@lists.example.gov.uk,");
    let file = hall.folder.path().join("group.csv");
    hall.keys("<tab><ctrl-u>").keys(file.to_str().unwrap()).keys("<enter>").shows("people written to");
}

#[test]
fn a_page_is_taken_in_after_a_look_at_it_and_published_after_another() {
    let mut hall = Hall::empty();
    let page = hall.folder.path().join("guilds.md");
    std::fs::write(&page, include_str!("../data/guilds-table.md")).unwrap();
    hall.keys("i").keys(page.to_str().unwrap()).keys("<enter>").shows("4 communities would be added").shows("Head of Piers is vacant");
    hall.shows("r repair the damage too").keys("<enter>").shows("4 communities added").shows("Chart Reading").hides("would be");
    hall.keys("gp<ctrl-u>").keys(page.to_str().unwrap()).keys("<enter>").shows("The page is already up to date").keys("<esc>");
    hall.keys("1<home>je<tab><ctrl-u>Boats<ctrl-s>").shows("Boats").keys("gp<ctrl-u>").keys(page.to_str().unwrap()).keys("<enter>");
    hall.shows("job family is now Boats").shows("Enter publish").keys("<enter>").shows("Published to");
    assert!(std::fs::read_to_string(&page).unwrap().contains("| Boats | Shipwright, Rigger"));
}

#[test]
fn a_rule_shows_whom_it_would_leave_out_before_it_is_kept_and_an_exception_is_made() {
    let mut hall = Hall::empty();
    hall.keys("1nMaps<ctrl-s>").shows("> Maps").keys("<enter>nAnn<tab>ann@x.example<ctrl-s>").shows("> Ann").keys("1<home>j4n");
    hall.shows("rule on who may join").keys("rule<enter>").shows("Who may join Maps").keys("<tab>gov.uk<ctrl-s>");
    hall.shows("1 member, no longer eligible by the rules").shows("Ann, Maps: ann@x.example isn't within gov.uk").keys("<enter>");
    hall.shows("Changed who may join Maps")
        .hides("no longer eligible")
        .hides("Words")
        .keys("2")
        .shows("not eligible:")
        .shows("within gov.uk");
    hall.keys("/eligible:no<enter>").shows("> Ann").keys("<esc>4j<enter>");
}

#[test]
fn a_line_of_addresses_goes_to_the_clipboard() {
    let mut hall = Hall::sample();
    hall.keys("2<space>xbcc<enter>")
        .shows(">File")
        .keys("<down>")
        .shows(">Where   the clipboard")
        .keys("<enter>")
        .shows("Copied: 1 person written");
    assert_eq!(hall.shell.errand(), Some(guildhall::tui::Errand::Copy("anton.grigore@tnorth.example".into())));
    hall.keys("H").shows("as bcc to the clipboard");
}

#[test]
fn seats_routes_and_channels_are_added_in_the_detail() {
    let mut hall = Hall::sample();
    hall.keys("jj4").shows("Head of Delivery:").shows("person TBC");
    hall.keys("nseat<enter>Second seat<tab>noor<enter><ctrl-s>").shows("Second seat");
    hall.keys("nchannel<enter><tab>#maps<ctrl-s>").shows("#maps");
    hall.keys("nway<enter><tab>join@example.org<ctrl-s>").shows("mailto join@example.org");
    hall.keys("uuu<down>").hides("#maps").hides("Second seat");
}

#[test]
fn views_are_saved_and_picked_again() {
    let mut hall = Hall::sample();
    hall.keys("2/tag:a11y<enter>W").keys("Accessible<enter>").shows("Saved the view Accessible");
    hall.keys("<esc>").hides("/tag:a11y").keys("Vacc<enter>").shows("/tag:a11y");
}

#[test]
fn organisations_are_listed_changed_and_added() {
    let mut hall = Hall::sample();
    hall.keys("go").shows("Ministry of Weights").keys("weights<enter>").shows("weights.example").keys("<esc><esc>");
    hall.keys("go<f2>New Office<tab>NO<ctrl-s>").shows("New Office");
}

#[test]
fn never_mail_is_set_and_lifted_and_shown() {
    let mut hall = Hall::sample();
    hall.keys("2M").shows("Unsubscribed Anton Grigore").shows("no mail: unsubscribed").shows("consent to mail: withdrawn");
    // Allowing mail again needs the person's own request: where and when they made it.
    hall.keys("M").shows("Allow mail to Anton Grigore").keys("<ctrl-s>").shows("enter where they agreed, such as an e-mail to you");
    hall.keys("an e-mail<tab>today<ctrl-s>").shows("Allowed mail to Anton Grigore").hides("no mail:").shows("consent to mail: granted");
}

#[test]
fn a_pasted_list_goes_into_a_field_and_nowhere_else() {
    let mut hall = Hall::sample();
    hall.event(&Event::Paste("dyq".into())).shows("63 people").shows("Text is pasted into fields");
    assert!(!hall.shell.takes_text());
    hall.keys("2").event(&Event::Paste("new.one@example.org".into())).shows("Add people to the roster").keys("<esc>");
    hall.keys("2n<tab><tab><tab>");
    assert!(hall.shell.takes_text());
    hall.event(&Event::Paste("a@example.org\nb@example.org\u{1b}[2J".into())).shows("a@example.org;b@example.org[2J");
}

#[test]
fn the_mouse_selects_scrolls_and_runs_hints() {
    let mut hall = Hall::sample();
    hall.text();
    hall.click(5, 7).shows("Members of Development and testing");
    hall.click(40, 5);
    let text = hall.text();
    let line = text.lines().find(|l| l.contains(": commands")).unwrap();
    let column = u16::try_from(line.chars().take_while(|c| *c != '?').count()).unwrap();
    hall.click(column, 29).shows("type to narrow");
}

#[test]
fn esc_never_quits_and_q_and_ctrl_c_do() {
    let mut hall = Hall::sample();
    for _ in 0..10 {
        hall.keys("<esc>");
        assert_eq!(hall.last, Then::Go);
    }
    assert_eq!(hall.keys("q").last, Then::Quit);
    hall.keys("n");
    assert_eq!(hall.keys("q").last, Then::Go, "in a field, q is a letter");
    assert_eq!(hall.keys("<ctrl-c>").last, Then::Quit);
}

#[test]
fn a_note_of_several_lines_is_written_as_such() {
    let mut hall = Hall::sample();
    hall.keys("2e<backtab>").shows("Alt-Enter begins a new line").keys("First line<alt-enter>Second line<alt-enter>Third");
    let text = hall.text();
    let line = |what: &str| text.lines().position(|l| l.contains(what)).unwrap();
    assert_eq!((line("Second line") - line("First line"), line("Third") - line("First line")), (1, 2));
    hall.keys("<up><up>X<down><down>Y<ctrl-s>").shows("Changed Anton Grigore");
    hall.keys("Ynote").shows("FirstX line").keys("<enter>");
    let copied = hall.shell.errand();
    assert_eq!(copied, Some(guildhall::tui::Errand::Copy("FirstX line\nSecond line\nThirdY".into())));
}

#[test]
fn before_the_day_it_is_ticked_who_will_come_and_after_it_who_came() {
    let mut hall = Hall::sample();
    hall.keys("3a").shows("Who comes to Show and tell").keys("aoife<enter><esc>").shows("10 yes").hides("came to Show");
    hall.keys("/crit<enter>a").shows("Who came to");
}

#[test]
fn never_mail_is_for_all_who_are_marked_and_is_in_their_history() {
    let mut hall = Hall::sample();
    hall.keys("2<space><space>M").shows("Unsubscribed 2 people").keys("<esc><home>h").shows("Unsubscribed 2 people");
    hall.keys("<esc>o")
        .shows("Nothing opened: unsubscribed")
        .keys("Y")
        .shows("Organisation: Transport North")
        .hides("E-mail: ")
        .hides("E-mail (");
}

#[test]
fn a_line_of_the_detail_is_copied_whole_however_it_is_broken() {
    let mut hall = Hall::sample();
    hall.keys("24<home>y");
    let copied = hall.shell.errand();
    assert_eq!(copied, Some(guildhall::tui::Errand::Copy("anton.grigore@tnorth.example".into())));
}

#[test]
fn taking_back_the_very_first_step_asks() {
    let mut hall = Hall::sample();
    hall.keys("u")
        .shows("Undo “Loaded the sample roster”?")
        .keys("n")
        .shows("63 people")
        .keys("uy")
        .shows("0 people")
        .keys("<ctrl-r>")
        .shows("63 people");
}

#[test]
fn the_community_of_an_import_can_be_left_out_in_the_review() {
    let mut hall = Hall::sample();
    hall.keys("jj2anew.one@example.org<enter>")
        .shows("Everybody would be added to Delivery")
        .keys("c")
        .shows("Nobody would be added to Delivery");
    // The same key reverses the choice.
    hall.keys("c").shows("Everybody would be added to Delivery").keys("c").shows("Nobody would be added to Delivery");
    hall.keys("<enter>").shows("1 person added").shows("10 of 64");
}

#[test]
fn consent_is_noted_for_many_at_once_and_changed_where_it_is_shown() {
    let mut hall = Hall::sample();
    hall.keys("2<space><space>cmail: withd<enter>").shows("Consent of 2 people to mail: withdrawn");
    hall.keys("<esc><home>").shows("consent to mail: withdrawn").keys("/consent:mail-withdrawn<enter>").shows("2 of 63");
    hall.keys("<esc><home>4")
        .keys("<down><down><down><down><down><down><down><down><down>")
        .keys("e")
        .shows("Consent of Anton Grigore to mail");
    hall.keys("granted<tab><tab>at the desk<ctrl-s>").shows("consent to mail: granted");
}

#[test]
fn a_report_of_unsubscribers_is_reviewed_like_any_import() {
    let mut hall = Hall::sample();
    let file = hall.folder.path().join("unsubscribes.csv");
    let header = "Email address,Template name,Uploaded spreadsheet file name,Template sent at,Unsubscribe request received at\n";
    let row = "anton.grigore@tnorth.example,News,cop.csv,2026-11-20 09:00:00,2026-11-21 10:00:00\n";
    std::fs::write(&file, format!("{header}{row}")).unwrap();
    hall.keys(":import ").keys(file.to_str().unwrap()).keys("<enter>").shows("1 address suppressed").shows("stopped  anton");
    hall.keys("<enter>2").shows("no mail: unsubscribed");
    // Another key has to confirm an undo that lifts a suppression.
    hall.keys("u").shows("Allow mail again?").keys("u").shows("no mail: unsubscribed");
    hall.keys("u").keys("y").shows("Undone: Imported unsubscribes.csv").hides("no mail: unsubscribed");
}

#[test]
fn a_renamed_community_is_known_by_its_new_name_everywhere() {
    let mut hall = Hall::sample();
    hall.keys("je<ctrl-u>Products<ctrl-s>").shows("Members of Products").keys("2a").shows("Add people to Products");
    hall.keys("new.one@example.org<enter><enter>").shows("16 of 64").shows("9 communities");
    hall.keys("1dy").shows("Removed the community Products").hides("Members of Products");
}

#[test]
fn marks_that_are_dropped_are_told_and_leave_nothing_to_mark_from() {
    let mut hall = Hall::sample();
    hall.keys("j2<space>1j").shows("1 mark cleared").keys("2<home><space><esc>jjjv").shows("1 marked of");
}

#[test]
fn a_pasted_list_is_there_again_after_its_review() {
    let mut hall = Hall::sample();
    hall.keys("jj2a").paste("New One <new@example.org>\nNew Two <two@example.org>").keys("<enter>").shows("2  would be added");
    hall.keys("<esc>").shows("Add people to Delivery").shows("new@example.org>⏎New Two").keys("<ctrl-u>New Three <x3@example.org>");
    hall.keys("<enter>").shows("1  would be added").keys("<enter>").hides("Add people to Delivery").shows("64 people");
}

#[test]
fn esc_with_nothing_to_end_changes_nothing() {
    for pane in ["1", "2", "3"] {
        let mut hall = Hall::sample();
        let before = hall.keys(pane).keys("j").text();
        let after = hall.keys("<esc>").text();
        assert_eq!(before.lines().take(28).collect::<Vec<_>>(), after.lines().take(28).collect::<Vec<_>>(), "{pane}");
        hall.shows("q quits; everything is saved");
    }
}

#[test]
fn a_kept_search_is_selected_so_that_typing_replaces_it_and_a_move_keeps_it() {
    let mut hall = Hall::sample();
    hall.keys("2/zoe<enter>/ann").shows("/ann").hides("/zoe").keys("<esc>");
    hall.keys("/zoe<enter>/<end> f").shows("/zoe f").keys("<enter>/<backspace>").hides("/zoe").shows("63 of 63");
    hall.keys("zoe<enter>/").paste("ann");
    hall.shows("/ann").hides("zoeann");
}

#[test]
fn marks_that_a_search_hides_are_counted_as_such() {
    let mut hall = Hall::sample();
    hall.keys("2  /zoe<enter>").shows("2 marked, 2 hidden of 1").keys(" ").shows("3 marked, 2 hidden of 1").keys("<esc>").hides("marked");
    hall.keys("<esc>gg  ").shows("2 marked of 63");
}

#[test]
fn a_mistake_in_a_search_has_a_caret_under_it_and_a_better_spelling_is_whole() {
    let mut hall = Hall::sample();
    hall.keys("2/zoe colour:red");
    let (x, y) = hall.find("/zoe colour");
    let line: String = hall.text().lines().nth(usize::from(y) + 1).unwrap().chars().skip(usize::from(x)).collect();
    assert!(line.starts_with("     ^ "), "{line:?}");
    let mut hall = Hall::sample().sized(80, 24);
    hall.keys("2/hallan").shows("did you mean hallam? Tab accepts").keys("<tab>").shows("Noor Hallam");
}

#[test]
fn the_palette_finds_by_plain_name_and_by_words_rather_than_letters() {
    let mut hall = Hall::sample();
    hall.keys(":noor hallam").shows("person · DfH").keys("<enter>").hides("Commands").shows("> Noor Hallam");
    hall.keys(":content des").shows("community").keys("<enter>").shows("> Content design");
    hall.keys(":spring un").shows("meetup · ").keys("<enter>").shows("> ").shows("Spring unconference");
    hall.keys(":theme").hides("go to members").keys("<esc>:exp");
    let (export, go) = (hall.find("export "), hall.text());
    assert!(go.lines().skip(usize::from(export.1)).count() > 0);
    assert!(hall.find("> export").1 <= export.1, "what begins so comes first");
}

#[test]
fn every_window_answers_a_question_mark() {
    for keys in [":", "3a", "2p", "go", "H", "2h", "C", "V", "x", "2n", "i", "2a", "2d", "2T", "gt", "2F", "3n<tab><tab>"] {
        let mut hall = Hall::sample();
        hall.keys(keys).keys("?");
        assert!(hall.text().contains("type to narrow"), "{keys}:\n{}", hall.text());
        hall.keys("<esc>").hides("type to narrow");
    }
    // In a text field `?` is typed. F1 opens help everywhere.
    let mut hall = Hall::sample();
    hall.keys("2nWho?").shows("Who?").keys("<f1>").shows("type to narrow");
}

#[test]
fn history_shows_from_what_to_what_and_counts_people() {
    let mut hall = Hall::sample();
    hall.keys("2e<tab><tab><tab><tab><tab><ctrl-u>Chief<ctrl-s>H").shows("Anton Grigore: job title: Lead service designer → Chief");
    hall.shows("Changed Anton Grigore").shows("1 person");
    hall.keys("<esc>").keys("O").keys("min<enter>H").shows("Anton Grigore: organisation: Transport North → Ministry of Weights");
    hall.keys("<down><down>").shows("… Enter shows all").keys("<enter>").shows("Loaded the sample roster").shows("added");
    // The history counts the people in the file, not its rows or those of the roster's tables.
    let mut hall = Hall::sample();
    let file = hall.folder.path().join("forms.csv");
    std::fs::write(&file, "Name,E-mail,Organisation\nNew One,one@example.org,New Office\nNew Two,two@example.org,Other Office\n").unwrap();
    hall.keys("jji").keys(file.to_str().unwrap()).keys("<enter><enter>H").shows("Imported forms.csv into Delivery").shows("2 people");
}

#[test]
fn an_export_says_in_the_history_where_it_went() {
    let mut hall = Hall::sample().sized(200, 40);
    let file = hall.folder.path().join("list.csv");
    hall.keys("x<tab><ctrl-u>").keys(file.to_str().unwrap()).keys("<enter>").shows("written to").keys("H").shows("list.csv");
}

#[test]
fn a_path_is_chosen_from_what_lies_below_it_and_its_folder_is_remembered() {
    let mut hall = Hall::sample();
    let folder = hall.folder.path().join("lists");
    std::fs::create_dir_all(folder.join("sent")).unwrap();
    for name in ["june.csv", "july.csv", "notes.docx"] {
        std::fs::write(folder.join(name), "Name,E-mail\nNew One,one@example.org\n").unwrap();
    }
    hall.keys("i").keys(&format!("{}/", folder.display())).shows("  sent/").shows("  july.csv").shows("  notes.docx");
    assert!(hall.find("sent/").1 < hall.find("  july.csv").1 && hall.find("  june.csv").1 < hall.find("  notes.docx").1);
    hall.keys("ju").hides("sent/").keys("<down><down>").shows("> june.csv").keys("<enter>").shows("1  would be added").keys("<esc><esc>");
    // The next prompt starts in the last folder. Choosing a folder opens it.
    hall.keys("i").shows("lists/").shows("  sent/").keys("<down><enter>").shows("lists/sent/").hides("june.csv").keys("<esc>");
    let mut hall = hall.again();
    hall.keys("i").shows("  june.csv").keys("june<tab>").shows("june.csv").keys("<ctrl-u>/no/such/file.csv<enter>");
    hall.shows("the file or folder doesn't exist").hides("os error");
    hall.keys("<esc>x<tab>").shows("lists/guildhall-").keys("<backspace>").shows("File");
}

#[test]
fn an_exports_count_and_who_is_left_out_show_on_a_small_screen() {
    let mut hall = Hall::sample().sized(40, 10);
    hall.keys("2xnotify<tab>").shows("people will be written").shows("left out:");
}

#[test]
fn narrow_footers_keep_what_is_used_most_and_a_roster_for_reading_offers_no_changes() {
    for pane in ["1j", "2", "3"] {
        let mut hall = Hall::sample().sized(80, 24);
        let foot = |hall: &mut Hall| hall.text().lines().last().unwrap_or_default().to_owned();
        hall.keys(&format!("{pane}/x<esc>")).keys("<f5>");
        assert!(["/ find", "e edit", "u undo", "? help"].iter().all(|h| foot(&mut hall).contains(h)), "{}", foot(&mut hall));
        hall.size = (40, 10);
        assert!(["/ find", "e edit", "? help"].iter().all(|h| foot(&mut hall).contains(h)), "{}", foot(&mut hall));
    }
}
