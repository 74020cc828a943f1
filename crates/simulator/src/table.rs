//! The county's tables: small CSV files without quotes, kept beside the code and read once.

use std::str::FromStr;

/// The lines of a table after its heading, each with exactly `N` cells; other lines are left out
/// (a test counts them).
pub(crate) fn lines<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter_map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        cells.try_into().ok()
    })
}

/// A cell as a number; an empty cell is 0.
pub(crate) fn number<T: FromStr + Default>(cell: &str) -> T {
    cell.parse().unwrap_or_default()
}

/// A decimal cell in thousandths: `4.3` is 4300.
pub(crate) fn thousandths(cell: &str) -> i64 {
    let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
    number::<i64>(whole) * 1000 + number::<i64>(&format!("{part:0<3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_table_has_as_many_cells_as_its_heading() {
        for text in [
            include_str!("../tables/admissions.csv"),
            include_str!("../tables/allergies.csv"),
            include_str!("../tables/attendances.csv"),
            include_str!("../tables/carers.csv"),
            include_str!("../tables/consultations.csv"),
            include_str!("../tables/familiar_forms.csv"),
            include_str!("../tables/forename_frequencies.csv"),
            include_str!("../tables/forenames.csv"),
            include_str!("../tables/illnesses.csv"),
            include_str!("../tables/immunisations.csv"),
            include_str!("../tables/naming.csv"),
            include_str!("../tables/nicknames.csv"),
            include_str!("../tables/practices.csv"),
            include_str!("../tables/spellings.csv"),
            include_str!("../tables/streets.csv"),
            include_str!("../tables/surname_frequencies.csv"),
            include_str!("../tables/surnames.csv"),
            include_str!("../tables/tests.csv"),
            include_str!("../tables/towns.csv"),
            include_str!("../tables/wards.csv"),
        ] {
            let cells = |line: &str| line.split(',').count();
            let heading = text.lines().next().unwrap_or_default();
            for line in text.lines() {
                assert_eq!(cells(line), cells(heading), "{line}");
            }
        }
    }

    #[test]
    fn decimals_are_read_in_thousandths() {
        assert_eq!([thousandths("4.3"), thousandths("138"), thousandths("")], [4300, 138_000, 0]);
    }
}
