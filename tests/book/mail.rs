//! Who may be mailed: what stops mail, what never does, and what the words of other systems mean.

use guildhall::book::{AttendanceChange, Command, Confirmed, ImportReport, Step};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::community::{CommunityFacts, SeatFacts};
use guildhall::domain::ids::PersonId;
use guildhall::domain::mail::Way;
use guildhall::domain::meetup::MeetupFacts;
use guildhall::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use guildhall::domain::words::{AddressState, ConsentState, MeetupStatus, MembershipStatus, Purpose, Rsvp};

use crate::common::{World, today};

fn mailed(world: &mut World) -> Vec<String> {
    world.export("notify-contacts", "").lines().skip(1).map(str::to_owned).collect()
}

fn never(world: &mut World, person: PersonId) {
    world.run(Command::NeverMail { people: vec![person], reason: "asked".into() });
}

fn script(world: &World, sql: &str) {
    rusqlite::Connection::open(world.path()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_word_that_this_program_does_not_know_mails_nobody_and_check_names_the_row() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    let bo = world.person("Bo", "bo@x.example");
    let cy = world.person("Cy", "cy@x.example");
    let di = world.person("Di", "di@x.example");
    let community = world.community("Maps");
    world.put_in(&[ann, bo, cy, di], community);
    let consent = ConsentFacts { purpose: Purpose::Mail, state: ConsentState::Granted, on: None, source: String::new() };
    world.run(Command::SetConsent { people: vec![bo], consent });
    assert!(world.book.check().unwrap().is_sound());
    script(
        &world,
        "UPDATE membership SET status='lapsed (2025)' WHERE person_id=1; UPDATE consent SET state='refused'; UPDATE person SET email_state='OK' WHERE id=3",
    );
    world.book.poll_external_changes().unwrap();
    assert_eq!(mailed(&mut world), ["di@x.example"]);
    let found = world.book.check().unwrap();
    assert!(found.damage.is_empty() && !found.is_sound());
    let words = found.unrecognised.join("\n");
    for part in [
        "Cy (row 3): the email state “OK”",
        "the membership of Ann (row 1): the status “lapsed (2025)”",
        "the consent of Bo (row 1): the state “refused”",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    // They are shown unchanged, and count as neither granted nor unknown.
    assert_eq!(world.book.person(ann).unwrap().unwrap().memberships[0].facts.status.word(), "lapsed (2025)");
    assert_eq!(world.find("consent:mail-unknown"), ["Ann", "Cy", "Di"]);
    assert_eq!(world.find("mail:yes"), ["Di"]);
    // An edit of another field leaves the word unchanged.
    let mut facts = world.book.person(cy).unwrap().unwrap().facts;
    facts.note = "moved".into();
    world.run(Command::EditPerson { id: cy, facts, was: None });
    assert_eq!(world.book.person(cy).unwrap().unwrap().facts.email_state.word(), "OK");
    // An export and import into another roster preserves the words, and they block mail there, too.
    let mut other = World::empty();
    let csv = world.export("roster", "");
    other.import("roster.csv", &csv);
    assert_eq!(mailed(&mut other), ["di@x.example"]);
    assert_eq!(other.book.check().unwrap().unrecognised.len(), 3, "{csv}");
    assert_eq!(other.export("roster", ""), csv);
}

#[test]
fn never_mail_outlives_the_address_a_form_an_import_and_a_removal() {
    let mut world = World::empty();
    let ann = world.facts(PersonFacts {
        others: vec![OtherAddress { address: "ann@home.example".into(), state: AddressState::Ok }],
        ..PersonFacts::named("Ann", "ann@x.example")
    });
    never(&mut world, ann);
    let detail = world.book.person(ann).unwrap().unwrap();
    assert_eq!(detail.suppressed, ["ann@x.example", "ann@home.example"]);
    assert_eq!(detail.consents[0].state, ConsentState::Withdrawn);
    // A form and an import add addresses later.
    let mut facts = detail.facts;
    facts.others.push(OtherAddress { address: "ann@new.example".into(), state: AddressState::Ok });
    facts.email = "ann@y.example".into();
    world.run(Command::EditPerson { id: ann, facts, was: None });
    world.import("list.csv", "Name,E-mail,Other e-mails,I agree to join the mailing list\nAnn,ann@y.example,ann@z.example,Yes\n");
    assert!(mailed(&mut world).is_empty());
    let options = guildhall::book::ExportOptions { format: "bcc".into(), all_addresses: true, ..Default::default() };
    let mut out = Vec::new();
    assert_eq!(world.book.export_to(&options, &mut out).unwrap().written, 0);
    // The person is removed and imported again from an old list.
    let applied = world.run(Command::RemovePeople(vec![ann]));
    assert!(applied.kept.iter().any(|k| k == "ann@y.example stays suppressed"), "{:?}", applied.kept);
    world.import("old.csv", "Name,E-mail\nAnn,ann@y.example\nAnn,ann@new.example\n");
    assert!(mailed(&mut world).is_empty());
}

#[test]
fn the_way_back_is_their_own_word_and_says_what_still_blocks() {
    let mut world = World::empty();
    let ann = world.facts(PersonFacts { email_state: AddressState::Bounced, ..PersonFacts::named("Ann", "ann@x.example") });
    world.run(Command::Suppress { addresses: vec!["ANN@X.example".into()], reason: "asked".into() });
    // Neither a bulk consent nor a reset of the consent to unknown lifts it.
    for state in [ConsentState::Granted, ConsentState::Unknown] {
        let consent = ConsentFacts { purpose: Purpose::Mail, state, on: Some(today()), source: "in person".into() };
        assert!(world.book.run(&Command::SetConsent { people: vec![ann], consent }).is_err());
    }
    for (source, on) in [("", today()), ("a letter", today().succ_opt().unwrap())] {
        assert!(world.book.run(&Command::MailAgain { person: ann, source: source.into(), on }).is_err(), "{source}");
    }
    world.run(Command::Allow { addresses: vec!["ann@x.example".into()], source: "a letter".into(), on: today() });
    let detail = world.book.person(ann).unwrap().unwrap();
    assert!(detail.suppressed.is_empty());
    assert_eq!((detail.consents[0].state, detail.consents[0].source.as_str()), (ConsentState::Granted, "a letter"));
    let blocked = world.book.blocked(&["ann@x.example".to_owned()]).unwrap();
    assert_eq!(blocked[0].1.iter().map(|w| w.words()).collect::<Vec<_>>(), ["the address bounced"]);
}

#[test]
fn many_are_granted_consent_but_those_who_withdrew() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann", "ann@x.example"), world.person("Bo", "bo@x.example"));
    never(&mut world, ann);
    let consent = ConsentFacts { purpose: Purpose::Mail, state: ConsentState::Granted, on: Some(today()), source: "a sign-up".into() };
    let applied = world.run(Command::SetConsent { people: vec![ann, bo], consent });
    assert_eq!(applied.kept, ["Ann stays withdrawn from mail"]);
    assert_eq!(world.find("consent:mail"), ["Bo"]);
}

#[test]
fn an_unsubscribe_finds_the_address_however_it_is_composed_and_in_other_domains_of_the_organisation() {
    let mut world = World::empty();
    world.person("Zoë", "zo\u{eb}@x.example");
    let old = world.person("Ann", "ann@maps.gsi.gov.uk");
    let current = world.person("Another Ann", "ann@maps.gov.uk");
    world.person("At home", "ann@gmail.com");
    let domains = vec!["maps.gov.uk".into(), "maps.gsi.gov.uk".into(), "gmail.com".into()];
    let facts = OrganisationFacts { name: "Office of Maps".into(), domains, ..OrganisationFacts::default() };
    world.run(Command::PutOrganisation { id: None, facts });
    world.run(Command::Suppress { addresses: vec!["Zoe\u{308}@x.example".into()], reason: String::new() });
    never(&mut world, old);
    assert_eq!(mailed(&mut world), ["ann@gmail.com"]);
    assert_eq!(
        world.book.usable(current, Way::Open).unwrap()[0].decision.words(),
        "unsubscribed at another domain of the same organisation"
    );
    // This records two different people: one may be mailed, and the other's suppression stays.
    world.run(Command::Allow { addresses: vec!["ann@maps.gov.uk".into()], source: "on the phone".into(), on: today() });
    assert_eq!(mailed(&mut world), ["ann@maps.gov.uk", "ann@gmail.com"]);
    // The same applies in a roster that is imported from this one.
    let mut other = World::empty();
    other.import("roster.csv", world.export("roster", ""));
    let domains = vec!["maps.gov.uk".into(), "maps.gsi.gov.uk".into()];
    other.run(Command::PutOrganisation {
        id: None,
        facts: OrganisationFacts { name: "Maps".into(), domains, ..OrganisationFacts::default() },
    });
    assert_eq!(mailed(&mut other), ["ann@maps.gov.uk", "ann@gmail.com"]);
    // Undo blocks the address again without a question. Redo needs confirmation.
    world.book.undo().unwrap();
    assert_eq!(mailed(&mut world), ["ann@gmail.com"]);
    assert!(world.book.redo().unwrap_err().asks_first());
    world.book.step(&Step::Redo(Confirmed::Yes)).unwrap();
    assert_eq!(mailed(&mut world), ["ann@maps.gov.uk", "ann@gmail.com"]);
}

#[test]
fn only_undo_of_just_that_step_lifts_and_only_if_it_is_confirmed() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    // A suppression's row is never removed, so its dates and who may be mailed show whether it is in force.
    let rows = |world: &World| -> (Vec<String>, Vec<String>) {
        let dump = world.book.dump().unwrap();
        let (rows, others): (Vec<&str>, Vec<&str>) = dump.lines().partition(|l| l.starts_with("suppression"));
        (rows.into_iter().map(str::to_owned).collect(), others.into_iter().map(str::to_owned).collect())
    };
    let before = rows(&world).1;
    never(&mut world, ann);
    let after = rows(&world);
    let error = world.book.undo().unwrap_err();
    assert!(error.asks_first() && error.to_string().contains("Unsubscribed Ann"), "{error}");
    assert_eq!(rows(&world), after);
    world.book.step(&Step::Undo(Confirmed::Yes)).unwrap();
    assert_eq!((rows(&world).1, mailed(&mut world)), (before, vec!["ann@x.example".to_owned()]));
    assert!(rows(&world).0[0].contains("\"undone\""), "{:?}", rows(&world));
    // Suppressing again needs no confirmation.
    world.book.redo().unwrap();
    assert_eq!((rows(&world).1, mailed(&mut world)), (after.1.clone(), Vec::new()));
    // Undoing a lift needs no confirmation. Redoing it does.
    world.run(Command::MailAgain { person: ann, source: "a letter".into(), on: today() });
    let lifted = rows(&world);
    assert!(lifted.0[0].contains(&format!("\"a letter, {}\"", today())), "{lifted:?}");
    world.book.undo().unwrap();
    assert_eq!((rows(&world).1, mailed(&mut world)), (after.1.clone(), Vec::new()));
    assert!(world.book.redo().unwrap_err().asks_first());
    assert_eq!((rows(&world).1, mailed(&mut world)), (after.1, Vec::new()));
    world.book.step(&Step::Redo(Confirmed::Yes)).unwrap();
    assert_eq!((rows(&world).1, mailed(&mut world)), (lifted.1, vec!["ann@x.example".to_owned()]));
}

#[test]
fn back_to_a_point_keeps_what_was_asked_since_and_lists_it() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    let point = world.book.history(None, 1).unwrap()[0].id;
    let bo = world.person("Bo", "bo@x.example");
    let header = "Email address,Template name,Uploaded spreadsheet file name,Template sent at,Unsubscribe request received at";
    world.import("report.csv", format!("{header}\nann@x.example,News,x.csv,2026-11-20 09:00:00,2026-11-21 10:00:00\n"));
    never(&mut world, bo);
    let photo = ConsentFacts { purpose: Purpose::Photo, state: ConsentState::Withdrawn, on: None, source: String::new() };
    world.run(Command::SetConsent { people: vec![ann], consent: photo });
    let applied = world.book.step(&Step::BackTo(point)).unwrap();
    for kept in [
        "ann@x.example stays suppressed",
        "Ann stays withdrawn from mail",
        "Ann stays withdrawn from photo",
        "bo@x.example stays suppressed",
    ] {
        assert!(applied.kept.iter().any(|k| k == kept), "{kept}: {:?}", applied.kept);
    }
    assert_eq!(world.find(""), ["Ann"]);
    world.import("old.csv", "Name,E-mail\nBo,bo@x.example\n");
    assert!(mailed(&mut world).is_empty());
    // A suppression that has been lifted since then stays lifted: only what is in force now is kept.
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    let point = world.book.history(None, 1).unwrap()[0].id;
    never(&mut world, ann);
    world.run(Command::MailAgain { person: ann, source: "a letter".into(), on: today() });
    let applied = world.book.step(&Step::BackTo(point)).unwrap();
    assert!(applied.kept.is_empty(), "{:?}", applied.kept);
    assert_eq!(mailed(&mut world), ["ann@x.example"]);
}

#[test]
fn undo_of_an_import_that_did_other_things_too_keeps_its_suppressions_and_withdrawals() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    world.import(
        "list.csv",
        "Name,E-mail,Unsubscribed,Consent\nAnn,ann@x.example,,no\nBo,bo@x.example,yes,\nCy,cy@x.example,,no\nDi,di@x.example,,\n",
    );
    let applied = world.book.undo().unwrap();
    assert_eq!(world.find(""), ["Ann"]);
    for kept in ["Ann stays withdrawn from mail", "bo@x.example stays suppressed", "cy@x.example stays suppressed"] {
        assert!(applied.kept.iter().any(|k| k == kept), "{kept}: {:?}", applied.kept);
    }
    assert_eq!(world.book.person(ann).unwrap().unwrap().consents[0].state, ConsentState::Withdrawn);
    world.import("again.csv", "Name,E-mail\nBo,bo@x.example\nCy,cy@x.example\nDi,di@x.example\n");
    assert_eq!(mailed(&mut world), ["di@x.example"]);
}

#[test]
fn what_an_undo_kept_stands_in_the_way_of_no_other() {
    let mut world = World::empty();
    world.import("form.csv", "Name,E-mail,Consent\nAnn,ann@x.example,yes\n");
    world.import("later.csv", "Name,E-mail,Consent\nAnn,ann@x.example,no\nBo,bo@x.example,\n");
    assert!(world.book.undo().unwrap().kept.iter().any(|k| k == "Ann stays withdrawn from mail"));
    assert!(world.book.redo().is_ok() && world.find("") == ["Ann", "Bo"]);
    assert!(world.book.undo().is_ok() && world.find("") == ["Ann"]);
    let applied = world.book.undo().unwrap();
    assert!(world.find("").is_empty() && applied.kept.iter().any(|k| k.contains("ann@x.example")), "{:?}", applied.kept);
    // An old list doesn't make removed people mailable again.
    world.import("old.csv", "Name,E-mail\nAnn,ann@x.example\n");
    assert!(mailed(&mut world).is_empty());
}

fn status_of(world: &World, email: &str) -> Option<MembershipStatus> {
    let id = world.book.holder_of(email).unwrap()?;
    world.book.person(id).unwrap().unwrap().memberships.first().map(|m| m.facts.status)
}

fn notes(report: &ImportReport) -> String {
    report.notes.join("\n")
}

#[test]
fn the_unsubscribed_and_the_cleaned_part_of_a_mailchimp_audience_make_nobody_new() {
    let mut world = World::empty();
    let (bo, cy) = (world.person("Bo", "bo@guild.example"), world.person("Cy", "cy@guild.example"));
    let unsubscribed = "Email Address,First Name,MEMBER_RATING,UNSUB_TIME,UNSUB_REASON,LEID\n\
        BO@guild.example,Bo,2,2026-05-01 09:00:00,No longer interested,124\nold@guild.example,Old,2,2026-05-02 09:00:00,,125\n";
    let report = world.import_into("unsubscribed.csv", unsubscribed, Some("Maps"));
    assert_eq!(report.summary(), "2 addresses suppressed; 1 address of nobody on the roster, suppressed anyway");
    let report = world.import(
        "cleaned.csv",
        "Email Address,CLEAN_TIME,LEID\ncy@guild.example,2026-05-01 09:00:00,126\nno@guild.example,2026-05-01,127\n",
    );
    assert_eq!(report.summary(), "1 address marked as bounced; 1 address of nobody on the roster");
    assert_eq!(world.find(""), ["Bo", "Cy"]);
    assert_eq!(world.book.person(bo).unwrap().unwrap().consents[0].on.unwrap().to_string(), "2026-05-01");
    let detail = world.book.person(cy).unwrap().unwrap();
    assert_eq!((detail.facts.email_state, detail.suppressed.len(), detail.consents.len()), (AddressState::Bounced, 0, 0));
    world.import("old.csv", "Name,E-mail\nOld,old@guild.example\n");
    assert!(mailed(&mut world).is_empty());
}

#[test]
fn statuses_of_other_systems_make_members_of_those_who_are_and_of_nobody_else() {
    let mut world = World::empty();
    let member = world.person("Member", "member@guild.example");
    let slack = "username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname\n\
        ann,ann@guild.example,Member,1,1,0,U1,Ann Hallam,Ann\nbo,bo@guild.example,Deactivated,0,0,0,U2,Bo Reed,\n\
        beep,beep@guild.example,Bot,0,0,0,U3,Beep,\nm,member@guild.example,Deactivated,0,0,0,U4,Member,\n";
    let report = world.import_into("slack.csv", slack, Some("A11y"));
    assert_eq!(world.find("community:a11y"), ["Ann Hallam"]);
    assert!(
        notes(&report).contains("1 row not added: a bot") && notes(&report).contains("1 row not added: deactivated"),
        "{:?}",
        report.notes
    );
    assert_eq!(world.book.person(member).unwrap().unwrap().facts.email_state, AddressState::Retired);
    let mut world = World::empty();
    let event = "Order #,First Name,Last Name,Email,Attendee Status\n1,Ann,Hallam,ann@guild.example,Attending\n2,Bo,Reed,bo@guild.example,Not Attending\n\
        3,Cy,Quill,cy@guild.example,Refunded\n4,Di,Lund,di@guild.example,Checked In\n";
    world.import("event.csv", event);
    assert_eq!(world.find(""), ["Ann Hallam", "Di Lund"]);
    let mut world = World::empty();
    world.import_into(
        "guests.csv",
        "name,email,approval_status\nAnn,ann@guild.example,approved\nBo,bo@guild.example,declined\nCy,cy@guild.example,pending_approval\n",
        Some("Maps"),
    );
    assert_eq!(status_of(&world, "ann@guild.example"), Some(MembershipStatus::Active));
    assert_eq!((status_of(&world, "bo@guild.example"), status_of(&world, "cy@guild.example")), (None, Some(MembershipStatus::Identified)));
}

#[test]
fn a_status_that_says_unsubscribed_or_cleaned_makes_no_member_and_a_word_that_is_not_known_no_active_one() {
    let mut world = World::empty();
    let csv = "Name,Email,Status\nNoor,noor@guild.example,unsubscribed\nBo,bo@guild.example,cleaned\nCy,cy@guild.example,on leave\nDi,di@guild.example,on leave\n";
    let report = world.import_into("list.csv", csv, Some("Maps"));
    assert_eq!(status_of(&world, "noor@guild.example"), None);
    assert_eq!(status_of(&world, "cy@guild.example"), Some(MembershipStatus::Identified));
    assert!(world.book.holder_of("bo@guild.example").unwrap().is_none());
    assert_eq!(report.unknown, [("Status".to_owned(), "on leave".to_owned(), 2)]);
    assert!(report.is_incomplete(), "exit code 3");
    assert!(!mailed(&mut world).contains(&"noor@guild.example".to_owned()));
    // For existing members only the status unsubscribed stops mail, or a flag with the same meaning.
    let mut world = World::empty();
    let community = world.community("Maps");
    let ids: Vec<PersonId> = ["a", "b", "c", "d"].map(|n| world.person(n, &format!("{n}@guild.example"))).to_vec();
    world.put_in(&ids, community);
    world.import("list.csv", "Name,Email,Status\na,a@guild.example,declined\nb,b@guild.example,refunded\nc,c@guild.example,Unsubscribed\n");
    world.import("flags.csv", "Email,UNSUB\na@guild.example,no\nd@guild.example,yes\nnew@guild.example,TRUE\n");
    assert_eq!(mailed(&mut world), ["a@guild.example", "b@guild.example"]);
    // A flag that is neither yes nor no refuses the row, so that nobody is mailed by mistake.
    let report = world.import("odd.csv", "Email,Unsubscribed\nodd@guild.example,perhaps\nday@guild.example,2026-03-04\n");
    assert_eq!(report.refused[0].reason, "Unsubscribed says “perhaps”, which is neither yes nor no");
    assert_eq!(mailed(&mut world), ["a@guild.example", "b@guild.example"]);
}

#[test]
fn an_answer_to_the_mailing_list_is_consent_and_a_grant_after_a_withdrawal_needs_a_decision() {
    let mut world = World::empty();
    let header = "Timestamp,Email Address,Full name,I agree to join the mailing list";
    let report = world.import(
        "form.csv",
        format!("{header}\n2026/11/20 2:03:45 pm GMT,noor@guild.example,Noor,No\n2026/11/20 2:04:45 pm GMT,ann@guild.example,Ann,Yes\n,bo@guild.example,Bo,only events\n"),
    );
    assert_eq!(world.find("consent:mail"), ["Ann"]);
    assert_eq!(world.find("consent:mail-withdrawn"), ["Noor"]);
    assert_eq!(report.unknown, [("I agree to join the mailing list".to_owned(), "only events".to_owned(), 1)]);
    assert_eq!(mailed(&mut world), ["ann@guild.example", "bo@guild.example"]);
    let later = world.import("later.csv", format!("{header}\n2026/11/21 9:00:00 am GMT,noor@guild.example,Noor,Yes\n"));
    assert_eq!((later.decisions.len(), later.decisions[0].line, later.is_incomplete()), (1, 2, true));
    assert!(
        later.decisions[0].reason.starts_with("noor@guild.example grants consent to mail after they withdrew it"),
        "{:?}",
        later.decisions
    );
    let undated = world.import("undated.csv", format!("{header}\n,noor@guild.example,Noor,Yes\n"));
    assert!(
        undated.decisions.is_empty() && notes(&undated).contains("1 row grants consent to mail again, but not after"),
        "{:?}",
        undated.notes
    );
    assert_eq!(world.find("consent:mail-withdrawn"), ["Noor"]);
    // The same applies to an address that is suppressed without a consent.
    world.run(Command::Suppress { addresses: vec!["new@guild.example".into()], reason: String::new() });
    let new = world.import("new.csv", format!("{header}\n2026/11/23 9:00:00 am GMT,new@guild.example,New,Yes\n"));
    assert_eq!(new.decisions.len(), 1);
    assert!(!mailed(&mut world).contains(&"new@guild.example".to_owned()));
}

#[test]
fn the_detail_of_one_person_knows_every_suppression_that_concerns_them_and_no_other() {
    let mut world = World::empty();
    let domains = ["maps.gov.uk", "maps.gsi.gov.uk"].map(String::from).to_vec();
    world.run(Command::PutOrganisation {
        id: None,
        facts: OrganisationFacts { name: "Maps".into(), domains, ..OrganisationFacts::default() },
    });
    let addresses = ["ANN@maps.gov.uk", "anna@maps.gov.uk", "bo@maps.gov.uk", "zo\u{eb}@maps.gov.uk", "an@maps.gov.uk", "cy@x.example"];
    let ids: Vec<_> = addresses.iter().map(|a| world.person(a, a)).collect();
    let keys = ["ann@maps.gsi.gov.uk", "bo@maps.gsi.gov.uk", "zoe\u{308}@maps.gsi.gov.uk", "cy@x.example"].map(String::from).to_vec();
    world.run(Command::Suppress { addresses: keys, reason: "asked".into() });
    world.run(Command::Allow { addresses: vec!["bo@maps.gov.uk".into()], source: "a call".into(), on: today() });
    let found: Vec<bool> = ids.iter().map(|id| !world.book.person(*id).unwrap().unwrap().suppressed.is_empty()).collect();
    assert_eq!(found, [true, false, false, true, false, true]);
}

/// Returns whether a person on the roster may still be mailed after an import of one row about them.
fn mailed_after(headers: &str, values: &str) -> bool {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    let community = world.community("Maps");
    world.put_in(&[ann], community);
    world.import("list.csv", format!("Name,Email,{headers}\nAnn,ann@x.example,{values}\n"));
    !mailed(&mut world).is_empty()
}

#[test]
fn a_no_is_heard_in_whatever_words_a_column_has() {
    for (header, value) in [
        ("Unsubscribed", "Unsubscribed"),
        ("Opt-out", "Opted out"),
        ("Email Opt Out", "Opted Out"),
        ("Do not contact", "Do not contact"),
        ("Unsubscribe reason", "No longer interested"),
        ("Unsubscribed at", "01/05/2026 09:00"),
        ("UNSUB", "ja"),
        ("Tick if you do NOT want to receive emails", "Yes"),
        ("I no longer want to receive your newsletter", "TRUE"),
        ("I do not agree to be contacted by e-mail", "x"),
        ("Would you like to receive our newsletter?", "I would like to be removed from it"),
        ("Would you like to receive our newsletter?", "I agree to nothing"),
        ("Mailing list: I agree to join / please leave me out", "please leave me out"),
        ("Consent", "refused"),
        ("Consent", "opted out"),
        ("Consent", "❌"),
        ("Consent", "\"Yes for photos, not for mail\""),
        ("Consent", "\"photo yes, mail no\""),
        ("Consent,Mail consent", "Yes,No"),
        ("Subscribed", "FALSE"),
        ("Newsletter", "No"),
        ("Opt-in", "No"),
        ("Communication opt-in", "No"),
        ("GDPR consent", "No"),
        ("HasOptedOutOfEmail", "true"),
        ("Do not allow Emails", "Do Not Allow"),
        ("EMAIL_BLACKLISTED", "yes"),
        ("Accepts Marketing", "no"),
        ("Remove from mailing list", "Yes"),
        ("Status", "Unsubscribed (by link)"),
        ("Status", "marked as spam"),
        ("Bot,Unsubscribed", "yes,yes"),
    ] {
        assert!(!mailed_after(header, value), "{header}: {value}");
    }
    // These values don't stop mail.
    for (header, value) in [
        ("Unsubscribed", "FALSE"),
        ("Do not allow Emails", "Allow"),
        ("I agree to receive your newsletter. You can unsubscribe at any time", "Yes"),
        ("Status", "on leave"),
        ("Employment", "Contractor"),
    ] {
        assert!(mailed_after(header, value), "{header}: {value}");
    }
}

#[test]
fn a_status_that_is_over_makes_nobody_new() {
    let mut world = World::empty();
    let report = world.import("old.csv", "Name,Email,Status\nAnn,ann@x.example,Removed\nBo,bo@x.example,left\nCy,cy@x.example,active\n");
    assert_eq!((report.added, mailed(&mut world)), (1, vec!["cy@x.example".to_owned()]));
    assert!(notes(&report).contains("2 rows not added: no longer a member"), "{}", notes(&report));
}

#[test]
fn whoever_turns_out_to_have_a_suppressed_address_is_not_mailed_at_another() {
    let mut world = World::empty();
    world.run(Command::Suppress { addresses: vec!["old@x.example".into(), "told@y.example".into()], reason: "asked".into() });
    world.import("list.csv", "Name,Email,Other e-mails\nAnn,ann@new.example,old@x.example\n");
    let bo = world.person("Bo", "bo@x.example");
    let mut facts = world.book.person(bo).unwrap().unwrap().facts;
    facts.others.push(OtherAddress { address: "Told@Y.example".into(), state: AddressState::Ok });
    world.run(Command::EditPerson { id: bo, facts, was: None });
    assert!(mailed(&mut world).is_empty());
    // A row that unsubscribes a person covers all addresses in it.
    world.person("Cy", "cy@x.example");
    world.import("unsub.csv", "Name,Email,Other e-mails,Unsubscribed\nCy Lund,cy@new.example,cy@x.example,yes\n");
    assert!(mailed(&mut world).is_empty());
}

#[test]
fn an_address_that_somebody_who_withdrew_leaves_behind_comes_back_as_nobodys() {
    for state in ["withdrawn", "refused by phone"] {
        let mut world = World::empty();
        let (ann, bo) = (world.person("Ann", "ann@x.example"), world.person("Bo", "bo@x.example"));
        let consent = ConsentFacts { source: "form".into(), ..ConsentFacts::of_mail(ConsentState::Withdrawn) };
        world.run(Command::SetConsent { people: vec![ann, bo], consent });
        script(&world, &format!("UPDATE consent SET state='{state}'"));
        world.book.poll_external_changes().unwrap();
        let mut facts = world.book.person(ann).unwrap().unwrap().facts;
        facts.email = "ann@new.example".into();
        world.run(Command::EditPerson { id: ann, facts, was: None });
        world.run(Command::RemovePeople(vec![bo]));
        world.import("old.csv", "Name,Email\nAnn Old,ann@x.example\nBo,bo@x.example\n");
        assert!(mailed(&mut world).is_empty(), "{state}");
    }
}

#[test]
fn somebody_elses_address_in_place_of_ones_own_is_checked_as_theirs() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    for n in 0..3 {
        let who = world.person(&format!("P{n}"), &format!("p{n}@x.example"));
        world.run(Command::SetField {
            people: vec![who],
            field: "UPN".into(),
            value: if n == 0 { "ann@x.example".into() } else { String::new() },
        });
    }
    world.person("ann@x.example", "di@x.example");
    world.run(Command::SetConsent { people: vec![ann], consent: ConsentFacts::of_mail(ConsentState::Withdrawn) });
    for format in ["entra-members", "people", "mailman", "vcard", "json"] {
        assert!(!world.export(format, "").contains("ann@x.example"), "{format}");
    }
}

#[test]
fn the_query_widens_the_statuses_only_by_those_that_it_names() {
    let mut world = World::empty();
    let community = world.community("Maps");
    for status in [MembershipStatus::Active, MembershipStatus::Lapsed, MembershipStatus::Removed, MembershipStatus::Declined] {
        let who = world.person(status.word(), &format!("{status}@x.example"));
        world.put_in(&[who], community);
        world.run(Command::SetStatus { people: vec![who], community, status });
    }
    let mut to = |query: &str, statuses: Vec<MembershipStatus>| {
        let query = query.to_owned();
        let options =
            guildhall::book::ExportOptions { format: "bcc".into(), query, statuses, community: Some(community), ..Default::default() };
        let mut out = Vec::new();
        let _ = world.book.export_to(&options, &mut out);
        String::from_utf8(out).unwrap()
    };
    assert!(to("status:lapsed", Vec::new()).contains("lapsed@"));
    for (query, statuses) in [("-status:paused", Vec::new()), ("-status:left", vec![MembershipStatus::Active])] {
        let found = to(query, statuses);
        assert!(found.contains("active@") && !["lapsed@", "removed@", "declined@"].iter().any(|a| found.contains(a)), "{query}: {found}");
    }
}

#[test]
fn suppressions_travel_with_the_roster_also_those_of_nobody() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    world.person("", "only@x.example");
    never(&mut world, ann);
    world.run(Command::Suppress { addresses: vec!["only@x.example".into(), "stranger@x.example".into()], reason: "told | us".into() });
    let csv = world.export("roster", "");
    let mut other = World::empty();
    let report = other.import("roster.csv", &csv);
    assert_eq!((report.added, report.suppressed), (2, 3), "{csv}");
    other.import("old.csv", "Name,E-mail\nAnn,ann@x.example\nStranger,stranger@x.example\nOnly,only@x.example\nBo,bo@x.example\n");
    assert_eq!(mailed(&mut other), ["bo@x.example"]);
    let mut third = World::empty();
    third.import("roster.csv", &csv);
    assert_eq!(third.export("roster", ""), csv);
    assert_eq!(third.import("again.csv", &csv).updated, 0);
}

#[test]
fn a_list_for_reading_has_the_person_without_the_address_and_marks_what_bounced() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@x.example");
    let bo = world.person("Bo", "bo@x.example");
    world.facts(PersonFacts { email_state: AddressState::Bounced, ..PersonFacts::named("Cy", "cy@x.example") });
    world.person("ann@x.example", "di@x.example");
    never(&mut world, ann);
    let directory = ConsentFacts { purpose: Purpose::Directory, state: ConsentState::Withdrawn, on: None, source: String::new() };
    world.run(Command::SetConsent { people: vec![bo], consent: directory });
    let people = world.export("people", "");
    assert!(people.contains("\nAnn,,,,,\r") && people.contains("\nCy,cy@x.example (bounced),,,,\r"), "{people}");
    assert!(!people.contains("Bo") && !people.contains("ann@x.example") && people.contains("\n,di@x.example,"), "{people}");
}

#[test]
fn a_upn_that_may_not_be_mailed_leaves_its_person_out() {
    let mut world = World::empty();
    for n in ["a", "b", "c"] {
        let id = world.person(n, &format!("{n}@x.example"));
        world.run(Command::SetField { people: vec![id], field: "UPN".into(), value: format!("{n}1@x.example") });
    }
    world.run(Command::Suppress { addresses: vec!["b1@x.example".into()], reason: String::new() });
    let text = world.export("entra-members", "");
    assert!(text.ends_with("\na1@x.example\nc1@x.example\n"), "{text}");
}

#[test]
fn the_next_good_address_is_used_and_the_summary_says_so() {
    let mut world = World::empty();
    world.facts(PersonFacts {
        email_state: AddressState::Bounced,
        others: vec![OtherAddress { address: "ann@home.example".into(), state: AddressState::Ok }],
        ..PersonFacts::named("Ann", "ann@x.example")
    });
    let options = guildhall::book::ExportOptions { format: "notify-contacts".into(), ..Default::default() };
    let mut out = Vec::new();
    let summary = world.book.export_to(&options, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "email address\nann@home.example\n");
    assert_eq!(summary.sentence(), "1 person written; 1 written with the next good address: the address bounced");
}

#[test]
fn those_who_left_a_community_are_mailed_where_their_status_is_named() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann", "ann@x.example"), world.person("Bo", "bo@x.example"));
    let community = world.community("Maps");
    world.put_in(&[ann, bo], community);
    world.run(Command::SetStatus { people: vec![bo], community, status: MembershipStatus::Left });
    let mut to = |statuses: Vec<MembershipStatus>, community| {
        let options = guildhall::book::ExportOptions { format: "notify-contacts".into(), statuses, community, ..Default::default() };
        let mut out = Vec::new();
        world.book.export_to(&options, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(to(Vec::new(), Some(community)), "ann@x.example");
    assert_eq!(to(vec![MembershipStatus::Left], Some(community)), "bo@x.example");
    assert_eq!(to(Vec::new(), None), "ann@x.example", "who is in no community any more is in no list");
    assert_eq!(to(vec![MembershipStatus::Left], None), "ann@x.example bo@x.example");
}

#[test]
fn a_page_and_a_handover_withhold_who_left_the_directory_and_lint_says_what_is_printed_all_the_same() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann Anvil", "ann@x.example"), world.person("Bo Bolt", "bo@x.example"));
    let facts = CommunityFacts { purpose: "For smiths.".into(), ..CommunityFacts::named("Smithing") };
    world.run(Command::PutCommunity { id: None, facts, was: None });
    let community = world.book.community_named("Smithing").unwrap();
    for (title, holder) in [("Head of Iron", ann), ("Deputy", bo)] {
        let facts = SeatFacts { title: title.into(), holder: Some(holder), ..SeatFacts::default() };
        world.run(Command::PutSeat { community, id: None, facts });
    }
    let page = world.folder.path().join("page.md");
    let table = guildhall::book::PublishOptions { layout: Some(guildhall::book::Layout::Table), ..Default::default() };
    world.book.publish_page(&page, &table).unwrap();
    world.book.import_page(&page, false, false).unwrap();
    let directory = ConsentFacts { purpose: Purpose::Directory, state: ConsentState::Withdrawn, on: None, source: String::new() };
    world.run(Command::SetConsent { people: vec![ann], consent: directory });
    never(&mut world, bo);
    let done = world.book.publish_page(&page, &guildhall::book::PublishOptions::default()).unwrap();
    assert_eq!(done.withheld, ["Smithing, Head of Iron: Ann Anvil withdrew consent to be in a directory; name and address are withheld"]);
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.contains("Head of Iron (name withheld)") && !text.contains("Ann") && text.contains("bo@x.example"), "{text}");
    // Importing the page again changes nothing: the person whose name is withheld still holds the seat.
    std::fs::write(&page, text.replace("For smiths.", "For smiths and founders.")).unwrap();
    world.book.import_page(&page, false, false).unwrap();
    assert_eq!(world.book.community(community).unwrap().unwrap().seats[0].holder.as_ref().map(|(id, _)| *id), Some(ann));
    let pack = world.book.handover(community).unwrap();
    assert!(pack.contains("Head of Iron: name withheld") && !pack.contains("Ann Anvil"), "{pack}");
    let lint = world.book.lint().unwrap().iter().map(|f| f.words()).collect::<Vec<_>>().join("\n");
    assert!(lint.contains("Ann Anvil, Head of Iron, withdrew consent to be in a directory"), "{lint}");
    assert!(lint.contains("Bo Bolt, Deputy: the page prints bo@x.example, which is suppressed"), "{lint}");
}

#[test]
fn members_are_searched_and_listed_by_whether_they_may_be_mailed() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann", "ann@x.example"), world.person("Bo", "bo@x.example"));
    world.person("Cy", "");
    never(&mut world, ann);
    assert_eq!((world.find("mail:yes"), world.find("mail:no")), (vec!["Bo".to_owned()], vec!["Ann".to_owned(), "Cy".to_owned()]));
    let rows = world.book.with_mail().unwrap().people(&[ann, bo]).unwrap();
    assert_eq!(rows.iter().map(|r| r.mail.as_str()).collect::<Vec<_>>(), ["unsubscribed", "yes"]);
    let detail = world.book.person(ann).unwrap().unwrap();
    assert_eq!(detail.mail[0].words(), "ann@x.example: no, unsubscribed, withdrew consent to mail");
    world.run(Command::MailAgain { person: ann, source: "a letter".into(), on: today() });
    assert_eq!(world.find("mail:yes"), ["Ann", "Bo"]);
}

#[test]
fn who_said_yes_to_a_meetup_that_is_cancelled_or_moved_and_may_not_be_mailed_is_named() {
    let mut world = World::empty();
    let people = [world.person("Ann", "ann@example.org"), world.person("Bo", "bo@example.org"), world.person("Cy", "")];
    let other = world.person("Dee", "");
    let meetup = world.meetup("Spring", 20);
    let yes = AttendanceChange::Rsvp(Some(Rsvp::Yes));
    world.run(Command::Attend { meetup, people: people.to_vec(), change: yes });
    world.run(Command::Attend { meetup, people: vec![other], change: AttendanceChange::Rsvp(None) });
    world.run(Command::NeverMail { people: vec![people[1]], reason: "asked".into() });
    let facts = world.book.meetup(meetup).unwrap().unwrap().facts;
    let put = |world: &mut World, facts| world.run(Command::PutMeetup { id: Some(meetup), facts, was: None }).unreached;
    let noted = MeetupFacts { note: "bring a map".into(), ..facts };
    assert!(put(&mut world, noted.clone()).is_empty());
    let moved = MeetupFacts { starts: noted.starts + chrono::TimeDelta::days(7), ..noted };
    let named = ["Bo: unsubscribed", "Cy: no e-mail address"];
    assert_eq!(put(&mut world, moved.clone()), named);
    let cancelled = MeetupFacts { status: MeetupStatus::Cancelled, ..moved };
    assert_eq!(put(&mut world, cancelled.clone()), named);
    assert!(put(&mut world, MeetupFacts { note: "next year".into(), ..cancelled }).is_empty());
}
