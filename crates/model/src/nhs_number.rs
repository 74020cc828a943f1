//! The NHS number: ten digits with a modulus 11 check (NHS Data Dictionary, NHS NUMBER).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A well-formed NHS number. Well-formed is not *verified*: see [`NhsNumberStatus`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NhsNumber([u8; 10]);

/// Why a text is not an NHS number. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NhsNumberError {
    /// Not ten digits, after spaces and hyphens are taken out.
    #[error("an NHS number has ten digits")]
    Length,
    /// The last digit does not fit the first nine.
    #[error("the check digit of this NHS number is wrong; look for a mistyped or swapped digit")]
    CheckDigit,
    /// One digit ten times over passes the check but is never issued.
    #[error("an NHS number of one repeated digit is a placeholder")]
    Placeholder,
}

impl NhsNumber {
    /// Reads `999 000 0018`, `999-000-0018` or `9990000018`.
    pub fn parse(text: &str) -> Result<Self, NhsNumberError> {
        let mut digits = [0; 10];
        let mut count = 0;
        for byte in text.trim().bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let slot = digits.get_mut(count).ok_or(NhsNumberError::Length)?;
            *slot = byte.is_ascii_digit().then(|| byte - b'0').ok_or(NhsNumberError::Length)?;
            count += 1;
        }
        if count != 10 {
            return Err(NhsNumberError::Length);
        }
        let [first, .., last] = digits;
        if check_digit(&digits) != Some(last) {
            return Err(NhsNumberError::CheckDigit);
        }
        if digits.iter().all(|digit| *digit == first) {
            return Err(NhsNumberError::Placeholder);
        }
        Ok(Self(digits))
    }

    /// The number whose first nine digits are `stem` (below 1,000,000,000), if it has a check digit.
    pub fn from_stem(stem: u32) -> Option<Self> {
        let text = format!("{stem:09}");
        (0..=9).find_map(|digit| Self::parse(&format!("{text}{digit}")).ok())
    }

    /// `999 000 0018`: the 3-3-4 form for people (NHS CUI NUM-0001).
    pub fn spaced(&self) -> String {
        let text = self.to_string();
        let (area, rest) = text.split_at(3);
        let (middle, last) = rest.split_at(3);
        format!("{area} {middle} {last}")
    }
}

/// Modulus 11 with weights 10 to 2; `None` where the remainder gives 10, which is never issued.
fn check_digit(digits: &[u8; 10]) -> Option<u8> {
    let sum: u32 = digits
        .iter()
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => u8::try_from(digit).ok(),
    }
}

impl fmt::Display for NhsNumber {
    /// Ten digits without spaces, for messages and the store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(…)")
    }
}

impl TryFrom<String> for NhsNumber {
    type Error = NhsNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<NhsNumber> for String {
    fn from(number: NhsNumber) -> Self {
        number.to_string()
    }
}

/// How sure the source is of the number (UKCore-NHSNumberVerificationStatusEngland; HL7 PID-32 NSTS).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum NhsNumberStatus {
    /// 01: present and verified.
    Verified,
    /// 02: present but not traced.
    NotTraced,
    /// 03: trace required.
    TraceRequired,
    /// 04: trace attempted, no match or several.
    NoMatch,
    /// 05: trace needs to be resolved, number or patient detail conflict.
    Conflict,
    /// 06: trace in progress.
    InProgress,
    /// 07: number not present, trace not required.
    NotRequired,
    /// 08: trace postponed (baby under six weeks old).
    Baby,
    /// The source did not say.
    #[default]
    NotStated,
}

impl NhsNumberStatus {
    /// Reads `01`, `NSTS01` or UK Core's newer `number-present-and-verified`; `NotStated` for anything else.
    pub fn parse(code: &str) -> Self {
        match code.trim().trim_start_matches("NSTS") {
            "01" | "1" | "number-present-and-verified" => Self::Verified,
            "02" | "2" | "number-present-but-not-traced" => Self::NotTraced,
            "03" | "3" | "trace-required" => Self::TraceRequired,
            "04" | "4" | "trace-attempted-no-match-or-multiple-match-found" => Self::NoMatch,
            "05" | "5" | "trace-needs-to-be-resolved" => Self::Conflict,
            "06" | "6" | "trace-in-progress" => Self::InProgress,
            "07" | "7" | "number-not-present-and-trace-not-required" => Self::NotRequired,
            "08" | "8" | "trace-postponed" => Self::Baby,
            _ => Self::NotStated,
        }
    }

    /// The two-digit England code, if the source said one.
    pub fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::Verified => "01",
            Self::NotTraced => "02",
            Self::TraceRequired => "03",
            Self::NoMatch => "04",
            Self::Conflict => "05",
            Self::InProgress => "06",
            Self::NotRequired => "07",
            Self::Baby => "08",
            Self::NotStated => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_with_or_without_spaces_and_bad_ones_say_why() {
        for (text, expected) in [
            ("9990000018", Ok("9990000018")),
            ("999 000 0018", Ok("9990000018")),
            (" 999-000-0018 ", Ok("9990000018")),
            ("9990000019", Err(NhsNumberError::CheckDigit)),
            ("9000000010", Err(NhsNumberError::CheckDigit)),
            ("3333333333", Err(NhsNumberError::Placeholder)),
            ("999000001", Err(NhsNumberError::Length)),
            ("99900000188", Err(NhsNumberError::Length)),
            ("999000001X", Err(NhsNumberError::Length)),
            ("", Err(NhsNumberError::Length)),
        ] {
            assert_eq!(
                NhsNumber::parse(text).map(|number| number.to_string()),
                expected.map(str::to_owned),
                "{text}"
            );
        }
    }

    #[test]
    fn people_see_three_three_four() {
        assert_eq!(NhsNumber::parse("9990000018").unwrap().spaced(), "999 000 0018");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(stem in 900_000_000u32..1_000_000_000, at in 0usize..10, by in 1u8..10) {
            if let Some(number) = NhsNumber::from_stem(stem) {
                let mut digits = number.to_string().into_bytes();
                digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
                prop_assert!(NhsNumber::parse(&String::from_utf8(digits).unwrap()).is_err());
            }
        }
    }
}
