//! The county's configuration, made instead of read.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use accounts::{Organisation, OrganisationKind};
use anyhow::{Context, Result};
use empi::Model;
use engine::{ChannelKind, Mllp};
use gateway::Practice;
use model::OdsCode;
use simulator::{COUNCIL, County, Hospital, MENTAL_HEALTH, Source};
use tokio::net::TcpListener;

use super::Demo;
use crate::config::{self, ChannelSettings, Settings};

/// Where each source brings what it has to say.
#[derive(Debug, Clone)]
pub(super) struct Ways {
    /// The channel of each hospital.
    pub(super) hospitals: Vec<(Hospital, &'static str)>,
    /// The path for bundles, and its token.
    pub(super) bundles: (String, String),
    /// The council's folders, by table.
    pub(super) folders: Vec<(&'static str, PathBuf)>,
}

const CHANNELS: [(Hospital, &str); 3] = [
    (Hospital::DorsetCounty, "dorchester"),
    (Hospital::Poole, "poole"),
    (Hospital::Bournemouth, "bournemouth"),
];

/// The token of the demonstration's client.
pub(super) const CLIENT_TOKEN: &str = "demonstration-client-token";

/// How often the council's folders are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts all practices' systems on one address.
pub(super) async fn start_practices(county: &Arc<County>) -> Result<SocketAddr> {
    let records: Arc<dyn simulator::gp_provider::GpRecords> = Arc::<County>::clone(county);
    let router = simulator::gp_provider::router(records);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!("the simulated practices stopped: {error}");
        }
    });
    Ok(address)
}

pub(super) fn settings(
    demo: &Demo,
    folder: &Path,
    county: &County,
    practices: SocketAddr,
) -> Result<(Settings, Ways)> {
    let mut channels = Vec::new();
    for ((hospital, name), offset) in CHANNELS.into_iter().zip(0u16..) {
        let port = demo.mllp_port.checked_add(offset).context("--mllp-port is too high")?;
        let listen = demo.address(if demo.mllp_port == 0 { 0 } else { port });
        channels.push(channel(
            name,
            Source::Hospital(hospital),
            ChannelKind::Mllp(Mllp::on(listen)),
        )?);
    }
    let token = crate::running::random()
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let path = "/fhir/mental-health".to_owned();
    let bundles = ChannelKind::Http { path: path.clone() };
    channels.push(
        channel("mental-health", Source::MentalHealth, bundles)?.with(None, Some(token.clone())),
    );
    let mut folders = Vec::new();
    for table in ["care_packages", "contacts"] {
        let drop = folder.join("council").join(table);
        folders.push((table, drop.join("in")));
        let kind = config::council_folder(drop, table, LOOK_EVERY);
        channels.push(channel(
            &format!("council-{}", table.replace('_', "-")),
            Source::Council,
            kind,
        )?);
    }
    let ways = Ways { hospitals: CHANNELS.to_vec(), bundles: (path, token), folders };
    let settings = Settings {
        title: "Dorset shared care record (demonstration)".to_owned(),
        data: folder.to_path_buf(),
        database: match &demo.database {
            Some(address) => db::Location::parse(address)?,
            None => db::Location::Sqlite(folder.join("chesil.db")),
        },
        high_water: engine::Limits::default().high_water,
        listen: demo.address(demo.port),
        metrics: None,
        organisations: organisations(county)?,
        channels,
        destinations: Vec::new(),
        gateway: gateway(county, practices)?,
        clients: vec![client()?],
        policies: None,
        model: Arc::new(Model::standard().clone()),
        hash: "demo".to_owned(),
    };
    Ok((settings, ways))
}

fn channel(name: &str, source: Source, kind: ChannelKind) -> Result<ChannelSettings> {
    let organisation = OdsCode::parse(source.ods())?;
    Ok(ChannelSettings::new(name, organisation, source.authority(), Vec::new(), kind))
}

/// A system that may ask everything, so that the examples of docs/identity-api.md work. Its token is
/// no secret: nobody here is real.
fn client() -> Result<api::Client> {
    let sources = Source::ALL.into_iter();
    let domains = sources.map(|source| source.authority().to_owned());
    Ok(api::Client {
        name: "demonstration".to_owned(),
        organisation: OdsCode::parse(Source::MentalHealth.ods())?,
        token: CLIENT_TOKEN.to_owned(),
        scopes: access::Scope::ALL.into(),
        domains: domains.collect(),
        channel: Some("mental-health".to_owned()),
        notify: vec!["http://127.0.0.1:".to_owned()],
    })
}

fn organisations(county: &County) -> Result<Vec<Organisation>> {
    let mut organisations = Vec::new();
    for organisation in county.organisations() {
        organisations.push(Organisation {
            ods: OdsCode::parse(organisation.ods)?,
            name: organisation.name.to_owned(),
            kind: OrganisationKind::parse(organisation.kind.code())
                .context("an unknown kind of organisation")?,
        });
    }
    debug_assert!(
        organisations
            .iter()
            .any(|one| one.ods.as_str() == COUNCIL || one.ods.as_str() == MENTAL_HEALTH)
    );
    Ok(organisations)
}

fn gateway(county: &County, address: SocketAddr) -> Result<gateway::Config> {
    let mut config = gateway::Config::default();
    for practice in county.practices() {
        let ods = OdsCode::parse(practice.ods)?;
        let base_url = simulator::gp_provider::base_url(&format!("http://{address}"), &ods);
        let practice =
            Practice { name: practice.name.to_owned(), base_url, asid: "200000000359".to_owned() };
        config.practices.insert(ods, practice);
    }
    Ok(config)
}
