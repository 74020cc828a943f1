//! Which visits go on under another patient or another number than a message may still name.

use std::fmt;

use db::{Row, Tx, params};
use jiff::Timestamp;
use model::LocalIdentity;
use uuid::Uuid;

use crate::Error;

/// A visit by the name a message uses.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitName {
    /// The id of its Encounter.
    pub encounter: Uuid,
    /// Whose.
    pub subject: LocalIdentity,
    /// The hospital's number of it.
    pub number: String,
}

/// Why a visit goes on under another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveKind {
    /// It is another patient's, or has another number (A44, A45, A50): all that hangs on it goes along.
    Moved,
    /// Its patient has two numbers (A40): the movements are one stay, and nothing else goes along.
    Same,
}

/// A visit goes on under another name.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitMove {
    /// Why.
    pub kind: MoveKind,
    /// The name before.
    pub from: VisitName,
    /// The name now.
    pub to: VisitName,
    /// When it became so.
    pub at: Timestamp,
    /// The message that said so.
    pub message: i64,
}

/// Keeps a move; `false` where the same is known already.
pub fn add_visit_move(tx: &mut Tx, moved: &VisitMove) -> Result<bool, Error> {
    let (from, to) = (&moved.from, &moved.to);
    let added = tx.execute(
        "insert into visit_move (kind, from_encounter, from_authority, from_patient, from_visit,
             to_encounter, to_authority, to_patient, to_visit, at, message)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         on conflict (from_encounter, to_encounter, kind, at) do nothing",
        params![
            moved.kind.code(),
            from.encounter,
            &from.subject.authority,
            &from.subject.value,
            &from.number,
            to.encounter,
            &to.subject.authority,
            &to.subject.value,
            &to.number,
            moved.at,
            moved.message,
        ],
    )?;
    Ok(added > 0)
}

/// The moves from and to the visit whose Encounter has this id, in the order they became so.
pub fn visit_moves(tx: &mut Tx, encounter: Uuid) -> Result<Vec<VisitMove>, Error> {
    let sql = "select kind, from_encounter, from_authority, from_patient, from_visit, to_encounter,
                   to_authority, to_patient, to_visit, at, message
               from visit_move where from_encounter = ?1 or to_encounter = ?1 order by at, seq";
    Ok(tx.query(sql, params![encounter], read)?)
}

fn read(row: &Row<'_>) -> Result<VisitMove, db::Error> {
    let name = |first: usize| -> Result<VisitName, db::Error> {
        let (authority, value): (String, String) = (row.get(first + 1)?, row.get(first + 2)?);
        Ok(VisitName {
            encounter: row.get(first)?,
            subject: LocalIdentity::new(authority, value),
            number: row.get(first + 3)?,
        })
    };
    let kind: String = row.get(0)?;
    Ok(VisitMove {
        kind: MoveKind::parse(&kind).ok_or(db::Error::Column { index: 0, wanted: "MoveKind" })?,
        from: name(1)?,
        to: name(5)?,
        at: row.get(9)?,
        message: row.get(10)?,
    })
}

impl MoveKind {
    fn code(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Same => "same",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Moved, Self::Same].into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Debug for VisitName {
    /// A visit number leads to a patient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VisitName({})", self.encounter)
    }
}

impl fmt::Debug for VisitMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VisitMove({:?} {:?} to {:?})", self.kind, self.from, self.to)
    }
}
