//! A demonstration county, and somebody who opens records in it.
//!
//! 1. start it as `chesil demo` does and load its history, against the clock;
//! 2. let it rest and read how much memory it keeps;
//! 3. sign in, find people of whom a record may be opened, and open each once;
//! 4. ask for their pages 50 times a second, whether answers come or not.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use simulator::{County, Hospital, Source};
use tokio::task::JoinSet;

use super::latencies::Latencies;
use super::{Figure, memory_mb, rate};
use crate::command::demo::{self, Demo, PASSWORD};
use crate::command::serve::until_told_to_stop;

/// `chesil bench page`
#[derive(Debug, Args)]
pub(super) struct Page {
    /// How many people live in the county
    #[arg(long, default_value_t = 5000)]
    people: usize,
    /// Seconds for which pages are asked for
    #[arg(long, default_value_t = 20)]
    seconds: u32,
}

/// Pages asked for in a second.
const RATE: u32 = 50;
/// People whose pages are asked for in turn.
const READ: usize = 50;
/// How long it rests before its memory is read.
const REST: Duration = Duration::from_secs(5);
/// Who reads.
const READER: &str = "poole.doctor";

pub(super) fn run(page: &Page) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        tokio::select! {
            result = measure(page) => result,
            stopped = until_told_to_stop() => stopped,
        }
    })
}

async fn measure(page: &Page) -> Result<()> {
    let demo = Demo::on_free_ports(page.people);
    let temporary = demo::Temporary::unless(false);
    let mut story = demo.story(&temporary.path())?;
    let at_work = demo::start(&demo, &temporary.path(), &mut story).await?;
    let loading = at_work.loading.context("the history was there before")?;
    let messages: usize =
        Source::ALL.iter().map(|source| at_work.county.history(*source).len()).sum();
    let took = loading.as_secs_f64();
    Figure::lower("load the county's history", took, "s", Some(120.0)).print()?;
    let per_second = rate(u64::try_from(messages)?, loading)?;
    Figure::higher("messages end to end while loading", per_second, "messages/s", None).print()?;

    tokio::time::sleep(REST).await;
    let name = "memory at rest after loading, simulator included";
    Figure::lower(name, memory_mb("VmRSS:")?, "MB", Some(150.0)).print()?;

    let reader = Arc::new(Reader::sign_in(at_work.running.portal).await?);
    let people = reader.find_people(&at_work.county).await?;
    let mut latencies = open_loop(&reader, &people, page.seconds).await?;
    let p50 = latencies.percentile_ms(50).context("no pages")?;
    let p99 = latencies.percentile_ms(99).context("no pages")?;
    Figure::lower("record page p50 at 50 requests/s", p50, "ms", None).print()?;
    Figure::lower("record page p99 at 50 requests/s", p99, "ms", Some(50.0)).print()?;
    at_work.running.stop().await;
    Ok(())
}

/// Asks for `people`'s pages in turn, each when it is due. Times are taken from then, so that a
/// slow answer also counts for those behind it.
async fn open_loop(reader: &Arc<Reader>, people: &[String], seconds: u32) -> Result<Latencies> {
    let (began, total) = (Instant::now(), RATE * seconds);
    let mut asked = JoinSet::new();
    for (number, person) in (0..total).zip(people.iter().cycle()) {
        let due = began + Duration::from_secs(1) * number / RATE;
        tokio::time::sleep_until(due.into()).await;
        let (reader, person) = (Arc::clone(reader), person.clone());
        asked.spawn(async move {
            let (status, _) = reader.get(&person).await?;
            ensure!(status == StatusCode::OK, "a page answered {status}");
            Ok(due.elapsed())
        });
    }
    let mut latencies = Latencies::default();
    while let Some(answer) = asked.join_next().await {
        latencies.add(answer??);
    }
    Ok(latencies)
}

/// Somebody signed in.
struct Reader {
    client: Client,
    base: String,
    cookie: String,
}

impl Reader {
    async fn sign_in(portal: SocketAddr) -> Result<Self> {
        let client = Client::builder().redirect(Policy::none()).build()?;
        let base = format!("http://{portal}");
        let answer = client
            .post(format!("{base}/sign-in"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("username={READER}&password={PASSWORD}"))
            .send()
            .await?;
        let cookie = answer.headers().get(SET_COOKIE).context("sign-in gave no cookie")?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { client, base, cookie })
    }

    async fn get(&self, path: &str) -> Result<(StatusCode, String)> {
        let url = format!("{}{path}", self.base);
        let answer = self.client.get(url).header(COOKIE, &self.cookie).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    /// Pages of people known to the reader's hospital, latest patients first, that opened.
    async fn find_people(&self, county: &Arc<County>) -> Result<Vec<String>> {
        let mut opened = Vec::new();
        for number in nhs_numbers(county) {
            let Some(person) = self.find(&number).await? else { continue };
            match self.get(&person).await?.0 {
                StatusCode::OK if !opened.contains(&person) => opened.push(person),
                // Somebody with whom the reader has nothing to do.
                StatusCode::OK | StatusCode::FORBIDDEN => {}
                status => bail!("a page answered {status}"),
            }
            if opened.len() == READ {
                break;
            }
        }
        ensure!(!opened.is_empty(), "{READER} may open nobody's record");
        Ok(opened)
    }

    /// The address of the one person with this NHS number.
    async fn find(&self, nhs_number: &str) -> Result<Option<String>> {
        let answer = self
            .client
            .post(format!("{}/find", self.base))
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("who={nhs_number}"))
            .send()
            .await?;
        ensure!(answer.status() == StatusCode::OK, "finding answered {}", answer.status());
        let page = answer.text().await?;
        let address = page.split("href=\"").find(|rest| rest.starts_with("/people/"));
        Ok(address.and_then(|rest| rest.split('"').next()).map(str::to_owned))
    }
}

/// NHS numbers in what the hospital told, each once, the latest first.
fn nhs_numbers(county: &Arc<County>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let told: Vec<String> = county
        .history(Source::Hospital(Hospital::Poole))
        .filter_map(|outgoing| nhs_number(outgoing.payload.bytes()))
        .collect();
    told.into_iter().rev().filter(|number| seen.insert(number.clone())).collect()
}

fn nhs_number(bytes: &[u8]) -> Option<String> {
    let message = hl7v2::parse(bytes).ok()?;
    let numbers = message.segment("PID")?.field(3)?;
    let mut repetitions = numbers.repetitions();
    let nhs = repetitions.find(|one| one.component(4).text().starts_with("NHS"))?;
    Some(nhs.component(1).text().into_owned()).filter(|number| !number.is_empty())
}
