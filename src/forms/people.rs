//! The forms for a person, a walk-in, a membership, a consent and an organisation.
//!
//! Must not know where a form is shown.

use super::chosen::{chosen_word, gone};
use super::field::{Field, Kind};
use super::{OWN, Sheet, Subject, Values};
use crate::book::{Book, BookError, Command, Words};
use crate::domain::address;
use crate::domain::community::MembershipFacts;
use crate::domain::dates::Lean;
use crate::domain::eligibility::ExceptionFacts;
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId};
use crate::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use crate::domain::tags;
use crate::domain::words::{AddressState, ConsentState, MembershipStatus, PersonKind, Purpose, Source};

/// Returns a choice from the words of a closed list.
pub(super) fn choice<T: ToString>(all: &[T]) -> Kind {
    Kind::Choice { options: all.iter().map(ToString::to_string).collect(), new: false }
}

fn one_of(which: Words, book: &Book) -> Result<Kind, BookError> {
    Ok(Kind::Choice { options: book.words(which)?, new: true })
}

/// Returns the form for a person, new or existing.
pub(super) fn person(id: Option<PersonId>, community: Option<CommunityId>, book: &mut Book) -> Result<Sheet, BookError> {
    let (facts, was) = match id {
        Some(id) => {
            let detail = book.person(id)?.ok_or_else(|| gone("the person"))?;
            (detail.facts, Some(detail.op))
        }
        None => (PersonFacts { joined: Some(book.today()), ..PersonFacts::default() }, None),
    };
    let mut fields = vec![
        Field::new("name", "Name", Kind::Text, &facts.name),
        Field::new("email", "E-mail", Kind::Email, &facts.email),
        Field::new("state", "  state", choice(AddressState::ALL), facts.email_state.word()),
        Field::new("others", "Other e-mails", Kind::Emails, &address::write_list(&facts.others))
            .hint("several separated by ; — (bounced) or (retired) may follow one"),
        Field::new("organisation", "Organisation", one_of(Words::Organisations, book)?, &facts.organisation),
        Field::new("title", "Job title", Kind::Text, &facts.job_title),
        Field::new("discipline", "Discipline", one_of(Words::Disciplines, book)?, &facts.discipline),
        Field::new("tags", "Tags", Kind::Choices { options: book.words(Words::Tags)?, new: true }, &facts.tags.join("; ")),
        Field::new("joined", "With us since", Kind::Date(Lean::Back), &facts.joined.map(|d| d.to_string()).unwrap_or_default()),
    ];
    // An empty field is added by its name: a form with every field of past imports would be too long.
    let mut absent = Vec::new();
    for name in book.words(Words::Fields)? {
        match facts.field(&name).unwrap_or("") {
            "" => absent.push(name),
            value => {
                let kind = if value.contains('\n') { Kind::Note } else { Kind::Text };
                fields.push(Field::new(&format!("{OWN}{name}"), &name, kind, value));
            }
        }
    }
    fields.push(Field::new("add-field", "Add a field", Kind::AddField { options: absent }, "").hint("a field of your own, by its name"));
    fields.push(Field::new("kind", "Kind", choice(PersonKind::ALL), facts.kind.word()));
    fields.push(Field::new("note", "Note", Kind::Note, &facts.note).hint("{new line} begins a new line"));
    let into = match (id, community) {
        (None, Some(c)) => book.community(c)?.map_or_else(String::new, |c| format!(" in {}", c.facts.name)),
        _ => String::new(),
    };
    let words = (facts.kind, facts.email_state);
    let title = if id.is_some() { facts.title().to_owned() } else { format!("New person{into}") };
    Ok(Sheet::new(&title, Subject::Person(id), fields, was, book.calendar(), move |v| {
        let facts = person_facts(v, words)?;
        Ok(match id {
            Some(id) => Command::EditPerson { id, facts, was: v.was },
            None => Command::AddPerson { facts, community },
        })
    }))
}

fn person_facts(v: &Values<'_>, (kind, state): (PersonKind, AddressState)) -> Result<PersonFacts, (String, String)> {
    let email = v.text("email");
    let facts = PersonFacts {
        kind: chosen_word(&v.text("kind"), kind, PersonKind::parse),
        name: v.text("name"),
        email: if email.is_empty() { email } else { address::read(&email).map_err(|e| ("email".to_owned(), e.to_string()))?.to_owned() },
        email_state: chosen_word(&v.text("state"), state, AddressState::parse),
        others: address::read_list(&v.text("others")).map_err(|(a, e)| ("others".to_owned(), format!("{a}: {e}")))?,
        organisation: v.text("organisation"),
        job_title: v.text("title"),
        discipline: v.text("discipline"),
        tags: tags::read(&v.text("tags")),
        fields: v.with_prefix(OWN).filter(|(_, value)| !value.is_empty()).collect(),
        joined: v.date("joined"),
        note: v.text("note"),
    };
    facts.check().map_err(|e| ("name".to_owned(), e))?;
    Ok(facts)
}

/// Returns the name and the address in a text: `Ann Hallam <ann@example.org>`, or only one of them.
pub(super) fn name_and_address(typed: &str) -> (&str, &str) {
    match typed.split_once('<') {
        Some((name, rest)) => (name.trim(), rest.trim_end_matches('>').trim()),
        None if typed.contains('@') => ("", typed.trim()),
        None => (typed.trim(), ""),
    }
}

/// Returns the form for somebody who came and isn't on the roster.
pub(super) fn walk_in(meetup: MeetupId, name: &str, community: Option<CommunityId>, book: &mut Book) -> Result<Sheet, BookError> {
    let subject = Subject::WalkIn(meetup, name.to_owned());
    let (name, email) = name_and_address(name);
    let fields = vec![
        Field::new("name", "Name", Kind::Text, name),
        Field::new("email", "E-mail", Kind::Email, email),
        Field::new("organisation", "Organisation", one_of(Words::Organisations, book)?, ""),
        Field::new("discipline", "Discipline", one_of(Words::Disciplines, book)?, ""),
    ];
    let calendar = book.calendar();
    let place = community.map(|c| book.community(c)).transpose()?.flatten().map(|c| format!(", identified in {}", c.facts.name));
    let title = format!("Add a person to the roll{}", place.unwrap_or_default());
    Ok(Sheet::new(&title, subject, fields, None, calendar, move |v| {
        let mut facts = person_facts(v, (PersonKind::Person, AddressState::Ok))?;
        facts.joined = Some(calendar.today);
        Ok(Command::WalkIn { meetup, facts, community })
    }))
}

/// Returns the form for a person's membership of a community, or of one to be chosen.
pub(super) fn membership(person: PersonId, community: Option<CommunityId>, book: &mut Book) -> Result<Sheet, BookError> {
    let detail = book.person(person)?.ok_or_else(|| gone("the person"))?;
    let known = detail.memberships.iter().find(|m| Some(m.community_id) == community);
    let facts = known.map_or_else(
        || MembershipFacts { status: MembershipStatus::Active, joined: Some(book.today()), left: None, source: Source::Lead },
        |m| m.facts.clone(),
    );
    let communities = book.communities()?;
    let exception = community.map(|c| book.exception(person, c)).transpose()?.flatten();
    let today = book.today();
    let mut fields = Vec::new();
    if community.is_none() {
        let options = communities.iter().map(|c| c.name.clone()).collect();
        fields.push(Field::new("community", "Community", Kind::Choice { options, new: false }, ""));
    }
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    fields.extend([
        Field::new("status", "Status", choice(MembershipStatus::ALL), facts.status.word()),
        Field::new("joined", "Joined", Kind::Date(Lean::Back), &day(facts.joined)),
        Field::new("left", "Left", Kind::Date(Lean::Back), &day(facts.left)),
        Field::new("source", "How they joined", choice(Source::ALL), facts.source.word()),
        Field::new("exception", "Exception", Kind::Text, exception.as_ref().map_or("", |e| e.reason.as_str()))
            .hint("why they may be a member despite the rules"),
        Field::new("by", "Decided by", Kind::Text, exception.as_ref().map_or("", |e| e.by.as_str())),
        Field::new("review", "Review on", Kind::Date(Lean::Ahead), &day(exception.as_ref().and_then(|e| e.review))),
    ]);
    let title = format!("{} in {}", detail.facts.title(), known.map_or("a community", |m| m.community.as_str()));
    let calendar = book.calendar();
    Ok(Sheet::new(&title, Subject::Membership(person, community), fields, None, calendar, move |v| {
        let chosen = v.text("community");
        let id = community.or_else(|| communities.iter().find(|c| c.name.eq_ignore_ascii_case(&chosen)).map(|c| c.id));
        let community = id.ok_or_else(|| ("community".to_owned(), "choose a community".to_owned()))?;
        let facts = MembershipFacts {
            status: chosen_word(&v.text("status"), facts.status, MembershipStatus::parse),
            joined: v.date("joined"),
            left: v.date("left"),
            source: chosen_word(&v.text("source"), facts.source, Source::parse),
        };
        if let (Some(joined), Some(left)) = (facts.joined, facts.left)
            && left < joined
        {
            return Err(("left".into(), "nobody leaves before they join".into()));
        }
        let reason = v.text("exception");
        if reason.is_empty() && (!v.text("by").is_empty() || v.date("review").is_some()) {
            return Err(("exception".into(), "enter the reason for the exception".into()));
        }
        let on = exception.as_ref().and_then(|e| e.on).or(Some(today));
        let exception = (!reason.is_empty()).then(|| ExceptionFacts { reason, by: v.text("by"), on, review: v.date("review") });
        Ok(Command::EditMembership { person, community, facts, exception })
    }))
}

/// Returns the form for a person's consent.
pub(super) fn consent(person: PersonId, purpose: Purpose, book: &mut Book) -> Result<Sheet, BookError> {
    let detail = book.person(person)?.ok_or_else(|| gone("the person"))?;
    let known = detail.consents.iter().find(|c| c.purpose == purpose);
    let was = known.map_or(ConsentState::Unknown, |c| c.state);
    let day = known.and_then(|c| c.on).map(|d| d.to_string()).unwrap_or_default();
    let fields = vec![
        Field::new("state", "State", choice(ConsentState::ALL), was.word()).hint("unknown removes the record"),
        Field::new("on", "When", Kind::Date(Lean::Back), &day),
        Field::new("source", "Where", Kind::Text, known.map_or("", |c| c.source.as_str())).hint("such as sign-up form, or in person"),
    ];
    let title = format!("Consent of {} to {purpose}", detail.facts.title());
    Ok(Sheet::new(&title, Subject::Consent(person, purpose), fields, None, book.calendar(), move |v| {
        let state = chosen_word(&v.text("state"), was, ConsentState::parse);
        // Only the person can lift an unsubscription, so where and when they said so is required.
        if purpose == Purpose::Mail && was == ConsentState::Withdrawn && state == ConsentState::Granted {
            return their_word(v, person);
        }
        let consent = ConsentFacts { purpose, state, on: v.date("on"), source: v.text("source") };
        Ok(Command::SetConsent { people: vec![person], consent })
    }))
}

/// Returns the form for a person's own word that they may be mailed again.
pub(super) fn mail_again(person: PersonId, book: &mut Book) -> Result<Sheet, BookError> {
    let detail = book.person(person)?.ok_or_else(|| gone("the person"))?;
    let fields = vec![
        Field::new("source", "Where", Kind::Required("enter where they agreed, such as an e-mail to you"), "")
            .hint("where they said that they may be mailed, such as an e-mail to you"),
        Field::new("on", "When", Kind::Date(Lean::Back), "").hint("the day on which they said so"),
    ];
    let title = format!("Allow mail to {}", detail.facts.title());
    Ok(Sheet::new(&title, Subject::MailAgain(person), fields, None, book.calendar(), move |v| their_word(v, person)))
}

fn their_word(v: &Values<'_>, person: PersonId) -> Result<Command, (String, String)> {
    let source = v.text("source");
    if source.is_empty() {
        return Err(("source".into(), "enter where they agreed, such as an e-mail to you".into()));
    }
    let on = v.date("on").ok_or_else(|| ("on".to_owned(), "enter the day on which they said so".to_owned()))?;
    if on > v.calendar.today {
        return Err(("on".into(), "that day is in the future".into()));
    }
    Ok(Command::MailAgain { person, source, on })
}

/// Returns the form for an organisation, new or existing.
pub(super) fn organisation(id: Option<OrganisationId>, book: &mut Book) -> Result<Sheet, BookError> {
    let facts = match id {
        Some(id) => book.organisations()?.into_iter().find(|o| o.id == id).ok_or_else(|| gone("the organisation"))?.facts,
        None => OrganisationFacts::default(),
    };
    let fields = vec![
        Field::new("name", "Name", Kind::Required("an organisation needs a name"), &facts.name),
        Field::new("short", "Short name", Kind::Text, &facts.short_name),
        Field::new("sector", "Sector", Kind::Text, &facts.sector),
        Field::new("domains", "E-mail domains", Kind::Text, &facts.domains.join("; ")).hint("several separated by ; — old ones too"),
        Field::new("note", "Note", Kind::Note, &facts.note),
    ];
    let title = if id.is_some() { facts.name } else { "New organisation".into() };
    Ok(Sheet::new(&title, Subject::Organisation(id), fields, None, book.calendar(), move |v| {
        let facts = OrganisationFacts {
            name: v.text("name"),
            short_name: v.text("short"),
            sector: v.text("sector"),
            domains: v.parts("domains"),
            note: v.text("note"),
        };
        if let Some(bad) = facts.domains.iter().find(|d| d.contains(char::is_whitespace) || !d.trim_start_matches('@').contains('.')) {
            return Err(("domains".into(), format!("{bad} isn't a domain; one looks like example.gov.uk")));
        }
        Ok(Command::PutOrganisation { id, facts })
    }))
}
