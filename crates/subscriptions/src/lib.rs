//! Who wants to hear of changes of identity or of events in people's care, and what each has been told.
//!
//! In: a system's wish (FHIR R4 `Subscription`), and how telling it went. Out: what is due.
//! Never: people, HTTP, deciding who may hear what.

mod subscription;
mod telling;
mod topic;
mod error;

pub use error::Error;
pub use subscription::{
    Content, Status, Subscription, Wish, create, delete, of_client, revise, subscription,
};
pub use telling::{Newest, due, failed, passed, shaken, spoken, told};
pub use topic::{
    NewEvent, Topic, TopicEvent, anybody_listens, forget_events, last_event, note_event,
    number_events, numbered_events, topic_events,
};

/// The tables of this crate.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration {
        name: "subscriptions/0001_subscription",
        sql: include_str!("../migrations/0001_subscription.sql"),
    },
    db::Migration {
        name: "subscriptions/0002_topic",
        sql: include_str!("../migrations/0002_topic.sql"),
    },
];

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
