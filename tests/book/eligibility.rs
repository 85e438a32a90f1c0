//! Who may join: verdicts with their reasons, in queries, at import, and before a rule is kept.

use guildhall::book::{Command, PeopleQuery};
use guildhall::domain::community::{MembershipFacts, RuleFacts};
use guildhall::domain::eligibility::ExceptionFacts;
use guildhall::domain::ids::{CommunityId, PersonId};
use guildhall::domain::person::OrganisationFacts;
use guildhall::domain::words::{AddressState, Eligibility, MembershipStatus, RuleEffect, Source};

use crate::common::{World, today};

struct Hall {
    world: World,
    maps: CommunityId,
    ann: PersonId,
    bo: PersonId,
    cy: PersonId,
}

fn hall() -> Hall {
    let mut world = World::empty();
    let maps = world.community("Maps");
    let ann = world.person("Ann", "ann@x.gov.uk");
    let bo = world.person("Bo", "bo@elsewhere.example");
    let cy = world.person("Cy", "");
    world.put_in(&[ann, bo, cy], maps);
    Hall { world, maps, ann, bo, cy }
}

impl Hall {
    fn rule(&mut self, suffix: &str) -> Command {
        let facts = RuleFacts { suffix: suffix.into(), words: format!("you need a {suffix} address"), ..RuleFacts::default() };
        Command::PutRule { community: self.maps, page_wide: false, id: None, facts }
    }

    fn answer(&self, person: PersonId) -> Eligibility {
        self.world.book.verdict(person, self.maps).unwrap().unwrap().answer
    }

    fn found(&mut self, query: &str) -> Vec<String> {
        let wanted = PeopleQuery { text: query, community: Some(self.maps), ..PeopleQuery::default() };
        let ids = self.world.book.find(&wanted).unwrap().ids;
        self.world.book.people(&ids, None).unwrap().into_iter().map(|p| p.name).collect()
    }

    fn except(&mut self, person: PersonId, exception: Option<ExceptionFacts>) {
        let facts = MembershipFacts { status: MembershipStatus::Active, joined: None, left: None, source: Source::Lead };
        self.world.run(Command::EditMembership { person, community: self.maps, facts, exception });
    }
}

#[test]
fn a_verdict_follows_rules_exceptions_and_undo_and_is_searched_for() {
    let mut hall = hall();
    assert_eq!(hall.found("eligible:yes"), ["Ann", "Bo", "Cy"]);
    let rule = hall.rule("gov.uk");
    hall.world.run(rule);
    assert_eq!(
        (hall.answer(hall.ann), hall.answer(hall.bo), hall.answer(hall.cy)),
        (Eligibility::Eligible, Eligibility::Not, Eligibility::CantTell)
    );
    assert_eq!(
        (hall.found("eligible:no"), hall.found("eligible:unknown"), hall.found("-eligible:no")),
        (vec!["Bo".to_owned()], vec!["Cy".into()], vec!["Ann".into(), "Cy".into()])
    );
    let yesterday = today().pred_opt();
    hall.except(hall.bo, Some(ExceptionFacts { reason: "on loan".into(), by: "Ann".into(), on: Some(today()), review: yesterday }));
    assert_eq!(hall.answer(hall.bo), Eligibility::Exception);
    assert_eq!(
        (hall.found("exception:due"), hall.found("exception:yes"), hall.found("eligible:no")),
        (vec!["Bo".to_owned()], vec!["Bo".into()], vec![])
    );
    let detail = hall.world.book.person(hall.bo).unwrap().unwrap();
    assert_eq!(
        detail.memberships[0].verdict.as_ref().unwrap().words(),
        "eligible by exception: on loan, decided by Ann, review on 21 Nov 2026 (overdue)"
    );
    hall.world.book.undo().unwrap();
    assert_eq!(hall.answer(hall.bo), Eligibility::Not);
    hall.except(hall.bo, None);
    hall.world.run(Command::RemovePeople(vec![hall.bo]));
    assert!(hall.world.book.check().unwrap().is_sound());
}

#[test]
fn an_old_domain_of_an_organisation_stands_for_its_new_one() {
    let mut hall = hall();
    let rule = hall.rule("elsewhere.gov.uk");
    hall.world.run(rule);
    assert_eq!(hall.answer(hall.bo), Eligibility::Not);
    let domains = ["elsewhere.gov.uk", "elsewhere.gsi.gov.uk", "elsewhere.example"].map(String::from).to_vec();
    hall.world.run(Command::PutOrganisation {
        id: None,
        facts: OrganisationFacts { name: "Elsewhere".into(), domains, ..OrganisationFacts::default() },
    });
    let verdict = hall.world.book.verdict(hall.bo, hall.maps).unwrap().unwrap();
    assert_eq!(verdict.answer, Eligibility::Eligible);
    assert!(
        verdict.because.contains("elsewhere.gov.uk admits bo@elsewhere.example (its organisation uses elsewhere.gov.uk too)"),
        "{}",
        verdict.because
    );
}

#[test]
fn a_communitys_own_deny_closes_no_door_to_others_and_opens_none() {
    let mut hall = hall();
    let page = RuleFacts { suffix: "x.gov.uk".into(), ..RuleFacts::default() };
    hall.world.run(Command::PutRule { community: hall.maps, page_wide: true, id: None, facts: page });
    let deny = RuleFacts { effect: RuleEffect::Deny, suffix: "contractors.x.gov.uk".into(), ..RuleFacts::default() };
    hall.world.run(Command::PutRule { community: hall.maps, page_wide: false, id: None, facts: deny });
    assert_eq!((hall.answer(hall.ann), hall.answer(hall.bo)), (Eligibility::Eligible, Eligibility::Not));
    let di = hall.world.person("Di", "di@contractors.x.gov.uk");
    hall.world.put_in(&[di], hall.maps);
    let verdict = hall.world.book.verdict(di, hall.maps).unwrap().unwrap();
    assert!(verdict.answer == Eligibility::Not && verdict.because.contains("contractors.x.gov.uk"), "{}", verdict.because);
}

#[test]
fn an_address_that_does_not_work_admits_nobody() {
    let mut hall = hall();
    let rule = hall.rule("gov.uk");
    hall.world.run(rule);
    for state in [AddressState::Bounced, AddressState::Retired] {
        let mut facts = hall.world.book.person(hall.ann).unwrap().unwrap().facts;
        facts.email_state = state;
        hall.world.run(Command::EditPerson { id: hall.ann, facts, was: None });
        let verdict = hall.world.book.verdict(hall.ann, hall.maps).unwrap().unwrap();
        assert_eq!(verdict.answer, Eligibility::CantTell);
        assert!(verdict.because.contains("ann@x.gov.uk"), "{}", verdict.because);
    }
}

#[test]
fn a_suffix_is_normalised_and_what_is_none_is_refused() {
    let mut hall = hall();
    for (typed, kept) in [("gov.uk.", "gov.uk"), ("@GOV.UK", "gov.uk"), (" .gov.uk ", "gov.uk")] {
        let rule = hall.rule(typed);
        hall.world.run(rule);
        let rules = hall.world.book.community(hall.maps).unwrap().unwrap().rules;
        assert_eq!(rules.last().unwrap().1.suffix, kept, "{typed:?}");
    }
    for typed in ["https://www.gov.uk", "gov uk!", "someone@", "e.g."] {
        let rule = hall.rule(typed);
        assert!(hall.world.book.run(&rule).is_err(), "{typed:?}");
    }
}

#[test]
fn an_exception_that_is_overdue_is_marked_found_and_listed_also_of_who_left() {
    let mut hall = hall();
    let rule = hall.rule("gov.uk");
    hall.world.run(rule);
    let exception = |review| Some(ExceptionFacts { reason: "seconded".into(), by: "Ann".into(), on: None, review });
    hall.except(hall.bo, exception(today().pred_opt()));
    hall.except(hall.cy, exception(today().checked_add_days(chrono::Days::new(40))));
    assert_eq!(hall.found("exception:due"), ["Bo"]);
    assert!(hall.world.book.verdict(hall.bo, hall.maps).unwrap().unwrap().because.contains("(overdue)"));
    let listed: Vec<String> = hall.world.book.lint().unwrap().into_iter().map(|f| f.what).filter(|w| w.contains("exception of")).collect();
    assert!(listed.len() == 1 && listed[0].starts_with("exception of Bo: seconded, decided by Ann, review on "), "{listed:?}");
    // People who are no longer members may still have an exception.
    hall.world.run(Command::TakeOut { people: vec![hall.bo], community: hall.maps });
    let due = PeopleQuery { text: "exception:due", ..PeopleQuery::default() };
    assert_eq!(hall.world.book.find(&due).unwrap().ids, [hall.bo]);
}

#[test]
fn a_rule_shows_who_would_fall_out_and_who_comes_in_before_it_is_kept_and_removes_nobody() {
    let mut hall = hall();
    let rule = hall.rule("gov.uk");
    let effect = hall.world.book.rule_effect(&rule).unwrap();
    assert_eq!(effect.out.iter().map(|(who, ..)| who.as_str()).collect::<Vec<_>>(), ["Bo"]);
    assert!(effect.into.is_empty() && hall.world.book.community(hall.maps).unwrap().unwrap().rules.is_empty());
    hall.world.run(rule);
    assert_eq!(hall.found("").len(), 3);
    let id = hall.world.book.community(hall.maps).unwrap().unwrap().rules[0].0;
    let wider = RuleFacts { suffix: "example".into(), ..RuleFacts::default() };
    let effect =
        hall.world.book.rule_effect(&Command::PutRule { community: hall.maps, page_wide: false, id: Some(id), facts: wider }).unwrap();
    assert_eq!((effect.out[0].0.as_str(), effect.into[0].0.as_str()), ("Ann", "Bo"));
    let effect = hall.world.book.rule_effect(&Command::RemoveRule(hall.maps, id)).unwrap();
    assert_eq!((effect.out.len(), effect.into.len()), (0, 1));
}

#[test]
fn an_import_into_a_community_names_those_whom_its_rules_do_not_admit() {
    let mut hall = hall();
    let rule = hall.rule("gov.uk");
    hall.world.run(rule);
    let report = hall.world.import_into("more.csv", "Name,E-mail\nDi,di@y.gov.uk\nEd,ed@elsewhere.example\n", Some("Maps"));
    assert_eq!(report.added, 2);
    assert_eq!(report.notes[0], "1 person is not eligible for Maps by its rules; they are added anyway");
    assert!(report.notes[1].starts_with("  Ed: ed@elsewhere.example isn't within gov.uk"), "{:?}", report.notes);
}
