//! What may happen to a person's care that others want to hear of at once, and what did.

use db::{Row, Tx, params};
use jiff::Timestamp;
use model::LocalPatientId;
use uuid::Uuid;

use crate::Result;

/// A topic to subscribe to (Subscriptions R5 Backport).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Somebody is in a hospital bed who was not.
    Admitted,
    /// Somebody's stay has ended.
    Discharged,
    /// Somebody is known to have died.
    Died,
    /// There is a document that was not there.
    NewDocument,
    /// A care plan is new, or says something else.
    PlanChanged,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 5] =
        [Self::Admitted, Self::Discharged, Self::Died, Self::NewDocument, Self::PlanChanged];

    /// The last word of its canonical address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Discharged => "discharged",
            Self::Died => "died",
            Self::NewDocument => "new-document",
            Self::PlanChanged => "plan-changed",
        }
    }

    /// The type of resource that it is about.
    pub fn resource_type(self) -> &'static str {
        match self {
            Self::Admitted | Self::Discharged => "Encounter",
            Self::Died => "Patient",
            Self::NewDocument => "DocumentReference",
            Self::PlanChanged => "CarePlan",
        }
    }

    /// Reads [`Topic::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.code() == code)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicEvent {
    /// Its place among all of them.
    pub seq: i64,
    /// To whom.
    pub local_patient: LocalPatientId,
    /// The id of what it is about, of [`Topic::resource_type`].
    pub focus: Uuid,
    /// When it happened.
    pub at: Timestamp,
}

/// Something that has just been heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Which topic.
    pub topic: Topic,
    /// To whom.
    pub local_patient: LocalPatientId,
    /// The id of what it is about.
    pub focus: Uuid,
    /// The message that told of it.
    pub message: i64,
    /// When it happened.
    pub at: Timestamp,
    /// When we heard of it.
    pub recorded_at: Timestamp,
}

/// Whether anybody wants to hear of any topic. What happens while nobody does is not kept.
pub fn anybody_listens(tx: &mut Tx) -> Result<bool> {
    let sql = "select id from subscription where topic is not null and status <> 'off' limit 1";
    Ok(tx.query_one(sql, params![], |_| Ok(()))?.is_some())
}

/// Keeps an event, in the transaction of the message that told of it; a replay adds nothing.
pub fn note_event(tx: &mut Tx, event: &NewEvent) -> Result<()> {
    tx.execute(
        "insert into topic_event (topic, local_patient, focus, message, at, recorded_at)
         values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (topic, focus, message) do nothing",
        params![
            event.topic.code(),
            event.local_patient.uuid(),
            format!("{}/{}", event.topic.resource_type(), event.focus),
            event.message,
            event.at,
            event.recorded_at
        ],
    )?;
    Ok(())
}

/// The number of the last event there is; 0 before the first.
pub fn last_event(tx: &mut Tx) -> Result<i64> {
    let sql = "select seq from topic_event order by seq desc limit 1";
    Ok(tx.query_one(sql, params![], |row| row.get(0))?.unwrap_or(0))
}

/// The events of a topic after this one, oldest first, at most `limit`.
pub fn topic_events(tx: &mut Tx, topic: Topic, after: i64, limit: u32) -> Result<Vec<TopicEvent>> {
    let found = tx.query(
        "select seq, local_patient, focus, at from topic_event
         where topic = ?1 and seq > ?2 order by seq limit ?3",
        params![topic.code(), after, limit],
        event,
    )?;
    Ok(found.into_iter().flatten().collect())
}

fn event(row: &Row<'_>) -> std::result::Result<Option<TopicEvent>, db::Error> {
    let focus: String = row.get(2)?;
    let focus = focus.split_once('/').and_then(|(_, id)| id.parse().ok());
    let (seq, at) = (row.get(0)?, row.get(3)?);
    let local_patient = LocalPatientId::from_uuid(row.get(1)?);
    Ok(focus.map(|focus| TopicEvent { seq, local_patient, focus, at }))
}

/// Remembers which numbers events had for a subscription, from `first` on.
pub fn number_events(tx: &mut Tx, subscription: Uuid, first: i64, events: &[i64]) -> Result<()> {
    for (number, event) in (first..).zip(events) {
        tx.execute(
            "insert into told_event (subscription, number, event) values (?1, ?2, ?3)
             on conflict (subscription, number) do nothing",
            params![subscription, number, *event],
        )?;
    }
    Ok(())
}

/// The events that were told a subscription under these numbers, both ends included, at most `limit`.
pub fn numbered_events(
    tx: &mut Tx,
    subscription: Uuid,
    from: i64,
    until: i64,
    limit: u32,
) -> Result<Vec<(i64, TopicEvent)>> {
    let found = tx.query(
        "select event.seq, event.local_patient, event.focus, event.at, told.number
         from told_event told join topic_event event on event.seq = told.event
         where told.subscription = ?1 and told.number between ?2 and ?3
         order by told.number limit ?4",
        params![subscription, from, until, limit],
        |row| Ok(event(row)?.map(|event| Ok::<_, db::Error>((row.get(4)?, event)))),
    )?;
    Ok(found.into_iter().flatten().collect::<std::result::Result<_, _>>()?)
}

/// Forgets events that came before this moment, and the numbers they had.
pub fn forget_events(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let last: Option<i64> = tx
        .query_one(
            "select max(seq) from topic_event where recorded_at < ?1",
            params![before],
            |row| row.get(0),
        )?
        .flatten();
    let Some(last) = last else { return Ok(0) };
    tx.execute("delete from told_event where event <= ?1", params![last])?;
    Ok(tx.execute("delete from topic_event where seq <= ?1", params![last])?)
}
