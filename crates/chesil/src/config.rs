//! Configuration is files: `chesil.toml`, `channels/*.toml` and `destinations/*.toml`, read whole, every mistake named by
//! file and line before anything starts.

mod file;
mod problem;
mod channel;
mod mllp;
mod file_drop;
mod retry;
mod matching_model;
mod client;
mod destination;
mod destination_file;
mod rules;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use accounts::{Organisation, OrganisationKind};
use empi::Model;
use gateway::{Consumer, Practice};
use model::OdsCode;
use sha2::{Digest, Sha256};
use toml::Spanned;

pub(crate) use channel::ChannelSettings;
pub(crate) use destination::{DestinationSettings, To};
use file::{ChesilToml, OrganisationToml, PracticeToml};
pub(crate) use file_drop::council_folder;
use problem::Source;
pub(crate) use problem::{Problem, Problems};

/// Everything the program needs to start, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The record's name on every page: `Dorset Care Record`.
    pub(crate) title: String,
    /// The only folder that is written to.
    pub(crate) data: PathBuf,
    /// Where the database is.
    pub(crate) database: db::Location,
    /// With this many messages waiting, sources stop reading.
    pub(crate) high_water: i64,
    /// Where the portal and the FHIR interface listen.
    pub(crate) listen: SocketAddr,
    /// Where Prometheus finds figures; nowhere if nothing is said.
    pub(crate) metrics: Option<SocketAddr>,
    /// The organisations of the region.
    pub(crate) organisations: Vec<Organisation>,
    /// The ways in.
    pub(crate) channels: Vec<ChannelSettings>,
    /// The ways out.
    pub(crate) destinations: Vec<DestinationSettings>,
    /// The GP practices that can be asked.
    pub(crate) gateway: gateway::Config,
    /// The systems that may ask who people are.
    pub(crate) clients: Vec<api::Client>,
    /// A folder of policies in the place of the standard ones.
    pub(crate) policies: Option<PathBuf>,
    /// How people are told apart.
    pub(crate) model: Arc<Model>,
    /// A fingerprint of all files, kept with every processed message.
    pub(crate) hash: String,
}

/// Reads `folder/chesil.toml`, `folder/channels/*.toml` and `folder/destinations/*.toml`.
///
/// # Errors
/// Every mistake that can be found without starting, each with its file and line.
pub(crate) fn load(folder: &Path) -> Result<Settings, Problems> {
    let mut problems = Vec::new();
    let main = Source::read(&folder.join("chesil.toml"), &mut problems);
    let parsed = main.as_ref().and_then(|source| source.parse::<ChesilToml>(&mut problems));
    let channels = channel::load_all(&folder.join("channels"), folder, &mut problems);
    let settings = match (&main, parsed) {
        (Some(source), Some(parsed)) => settings(folder, source, parsed, channels, &mut problems),
        _ => None,
    };
    match settings {
        Some(settings) if problems.is_empty() => Ok(settings),
        _ => Err(Problems(problems)),
    }
}

fn settings(
    folder: &Path,
    source: &Source,
    parsed: ChesilToml,
    channels: Vec<(Source, ChannelSettings)>,
    problems: &mut Vec<Problem>,
) -> Option<Settings> {
    let data = folder.join(parsed.data.unwrap_or_else(|| "data".into()));
    let database = database(source, parsed.database, &data, problems);
    let high_water = high_water(source, parsed.high_water.as_ref(), problems);
    let organisations = organisations(source, &parsed.organisation, problems);
    channel::check_together(&channels, &organisations, problems);
    let destinations = destination::load_all(folder, &channels, problems);
    let known = client::Known { organisations: &organisations, channels: &channels };
    let clients = client::clients(source, parsed.client, &known, problems);
    let mut gateway = gateway::Config::default();
    if let Some(spine) = parsed.gateway {
        gateway.consumer =
            Consumer { asid: spine.asid, issuer: spine.issuer, ..Consumer::default() };
        gateway.proxy = spine.proxy;
    }
    for practice in parsed.practice {
        if let Some((ods, practice)) = self::practice(source, practice, problems) {
            gateway.practices.insert(ods, practice);
        }
    }
    let matching = parsed.matching.map(|path| folder.join(path));
    let (model_file, model) = matching_model::load(matching.as_deref(), problems)?;
    let files = std::iter::once(source).chain(channels.iter().map(|(source, _)| source));
    let files = files.chain(destinations.iter().map(|(source, _)| source));
    let hash = fingerprint(files.chain(&model_file));
    Some(Settings {
        title: parsed.title.unwrap_or_else(|| "Shared care record".to_owned()),
        data,
        database: database?,
        high_water,
        listen: parsed.listen,
        metrics: parsed.telemetry.map(|telemetry| telemetry.metrics),
        organisations,
        channels: channels.into_iter().map(|(_, channel)| channel).collect(),
        destinations: destinations.into_iter().map(|(_, destination)| destination).collect(),
        gateway,
        clients,
        policies: parsed.policies.map(|policies| folder.join(policies)),
        model,
        hash,
    })
}

fn database(
    source: &Source,
    address: Option<Spanned<String>>,
    data: &Path,
    problems: &mut Vec<Problem>,
) -> Option<db::Location> {
    let Some(address) = address else { return Some(db::Location::Sqlite(data.join("chesil.db"))) };
    let parsed = db::Location::parse(address.get_ref());
    parsed.map_err(|error| problems.push(source.problem(address.span(), error.to_string()))).ok()
}

fn high_water(source: &Source, given: Option<&Spanned<i64>>, problems: &mut Vec<Problem>) -> i64 {
    let Some(given) = given else { return engine::Limits::default().high_water };
    if *given.get_ref() < 1 {
        problems.push(source.problem(given.span(), "high_water is at least 1"));
    }
    *given.get_ref()
}

fn organisations(
    source: &Source,
    listed: &[OrganisationToml],
    problems: &mut Vec<Problem>,
) -> Vec<Organisation> {
    let mut organisations: Vec<Organisation> = Vec::new();
    for one in listed {
        let Some(ods) = ods_code(source, &one.ods, problems) else { continue };
        if organisations.iter().any(|known| known.ods == ods) {
            problems.push(source.problem(one.ods.span(), format!("{ods} is listed twice")));
        }
        let Some(kind) = OrganisationKind::parse(one.kind.get_ref()) else {
            let kinds = OrganisationKind::ALL.map(OrganisationKind::code).join(", ");
            problems.push(source.problem(one.kind.span(), format!("a kind is one of {kinds}")));
            continue;
        };
        organisations.push(Organisation { ods, name: one.name.clone(), kind });
    }
    organisations
}

fn practice(
    source: &Source,
    listed: PracticeToml,
    problems: &mut Vec<Problem>,
) -> Option<(OdsCode, Practice)> {
    let ods = ods_code(source, &listed.ods, problems)?;
    let url = listed.url.get_ref();
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.ends_with('/') {
        let sentence = "a practice's url begins with https:// and has no slash at its end";
        problems.push(source.problem(listed.url.span(), sentence));
    }
    let practice =
        Practice { name: listed.name, base_url: listed.url.into_inner(), asid: listed.asid };
    Some((ods, practice))
}

pub(crate) fn ods_code(
    source: &Source,
    code: &Spanned<String>,
    problems: &mut Vec<Problem>,
) -> Option<OdsCode> {
    let parsed = OdsCode::parse(code.get_ref());
    parsed.map_err(|error| problems.push(source.problem(code.span(), error.to_string()))).ok()
}

fn fingerprint<'a>(sources: impl Iterator<Item = &'a Source>) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        hash.update(source.text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The `*.toml` files of a folder by name; none where there is no folder.
fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests;
