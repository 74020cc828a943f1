//! What a privacy officer has to hear of: broken glass, overridden dissent, locked accounts.
//!
//! An alert is an entry with a level; its answer is a later entry. So nothing is ever changed, and
//! the answer is part of the chain.

use access::Alert;
use db::{Tx, params};
use jiff::Timestamp;
use model::Actor;

use crate::chain::{self, NewEntry};
use crate::{Entry, EntryOutcome, Error, Event, Page};

/// An alert or notification, and its first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertItem {
    /// The entry that raised it.
    pub entry: Entry,
    /// What was answered; `None` while it is new.
    pub answer: Option<Answer>,
}

/// A privacy officer's answer to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its entry.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub name: String,
    /// Their remark.
    pub remark: String,
}

/// Alerts of `level` and louder, newest first.
pub fn alerts(tx: &mut Tx, level: Alert, page: Page) -> Result<Vec<AlertItem>, Error> {
    let quieter = if level == Alert::Alert { Alert::Notification.code() } else { "" };
    Ok(tx.query(
        "select e.seq, e.at, e.user_id, e.user_name, e.role, e.organisation, e.action, e.person,
            e.basis, e.policies, e.reason, e.outcome, e.alert, e.detail, e.answers,
            a.seq, a.at, a.user_name, a.detail
         from audit_entry e
         left join audit_entry a
            on a.seq = (select min(first.seq) from audit_entry first where first.answers = e.seq)
         where e.alert <> '' and e.alert <> ?1 and e.seq < ?2
         order by e.seq desc limit ?3",
        params![quieter, page.before.unwrap_or(i64::MAX), page.size],
        |row| {
            let answer = match row.get::<Option<i64>>(15)? {
                Some(seq) => {
                    Some(Answer { seq, at: row.get(16)?, name: row.get(17)?, remark: row.get(18)? })
                }
                None => None,
            };
            Ok(AlertItem { entry: Entry::read(row)?, answer })
        },
    )?)
}

/// Writes the answer of `actor` to the alert raised by entry `seq`; returns its own number.
pub fn answer(
    tx: &mut Tx,
    actor: &Actor,
    seq: i64,
    remark: &str,
    at: Timestamp,
) -> Result<i64, Error> {
    tx.query_one(
        "select seq from audit_entry where seq = ?1 and alert <> ''",
        params![seq],
        |row| row.get::<i64>(0),
    )?
    .ok_or(Error::NoAlert)?;
    chain::append(
        tx,
        &NewEntry {
            user: Some(actor.user),
            name: &actor.name,
            role: actor.role.code(),
            organisation: actor.organisation.as_str(),
            action: Event::AlertAnswered.code(),
            person: None,
            basis: "",
            policies: "",
            reason: "",
            outcome: EntryOutcome::Allowed,
            alert: Alert::None,
            detail: remark,
            answers: Some(seq),
        },
        at,
    )
}
