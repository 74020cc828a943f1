//! The model: every weight and threshold by which records are compared, under one name.

use std::sync::LazyLock;

use crate::{Outcome, Profile, Verdict, Weight, compare, decide};

static STANDARD: LazyLock<Model> =
    LazyLock::new(|| Model { version: crate::MODEL_VERSION.to_owned() });

/// Weights, thresholds and the name under which decisions made with them are kept.
#[derive(Debug, Clone)]
pub struct Model {
    version: String,
}

impl Model {
    /// The model of this build.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// Its name, stored with every link.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// From this weight on two records are linked without asking.
    pub fn link_from(&self) -> f64 {
        decide::LINK
    }

    /// From this weight on a steward is asked.
    pub fn review_from(&self) -> f64 {
        decide::REVIEW
    }

    /// Compares two records. Symmetric: the order of the two never matters.
    pub fn compare(&self, a: &Profile, b: &Profile) -> Weight {
        compare::compare_profiles(a, b)
    }

    /// Decides about two records: vetoes first, then rules, then the sum.
    pub fn decide(&self, weight: &Weight) -> Outcome {
        decide::decide(weight)
    }

    /// Decides about a record and a whole person: the best member speaks for the person, but any
    /// member's conflict speaks against. `None` where there is no member.
    pub fn against(&self, record: &Profile, members: &[Profile]) -> Option<Verdict> {
        decide::against(record, members)
    }
}
