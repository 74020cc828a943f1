//! The engine's figures as Prometheus reads them (text exposition format 0.0.4). Counts and ages by
//! channel; nothing of a patient.

use std::fmt::Write as _;

use db::Tx;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::{ChannelSummary, Error, State, Usual, hours, pauses, rates, summary, usual_since};

/// One family of figures: name, kind, help, and a value for each channel.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: Vec<(String, String)>,
}

impl Family {
    fn new(name: &'static str, kind: &'static str, help: &'static str) -> Self {
        Self { name, kind, help, samples: Vec::new() }
    }

    fn add(&mut self, labels: &str, value: impl ToString) {
        self.samples.push((labels.to_owned(), value.to_string()));
    }

    fn write(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "# HELP {} {}\n# TYPE {} {}",
            self.name, self.help, self.name, self.kind
        );
        for (labels, value) in &self.samples {
            let _ = writeln!(text, "{}{{{labels}}} {value}", self.name);
        }
    }
}

/// Every figure of these channels at `now`.
pub fn metrics(tx: &mut Tx, channels: &[&str], now: Timestamp) -> Result<String, Error> {
    let mut families = families();
    let [messages, processed, repeats, parked, waiting, stuck, last, minute, paused, silent] =
        &mut families;
    let standing = pauses(tx)?;
    for one in summary(tx, channels)? {
        let channel = format!("channel=\"{}\"", escaped(&one.channel));
        for state in State::ALL.into_iter().filter(|state| *state != State::Processed) {
            let labels = format!("{channel},state=\"{}\"", state.code());
            messages.add(&labels, one.counts.get(&state).copied().unwrap_or(0));
        }
        processed.add(&channel, one.counts.get(&State::Processed).copied().unwrap_or(0));
        repeats.add(&channel, one.duplicates);
        parked.add(&channel, one.parked_keys);
        waiting.add(&channel, age(one.oldest_waiting_since, now));
        stuck.add(&channel, age(one.oldest_parked_since, now));
        if let Some(at) = one.last_message_at {
            last.add(&channel, at.as_second());
        }
        minute.add(&channel, rates(tx, &one.channel, now)?.minute);
        let is_paused = standing.iter().any(|pause| pause.channel == one.channel);
        paused.add(&channel, u8::from(is_paused));
        silent.add(&channel, u8::from(is_silent(tx, &one, now)?));
    }
    let mut text = String::new();
    for family in &families {
        family.write(&mut text);
    }
    Ok(text)
}

fn families() -> [Family; 10] {
    [
        Family::new(
            "chesil_messages",
            "gauge",
            "Messages that are not processed, by where they stand",
        ),
        Family::new("chesil_messages_processed_total", "counter", "Messages taken into the record"),
        Family::new(
            "chesil_message_repeats_total",
            "counter",
            "Repeats answered and not stored again",
        ),
        Family::new("chesil_parked_patients", "gauge", "Patients with a parked message"),
        Family::new(
            "chesil_oldest_waiting_seconds",
            "gauge",
            "Age of the oldest message that waits, is retried or is held; 0 without one",
        ),
        Family::new(
            "chesil_oldest_parked_seconds",
            "gauge",
            "Age of the oldest parked message; 0 without one",
        ),
        Family::new(
            "chesil_last_message_timestamp_seconds",
            "gauge",
            "When the last message came, in seconds since 1970",
        ),
        Family::new(
            "chesil_messages_last_minute",
            "gauge",
            "Messages that came in the last whole minute",
        ),
        Family::new("chesil_channel_paused", "gauge", "1 while an operator has paused the channel"),
        Family::new(
            "chesil_channel_silent",
            "gauge",
            "1 while a channel is silent for longer than is usual at this hour",
        ),
    ]
}

fn age(since: Option<Timestamp>, now: Timestamp) -> i64 {
    since.map_or(0, |since| now.duration_since(since).as_secs().max(0))
}

fn is_silent(tx: &mut Tx, one: &ChannelSummary, now: Timestamp) -> Result<bool, Error> {
    let Some(last) = one.last_message_at else { return Ok(false) };
    let since = now.checked_sub((24 * 36).hours()).unwrap_or(now);
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    let usual = usual_since(&hours(tx, &one.channel, since)?, last, now, &zone);
    Ok(usual.is_some_and(Usual::is_alarming))
}

/// A label's value: backslash, quote and line feed are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
