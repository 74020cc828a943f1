//! Endless full blood counts: an ORU^R01 with six values each, of a thousand patients.

/// Patients the results are about.
const PATIENTS: usize = 1000;

/// Code, name, unit and range of each value.
const VALUES: [(&str, &str, &str, &str); 6] = [
    ("HB", "Haemoglobin", "g/L", "115-165"),
    ("WBC", "White cell count", "10*9/L", "4.0-11.0"),
    ("PLT", "Platelets", "10*9/L", "150-450"),
    ("MCV", "Mean cell volume", "fL", "80-100"),
    ("NEUT", "Neutrophils", "10*9/L", "2.0-7.5"),
    ("LYMPH", "Lymphocytes", "10*9/L", "1.0-4.0"),
];

/// The message of this number; a number gives the same message each time.
pub(super) fn message(number: usize) -> Vec<u8> {
    let patient = number * 7919 % PATIENTS;
    let (year, month, day) = (30 + patient % 60, 1 + patient % 12, 1 + patient % 28);
    let values: Vec<String> = VALUES
        .iter()
        .enumerate()
        .map(|(place, (code, name, unit, range))| {
            let (set, value) = (place + 1, 10 + (number + place) % 100);
            format!("OBX|{set}|NM|{code}^{name}^L||{value}.{place}|{unit}|{range}|N|||F|||20260115101000\r")
        })
        .collect();
    let values = values.concat();
    format!(
        "MSH|^~\\&|LIMS|RD3|ROUTE|DCR|20260115103000||ORU^R01^ORU_R01|R{number}|P|2.4\r\
         PID|1||B{patient:07}^^^RD3^MR||FAMILY{patient}^GIVEN{patient}||19{year:02}{month:02}{day:02}|F\r\
         PV1|1|O|OPD^^^RD3\rORC|RE|ORD{number}|LAB{number}||CM\r\
         OBR|1|ORD{number}|LAB{number}|FBC^Full Blood Count^L|||20260115090000|||||||20260115093000||||||||20260115101500||HAEM|F\r\
         {values}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_result_is_another_with_six_values() {
        let (one, other) = (super::message(1), super::message(2));
        assert_ne!(one, other);
        let message = hl7v2::parse(&one).unwrap();
        assert_eq!(message.segments_named("OBX").count(), 6);
    }
}
