//! Whose messages must stay in order: the organisation's own number for the patient.
//!
//! A key need not be right to be safe: two patients sharing a key only wait for each other, and
//! news that comes out of order is put right by its event time. So nothing here fails.
//!
//! Beside them stands the NHS number, which keeps no order: it tells whose a message is to those who
//! do not know the organisation's own number yet.

use model::NhsNumber;

use crate::message_log::LONGEST_TEXT;

/// Up to two keys of a message; a merge speaks of two patients and waits for both.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OrderKeys {
    pub(crate) first: Option<String>,
    pub(crate) other: Option<String>,
    pub(crate) nhs_number: Option<NhsNumber>,
}

impl OrderKeys {
    /// The first two different of `numbers`, within one channel.
    pub fn of<'a>(channel: &str, numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut numbers = numbers.into_iter().map(str::trim).filter(|number| !number.is_empty());
        let first = numbers.next();
        let other = numbers.find(|number| Some(*number) != first);
        let key = |number: &str| {
            let number: String = number.chars().take(LONGEST_TEXT).collect();
            format!("{channel} {number}")
        };
        Self { first: first.map(key), other: other.map(key), nhs_number: None }
    }

    /// The same keys, and the NHS number that the message carries.
    #[must_use]
    pub fn with_nhs_number(self, nhs_number: Option<NhsNumber>) -> Self {
        Self { nhs_number, ..self }
    }
}

impl std::fmt::Debug for OrderKeys {
    /// A hospital number identifies a patient: logs learn only how many there are.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OrderKeys({})", self.first.iter().chain(&self.other).count())
    }
}
