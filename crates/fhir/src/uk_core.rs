//! UK Core: the addresses of its extensions and code systems, and light checks of a resource.

use crate::resource::Resource;

macro_rules! extension {
    ($($(#[$doc:meta])* $name:ident = $tail:literal;)*) => {$(
        $(#[$doc])*
        pub const $name: &str =
            concat!("https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-", $tail);
    )*};
}
extension! {
    /// On an NHS number identifier: how sure the source is of it.
    NHS_NUMBER_VERIFICATION_STATUS = "NHSNumberVerificationStatus";
    /// On a patient: why there is no NHS number.
    NHS_NUMBER_UNAVAILABLE_REASON = "NHSNumberUnavailableReason";
    /// On a patient: ethnic category.
    ETHNIC_CATEGORY = "EthnicCategory";
    /// On a patient: how to get in touch.
    CONTACT_PREFERENCE = "ContactPreference";
    /// On a contact: order of contacting.
    CONTACT_RANK = "ContactRank";
    /// On a patient: formal or informal news of death.
    DEATH_NOTIFICATION_STATUS = "DeathNotificationStatus";
    /// On a patient: residential status.
    RESIDENTIAL_STATUS = "ResidentialStatus";
    /// On a patient: sex at birth.
    BIRTH_SEX = "BirthSex";
    /// On an address: UPRN or PAF key.
    ADDRESS_KEY = "AddressKey";
    /// On a patient: chosen pharmacy.
    NOMINATED_PHARMACY = "NominatedPharmacy";
    /// On an encounter: how the patient came to be admitted.
    ADMISSION_METHOD = "AdmissionMethod";
    /// On an encounter's hospitalisation: how the stay ended.
    DISCHARGE_METHOD = "DischargeMethod";
    /// On an encounter: Mental Health Act status.
    LEGAL_STATUS = "LegalStatus";
    /// On an encounter: what came of an attendance.
    OUTCOME_OF_ATTENDANCE = "OutcomeOfAttendance";
    /// On a composition: care setting.
    CARE_SETTING_TYPE = "CareSettingType";
    /// On a list: warning code.
    LIST_WARNING_CODE = "ListWarningCode";
}

/// FHIR's own extension: mother's maiden name.
pub const MOTHERS_MAIDEN_NAME: &str =
    "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";
/// FHIR's own extension: religion.
pub const RELIGION: &str = "http://hl7.org/fhir/StructureDefinition/patient-religion";
/// R5's `Encounter.plannedEndDate` in an R4 encounter: the expected date of discharge.
pub const PLANNED_END_DATE: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate";

macro_rules! code_system {
    ($($(#[$doc:meta])* $name:ident = $tail:literal;)*) => {$(
        $(#[$doc])*
        pub const $name: &str = concat!("https://fhir.hl7.org.uk/CodeSystem/UKCore-", $tail);
    )*};
}
code_system! {
    /// 01 to 08.
    VERIFICATION_STATUS_ENGLAND = "NHSNumberVerificationStatusEngland";
    /// A to S, Z, 99.
    ETHNIC_CATEGORY_ENGLAND = "EthnicCategoryEngland";
    /// 11 to 99.
    ADMISSION_METHOD_ENGLAND = "AdmissionMethodEngland";
    /// Where the patient came from.
    SOURCE_OF_ADMISSION_ENGLAND = "SourceOfAdmissionEngland";
    /// Where the patient went.
    DISCHARGE_DESTINATION_ENGLAND = "DischargeDestinationEngland";
    /// 1 to 9.
    DISCHARGE_METHOD_ENGLAND = "DischargeMethodEngland";
    /// Headings of records.
    RECORD_STANDARD_HEADINGS = "RecordStandardHeadings";
}

/// Elements without which a resource means nothing, and the statuses it can have (FHIR R4).
/// Only types Chesil shows are listed; others are not checked.
const RULES: &[(&str, &[&str], &[&str])] = &[
    ("AllergyIntolerance", &["patient"], &[]),
    (
        "Appointment",
        &["status", "participant"],
        &[
            "proposed",
            "pending",
            "booked",
            "arrived",
            "fulfilled",
            "cancelled",
            "noshow",
            "entered-in-error",
            "checked-in",
            "waitlist",
        ],
    ),
    (
        "CarePlan",
        &["status", "intent", "subject"],
        &["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"],
    ),
    ("Condition", &["subject"], &[]),
    (
        "DiagnosticReport",
        &["status", "code"],
        &[
            "registered",
            "partial",
            "preliminary",
            "final",
            "amended",
            "corrected",
            "appended",
            "cancelled",
            "entered-in-error",
            "unknown",
        ],
    ),
    ("DocumentReference", &["status", "content"], &["current", "superseded", "entered-in-error"]),
    (
        "Encounter",
        &["status", "class"],
        &[
            "planned",
            "arrived",
            "triaged",
            "in-progress",
            "onleave",
            "finished",
            "cancelled",
            "entered-in-error",
            "unknown",
        ],
    ),
    (
        "Immunization",
        &["status", "vaccineCode", "patient"],
        &["completed", "entered-in-error", "not-done"],
    ),
    (
        "MedicationRequest",
        &["status", "intent", "subject"],
        &[
            "active",
            "on-hold",
            "cancelled",
            "completed",
            "entered-in-error",
            "stopped",
            "draft",
            "unknown",
        ],
    ),
    (
        "MedicationStatement",
        &["status", "subject"],
        &[
            "active",
            "completed",
            "entered-in-error",
            "intended",
            "stopped",
            "on-hold",
            "unknown",
            "not-taken",
        ],
    ),
    (
        "Observation",
        &["status", "code"],
        &[
            "registered",
            "preliminary",
            "final",
            "amended",
            "corrected",
            "cancelled",
            "entered-in-error",
            "unknown",
        ],
    ),
    (
        "Procedure",
        &["status", "subject"],
        &[
            "preparation",
            "in-progress",
            "not-done",
            "on-hold",
            "stopped",
            "completed",
            "entered-in-error",
            "unknown",
        ],
    ),
];

/// The first thing wrong with a resource: its path, and the end of a sentence.
pub fn first_problem(resource: &Resource) -> Option<(String, String)> {
    let name = resource.resource_type();
    let (_, required, statuses) = RULES.iter().find(|(one, ..)| *one == name)?;
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    if let Some(missing) =
        required.iter().find(|path| resource.get(path).is_none_or(crate::is_empty))
    {
        return Some((
            (*missing).into(),
            format!("is missing, and {article} {name} must have one"),
        ));
    }
    let status = resource.text("status").unwrap_or("");
    let odd = !statuses.is_empty() && !statuses.contains(&status);
    odd.then(|| ("status".into(), format!("is not a status {article} {name} can have")))
}
