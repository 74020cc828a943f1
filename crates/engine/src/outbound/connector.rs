//! The ways to reach a destination, and the three ways in which it may fail.

use super::claim::Queued;
use super::{Fhir, Folder, Http, Mllp};

/// How a destination is reached.
#[derive(Debug)]
pub enum Connector {
    /// HL7 v2 over MLLP.
    Mllp(Mllp),
    /// What came, by POST.
    Http(Http),
    /// FHIR resources to a server.
    Fhir(Fhir),
    /// A file for each.
    Folder(Folder),
}

/// Why something was not delivered; one sentence for the operator, without content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There was no answer, or none that means anything: try again.
    Unreachable(String),
    /// The destination said: not now. Try again.
    Later(String),
    /// The destination said: not this. Trying again will not help.
    Refused(String),
}

impl Connector {
    /// Sends one; `Ok` once the destination has said that it has it.
    pub(super) async fn send(&self, queued: Queued) -> Result<(), Failure> {
        match self {
            Self::Mllp(mllp) => mllp.send(&queued.body).await,
            Self::Http(http) => http.send(&queued).await,
            Self::Fhir(fhir) => fhir.send(&queued).await,
            Self::Folder(folder) => folder.write(&queued).await,
        }
    }
}
