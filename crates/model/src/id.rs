//! Typed ids. An id made from a source's own words (UUIDv5) is the same on every replay.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// Chesil's own UUIDv5 namespace (RFC 9562 §5.5).
const NAMESPACE: Uuid = uuid!("6f0d3b8e-52c7-4c0b-9a57-3d2b6b1f0c11");

/// The id that these words always give: `stable_id(&["Encounter", "RD3", "V123"])`.
pub fn stable_id(words: &[&str]) -> Uuid {
    // The unit separator keeps ["ab", "c"] and ["a", "bc"] apart.
    Uuid::new_v5(&NAMESPACE, words.join("\u{1f}").as_bytes())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID read from the store or a URL.
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID to store or to put into a URL.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(text.parse()?))
            }
        }
    };
}

id! {
    /// One human being, as far as we know: a set of links to local patients. Public and stable;
    /// redirects after a merge.
    PersonId
}
id! {
    /// One organisation's record of a person. Clinical resources belong to it, and stay with it.
    LocalPatientId
}
id! {
    /// Somebody who signs in.
    UserId
}

/// How a source names a patient: its assigning authority and the number it gave (CX.4 and CX.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalIdentity {
    /// The assigning authority, usually an ODS code: `RD3`.
    pub authority: String,
    /// The number itself: `R1234567`.
    pub value: String,
}

impl LocalIdentity {
    /// The identity `value` given by `authority`.
    pub fn new(authority: impl Into<String>, value: impl Into<String>) -> Self {
        Self { authority: authority.into(), value: value.into() }
    }

    /// The id this identity always has.
    pub fn local_patient(&self) -> LocalPatientId {
        LocalPatientId(stable_id(&["LocalPatient", &self.authority, &self.value]))
    }
}

impl fmt::Debug for LocalIdentity {
    /// A hospital number identifies a patient: logs get the authority and the derived id only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalIdentity({} {})", self.authority, self.local_patient())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_always_give_the_same_id() {
        assert_eq!(stable_id(&["a", "b"]), stable_id(&["a", "b"]));
        assert_ne!(stable_id(&["ab", "c"]), stable_id(&["a", "bc"]));
    }

    #[test]
    fn a_hospital_number_never_shows_in_debug_text() {
        assert!(!format!("{:?}", LocalIdentity::new("RD3", "R123")).contains("R123"));
    }
}
