//! Forms, with one field a line. `form` is the overlay, `draw` draws it, `field` is one line; [`crate::forms`] defines which fields a thing
//! has.

mod draw;
mod field;
mod form;

pub(crate) use form::Form;

use crate::book::BookError;
use crate::domain::ids::CommunityId;
use crate::forms::{self, Subject};
use crate::tui::core::Cx;

/// Returns the form for a subject; `community` is the one whose members are shown, used for something new.
///
/// # Errors
/// If the subject no longer exists, or the file can't be read.
pub(super) fn open(subject: &Subject, community: Option<CommunityId>, cx: &mut Cx<'_>) -> Result<Form, BookError> {
    let form = of(subject, community, cx)?;
    let subject = subject.clone();
    Ok(form.reopened_by(move |cx| of(&subject, community, cx)))
}

fn of(subject: &Subject, community: Option<CommunityId>, cx: &mut Cx<'_>) -> Result<Form, BookError> {
    Ok(Form::of(forms::open(subject, community, cx.book)?, cx.keys))
}
