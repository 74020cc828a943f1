//! What a model's file may say: within these bounds a mistake in it costs recall or time, and does not
//! switch the safety rules off.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::file::Decision;
use crate::level::Level;
use crate::model::{Chances, Model, ModelError};

/// Nothing is known to be rarer: a chance of a milliardth is a weight of 30.
pub(super) const RAREST: f64 = 1e-9;
/// What any two people begin with: at most as if one of a thousand were who you look for.
const LIKELIEST_CHANCE: f64 = -10.0;

/// Every threshold and cap within its bounds.
pub(super) fn check(version: &str, decision: &Decision) -> Result<(), ModelError> {
    if version.trim().is_empty() {
        return Err(nonsense("version is empty: every link is kept under it"));
    }
    within("link_from", decision.link_from, -20.0..=100.0)?;
    within("review_from", decision.review_from, -40.0..=100.0)?;
    within("household_at_most", decision.household_at_most, 0.0..=20.0)?;
    within("household_of_one_at_most", decision.household_of_one_at_most, 0.0..=20.0)?;
    within("own_contact_at_most", decision.own_contact_at_most, 0.0..=20.0)?;
    within("key_at_most", decision.key_at_most, 10..=1000)
}

/// Two verified numbers are never evidence for one person.
pub(super) fn check_verified(levels: &[Chances]) -> Result<(), ModelError> {
    let weight = levels.get(Level::NumberDifferentVerified.place()).map(Chances::weight);
    if weight.is_none_or(|weight| weight >= 0.0) {
        return Err(nonsense(
            "[nhs_number] different_verified needs m below u: two verified numbers are two people",
        ));
    }
    Ok(())
}

impl Model {
    /// Whether a live index may use it: it tells relatives apart, and does not link on chance. What
    /// links test data without patients (`chesil link`) may do without.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn for_patients(&self) -> Result<(), ModelError> {
        if !self.tells_relatives_apart {
            return Err(nonsense(
                "tell_relatives_apart is false, which only data without patients allows: twins and \
                 newborns would be made one",
            ));
        }
        if self.weight(Level::Chance) > LIKELIEST_CHANCE {
            return Err(nonsense("[chance] any_two takes any two people for one too easily"));
        }
        within("link_from", self.link_from, 0.0..=100.0)?;
        within("review_from", self.review_from, -10.0..=100.0)?;
        within("household_at_most", self.household_cap, 0.0..=10.0)?;
        within("household_of_one_at_most", self.household_of_one_cap, 0.0..=15.0)
    }
}

fn within<T: PartialOrd + Display>(
    name: &str,
    value: T,
    bounds: RangeInclusive<T>,
) -> Result<(), ModelError> {
    let (from, to) = (bounds.start(), bounds.end());
    if bounds.contains(&value) {
        return Ok(());
    }
    Err(nonsense(&format!("{name} = {value} is outside of {from} to {to}")))
}

fn nonsense(words: &str) -> ModelError {
    ModelError::Nonsense(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &str) -> Result<Model, ModelError> {
        Model::parse(&format!("version = \"ours\"\nbased_on = \"uk\"\n{lines}\n"))
    }

    #[test]
    fn a_value_that_switches_safety_off_is_refused() {
        for (lines, said) in [
            ("[decision]\nlink_from = -1000.0\nreview_from = -1000.0", "link_from = -1000"),
            ("[decision]\nhousehold_at_most = 1e300", "household_at_most"),
            ("[decision]\nhousehold_of_one_at_most = 30.0", "household_of_one_at_most = 30"),
            ("[decision]\nown_contact_at_most = -5.0", "own_contact_at_most = -5"),
            ("[decision]\nkey_at_most = 0", "key_at_most = 0 is outside of 10 to 1000"),
            ("[decision]\nkey_at_most = 1000000000", "key_at_most"),
            ("[levels.nhs_number]\ndifferent_verified = { m = 0.9, u = 0.1 }", "m below u"),
            ("[levels.chance]\nany_two = { m = 0.5, u = 1e-300 }", "a milliardth"),
        ] {
            let error = with(lines).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let unnamed = Model::parse("version = \" \"\nbased_on = \"uk\"\n").unwrap_err();
        assert!(unnamed.to_string().contains("version is empty"), "{unnamed}");
    }

    #[test]
    fn what_test_data_may_do_without_a_live_index_may_not() {
        for lines in [
            "[decision]\ntell_relatives_apart = false",
            "[decision]\nlink_from = -6.0\nreview_from = -8.0",
            "[decision]\nhousehold_at_most = 18.0",
            "[levels.chance]\nany_two = { m = 0.5, u = 1.0 }",
        ] {
            let model = with(lines).unwrap();
            assert!(model.for_patients().is_err(), "{lines}");
        }
        assert!(Model::standard().for_patients().is_ok());
    }
}
