//! A portal on a free port: a hospital that cares for Thomasina Hardy, another that does not, and
//! somebody of every role.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::Policies;
use accounts::{Basis, Cost, NewUser, Organisation, OrganisationKind, PasswordHash};
use audit::{Entry, Filter, Page};
use db::Tx;
use db::scratch::Scratch;
use empi::Model;
use engine::{Arrival, Format, Inbox, Limits, NewMessage, OrderKeys, Pace, Processor};
use fhir::Resource;
use gateway::Gateway;
use ingest::Ingest;
use jiff::Timestamp;
use model::{
    Clock, Demographics, FixedClock, LocalIdentity, NhsNumber, NhsNumberStatus, OdsCode, PersonId,
    PersonName, Role,
};
use portal::PortalState;
use record::{Source, SourceKind};
use repository::Provenance;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const PASSWORD: &str = "Chesil-Beach-18";
/// Everybody, with the organisation they work for. Only RD3 cares for Thomasina.
const USERS: [(&str, Role, &str); 6] = [
    ("nurse", Role::Clinician, "RD3"),
    ("stranger", Role::Clinician, "RBD"),
    ("steward", Role::Steward, "RD3"),
    ("second", Role::Steward, "RBD"),
    ("officer", Role::PrivacyOfficer, "RD3"),
    ("operator", Role::Administrator, "RD3"),
];

/// What no address may ever hold.
pub(crate) const NAMES: [&str; 2] = ["hardy", "thomasina"];

/// A portal at work, and a browser that follows no redirect by itself.
pub(crate) struct Portal {
    runtime: Runtime,
    client: Client,
    /// `http://127.0.0.1:4711`
    pub(crate) origin: String,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) inbox: Inbox,
    pub(crate) ingest: Arc<Ingest>,
    pub(crate) thomasina: PersonId,
    pub(crate) db: Scratch,
}

/// An answer read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A portal over every engine there is.
pub(crate) fn portals() -> Vec<Portal> {
    db::scratch::databases().into_iter().map(|db| Portal::over(db, false)).collect()
}

impl Portal {
    /// A portal over `db`; behind TLS its cookies are secure.
    pub(crate) fn over(db: Scratch, secure_cookies: bool) -> Self {
        db.migrate(&[
            audit::MIGRATIONS,
            accounts::MIGRATIONS,
            empi::MIGRATIONS,
            repository::MIGRATIONS,
            engine::MIGRATIONS,
            subscriptions::MIGRATIONS,
        ])
        .unwrap();
        let clock = Arc::new(FixedClock::at("2026-01-15T10:30:00Z".parse().unwrap()));
        let now = clock.now();
        add_staff(&db, now);
        let thomasina = db.write(move |tx| add_thomasina(tx, now)).unwrap();
        let inbox = Inbox::open(db.clone(), clock.clone(), Limits::default()).unwrap();
        let gateway = Gateway::new(gateway::Config::default(), clock.clone()).unwrap();
        let ingest = ingest(clock.clone());
        let state = PortalState {
            db: db.clone(),
            inbox: inbox.clone(),
            clock: clock.clone(),
            random: Arc::new(counted()),
            policies: Arc::new(Policies::standard().unwrap()),
            ingest: ingest.clone(),
            searches: portal::Searches::default(),
            model: Arc::new(Model::standard().clone()),
            gateway: Arc::new(gateway),
            sources: vec![poole()].into(),
            password_cost: Cost::QUICK,
            demo_hint: None,
            secure_cookies,
        };
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, portal::router(state)).await });
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { runtime, client, origin, clock, inbox, ingest, thomasina, db }
    }

    /// Signs in; the answer's cookie stands for the session.
    pub(crate) fn sign_in(&self, username: &str) -> String {
        let form = format!("username={username}&password={PASSWORD}&next=/");
        let answer = self.post("", "/sign-in", &form);
        assert_eq!(answer.status, 303, "{username} signs in: {}", answer.body);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub(crate) fn get(&self, cookie: &str, path: &str) -> Answer {
        self.read(self.request(Method::GET, cookie, path))
    }

    /// Sends a form as the portal's own page would.
    pub(crate) fn post(&self, cookie: &str, path: &str, form: &str) -> Answer {
        self.post_from(("sec-fetch-site", "same-origin"), cookie, path, form)
    }

    /// Sends a form with a header that says which page it stood on.
    pub(crate) fn post_from(
        &self,
        (name, value): (&str, &str),
        cookie: &str,
        path: &str,
        form: &str,
    ) -> Answer {
        let request = self.request(Method::POST, cookie, path).header(name, value);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.read(request.body(form.to_owned()))
    }

    /// Sends the request and returns when the headers are there, with the body still to be read.
    pub(crate) fn begin(&self, cookie: &str, path: &str) -> Response {
        let request = self.request(Method::GET, cookie, path);
        self.runtime.block_on(request.send()).unwrap()
    }

    pub(crate) fn finish(&self, response: Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = self.runtime.block_on(response.text()).unwrap();
        Answer { status, headers, body }
    }

    /// The address of something of Thomasina's: `""` for her record, `/links`.
    pub(crate) fn hers(&self, rest: &str) -> String {
        format!("/people/{}{rest}", self.thomasina)
    }

    /// The trail about Thomasina as `nurse ViewRecord allowed`, oldest first.
    pub(crate) fn trail(&self) -> Vec<String> {
        let filter = Filter { person: Some(self.thomasina), ..Filter::default() };
        let entries = self.db.read(|tx| audit::search(tx, &filter, Page::first(100))).unwrap();
        let line =
            |entry: &Entry| format!("{} {} {}", entry.name, entry.action, entry.outcome.code());
        entries.iter().rev().map(line).collect()
    }

    /// Files the first review: another hospital's record like hers, with another verified number.
    pub(crate) fn file_review(&self) {
        let (thomasina, now) = (self.thomasina, self.clock.now());
        self.db
            .write(move |tx| {
                let person = empi::person(tx, thomasina)?.unwrap();
                let nhs_number = NhsNumber::parse("9990000026").ok();
                let other = Demographics { nhs_number, ..person.demographics };
                empi::feed(
                    tx,
                    Model::standard(),
                    &LocalIdentity::new("RBD", "B1"),
                    &ods("RBD"),
                    &other,
                    now,
                )
            })
            .unwrap();
        assert_eq!(self.db.read(empi::review_count).unwrap(), 1);
    }

    /// The other hospital sends a new address of the record like hers.
    pub(crate) fn change_other_record(&self) {
        let (thomasina, later) = (self.thomasina, self.clock.now() + jiff::Span::new().minutes(5));
        self.db
            .write(move |tx| {
                let person = empi::person(tx, thomasina)?.unwrap();
                let address = model::PostalAddress {
                    postcode: Some("DT1 2JY".into()),
                    ..model::PostalAddress::default()
                };
                let other = Demographics {
                    nhs_number: NhsNumber::parse("9990000026").ok(),
                    addresses: vec![address],
                    ..person.demographics
                };
                let identity = LocalIdentity::new("RBD", "B1");
                empi::feed(tx, Model::standard(), &identity, &ods("RBD"), &other, later)
            })
            .unwrap();
    }

    /// Whether the trail has an entry whose detail is this.
    pub(crate) fn noted(&self, detail: &str) -> bool {
        let filter = Filter::default();
        let entries = self.db.read(|tx| audit::search(tx, &filter, Page::first(100))).unwrap();
        entries.iter().any(|entry| entry.detail == detail)
    }

    /// Asks as the page's script does, for a piece of the page.
    pub(crate) fn get_piece(&self, cookie: &str, path: &str) -> Answer {
        self.read(self.request(Method::GET, cookie, path).header("hx-request", "true"))
    }

    /// Poole Hospital keeps an allergy of hers.
    pub(crate) fn keep_allergy(&self, text: &str) {
        let allergy = Resource::from_value(json!({
            "resourceType": "AllergyIntolerance",
            "id": model::stable_id(&["allergy", text]),
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "code": {"text": text},
        }));
        let (allergy, now) = (allergy.unwrap(), self.clock.now());
        let provenance = Provenance { message: 1, organisation: ods("RD3"), recorded_at: now };
        let patient = LocalIdentity::new("RD3", "R1").local_patient();
        self.db.write(move |tx| repository::put(tx, patient, &allergy, now, &provenance)).unwrap();
    }

    /// Stores a message; its number.
    pub(crate) fn receive(&self, body: &str) -> i64 {
        let message = NewMessage {
            channel: "poole-adt".into(),
            format: Format::Hl7v2,
            received_at: self.clock.now(),
            sender: "PAS".into(),
            control_id: "1".into(),
            message_type: "ADT^A08".into(),
            event_time: String::new(),
            order_keys: OrderKeys::of("poole-adt", ["R1"]),
            body: body.into(),
        };
        self.db.write_log(move |tx| engine::accept(tx, message)).unwrap().seq
    }

    /// Stores HL7 v2 messages as a hospital's system sends them, and takes them into the record.
    pub(crate) fn take_in(&self, messages: &[&str]) {
        for (number, message) in messages.iter().enumerate() {
            let parsed = hl7v2::parse(message.as_bytes()).unwrap();
            let kind = parsed.message_type();
            let message = NewMessage {
                channel: "poole-adt".into(),
                format: Format::Hl7v2,
                received_at: self.clock.now(),
                sender: "PAS RD3".into(),
                control_id: parsed.control_id().into_owned(),
                message_type: format!("{}^{}", kind.code, kind.event),
                event_time: String::new(),
                order_keys: OrderKeys::of("poole-adt", parsed.get("PID-3[1].1").as_deref())
                    .with_nhs_number(
                        NhsNumber::parse(&parsed.get("PID-3[2].1").unwrap_or_default()).ok(),
                    ),
                body: message.as_bytes().to_vec(),
            };
            let sequence = i64::try_from(number).unwrap();
            let stored = self.inbox.store(vec![Arrival::Message(message)]).unwrap();
            assert!(stored[0].seq > sequence);
        }
        self.process();
    }

    /// Gives every message its turn under the rules of now.
    pub(crate) fn process(&self) {
        let processor =
            Processor::new(self.inbox.clone(), self.ingest.clone(), "cafe0123", Pace::default());
        processor.process_waiting().unwrap();
    }

    fn request(&self, method: Method, cookie: &str, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        if cookie.is_empty() { request } else { request.header("cookie", cookie) }
    }

    fn read(&self, request: RequestBuilder) -> Answer {
        let response = self.runtime.block_on(request.send()).unwrap();
        self.finish(response)
    }
}

impl Answer {
    /// A header's text, `""` without it.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn names_thomasina(&self) -> bool {
        NAMES.iter().any(|name| self.body.to_lowercase().contains(name))
    }
}

fn add_staff(db: &Scratch, at: Timestamp) {
    let password = PasswordHash::new(PASSWORD, [7; 16], Cost::QUICK).unwrap();
    db.write(move |tx| {
        for (code, name) in [("RD3", "Poole Hospital"), ("RBD", "Dorset County Hospital")] {
            let kind = OrganisationKind::Hospital;
            let organisation = Organisation { ods: ods(code), name: name.into(), kind };
            accounts::put_organisation(tx, &organisation)?;
        }
        for (username, role, code) in USERS {
            let user = NewUser {
                username: username.into(),
                name: username.into(),
                role,
                organisation: ods(code),
                password: password.clone(),
            };
            accounts::add_user(tx, &user, at)?;
        }
        Ok::<_, accounts::Error>(())
    })
    .unwrap();
}

fn add_thomasina(tx: &mut Tx, at: Timestamp) -> Result<PersonId, accounts::Error> {
    let name = PersonName {
        family: "Hardy".into(),
        given: vec!["Thomasina".into()],
        prefix: Some("Mrs".into()),
    };
    let demographics = Demographics {
        nhs_number: NhsNumber::parse("9990000018").ok(),
        nhs_number_status: NhsNumberStatus::Verified,
        names: vec![name],
        birth_date: "1947-02-21".parse().ok(),
        ..Demographics::default()
    };
    let identity = LocalIdentity::new("RD3", "R1");
    let patient = identity.local_patient();
    accounts::note_relationship(tx, &ods("RD3"), patient, Basis::Admitted, "V1", at, None)?;
    Ok(empi::feed(tx, Model::standard(), &identity, &ods("RD3"), &demographics, at).unwrap())
}

/// How Poole's messages are understood.
fn ingest(clock: Arc<FixedClock>) -> Arc<Ingest> {
    let feeds = [("poole-adt".to_owned(), mapping::Feed::new(ods("RD3"), "RD3"))];
    let ingest = Ingest::new(feeds.into(), clock, Arc::new(Model::standard().clone()));
    // Nothing of what the tests send is of this type.
    let registry = ingest::Forward {
        destination: "registry".into(),
        from: vec![],
        types: vec!["ORM^O01".parse().unwrap()],
        form: ingest::Form::Hl7v2,
    };
    Arc::new(ingest.forwarding(vec![registry], engine::outbound::Bells::of(["registry"])))
}

fn poole() -> Source {
    Source {
        organisation: ods("RD3"),
        name: "Poole Hospital".into(),
        kind: SourceKind::Hospital,
        channels: vec!["poole-adt".into()],
    }
}

fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

/// Never the same bytes twice.
fn counted() -> impl Fn() -> [u8; 32] {
    let count = AtomicU64::new(1);
    move || {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&count.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        bytes
    }
}
