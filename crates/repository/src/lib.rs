//! The versioned FHIR store: what is known, since when, from whom.
//!
//! In: resources of a local patient with the time of the event they speak of. Out: current and past
//! versions, and prepared rows for pages. Nothing is overwritten by older news, and nothing is lost.
//! Never: who the person is (`empi`), who may see it (`access`), HTTP.

mod put;
mod merge_patient;
mod read;
mod rows;
mod stay;
mod spell_event;
mod visit_move;
mod of_visit;
mod lineage;
mod written_by;
mod document;
mod fingerprint;
mod body;
mod prepare;
mod error;

pub use body::BodyError;
pub use document::{Document, document};
pub use error::Error;
pub use fingerprint::{Fingerprint, Standing, standing};
pub use lineage::{Trace, place, traces_of_message, traces_of_resource};
pub use merge_patient::{Merged, merge_patient};
pub use of_visit::{OfVisit, of_visit};
pub use prepare::{Precision, prepare};
pub use put::{Provenance, Written, put, put_afresh};
pub use read::{Version, current, history, version};
pub use rows::{Page, Row, count, row, rows};
pub use spell_event::{
    add_spell_event, has_spell_events, last_movement, spell_events, spell_events_of_patient,
};
pub use stay::{Stay, current_stays};
pub use visit_move::{MoveKind, VisitMove, VisitName, add_visit_move, visit_moves};
pub use written_by::written_by;

/// The tables of this crate.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration {
        name: "repository/0001_resource",
        sql: include_str!("../migrations/0001_resource.sql"),
    },
    db::Migration {
        name: "repository/0002_visit_move",
        sql: include_str!("../migrations/0002_visit_move.sql"),
    },
    db::Migration {
        name: "repository/0003_version_by_message",
        sql: include_str!("../migrations/0003_version_by_message.sql"),
    },
];
