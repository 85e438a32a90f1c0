//! Who may join: verdicts with their reasons, in queries, at import, and before a rule is kept.

use guildhall::book::{Command, PeopleQuery};
use guildhall::domain::community::{MembershipFacts, RuleFacts};
use guildhall::domain::eligibility::ExceptionFacts;
use guildhall::domain::ids::{CommunityId, PersonId};
use guildhall::domain::person::OrganisationFacts;
use guildhall::domain::words::{Eligibility, MembershipStatus, Source};

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
    assert_eq!(report.notes[0], "1 person is not eligible for Maps by its rules; they are put into it all the same");
    assert!(report.notes[1].starts_with("  Ed: ed@elsewhere.example isn't within gov.uk"), "{:?}", report.notes);
}
