//! The live GP record: asks the registered practice over GP Connect, within a deadline, and says
//! what came of every section.
//!
//! In: who a person is, who asks and for which sections. Out: a [`GpRecord`]; never an error, for
//! a practice that is slow, closed or refuses is an answer too.
//! Never: keeping GP data beyond the answer, deciding who may see it.

mod gateway;
mod request;
mod config;
mod breaker;
mod question;
mod area;
mod transport;
mod outcome;
mod bundle;
mod answer;
mod identity;
mod section;
mod author;
mod element;
mod moment;
mod record;
mod item;
mod error;

pub use config::{Config, Consumer, Limits, Practice};
pub use error::Error;
pub use gateway::Gateway;
pub use item::{GpItem, Precision};
pub use record::{AllergyState, GpRecord, RecordState, SectionState};
pub use request::{GpRequest, Patience, SECTIONS};
