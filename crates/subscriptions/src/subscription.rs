//! A subscription, as its system wished it and as it stands.

use db::{Row, Tx, params};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, Result, Topic};

/// How a subscription stands (FHIR R4 `subscription-status`; for changes of identity `requested`
/// passes at once).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its endpoint has not answered the handshake yet.
    Requested,
    /// Told of every change.
    Active,
    /// The last telling failed; it is tried again.
    Error,
    /// Not told; what happens meanwhile is not told later either.
    Off,
}

impl Status {
    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Active => "active",
            Self::Error => "error",
            Self::Off => "off",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Requested, Self::Active, Self::Error, Self::Off]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

/// How much is told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// That something happened.
    Empty,
    /// What it is about, by id.
    IdOnly,
    /// What it is about, as it stands.
    FullResource,
}

impl Content {
    /// The guide's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::IdOnly => "id-only",
            Self::FullResource => "full-resource",
        }
    }

    /// Reads [`Content::code`].
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Empty, Self::IdOnly, Self::FullResource].into_iter().find(|one| one.code() == code)
    }
}

/// What a system wishes to hear, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    /// The system, by its name in the configuration.
    pub client: String,
    /// `Patient`, `Patient?identifier=…`.
    pub criteria: String,
    /// The address that is told.
    pub endpoint: String,
    /// The resource as it was sent, as JSON.
    pub resource: String,
    /// Whether it is to be told.
    pub on: bool,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// What it is about; `None`: changes of identity.
    pub topic: Option<Topic>,
    /// How much is told of an event; with a topic.
    pub content: Option<Content>,
    /// A sign of life, where nothing was told for so many seconds.
    pub heartbeat_seconds: Option<i64>,
}

impl std::fmt::Debug for Wish {
    /// Criteria may hold a patient's number, and headers a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wish(of {})", self.client)
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: Uuid,
    /// What was wished.
    pub wish: Wish,
    /// How it stands.
    pub status: Status,
    /// What went wrong the last time; empty where nothing did.
    pub error: String,
    /// The last change that was told or passed over.
    pub position: i64,
    /// How many changes it has been told.
    pub told: i64,
    /// How often telling the next change has failed.
    pub attempts: i64,
    /// Its endpoint has answered the handshake.
    pub shaken: bool,
    /// When it was last sent anything.
    pub spoken_at: Option<Timestamp>,
}

/// Keeps a wish, to be told of what comes after the change `position`.
pub fn create(tx: &mut Tx, id: Uuid, wish: &Wish, position: i64, at: Timestamp) -> Result<()> {
    tx.execute(
        "insert into subscription
             (id, client, criteria, endpoint, resource, status, error, position, told, attempts, due_at, ends_at,
              topic, content, heartbeat_seconds)
         values (?1, ?2, ?3, ?4, ?5, ?6, '', ?7, 0, 0, ?8, ?9, ?10, ?11, ?12)",
        params![
            id,
            &wish.client,
            &wish.criteria,
            &wish.endpoint,
            &wish.resource,
            status(wish).code(),
            position,
            at,
            wish.ends_at,
            wish.topic.map(Topic::code),
            wish.content.map(Content::code),
            wish.heartbeat_seconds
        ],
    )?;
    Ok(())
}

/// Replaces the wish. Switched on again, or about something else, it begins anew after the change
/// `position`.
pub fn revise(
    tx: &mut Tx,
    known: &Subscription,
    wish: &Wish,
    position: i64,
    at: Timestamp,
) -> Result<()> {
    let anew = known.status == Status::Off || known.wish.topic != wish.topic;
    let position = if anew { position } else { known.position };
    tx.execute(
        "update subscription set criteria = ?2, endpoint = ?3, resource = ?4, status = ?5, error = '',
             position = ?6, attempts = 0, due_at = ?7, ends_at = ?8, topic = ?9, content = ?10,
             heartbeat_seconds = ?11, shaken = 0
         where id = ?1",
        params![
            known.id,
            &wish.criteria,
            &wish.endpoint,
            &wish.resource,
            status(wish).code(),
            position,
            at,
            wish.ends_at,
            wish.topic.map(Topic::code),
            wish.content.map(Content::code),
            wish.heartbeat_seconds
        ],
    )?;
    Ok(())
}

fn status(wish: &Wish) -> Status {
    match (wish.on, wish.topic) {
        (false, _) => Status::Off,
        (true, None) => Status::Active,
        (true, Some(_)) => Status::Requested,
    }
}

/// Ends a subscription for good.
pub fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.execute("delete from told_event where subscription = ?1", params![id])?;
    tx.execute("delete from subscription where id = ?1", params![id])?;
    Ok(())
}

/// One subscription.
pub fn subscription(tx: &mut Tx, id: Uuid) -> Result<Option<Subscription>> {
    let found = tx.query_one(
        "select id, client, criteria, endpoint, resource, ends_at, status, error, position, told, attempts,
             topic, content, heartbeat_seconds, shaken, spoken_at
         from subscription where id = ?1",
        params![id],
        raw,
    )?;
    found.map(read).transpose()
}

/// Every subscription of a system, oldest first.
pub fn of_client(tx: &mut Tx, client: &str) -> Result<Vec<Subscription>> {
    let found = tx.query(
        "select id, client, criteria, endpoint, resource, ends_at, status, error, position, told, attempts,
             topic, content, heartbeat_seconds, shaken, spoken_at
         from subscription where client = ?1 order by seq",
        params![client],
        raw,
    )?;
    found.into_iter().map(read).collect()
}

pub(crate) fn raw(row: &Row<'_>) -> std::result::Result<(String, Subscription), db::Error> {
    let status: String = row.get(6)?;
    let subscription = Subscription {
        id: row.get(0)?,
        wish: Wish {
            client: row.get(1)?,
            criteria: row.get(2)?,
            endpoint: row.get(3)?,
            resource: row.get(4)?,
            on: status != Status::Off.code(),
            ends_at: row.get(5)?,
            topic: row.get::<Option<String>>(11)?.and_then(|code| Topic::parse(&code)),
            content: row.get::<Option<String>>(12)?.and_then(|code| Content::parse(&code)),
            heartbeat_seconds: row.get(13)?,
        },
        status: Status::Active,
        error: row.get(7)?,
        position: row.get(8)?,
        told: row.get(9)?,
        attempts: row.get(10)?,
        shaken: row.get(14)?,
        spoken_at: row.get(15)?,
    };
    Ok((status, subscription))
}

pub(crate) fn read((status, subscription): (String, Subscription)) -> Result<Subscription> {
    let status = Status::parse(&status).ok_or(Error::Stored("status of a subscription"))?;
    Ok(Subscription { status, ..subscription })
}
