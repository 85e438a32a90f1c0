//! Who may be mailed, on the screen: what is copied and opened, and which questions and messages appear.

use guildhall::tui::Errand;

use crate::Hall;

/// Opens a roster with one person, who is under the cursor.
fn hall_with(name: &str, address: &str) -> Hall {
    let mut hall = Hall::empty();
    hall.keys("2n").keys(name).keys("<tab>").keys(address).keys("<ctrl-s>").shows(name);
    hall
}

#[test]
fn a_bounced_address_and_a_team_mailbox_are_copied_after_a_question() {
    let mut hall = hall_with("Ann", "ann@x.example");
    let list = hall.folder.path().join("states.csv");
    std::fs::write(&list, "Name,E-mail,E-mail state,Kind\nAnn,ann@x.example,bounced,person\nDesk,desk@x.example,ok,team mailbox\n")
        .unwrap();
    hall.keys("i").keys(list.to_str().unwrap()).keys("<enter><enter>").shows("1 person added");
    for (row, address, why) in [("<home>", "ann@x.example", "bounced"), ("<end>", "desk@x.example", "team mailbox")] {
        hall.keys("2").keys(row).keys("y").shows("Copy too?").shows(why).keys("<esc>");
        assert_eq!(hall.shell.errand(), None);
        hall.keys("y<enter>");
        assert_eq!(hall.shell.errand(), Some(Errand::Copy(address.into())));
    }
}

#[test]
fn whoever_withdrew_is_copied_by_one_key_only_and_an_unsubscribed_address_by_none() {
    let mut hall = hall_with("Ann", "ann@x.example");
    hall.keys("cmail: withd<enter>").shows("consent to mail: withdrawn");
    hall.keys("2y").shows("Nothing copied: withdrew consent to mail");
    hall.keys("o").shows("Nothing opened: withdrew consent to mail");
    hall.keys("Yann@x<enter>");
    assert_eq!(hall.shell.errand(), Some(Errand::Copy("ann@x.example".into())));
    hall.keys("M").shows("Unsubscribed Ann").keys("Y").hides("E-mail").keys("<esc>");
}

#[test]
fn several_are_copied_as_the_search_names_their_status() {
    let mut hall = Hall::sample();
    hall.keys("2/status:lapsed<enter>*y").shows("copied");
    assert!(matches!(hall.shell.errand(), Some(Errand::Copy(line)) if line.contains('@')));
}

#[test]
fn no_line_of_the_detail_lets_an_unsubscribed_address_out_however_it_is_spelled() {
    let mut hall = hall_with("Zoe", "zoe+news@x.example");
    hall.keys("M").shows("Unsubscribed Zoe");
    hall.keys("4<home>o").shows("Nothing opened: unsubscribed").keys("y").shows("Nothing copied: unsubscribed");
    assert_eq!(hall.shell.errand(), None);
    // The address is also that of a community's join route.
    hall.keys("1nMaps<ctrl-s>").shows("> Maps").keys("4nway<enter><tab>zoe+news@x.example<ctrl-s>").shows("mailto zoe+news@x.example");
    hall.keys("<esc>1").keys("o").shows("There is no link and no address here");
    hall.keys("Yzoe").hides("zoe+news@x.example (").keys("<esc><esc>");
    hall.keys("4<end>").keys("y").shows("Nothing copied: unsubscribed").keys("o").shows("Nothing opened: unsubscribed");
    assert_eq!(hall.shell.errand(), None);
}
