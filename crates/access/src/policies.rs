//! Policies as text: read, named, and checked against the schema before any of them decides.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use cedar_policy::ffi::DetailedError;
use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use crate::{Alert, Error, Mistake};

const SCHEMA: &str = include_str!("../policies/chesil.cedarschema");

const STANDARD: [(&str, &str); 4] = [
    ("record.cedar", include_str!("../policies/record.cedar")),
    ("roles.cedar", include_str!("../policies/roles.cedar")),
    ("work.cedar", include_str!("../policies/work.cedar")),
    ("systems.cedar", include_str!("../policies/systems.cedar")),
];

/// A checked set of policies.
pub struct Policies {
    pub(crate) set: PolicySet,
    pub(crate) schema: Schema,
    pub(crate) annotations: BTreeMap<String, Annotations>,
}

/// What a policy says besides permitting or forbidding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Annotations {
    /// `@basis`: the word for the audit trail.
    pub(crate) basis: String,
    /// `@alert`: `notification` or `alert`.
    pub(crate) alert: Alert,
    /// `@says`: a sentence for the page.
    pub(crate) says: String,
}

impl Policies {
    /// The policies Chesil comes with.
    pub fn standard() -> Result<Self, Error> {
        Self::from_texts(&STANDARD)
    }

    /// Every `*.cedar` file of a folder, instead of the standard ones. The schema stays the
    /// program's own: it says which facts there are.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let files = read_folder(folder)?;
        if files.is_empty() {
            return Err(Error::Empty { path: folder.to_owned() });
        }
        let texts: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self::from_texts(&texts)
    }

    /// Policies from named texts.
    pub fn from_texts(files: &[(&str, &str)]) -> Result<Self, Error> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA)
            .map_err(|error| Error::Schema(error.to_string()))?;
        let mut reading = Reading::default();
        for (name, text) in files {
            reading.read(name, text);
        }
        reading.validate(&schema);
        let Reading { set, annotations, mut mistakes, .. } = reading;
        if mistakes.is_empty() {
            return Ok(Self { set, schema, annotations });
        }
        mistakes.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Err(Error::Mistakes(mistakes))
    }

    /// The ids of all policies.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.annotations.keys().map(String::as_str)
    }

    /// The standard policies as files, to be copied into a folder and changed.
    pub fn standard_files() -> impl Iterator<Item = (&'static str, &'static str)> {
        STANDARD.into_iter().chain([("chesil.cedarschema", SCHEMA)])
    }
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Read { path, source }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            let text = std::fs::read_to_string(&path).map_err(failed(&path))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// Policies while they are read.
#[derive(Default)]
struct Reading<'a> {
    set: PolicySet,
    annotations: BTreeMap<String, Annotations>,
    /// Where each policy came from: file, whole text, offset in it.
    origins: BTreeMap<String, Origin<'a>>,
    mistakes: Vec<Mistake>,
}

#[derive(Clone, Copy)]
struct Origin<'a> {
    file: &'a str,
    text: &'a str,
    offset: usize,
}

impl Origin<'_> {
    fn mistake(&self, offset: usize, message: impl Into<String>) -> Mistake {
        Mistake {
            file: self.file.to_owned(),
            line: line_of(self.text, offset),
            message: message.into(),
        }
    }
}

impl<'a> Reading<'a> {
    fn read(&mut self, file: &'a str, text: &'a str) {
        let start = Origin { file, text, offset: 0 };
        match PolicySet::from_str(text) {
            Ok(set) => {
                for template in set.templates() {
                    let offset = text.find(&template.to_string()).unwrap_or(0);
                    self.mistakes.push(start.mistake(offset, "a policy may not be a template"));
                }
                for policy in set.policies() {
                    let offset = text.find(&policy.to_string()).unwrap_or(0);
                    self.add(policy, Origin { offset, ..start });
                }
            }
            Err(error) => self.complain(start, &DetailedError::from(&error)),
        }
    }

    fn add(&mut self, policy: &Policy, origin: Origin<'a>) {
        let annotation = |key| policy.annotation(key).unwrap_or_default().to_owned();
        let id = annotation("id");
        if id.is_empty() {
            let message = "every policy needs a name: @id(\"…\")";
            self.mistakes.push(origin.mistake(origin.offset, message));
            return;
        }
        let Some(alert) = Alert::parse(&annotation("alert")) else {
            let message = format!("@alert of {id} is \"notification\" or \"alert\"");
            self.mistakes.push(origin.mistake(origin.offset, message));
            return;
        };
        if self.set.add(policy.new_id(PolicyId::new(&id))).is_err() {
            let first = self.origins.get(&id).map_or("", |first| first.file);
            let message = format!("{id} is already the name of a policy in {first}");
            self.mistakes.push(origin.mistake(origin.offset, message));
            return;
        }
        let annotations =
            Annotations { basis: annotation("basis"), alert, says: annotation("says") };
        self.annotations.insert(id.clone(), annotations);
        self.origins.insert(id, origin);
    }

    /// Strict validation; a policy that can never apply is a mistake too.
    fn validate(&mut self, schema: &Schema) {
        let result = Validator::new(schema.clone()).validate(&self.set, ValidationMode::Strict);
        let mut found: Vec<(String, DetailedError)> = result
            .validation_errors()
            .map(|error| (error.policy_id().to_string(), DetailedError::from(error)))
            .collect();
        if found.is_empty() {
            let warnings = result.validation_warnings();
            found
                .extend(warnings.map(|warning| {
                    (warning.policy_id().to_string(), DetailedError::from(warning))
                }));
        }
        for (id, detail) in found {
            if let Some(origin) = self.origins.get(&id).copied() {
                self.complain(origin, &detail);
            }
        }
    }

    fn complain(&mut self, origin: Origin<'_>, detail: &DetailedError) {
        let offset = detail.source_locations.first().map_or(origin.offset, |label| label.loc.start);
        let help = detail.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        self.mistakes.push(origin.mistake(offset, format!("{}{help}", detail.message)));
        for related in &detail.related {
            self.complain(origin, related);
        }
    }
}

/// The line, from 1, on which the byte at `offset` stands.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
