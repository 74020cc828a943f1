//! The links as events: what happened, by whom, why, with which weights. Only ever added to.

use db::{Row, Tx, params};
use jiff::Timestamp;
use matching::{Model, Weight};
use model::{Actor, LocalPatientId, PersonId};
use serde::{Deserialize, Serialize};

use crate::review::Review;
use crate::{Error, Result};

/// Something that happened to a link.
#[derive(Debug, Clone)]
pub struct LinkEvent {
    /// Its place in the history of all links.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: LinkKind,
    /// The record that was linked or unlinked.
    pub local_patient: LocalPatientId,
    /// The person it is about.
    pub person: PersonId,
    /// The other person: the one merged away, split off or kept apart.
    pub other_person: Option<PersonId>,
    /// The rule that fired, in words.
    pub rule: String,
    /// The sum of the weights, where something was weighed.
    pub weight: Option<f64>,
    /// What each field added.
    pub waterfall: Vec<Evidence>,
    /// The model that weighed it.
    pub model_version: String,
    /// `engine`, `source`, or the steward with their role and organisation.
    pub actor: String,
}

/// What happens to links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// A record joined a person.
    Linked,
    /// A record left a person.
    Unlinked,
    /// A record moved because its person was joined with another.
    Merged,
    /// A record began a person of its own again.
    Split,
    /// A steward confirmed that the records are one person's.
    Confirmed,
    /// A steward decided that they are not.
    Refused,
}

impl LinkKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Linked, Self::Unlinked, Self::Merged, Self::Split, Self::Confirmed, Self::Refused];

    /// The code in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    /// The word on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Linked => "Linked",
            Self::Unlinked => "Unlinked",
            Self::Merged => "Merged",
            Self::Split => "Split",
            Self::Confirmed => "Confirmed",
            Self::Refused => "Refused",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One field's say: never a value, only how two values agreed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The field: `Surname`.
    pub field: String,
    /// How it agreed: `same as a former one`.
    pub level: String,
    /// What it added, as log2 of odds.
    pub weight: f64,
}

impl Evidence {
    pub(crate) fn of(weight: &Weight) -> Vec<Self> {
        let parts = weight.parts.iter();
        parts
            .map(|part| Self {
                field: part.field.clone().into_owned(),
                level: part.level.to_owned(),
                weight: part.weight,
            })
            .collect()
    }
}

impl Evidence {
    /// Leaves out what tells where somebody lives or how they are reached; what that had added.
    pub(crate) fn take_places(waterfall: &mut Vec<Self>) -> f64 {
        let tells = |part: &Self| matching::PLACES.contains(&part.field.as_str());
        waterfall.extract_if(.., |part| tells(part)).map(|part| part.weight).sum()
    }
}

/// The history of a person: its own links, and those of the people merged into it, oldest first.
pub fn link_history(tx: &mut Tx, person: PersonId) -> Result<Vec<LinkEvent>> {
    let rows = tx.query(
        "select seq, at, kind, local_patient, person, other_person, rule, weight, waterfall, model_version, actor
         from link_event
         where person = ?1 or other_person = ?1
         or person in (
             with recursive former (id) as (
                 select id from person where merged_into = ?1
                 union select p.id from person p join former f on p.merged_into = f.id)
             select id from former)
         order by seq",
        params![person.uuid()],
        Stored::from_row,
    )?;
    rows.into_iter().map(Stored::complete).collect()
}

/// The person that a record was linked to at a moment: what we thought then, not what we know now.
pub fn person_on(tx: &mut Tx, patient: LocalPatientId, at: Timestamp) -> Result<Option<PersonId>> {
    Ok(tx.query_one(
        "select person from link_event
         where local_patient = ?1 and at <= ?2 and kind in ('linked', 'merged', 'split')
         order by seq desc limit 1",
        params![patient.uuid(), at],
        |row| row.get(0).map(PersonId::from_uuid),
    )?)
}

/// Why something happened to a link.
pub(crate) struct Cause {
    rule: String,
    weight: Option<f64>,
    waterfall: Vec<Evidence>,
    model_version: String,
    decided: Option<(LocalPatientId, LocalPatientId)>,
    actor: String,
}

impl Cause {
    pub(crate) fn first_seen(model: &Model) -> Self {
        Self {
            rule: "first seen, like no one known".into(),
            weight: None,
            waterfall: Vec::new(),
            model_version: model.version().to_owned(),
            decided: None,
            actor: "engine".into(),
        }
    }

    /// A rule of the engine, with nothing weighed.
    pub(crate) fn rule(model: &Model, rule: &str) -> Self {
        Self { rule: rule.to_owned(), ..Self::first_seen(model) }
    }

    pub(crate) fn evidence(model: &Model, rule: &str, weight: &Weight) -> Self {
        Self {
            rule: rule.to_owned(),
            weight: Some(weight.total),
            waterfall: Evidence::of(weight),
            model_version: model.version().to_owned(),
            decided: None,
            actor: "engine".into(),
        }
    }

    pub(crate) fn source(model: &Model, rule: &str, weight: &Weight) -> Self {
        Self { actor: "source".into(), ..Self::evidence(model, rule, weight) }
    }

    /// Nobody has said so: the engine found it.
    pub(crate) fn is_engine(&self) -> bool {
        self.actor == "engine"
    }

    /// The two records whose comparison decided.
    pub(crate) fn between(self, a: LocalPatientId, b: LocalPatientId) -> Self {
        Self { decided: Some((a, b)), ..self }
    }

    pub(crate) fn steward(model: &Model, actor: &Actor, review: &Review) -> Self {
        Self {
            rule: format!("decided by a steward, review {}", review.id),
            weight: Some(review.weight),
            waterfall: review.waterfall.clone(),
            model_version: model.version().to_owned(),
            decided: Some((review.a.id, review.b.id)),
            actor: actor_text(actor),
        }
    }
}

impl Cause {
    /// The same steward takes the decision about a review back.
    pub(crate) fn taking_back(self, review: i64) -> Self {
        Self { rule: format!("a steward took back the decision, review {review}"), ..self }
    }
}

/// `Ann Steward (Data steward, QVV)`
pub(crate) fn actor_text(actor: &Actor) -> String {
    format!("{} ({}, {})", actor.name, actor.role.label(), actor.organisation)
}

/// An event to add.
pub(crate) struct NewEvent {
    kind: LinkKind,
    local_patient: LocalPatientId,
    person: PersonId,
    other_person: Option<PersonId>,
    at: Timestamp,
}

impl NewEvent {
    pub(crate) fn of(
        kind: LinkKind,
        local_patient: LocalPatientId,
        person: PersonId,
        at: Timestamp,
    ) -> Self {
        Self { kind, local_patient, person, other_person: None, at }
    }

    pub(crate) fn with_other(self, other: PersonId) -> Self {
        Self { other_person: Some(other), ..self }
    }
}

pub(crate) fn add(tx: &mut Tx, event: &NewEvent, cause: &Cause) -> Result<()> {
    tx.execute(
        "insert into link_event
             (at, kind, local_patient, person, other_person, rule, weight, waterfall, model_version, actor,
              decided_a, decided_b)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            event.at,
            event.kind.code(),
            event.local_patient.uuid(),
            event.person.uuid(),
            event.other_person.map(PersonId::uuid),
            &cause.rule,
            cause.weight,
            write_waterfall(&cause.waterfall)?,
            &cause.model_version,
            &cause.actor,
            cause.decided.map(|(a, _)| a.uuid()),
            cause.decided.map(|(_, b)| b.uuid())
        ],
    )?;
    Ok(())
}

pub(crate) fn write_waterfall(waterfall: &[Evidence]) -> Result<String> {
    let stored = |source| Error::Stored { what: "weights", source };
    serde_json::to_string(waterfall).map_err(stored)
}

pub(crate) fn read_waterfall(text: &str) -> Result<Vec<Evidence>> {
    let stored = |source| Error::Stored { what: "weights", source };
    serde_json::from_str(text).map_err(stored)
}

struct Stored {
    event: LinkEvent,
    kind: String,
    waterfall: String,
}

impl Stored {
    fn from_row(row: &Row<'_>) -> std::result::Result<Self, db::Error> {
        let event = LinkEvent {
            seq: row.get(0)?,
            at: row.get(1)?,
            kind: LinkKind::Linked,
            local_patient: LocalPatientId::from_uuid(row.get(3)?),
            person: PersonId::from_uuid(row.get(4)?),
            other_person: row.get::<Option<uuid::Uuid>>(5)?.map(PersonId::from_uuid),
            rule: row.get(6)?,
            weight: row.get(7)?,
            waterfall: Vec::new(),
            model_version: row.get(9)?,
            actor: row.get(10)?,
        };
        Ok(Self { event, kind: row.get(2)?, waterfall: row.get(8)? })
    }

    fn complete(self) -> Result<LinkEvent> {
        let kind = LinkKind::parse(&self.kind).ok_or(Error::Unknown("kind of link event"))?;
        Ok(LinkEvent { kind, waterfall: read_waterfall(&self.waterfall)?, ..self.event })
    }
}
