//! The URIs that say whose code or number something is (UK NamingSystems, FHIR R4 §4.3).

/// NHS number.
pub const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// Object identifier of the NHS number, as some feeds name its authority.
pub const NHS_NUMBER_OID: &str = "2.16.840.1.113883.2.1.4.1";
/// Organisation Data Service: organisation.
pub const ODS_ORGANISATION: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
/// Organisation Data Service: site.
pub const ODS_SITE: &str = "https://fhir.nhs.uk/Id/ods-site-code";
/// Spine Directory Service user.
pub const SDS_USER: &str = "https://fhir.nhs.uk/Id/sds-user-id";
/// Spine Directory Service role profile.
pub const SDS_ROLE_PROFILE: &str = "https://fhir.nhs.uk/Id/sds-role-profile-id";
/// General Medical Council number of a doctor.
pub const GMC: &str = "https://fhir.hl7.org.uk/Id/gmc-number";
/// General medical practitioner code: `G1234567`.
pub const GMP: &str = "https://fhir.hl7.org.uk/Id/gmp-number";
/// Nursing and Midwifery Council.
pub const NMC: &str = "https://fhir.hl7.org.uk/Id/nmc-number";
/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// NHS dictionary of medicines and devices.
pub const DMD: &str = "https://dmd.nhs.uk";
/// Read codes version 2.
pub const READ_V2: &str = "http://read.info/readv2";
/// Clinical Terms version 3.
pub const CTV3: &str = "http://read.info/ctv3";
/// LOINC.
pub const LOINC: &str = "http://loinc.org";
/// ICD-10.
pub const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";
/// OPCS-4.
pub const OPCS4: &str = "https://fhir.hl7.org.uk/Id/opcs-4";
/// Units of measure.
pub const UCUM: &str = "http://unitsofmeasure.org";
/// ISO language tags.
pub const LANGUAGE: &str = "urn:ietf:bcp:47";

/// HL7 v3 act codes: encounter class.
pub const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// HL7 v3 participation types.
pub const PARTICIPATION_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
/// HL7 v3 confidentiality: U L M N R V.
pub const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
/// HL7 v3 marital status.
pub const MARITAL_STATUS: &str = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
/// HL7 v3 role codes: relationships.
pub const ROLE_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
/// Interpretation of a result: H, L, A…
pub const INTERPRETATION: &str =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
/// HL7 v2 table 0203: identifier types.
pub const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
/// HL7 v2 table 0131: contact roles.
pub const CONTACT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/v2-0131";
/// HL7 v2 table 0074: diagnostic service section.
pub const DIAGNOSTIC_SERVICE: &str = "http://terminology.hl7.org/CodeSystem/v2-0074";
/// Why a value is missing.
pub const DATA_ABSENT_REASON: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
/// Observation categories.
pub const OBSERVATION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
/// Condition categories.
pub const CONDITION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
/// Condition clinical status.
pub const CONDITION_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
/// Condition verification status.
pub const CONDITION_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/condition-ver-status";
/// Allergy clinical status.
pub const ALLERGY_CLINICAL: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
/// Allergy verification status.
pub const ALLERGY_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

/// Chesil's own extension: the place of a result within its report, from 1, so that a panel is
/// read in the laboratory's order.
pub const POSITION: &str = "urn:chesil:extension:position";

/// Chesil's own category codes; `social-care` marks what a council said.
pub const CATEGORY: &str = "urn:chesil:category";
/// The code of [`CATEGORY`] for social care.
pub const SOCIAL_CARE: &str = "social-care";

/// The system of the patient numbers an authority gives: an OID as it is, a URI as it is, else ours.
pub fn local_patient(authority: &str) -> String {
    named("urn:chesil:local-patient", authority)
}

/// The system of the visit numbers an authority gives.
pub fn local_visit(authority: &str) -> String {
    named("urn:chesil:local-visit", authority)
}

/// The system of the wards and beds of an authority.
pub fn local_location(authority: &str) -> String {
    named("urn:chesil:local-location", authority)
}

/// The system of codes that only this authority uses; `scheme` is what it calls them.
pub fn local_code(authority: &str, scheme: &str) -> String {
    match scheme {
        "" | "L" => named("urn:chesil:local-code", authority),
        scheme => format!("{}:{}", named("urn:chesil:local-code", authority), token(scheme)),
    }
}

/// The system of other business numbers (`document`, `appointment`, `report`) of an authority.
pub fn local_number(kind: &str, authority: &str) -> String {
    named(&format!("urn:chesil:local-{kind}"), authority)
}

/// `urn:oid:…` of an OID, a URI as it is, else the name under one of our prefixes.
fn named(prefix: &str, name: &str) -> String {
    if is_oid(name) {
        format!("urn:oid:{name}")
    } else if name.starts_with("urn:") || name.contains("://") {
        name.to_owned()
    } else {
        format!("{prefix}:{}", token(name))
    }
}

/// The text is an object identifier: `2.16.840.1.113883.2.1.4.1`.
pub fn is_oid(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Only what may stand in a URN; anything else becomes a hyphen.
fn token(text: &str) -> String {
    text.trim()
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() || "._-:".contains(one) { one } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_becomes_a_system() {
        for (authority, expected) in [
            ("RD3", "urn:chesil:local-patient:RD3"),
            ("2.16.840.1.113883.3.2540", "urn:oid:2.16.840.1.113883.3.2540"),
            ("https://dhc.example/id", "https://dhc.example/id"),
            ("POOLE PAS", "urn:chesil:local-patient:POOLE-PAS"),
        ] {
            assert_eq!(local_patient(authority), expected);
        }
        assert_eq!(local_code("RD3", "WinPath"), "urn:chesil:local-code:RD3:WinPath");
    }
}
