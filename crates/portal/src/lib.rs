//! The portal: server-rendered pages for those who care for people, one file per page.
//!
//! In: a request with a session. Out: HTML that works without JavaScript; htmx only fills in what
//! arrives late. Never: SQL, FHIR JSON, deciding who may see what, patient data in an address.
//!
//! Every page about anybody goes the same way (`permit`): facts, decision, audit entry, then content.

mod state;
mod searches;
mod router;
mod guard;
mod session;
mod permit;
mod layout;
mod format;
mod files;
mod view;
mod page;
mod error;

use error::Error;
pub use router::router;
pub use searches::Searches;
pub use state::PortalState;
