//! The organisations of the county: three hospitals, their wards, practices and the others.

use std::sync::LazyLock;
use std::time::Duration;

use crate::gp_provider::Behaviour;
use crate::table::{lines, number};

/// The three hospital patient indexes. Poole and Bournemouth have merged since, their indexes not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hospital {
    /// RBD, Dorset County Hospital.
    DorsetCounty,
    /// RD3, Poole Hospital.
    Poole,
    /// RDZ, Royal Bournemouth and Christchurch Hospitals.
    Bournemouth,
}

impl Hospital {
    /// Every hospital.
    pub const ALL: [Self; 3] = [Self::DorsetCounty, Self::Poole, Self::Bournemouth];

    /// The ODS code, which is also the authority of its patient numbers.
    pub fn ods(self) -> &'static str {
        match self {
            Self::DorsetCounty => "RBD",
            Self::Poole => "RD3",
            Self::Bournemouth => "RDZ",
        }
    }

    /// The name on a page.
    pub fn name(self) -> &'static str {
        match self {
            Self::DorsetCounty => "Dorset County Hospital",
            Self::Poole => "Poole Hospital",
            Self::Bournemouth => "Royal Bournemouth and Christchurch Hospitals",
        }
    }

    /// Reads [`Hospital::ods`].
    pub fn of_ods(ods: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hospital| hospital.ods() == ods)
    }
}

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrganisationKind {
    /// An acute hospital.
    Hospital,
    /// A mental-health and community trust.
    MentalHealth,
    /// A GP practice.
    Practice,
    /// A council's adult social care.
    Council,
    /// An ambulance service.
    Ambulance,
}

impl OrganisationKind {
    /// The code in configuration files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::MentalHealth => "mental_health",
            Self::Practice => "practice",
            Self::Council => "council",
            Self::Ambulance => "ambulance",
        }
    }
}

/// An organisation of the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Organisation {
    /// ODS code.
    pub ods: &'static str,
    /// Name.
    pub name: &'static str,
    /// Kind.
    pub kind: OrganisationKind,
}

/// Dorset HealthCare, which sends FHIR bundles.
pub const MENTAL_HEALTH: &str = "RDY";
/// Dorset Council's adult social care, which sends CSV files.
pub const COUNCIL: &str = "809";
/// The ambulance service, which only reads.
pub const AMBULANCE: &str = "RYF";

/// A GP practice with its system's behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Practice {
    /// ODS code.
    pub ods: &'static str,
    /// Name.
    pub name: &'static str,
    /// Town.
    pub town: &'static str,
    /// How its system answers.
    pub behaviour: Behaviour,
}

/// Every practice of `tables/practices.csv`.
pub(crate) static PRACTICES: LazyLock<Vec<Practice>> = LazyLock::new(|| {
    lines(include_str!("../tables/practices.csv"))
        .map(|[ods, name, town, behaviour]| Practice {
            ods,
            name,
            town,
            behaviour: match behaviour {
                "slow" => Behaviour::Slow(Duration::from_secs(20)),
                "dead" => Behaviour::Dead,
                "refusing" => Behaviour::Refuses,
                _ => Behaviour::Normal,
            },
        })
        .collect()
});

/// Every organisation of the county, hospitals first.
pub(crate) fn organisations() -> Vec<Organisation> {
    let hospitals = Hospital::ALL.map(|hospital| Organisation {
        ods: hospital.ods(),
        name: hospital.name(),
        kind: OrganisationKind::Hospital,
    });
    let others = [
        (MENTAL_HEALTH, "Dorset HealthCare", OrganisationKind::MentalHealth),
        (COUNCIL, "Dorset Council adult social care", OrganisationKind::Council),
        (AMBULANCE, "South Western Ambulance Service", OrganisationKind::Ambulance),
    ]
    .map(|(ods, name, kind)| Organisation { ods, name, kind });
    let practices = PRACTICES.iter().map(|practice| Organisation {
        ods: practice.ods,
        name: practice.name,
        kind: OrganisationKind::Practice,
    });
    hospitals.into_iter().chain(others).chain(practices).collect()
}

/// A ward of a hospital.
#[derive(Debug)]
pub(crate) struct Ward {
    pub(crate) hospital: Hospital,
    pub(crate) site: &'static str,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) bays: i64,
}

/// Every ward of `tables/wards.csv`.
static WARDS: LazyLock<Vec<Ward>> = LazyLock::new(|| {
    lines(include_str!("../tables/wards.csv"))
        .filter_map(|[hospital, site, code, name, kind, bays]| {
            Some(Ward {
                hospital: Hospital::of_ods(hospital)?,
                site,
                code,
                name,
                kind,
                bays: number(bays),
            })
        })
        .collect()
});

/// The hospital's ward of that kind; its first ward where it has none.
pub(crate) fn ward(hospital: Hospital, kind: &str) -> &'static Ward {
    let of_hospital = || WARDS.iter().filter(move |ward| ward.hospital == hospital);
    let found = of_hospital().find(|ward| ward.kind == kind).or_else(|| of_hospital().next());
    #[expect(clippy::expect_used, reason = "a test finds every kind of ward in every hospital")]
    found.expect("every hospital has wards")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hospital_has_a_ward_of_every_kind() {
        for hospital in Hospital::ALL {
            for kind in WARDS.iter().map(|ward| ward.kind) {
                assert_eq!(ward(hospital, kind).kind, kind, "{} {kind}", hospital.ods());
            }
        }
    }

    #[test]
    fn one_practice_is_slow_one_dead_and_one_refuses() {
        let count = |fits: fn(Behaviour) -> bool| {
            PRACTICES.iter().filter(|practice| fits(practice.behaviour)).count()
        };
        assert_eq!(count(|found| found == Behaviour::Normal), 7);
        assert_eq!(count(|found| matches!(found, Behaviour::Slow(_))), 1);
        assert_eq!(count(|found| found == Behaviour::Dead), 1);
        assert_eq!(count(|found| found == Behaviour::Refuses), 1);
        for organisation in organisations() {
            assert!(model::OdsCode::parse(organisation.ods).is_ok(), "{}", organisation.ods);
        }
    }
}
