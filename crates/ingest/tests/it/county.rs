//! One hospital, one council and one provider, feeding a scratch database.

use db::scratch::{Scratch, databases};
use empi::Model;
use engine::{Format, Received};
use ingest::{Error, Ingested, ingest};
use jiff::Timestamp;
use mapping::Feed;
use model::{FixedClock, LocalIdentity, LocalPatientId, OdsCode, PersonId, Section};
use repository::Page;

/// Everything a test needs to tell and to ask.
pub(crate) struct County {
    pub(crate) db: Scratch,
    messages: std::cell::Cell<i64>,
}

const FIRST: Page = Page { offset: 0, limit: 50 };

/// Runs a story on every engine.
pub(crate) fn on_every_engine(story: impl Fn(&County)) {
    for db in databases() {
        db.migrate(&[
            audit::MIGRATIONS,
            accounts::MIGRATIONS,
            empi::MIGRATIONS,
            repository::MIGRATIONS,
            engine::MIGRATIONS,
        ])
        .unwrap();
        story(&County { db, messages: std::cell::Cell::new(0) });
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-01-20T12:00:00Z".parse().unwrap()
}

fn feed(organisation: &str, authority: &str) -> Feed {
    Feed::new(OdsCode::parse(organisation).unwrap(), authority)
}

impl County {
    /// Poole sends segments.
    pub(crate) fn poole(&self, segments: &[&str]) -> Ingested {
        self.tell(Format::Hl7v2, segments.join("\r"), feed("RD3", "RD3")).unwrap()
    }

    /// Poole sends bytes by a channel with an agreed character set.
    pub(crate) fn poole_in(&self, charset: &str, bytes: Vec<u8>) -> Ingested {
        let mut feed = feed("RD3", "RD3");
        feed.default_charset = Some(charset.to_owned());
        self.tell_bytes(Format::Hl7v2, bytes, feed).unwrap()
    }

    /// Bournemouth sends segments.
    pub(crate) fn bournemouth(&self, segments: &[&str]) -> Ingested {
        self.tell(Format::Hl7v2, segments.join("\r"), feed("RDZ", "RDZ")).unwrap()
    }

    pub(crate) fn council(&self, table: &str, text: &str) -> Result<Ingested, Error> {
        self.tell(Format::Csv { table: table.to_owned() }, text.to_owned(), feed("809", "DORSET"))
    }

    pub(crate) fn provider(&self, bundle: &str) -> Result<Ingested, Error> {
        self.tell(Format::FhirBundle, bundle.to_owned(), feed("RDY", "RDY"))
    }

    fn tell(&self, format: Format, text: String, feed: Feed) -> Result<Ingested, Error> {
        self.tell_bytes(format, text.into_bytes(), feed)
    }

    fn tell_bytes(&self, format: Format, bytes: Vec<u8>, feed: Feed) -> Result<Ingested, Error> {
        self.messages.set(self.messages.get() + 1);
        let received = Received {
            id: self.messages.get(),
            channel: "test".to_owned(),
            format,
            received_at: now(),
            bytes,
        };
        self.db.write(move |tx| {
            ingest(tx, &received, &feed, Model::standard(), &FixedClock::at(now()))
        })
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
