//! The FHIR R4 (UK Core) resources and datatypes Chesil uses, over plain JSON.
//!
//! In: JSON bytes, or words from a message. Out: [`Resource`]s that keep every byte of meaning they
//! came with (decimals as sent, unknown extensions), read through thin accessors.
//! Never: storage, HTTP, a clock.

mod error;
mod resource;
mod element;
pub mod datatype;
pub mod reference;
pub mod system;
pub mod time;
pub mod bundle;
pub mod outcome;
pub mod uk_core;

pub use bundle::Bundle;
pub use element::{Element, is_empty};
pub use error::Error;
pub use resource::Resource;
pub use time::When;
