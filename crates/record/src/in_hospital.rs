//! "In hospital now?", answered from the admissions the hospitals have sent.

use jiff::Timestamp;
use repository::Stay;

use crate::source::{SourceKind, SourceState};

/// The answer, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InHospital {
    /// Every stay that is going on; two hospitals may both think so.
    pub stays: Vec<Inpatient>,
    /// The hospitals that would have told us, each with when it was last heard.
    pub hospitals: Vec<SourceState>,
    /// The moment of the answer.
    pub as_of: Timestamp,
}

/// One stay that is going on.
#[derive(Clone, PartialEq, Eq)]
pub struct Inpatient {
    /// The hospital's name.
    pub hospital: String,
    /// In the emergency department rather than on a ward.
    pub is_emergency: bool,
    /// The stay.
    pub stay: Stay,
}

impl std::fmt::Debug for Inpatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Inpatient({:?})", self.stay)
    }
}

impl InHospital {
    pub(crate) fn answer(stays: Vec<Stay>, sources: &[SourceState], as_of: Timestamp) -> Self {
        let stays = stays.into_iter().map(|stay| Inpatient {
            hospital: name_of(sources, &stay),
            is_emergency: stay.class == "EMER",
            stay,
        });
        let hospitals = sources.iter().filter(|source| source.kind == SourceKind::Hospital);
        Self { stays: stays.collect(), hospitals: hospitals.cloned().collect(), as_of }
    }

    /// A "no" that can be relied on: every hospital has been heard, and nothing about this person waits.
    pub fn is_certain(&self) -> bool {
        self.hospitals
            .iter()
            .all(|hospital| hospital.last_heard_at.is_some() && hospital.not_in_record == 0)
    }
}

fn name_of(sources: &[SourceState], stay: &Stay) -> String {
    let source = sources.iter().find(|source| source.organisation == stay.organisation);
    source.map_or_else(|| stay.organisation.to_string(), |source| source.name.clone())
}
