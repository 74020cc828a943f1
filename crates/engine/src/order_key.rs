//! Whose messages must stay in order: the organisation's own number for the patient.
//!
//! A key need not be right to be safe: two patients sharing a key only wait for each other, and
//! news that comes out of order is put right by its event time. So nothing here fails.
//!
//! Beside them stands the NHS number, which keeps no order: it tells whose a message is to those who
//! do not know the organisation's own number yet.

use db::{Tx, params};
use model::NhsNumber;

use crate::message_log::LONGEST_TEXT;

/// The keys of a message: one for each patient it names. A merge, a link or a move speaks of two
/// patients or more, waits for all of them, and all of them wait for it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OrderKeys {
    pub(crate) first: Option<String>,
    pub(crate) other: Option<String>,
    /// The third and later ones: seldom any.
    pub(crate) more: Vec<String>,
    pub(crate) nhs_number: Option<NhsNumber>,
}

impl OrderKeys {
    /// One for each different one of `numbers`, within one channel.
    pub fn of<'a>(channel: &str, numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut keys: Vec<String> = Vec::new();
        for number in numbers.into_iter().map(str::trim).filter(|number| !number.is_empty()) {
            let number: String = number.chars().take(LONGEST_TEXT).collect();
            let key = format!("{channel} {number}");
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let mut keys = keys.into_iter();
        let (first, other) = (keys.next(), keys.next());
        Self { first, other, more: keys.collect(), nhs_number: None }
    }

    /// Every key.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.first.iter().chain(&self.other).chain(&self.more).map(String::as_str)
    }

    /// The same keys, and the NHS number that the message carries.
    #[must_use]
    pub fn with_nhs_number(self, nhs_number: Option<NhsNumber>) -> Self {
        Self { nhs_number, ..self }
    }
}

/// The third and later keys of a message.
pub(crate) fn more_keys(tx: &mut Tx, seq: i64) -> Result<Vec<String>, db::Error> {
    let sql = "select order_key from message_more_key where seq = ?1 order by order_key";
    tx.query(sql, params![seq], |row| row.get(0))
}

impl std::fmt::Debug for OrderKeys {
    /// A hospital number identifies a patient: logs learn only how many there are.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OrderKeys({})", self.all().count())
    }
}
