//! Every value of a message, by its path.

use super::draft::{Draft, Segment, Target, split};

impl Draft {
    /// Each sub-component that says anything, with its path as short as it can be. The separators of
    /// MSH are none.
    pub(crate) fn leaves(&self) -> Vec<(String, Target)> {
        let mut leaves = Vec::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let same = |one: &&Segment| one.name == segment.name;
            let number = self.segments.iter().take(index + 1).filter(same).count();
            let several = self.segments.iter().filter(same).count() > 1;
            let name =
                if several { format!("{}[{number}]", segment.name) } else { segment.name.clone() };
            let first = if segment.name == "MSH" { 3 } else { 1 };
            for field in first..segment.parts.len() + first {
                self.leaves_of(index, field, &format!("{name}-{field}"), &mut leaves);
            }
        }
        leaves
    }

    fn leaves_of(
        &self,
        segment: usize,
        field: usize,
        path: &str,
        leaves: &mut Vec<(String, Target)>,
    ) {
        let repetitions = self.repetitions(segment, field);
        for (repetition, text) in (1..).zip(&repetitions) {
            let path = if repetitions.len() > 1 {
                format!("{path}[{repetition}]")
            } else {
                path.to_owned()
            };
            let components = split(text, self.separators.component);
            for (component, text) in (1..).zip(&components) {
                let path =
                    if components.len() > 1 { format!("{path}.{component}") } else { path.clone() };
                let parts = split(text, self.separators.subcomponent);
                for (part, text) in (1..).zip(&parts) {
                    if text.trim().is_empty() {
                        continue;
                    }
                    let path =
                        if parts.len() > 1 { format!("{path}.{part}") } else { path.clone() };
                    let target = Target {
                        segment,
                        field: Some(field),
                        repetition: Some(repetition),
                        component: Some(component),
                        subcomponent: Some(part),
                    };
                    leaves.push((path, target));
                }
            }
        }
    }

    /// Names a patient in a message that names none, or several, to look at the rest of it.
    pub(crate) fn name_somebody(&mut self, authority: &str) {
        let number = self.joined(&["UNNAMED", "", "", authority, "MR"]);
        for segment in self.segments.iter_mut().filter(|one| one.name == "PID") {
            segment.write(3, &number);
        }
    }

    /// Writes a field of every segment of a name that does not say it; each another value.
    pub(crate) fn write_if_empty(&mut self, name: &str, field: usize, raw: &str) {
        let named = self.segments.iter_mut().filter(|one| one.name == name);
        for (number, segment) in (1..).zip(named) {
            if segment.parts.get(field).is_none_or(String::is_empty) {
                segment.write(field, &format!("{raw}{number}"));
            }
        }
    }

    /// Adds an empty segment after MSH.
    pub(crate) fn add_segment(&mut self, name: &str) {
        let at = self.segments.len().min(1);
        self.segments.insert(at, Segment::named(name));
    }
}

impl Segment {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), parts: vec![name.to_owned()], dropped: false }
    }

    /// Writes a field of a segment that is no header.
    fn write(&mut self, field: usize, raw: &str) {
        if self.parts.len() <= field {
            self.parts.resize(field + 1, String::new());
        }
        if let Some(part) = self.parts.get_mut(field) {
            raw.clone_into(part);
        }
    }
}
