//! What PV1 and PV2 say of a spell. Each field: not said, deleted by `""`, or a value.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that was said: that there is no value any more, or a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said<T> {
    /// `""`: delete what you hold.
    Cleared,
    /// This is so.
    Value(T),
}

impl<T> Said<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Cleared => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// A place in a hospital (PV1-3, type PL).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// PL.1.
    pub ward: String,
    /// PL.2, what UK hospitals call a bay.
    pub bay: String,
    /// PL.3.
    pub bed: String,
    /// PL.4: the ODS site code, where it is sent.
    pub facility: String,
    /// PL.7.
    pub building: String,
    /// PL.9: the ward's name for people.
    pub description: String,
}

/// A professional (XCN).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Professional {
    /// The system of the number: GMC where it can be told.
    pub system: String,
    /// The number.
    pub number: String,
    /// `Dr Gabriel Oak`.
    pub name: String,
}

/// A code as sent, with its words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Coded {
    /// The code.
    pub code: String,
    /// The words, if any came.
    pub text: String,
}

macro_rules! spell_fields {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        /// What one message said of a spell; what it did not say is `None`.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct SpellFields {$(
            $(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<Said<$type>>,
        )*}

        impl SpellFields {
            /// Takes over what `later` says.
            pub(crate) fn update(&mut self, later: &Self) {
                $(if later.$name.is_some() {
                    self.$name.clone_from(&later.$name);
                })*
            }
        }
    };
}
spell_fields! {
    /// PV1-2 patient class, as sent.
    class: String;
    /// PV1-3 where the patient is.
    location: Place;
    /// PV1-4 admission method.
    admission_method: Coded;
    /// PV1-7 responsible consultant.
    consultant: Professional;
    /// PV1-8 who referred.
    referrer: Professional;
    /// PV1-9 consulting doctor.
    consulting: Professional;
    /// PV1-17 admitting doctor.
    admitter: Professional;
    /// PV1-10 main specialty or treatment function.
    specialty: Coded;
    /// PV1-14 source of admission.
    source: Coded;
    /// PID-18 the account that the visit is of.
    account: String;
    /// PV1-18 patient type.
    patient_type: Coded;
    /// PV1-36 discharge method.
    discharge_method: Coded;
    /// PV1-37 discharge destination.
    discharge_destination: Coded;
    /// PV1-39 site that serves the patient.
    site: String;
    /// PV1-44 when the stay began.
    admitted: Timestamp;
    /// PV1-45 when it ended.
    discharged: Timestamp;
    /// PV2-3 why.
    reason: Coded;
    /// PV2-9 expected discharge, as a FHIR dateTime.
    expected_discharge: String;
}

/// Debug text shows nobody's whereabouts.
macro_rules! silent_debug {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
silent_debug!(Place, Professional, Coded, SpellFields);
