//! The model as a file: TOML, one section for each field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::{Table, Value};

use crate::hash::stable_hash;
use crate::level::Level;
use crate::model::{
    Chances, Extra, Frequencies, Model, STANDARD_NAME, STANDARD_TEXT, Source, Unlike, bounds,
};

/// Why a model's file cannot be used.
#[derive(Debug, Error)]
pub enum ModelError {
    /// Not TOML, or not of a model's form; the text says where.
    #[error("the model cannot be read: {0}")]
    Form(toml::de::Error),
    /// A level of this build is not in the file.
    #[error("the model says nothing about [{section}] {key}")]
    Missing {
        /// The section.
        section: &'static str,
        /// The key in it.
        key: &'static str,
    },
    /// A section or key that this build does not know.
    #[error(
        "the model has [{section}] {key}, which is no level of this build; look for a misspelling"
    )]
    Unknown {
        /// The section.
        section: String,
        /// The key in it.
        key: String,
    },
    /// A chance outside of 0 to 1, or a threshold out of order.
    #[error("in the model {0}")]
    Nonsense(String),
}

impl From<toml::de::Error> for ModelError {
    /// Not as a source: its text is in ours, and would be told twice.
    fn from(error: toml::de::Error) -> Self {
        Self::Form(error)
    }
}

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelFile {
    pub(crate) version: String,
    /// The model of this build that gives whatever this file leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    based_on: Option<String>,
    decision: Decision,
    /// Section, key, chances.
    levels: BTreeMap<String, BTreeMap<String, ChancesFile>>,
    #[serde(default)]
    extra: BTreeMap<String, ExtraFile>,
    #[serde(default)]
    source: BTreeMap<String, SourceFile>,
    frequency: FrequencyFile,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    pub(super) link_from: f64,
    pub(super) review_from: f64,
    object_below: f64,
    mean_at_least: f64,
    pub(super) household_at_most: f64,
    pub(super) household_of_one_at_most: f64,
    pub(super) own_contact_at_most: f64,
    pub(super) key_at_most: usize,
    tell_relatives_apart: bool,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChancesFile {
    m: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<f64>,
    /// Times the share of people who bear the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    u_frequency: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtraFile {
    same: ChancesFile,
    close: ChancesFile,
    different: ChancesFile,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFile {
    errors: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrequencyFile {
    rarest: f64,
    surname: BTreeMap<String, f64>,
    forename: BTreeMap<String, f64>,
}

impl Model {
    /// Reads a model's file. With `based_on = "uk"` it need only say what differs from the model of
    /// this build: thresholds, levels, lists of names.
    ///
    /// # Errors
    /// Says which section and key is wrong, and what to change.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let given: Table = toml::from_str(text)?;
        finite("", &Value::Table(given.clone()))?;
        let file: ModelFile = match given.get("based_on") {
            // Read from the text, an error names its line.
            None => toml::from_str(text)?,
            Some(base) if base.as_str() == Some(STANDARD_NAME) => completed(given)?.try_into()?,
            Some(base) => {
                let words = format!(
                    "based_on = {base} names no model of this build; it can be \"{STANDARD_NAME}\""
                );
                return Err(ModelError::Nonsense(words));
            }
        };
        file.into_model()
    }

    /// The model as a file that [`Model::parse`] reads back. Lists of names that it has from the model
    /// it is based on are not repeated.
    pub fn to_text(&self) -> Result<String, ModelError> {
        let nonsense = |error: toml::ser::Error| ModelError::Nonsense(error.to_string());
        let mut table = Table::try_from(&self.file).map_err(nonsense)?;
        if self.file.based_on.is_some() {
            let base: Table = toml::from_str(STANDARD_TEXT)?;
            if table.get("frequency") == base.get("frequency") {
                table.remove("frequency");
            }
        }
        toml::to_string(&table).map_err(nonsense)
    }
}

/// TOML has `nan` and `inf`, and nothing is above or below `nan`: such a threshold would be none.
fn finite(place: &str, value: &Value) -> Result<(), ModelError> {
    match value {
        Value::Float(number) if !number.is_finite() => {
            Err(ModelError::Nonsense(format!("{place} is no number")))
        }
        Value::Table(all) => all.iter().try_for_each(|(key, one)| {
            finite(format!("{place}.{key}").trim_start_matches('.'), one)
        }),
        Value::Array(all) => all.iter().try_for_each(|one| finite(place, one)),
        _ => Ok(()),
    }
}

/// What a file says, and the model of this build where it says nothing.
fn completed(given: Table) -> Result<Table, ModelError> {
    let mut whole: Table = toml::from_str(STANDARD_TEXT)?;
    for (key, value) in given {
        let depth = match key.as_str() {
            "levels" => 2,
            // A list of names is replaced as a whole: shares belong together.
            "decision" | "frequency" => 1,
            _ => 0,
        };
        overlay(&mut whole, key, value, depth);
    }
    Ok(whole)
}

/// Puts a value over what is there; tables are gone into so many times.
fn overlay(under: &mut Table, key: String, value: Value, depth: usize) {
    match (under.get_mut(&key), value) {
        (Some(Value::Table(under)), Value::Table(over)) if depth > 0 => {
            for (key, value) in over {
                overlay(under, key, value, depth - 1);
            }
        }
        (_, value) => {
            under.insert(key, value);
        }
    }
}

impl ModelFile {
    pub(crate) fn into_model(self) -> Result<Model, ModelError> {
        let decision = &self.decision;
        if decision.review_from > decision.link_from {
            let words =
                "review_from is above link_from: a steward would be asked about linked records";
            return Err(ModelError::Nonsense(words.to_owned()));
        }
        self.check_names()?;
        bounds::check(&self.version, decision)?;
        let levels: Vec<Chances> =
            Level::ALL.iter().map(|level| self.chances(*level)).collect::<Result<_, _>>()?;
        bounds::check_verified(&levels)?;
        let extras =
            self.extra.iter().map(|(name, extra)| extra.read(name)).collect::<Result<_, _>>()?;
        let source = |(code, source): (&String, &SourceFile)| Source {
            id: stable_hash(code.as_bytes()),
            errors: source.errors,
        };
        let sources = self.source.iter().map(source).collect();
        let rarest = self.frequency.rarest;
        let frequencies = |shares: &BTreeMap<String, f64>| {
            Frequencies::new(shares.iter().map(|(name, share)| (name.as_str(), *share)), rarest)
        };
        Ok(Model {
            link_from: decision.link_from,
            review_from: decision.review_from,
            object_below: decision.object_below,
            mean_at_least: decision.mean_at_least,
            household_cap: decision.household_at_most,
            household_of_one_cap: decision.household_of_one_at_most,
            own_contact_cap: decision.own_contact_at_most,
            most_sharing: decision.key_at_most,
            tells_relatives_apart: decision.tell_relatives_apart,
            levels,
            extras,
            sources,
            surnames: frequencies(&self.frequency.surname),
            forenames: frequencies(&self.frequency.forename),
            file: self,
        })
    }

    /// The same file with other thresholds.
    pub(crate) fn with_thresholds(&self, link_from: f64, review_from: f64) -> Self {
        let decision = Decision { link_from, review_from, ..self.decision.clone() };
        Self { decision, ..self.clone() }
    }

    /// Changes m of a level.
    pub(crate) fn learn(&mut self, section: &str, key: &str, m: impl FnOnce(f64) -> f64) {
        if let Some(chances) = self.levels.get_mut(section).and_then(|keys| keys.get_mut(key)) {
            chances.learn(m);
        }
    }

    /// Changes m of a further column's levels: same, alike, different.
    pub(crate) fn learn_extra(&mut self, name: &str, m: impl Fn(usize, f64) -> f64) {
        if let Some(extra) = self.extra.get_mut(name) {
            let levels = [&mut extra.same, &mut extra.close, &mut extra.different];
            for (place, chances) in levels.into_iter().enumerate() {
                chances.learn(|before| m(place, before));
            }
        }
    }

    /// Changes u of a further column's levels, where it is no frequency.
    pub(crate) fn learn_unlike(&mut self, name: &str, u: impl Fn(usize) -> f64) {
        if let Some(extra) = self.extra.get_mut(name) {
            let levels = [&mut extra.same, &mut extra.close, &mut extra.different];
            for (place, chances) in levels.into_iter().enumerate() {
                let rounded = ((u(place) * 1e6).round() / 1e6).clamp(1e-6, 1.0);
                chances.u = chances.u.map(|_| rounded);
            }
        }
    }

    /// Every name in the file is one of ours: a misspelt level would silently keep its old weight.
    fn check_names(&self) -> Result<(), ModelError> {
        for (section, keys) in &self.levels {
            for key in keys.keys() {
                let known = |level: &&Level| level.section() == section && level.key() == key;
                if !Level::ALL.iter().any(|level| known(&level)) {
                    return Err(ModelError::Unknown { section: section.clone(), key: key.clone() });
                }
            }
        }
        Ok(())
    }

    fn chances(&self, level: Level) -> Result<Chances, ModelError> {
        let (section, key) = (level.section(), level.key());
        let found = self.levels.get(section).and_then(|keys| keys.get(key));
        found.ok_or(ModelError::Missing { section, key })?.read(section, key)
    }
}

impl ExtraFile {
    fn read(&self, name: &str) -> Result<Extra, ModelError> {
        Ok(Extra {
            name: name.to_owned(),
            id: stable_hash(name.as_bytes()),
            same: self.same.read(name, "same")?,
            close: self.close.read(name, "close")?,
            different: self.different.read(name, "different")?,
            frequencies: Frequencies::default(),
        })
    }
}

impl ChancesFile {
    /// A file is read by people: six digits after the point are enough.
    fn learn(&mut self, m: impl FnOnce(f64) -> f64) {
        self.m = ((m(self.m) * 1e6).round() / 1e6).clamp(1e-6, 1.0);
    }

    fn read(&self, section: &str, key: &str) -> Result<Chances, ModelError> {
        let nonsense = |what: &str| ModelError::Nonsense(format!("[{section}] {key} {what}"));
        let u = match (self.u, self.u_frequency) {
            (Some(u), None) => Unlike::Fixed(u),
            (None, Some(times)) => Unlike::Frequency(times),
            _ => return Err(nonsense("needs either u or u_frequency")),
        };
        let (Unlike::Fixed(by) | Unlike::Frequency(by)) = u;
        if !(self.m >= bounds::RAREST && self.m <= 1.0 && by >= bounds::RAREST) {
            return Err(nonsense("needs chances of a milliardth or more, and m at most 1"));
        }
        Ok(Chances::new(self.m, u))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "version = \"ours\"\nbased_on = \"uk\"\n[decision]\nlink_from = 9.5\n\
        [levels.surname]\nclose = { m = 0.1, u = 0.002 }\n\
        [extra.ward]\nsame = { m = 0.8, u = 0.1 }\nclose = { m = 0.1, u = 0.1 }\n\
        different = { m = 0.1, u = 0.8 }\n";

    #[test]
    fn a_model_based_on_another_says_only_what_differs() {
        let (model, standard) = (Model::parse(SMALL).unwrap(), Model::standard());
        assert_eq!((model.version(), model.link_from), ("ours", 9.5));
        assert_eq!(model.review_from.to_bits(), standard.review_from.to_bits());
        assert_eq!(model.chances(Level::FamilyClose), Chances::new(0.1, Unlike::Fixed(0.002)));
        for level in Level::ALL.iter().filter(|level| **level != Level::FamilyClose) {
            assert_eq!(model.chances(*level), standard.chances(*level), "{level:?}");
        }
        let smith = stable_hash(b"SMITH");
        let share = |model: &Model| model.surnames.log2_share(smith).to_bits();
        assert_eq!(share(&model), share(standard));
        assert_eq!(model.extras.len(), 1);
    }

    #[test]
    fn a_threshold_that_is_no_number_is_refused() {
        for number in ["nan", "inf", "-inf"] {
            let text = SMALL.replace("9.5", number);
            let error = Model::parse(&text).unwrap_err().to_string();
            assert_eq!(error, "in the model decision.link_from is no number", "{number}");
        }
    }

    #[test]
    fn a_model_based_on_another_is_written_without_its_names_and_read_back() {
        let text = Model::parse(SMALL).unwrap().to_text().unwrap();
        assert!(!text.contains("SMITH") && text.contains("based_on = \"uk\""), "{text}");
        assert_eq!(Model::parse(&text).unwrap().to_text().unwrap(), text);
        let own_names = format!("{SMALL}[frequency.surname]\nHARDY = 0.5\n");
        let text = Model::parse(&own_names).unwrap().to_text().unwrap();
        assert!(text.contains("HARDY = 0.5") && !text.contains("SMITH"), "{text}");
    }

    #[test]
    fn what_is_wrong_with_a_model_based_on_another_is_said() {
        for (wrong, right, said) in [
            (
                "\"fr\"",
                "\"uk\"",
                "based_on = \"fr\" names no model of this build; it can be \"uk\"",
            ),
            ("clos =", "close =", "[surname] clos, which is no level"),
            ("link_form", "link_from", "link_form"),
            ("link_from = 1.0", "link_from = 9.5", "review_from is above link_from"),
        ] {
            let error = Model::parse(&SMALL.replacen(right, wrong, 1)).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
