//! A county that never was: its people, their illnesses and the messages its organisations send.
//!
//! In: a seed, a number of people, a moment. Out: each source's history, then an endless life, as
//! bytes and over the real protocols. Never: a clock or chance of its own, or anybody real.

mod table;
mod dice;
mod number_book;
mod name;
mod organisation;
mod place;
mod illness;
mod person;
mod household;
mod cast;
mod registration;
mod user;
mod county;
mod laboratory;
mod spell;
mod outpatient;
mod story;
mod source;
mod letter;
mod pdf;
mod message;
mod care_package;
mod bundle;
mod history;
mod life;
mod worth_opening;
mod player;
pub mod gp_provider;
mod gp_record;
pub mod index_population;
mod error;

pub use county::County;
pub use error::Error;
pub use history::History;
pub use index_population::{IndexPopulation, IndexRecord};
pub use life::{Life, LifeStart};
pub use organisation::{
    AMBULANCE, COUNCIL, Hospital, MENTAL_HEALTH, Organisation, OrganisationKind, Practice,
};
pub use player::{Progress, drop_csv, play_mllp, post_bundle};
pub use source::{Outgoing, Payload, Source};
pub use user::DemoUser;
pub use worth_opening::WorthOpening;
