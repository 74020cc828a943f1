//! Every row of our own tables means something.

use super::*;
use crate::concept;

/// Every table, with its text.
const TABLES: [(&str, &str); 8] = [
    ("immunization", include_str!("../maps/immunization.csv")),
    ("medication_administration", include_str!("../maps/medication_administration.csv")),
    ("medication_dispense", include_str!("../maps/medication_dispense.csv")),
    ("medication_request", include_str!("../maps/medication_request.csv")),
    ("problem", include_str!("../maps/problem.csv")),
    ("procedure", include_str!("../maps/procedure.csv")),
    ("referral", include_str!("../maps/referral.csv")),
    ("service_request", include_str!("../maps/service_request.csv")),
];

#[test]
fn every_row_of_every_table_can_be_read_and_names_tables_that_there_are() {
    for (name, text) in TABLES {
        assert_eq!(text.lines().next(), Some("to,from,as,when,why"), "{name}");
        let table = Table::read(text);
        for (line, number) in text.lines().skip(1).zip(2..) {
            assert_eq!(
                Table::read(Box::leak(format!("\n{line}").into())).rows().len(),
                1,
                "{name}:{number}"
            );
        }
        for row in table.rows() {
            if let Some(wanted) = row.how.table() {
                assert!(concept::has(wanted), "{name}: there is no table {wanted}");
            }
        }
    }
}
