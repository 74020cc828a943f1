//! How two NHS numbers agree.

use model::NhsNumber;
use rapidfuzz::distance::osa;

use crate::Profile;
use crate::level::Level;
use crate::profile::Identifier;

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
    pub(crate) fn level(self) -> Level {
        match self {
            Self::SameVerified => Level::NumberSameVerified,
            Self::Same => Level::NumberSame,
            Self::Near => Level::NumberNear,
            Self::Different => Level::NumberDifferent,
            Self::DifferentVerified => Level::NumberDifferentVerified,
        }
    }
}

pub(crate) fn compare(a: &Profile, b: &Profile) -> Option<NumberLevel> {
    let (one, other) = (a.number?, b.number?);
    Some(match (one == other, a.verified && b.verified) {
        (true, true) => NumberLevel::SameVerified,
        (true, false) => NumberLevel::Same,
        (false, true) => NumberLevel::DifferentVerified,
        (false, false) if is_near(one, other) => NumberLevel::Near,
        (false, false) => NumberLevel::Different,
    })
}

/// Both are verified, and they are two.
pub(crate) fn differ_and_are_verified(a: &Profile, b: &Profile) -> bool {
    a.verified && b.verified && a.number != b.number
}

/// Two digits changed, or neighbours swapped and the check digit with them: one slip of a finger
/// never leaves a valid number, so two are the least there can be.
fn is_near(one: NhsNumber, other: NhsNumber) -> bool {
    osa::distance(one.to_string().bytes(), other.to_string().bytes()) <= 2
}

/// Other identifiers of one kind: the same, one slip apart, or different.
pub(crate) fn identifiers(a: &Profile, b: &Profile) -> Option<Level> {
    let of_one_kind = a.identifiers.iter().flat_map(|one| {
        b.identifiers.iter().filter(move |other| other.0 == one.0).map(move |other| (one, other))
    });
    let level = |(one, other): (&Identifier, &Identifier)| {
        if one.1 == other.1 {
            Level::IdentifierSame
        } else if osa::distance(one.1.bytes(), other.1.bytes()) == 1 {
            Level::IdentifierNear
        } else {
            Level::IdentifierDifferent
        }
    };
    of_one_kind.map(level).min()
}
