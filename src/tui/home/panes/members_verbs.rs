//! Actions on the marked members, or on the one under the cursor, each as one step.
//!
//! Must not know how the list is read or drawn.

use super::members::Members;
use crate::actions::Action;
use crate::book::{Command, Words};
use crate::domain::ids::PersonId;
use crate::domain::person::ConsentFacts;
use crate::domain::text;
use crate::domain::words::{ConsentState, MembershipStatus, Purpose};
use crate::tui::core::{Cx, Layer, Outcome, Request, Subject};
use crate::tui::overlays::{Choose, Confirm, Prompt};

/// Asks which consent to record.
fn consent(people: Vec<PersonId>, who: &str, today: chrono::NaiveDate) -> Choose {
    let all: Vec<(String, Purpose, ConsentState)> = Purpose::ALL
        .iter()
        .flat_map(|p| [ConsentState::Granted, ConsentState::Withdrawn, ConsentState::Unknown].map(|s| (format!("{p}: {s}"), *p, s)))
        .collect();
    let names = all.iter().map(|(name, ..)| name.clone()).collect();
    Choose::new(&format!("Consent of {who}"), names, false, move |name| {
        let (_, purpose, state) = all.iter().find(|(n, ..)| n == name)?;
        let consent = ConsentFacts { purpose: *purpose, state: *state, on: Some(today), source: "recorded on the screen".into() };
        Some(Command::SetConsent { people: people.clone(), consent })
    })
}

/// Returns the known words of a list.
fn known(which: Words, cx: &mut Cx<'_>) -> Vec<String> {
    cx.book.words(which).unwrap_or_default()
}

fn push(overlay: impl Layer + 'static) -> Outcome {
    Outcome::ask(Request::Push(Box::new(overlay)))
}

fn no_community() -> Outcome {
    Outcome::ask(Request::say("Select a community first: this is for its members"))
}

impl Members {
    /// Applies a verb to the chosen people as one step: `ask` gets them, and their name or number in words.
    pub(super) fn verb(&self, cx: &mut Cx<'_>, ask: impl FnOnce(&Self, Vec<PersonId>, &str, &mut Cx<'_>) -> Outcome) -> Outcome {
        let people = self.chosen();
        if people.is_empty() {
            return Outcome::ask(Request::say("There is nobody under the cursor; press {new} to add somebody"));
        }
        let who = match people.as_slice() {
            [only] => self.name_of(*only, cx),
            _ => text::count(people.len() as u64, "person", "people"),
        };
        ask(self, people, &who, cx)
    }

    /// Returns the name of a person.
    fn name_of(&self, person: PersonId, cx: &Cx<'_>) -> String {
        let listed = self.list.rows.iter().find(|r| r.id == person).map(|r| r.title().to_owned());
        let kept = || cx.book.people(&[person], None).ok()?.first().map(|r| r.title().to_owned());
        listed.or_else(kept).unwrap_or_else(|| "1 person".to_owned())
    }

    pub(super) fn put_into(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        let communities = cx.book.communities().unwrap_or_default();
        let names = communities.iter().map(|c| c.name.clone()).collect();
        push(Choose::new(&format!("Add {who} to"), names, false, move |name| {
            let community = communities.iter().find(|c| c.name == name)?.id;
            Some(Command::PutIn { people: people.clone(), community, status: MembershipStatus::Active })
        }))
    }

    pub(super) fn set_organisation(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        push(Choose::new(&format!("Organisation of {who}"), known(Words::Organisations, cx), true, move |name| {
            Some(Command::SetOrganisation { people: people.clone(), name: name.to_owned() })
        }))
    }

    pub(super) fn set_discipline(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        push(Choose::new(&format!("Discipline of {who}"), known(Words::Disciplines, cx), true, move |name| {
            Some(Command::SetDiscipline { people: people.clone(), name: name.to_owned() })
        }))
    }

    pub(super) fn add_tag(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        push(Choose::new(&format!("Tag for {who}"), known(Words::Tags, cx), true, move |tag| {
            Some(Command::AddTag { people: people.clone(), tag: tag.to_owned() })
        }))
    }

    pub(super) fn remove_tag(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        push(Choose::new(&format!("Remove a tag of {who}"), known(Words::Tags, cx), false, move |tag| {
            Some(Command::RemoveTag { people: people.clone(), tag: tag.to_owned() })
        }))
    }

    pub(super) fn set_field(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        push(Choose::asking(&format!("Choose a field of {who}"), known(Words::Fields, cx), true, move |field| {
            let (people, field) = (people.clone(), field.to_owned());
            let title = format!("{field} (leave empty to clear it)");
            Request::Push(Box::new(Prompt::new(&title, "", move |value| {
                Request::Run(Command::SetField { people: people.clone(), field: field.clone(), value: value.trim().to_owned() })
            })))
        }))
    }

    pub(super) fn set_consent(&self, people: Vec<PersonId>, who: &str, cx: &mut Cx<'_>) -> Outcome {
        push(consent(people, who, cx.book.today()))
    }

    pub(super) fn remove(&self, people: Vec<PersonId>, who: &str, _: &mut Cx<'_>) -> Outcome {
        let only = self
            .community
            .as_ref()
            .map_or_else(String::new, |(_, c)| format!(" To remove them from {c} only, press {{remove from community}}."));
        let question = format!("Remove {who} from the roster, with memberships and attendance? You can undo this.{only}");
        push(Confirm::new(&question, Action::Yes, "remove", Request::Run(Command::RemovePeople(people))))
    }

    pub(super) fn take_out(&self, people: Vec<PersonId>, _: &str, _: &mut Cx<'_>) -> Outcome {
        let Some((community, _)) = self.community else { return no_community() };
        Outcome::ask(Request::Run(Command::TakeOut { people, community }))
    }

    pub(super) fn set_status(&self, people: Vec<PersonId>, who: &str, _: &mut Cx<'_>) -> Outcome {
        let Some((community, name)) = self.community.clone() else { return no_community() };
        let words = MembershipStatus::ALL.iter().map(|s| s.word().to_owned()).collect();
        push(Choose::new(&format!("Status of {who} in {name}"), words, false, move |word| {
            Some(Command::SetStatus { people: people.clone(), community, status: MembershipStatus::parse(word)? })
        }))
    }

    /// Never mails the chosen people again; if that is so for a single person already, opens the form to allow mail again.
    pub(super) fn stop_mail(&self, people: Vec<PersonId>, _: &str, cx: &mut Cx<'_>) -> Outcome {
        let stopped = |id: &PersonId| {
            let detail = cx.book.person(*id).ok().flatten();
            detail.is_some_and(|d| {
                let withdrew = d.consents.iter().any(|c| c.purpose == Purpose::Mail && c.state == ConsentState::Withdrawn);
                let all = std::iter::once(&d.facts.email).chain(d.facts.others.iter().map(|o| &o.address)).filter(|a| !a.is_empty());
                withdrew && all.into_iter().all(|a| d.suppressed.contains(a))
            })
        };
        // More than a screenful isn't checked here: the step leaves those as they are who are already suppressed.
        if people.len() > 200 || !people.iter().all(stopped) {
            return Outcome::ask(Request::Run(Command::NeverMail { people, reason: "their own request".into() }));
        }
        match people.as_slice() {
            [only] => Outcome::ask(Request::Form(Subject::MailAgain(*only))),
            _ => {
                Outcome::ask(Request::say("All of them are already unsubscribed; to allow mail to somebody again, choose that one person"))
            }
        }
    }
}
