//! How two NHS numbers agree.

use model::{Demographics, NhsNumber, NhsNumberStatus};
use rapidfuzz::distance::osa;

use crate::weights::{self, Level};

/// How two NHS numbers agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberLevel {
    SameVerified,
    Same,
    Near,
    Different,
    DifferentVerified,
}

impl NumberLevel {
    pub(crate) fn weight(self) -> Level {
        match self {
            Self::SameVerified => weights::NUMBER_SAME_VERIFIED,
            Self::Same => weights::NUMBER_SAME,
            Self::Near => weights::NUMBER_NEAR,
            Self::Different => weights::NUMBER_DIFFERENT,
            Self::DifferentVerified => weights::NUMBER_DIFFERENT_VERIFIED,
        }
    }
}

/// Both hold a verified number, and they differ: these two are never linked without a person.
pub fn different_verified(a: &Demographics, b: &Demographics) -> bool {
    compare(a, b) == Some(NumberLevel::DifferentVerified)
}

pub(crate) fn compare(a: &Demographics, b: &Demographics) -> Option<NumberLevel> {
    let (one, other) = (a.nhs_number?, b.nhs_number?);
    let verified = |d: &Demographics| d.nhs_number_status == NhsNumberStatus::Verified;
    let both_verified = verified(a) && verified(b);
    Some(match (one == other, both_verified) {
        (true, true) => NumberLevel::SameVerified,
        (true, false) => NumberLevel::Same,
        (false, true) => NumberLevel::DifferentVerified,
        (false, false) if is_near(one, other) => NumberLevel::Near,
        (false, false) => NumberLevel::Different,
    })
}

/// Two digits changed, or neighbours swapped and the check digit with them: one slip of a finger
/// never leaves a valid number, so two are the least there can be.
fn is_near(one: NhsNumber, other: NhsNumber) -> bool {
    osa::distance(one.to_string().bytes(), other.to_string().bytes()) <= 2
}
