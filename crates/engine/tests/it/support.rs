//! An engine with a destination that writes down what reaches it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use db::{Db, Migration, Tx, params};
use engine::{
    Accepted, Arrival, Channel, ChannelKind, DeliveryError, Destination, Filter, Format, Inbox,
    Limits, NewMessage, OrderKeys, Pace, Page, Processor, Received, Row,
};
use jiff::{SignedDuration, Timestamp};
use model::{Category, FixedClock, OdsCode};

/// Where the tests' destination writes: one row for each effect.
const EFFECTS: &[Migration] = &[Migration {
    name: "test/0001_effect",
    sql: "create table effect (id $identity, message bigint not null, body text not null)",
}];

/// An engine over one database.
pub(crate) struct Bench {
    pub(crate) db: Db,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) inbox: Inbox,
    pub(crate) ward: Arc<Ward>,
    pub(crate) processor: Processor,
}

impl Bench {
    pub(crate) fn over(db: &Db) -> Self {
        db.migrate(&[engine::MIGRATIONS, EFFECTS]).unwrap();
        let clock = Arc::new(FixedClock::at("2026-01-15T10:30:00Z".parse().unwrap()));
        let inbox = Inbox::open(db.clone(), clock.clone(), Limits::default()).unwrap();
        let ward = Arc::new(Ward::default());
        let pace = Pace { messages: 4, time: Duration::from_secs(5), ..Pace::default() };
        let processor = Processor::new(inbox.clone(), ward.clone(), "config-1", pace);
        Self { db: db.clone(), clock, inbox, ward, processor }
    }

    /// From now on, sources stop reading at this many waiting messages.
    pub(crate) fn limit(&mut self, high_water: i64) {
        let limits = Limits { high_water };
        self.inbox = Inbox::open(self.db.clone(), self.clock.clone(), limits).unwrap();
        let pace = Pace { messages: 4, time: Duration::from_secs(5), ..Pace::default() };
        self.processor = Processor::new(self.inbox.clone(), self.ward.clone(), "config-1", pace);
    }

    /// Stores `body` for these patients under this control id.
    pub(crate) fn accept(&self, control_id: &str, patients: &[&str], body: &str) -> Accepted {
        let arrival = Arrival::Message(message(control_id, patients, body));
        self.inbox.store(vec![arrival]).unwrap()[0].accepted
    }

    /// Everybody's next turn.
    pub(crate) fn process(&self) {
        self.processor.process_waiting().unwrap();
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub(crate) fn now(&self) -> Timestamp {
        model::Clock::now(self.clock.as_ref())
    }

    /// The bodies that have had an effect, in the order they had it.
    pub(crate) fn effects(&self) -> Vec<String> {
        self.db
            .read(|tx| tx.query("select body from effect order by id", params![], |row| row.get(0)))
            .map_err(|error: db::Error| error)
            .unwrap()
    }

    /// The whole queue as text, oldest first.
    pub(crate) fn queue(&self) -> String {
        let page = Page { before: None, size: 1_000 };
        let mut rows = self.db.read(|tx| engine::list(tx, &Filter::default(), page)).unwrap();
        rows.reverse();
        let mut text = String::new();
        for row in rows {
            line(&mut text, row);
        }
        text
    }
}

/// Destructured whole, so that a new field must be thought of here.
fn line(text: &mut String, row: Row) {
    let Row {
        seq,
        channel: _,
        format: _,
        received_at: _,
        sender: _,
        control_id,
        message_type: _,
        event_time: _,
        body_bytes: _,
        control_id_reused,
        duplicates,
        state,
        attempts,
        next_attempt_at,
        error,
        processed_at,
        config_hash,
    } = row;
    write!(text, "{seq} {control_id} {state}").unwrap();
    if attempts > 1 || attempts == 1 && processed_at.is_none() {
        write!(text, " attempts={attempts}").unwrap();
    }
    if let Some(at) = next_attempt_at {
        // Spread over the last quarter of the wait: told to the second it ends in.
        let end = at + SignedDuration::from_nanos(999_999_999);
        write!(text, " next={}", end.strftime("%H:%M:%S")).unwrap();
    }
    if let Some((category, sentence)) = error {
        write!(text, " {category:?}: {sentence}").unwrap();
    }
    if control_id_reused {
        text.push_str(" reused");
    }
    if duplicates > 0 {
        write!(text, " duplicates={duplicates}").unwrap();
    }
    assert!(processed_at.is_none() || config_hash.as_deref() == Some("config-1"));
    text.push('\n');
}

/// Asserts what the queue looks like; indentation is for the reader.
#[track_caller]
pub(crate) fn check(bench: &Bench, expected: &str) {
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let queue = bench.queue();
    assert_eq!(queue.lines().collect::<Vec<_>>(), expected, "on {}", bench.db.location());
}

pub(crate) fn message(control_id: &str, patients: &[&str], body: &str) -> NewMessage {
    NewMessage {
        channel: "poole-pas".into(),
        format: Format::Hl7v2,
        received_at: "2026-01-15T10:30:00Z".parse().unwrap(),
        sender: "PAS RD3".into(),
        control_id: control_id.into(),
        message_type: "ADT^A08".into(),
        event_time: "20260115103000".into(),
        order_keys: OrderKeys::of("poole-pas", patients.iter().copied()),
        body: body.into(),
    }
}

pub(crate) fn channel(name: &str, kind: ChannelKind) -> Channel {
    Channel {
        name: name.into(),
        organisation: OdsCode::parse("RD3").unwrap(),
        authority: "RD3".into(),
        aliases: vec!["2.16.840.1.113883.3.9999".into(), String::new()],
        accepts: engine::Accepts::default(),
        kind,
    }
}

/// A destination with moods: bodies it will not take, and how it says so.
#[derive(Default)]
pub(crate) struct Ward {
    moods: Mutex<BTreeMap<String, Category>>,
    panics: Mutex<BTreeSet<String>>,
}

impl Ward {
    /// From now on, bodies that are `body` fail as `category`.
    pub(crate) fn refuse(&self, body: &str, category: Category) {
        self.moods.lock().unwrap().insert(body.into(), category);
    }

    pub(crate) fn panic_at(&self, body: &str) {
        self.panics.lock().unwrap().insert(body.into());
    }

    /// From now on, everything is taken.
    pub(crate) fn relent(&self) {
        self.moods.lock().unwrap().clear();
        self.panics.lock().unwrap().clear();
    }
}

impl Destination for Ward {
    fn prepare(&self, received: &Received) -> Option<engine::Prepared> {
        let body = String::from_utf8_lossy(&received.bytes).into_owned();
        assert!(!self.panics.lock().unwrap().contains(&body), "told to panic");
        Some(Box::new(body))
    }

    fn deliver(
        &self,
        tx: &mut Tx,
        received: &Received,
        prepared: Option<engine::Prepared>,
    ) -> Result<(), DeliveryError> {
        let body = String::from_utf8_lossy(&received.bytes).into_owned();
        if let Some(prepared) = prepared {
            assert_eq!(
                *prepared.downcast::<String>().unwrap(),
                body,
                "prepared for another message"
            );
        }
        // The effect is written before the failure: undoing it is the engine's promise.
        tx.execute(
            "insert into effect (message, body) values (?1, ?2)",
            params![received.id, &body],
        )?;
        assert!(!self.panics.lock().unwrap().contains(&body), "told to panic");
        match self.moods.lock().unwrap().get(&body) {
            Some(category) => Err(DeliveryError::new(*category, "the ward says no")),
            None => Ok(()),
        }
    }
}
