//! Where messages come from: each source reads, stores through the [`Inbox`](crate::Inbox), and only
//! then answers.

pub(crate) mod mllp;
pub(crate) mod tls;
mod connection;
mod answers;
pub(crate) mod hl7;
pub(crate) mod hl7_http;
pub(crate) mod bundle;
pub(crate) mod file_drop;
