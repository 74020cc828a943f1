//! Every channel at a glance: does it run, how much comes, what stands still, is its silence odd?

use access::Action;
use axum::extract::State;
use db::Tx;
use engine::{ChannelSummary, Pause, Rates, State as Standing, Usual};
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};

use crate::layout::{Place, Reader, page};
use crate::page::messages::label;
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// What is known of one channel.
pub(crate) struct Standings {
    pub(crate) summary: ChannelSummary,
    pub(crate) rates: Rates,
    pub(crate) pause: Option<Pause>,
    /// What usually comes in a silence as long as it has been silent now; `None` while that is not known.
    pub(crate) usual: Option<Usual>,
}

impl Standings {
    pub(crate) fn is_silent(&self) -> bool {
        self.usual.is_some_and(Usual::is_alarming)
    }

    fn count(&self, state: Standing) -> i64 {
        self.summary.counts.get(&state).copied().unwrap_or_default()
    }
}

/// How each of these channels stands.
pub(crate) fn standings(
    tx: &mut Tx,
    channels: &[String],
    now: Timestamp,
) -> Result<Vec<Standings>, Error> {
    let names: Vec<&str> = channels.iter().map(String::as_str).collect();
    let summaries = engine::summary(tx, &names)?;
    let pauses = engine::pauses(tx)?;
    let learned_since = now.checked_sub((24 * 36).hours()).unwrap_or(now);
    let mut standings = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let hours = engine::hours(tx, &summary.channel, learned_since)?;
        let usual = summary
            .last_message_at
            .and_then(|last| engine::usual_since(&hours, last, now, format::zone()));
        standings.push(Standings {
            rates: engine::rates(tx, &summary.channel, now)?,
            pause: pauses.iter().find(|pause| pause.channel == summary.channel).cloned(),
            usual,
            summary,
        });
    }
    Ok(standings)
}

/// `GET /channels`.
pub(crate) async fn get(State(state): State<PortalState>, reader: Reader) -> Result<Markup, Error> {
    permit(&state, &reader, Action::ViewMessages, None, "the channels").await?;
    let (channels, now) = (state.channels(), state.now());
    let standings = state.read(move |tx| standings(tx, &channels, now)).await?;
    Ok(show(&standings, &reader, now))
}

/// The page.
pub(crate) fn show(standings: &[Standings], reader: &Reader, now: Timestamp) -> Markup {
    page(
        "Channels",
        Some(reader),
        Place::Channels,
        html! {},
        html! {
            section.cs-card aria-labelledby="channels" {
                h1 #channels { "Channels " span.cs-count { (standings.len()) } }
                (trouble(standings))
                @if standings.is_empty() { p { "No channel is configured. Add one as docs/channels.md teaches." } }
                @else { (table(standings, now)) }
                p.cs-quiet { "Rates are counted every ten seconds. Nothing is lost while a channel is paused: its messages are accepted, kept and taken later, in order." }
            }
        },
    )
}

/// What somebody should look at, before the figures: on a telephone these are beside the screen.
fn trouble(standings: &[Standings]) -> Markup {
    let silent: Vec<&Standings> = standings.iter().filter(|one| one.is_silent()).collect();
    let paused: Vec<&Standings> = standings.iter().filter(|one| one.pause.is_some()).collect();
    let still = |one: &Standings| one.count(Standing::Parked) + one.count(Standing::Quarantined);
    let stuck: Vec<&Standings> = standings.iter().filter(|one| still(one) > 0).collect();
    let link = |one: &Standings| html! { " " a href={ "/channels/" (one.summary.channel) } { (one.summary.channel) } };
    html! {
        @if !silent.is_empty() {
            p.cs-notice.cs-notice--danger role="status" { "Silent when messages usually come:" @for one in &silent { (link(one)) } }
        }
        @if !stuck.is_empty() {
            p.cs-notice.cs-notice--warn {
                "Messages stand still until somebody decides:"
                @for one in &stuck { (link(one)) " " (still(one)) }
            }
        }
        @if !paused.is_empty() {
            p.cs-notice.cs-notice--warn { "Paused:" @for one in &paused { (link(one)) } }
        }
        @if silent.is_empty() && stuck.is_empty() && paused.is_empty() {
            p { "Nothing waits for a decision, and no channel is known to be silent for longer than usual." }
        }
    }
}

fn table(standings: &[Standings], now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="channels" {
            table.cs-lines {
                thead {
                    tr {
                        th scope="col" { "Channel" } th scope="col" { "State" } th scope="col" { "Last message" }
                        th.cs-number scope="col" { "1 min" } th.cs-number scope="col" { "1 h" } th.cs-number scope="col" { "24 h" }
                        @for state in [Standing::Waiting, Standing::Retrying, Standing::Held, Standing::Parked, Standing::Quarantined] {
                            th.cs-number scope="col" { (label(state)) }
                        }
                        th scope="col" { "Oldest unprocessed" }
                    }
                }
                tbody { @for one in standings { (row(one, now)) } }
            }
        }
    }
}

fn row(one: &Standings, now: Timestamp) -> Markup {
    let summary = &one.summary;
    html! {
        tr {
            th scope="row" { a href={ "/channels/" (summary.channel) } { (summary.channel) } }
            td { (state(one)) }
            td { (last(one, now)) }
            td.cs-number { (one.rates.minute) }
            td.cs-number { (one.rates.hour) }
            td.cs-number { (one.rates.day) }
            @for state in [Standing::Waiting, Standing::Retrying, Standing::Held, Standing::Parked, Standing::Quarantined] {
                td.cs-number { (count(one, state)) }
            }
            td { (oldest(summary, now)) }
        }
    }
}

/// In words, not only in colour.
pub(crate) fn state(one: &Standings) -> Markup {
    html! {
        @if one.pause.is_some() { span.cs-tag.cs-tag--warn { "Paused" } }
        @else if one.is_silent() { span.cs-tag.cs-tag--warn { "Silent" } }
        @else { "Running" }
    }
}

/// When the last message came and, where silence is odd, how odd.
pub(crate) fn last(one: &Standings, now: Timestamp) -> String {
    let Some(at) = one.summary.last_message_at else { return "never".to_owned() };
    match one.usual {
        Some(usual) if usual.is_alarming() => {
            format!("{}; usually {:.0} come in that time", format::ago(at, now), usual.messages)
        }
        _ => format::ago(at, now),
    }
}

fn count(one: &Standings, state: Standing) -> Markup {
    let count = one.count(state);
    let stands_still = matches!(state, Standing::Parked | Standing::Quarantined);
    html! {
        @if count == 0 { span.cs-quiet { "0" } }
        @else { a.cs-differs[stands_still] href={ "/messages?channel=" (one.summary.channel) "&state=" (state.code()) } { (count) } }
    }
}

/// The age of the oldest message that is not in the record and not skipped.
pub(crate) fn oldest(summary: &ChannelSummary, now: Timestamp) -> String {
    let oldest = summary.oldest_parked_since.into_iter().chain(summary.oldest_waiting_since).min();
    oldest.map_or_else(|| "none".to_owned(), |at| format::ago(at, now))
}
