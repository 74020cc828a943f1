//! Asking the trail: who looked at a person, and any combination of user, person, organisation, time
//! and action. Newest first; a page ends where the next begins, even while entries are added.

use db::{Tx, Value, params};
use jiff::Timestamp;
use model::{OdsCode, PersonId, UserId};

use crate::{Entry, Error};

/// Everything that was done or tried about `person`.
pub fn who_looked(tx: &mut Tx, person: PersonId, page: Page) -> Result<Vec<Entry>, Error> {
    search(tx, &Filter { person: Some(person), ..Filter::default() }, page)
}

/// What to look for; an empty filter finds everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Done by this user.
    pub user: Option<UserId>,
    /// About this person.
    pub person: Option<PersonId>,
    /// By somebody acting for this organisation.
    pub organisation: Option<OdsCode>,
    /// The code of this action or event.
    pub action: Option<String>,
    /// At this moment or later.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// A part of a long list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only entries before this number: the last one of the page before.
    pub before: Option<i64>,
    /// At most so many.
    pub size: u16,
}

impl Page {
    /// The newest `size` entries.
    pub fn first(size: u16) -> Self {
        Self { before: None, size }
    }

    /// The page after one that ended with entry `seq`.
    pub fn after(seq: i64, size: u16) -> Self {
        Self { before: Some(seq), size }
    }
}

/// One text for each key that an index serves; what else is asked for is sifted from its rows.
macro_rules! entries {
    ($key:literal) => {
        concat!(
            "select seq, at, user_id, user_name, role, organisation, action, person, basis, policies,
                reason, outcome, alert, detail, answers
             from audit_entry
             where ",
            $key,
            " and (cast(?1 as text) is null or person = ?1)
              and (cast(?2 as text) is null or user_id = ?2)
              and (cast(?3 as text) is null or organisation = ?3)
              and (cast(?4 as text) is null or action = ?4)
              and at >= ?5 and at < ?6 and seq < ?7
             order by seq desc limit ?8"
        )
    };
}

/// The entries that fit `filter`.
pub fn search(tx: &mut Tx, filter: &Filter, page: Page) -> Result<Vec<Entry>, Error> {
    let sql = match (filter.person, filter.user) {
        (Some(_), _) => entries!("person = ?1"),
        (None, Some(_)) => entries!("user_id = ?2"),
        (None, None) => entries!("seq > 0"),
    };
    let values: &[Value] = params![
        filter.person.map(PersonId::uuid),
        filter.user.map(UserId::uuid),
        filter.organisation.as_ref().map(OdsCode::as_str),
        filter.action.as_deref(),
        filter.since.map_or(i64::MIN, Timestamp::as_microsecond),
        filter.until.map_or(i64::MAX, Timestamp::as_microsecond),
        page.before.unwrap_or(i64::MAX),
        page.size,
    ];
    Ok(tx.query(sql, values, Entry::read)?)
}
