//! One hospital, one council and one provider, feeding a scratch database.

use std::collections::BTreeMap;
use std::sync::Arc;

use db::scratch::{Scratch, databases, sqlite};
use engine::{Destination as _, Format, NewMessage, OrderKeys};
use ingest::{Error, Forward, Ingest, Ingested};
use jiff::Timestamp;
use mapping::Feed;
use model::{FixedClock, LocalIdentity, LocalPatientId, OdsCode, PersonId, Section};
use repository::Page;

/// Everything a test needs to tell and to ask.
pub(crate) struct County {
    pub(crate) db: Scratch,
    ingest: Arc<Ingest>,
}

const FIRST: Page = Page { offset: 0, limit: 50 };

/// Runs a story on every engine.
pub(crate) fn on_every_engine(story: impl Fn(&County)) {
    on(databases(), story);
}

/// Runs a story that is told in many orders on the engine that begins fastest.
pub(crate) fn on_sqlite(story: impl Fn(&County)) {
    on(vec![sqlite()], story);
}

fn on(databases: Vec<Scratch>, story: impl Fn(&County)) {
    for db in databases {
        db.migrate(&[
            audit::MIGRATIONS,
            accounts::MIGRATIONS,
            empi::MIGRATIONS,
            repository::MIGRATIONS,
            engine::MIGRATIONS,
            subscriptions::MIGRATIONS,
        ])
        .unwrap();
        let clock = Arc::new(FixedClock::at(now()));
        let model = Arc::new(empi::Model::standard().clone());
        story(&County { db, ingest: Arc::new(Ingest::new(feeds(), clock, model)) });
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-01-20T12:00:00Z".parse().unwrap()
}

/// By channel. Poole has a second one, for Polish clerks.
fn feeds() -> BTreeMap<String, Feed> {
    let feed = |organisation: &str, authority: &str| {
        Feed::new(OdsCode::parse(organisation).unwrap(), authority)
    };
    let polish = Feed { default_charset: Some("ISO-8859-2".to_owned()), ..feed("RD3", "RD3") };
    [
        ("poole", feed("RD3", "RD3")),
        ("poole-polish", polish),
        ("bournemouth", feed("RDZ", "RDZ")),
        ("council", feed("809", "DORSET")),
        ("provider", feed("RDY", "RDY")),
    ]
    .map(|(channel, feed)| (channel.to_owned(), feed))
    .into()
}

fn new_message(channel: &str, format: Format, bytes: Vec<u8>) -> NewMessage {
    NewMessage {
        channel: channel.to_owned(),
        format,
        received_at: now(),
        sender: String::new(),
        control_id: String::new(),
        message_type: String::new(),
        event_time: String::new(),
        order_keys: OrderKeys::default(),
        body: bytes,
    }
}

impl County {
    /// Poole sends segments.
    pub(crate) fn poole(&self, segments: &[&str]) -> Ingested {
        self.try_poole(segments).unwrap()
    }

    /// Poole sends segments that may not be taken.
    pub(crate) fn try_poole(&self, segments: &[&str]) -> Result<Ingested, Error> {
        self.tell("poole", Format::Hl7v2, segments.join("\r").into_bytes())
    }

    /// Poole sends bytes by a channel with an agreed character set, ISO 8859-2.
    pub(crate) fn poole_in_polish(&self, bytes: Vec<u8>) -> Ingested {
        self.tell("poole-polish", Format::Hl7v2, bytes).unwrap()
    }

    /// Bournemouth sends segments.
    pub(crate) fn bournemouth(&self, segments: &[&str]) -> Ingested {
        self.tell("bournemouth", Format::Hl7v2, segments.join("\r").into_bytes()).unwrap()
    }

    pub(crate) fn council(&self, table: &str, text: &str) -> Result<Ingested, Error> {
        self.tell("council", Format::Csv { table: table.to_owned() }, text.into())
    }

    pub(crate) fn provider(&self, bundle: &str) -> Result<Ingested, Error> {
        self.tell("provider", Format::FhirBundle, bundle.into())
    }

    /// The message goes into the log, and from there into the record.
    fn tell(&self, channel: &str, format: Format, bytes: Vec<u8>) -> Result<Ingested, Error> {
        let message = new_message(channel, format, bytes);
        let seq = self.db.write_log(move |tx| engine::accept(tx, message)).unwrap().seq;
        let ingest = Arc::clone(&self.ingest);
        self.db.write(move |tx| {
            let received = engine::received(tx, seq).unwrap();
            ingest.ingest(tx, &received)
        })
    }

    /// The engine delivers Poole's segments, and what they become goes on to these destinations.
    pub(crate) fn deliver(&self, segments: &[&str], forwards: &[Forward]) -> i64 {
        let message = new_message("poole", Format::Hl7v2, segments.join("\r").into_bytes());
        let seq = self.db.write_log(move |tx| engine::accept(tx, message)).unwrap().seq;
        self.deliver_again(seq, forwards);
        seq
    }

    /// The same for a message that is in the log.
    pub(crate) fn deliver_again(&self, seq: i64, forwards: &[Forward]) {
        let clock = Arc::new(FixedClock::at(now()));
        let model = Arc::new(empi::Model::standard().clone());
        let ingest = Ingest::new(feeds(), clock, model);
        let ingest = ingest.forwarding(forwards.to_vec(), engine::outbound::Bells::default());
        self.db
            .write(move |tx| {
                let received = engine::received(tx, seq).unwrap();
                ingest.deliver(tx, &received, None)
            })
            .unwrap();
    }

    /// The lines of a section of one local patient, as `text | value | status | detail`.
    pub(crate) fn lines(&self, patient: LocalPatientId, section: Section) -> Vec<String> {
        let rows = self.db.read(|tx| repository::rows(tx, &[patient], section, FIRST)).unwrap();
        let line = |row: repository::Row| {
            let parts = [Some(row.text), row.value, row.status, row.detail];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" | ")
        };
        rows.into_iter().map(line).collect()
    }

    /// The ward of the stay that is going on.
    pub(crate) fn ward(&self, patient: LocalPatientId) -> Option<String> {
        let stays = self.db.read(|tx| repository::current_stays(tx, &[patient])).unwrap();
        assert!(stays.len() < 2);
        stays.into_iter().next().and_then(|stay| stay.ward)
    }

    pub(crate) fn person(&self, patient: LocalPatientId) -> PersonId {
        self.db.read(|tx| empi::person_of(tx, patient)).unwrap().unwrap()
    }

    /// One count.
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        self.db
            .read(|tx| tx.query_one(sql, &[], |row| row.get(0)))
            .map_err(|error: db::Error| error)
            .unwrap()
            .unwrap()
    }
}

/// The local patient of a Poole number.
pub(crate) fn poole(number: &str) -> LocalPatientId {
    LocalIdentity::new("RD3", number).local_patient()
}

/// A message's first three segments, about Jane Hardy unless `pid` says otherwise.
pub(crate) fn message(event: &str, time: &str, id: &str, pid: &str) -> [String; 3] {
    [
        format!("MSH|^~\\&|PAS|RD3|CHESIL|DCR|{time}||ADT^{event}|{id}|P|2.4"),
        format!("EVN|{event}|{time}|||CLERK|{time}"),
        format!("PID|1||{pid}"),
    ]
}

/// Jane Hardy of Poole, verified.
pub(crate) const JANE: &str = "9990000018^^^NHS^NH~R1^^^RD3^MR||HARDY^Jane^^^Mrs||19400602|F|||1 High Street^^Poole^^BH15 1AA|||||||||||||||||||||NSTS01";

/// PV1 of spell `V1` on this ward.
pub(crate) fn visit(ward: &str, rest: &str) -> String {
    format!("PV1|1|I|{ward}^BAY1^BED2^RD3||||C1234567^Okafor^Chidi^^^Dr||||||||||||V1{rest}")
}
