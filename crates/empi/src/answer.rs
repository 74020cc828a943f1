//! Who said what about a question: every answer, taken back or not. Only ever added to.

use db::{Tx, params};
use jiff::Timestamp;
use model::{Actor, LocalPatientId, UserId};

use crate::effects::Effects;
use crate::history::actor_text;
use crate::{Error, Result};

/// Something that was said about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: AnswerKind,
    /// Who: name, role and organisation; `engine` where new evidence spoke.
    pub by: String,
    /// The steward.
    pub user: Option<UserId>,
    /// Why it was asked, where it was referred to and with which words, how many records were split
    /// out, or nothing.
    pub note: String,
}

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// A steward has asked, or has added to what was asked.
    Raised,
    /// One person; the links were joined or confirmed.
    SamePerson,
    /// One person, says the first of two stewards.
    FirstOfTwo,
    /// Not one person, says the second: the question is open again.
    Disagreed,
    /// Two people.
    NotTheSame,
    /// Two people, and these records are the other's.
    Split,
    /// The source was asked.
    Referred,
    /// A source sent new details after it was asked, or after the first answer of two: the question is
    /// open again.
    LookedAgain,
    /// The last decision, first answer or referral was taken back.
    Undone,
}

impl AnswerKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Raised,
        Self::SamePerson,
        Self::FirstOfTwo,
        Self::Disagreed,
        Self::NotTheSame,
        Self::Split,
        Self::Referred,
        Self::LookedAgain,
        Self::Undone,
    ];

    /// The code in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::SamePerson => "same",
            Self::FirstOfTwo => "first_of_two",
            Self::Disagreed => "disagreed",
            Self::NotTheSame => "not_the_same",
            Self::Split => "split",
            Self::Referred => "referred",
            Self::LookedAgain => "looked_again",
            Self::Undone => "undone",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Raised => "Asked by hand",
            Self::SamePerson => "Same person",
            Self::FirstOfTwo => "Same person (first of two stewards)",
            Self::Disagreed => "Not the same (the second steward disagrees)",
            Self::NotTheSame => "Not the same",
            Self::Split => "Records split out",
            Self::Referred => "Referred to the source",
            Self::LookedAgain => "New details from a source",
            Self::Undone => "Taken back",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Everything that was said about a question, oldest first.
pub fn review_history(tx: &mut Tx, review: i64) -> Result<Vec<Answer>> {
    let rows: Vec<(String, Answer)> = tx.query(
        "select kind, at, actor, user_id, note from review_answer where review = ?1 order by seq",
        params![review],
        |row| {
            let user = row.get::<Option<uuid::Uuid>>(3)?.map(UserId::from_uuid);
            let (at, by, note) = (row.get(1)?, row.get(2)?, row.get(4)?);
            Ok((row.get(0)?, Answer { at, kind: AnswerKind::Undone, by, user, note }))
        },
    )?;
    let complete = |(code, answer): (String, Answer)| {
        let kind = AnswerKind::parse(&code).ok_or(Error::Unknown("answer to a review"))?;
        Ok(Answer { kind, ..answer })
    };
    rows.into_iter().map(complete).collect()
}

/// A steward's answer to keep.
pub(crate) struct NewAnswer<'a> {
    pub(crate) review: i64,
    pub(crate) kind: AnswerKind,
    pub(crate) actor: &'a Actor,
    pub(crate) note: &'a str,
    pub(crate) at: Timestamp,
}

/// Keeps an answer, and what it changed; returns its number.
pub(crate) fn add(tx: &mut Tx, new: &NewAnswer<'_>, effects: Option<&Effects>) -> Result<i64> {
    let seq = tx.query_one(
        "insert into review_answer (review, at, kind, user_id, actor, note, effects)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning seq",
        params![
            new.review,
            new.at,
            new.kind.code(),
            new.actor.user.uuid(),
            actor_text(new.actor),
            new.note,
            effects.map(Effects::write).transpose()?
        ],
        |row| row.get(0),
    )?;
    seq.ok_or(Error::Unknown("number of an answer"))
}

/// The question with the latest decision that still stands and says something of these two records,
/// of those with answers after `after`.
pub(crate) fn decided_about(
    tx: &mut Tx,
    one: LocalPatientId,
    other: LocalPatientId,
    after: i64,
) -> Result<Option<i64>> {
    let later: Vec<(i64, String)> = tx.query(
        "select review.seq, review_answer.effects from review_answer
         join review on review.decision = review_answer.seq
         where review_answer.seq > ?1 and review_answer.effects like ?2
         order by review_answer.seq desc",
        params![after, format!("%{}%", one.uuid())],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (review, effects) in later {
        let effects = Effects::read(&effects)?;
        if effects.assertions.iter().any(|change| change.key == (one, other)) {
            return Ok(Some(review));
        }
    }
    Ok(None)
}

/// Keeps that new details opened a question again.
pub(crate) fn add_looked_again(tx: &mut Tx, review: i64, at: Timestamp) -> Result<()> {
    tx.execute(
        "insert into review_answer (review, at, kind, actor, note) values (?1, ?2, ?3, 'engine', '')",
        params![review, at, AnswerKind::LookedAgain.code()],
    )?;
    Ok(())
}
