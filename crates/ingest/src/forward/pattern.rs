//! Types of messages by pattern: `ADT^A0*`, `*^R01`, `Bundle`.

use std::str::FromStr;

/// A type, in which `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Whether a type is one of these; case does not matter.
    pub(super) fn fits(&self, event: &str) -> bool {
        let event = event.to_ascii_uppercase();
        let mut parts = self.0.split('*');
        let Some(mut rest) = event.strip_prefix(parts.next().unwrap_or_default()) else {
            return false;
        };
        let parts: Vec<&str> = parts.collect();
        let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
        for part in between {
            let Some(at) = rest.find(part) else { return false };
            rest = rest.get(at + part.len()..).unwrap_or_default();
        }
        rest.ends_with(last)
    }
}

impl FromStr for Pattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Err("a type is ADT^A01, ADT^A0*, *^R01 or Bundle");
        }
        Ok(Self(text.trim().to_ascii_uppercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, fitting, others) in [
            ("ADT^A01", &["ADT^A01", "adt^a01"][..], &["ADT^A011", "ADT^A0", "XADT^A01"][..]),
            ("ADT^A0*", &["ADT^A01", "ADT^A08", "ADT^A0"], &["ADT^A11", "ORU^R01"]),
            ("*^R01", &["ORU^R01"], &["ORU^R01X", "R01"]),
            ("A*B*C", &["ABC", "AXBYC", "ABBC"], &["AC", "ACB", "ABCD"]),
            ("*", &["", "Bundle"], &[]),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert!(fitting.iter().all(|one| pattern.fits(one)), "{pattern:?}");
            assert!(!others.iter().any(|one| pattern.fits(one)), "{pattern:?}");
        }
        assert!(" ".parse::<Pattern>().is_err());
    }
}
