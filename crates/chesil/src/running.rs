//! Everything wired together and started, in the order a message and then a click meet it.
//!
//! 1. the data folder and the database, migrated;
//! 2. organisations and policies;
//! 3. the engine: inbox, processor, a source for each channel, a sender for each destination;
//! 4. the repair pass over the index of people, beside the messages;
//! 5. the gateway to the GP practices;
//! 6. the portal and the FHIR interface on one address.
//!
//! Stopping goes the other way: sources first, so that nothing is half accepted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::Policies;
use accounts::{Cost, Organisation, OrganisationKind};
use anyhow::{Context, Result};
use api::{ApiState, BundleChannel, Domain, People};
use axum::Router;
use db::Db;
use engine::outbound::Bells;
use engine::{
    Certificates, ChannelKind, Inbox, Pace, Processor, Shutdown, ShutdownSignal, Watcher,
};
use gateway::Gateway;
use ingest::Ingest;
use model::Clock;
use portal::PortalState;
use record::{Source, SourceKind};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::{ChannelSettings, Settings};
use crate::counting::Counting;
use crate::data_folder::DataFolder;
use crate::repairing::Repairing;
use crate::sending;

/// How long a request may still take when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Records whose keys are made anew in one transaction: a few seconds, so a stop loses little.
const KEYS_AT_ONCE: u32 = 20_000;

/// What differs between a server and a demonstration.
pub(crate) struct Mode {
    /// Whom to sign in as, on the sign-in page.
    pub(crate) demo_hint: Option<String>,
    /// What a password hash costs.
    pub(crate) password_cost: Cost,
}

/// A Chesil at work. [`Running::stop`] ends it in order.
pub(crate) struct Running {
    /// Where the portal answers.
    pub(crate) portal: SocketAddr,
    /// Where each MLLP channel listens.
    pub(crate) listeners: Vec<(String, SocketAddr)>,
    pub(crate) db: Db,
    pub(crate) inbox: Inbox,
    certificates: Vec<(String, Certificates)>,
    shutdown: Shutdown,
    tasks: Vec<JoinHandle<()>>,
    processor: engine::Running,
    _folder: DataFolder,
}

/// Starts everything; an error says what to change.
pub(crate) async fn start(
    settings: Settings,
    mode: Mode,
    clock: Arc<dyn Clock>,
) -> Result<Running> {
    let folder = DataFolder::take(&settings.data)?;
    let policies = policies(&settings)?;
    // The keepers are synchronous, and so is the PostgreSQL client: they wait on a thread of their own.
    let (db, inbox) = tokio::task::block_in_place(|| keepers(&settings, &clock))?;

    let bells = Bells::of(settings.destinations.iter().map(|one| &*one.forward.destination));
    let forwards = settings.destinations.iter().map(|one| one.forward.clone()).collect();
    let ingest = ingest(&settings, &clock);
    let ingest = Arc::new(ingest.forwarding(forwards, bells.clone()));
    let processor = Processor::new(inbox.clone(), ingest.clone(), &settings.hash, Pace::default());
    let retries = settings.channels.iter().map(|one| (one.channel.name.clone(), one.retry));
    let processor = processor.with_retries(retries.collect()).start()?;

    let (shutdown, signal) = engine::shutdown();
    let mut tasks = Vec::new();
    let Listening { listeners, certificates } =
        start_sources(&settings.channels, &inbox, &signal, &mut tasks).await?;

    sending::start(&settings, &inbox, &clock, &bells, &signal, &mut tasks);

    let model = Arc::clone(&settings.model);
    let repairing = Repairing { inbox: inbox.clone(), model, clock: Arc::clone(&clock) };
    tasks.push(tokio::spawn(repairing.run(signal.clone())));
    let counting =
        Counting { db: db.clone(), ingest: Arc::clone(&ingest), clock: Arc::clone(&clock) };
    tasks.push(tokio::spawn(counting.run(signal.clone())));

    let gateway = Arc::new(Gateway::new(settings.gateway.clone(), Arc::clone(&clock))?);
    let api = api_state(&settings, &inbox, Arc::clone(&policies), Arc::clone(&clock));
    let api_for_notifying = api.clone();
    let state = portal_state(&settings, mode, &inbox, clock, policies, gateway, ingest);
    if let Some(address) = settings.metrics {
        let names = settings.channels.iter().map(|own| own.channel.name.clone()).collect();
        let router = api::metrics_router(api.clone(), names);
        tasks.push(serve(address, router, signal.clone()).await?.1);
    }
    let router = portal::router(state).merge(api::router(api));
    tasks.push(tokio::spawn(api::notify(api_for_notifying, signal.clone())));
    let (portal, server) = serve(settings.listen, router, signal).await?;
    tasks.push(server);
    Ok(Running {
        portal,
        listeners,
        db,
        inbox,
        certificates,
        shutdown,
        tasks,
        processor,
        _folder: folder,
    })
}

impl Running {
    /// Reads the channels' certificates and keys anew; a file that is wrong leaves its channel as it is.
    pub(crate) fn reload_certificates(&self) {
        for (channel, certificates) in &self.certificates {
            match certificates.reload() {
                Ok(()) => {
                    tracing::info!(channel.name = %channel, "read the certificates of {channel} anew");
                }
                Err(error) => {
                    tracing::error!(channel.name = %channel, "{channel} goes on with the certificates of before: {error}");
                }
            }
        }
    }

    /// Stops reading, finishes what is under way, closes the database.
    pub(crate) async fn stop(self) {
        self.shutdown.now();
        for task in self.tasks {
            // A task that does not end within the grace period is left to the process's end.
            if tokio::time::timeout(GRACE, task).await.is_err() {
                tracing::warn!("a connection did not end within {GRACE:?}");
            }
        }
        drop(self.processor);
    }
}

/// The way into the record, as the configuration has it.
pub(crate) fn ingest(settings: &Settings, clock: &Arc<dyn Clock>) -> Ingest {
    let feeds = settings.channels.iter().map(|own| (own.channel.name.clone(), own.feed.clone()));
    Ingest::new(feeds.collect(), Arc::clone(clock), Arc::clone(&settings.model))
}

/// The database with the configured organisations, and the message log on it.
pub(crate) fn keepers(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<(Db, Inbox)> {
    let db = open_database(settings)?;
    let organisations = settings.organisations.clone();
    let limits = engine::Limits { high_water: settings.high_water };
    db.write(move |tx| {
        organisations
            .iter()
            .try_for_each(|organisation| accounts::put_organisation(tx, organisation))
    })?;
    let inbox = Inbox::open(db.clone(), Arc::clone(clock), limits)?;
    Ok((db, inbox))
}

/// Opens and migrates the database.
pub(crate) fn open_database(settings: &Settings) -> Result<Db> {
    let db = Db::open(&settings.database)?;
    db.migrate(&[
        audit::MIGRATIONS,
        accounts::MIGRATIONS,
        empi::MIGRATIONS,
        repository::MIGRATIONS,
        engine::MIGRATIONS,
        subscriptions::MIGRATIONS,
    ])?;
    index_keys(&db)?;
    Ok(db)
}

/// Makes the keys by which people are found anew, where this build makes other ones.
fn index_keys(db: &Db) -> Result<()> {
    let mut records = 0;
    loop {
        let indexed = db.write(|tx| empi::index_keys(tx, KEYS_AT_ONCE))?;
        records += indexed.records;
        if indexed.records > 0 {
            tracing::info!("indexed the keys of {records} records anew");
        }
        if indexed.complete {
            return Ok(());
        }
    }
}

fn policies(settings: &Settings) -> Result<Arc<Policies>> {
    let policies = match &settings.policies {
        Some(folder) => Policies::load(folder)?,
        None => Policies::standard()?,
    };
    Ok(Arc::new(policies))
}

/// The MLLP channels at work.
#[derive(Default)]
struct Listening {
    listeners: Vec<(String, SocketAddr)>,
    certificates: Vec<(String, Certificates)>,
}

async fn start_sources(
    channels: &[ChannelSettings],
    inbox: &Inbox,
    signal: &ShutdownSignal,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<Listening> {
    let mut listening = Listening::default();
    for settings in channels {
        let channel = settings.channel.clone();
        match &channel.kind {
            ChannelKind::Mllp(_) => {
                let name = channel.name.clone();
                let listener = engine::bind(inbox.clone(), channel).await?;
                let certificates = listener.certificates();
                listening.certificates.extend(certificates.map(|one| (name.clone(), one)));
                listening.listeners.push((name, listener.address()));
                tasks.push(tokio::spawn(listener.run(signal.clone())));
            }
            ChannelKind::FileDrop(_) => {
                let watcher = Watcher::new(inbox.clone(), channel)?;
                tasks.push(tokio::spawn(engine::watch(watcher, signal.clone())));
            }
            // The server's router reads these.
            ChannelKind::Http { .. } | ChannelKind::Hl7Http { .. } => {}
        }
    }
    Ok(listening)
}

fn portal_state(
    settings: &Settings,
    mode: Mode,
    inbox: &Inbox,
    clock: Arc<dyn Clock>,
    policies: Arc<Policies>,
    gateway: Arc<Gateway>,
    ingest: Arc<Ingest>,
) -> PortalState {
    PortalState {
        db: inbox.db().clone(),
        inbox: inbox.clone(),
        clock,
        random: Arc::new(random),
        policies,
        ingest,
        searches: portal::Searches::default(),
        model: Arc::clone(&settings.model),
        gateway,
        sources: sources(&settings.organisations, &settings.channels).into(),
        password_cost: mode.password_cost,
        demo_hint: mode.demo_hint,
        secure_cookies: !settings.listen.ip().is_loopback(),
    }
}

fn api_state(
    settings: &Settings,
    inbox: &Inbox,
    policies: Arc<Policies>,
    clock: Arc<dyn Clock>,
) -> ApiState {
    let channels = settings.channels.iter().filter_map(|settings| {
        Some(BundleChannel { channel: settings.channel.clone(), token: settings.token.clone()? })
    });
    let domains = settings.channels.iter().map(|settings| Domain::of(&settings.channel));
    let https = !settings.listen.ip().is_loopback();
    let people = People::new(
        policies,
        Arc::clone(&settings.model),
        settings.clients.clone(),
        domains.collect(),
        https,
        random,
    );
    ApiState::new(inbox.clone(), channels.collect(), people).with_clock(clock)
}

/// The organisations that feed the record: those with a channel.
fn sources(organisations: &[Organisation], channels: &[ChannelSettings]) -> Vec<Source> {
    let of = |organisation: &Organisation| -> Vec<String> {
        let own =
            channels.iter().filter(|settings| settings.channel.organisation == organisation.ods);
        own.map(|settings| settings.channel.name.clone()).collect()
    };
    let source = |organisation: &Organisation| Source {
        organisation: organisation.ods.clone(),
        name: organisation.name.clone(),
        kind: match organisation.kind {
            OrganisationKind::Hospital => SourceKind::Hospital,
            OrganisationKind::MentalHealth | OrganisationKind::Community => SourceKind::Community,
            OrganisationKind::Council => SourceKind::Council,
            _ => SourceKind::Other,
        },
        channels: of(organisation),
    };
    organisations.iter().map(source).filter(|source| !source.channels.is_empty()).collect()
}

async fn serve(
    listen: SocketAddr,
    router: Router,
    mut signal: ShutdownSignal,
) -> Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; is another program using the port?")
    })?;
    let address = listener.local_addr()?;
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move { signal.given().await });
    let task = tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!("the portal stopped: {error}");
        }
    });
    Ok((address, task))
}

/// Random bytes of the operating system.
pub(crate) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    // Without randomness no session is safe: better none than a guessable one.
    #[expect(clippy::expect_used, reason = "the operating system's randomness has no fallback")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
