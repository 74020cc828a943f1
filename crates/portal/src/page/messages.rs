//! Channels and their messages: what came, what stands still, since when. No content is shown here.

use access::Action;
use axum::extract::{Query, State};
use db::Tx;
use empi::Upkeep;
use engine::{ChannelSummary, Filter, Page, Row, State as Standing};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::message_search::{Typed, form};
use crate::page::repair_pass;
use crate::permit::permit;
use crate::{Error, PortalState, format};

pub(crate) const PAGE: u16 = 60;

/// Which messages are asked for.
#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: Option<i64>,
}

impl Asked {
    fn filter(&self) -> Filter {
        let channel = (!self.channel.is_empty()).then(|| self.channel.clone());
        Filter { channel, state: Standing::parse(&self.state), ..Filter::default() }
    }
}

/// `GET /messages`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    permit(&state, &reader, Action::ViewMessages, None, "channels and the list of messages")
        .await?;
    let (channels, names) = (state.channels(), state.channels());
    let (filter, part) = (asked.filter(), Page { before: asked.before, size: PAGE });
    let job = move |tx: &mut Tx| {
        let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
        let summaries = engine::summary(tx, &channels)?;
        Ok((summaries, engine::list(tx, &filter, part)?, empi::upkeep(tx)?))
    };
    let (summaries, rows, upkeep) = state.read(job).await?;
    Ok(show(&summaries, &rows, &upkeep, &asked, &names, &reader, state.now()))
}

/// The page.
pub(crate) fn show(
    summaries: &[ChannelSummary],
    rows: &[Row],
    upkeep: &Upkeep,
    asked: &Asked,
    names: &[String],
    reader: &Reader,
    now: Timestamp,
) -> Markup {
    let typed =
        Typed { channel: asked.channel.clone(), state: asked.state.clone(), ..Typed::default() };
    page(
        "Messages",
        Some(reader),
        Place::Messages,
        html! {},
        html! {
            section.cs-card aria-labelledby="channels" { h1 #channels { "Messages by channel" } (channels(summaries, now)) }
            (repair_pass::card(upkeep, now))
            section.cs-card aria-labelledby="list" {
                h2 #list { "Messages" }
                (form(&typed, names, None))
                @if rows.is_empty() { p { "No message fits." } } @else { (list(rows, now)) }
                (older(rows, asked))
            }
        },
    )
}

fn channels(summaries: &[ChannelSummary], now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="channels" {
            table.cs-lines {
                thead {
                    tr {
                        th scope="col" { "Channel" }
                        @for state in Standing::ALL { th.cs-number scope="col" { (label(state)) } }
                        th.cs-number scope="col" { "Repeats" } th scope="col" { "Last message" } th scope="col" { "Oldest that stands still" }
                    }
                }
                tbody {
                    @for one in summaries {
                        tr {
                            th scope="row" { a href={ "/channels/" (one.channel) } { (one.channel) } }
                            @for state in Standing::ALL { td.cs-number { (count(one, state)) } }
                            td.cs-number { (one.duplicates) }
                            td { (one.last_message_at.map_or_else(|| "never".to_owned(), |at| format::ago(at, now))) }
                            td { (oldest(one, now)) }
                        }
                    }
                }
            }
        }
    }
}

fn count(summary: &ChannelSummary, state: Standing) -> Markup {
    let count = summary.counts.get(&state).copied().unwrap_or_default();
    let stands_still =
        count > 0 && matches!(state, Standing::Parked | Standing::Quarantined | Standing::Held);
    html! {
        @if count == 0 { span.cs-quiet { "0" } }
        @else { a.cs-differs[stands_still] href={ "/messages?channel=" (summary.channel) "&state=" (state.code()) } { (count) } }
    }
}

fn oldest(summary: &ChannelSummary, now: Timestamp) -> String {
    let oldest = summary.oldest_parked_since.into_iter().chain(summary.oldest_waiting_since).min();
    oldest.map_or_else(|| "none".to_owned(), |at| format::ago(at, now))
}

/// A state as a word on a page.
pub(crate) fn label(state: Standing) -> &'static str {
    match state {
        Standing::Waiting => "Waiting",
        Standing::Retrying => "Retrying",
        Standing::Held => "Held",
        Standing::Parked => "Parked",
        Standing::Processed => "Processed",
        Standing::Skipped => "Skipped",
        Standing::Quarantined => "Quarantined",
    }
}

/// Messages without their content.
pub(crate) fn list(rows: &[Row], now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="list" {
            table.cs-lines {
                thead { tr { th scope="col" { "No." } th scope="col" { "Received" } th scope="col" { "Channel" } th scope="col" { "Type" } th scope="col" { "State" } th scope="col" { "Why it stands still" } th.cs-number scope="col" { "Bytes" } } }
                tbody {
                    @for row in rows {
                        tr {
                            td { a href={ "/messages/" (row.seq) } { (row.seq) } }
                            td.cs-when { (format::exact(row.received_at)) }
                            td { (row.channel) }
                            td { (if row.message_type.is_empty() { "unreadable" } else { &row.message_type }) }
                            td { (label(row.state)) @if row.attempts > 1 { span.cs-quiet { " after " (row.attempts) " attempts" } } }
                            td { @if let Some((_, why)) = &row.error { (why) } @if let Some(at) = row.next_attempt_at { span.cs-quiet { " next attempt " (format::time_or_date(at, now)) } } }
                            td.cs-number { (row.body_bytes) }
                        }
                    }
                }
            }
        }
    }
}

fn older(rows: &[Row], asked: &Asked) -> Markup {
    let full = rows.len() == usize::from(PAGE);
    html! {
        @if let Some(last) = rows.last().filter(|_| full) {
            nav.cs-pages aria-label="Pages" {
                a href={ "/messages?channel=" (asked.channel) "&state=" (asked.state) "&before=" (last.seq) } rel="next" { "Older" }
            }
        }
    }
}
