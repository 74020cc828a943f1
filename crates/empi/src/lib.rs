//! Who is this? Keeps one person for the many records organisations hold about them.
//!
//! In: demographics from a feed. Out: a [`model::PersonId`], or an item in the review queue.
//! Never: clinical data, HTTP, FHIR.
//!
//! A person is a set of links to local patients; the links are events and nothing is ever
//! rewritten, so a wrong link can be undone without loss. Invariants: the engine never joins two
//! different verified NHS numbers, whatever else agrees; a steward's decision outranks the engine.

mod feed;
mod evidence;
mod join;
mod merge;
mod source_link;
mod birth;
mod cluster;
mod facts;
mod reconsider;
mod decide;
mod effects;
mod ground;
mod undo;
mod preview;
mod part;
mod raise;
mod protect;
mod review;
mod state;
mod queue;
mod priority;
mod activity;
mod death;
mod doubt;
mod answer;
mod sample;
mod measures;
mod history;
mod person;
mod changes;
mod pix;
mod find;
mod search;
mod seen;
mod search_key;
mod trace;
mod local_patient;
mod number;
mod blocking_index;
mod index_keys;
mod load;
mod repair;
mod upkeep;
mod upkeep_state;
mod rebuild;
mod simulate;
mod assertion;
mod error;

pub use activity::{Activity, note_activity};
pub use answer::{Answer, AnswerKind, review_history};
pub use birth::birth;
pub use changes::{Change, changes, last_change};
pub use death::{Attendance, Attended, Died, LifeSign, note_attendance, withdraw_attendance};
pub use decide::{Decided, Decision, decide};
pub use error::Error;
pub use feed::feed;
pub use find::{Exactness, Found, FoundPeople, Search, find};
pub use history::{Evidence, LinkEvent, LinkKind, link_history, person_on};
pub use index_keys::{Indexed, index_keys};
pub use load::{Loaded, NewRecord, load};
pub use local_patient::{LocalPatient, local_patient, local_patients};
pub use matching::{Model, ModelError, ReviewKind};
pub use measures::{Agreement, Decisions, Estimate, Measures, Precision, Waiting, measures};
pub use merge::{merge, question_merge, unmerge};
pub use number::supersede;
pub use person::{Person, former_ids, person, person_of, resolve};
pub use pix::pix;
pub use preview::{Preview, preview, preview_undo};
pub use priority::Priority;
pub use queue::{
    Counts, Page, ReviewFilter, next_review, previous_review, review_count, review_counts,
    review_queue,
};
pub use raise::{Doubt, Raised, may_be_compared, raise};
pub use rebuild::{Rebuilt, rebuild};
pub use repair::{Repaired, repair};
pub use review::{Question, Review, review};
pub use sample::{Judgement, Sample, SampleSource, judge_sample, next_sample, sample_links};
pub use search::{Clue, people_like};
pub use search_key::{fold, telephone_digits};
pub use simulate::{Held, answered, held, open_questions, put_together};
pub use source_link::{link_at_source, unlink_at_source};
pub use state::{ReviewState, ReviewStates};
pub use trace::{Likeness, Traced, trace};
pub use undo::undo;
pub use upkeep::{Bite, next_bite, pass_over, take_bite};
pub use upkeep_state::{Sweep, Upkeep, swept, upkeep};

/// What this keeper adds to the database.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "empi/0001_people", sql: include_str!("../migrations/0001_people.sql") },
    db::Migration { name: "empi/0002_keys", sql: include_str!("../migrations/0002_keys.sql") },
    db::Migration {
        name: "empi/0003_stewardship",
        sql: include_str!("../migrations/0003_stewardship.sql"),
    },
    db::Migration {
        name: "empi/0004_search_key",
        sql: include_str!("../migrations/0004_search_key.sql"),
    },
    db::Migration { name: "empi/0005_repair", sql: include_str!("../migrations/0005_repair.sql") },
    db::Migration { name: "empi/0006_deaths", sql: include_str!("../migrations/0006_deaths.sql") },
    db::Migration {
        name: "empi/0007_doubted_link",
        sql: include_str!("../migrations/0007_doubted_link.sql"),
    },
    db::Migration { name: "empi/0008_seen", sql: include_str!("../migrations/0008_seen.sql") },
    db::Migration {
        name: "empi/0009_sensitive",
        sql: include_str!("../migrations/0009_sensitive.sql"),
    },
];

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
