//! The one way in: ask, wait no longer than the deadline, say what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Clock;

use crate::{AllergyState, Config, Error, GpRecord, GpRequest, RecordState, SectionState};

/// Asks GP practices. One for the whole process; it holds no clinical data.
pub struct Gateway {
    config: Config,
    clock: Arc<dyn Clock>,
}

impl Gateway {
    /// A gateway to the practices of `config`.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Self { config, clock })
    }

    /// The live GP record of one person. Always answers, by the deadline.
    pub async fn gp_record(&self, request: &GpRequest) -> GpRecord {
        let why = "GP records are not connected yet.".to_owned();
        let practice = request.demographics.gp_practice.clone();
        let sections = request
            .sections
            .iter()
            .map(|section| (*section, SectionState::Unavailable { why: why.clone() }))
            .collect::<BTreeMap<_, _>>();
        GpRecord {
            practice_name: practice
                .as_ref()
                .and_then(|ods| self.config.practices.get(ods))
                .map(|practice| practice.name.clone()),
            practice,
            state: RecordState::Unavailable { why },
            fetched_at: self.clock.now(),
            took_ms: 0,
            sections,
            items: Vec::new(),
            allergies: AllergyState::Unavailable,
            warnings: Vec::new(),
            demographics_mismatch: Vec::new(),
        }
    }
}
