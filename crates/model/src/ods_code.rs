//! Organisation codes of the Organisation Data Service: `RD3`, `J81012`, `RD3P1`.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An ODS code: two to ten letters and digits, kept in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OdsCode(String);

/// The text cannot be an ODS code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an ODS code is two to ten letters and digits")]
pub struct OdsCodeError;

impl OdsCode {
    /// Reads a code in either case.
    pub fn parse(text: &str) -> Result<Self, OdsCodeError> {
        let text = text.trim();
        let fits =
            (2..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_ascii_uppercase())).ok_or(OdsCodeError)
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OdsCode {
    type Error = OdsCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<OdsCode> for String {
    fn from(code: OdsCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_seen_in_feeds_and_read() {
        assert_eq!(OdsCode::parse(" w00001 ").unwrap().as_str(), "W00001");
        for bad in ["", "R", "RD3 P1", "2.16.840.1.113883"] {
            assert!(OdsCode::parse(bad).is_err(), "{bad}");
        }
    }
}
