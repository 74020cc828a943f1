//! One person, and actors who stand to that person in different ways.

use access::{Action, Basis, Claim, ClaimReason, Decision, Facts, Policies, Relationship, Scope};
use jiff::{SignedDuration, Timestamp};
use model::{Actor, OdsCode, PersonId, Role, UserId};

pub(crate) fn now() -> Timestamp {
    "2026-05-03T10:42:00Z".parse().unwrap()
}

pub(crate) fn person() -> PersonId {
    PersonId::from_uuid(model::stable_id(&["Person", "Thomasina"]))
}

pub(crate) fn actor(role: Role) -> Actor {
    Actor {
        user: UserId::from_uuid(model::stable_id(&["User", role.code()])),
        name: "Sam Reader".into(),
        role,
        organisation: OdsCode::parse("RD3").unwrap(),
    }
}

/// How the actor stands to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Related,
    Recent,
    Ended,
    Unrelated,
    BreakGlass,
    Dissent,
    BreakGlassOverDissent,
}

impl Standing {
    pub(crate) const ALL: [Self; 7] = [
        Self::Related,
        Self::Recent,
        Self::Ended,
        Self::Unrelated,
        Self::BreakGlass,
        Self::Dissent,
        Self::BreakGlassOverDissent,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Related => "relationship",
            Self::Recent => "relationship ended 10 days ago",
            Self::Ended => "relationship ended 40 days ago",
            Self::Unrelated => "no relationship",
            Self::BreakGlass => "no relationship, glass broken",
            Self::Dissent => "relationship, person dissents",
            Self::BreakGlassOverDissent => "relationship, person dissents, glass broken",
        }
    }

    pub(crate) fn facts(self, role: Role) -> Facts {
        let ended = |days: i64| Some(now() - SignedDuration::from_hours(24 * days));
        let relationships = match self {
            Self::Related | Self::Dissent | Self::BreakGlassOverDissent => vec![held("RD3", None)],
            Self::Recent => vec![held("RD3", ended(10))],
            Self::Ended => vec![held("RD3", ended(40))],
            Self::Unrelated | Self::BreakGlass => vec![held("RBD", None)],
        };
        let glass = matches!(self, Self::BreakGlass | Self::BreakGlassOverDissent);
        Facts {
            relationships,
            claim: glass.then(|| claim(now() + SignedDuration::from_hours(1))),
            dissent: matches!(self, Self::Dissent | Self::BreakGlassOverDissent),
            scopes: if role == Role::System { Scope::ALL.into() } else { [].into() },
            ..Facts::of(actor(role))
        }
    }
}

pub(crate) fn held(organisation: &str, until: Option<Timestamp>) -> Relationship {
    Relationship {
        organisation: OdsCode::parse(organisation).unwrap(),
        basis: Basis::Admitted,
        until,
    }
}

pub(crate) fn claim(until: Timestamp) -> Claim {
    Claim { reason: ClaimReason::Emergency, text: "collapsed in the street".into(), until }
}

pub(crate) fn decide(policies: &Policies, action: Action, facts: &Facts) -> Decision {
    access::decide(policies, action, Some(person()), facts, now())
}
