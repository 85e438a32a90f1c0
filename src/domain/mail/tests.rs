//! The tables of rules about who may be mailed, row by row.

use super::*;
use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::domains::Domains;
use crate::domain::listed::ListedMembership;
use crate::domain::person::ConsentFacts;
use crate::domain::words::Source;

/// The rows of the tables, and what each says in each column: mailing, address book, reading, copying, introduction, printed, roster,
/// whole, door. `y` yes, `s` shown and marked, `a` asks, `p` person without the address, `n` no, `x` not included.
const TABLE: &[(&str, &str)] = &[
    ("nothing", "yyyyyyyyy"),
    ("unrecognised status", "nnpnnyysp"),
    ("unrecognised state", "nnpnnyysp"),
    ("unrecognised consent", "nnpnnyysp"),
    ("suppressed", "nnpnnypsp"),
    ("resembles a suppressed address", "nnpnnypsp"),
    ("withdrew mail", "nnpnnypsp"),
    ("bounced", "nnsanyyyy"),
    ("retired", "nnsanyyyy"),
    ("withdrew directory", "ynxyyxyyy"),
    ("withdrew introductions", "yyyynyyyy"),
    ("team mailbox", "nyyanyyyy"),
    ("team mailbox, with mailboxes", "yyyanyyyy"),
    ("not active in the community", "nnnnnyyyy"),
    ("not active in the community, for one person", "nnnynyyyy"),
    ("lapsed in the community, with --status lapsed", "yyyynyyyy"),
    ("lapsed in the community, named by the query", "yyyynyyyy"),
    ("every membership is over", "nnnnnyyyy"),
    ("every membership is over, with --status lapsed", "yyyynyyyy"),
    ("identified, in no community's list", "yyyyyyyyy"),
    ("not active, but coming to the meetup", "yyyyyyyyy"),
    ("consent unknown, where it is required", "nyyynyyyy"),
    ("unknown, which is a consent like another", "yyyyyyyyy"),
];

struct Somebody {
    kind: PersonKind,
    state: AddressState,
    memberships: Vec<ListedMembership>,
    consents: Vec<ConsentFacts>,
    to: Box<dyn Fn(Use) -> Use>,
}

impl Somebody {
    fn row(name: &str) -> Self {
        let consent = |purpose, state| ConsentFacts { purpose, state, on: None, source: String::new() };
        let member = |status| {
            let facts = MembershipFacts { status, joined: None, left: None, source: Source::Lead };
            ListedMembership { community: CommunityId(1), facts }
        };
        let mut s = Self {
            kind: PersonKind::Person,
            state: AddressState::Ok,
            memberships: vec![member(MembershipStatus::Active)],
            consents: Vec::new(),
            to: Box::new(|to| to),
        };
        let here = |to: Use| Use { audience: Audience::Community(CommunityId(1)), ..to };
        let lapsed = || Statuses::These(vec![MembershipStatus::Lapsed]);
        match name {
            "unrecognised status" => s.memberships.push(member(MembershipStatus::stored("lapsed (2025)"))),
            "unrecognised state" => s.state = AddressState::stored("OK"),
            "unrecognised consent" => s.consents = vec![consent(Purpose::Mail, ConsentState::stored("refused"))],
            "withdrew mail" => s.consents = vec![consent(Purpose::Mail, ConsentState::Withdrawn)],
            "bounced" => s.state = AddressState::Bounced,
            "retired" => s.state = AddressState::Retired,
            "withdrew directory" => s.consents = vec![consent(Purpose::Directory, ConsentState::Withdrawn)],
            "withdrew introductions" => s.consents = vec![consent(Purpose::Introductions, ConsentState::Withdrawn)],
            "team mailbox" => s.kind = PersonKind::TeamMailbox,
            "team mailbox, with mailboxes" => {
                s.kind = PersonKind::TeamMailbox;
                s.to = Box::new(|to| Use { mailboxes: true, ..to });
            }
            "not active in the community" => {
                s.memberships = vec![member(MembershipStatus::Invited)];
                s.to = Box::new(here);
            }
            "not active in the community, for one person" => {
                s.memberships = vec![member(MembershipStatus::Invited)];
                s.to = Box::new(move |to| Use { several: false, ..here(to) });
            }
            "lapsed in the community, with --status lapsed" => {
                s.memberships = vec![member(MembershipStatus::Lapsed)];
                s.to = Box::new(move |to| Use { statuses: lapsed(), ..here(to) });
            }
            "lapsed in the community, named by the query" => {
                s.memberships = vec![member(MembershipStatus::Lapsed)];
                s.to = Box::new(move |to| Use { statuses: lapsed(), ..here(to) });
            }
            "every membership is over" => s.memberships = vec![member(MembershipStatus::Left), member(MembershipStatus::Declined)],
            "every membership is over, with --status lapsed" => {
                s.memberships = vec![member(MembershipStatus::Left), member(MembershipStatus::Lapsed)];
                s.to = Box::new(move |to| Use { statuses: lapsed(), ..to });
            }
            "identified, in no community's list" => s.memberships = vec![member(MembershipStatus::Identified)],
            "not active, but coming to the meetup" => {
                s.memberships = vec![member(MembershipStatus::Left)];
                s.to = Box::new(|to| Use { audience: Audience::Meetup(Some(Rsvp::Maybe)), ..to });
            }
            "consent unknown, where it is required" => s.to = Box::new(|to| Use { require_consent: true, ..to }),
            "unknown, which is a consent like another" => s.consents = vec![consent(Purpose::Mail, ConsentState::Unknown)],
            _ => {}
        }
        s
    }

    fn listed(&self) -> Listed<'_> {
        Listed {
            kind: self.kind,
            email_state: self.state,
            memberships: &self.memberships,
            consents: &self.consents,
            ..Listed::nobody("ann@maps.gov.uk")
        }
    }
}

fn suppressions(name: &str) -> Suppressions {
    let mut domains = Domains::default();
    domains.add(["maps.gov.uk".to_owned(), "maps.gsi.gov.uk".to_owned(), "gmail.com".to_owned(), "outlook.com".to_owned()]);
    let keys: &[&str] = match name {
        "suppressed" => &["ann@maps.gov.uk"],
        "resembles a suppressed address" => &["ann@maps.gsi.gov.uk"],
        _ => &["somebody@else.example"],
    };
    Suppressions::new(keys.iter().map(|k| (*k).to_owned()), domains)
}

#[test]
fn every_cell_of_the_two_tables_is_what_they_say() {
    for (name, cells) in TABLE {
        let somebody = Somebody::row(name);
        for (column, expected) in Column::ALL.iter().zip(cells.chars()) {
            let to = (somebody.to)(Use::in_column(*column));
            let found = decide(&somebody.listed(), "ann@maps.gov.uk", somebody.state, &suppressions(name), &to);
            let sign = match found.answer {
                Answer::Yes => 'y',
                Answer::Shown => 's',
                Answer::Asks => 'a',
                Answer::NoAddress => 'p',
                Answer::No => 'n',
                Answer::Exclude => 'x',
            };
            assert_eq!(sign, expected, "{name}, {column:?}: {found:?}");
            assert_eq!(found.why.is_none(), expected == 'y');
        }
    }
}

#[test]
fn the_strictest_cell_decides_and_the_topmost_row_with_it_is_the_reason() {
    let mut both = Somebody::row("withdrew mail");
    both.state = AddressState::Bounced;
    both.consents.push(ConsentFacts { purpose: Purpose::Directory, state: ConsentState::Withdrawn, on: None, source: String::new() });
    let of = |column| {
        let found = decide(&both.listed(), "ann@maps.gov.uk", both.state, &suppressions(""), &Use::in_column(column));
        (found.answer, found.why)
    };
    assert_eq!(of(Column::Mailing), (Answer::No, Some(Why::WithdrewMail)));
    assert_eq!(of(Column::Reading), (Answer::Exclude, Some(Why::WithdrewDirectory)));
    let to = Use::in_column(Column::Mailing);
    let all = reasons(&both.listed(), "ann@maps.gov.uk", both.state, &suppressions("suppressed"), &to);
    assert_eq!(all, [Why::Suppressed, Why::WithdrewMail, Why::Bounced]);
}

#[test]
fn addresses_match_in_whatever_form_and_in_other_domains_of_their_organisation_but_not_at_public_providers() {
    let mut domains = Domains::default();
    domains.add(["maps.gov.uk".to_owned(), "maps.gsi.gov.uk".to_owned(), "gmail.com".to_owned(), "outlook.com".to_owned()]);
    let keys = ["zo\u{eb}@b\u{fc}cher.example", "ann@maps.gsi.gov.uk", "cy@gmail.com", "bo@maps.gov.uk"];
    let pair = apart_key("Bo@maps.gsi.gov.uk", "bo@maps.gov.uk");
    let all = Suppressions::new(keys.iter().map(|k| address::key(k)).chain([pair]), domains);
    for (address, matched) in [
        ("Zoe\u{308}@xn--bcher-kva.example", Some(Matched::Same)),
        ("ANN@digital.maps.gov.uk", Some(Matched::Resembles("ann@maps.gsi.gov.uk".into()))),
        ("cy@outlook.com", None),
        ("cy@maps.gov.uk", None),
        ("bo@maps.gsi.gov.uk", None),
        ("anne@maps.gov.uk", None),
        ("", None),
    ] {
        assert_eq!(all.matching(address), matched, "{address}");
    }
}

#[test]
fn the_next_good_address_takes_the_place_of_one_that_bounced_and_of_no_other() {
    let others = [
        OtherAddress { address: "b@x.example".into(), state: AddressState::Retired },
        OtherAddress { address: "c@x.example".into(), state: AddressState::Ok },
    ];
    let chosen = |state, keys: &[&str], column, every| {
        let person = Listed { email_state: state, others: &others, ..Listed::nobody("a@x.example") };
        let all = Suppressions::new(keys.iter().map(|k| (*k).to_owned()), Domains::default());
        let plain = Use::in_column(column);
        let to = Use { every_address: every || plain.every_address, ..plain };
        let choice = choose(&person, &all, &to);
        let addresses: String = choice.addresses.iter().map(|c| &c.address[..1]).collect();
        (addresses, choice.left_out, choice.instead)
    };
    let mailing = |state, keys: &[&str]| chosen(state, keys, Column::Mailing, false);
    assert_eq!(mailing(AddressState::Ok, &[]), ("a".into(), None, None));
    assert_eq!(mailing(AddressState::Bounced, &[]), ("c".into(), None, Some(Why::Bounced)));
    assert_eq!(mailing(AddressState::Bounced, &["c@x.example"]), (String::new(), Some(Why::Bounced), None));
    assert_eq!(mailing(AddressState::Ok, &["a@x.example"]), (String::new(), Some(Why::Suppressed), None));
    assert_eq!(chosen(AddressState::Ok, &["a@x.example"], Column::Mailing, true), ("c".into(), None, None));
    assert_eq!(chosen(AddressState::Bounced, &[], Column::AddressBook, false), ("c".into(), None, Some(Why::Bounced)));
    assert_eq!(chosen(AddressState::Bounced, &[], Column::Reading, false), ("a".into(), None, None));
    assert_eq!(chosen(AddressState::Ok, &["a@x.example"], Column::Reading, false), (String::new(), None, None));
    assert_eq!(chosen(AddressState::Ok, &["a@x.example"], Column::Roster, false), ("bc".into(), None, None));
    let nobody = choose(&Listed::nobody(""), &Suppressions::default(), &Use::in_column(Column::Mailing));
    assert_eq!(nobody.left_out, Some(Why::NoAddress));
    assert_eq!(choose(&Listed::nobody(""), &Suppressions::default(), &Use::in_column(Column::Reading)).left_out, None);
}

#[test]
fn every_way_out_has_a_name_of_its_own() {
    for way in Way::ALL {
        assert_eq!(Way::ALL.iter().filter(|w| w.name() == way.name()).count(), 1, "{way:?}");
    }
}
