//! One channel: why its messages stand still, when they come, what of them nobody uses; pausing it.

use std::collections::BTreeMap;

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use db::Tx;
use engine::{Reason as Still, Unmapped};
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};

use crate::layout::{Place, Reader, page};
use crate::page::channels::{Standings, last, oldest, standings, state as standing};
use crate::page::message::Reason;
use crate::page::messages::label;
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// Days whose hours are shown.
const DAYS: i64 = 14;

/// What the page shows.
pub(crate) struct View {
    standings: Standings,
    reasons: Vec<Still>,
    hours: BTreeMap<i64, i64>,
    /// Fields that nobody uses, and why where that is on purpose.
    unmapped: Vec<(Unmapped, Option<String>)>,
}

/// `GET /channels/{channel}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(channel): Path<String>,
) -> Result<Markup, Error> {
    let channel = known(&state, channel)?;
    permit(&state, &reader, Action::ViewMessages, None, format!("channel {channel}")).await?;
    let (now, ingest) = (state.now(), state.ingest.clone());
    let job = move |tx: &mut Tx| {
        let standings = standings(tx, std::slice::from_ref(&channel), now)?.pop();
        let because = |path: &str| {
            let feed = ingest.feed(&channel)?;
            mapping::explain::left_out_because(path, feed)
        };
        let since = now.checked_sub((24 * DAYS).hours()).unwrap_or(now);
        Ok(View {
            standings: standings.ok_or(Error::NotFound)?,
            reasons: engine::parked_reasons(tx, &channel)?,
            hours: engine::hours(tx, &channel, since)?,
            unmapped: engine::unmapped(tx, &channel)?
                .into_iter()
                .map(|field| {
                    let because = because(&field.path);
                    (field, because)
                })
                .collect(),
        })
    };
    let view = state.read(job).await?;
    Ok(show(&view, &reader, now))
}

/// `POST /channels/{channel}/pause`.
pub(crate) async fn pause(
    State(state): State<PortalState>,
    reader: Reader,
    Path(channel): Path<String>,
    Form(reason): Form<Reason>,
) -> Result<Redirect, Error> {
    let channel = known(&state, channel)?;
    let reason = reason.given()?.to_owned();
    let about = format!("channel {channel}: pause");
    permit(&state, &reader, Action::OperateMessages, None, about).await?;
    let (actor, now, address) = (reader.actor, state.now(), format!("/channels/{channel}"));
    state
        .write(move |tx| {
            engine::pause(tx, &channel, &reason, &actor.name, now)?;
            let detail = format!("channel {channel}: {reason}");
            audit::note(tx, &Note::new(By::Actor(&actor), Event::ChannelPaused, &detail), now)?;
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&address))
}

/// `POST /channels/{channel}/resume`.
pub(crate) async fn resume(
    State(state): State<PortalState>,
    reader: Reader,
    Path(channel): Path<String>,
) -> Result<Redirect, Error> {
    let channel = known(&state, channel)?;
    let about = format!("channel {channel}: let it go on");
    permit(&state, &reader, Action::OperateMessages, None, about).await?;
    let (actor, now, address) = (reader.actor, state.now(), format!("/channels/{channel}"));
    let again = state
        .write(move |tx| {
            let again = engine::resume(tx, &channel)?;
            let detail = format!("channel {channel}");
            audit::note(tx, &Note::new(By::Actor(&actor), Event::ChannelResumed, &detail), now)?;
            Ok(again)
        })
        .await?;
    state.inbox.waiting_again(again);
    Ok(Redirect::to(&address))
}

fn known(state: &PortalState, channel: String) -> Result<String, Error> {
    if state.channels().contains(&channel) { Ok(channel) } else { Err(Error::NotFound) }
}

fn show(view: &View, reader: &Reader, now: Timestamp) -> Markup {
    let channel = &view.standings.summary.channel;
    page(
        "Channel",
        Some(reader),
        Place::Channels,
        html! {},
        html! {
            h1 { "Channel " (channel) }
            div.cs-columns {
                section.cs-card aria-labelledby="state" { h2 #state { "How it stands" } (facts(&view.standings, now)) (pausing(&view.standings)) }
                section.cs-card aria-labelledby="still" { h2 #still { "Why messages stand still" } (still(channel, &view.reasons, now)) }
            }
            section.cs-card aria-labelledby="hours" { h2 #hours { "Messages by hour, last " (DAYS) " days" } (hours(&view.hours, now)) }
            section.cs-card aria-labelledby="coverage" { h2 #coverage { "Fields with a value that nobody uses" } (coverage(&view.unmapped)) }
        },
    )
}

fn facts(one: &Standings, now: Timestamp) -> Markup {
    let summary = &one.summary;
    html! {
        table.cs-lines { tbody {
            tr { th scope="row" { "State" } td { (standing(one)) } }
            tr { th scope="row" { "Last message" } td { (last(one, now)) } }
            tr { th scope="row" { "Silence" } td { @if one.usual.is_some() { "judged by what came at these hours in four weeks" } @else { "not judged yet: this hour of the day must be known of four days" } } }
            tr { th scope="row" { "Came in 1 min, 1 h, 24 h" } td { (one.rates.minute) ", " (one.rates.hour) ", " (one.rates.day) } }
            tr { th scope="row" { "Oldest unprocessed" } td { (oldest(summary, now)) } }
            @for (state, count) in &summary.counts {
                tr { th scope="row" { (label(*state)) } td { a href={ "/messages?channel=" (summary.channel) "&state=" (state.code()) } { (count) } } }
            }
            tr { th scope="row" { "Patients with a parked message" } td { (summary.parked_keys) } }
            tr { th scope="row" { "Repeats, answered and not stored again" } td { (summary.duplicates) } }
        } }
    }
}

fn pausing(one: &Standings) -> Markup {
    let channel = &one.summary.channel;
    html! {
        @match &one.pause {
            Some(pause) => {
                p.cs-notice.cs-notice--warn { "Paused by " (pause.actor) " at " (format::exact(pause.at)) ": " (pause.reason) ". Its messages are accepted and held." }
                form method="post" action={ "/channels/" (channel) "/resume" } { button.nhsuk-button { "Let it go on" } }
            }
            None => {
                form.cs-filter method="post" action={ "/channels/" (channel) "/pause" } {
                    label { "Pause it, because" input name="reason" minlength="5" maxlength="300" required; }
                    button.nhsuk-button.nhsuk-button--secondary { "Pause" }
                }
                p.cs-quiet { "Its messages are still accepted, acknowledged and kept; none is taken into the record until it goes on." }
            }
        }
    }
}

/// Each reason leads to its messages, and from there to retrying or skipping them all.
fn still(channel: &str, reasons: &[Still], now: Timestamp) -> Markup {
    html! {
        @if reasons.is_empty() { p { "None does." } }
        @else {
            div.cs-scroll tabindex="0" role="group" aria-labelledby="still" {
                table.cs-lines {
                    thead { tr { th.cs-number scope="col" { "Messages" } th.cs-number scope="col" { "Patients" } th scope="col" { "State" } th scope="col" { "Why" } th scope="col" { "Oldest" } th scope="col" { span.nhsuk-u-visually-hidden { "Show" } } } }
                    tbody {
                        @for one in reasons {
                            tr {
                                td.cs-number { (one.count) } td.cs-number { @if one.patients == 0 { span.cs-quiet { "none named" } } @else { (one.patients) } } td { (label(one.state)) }
                                td.cs-what { (one.sentence) }
                                td { (one.since.map_or_else(String::new, |at| format::ago(at, now))) }
                                td {
                                    form method="post" action="/messages/find" {
                                        input type="hidden" name="channel" value=(channel);
                                        input type="hidden" name="state" value=(one.state.code());
                                        input type="hidden" name="error" value=(one.sentence);
                                        button.cs-small-button { "Show" span.nhsuk-u-visually-hidden { " messages: " (one.sentence) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A row a day, a column an hour; the busiest hour is darkest. Numbers, not only shades.
fn hours(hours: &BTreeMap<i64, i64>, now: Timestamp) -> Markup {
    let today = now.to_zoned(format::zone().clone());
    let days: Vec<_> = (0..DAYS).filter_map(|back| today.checked_sub(back.days()).ok()).collect();
    let count = |day: &jiff::Zoned, hour: i8| {
        let at = day.date().at(hour, 0, 0, 0).to_zoned(format::zone().clone()).ok()?;
        hours.get(&(at.timestamp().as_second() / 3600)).copied()
    };
    html! {
        @if hours.is_empty() { p { "None has come in this time." } }
        @else {
            div.cs-scroll tabindex="0" role="group" aria-labelledby="hours" {
                table.cs-lines {
                    thead { tr { th scope="col" { "Day" } @for hour in 0..24 { th.cs-number scope="col" { (hour) } } } }
                    tbody {
                        @for day in &days {
                            tr {
                                th scope="row" { (format::day(day.timestamp())) }
                                @for hour in 0..24_i8 { td.cs-number { @match count(day, hour) { Some(count) => (count), None => span.cs-quiet { "·" } } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn coverage(fields: &[(Unmapped, Option<String>)]) -> Markup {
    let (on_purpose, open): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(_, because)| because.is_some());
    html! {
        @if open.is_empty() { p { "Every field with a value is used, or left out on purpose." } }
        @else {
            p { "Counted since this server keeps count, by kind of message. Look at one, then mend the channel's rules or write down why a field is left out (" code { "[[ignore]]" } ")." }
            (fields_table(&open))
        }
        @if !on_purpose.is_empty() {
            details { summary { (on_purpose.len()) " left out on purpose" } (fields_table(&on_purpose)) }
        }
    }
}

fn fields_table(fields: &[&(Unmapped, Option<String>)]) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="coverage" {
            table.cs-lines {
                thead { tr { th scope="col" { "Field" } th scope="col" { "Name" } th scope="col" { "Kind" } th.cs-number scope="col" { "Messages" } th scope="col" { "Last" } th scope="col" { "Why" } } }
                tbody {
                    @for (field, because) in fields {
                        tr {
                            th scope="row" { (field.path) }
                            td { (hl7v2::names::of_path(&field.path, None).join(" › ")) }
                            td { (field.message_type) }
                            td.cs-number { (field.count) }
                            td { a href={ "/messages/" (field.last_seq) } { (field.last_seq) } }
                            td { @if let Some(because) = because { (because) } @else { strong.cs-differs { "not understood" } } }
                        }
                    }
                }
            }
        }
    }
}
