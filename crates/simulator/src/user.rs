//! The people who sign in to the demonstration.

use model::Role;

use crate::organisation::{AMBULANCE, COUNCIL};

/// Somebody who can sign in to the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoUser {
    /// What they type to sign in.
    pub username: &'static str,
    /// Their name as staff know it.
    pub name: &'static str,
    /// Their role.
    pub role: Role,
    /// ODS code of their organisation.
    pub organisation: &'static str,
}

/// One user for every role, and clinicians in several organisations.
pub(crate) fn users() -> Vec<DemoUser> {
    [
        ("poole.doctor", "Dr Asha Raman", Role::Clinician, "RD3"),
        ("bournemouth.nurse", "Sister Ruth Galpin", Role::Clinician, "RDZ"),
        ("dorchester.doctor", "Dr Tom Whettam", Role::Clinician, "RBD"),
        ("gp", "Dr Helen Squibb", Role::Clinician, "J81001"),
        ("social.worker", "Marcus Bell", Role::SocialWorker, COUNCIL),
        ("paramedic", "Jess Northover", Role::Paramedic, AMBULANCE),
        ("steward", "Priti Shah", Role::Steward, "RD3"),
        ("second.steward", "Owen Tizzard", Role::Steward, "RBD"),
        ("privacy", "Colin Yearsley", Role::PrivacyOfficer, "RD3"),
        ("admin", "Sam Hallett", Role::Administrator, "RD3"),
    ]
    .map(|(username, name, role, organisation)| DemoUser { username, name, role, organisation })
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::organisations;

    #[test]
    fn every_role_can_sign_in_for_an_organisation_of_the_county() {
        for role in Role::STAFF {
            assert!(users().iter().any(|user| user.role == role), "{role:?}");
        }
        for user in users() {
            assert!(organisations().iter().any(|known| known.ods == user.organisation));
        }
    }
}
