//! Forms: one field a line. `form` is the overlay, `draw` how it is drawn, `field` one line of it; [`crate::forms`] says which fields a thing has.

mod draw;
mod field;
mod form;

pub(crate) use form::Form;

use crate::book::BookError;
use crate::domain::ids::CommunityId;
use crate::forms::{self, Subject};
use crate::tui::core::Cx;

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
    Ok(Form::of(forms::open(subject, community, cx.book)?, cx.keys))
}
