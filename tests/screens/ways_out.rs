//! No use gets an address that the rules refuse for it, and it gets every address that they admit exactly once: random rosters, random
//! steps, every way out, every option. The expected addresses come from a model of the two tables, written here, over the rows of the
//! file. The actual ones are read from the bytes that leave.

use std::collections::{BTreeMap, BTreeSet};

use guildhall::book::{Command, Confirmed, ExportOptions, Jobs, Settings, Since, Step};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::community::SeatFacts;
use guildhall::domain::ids::{CommunityId, PersonId, SeatId};
use guildhall::domain::mail::Way;
use guildhall::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use guildhall::domain::words::{AddressState, ConsentState, MembershipStatus, PersonKind, Purpose};
use guildhall::tui::Errand;
use proptest::prelude::*;

use crate::Hall;
use crate::common::{World, today};

const PEOPLE: u8 = 5;
const DOMAINS: [&str; 4] = ["maps.gov.uk", "maps.gsi.gov.uk", "tides.example", "gmail.com"];

fn address(local: u8, domain: u8) -> String {
    format!("p{}@{}", local % PEOPLE, DOMAINS[usize::from(domain % 4)])
}

#[derive(Debug, Clone)]
enum Do {
    Suppress(u8, u8),
    Never(u8),
    Allow(u8, u8),
    Again(u8),
    Consent(u8, u8, u8),
    State(u8, u8, u8),
    More(u8, u8, u8),
    Member(u8, u8, u8),
    Kind(u8),
    Named(u8, u8),
    Upn(u8, u8, u8),
    Remove(u8),
    Seat(u8, u8),
    Report(u8, u8),
    SignUp(u8, u8, bool),
    Odd(u8, u8),
    Undo(bool),
    Redo(bool),
    Back(u8),
}

fn step() -> impl Strategy<Value = Do> {
    let n = || any::<u8>();
    prop_oneof![
        (n(), n()).prop_map(|(a, b)| Do::Suppress(a, b)),
        n().prop_map(Do::Never),
        (n(), n()).prop_map(|(a, b)| Do::Allow(a, b)),
        n().prop_map(Do::Again),
        (n(), n(), n()).prop_map(|(a, b, c)| Do::Consent(a, b, c)),
        (n(), n(), n()).prop_map(|(a, b, c)| Do::State(a, b, c)),
        (n(), n(), n()).prop_map(|(a, b, c)| Do::More(a, b, c)),
        (n(), n(), n()).prop_map(|(a, b, c)| Do::Member(a, b, c)),
        n().prop_map(Do::Kind),
        (n(), n()).prop_map(|(a, b)| Do::Named(a, b)),
        (n(), n(), n()).prop_map(|(a, b, c)| Do::Upn(a, b, c)),
        n().prop_map(Do::Remove),
        (n(), n()).prop_map(|(a, b)| Do::Seat(a, b)),
        (n(), n()).prop_map(|(a, b)| Do::Report(a, b)),
        (n(), n(), any::<bool>()).prop_map(|(a, b, c)| Do::SignUp(a, b, c)),
        (n(), n()).prop_map(|(a, b)| Do::Odd(a, b)),
        any::<bool>().prop_map(Do::Undo),
        any::<bool>().prop_map(Do::Redo),
        n().prop_map(Do::Back),
    ]
}

#[derive(Debug, Clone)]
struct Options {
    all: bool,
    mailboxes: bool,
    consent: bool,
    statuses: Vec<MembershipStatus>,
    community: bool,
}

fn options() -> impl Strategy<Value = Options> {
    let statuses = prop_oneof![
        Just(Vec::new()),
        Just(vec![MembershipStatus::Lapsed]),
        Just(vec![MembershipStatus::Active, MembershipStatus::Invited]),
        Just(vec![MembershipStatus::Left, MembershipStatus::Active]),
    ];
    (any::<bool>(), any::<bool>(), any::<bool>(), statuses, any::<bool>())
        .prop_map(|(all, mailboxes, consent, statuses, community)| Options { all, mailboxes, consent, statuses, community })
}

/// A person as stored in the file.
#[derive(Debug, Clone, Default)]
struct P {
    id: i64,
    kind: String,
    upn: String,
    addresses: Vec<(String, String)>,
    consents: BTreeMap<String, String>,
    memberships: Vec<(i64, String)>,
    /// The number of seats of the first community that they hold.
    seats: usize,
}

#[derive(Debug, Default)]
struct Model {
    people: Vec<P>,
    suppressed: BTreeSet<String>,
    apart: BTreeSet<String>,
}

fn read(world: &World) -> Model {
    let conn = rusqlite::Connection::open(world.path()).unwrap();
    let mut model = Model::default();
    let mut all = conn.prepare("SELECT id, kind, email, email_state, fields FROM person ORDER BY id").unwrap();
    let mut rows = all.query([]).unwrap();
    while let Some(r) = rows.next().unwrap() {
        let (id, fields): (i64, String) = (r.get(0).unwrap(), r.get(4).unwrap());
        let upn = serde_json::from_str::<serde_json::Value>(&fields).ok().and_then(|f| f["UPN"].as_str().map(str::to_owned));
        let mut p = P { id, kind: r.get(1).unwrap(), upn: upn.unwrap_or_default(), ..P::default() };
        let (email, state): (String, String) = (r.get(2).unwrap(), r.get(3).unwrap());
        if !email.is_empty() {
            p.addresses.push((email, state));
        }
        let pairs = |sql: &str| -> Vec<(String, String)> {
            let mut s = conn.prepare(sql).unwrap();
            s.query_map([id], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        p.addresses.extend(pairs("SELECT address, state FROM address WHERE person_id=?1 ORDER BY id"));
        p.consents = pairs("SELECT purpose, state FROM consent WHERE person_id=?1").into_iter().collect();
        let members = pairs("SELECT CAST(community_id AS TEXT), status FROM membership WHERE person_id=?1");
        p.memberships = members.into_iter().map(|(c, s)| (c.parse().unwrap(), s)).collect();
        let seats = "SELECT count(*) FROM tenure t JOIN seat s ON s.id=t.seat_id WHERE t.over=0 AND s.community_id=1 AND t.person_id=?1";
        p.seats = conn.query_row(seats, [id], |r| r.get::<_, i64>(0)).unwrap().try_into().unwrap();
        model.people.push(p);
    }
    let mut s = conn.prepare("SELECT address_key FROM suppression WHERE lifted IS NULL OR asked>=lifted").unwrap();
    let keys: Vec<String> = s.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    (model.apart, model.suppressed) = keys.into_iter().partition(|k| k.contains(' '));
    model
}

/// The columns of the tables, in the same order.
const COLUMNS: &str = "mailing book reading copying introduction printed roster whole door";

impl Model {
    fn is_suppressed(&self, a: &str) -> bool {
        let (local, domain) = a.split_once('@').unwrap();
        // One organisation uses the first two domains. It also lists the public one, which doesn't count.
        let related = DOMAINS[..2].iter().filter(|d| DOMAINS[..2].contains(&domain) && **d != domain).any(|d| {
            let other = format!("{local}@{d}");
            self.suppressed.contains(&other) && !self.apart.contains(&format!("{a} {other}"))
        });
        self.suppressed.contains(a) || related
    }

    /// Returns the answer of the tables as a letter: y yes, s shown, a ask first, p the person without the address, n no, x not in it.
    fn answer(&self, p: &P, a: &str, state: &str, column: &str, o: &Options, several: bool) -> char {
        let at = COLUMNS.split(' ').position(|c| c == column).unwrap();
        let said = |purpose: &str| p.consents.get(purpose).map_or("unknown", String::as_str);
        let known = |s: &str, all: &[&str]| all.contains(&s);
        let statuses = ["identified", "invited", "applied", "active", "paused", "lapsed", "left", "declined", "removed"];
        let odd = !known(state, &["ok", "bounced", "retired"])
            || p.memberships.iter().any(|(_, s)| !known(s, &statuses))
            || p.consents.values().any(|s| !known(s, &["unknown", "granted", "withdrawn"]));
        let over = |s: &str| known(s, &["lapsed", "left", "declined", "removed"]);
        let wanted = |s: &str| if o.statuses.is_empty() { s == "active" } else { o.statuses.iter().any(|w| w.word() == s) };
        let not_meant = if p.memberships.is_empty() {
            false
        } else if o.community {
            !p.memberships.iter().any(|(c, s)| *c == 1 && wanted(s))
        } else {
            !p.memberships.iter().any(|(_, s)| !over(s) || (!o.statuses.is_empty() && wanted(s)))
        };
        let rows: [(bool, &str); 8] = [
            (odd, "nnpnnyysp"),
            (self.is_suppressed(a), "nnpnnypsp"),
            (said("mail") == "withdrawn", "nnpnnypsp"),
            (state == "bounced" || state == "retired", "nnsanyyyy"),
            (said("directory") == "withdrawn", "ynxyyxyyy"),
            (p.kind == "team mailbox", if o.mailboxes { "yyyanyyyy" } else { "nyyanyyyy" }),
            (not_meant, if several { "nnnnnyyyy" } else { "nnnynyyyy" }),
            (said("mail") != "granted" && o.consent, "nyyynyyyy"),
        ];
        let strict = |c: char| "ysapnx".find(c).unwrap();
        rows.iter()
            .filter(|(applies, _)| *applies)
            .map(|(_, cells)| cells.chars().nth(at).unwrap())
            .fold('y', |worst, c| if strict(c) > strict(worst) { c } else { worst })
    }

    /// Returns the addresses of one person that a use of this column writes.
    fn written(&self, p: &P, column: &str, o: &Options) -> Vec<String> {
        let of = |(a, s): &(String, String)| self.answer(p, a, s, column, o, true);
        match column {
            "mailing" if o.all => p.addresses.iter().filter(|a| of(a) == 'y').map(|(a, _)| a.clone()).collect(),
            "mailing" => {
                for one in &p.addresses {
                    match of(one) {
                        'y' => return vec![one.0.clone()],
                        // The next valid address replaces one that bounced or is retired, if nothing else blocks mail.
                        _ if (one.1 == "bounced" || one.1 == "retired") && self.answer(p, &one.0, "ok", column, o, true) == 'y' => {}
                        _ => return Vec::new(),
                    }
                }
                Vec::new()
            }
            "reading" => p.addresses.iter().take(1).filter(|a| "ys".contains(of(a))).map(|(a, _)| a.clone()).collect(),
            _ => p.addresses.iter().filter(|a| of(a) == 'y').map(|(a, _)| a.clone()).collect(),
        }
    }

    /// Returns whether an address is only that of another person, who doesn't consent to mail.
    fn is_of_another_who_refused(&self, p: &P, address: &str) -> bool {
        let has = |q: &P| q.addresses.iter().any(|(a, _)| a == address);
        let refuses = |q: &P| q.consents.get("mail").is_some_and(|s| s != "granted" && s != "unknown");
        !has(p) && self.people.iter().any(|q| has(q) && refuses(q))
    }

    /// Returns the people whom an export with these options covers: the members of the community, or everybody.
    fn asked(&self, o: &Options) -> Vec<&P> {
        let over = ["lapsed", "left", "declined", "removed"];
        let over_too = o.statuses.iter().any(|s| over.contains(&s.word()));
        let is_member = |p: &&P| p.memberships.iter().any(|(c, s)| *c == 1 && (over_too || !over.contains(&s.as_str())));
        self.people.iter().filter(|p| !o.community || is_member(p)).collect()
    }

    fn all(&self, column: &str, o: &Options) -> Vec<String> {
        let mut out: Vec<String> = self.asked(o).into_iter().flat_map(|p| self.written(p, column, o)).collect();
        out.sort();
        out
    }
}

/// Returns the addresses in a text, sorted, each as often as it occurs.
fn addresses_in(text: &str) -> Vec<String> {
    let unfolded = text.replace("\r\n ", "");
    let is_part = |c: char| c.is_alphanumeric() || "@._-".contains(c);
    let mut out: Vec<String> = unfolded
        .split(|c| !is_part(c))
        .filter(|w| w.contains('@') && !w.starts_with("cop@lists"))
        .map(|w| w.trim_matches('.').to_lowercase())
        .collect();
    out.sort();
    out
}

fn settings(o: &Options) -> Settings {
    Settings {
        group: "cop@lists.example.gov.uk".into(),
        redirect: "https://example.gov.uk/cop".into(),
        separator: ",".into(),
        mailboxes: o.mailboxes,
        require_consent: o.consent,
        ..Settings::default()
    }
}

fn export_options(format: &str, o: &Options) -> ExportOptions {
    ExportOptions {
        format: format.into(),
        settings: settings(o),
        community: o.community.then_some(CommunityId(1)),
        statuses: o.statuses.clone(),
        all_addresses: o.all,
        ..ExportOptions::default()
    }
}

fn export(world: &mut World, way: Way, o: &Options) -> Option<String> {
    let mut out = Vec::new();
    world.book.export_to(&export_options(way.name(), o), &mut out).ok()?;
    Some(String::from_utf8(out).unwrap())
}

fn world() -> World {
    let mut world = World::empty();
    world.run(Command::PutOrganisation {
        id: None,
        facts: OrganisationFacts {
            name: "Office of Maps".into(),
            domains: vec![DOMAINS[0].into(), DOMAINS[1].into(), DOMAINS[3].into()],
            ..OrganisationFacts::default()
        },
    });
    world.community("Maps");
    world.community("Tides");
    for title in ["Head of Maps", "Deputy"] {
        let facts = SeatFacts { title: title.into(), ..SeatFacts::default() };
        world.run(Command::PutSeat { community: CommunityId(1), id: None, facts });
    }
    for n in 0..PEOPLE {
        let id = world.facts(PersonFacts { tags: vec![format!("t{n}")], ..PersonFacts::named(&format!("Q{n}"), &address(n, n)) });
        if n % 2 == 0 {
            world.put_in(&[id], CommunityId(1));
        }
    }
    world
}

fn purpose(n: u8) -> Purpose {
    Purpose::ALL[usize::from(n) % 4]
}

/// Applies a step. A refused step changes nothing.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of step")]
fn take(world: &mut World, step: &Do, points: &mut Vec<guildhall::domain::ids::OpId>) {
    let person = |n: u8| PersonId(i64::from(n % PEOPLE) + 1);
    let facts = |world: &World, n: u8| world.book.person(person(n)).unwrap().map(|d| d.facts);
    let edit =
        |world: &mut World, n: u8, facts: PersonFacts| drop(world.book.run(&Command::EditPerson { id: person(n), facts, was: None }));
    match step {
        Do::Suppress(a, b) => {
            drop(world.book.run(&Command::Suppress { addresses: vec![address(*a, *b).to_uppercase()], reason: "asked".into() }))
        }
        Do::Seat(seat, p) => {
            let (id, title) = if seat % 2 == 0 { (SeatId(1), "Head of Maps") } else { (SeatId(2), "Deputy") };
            let facts = SeatFacts { title: title.into(), holder: Some(person(*p)), ..SeatFacts::default() };
            drop(world.book.run(&Command::PutSeat { community: CommunityId(1), id: Some(id), facts }));
        }
        Do::Never(p) => drop(world.book.run(&Command::NeverMail { people: vec![person(*p)], reason: "asked".into() })),
        Do::Allow(a, b) => {
            drop(world.book.run(&Command::Allow { addresses: vec![address(*a, *b)], source: "a letter".into(), on: today() }));
        }
        Do::Again(p) => drop(world.book.run(&Command::MailAgain { person: person(*p), source: "a letter".into(), on: today() })),
        Do::Consent(p, to, state) => {
            let consent =
                ConsentFacts { purpose: purpose(*to), state: ConsentState::ALL[usize::from(*state) % 3], on: None, source: String::new() };
            drop(world.book.run(&Command::SetConsent { people: vec![person(*p)], consent }));
        }
        Do::State(p, which, state) => {
            let Some(mut f) = facts(world, *p) else { return };
            let state = AddressState::ALL[usize::from(*state) % 3];
            match f.others.first_mut().filter(|_| which % 2 == 1) {
                Some(other) => other.state = state,
                None => f.email_state = state,
            }
            edit(world, *p, f);
        }
        Do::More(p, a, b) => {
            let Some(mut f) = facts(world, *p) else { return };
            if f.others.len() < 2 {
                f.others.push(OtherAddress { address: address(*a, *b), state: AddressState::Ok });
                edit(world, *p, f);
            }
        }
        Do::Member(p, c, s) => {
            let community = CommunityId(i64::from(c % 2) + 1);
            let status = MembershipStatus::ALL[usize::from(*s) % 9];
            drop(world.book.run(&Command::PutIn { people: vec![person(*p)], community, status }));
            drop(world.book.run(&Command::SetStatus { people: vec![person(*p)], community, status }));
        }
        Do::Kind(p) => {
            let Some(mut f) = facts(world, *p) else { return };
            f.kind = PersonKind::TeamMailbox;
            edit(world, *p, f);
        }
        // The name is an address of nobody on the roster.
        Do::Named(p, a) => {
            let Some(mut f) = facts(world, *p) else { return };
            f.name = format!("nobody{}@maps.gov.uk", a % 2);
            drop(world.book.run(&Command::Suppress { addresses: vec!["nobody0@maps.gov.uk".into()], reason: String::new() }));
            edit(world, *p, f);
        }
        Do::Upn(p, a, b) => {
            let value = if a % 2 == 0 { address(*a, *b) } else { format!("u{}@maps.gov.uk", p % PEOPLE) };
            drop(world.book.run(&Command::SetField { people: vec![person(*p)], field: "UPN".into(), value }));
        }
        Do::Remove(p) => drop(world.book.run(&Command::RemovePeople(vec![person(*p)]))),
        Do::Report(a, b) => {
            let header = "Email address,Template name,Uploaded spreadsheet file name,Template sent at,Unsubscribe request received at";
            world.import("report.csv", format!("{header}\n{},News,x.csv,2026-11-20 09:00:00,2026-11-21 10:00:00\n", address(*a, *b)));
        }
        Do::SignUp(a, b, yes) => {
            let answer = if *yes { "Yes" } else { "No" };
            let csv = format!("Timestamp,Name,Email,I agree to join the mailing list\n2026/11/22 10:00,,{},{answer}\n", address(*a, *b));
            world.import("form.csv", csv);
        }
        Do::Odd(p, which) => {
            let sql = match which % 3 {
                0 => "UPDATE membership SET status='lapsed (2025)' WHERE person_id=?1",
                1 => "UPDATE consent SET state='refused' WHERE person_id=?1",
                _ => "UPDATE person SET email_state='OK' WHERE id=?1",
            };
            rusqlite::Connection::open(world.path()).unwrap().execute(sql, [person(*p).0]).unwrap();
            world.book.poll_external_changes().unwrap();
        }
        Do::Undo(yes) => drop(world.book.step(&Step::Undo(if *yes { Confirmed::Yes } else { Confirmed::No }))),
        Do::Redo(yes) => drop(world.book.step(&Step::Redo(if *yes { Confirmed::Yes } else { Confirmed::No }))),
        Do::Back(n) => {
            if !points.is_empty() {
                drop(world.book.step(&Step::BackTo(points[usize::from(*n) % points.len()])));
            }
        }
    }
    points.extend(world.book.history(None, 1).unwrap().first().map(|op| op.id));
}

/// Returns the protected addresses: only the person's own request or a confirmed undo or redo may end the protection.
fn protected(model: &Model) -> BTreeSet<String> {
    let withdrew = model.people.iter().filter(|p| p.consents.get("mail").is_some_and(|s| s == "withdrawn"));
    model.suppressed.iter().cloned().chain(withdrew.flat_map(|p| p.addresses.iter().map(|(a, _)| a.clone()))).collect()
}

fn may_lift(step: &Do) -> bool {
    matches!(step, Do::Allow(..) | Do::Again(_) | Do::Undo(true) | Do::Redo(true))
}

/// Compares what one way out writes with what the model expects. A way out without an arm doesn't compile.
#[expect(clippy::too_many_lines, reason = "one arm for each way out")]
fn check(world: &mut World, model: &Model, way: Way, o: &Options) -> Result<(), TestCaseError> {
    match way {
        Way::Notify
        | Way::NotifyContacts
        | Way::Bcc
        | Way::GoogleGroups
        | Way::EntraGuests
        | Way::GovDelivery
        | Way::Mailchimp
        | Way::Brevo
        | Way::Buttondown
        | Way::Mailman
        | Way::Listserv
        | Way::Listmonk
        | Way::Sympa
        | Way::PhpList
        | Way::Discourse
        | Way::Mutt
        | Way::Json => {
            let text = export(world, way, o).unwrap();
            let found: Vec<String> = addresses_in(&text).into_iter().filter(|a| a != "nobody1@maps.gov.uk").collect();
            prop_assert_eq!(found, model.all("mailing", o), "{:?}: {}", way, text);
        }
        Way::EntraMembers => {
            // A UPN replaces the addresses of a person and is checked in the same way. The format needs at least two rows.
            let mut expected: Vec<String> = Vec::new();
            for p in model.asked(o) {
                let written = model.written(p, "mailing", o);
                let state = p.addresses.iter().find(|(a, _)| *a == p.upn).map_or("ok", |(_, s)| s.as_str());
                match written.first() {
                    Some(_) if p.upn.is_empty() => expected.extend(written),
                    // The UPN may be another person's address.
                    Some(_) if model.is_of_another_who_refused(p, &p.upn) => {}
                    Some(_) if model.answer(p, &p.upn, state, "mailing", o, true) == 'y' => expected.push(p.upn.clone()),
                    _ => {}
                }
            }
            expected.sort();
            if let Some(text) = export(world, way, o) {
                prop_assert_eq!(addresses_in(&text), expected, "{}", text);
            } else {
                prop_assert!(expected.len() < 2);
            }
        }
        Way::VCard | Way::VCard3 | Way::GoogleContacts | Way::OutlookContacts | Way::Thunderbird | Way::ThunderbirdUs | Way::Ldif => {
            let text = export(world, way, o).unwrap();
            let most = if matches!(way, Way::Thunderbird | Way::ThunderbirdUs) { 2 } else { 9 };
            let mut expected: Vec<String> =
                model.asked(o).into_iter().flat_map(|p| model.written(p, "book", o).into_iter().take(most)).collect();
            expected.sort();
            let known = |text: &str| addresses_in(text).into_iter().filter(|a| !a.starts_with("nobody1@")).collect::<Vec<_>>();
            prop_assert!(known(&text).iter().all(|a| expected.contains(a)), "{:?}: {}", way, text);
            // A person without a name appears under their address, and an LDIF entry repeats the address in its `dn`.
            let names = ["dn:", "cn:", "sn:", "FN:"];
            let rest = text.lines().filter(|l| !names.iter().any(|n| l.starts_with(n))).collect::<Vec<_>>().join("\r\n");
            prop_assert_eq!(known(&rest), expected, "{:?}: {}", way, text);
        }
        Way::People => {
            let text = export(world, way, o).unwrap();
            let found: Vec<String> = addresses_in(&text).into_iter().filter(|a| !a.starts_with("nobody1@")).collect();
            prop_assert_eq!(found, model.all("reading", o), "{}", text);
        }
        Way::Roster => {
            let text = export(world, way, o).unwrap();
            let mut rows = csv::Reader::from_reader(text.as_bytes());
            let headers = rows.headers().unwrap().clone();
            let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
            let (email, others, held) = (at("E-mail"), at("Other e-mails"), at("Suppressed addresses"));
            let (mut open, mut kept) = (Vec::new(), BTreeSet::new());
            for row in rows.records().map(Result::unwrap) {
                open.extend(addresses_in(&format!("{} {}", &row[email], &row[others])));
                kept.extend(row[held].split(" | ").flat_map(|c| addresses_in(c.split(" is not ").next().unwrap())));
            }
            open.sort();
            prop_assert_eq!(open, model.all("roster", o), "{}", text);
            prop_assert!(model.suppressed.is_subset(&kept), "{:?} of {:?}", kept, model.suppressed);
        }
        Way::Copy => {
            let ids: Vec<PersonId> = model.people.iter().map(|p| PersonId(p.id)).collect();
            let plain = Options { all: false, mailboxes: false, consent: false, statuses: Vec::new(), community: false };
            let line = world.book.mail_line(&ids, None, "").unwrap();
            let with = |signs: &str| -> Vec<String> {
                let first =
                    |p: &&P| p.addresses.first().filter(|(a, s)| signs.contains(model.answer(p, a, s, "copying", &plain, true))).cloned();
                let mut all: Vec<String> = model.people.iter().filter_map(|p| first(&p)).map(|(a, _)| a).collect();
                all.sort();
                all
            };
            let found = |text: &str| addresses_in(text).into_iter().filter(|a| !a.starts_with("nobody1@")).collect::<Vec<_>>();
            prop_assert_eq!(found(&line.line), with("y"));
            prop_assert_eq!(found(&line.with_asked), with("ya"));
        }
        // `on_the_screen` checks these.
        Way::CopyPart | Way::Open => {}
        Way::PublicPage | Way::Handover => {
            let printed = if way == Way::Handover {
                world.book.handover(CommunityId(1)).unwrap()
            } else {
                let page = world.folder.path().join("page.md");
                let layout = Some(guildhall::book::Layout::Table);
                let wanted = guildhall::book::PublishOptions { layout, ..Default::default() };
                world.book.publish_page(&page, &wanted).unwrap();
                std::fs::read_to_string(&page).unwrap()
            };
            for p in model.people.iter().filter(|p| p.consents.get("directory").is_some_and(|s| s == "withdrawn")) {
                prop_assert!(p.addresses.iter().all(|(a, _)| !printed.contains(a.as_str())), "{printed}");
            }
            // The page links the first address of a seat holder once for each seat, unless it is withheld. A handover has names only.
            let plain = Options { all: false, mailboxes: false, consent: false, statuses: Vec::new(), community: false };
            for (p, (address, state)) in model.people.iter().filter_map(|p| Some((p, p.addresses.first()?))) {
                let shown = model.answer(p, address, state, "printed", &plain, true) == 'y' && way == Way::PublicPage;
                let linked = printed.matches(&format!("(mailto:{address})")).count();
                prop_assert_eq!(linked, if shown { p.seats } else { 0 }, "{}: {}", address, printed);
            }
        }
        Way::List | Way::Show | Way::Backup => {
            let ids: Vec<PersonId> = model.people.iter().map(|p| PersonId(p.id)).collect();
            let plain = Options { all: false, mailboxes: false, consent: false, statuses: Vec::new(), community: false };
            for (row, p) in world.book.with_mail().unwrap().people(&ids).unwrap().iter().zip(&model.people) {
                prop_assert_eq!(row.mail == "yes", !model.written(p, "mailing", &plain).is_empty(), "{:?}", p);
                prop_assert_eq!(&row.email, p.addresses.first().map_or("", |(a, _)| a.as_str()));
                let shown = world.book.person(row.id).unwrap().unwrap();
                prop_assert_eq!(shown.facts.others.len() + usize::from(!shown.facts.email.is_empty()), p.addresses.len());
            }
        }
    }
    Ok(())
}

/// Every mailing except Mailman's and the one that names people by UPN.
const MAILINGS: &[Way] = &[
    Way::Notify,
    Way::NotifyContacts,
    Way::Bcc,
    Way::GoogleGroups,
    Way::EntraGuests,
    Way::GovDelivery,
    Way::Mailchimp,
    Way::Brevo,
    Way::Buttondown,
    Way::Listserv,
    Way::Listmonk,
    Way::Sympa,
    Way::PhpList,
    Way::Discourse,
    Way::Mutt,
    Way::Json,
];

/// Checks that the files of additions and removals turn the last export into what an export would write now.
fn in_step(world: &mut World, model: &Model, o: &Options, base: &[String], (way, since): (Way, Since)) -> Result<(), TestCaseError> {
    let options = ExportOptions { since, ..export_options(way.name(), o) };
    let folder = tempfile::tempdir().unwrap();
    let job = world.book.export_job(&options, &folder.path().join("step.txt"), Jobs::Inline).unwrap();
    let summary = job.wait().unwrap().unwrap();
    let file = |part: &str| addresses_in(&std::fs::read_to_string(folder.path().join(format!("step{part}.txt"))).unwrap_or_default());
    let now: BTreeSet<String> = model.all("mailing", o).into_iter().collect();
    let base: BTreeSet<String> = base.iter().cloned().collect();
    let only = |a: Vec<String>| -> BTreeSet<String> { a.into_iter().filter(|a| !a.starts_with("nobody1@")).collect() };
    prop_assert_eq!(only(file("-add")), now.difference(&base).cloned().collect(), "{:?}", way);
    let removed = only(file("-remove"));
    let gone: BTreeSet<String> = base.difference(&now).cloned().collect();
    prop_assert!(removed.is_subset(&gone), "{way:?}: {removed:?} of {gone:?}");
    let changed = summary.changed.unwrap();
    let left = changed.nameless + changed.unknown.unwrap_or(0);
    prop_assert_eq!(removed.len() as u64 + left, gone.len() as u64, "{:?}", way);
    Ok(())
}

/// Returns the person without their consent to mail.
fn without_mail(p: &P) -> P {
    let mut p = p.clone();
    p.consents.remove("mail");
    p
}

/// Checks the keys that copy and open, for one person on the screen.
fn on_the_screen(hall: &mut Hall, model: &Model, p: &P, tag: &str) -> Result<(), TestCaseError> {
    let plain = Options { all: false, mailboxes: false, consent: false, statuses: Vec::new(), community: false };
    let state = |a: &str| p.addresses.iter().find(|(x, _)| x == a).map_or("ok", |(_, s)| s.as_str());
    let of = |a: &str| model.answer(p, a, state(a), "copying", &plain, false);
    let left = |errand: Option<Errand>| -> Vec<String> {
        match errand {
            Some(Errand::Copy(text)) => addresses_in(&text),
            Some(Errand::Open(link)) => addresses_in(link.trim_start_matches("mailto:")),
            None => Vec::new(),
        }
    };
    hall.keys(&format!("<esc><esc><esc>02/tag:{tag}<enter>"));
    let first = p.addresses.first().map(|(a, _)| a.clone());
    let sign = first.as_deref().map_or('n', of);
    hall.keys("y");
    let copied = left(hall.shell.errand());
    let expected: Vec<String> = first.clone().into_iter().filter(|_| sign == 'y').collect();
    prop_assert_eq!(copied, expected, "y: {}", sign);
    if sign == 'a' {
        hall.keys("<enter>");
        prop_assert_eq!(left(hall.shell.errand()), vec![first.clone().unwrap()]);
    }
    // `Y` copies an address even if the person withdrew consent to mail.
    let withdrew = p.consents.get("mail").is_some_and(|s| s == "withdrawn");
    let but_for_mail = |a: &str| model.answer(&without_mail(p), a, state(a), "copying", &plain, false) != 'n';
    let offered = |a: &str| of(a) != 'n' || (withdrew && !model.is_suppressed(a) && but_for_mail(a));
    hall.keys("<esc><esc>Ye-mail<enter>");
    let copied: Vec<String> = left(hall.shell.errand()).into_iter().filter(|a| !a.starts_with("nobody1@")).collect();
    let expected: Vec<String> = p.addresses.iter().map(|(a, _)| a.clone()).find(|a| offered(a)).into_iter().collect();
    prop_assert_eq!(copied, expected, "Y: {:?}", p);
    let open: Vec<String> = p.addresses.iter().map(|(a, _)| a.clone()).filter(|a| "ya".contains(of(a))).collect();
    hall.keys(if open.len() > 1 { "<esc><esc>o<enter>y" } else { "<esc><esc>oy" });
    match hall.shell.errand() {
        Some(Errand::Open(link)) => {
            prop_assert_eq!(addresses_in(link.trim_start_matches("mailto:")), open.into_iter().take(1).collect::<Vec<_>>(), "o: {:?}", p);
        }
        other => prop_assert!(open.is_empty() && left(other).iter().all(|a| "ya".contains(of(a))), "o: {:?}", p),
    }
    hall.keys("<esc><esc>");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_address_leaves_that_the_rules_refuse_and_each_that_they_admit_leaves_once(
        before in proptest::collection::vec(step(), 0..8),
        after in proptest::collection::vec(step(), 0..8),
        o in options(),
        nth in any::<u8>(),
    ) {
        let mut world = world();
        let mut points = Vec::new();
        let run = |world: &mut World, steps: &[Do], points: &mut Vec<_>| -> Result<(), TestCaseError> {
            for step in steps {
                let was = protected(&read(world));
                take(world, step, points);
                let model = read(world);
                let plain = Options { all: true, mailboxes: true, consent: false, statuses: MembershipStatus::ALL.to_vec(), community: false };
                if !may_lift(step) {
                    // Every protection is still in force: no protected address would be mailed.
                    let mailed = model.all("mailing", &plain);
                    let lost: Vec<&String> = mailed.iter().filter(|a| was.contains(*a)).collect();
                    prop_assert!(lost.is_empty(), "{step:?} lets {lost:?} be mailed");
                }
            }
            Ok(())
        };
        run(&mut world, &before, &mut points)?;
        let base = read(&world).all("mailing", &o);
        // Each case checks Mailman's list and one of the others.
        let other = MAILINGS[usize::from(nth) % MAILINGS.len()];
        for way in [Way::Mailman, other] {
            let target = world.folder.path().join(format!("{}.txt", way.name()));
            let sent = world.book.export_job(&export_options(way.name(), &o), &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
            world.book.remember(&sent).unwrap();
        }
        run(&mut world, &after, &mut points)?;
        let model = read(&world);
        for way in [Way::Mailman, other] {
            in_step(&mut world, &model, &o, &base, (way, Since::Last))?;
            if !base.is_empty() {
                let dump = world.file("dump.csv", format!("email\n{}\n", base.join("\n")));
                in_step(&mut world, &model, &o, &base, (way, Since::Dump(dump)))?;
            }
        }
        for way in Way::ALL {
            check(&mut world, &model, *way, &o)?;
        }
        let mut hall = Hall::on(world);
        for p in model.people.iter().filter(|p| p.id <= i64::from(PEOPLE)).take(2) {
            on_the_screen(&mut hall, &model, p, &format!("t{}", p.id - 1))?;
        }
    }
}
