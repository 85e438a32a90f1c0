//! Forms: one field a line. `form` is the overlay, `draw` how it is drawn, `field` one line of it, the others say which fields a thing has.

mod chosen;
mod communities;
mod draw;
mod field;
mod form;
mod meetups;
mod people;

pub(crate) use form::Form;

use crate::book::BookError;
use crate::domain::ids::CommunityId;
use crate::tui::core::{Cx, Subject};

/// The form for a subject; `community` is the one whose members are shown, for what is new.
///
/// # Errors
/// If the subject is gone, or the file can't be read.
pub(super) fn open(subject: &Subject, community: Option<CommunityId>, cx: &mut Cx<'_>) -> Result<Form, BookError> {
    let form = of(subject, community, cx)?;
    let subject = subject.clone();
    Ok(form.reopened_by(move |cx| of(&subject, community, cx)))
}

fn of(subject: &Subject, community: Option<CommunityId>, cx: &mut Cx<'_>) -> Result<Form, BookError> {
    match subject {
        Subject::Person(id) => people::person(*id, community, cx),
        Subject::WalkIn(meetup, name) => people::walk_in(*meetup, name, community, cx),
        Subject::Consent(person, purpose) => people::consent(*person, *purpose, cx),
        Subject::MailAgain(person) => people::mail_again(*person, cx),
        Subject::Organisation(id) => people::organisation(*id, cx),
        Subject::Membership(person, community) => people::membership(*person, *community, cx),
        Subject::Community(id) => communities::community(*id, cx),
        Subject::Seat(community, id) => communities::seat(*community, *id, cx),
        Subject::Route(community, id) => communities::route(*community, *id, cx),
        Subject::Rule(community, id) => communities::rule(*community, *id, cx),
        Subject::Channel(community, id) => communities::channel(*community, *id, cx),
        Subject::Meetup(id) => meetups::meetup(*id, community, cx),
        Subject::Attendance(meetup, person) => meetups::attendance(*meetup, *person, cx),
    }
}
