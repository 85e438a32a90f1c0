//! The forms for a meetup and for a person's attendance.
//!
//! Must not know where a form is shown.

use super::chosen::{chosen_word, chosen_word_or_none, gone};
use super::field::{Field, Kind};
use super::people::choice;
use super::{Sheet, Subject, Values};
use crate::book::{AttendanceChange, Book, BookError, Command, Words};
use crate::domain::dates::Lean;
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::words::{Format, MeetupStatus, Outcome, Part, Rsvp, WriteUp};

/// Returns the form for a meetup, new or existing.
pub(super) fn meetup(id: Option<MeetupId>, community: Option<CommunityId>, book: &mut Book) -> Result<Sheet, BookError> {
    let (facts, was) = match id {
        Some(id) => {
            let d = book.meetup(id)?.ok_or_else(|| gone("the meetup"))?;
            (d.facts, Some(d.op))
        }
        None => {
            let mut facts = MeetupFacts::planned("", Format::ShowAndTell, chrono::NaiveDateTime::default());
            facts.communities = match community {
                Some(c) => book.community(c)?.map(|c| c.facts.name).into_iter().collect(),
                None => Vec::new(),
            };
            (facts, None)
        }
    };
    let starts = if id.is_some() { facts.starts.format("%Y-%m-%d %H:%M").to_string() } else { String::new() };
    let organisations = book.words(Words::Organisations)?;
    let communities = book.words(Words::Communities)?;
    let fields = vec![
        Field::new("title", "Title", Kind::Required("a meetup needs a title"), &facts.title),
        Field::new("format", "Format", choice(Format::ALL), facts.format.word()),
        Field::new("starts", "Starts", Kind::Moment, &starts).hint("such as next thursday 18:00"),
        Field::new("minutes", "Minutes", Kind::Number, &facts.minutes.to_string()),
        Field::new("communities", "Communities", Kind::Choices { options: communities, new: false }, &facts.communities.join("; ")),
        Field::new("host", "Host organisation", Kind::Choice { options: organisations, new: true }, &facts.host)
            .hint("the organisation that hosts it"),
        Field::new("venue", "Where", Kind::Text, &facts.venue).hint("a place or a link"),
        Field::new("status", "Status", choice(MeetupStatus::ALL), facts.status.word()),
        Field::new("capacity", "Room for", Kind::Number, &facts.capacity.map(|c| c.to_string()).unwrap_or_default()),
        Field::new("zone", "Time zone", Kind::Text, &facts.zone),
        Field::new("write_up", "Write-up", choice(WriteUp::ALL), facts.write_up.word()),
        Field::new("link", "  its link", Kind::Text, &facts.write_up_link),
        Field::new("note", "Note", Kind::Note, &facts.note),
    ];
    let words = (facts.format, facts.status, facts.write_up);
    let title = if id.is_some() { facts.title } else { "New meetup".into() };
    Ok(Sheet::new(&title, Subject::Meetup(id), fields, was, book.calendar(), move |v| {
        let facts = meetup_facts(v, words)?;
        facts.check().map_err(|e| (if e.contains("zone") { "zone" } else { "minutes" }.to_owned(), e))?;
        Ok(Command::PutMeetup { id, facts, was: v.was })
    }))
}

fn meetup_facts(v: &Values<'_>, (format, status, write_up): (Format, MeetupStatus, WriteUp)) -> Result<MeetupFacts, (String, String)> {
    let wrong = |e: String| ("starts".to_owned(), e);
    let (day, time) = v.calendar.read_with_time(&v.text("starts"), Lean::Ahead).map_err(wrong)?;
    let time = time.ok_or_else(|| wrong("the time is missing: try 3 dec 18:00".into()))?;
    Ok(MeetupFacts {
        title: v.text("title"),
        communities: v.parts("communities"),
        format: chosen_word(&v.text("format"), format, Format::parse),
        starts: day.and_time(time),
        minutes: v.text("minutes").parse().unwrap_or(60),
        zone: v.text("zone"),
        venue: v.text("venue"),
        host: v.text("host"),
        capacity: v.text("capacity").parse().ok(),
        status: chosen_word(&v.text("status"), status, MeetupStatus::parse),
        write_up: chosen_word(&v.text("write_up"), write_up, WriteUp::parse),
        write_up_link: v.text("link"),
        note: v.text("note"),
    })
}

/// Returns the form for a person's attendance at a meetup.
pub(super) fn attendance(meetup: MeetupId, person: PersonId, book: &mut Book) -> Result<Sheet, BookError> {
    let d = book.meetup(meetup)?.ok_or_else(|| gone("the meetup"))?;
    let row = d.roll.iter().find(|r| r.person_id == person).ok_or_else(|| gone("the attendance"))?;
    let parts = row.facts.parts.iter().map(|p| p.word()).collect::<Vec<_>>().join("; ");
    let part_words = Part::ALL.iter().map(|p| p.word().to_owned()).collect();
    let fields = vec![
        Field::new("rsvp", "Answer", choice(Rsvp::ALL), row.facts.rsvp.map_or("", |r| r.word())).hint("empty: no answer"),
        Field::new("outcome", "Came", choice(Outcome::ALL), row.facts.outcome.word()).hint("unknown is never counted as absent"),
        Field::new("parts", "Role", Kind::Choices { options: part_words, new: false }, &parts)
            .hint("host, organiser, speaker, facilitator, notes"),
    ];
    let was = row.facts.clone();
    let title = format!("{} at {}", row.name, d.facts.title);
    Ok(Sheet::new(&title, Subject::Attendance(meetup, person), fields, None, book.calendar(), move |v| {
        let facts = AttendanceFacts {
            rsvp: chosen_word_or_none(&v.text("rsvp"), was.rsvp, Rsvp::parse),
            outcome: chosen_word(&v.text("outcome"), was.outcome, Outcome::parse),
            parts: v
                .parts("parts")
                .iter()
                .filter_map(|p| chosen_word_or_none(p, was.parts.iter().copied().find(|w| w.word() == p), Part::parse))
                .collect(),
        };
        Ok(Command::Attend { meetup, people: vec![person], change: AttendanceChange::Facts(facts) })
    }))
}
