//! Codes of HL7 v2 and the NHS data dictionary, and what they are in FHIR: small tables beside this
//! file, one line per code: `code,target,display`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a code becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Concept {
    /// The code in the target system.
    pub(crate) code: &'static str,
    /// Words for people.
    pub(crate) display: &'static str,
}

/// Table name and text. Numbers are HL7 v2 tables; words are UK Core's.
const TABLES: &[(&str, &str)] = &[
    ("0001", include_str!("concept/v2_0001_sex.csv")),
    ("0002", include_str!("concept/v2_0002_marital_status.csv")),
    ("0004", include_str!("concept/v2_0004_patient_class.csv")),
    ("0052", include_str!("concept/v2_0052_diagnosis_type.csv")),
    ("0063", include_str!("concept/v2_0063_relationship.csv")),
    ("0078", include_str!("concept/v2_0078_interpretation.csv")),
    ("0085", include_str!("concept/v2_0085_observation_status.csv")),
    ("0123", include_str!("concept/v2_0123_report_status.csv")),
    ("0127", include_str!("concept/v2_0127_allergen_type.csv")),
    ("0128", include_str!("concept/v2_0128_allergy_severity.csv")),
    ("0190", include_str!("concept/v2_0190_address_type.csv")),
    ("0200", include_str!("concept/v2_0200_name_type.csv")),
    ("0203", include_str!("concept/v2_0203_identifier_type.csv")),
    ("0271", include_str!("concept/v2_0271_document_completion.csv")),
    ("0278", include_str!("concept/v2_0278_appointment_status.csv")),
    ("coding_system", include_str!("concept/coding_system.csv")),
    ("ethnic_category", include_str!("concept/ethnic_category.csv")),
    ("admission_method", include_str!("concept/admission_method.csv")),
    ("source_of_admission", include_str!("concept/source_of_admission.csv")),
    ("discharge_method", include_str!("concept/discharge_method.csv")),
    ("discharge_destination", include_str!("concept/discharge_destination.csv")),
    ("specialty", include_str!("concept/specialty.csv")),
    ("verification_status", include_str!("concept/verification_status.csv")),
    ("no_known_allergy", include_str!("concept/no_known_allergy.csv")),
    ("care_package_status", include_str!("concept/care_package_status.csv")),
    ("contact_class", include_str!("concept/contact_class.csv")),
    ("0280", include_str!("concept/v2_0280_referral_priority.csv")),
    ("0283", include_str!("concept/v2_0283_referral_status.csv")),
    ("0322", include_str!("concept/v2_0322_completion.csv")),
    ("0438", include_str!("concept/v2_0438_allergy_status.csv")),
    ("0485", include_str!("concept/v2_0485_priority.csv")),
    ("order_ended", include_str!("concept/order_ended.csv")),
    ("order_status", include_str!("concept/order_status.csv")),
    ("order_standing", include_str!("concept/order_standing.csv")),
    ("medicine_ended", include_str!("concept/medicine_ended.csv")),
    ("medicine_status", include_str!("concept/medicine_status.csv")),
    ("dispense_ended", include_str!("concept/dispense_ended.csv")),
    ("dispense_status", include_str!("concept/dispense_status.csv")),
    ("vaccination_source", include_str!("concept/vaccination_source.csv")),
    ("substitution", include_str!("concept/substitution.csv")),
    ("problem_confirmation", include_str!("concept/problem_confirmation.csv")),
    ("problem_clinical", include_str!("concept/problem_clinical.csv")),
];

/// What `code` is in this table, in either case, blanks around it ignored.
pub(crate) fn lookup(table: &str, code: &str) -> Option<Concept> {
    static LOADED: LazyLock<HashMap<&str, HashMap<String, Concept>>> = LazyLock::new(|| {
        TABLES
            .iter()
            .map(|(name, text)| (*name, text.lines().skip(1).filter_map(row).collect()))
            .collect()
    });
    LOADED.get(table)?.get(&code.trim().to_ascii_uppercase()).copied()
}

/// There is such a table.
#[cfg(test)]
pub(crate) fn has(table: &str) -> bool {
    TABLES.iter().any(|(name, _)| *name == table)
}

/// `code,target,display`: the display is the rest of the line, commas and all.
fn row(line: &'static str) -> Option<(String, Concept)> {
    let mut parts = line.splitn(3, ',');
    let (from, code) = (parts.next()?, parts.next()?);
    let display = parts.next().unwrap_or("").trim();
    Some((from.trim().to_ascii_uppercase(), Concept { code: code.trim(), display }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_well_formed_and_says_each_code_once() {
        for (name, text) in TABLES {
            assert_eq!(text.lines().next(), Some("code,target,display"), "{name}");
            let mut seen = std::collections::BTreeSet::new();
            for line in text.lines().skip(1) {
                let (code, _) = row(line).unwrap_or_else(|| panic!("{name}: {line}"));
                assert!(seen.insert(code), "{name}: {line} comes twice");
            }
        }
    }

    #[test]
    fn codes_are_found_in_either_case() {
        assert_eq!(lookup("0001", " f ").map(|found| found.code), Some("female"));
        assert_eq!(lookup("0001", "Q"), None);
        assert_eq!(lookup("admission_method", "2a").map(|found| found.code), Some("2A"));
    }
}
