//! Appointments: which clinic follows which illness, and what becomes of a booking.

use jiff::Timestamp;

use crate::spell::Consultant;

/// An outpatient appointment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Appointment {
    /// Place of the patient index entry in [`crate::County`].
    pub(crate) entry: usize,
    /// Unique in the county.
    pub(crate) number: u64,
    pub(crate) clinic: &'static Clinic,
    pub(crate) consultant: Consultant,
    pub(crate) starts: Timestamp,
    pub(crate) minutes: u32,
}

/// A clinic: code, name and treatment function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Clinic {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) specialty: &'static str,
    /// The illness or reason for admission that it follows; `""` for anybody.
    follows: &'static str,
}

/// What a message says of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Booking {
    /// SIU S12.
    Booked,
    /// SIU S13.
    Rescheduled,
    /// SIU S14.
    Modified,
    /// SIU S15.
    Cancelled,
}

static CLINICS: [Clinic; 12] = [
    clinic("DIAB", "Diabetes clinic", "307", "diabetes"),
    clinic("RESP", "Respiratory clinic", "340", "copd"),
    clinic("HFAIL", "Heart failure clinic", "320", "heart_failure"),
    clinic("RENAL", "Renal clinic", "361", "ckd"),
    clinic("FRACT", "Fracture clinic", "110", "hip_fracture"),
    clinic("ANTE", "Antenatal clinic", "501", "pregnancy"),
    clinic("MEMORY", "Memory clinic", "430", "dementia"),
    clinic("ONCOL", "Oncology clinic", "800", "breast_cancer"),
    clinic("UROL", "Urology clinic", "101", "prostate_cancer"),
    clinic("EYE", "Eye clinic", "130", ""),
    clinic("ENT", "Ear, nose and throat clinic", "120", ""),
    clinic("GENSURG", "General surgery clinic", "100", ""),
];

const fn clinic(
    code: &'static str,
    name: &'static str,
    specialty: &'static str,
    follows: &'static str,
) -> Clinic {
    Clinic { code, name, specialty, follows }
}

/// Clinics that see anybody.
pub(crate) fn general_clinics() -> Vec<&'static Clinic> {
    CLINICS.iter().filter(|clinic| clinic.follows.is_empty()).collect()
}

/// The clinic that follows an illness or admission, if there is one.
pub(crate) fn clinic_for(key: &str) -> Option<&'static Clinic> {
    CLINICS.iter().find(|clinic| !clinic.follows.is_empty() && clinic.follows == key)
}
