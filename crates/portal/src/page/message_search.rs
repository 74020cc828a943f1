//! The form by which messages are found, and what it asks for.

use engine::{Filter, LocalNumber, State as Standing};
use maud::{Markup, html};
use model::NhsNumber;
use serde::Deserialize;

use crate::format;
use crate::page::messages::label;

/// What was typed into the form. Parts of it may be a patient's: it never becomes part of an address.
#[derive(Clone, Deserialize, Default)]
pub(crate) struct Typed {
    #[serde(default)]
    pub(crate) channel: String,
    #[serde(default)]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) control_id: String,
    #[serde(default)]
    pub(crate) nhs_number: String,
    #[serde(default)]
    pub(crate) local_number: String,
    #[serde(default)]
    pub(crate) since: String,
    #[serde(default)]
    pub(crate) until: String,
    #[serde(default)]
    pub(crate) error: String,
}

/// A field and what is wrong with it.
pub(crate) type Problem = (&'static str, &'static str);

impl Typed {
    /// What is asked for, among these channels.
    pub(crate) fn filter(&self, channels: &[String]) -> Result<Filter, Problem> {
        let nhs_number = said(&self.nhs_number).map(|text| NhsNumber::parse(&text).map_err(|_| ()));
        let moment = |text: &str| said(text).map(|text| format::parse_local(&text).ok_or(()));
        let channel = said(&self.channel);
        let among = channel.clone().map_or_else(|| channels.to_vec(), |channel| vec![channel]);
        Ok(Filter {
            state: Standing::parse(&self.state),
            message_type: said(&self.kind).map(|kind| kind.to_uppercase().replace('_', "^")),
            control_id: said(&self.control_id),
            nhs_number: nhs_number.transpose().map_err(|()| {
                ("nhs_number", "This is not an NHS number: check each of its ten digits")
            })?,
            local_number: said(&self.local_number)
                .map(|number| LocalNumber { number, channels: among }),
            since: moment(&self.since)
                .transpose()
                .map_err(|()| ("since", "Enter a date and time like 2026-11-23T09:30"))?,
            until: moment(&self.until)
                .transpose()
                .map_err(|()| ("until", "Enter a date and time like 2026-11-23T09:30"))?,
            error: said(&self.error),
            channel,
        })
    }

    /// For the trail: what was searched by, without what identifies a patient. The people themselves have
    /// entries of their own.
    pub(crate) fn about(&self) -> String {
        let mut about = String::from("messages");
        for (word, value) in [
            (" of ", &self.channel),
            (", state ", &self.state),
            (", type ", &self.kind),
            (", since ", &self.since),
            (", until ", &self.until),
        ] {
            if !value.trim().is_empty() {
                about = format!("{about}{word}{}", value.trim());
            }
        }
        for (word, value) in [
            (", by NHS number", &self.nhs_number),
            (", by the sender's number", &self.local_number),
            (", by control id", &self.control_id),
            (", by words of the error", &self.error),
        ] {
            if !value.trim().is_empty() {
                about.push_str(word);
            }
        }
        about
    }

    /// Something is asked for.
    pub(crate) fn says_anything(&self) -> bool {
        [
            &self.channel,
            &self.state,
            &self.kind,
            &self.control_id,
            &self.nhs_number,
            &self.local_number,
            &self.since,
            &self.until,
            &self.error,
        ]
        .into_iter()
        .any(|text| !text.trim().is_empty())
    }
}

fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The form, with what was typed in it.
pub(crate) fn form(typed: &Typed, channels: &[String], problem: Option<Problem>) -> Markup {
    let text = |name: &'static str, label: &'static str, value: &str, size: u8| {
        let wrong = problem.filter(|(field, _)| *field == name).map(|(_, sentence)| sentence);
        html! {
            label {
                (label)
                @if let Some(sentence) = wrong { span.nhsuk-error-message { (sentence) } }
                input id=(name) name=(name) value=(value) size=(size) maxlength="200" autocomplete="off" aria-invalid=[wrong.map(|_| "true")];
            }
        }
    };
    let moment = |name: &'static str, label: &'static str, value: &str| {
        let wrong = problem.filter(|(field, _)| *field == name).map(|(_, sentence)| sentence);
        html! {
            label {
                (label)
                @if let Some(sentence) = wrong { span.nhsuk-error-message { (sentence) } }
                input id=(name) name=(name) type="datetime-local" value=(value) aria-invalid=[wrong.map(|_| "true")];
            }
        }
    };
    html! {
        form.cs-filter method="post" action="/messages/find" role="search" aria-label="Find messages" {
            label { "Channel"
                select name="channel" {
                    option value="" { "All" }
                    @for one in channels { option value=(one) selected[*one == typed.channel] { (one) } }
                }
            }
            label { "State"
                select name="state" {
                    option value="" { "All" }
                    @for state in Standing::ALL { option value=(state.code()) selected[state.code() == typed.state] { (label(state)) } }
                }
            }
            (text("nhs_number", "NHS number", &typed.nhs_number, 12))
            (text("local_number", "Sender's patient number", &typed.local_number, 12))
            (text("control_id", "Control id (MSH-10)", &typed.control_id, 14))
            (text("kind", "Type begins with", &typed.kind, 9))
            (moment("since", "Received from", &typed.since))
            (moment("until", "Received before", &typed.until))
            (text("error", "Words of the error", &typed.error, 16))
            button.cs-small-button { "Find" }
            @if typed.says_anything() { a href="/messages" { "Clear" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_asked_for() {
        let channels = ["dorset".to_owned(), "poole".to_owned()];
        let typed = Typed {
            nhs_number: " 999 000 0018 ".into(),
            local_number: "R1".into(),
            kind: "adt_a4".into(),
            since: "2026-06-02T09:30".into(),
            ..Typed::default()
        };
        let filter = typed.filter(&channels).unwrap();
        assert_eq!(filter.nhs_number, NhsNumber::parse("9990000018").ok());
        assert_eq!(filter.local_number.unwrap().channels, channels);
        assert_eq!(filter.message_type.as_deref(), Some("ADT^A4"));
        assert_eq!(filter.since, "2026-06-02T08:30:00Z".parse().ok(), "British summer time");
        assert_eq!(
            typed.about(),
            "messages, type adt_a4, since 2026-06-02T09:30, by NHS number, by the sender's number"
        );
    }

    #[test]
    fn what_cannot_be_asked_for_is_said_at_its_field() {
        for (typed, field) in [
            (Typed { nhs_number: "9990000019".into(), ..Typed::default() }, "nhs_number"),
            (Typed { since: "yesterday".into(), ..Typed::default() }, "since"),
            (Typed { until: "2026-13-01T00:00".into(), ..Typed::default() }, "until"),
        ] {
            let problem = typed.filter(&[]).unwrap_err();
            assert_eq!(problem.0, field);
            let html = form(&typed, &[], Some(problem)).into_string();
            assert!(html.contains(problem.1) && html.contains("aria-invalid=\"true\""), "{html}");
        }
    }
}
