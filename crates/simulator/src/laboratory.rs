//! Blood tests whose values belong to the person: a baseline of their own, shifted by illness, and
//! by how long ago they were admitted.

use std::sync::LazyLock;

use jiff::civil::Date;
use model::Gender;

use crate::dice::Dice;
use crate::person::{Person, PersonIndex};
use crate::table::{lines, number, thousandths};

/// One test: a line of `tables/tests.csv`. Limits and values are in thousandths of the unit.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) panel: &'static str,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    /// Read v2 code, which UK laboratories send beside their own.
    pub(crate) read: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) low: &'static str,
    pub(crate) high: &'static str,
    mean: i64,
    spread: i64,
    decimals: u32,
}

static TESTS: LazyLock<Vec<Test>> = LazyLock::new(|| {
    lines(include_str!("../tables/tests.csv"))
        .map(|[panel, code, text, read, unit, low, high, mean, spread, decimals]| Test {
            panel,
            code,
            text,
            read,
            unit,
            low,
            high,
            mean: thousandths(mean),
            spread: thousandths(spread),
            decimals: number(decimals),
        })
        .collect()
});

/// A value as the laboratory reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    /// `138`, `4.3`, `>90`.
    pub(crate) text: String,
    /// HL7 table 0078: `L`, `LL`, `H`, `HH`; empty within limits.
    pub(crate) flag: &'static str,
}

/// Why blood was taken in hospital, and how many days after admission.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inpatient {
    pub(crate) reason: &'static str,
    pub(crate) days: i64,
}

/// The name of a panel on a report.
pub(crate) fn panel_name(panel: &str) -> &'static str {
    match panel {
        "FBC" => "Full blood count",
        "UE" => "Urea and electrolytes",
        "CRP" => "C reactive protein",
        "HBA1C" => "Haemoglobin A1c",
        _ => "Troponin",
    }
}

/// The values of a panel for somebody's blood taken on a day.
pub(crate) fn measure(
    seed: u64,
    person: &Person,
    index: PersonIndex,
    panel: &str,
    taken: Date,
    inpatient: Option<Inpatient>,
) -> Vec<(&'static Test, Value)> {
    let index = u64::try_from(index).unwrap_or(0);
    let tests: &'static [Test] = &TESTS;
    tests
        .iter()
        .zip(0_u64..)
        .filter(|(test, _)| test.panel == panel)
        .map(|(test, place)| {
            let mut own = Dice::new(seed, "baseline", index * 64 + place);
            let day = i64::from(taken.year()) * 366 + i64::from(taken.day_of_year());
            let day = u64::try_from(day).unwrap_or(0);
            let today = Dice::new(seed, test.code, index * 1_000_000 + day).bell();
            // Two thirds of the spread is between people, one third between days.
            let noise = (own.bell() * 2 + today) / 3;
            let value = test.mean
                + test.spread * noise / 1000
                + shift(test.code, person, taken, inpatient, own.between(-1000, 1000));
            (test, test.report(value.max(0)))
        })
        .collect()
}

/// How illness moves a test, in thousandths; `slope` is the person's own tendency, -1000 to 1000.
fn shift(
    code: &str,
    person: &Person,
    taken: Date,
    inpatient: Option<Inpatient>,
    slope: i64,
) -> i64 {
    let has = |key| person.has(key, taken);
    let days = inpatient.map_or(0, |stay| stay.days);
    let reason = inpatient.map_or("", |stay| stay.reason);
    let is_infection = matches!(
        reason,
        "pneumonia" | "uti" | "cellulitis" | "appendicitis" | "gallstones" | "diabetic_foot"
    );
    // What an acute illness adds falls by a third a day.
    let waning = |peak: i64| (0..days).fold(peak, |left, _| left * 2 / 3);
    match code {
        "HB" => {
            let operation = if reason.starts_with("hip") && days > 0 { 28_000 } else { 0 };
            let woman = if person.gender == Gender::Female { 7_000 } else { 0 };
            -(woman + operation + if has("ckd") { 12_000 } else { 0 })
        }
        "WBC" | "NEUT" if is_infection => waning(8_500),
        "WBC" | "NEUT" if reason.starts_with("hip") => waning(3_200),
        "CRP" if is_infection => waning(148_000),
        "CRP" if reason.starts_with("hip") && days > 0 => waning(120_000),
        "CREA" => {
            let years = i64::from(taken.year()) - 2020;
            let chronic = if has("ckd") { 62_000 + years.max(0) * (4_000 + slope * 3) } else { 0 };
            let acute = if reason == "acute_kidney_injury" { waning(170_000) } else { 0 };
            let child = if person.age_on(taken) < 12 { -34_000 } else { 0 };
            chronic + acute + child
        }
        "UREA" if has("ckd") => 6_500,
        "UREA" if reason == "acute_kidney_injury" => waning(14_000),
        "EGFR" if has("ckd") => {
            let years = i64::from(taken.year()) - 2020;
            -(44_000 + years.max(0) * (1_200 + slope))
        }
        "EGFR" if person.age_on(taken) < 60 => 12_000,
        "HBA1C" if has("diabetes") => {
            let months = i64::from(taken.year()) * 12 + i64::from(taken.month()) - 24_300;
            25_000 + months * slope / 2
        }
        "TROP" if has("heart_failure") => 24_000,
        "NA" if has("heart_failure") => -4_000,
        _ => 0,
    }
}

impl Test {
    /// Writes a value with its flag; a good filtration rate is only said to be above 90.
    fn report(&self, value: i64) -> Value {
        if self.code == "EGFR" && value > 90_000 {
            return Value { text: ">90".to_owned(), flag: "" };
        }
        let (low, high) = (thousandths(self.low), thousandths(self.high));
        let below = !self.low.is_empty() && value < low;
        let above = !self.high.is_empty() && value > high;
        let flag = match (below, above) {
            (true, _) if value < low * 3 / 4 => "LL",
            (true, _) => "L",
            (_, true) if value > high * 3 / 2 => "HH",
            (_, true) => "H",
            _ => "",
        };
        let step = 10_i64.pow(3 - self.decimals.min(3));
        let rounded = (value + step / 2) / step * step;
        let (whole, part) = (rounded / 1000, format!("{:03}", rounded % 1000));
        let decimals = usize::try_from(self.decimals).unwrap_or(0);
        let text = match part.get(..decimals) {
            Some(part) if decimals > 0 => format!("{whole}.{part}"),
            _ => whole.to_string(),
        };
        Value { text, flag }
    }

    /// `120 - 160`, `<5`, `>60`.
    pub(crate) fn range(&self) -> String {
        match (self.low, self.high) {
            (low, "") => format!(">{low}"),
            ("0", high) => format!("<{high}"),
            (low, high) => format!("{low}-{high}"),
        }
    }
}
