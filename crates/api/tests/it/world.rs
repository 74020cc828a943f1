//! A server on a free port, systems of four organisations, and people they know.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::Scope;
use api::{ApiState, BundleChannel, Client, Domain, People};
use db::scratch::Scratch;
use db::{Db, Tx};
use engine::{Channel, ChannelKind, Inbox, Limits, Pace, Processor};
use model::{
    Clock, Demographics, FixedClock, Gender, LocalIdentity, NhsNumber, NhsNumberStatus, OdsCode,
    PersonId, PersonName, PostalAddress, Telephone,
};
use serde_json::Value;

/// May do everything; sees Dorset County's numbers besides Poole's own.
pub(crate) const POOLE: &str = "the-token-of-poole-pas-system";
/// May do everything to read, of every domain; its organisation knows nobody.
pub(crate) const AMBULANCE: &str = "the-token-of-the-ambulance-service";
/// May search, and sees no domain but its own.
pub(crate) const COUNTY: &str = "the-token-of-county-search-only";

pub(crate) const NHS: &str = "https://fhir.nhs.uk/Id/nhs-number";
pub(crate) const RD3: &str = "urn:chesil:local-patient:RD3";
pub(crate) const RBD: &str = "urn:chesil:local-patient:RBD";
pub(crate) const RDY: &str = "urn:chesil:local-patient:RDY";

pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) state: ApiState,
    processor: Processor,
    _scratch: Scratch,
}

/// Every engine with a server on it.
pub(crate) async fn servers() -> Vec<Server> {
    let mut servers = Vec::new();
    // The keepers are synchronous: they wait where waiting is allowed.
    for (scratch, inbox, clock) in tokio::task::block_in_place(keepers) {
        let channels = channels();
        let feeds: BTreeMap<String, mapping::Feed> = channels
            .iter()
            .map(|one| {
                (one.name.clone(), mapping::Feed::new(one.organisation.clone(), &one.authority))
            })
            .collect();
        let model = Arc::new(matching::Model::standard().clone());
        let ticking: Arc<dyn Clock> = clock.clone();
        let ingest = ingest::Ingest::new(feeds, Arc::clone(&ticking), Arc::clone(&model));
        let processor = Processor::new(inbox.clone(), Arc::new(ingest), "test", Pace::default());
        let policies = Arc::new(access::Policies::standard().unwrap());
        let domains = channels.iter().map(Domain::of).collect();
        let people = People::new(policies, model, clients(), domains, false, random);
        let token = |name: &str| format!("the-token-of-channel-{name}");
        let channels = channels
            .into_iter()
            .map(|channel| BundleChannel { token: token(&channel.name), channel });
        let state = ApiState::new(inbox.clone(), channels.collect(), people).with_clock(ticking);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = api::router(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        servers.push(Server { address, inbox, clock, state, processor, _scratch: scratch });
    }
    servers
}

fn keepers() -> Vec<(Scratch, Inbox, Arc<FixedClock>)> {
    let keeper = |scratch: Scratch| {
        let migrations = [
            audit::MIGRATIONS,
            accounts::MIGRATIONS,
            empi::MIGRATIONS,
            repository::MIGRATIONS,
            engine::MIGRATIONS,
            subscriptions::MIGRATIONS,
        ];
        scratch.migrate(&migrations).unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let inbox = Inbox::open(scratch.clone(), clock.clone(), Limits::default()).unwrap();
        (scratch, inbox, clock)
    };
    db::scratch::databases().into_iter().map(keeper).collect()
}

fn channels() -> Vec<Channel> {
    let channel = |name: &str, authority: &str| Channel {
        name: name.to_owned(),
        organisation: ods(authority),
        authority: authority.to_owned(),
        aliases: if authority == "RBD" {
            vec!["1.3.6.1.4.1.21367.13.20.1000".into()]
        } else {
            vec![]
        },
        accepts: engine::Accepts::default(),
        kind: ChannelKind::Http { path: format!("/fhir/{name}") },
    };
    vec![
        channel("poole-identities", "RD3"),
        channel("dorchester", "RBD"),
        channel("mental-health", "RDY"),
    ]
}

fn clients() -> Vec<Client> {
    let client =
        |name: &str, organisation: &str, token: &str, scopes: &[Scope], domains: &[&str]| Client {
            name: name.into(),
            organisation: ods(organisation),
            token: token.into(),
            scopes: scopes.iter().copied().collect(),
            domains: domains.iter().map(|one| (*one).to_owned()).collect(),
            channel: (organisation == "RD3").then(|| "poole-identities".to_owned()),
            notify: vec!["http://127.0.0.1:".to_owned()],
        };
    let reading =
        [Scope::Search, Scope::Match, Scope::CrossReference, Scope::Read, Scope::Subscribe];
    vec![
        client("poole-pas", "RD3", POOLE, &Scope::ALL, &["RBD"]),
        client("ambulance", "RYF", AMBULANCE, &reading, &["RD3", "RBD", "RDY"]),
        client("county-search", "RBD", COUNTY, &[Scope::Search], &[]),
    ]
}

/// Different each time, which is all that is asked of it here.
fn random() -> [u8; 32] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

/// An answer: status, body, and the headers that matter.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) location: Option<String>,
    pub(crate) content_location: Option<String>,
}

impl Answer {
    /// Status, issue code and diagnostics.
    pub(crate) fn issue(&self) -> (u16, &str, &str) {
        let issue = &self.body["issue"][0];
        let text = |name: &str| issue[name].as_str().unwrap_or_default();
        (self.status, text("code"), text("diagnostics"))
    }

    /// The surnames of the patients of a bundle, in its order.
    pub(crate) fn families(&self) -> Vec<String> {
        self.patients()
            .iter()
            .map(|one| one["name"][0]["family"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn patients(&self) -> Vec<Value> {
        let entries = self.body["entry"].as_array().cloned().unwrap_or_default();
        let patients = entries.into_iter().filter(|one| one["search"]["mode"] == "match");
        patients.map(|one| one["resource"].clone()).collect()
    }

    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let links = self.body["link"].as_array()?;
        let link = links.iter().find(|one| one["relation"] == relation)?;
        Some(link["url"].as_str()?.to_owned())
    }
}

/// `SYSTEM|VALUE` of each identifier.
pub(crate) fn identifiers(patient: &Value) -> Vec<String> {
    let identifiers = patient["identifier"].as_array().cloned().unwrap_or_default();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    identifiers
        .iter()
        .map(|one| format!("{}|{}", text(one, "system"), text(one, "value")))
        .collect()
}

impl Server {
    pub(crate) async fn send(
        &self,
        token: &str,
        method: reqwest::Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let address = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.address)
        };
        let mut request = reqwest::Client::new().request(method, address).body(body);
        request = request.header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let (location, content_location) = (header("location"), header("content-location"));
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, body, location, content_location }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(token, reqwest::Method::GET, path, &[], String::new()).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/fhir+json")];
        self.send(token, reqwest::Method::POST, path, &headers, body.to_string()).await
    }

    pub(crate) async fn search_by_form(&self, token: &str, form: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let path = "/fhir/Patient/_search";
        self.send(token, reqwest::Method::POST, path, &headers, form.to_owned()).await
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx) -> empi::Result<T> + Send + 'static,
    ) -> T {
        let db: Db = self.inbox.db().clone();
        tokio::task::block_in_place(|| db.write(job)).unwrap()
    }

    /// What a source says, as ingest would hand it on.
    pub(crate) fn feed(&self, text: &str, demographics: &Demographics) -> PersonId {
        let (authority, value) = text.split_once('/').unwrap();
        let identity = LocalIdentity::new(authority, value);
        let (organisation, demographics) = (ods(authority), demographics.clone());
        let at = "2026-11-01T12:00:00Z".parse().unwrap();
        let model = matching::Model::standard();
        self.write(move |tx| empi::feed(tx, model, &identity, &organisation, &demographics, at))
    }

    /// Processes everything that waits in the log.
    pub(crate) fn process(&self) {
        tokio::task::block_in_place(|| self.processor.process_waiting()).unwrap();
    }

    /// The trail since the start: who, what, whether about somebody.
    pub(crate) fn trail(&self) -> Vec<String> {
        let page = audit::Page::first(100);
        let db = self.inbox.db();
        let read = || db.read(|tx| audit::search(tx, &audit::Filter::default(), page));
        let entries = tokio::task::block_in_place(read).unwrap();
        let line = |one: audit::Entry| {
            let about = if one.person.is_some() { " of somebody" } else { "" };
            format!("{} {} {}{about}: {}", one.name, one.outcome.code(), one.action, one.detail)
        };
        entries.into_iter().rev().map(line).collect()
    }
}

pub(crate) fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

/// Thomasina Hardy, as a careful source describes her; tests change what they are about.
pub(crate) fn thomasina() -> Demographics {
    Demographics {
        nhs_number: Some(number(1)),
        nhs_number_status: NhsNumberStatus::Verified,
        names: vec![name("Hardy", "Thomasina")],
        birth_date: "1947-02-21".parse().ok(),
        gender: Some(Gender::Female),
        addresses: vec![PostalAddress {
            lines: vec!["7 Egdon Way".into()],
            city: Some("Dorchester".into()),
            postcode: Some("DT2 8QA".into()),
        }],
        telephones: vec![Telephone { number: "01305 496007".into(), mobile: false }],
        ..Demographics::default()
    }
}

/// Somebody else, told apart by everything.
pub(crate) fn other(stem: u32, family: &str, given: &str, born: &str) -> Demographics {
    Demographics {
        nhs_number: Some(number(stem)),
        nhs_number_status: NhsNumberStatus::Verified,
        names: vec![name(family, given)],
        birth_date: born.parse().ok(),
        gender: Some(Gender::Male),
        ..Demographics::default()
    }
}

/// Thomasina at three organisations: Poole, Dorset County, and the mental-health provider.
pub(crate) fn known_to_three(server: &Server) -> PersonId {
    let person = server.feed("RD3/R1", &thomasina());
    assert_eq!(server.feed("RBD/B1", &thomasina()), person);
    assert_eq!(server.feed("RDY/M1", &thomasina()), person);
    person
}

/// One of the numbers that are never issued.
pub(crate) fn number(stem: u32) -> NhsNumber {
    (0..).find_map(|step| NhsNumber::from_stem(999_000_000 + stem * 10 + step)).unwrap()
}

pub(crate) fn name(family: &str, given: &str) -> PersonName {
    PersonName {
        family: family.into(),
        given: given.split_whitespace().map(Into::into).collect(),
        prefix: None,
    }
}
