//! "In hospital now?": the first question of most readers, answered at the top.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::format;

/// The answer.
pub(crate) enum InHospital {
    /// An open stay, or (rarely, and worth seeing) several.
    Inpatient {
        /// The stays.
        stays: Vec<Stay>,
        /// Where messages about this person have come that are not in the record yet.
        waiting: Vec<Waiting>,
    },
    /// No open stay at these hospitals.
    NotInpatient {
        /// The hospitals that would have told us.
        hospitals: Vec<Hospital>,
        /// Where messages about this person have come that are not in the record yet.
        waiting: Vec<Waiting>,
    },
    /// This reader's role does not show it.
    NotForRole,
}

/// One open stay.
pub(crate) struct Stay {
    /// The hospital's name.
    pub hospital: String,
    /// In the emergency department rather than admitted.
    pub emergency: bool,
    /// Ward and bed, as the hospital said.
    pub ward: Option<String>,
    /// Admitted at.
    pub since: Option<Timestamp>,
    /// Expected discharge, if one was said.
    pub expected_discharge: Option<Timestamp>,
    /// Why or under whom: specialty, consultant.
    pub detail: Option<String>,
    /// When that hospital was last heard.
    pub heard: Option<Timestamp>,
}

/// What a hospital has said of this person that is not in the record yet.
pub(crate) struct Waiting {
    /// Its name.
    pub hospital: String,
    /// How many messages.
    pub count: u64,
}

/// A hospital that would have told us.
pub(crate) struct Hospital {
    /// Its name.
    pub name: String,
    /// When its last message of any kind came.
    pub heard: Option<Timestamp>,
}

/// The answer in one band below the banner.
pub(crate) fn band(answer: &InHospital, now: Timestamp) -> Markup {
    match answer {
        InHospital::Inpatient { stays, waiting } => html! {
            section.cs-hospital.cs-hospital--in aria-label="In hospital now" {
                @for stay in stays { (open_stay(stay, now)) }
                @for one in waiting { p { (not_yet(one)) ": this may be out of date." } }
            }
        },
        InHospital::NotInpatient { hospitals, waiting } => html! {
            section.cs-hospital aria-label="In hospital now" { (not_inpatient(hospitals, waiting, now)) }
        },
        InHospital::NotForRole => html! {
            section.cs-hospital aria-label="In hospital now" { p { "Whether this person is in hospital is not shown to your role." } }
        },
    }
}

fn open_stay(stay: &Stay, now: Timestamp) -> Markup {
    html! {
        p {
            strong { @if stay.emergency { "In the emergency department now" } @else { "In hospital now" } } " "
            @if let Some(ward) = &stay.ward { strong { (ward) } ", " } @else if !stay.emergency { "ward not said, " }
            (stay.hospital)
            @if let Some(since) = stay.since { " since " strong { (format::date_time(since)) } }
            @else { ", admission time not said" }
            @match stay.expected_discharge {
                Some(at) => { " · expected discharge " strong { (format::day(at)) } @if at < now { " (past)" } }
                None => " · no expected discharge date sent"
            }
            @if let Some(detail) = &stay.detail { " · " (detail) }
            span.cs-quiet { " · " (heard(stay.heard, now)) }
        }
    }
}

fn not_inpatient(hospitals: &[Hospital], waiting: &[Waiting], now: Timestamp) -> Markup {
    if hospitals.is_empty() {
        return html! { p { "No hospital sends us admissions, so whether this person is in hospital is not known." } };
    }
    if !waiting.is_empty() {
        return html! {
            p { strong { "Not known whether in hospital" } ": no open stay is in the record, but it may be out of date." }
            @for one in waiting { p { (not_yet(one)) "." } }
        };
    }
    html! {
        p {
            strong { "Not an inpatient" } " in " (these(hospitals.len())) " as of " (format::time(now)) " "
            span.cs-quiet {
                "– last message"
                @for (index, hospital) in hospitals.iter().enumerate() {
                    @if index > 0 { "," } " " (hospital.name) " "
                    @match hospital.heard { Some(at) => (format::ago(at, now)), None => "never" }
                }
            }
        }
    }
}

/// `2 messages from Poole Hospital about this person are not in the record yet`
fn not_yet(waiting: &Waiting) -> Markup {
    let (messages, are) = match waiting.count {
        1 => ("message", "is"),
        _ => ("messages", "are"),
    };
    html! { (waiting.count) " " (messages) " from " (waiting.hospital) " about this person " (are) " not in the record yet" }
}

fn heard(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(
        || "hospital not heard from".to_owned(),
        |at| format!("hospital last heard {}", format::ago(at, now)),
    )
}

fn these(count: usize) -> String {
    match count {
        1 => "this hospital".to_owned(),
        2 => "these two hospitals".to_owned(),
        3 => "these three hospitals".to_owned(),
        4 => "these four hospitals".to_owned(),
        _ => format!("these {count} hospitals"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T10:42:00Z".parse().unwrap()
    }

    #[test]
    fn no_stay_names_the_hospitals_and_the_age_of_their_last_message() {
        let hospital = |name: &str, heard: Option<&str>| Hospital {
            name: name.into(),
            heard: heard.map(|text| text.parse().unwrap()),
        };
        let html = band(
            &InHospital::NotInpatient {
                hospitals: vec![
                    hospital("Poole", Some("2026-11-22T10:40:00Z")),
                    hospital("Dorchester", Some("2026-11-19T10:42:00Z")),
                    hospital("Bournemouth", None),
                ],
                waiting: Vec::new(),
            },
            now(),
        )
        .into_string();
        assert!(html.contains("</strong> in these three hospitals as of 10:42"), "{html}");
        assert!(
            html.contains("Poole 2 min ago, Dorchester 3 days ago, Bournemouth never"),
            "{html}"
        );
    }

    #[test]
    fn without_hospitals_the_answer_is_not_known_rather_than_no() {
        let none = band(&InHospital::NotInpatient { hospitals: vec![], waiting: vec![] }, now());
        let hospital = Hospital { name: "Poole".into(), heard: Some(now()) };
        let waiting = vec![Waiting { hospital: "Poole".into(), count: 2 }];
        let waiting = band(&InHospital::NotInpatient { hospitals: vec![hospital], waiting }, now());
        for html in [none.into_string(), waiting.into_string()] {
            assert!(
                html.to_lowercase().contains("not known") && !html.contains("Not an inpatient"),
                "{html}"
            );
        }
    }

    #[test]
    fn an_open_stay_says_ward_hospital_since_and_expected_discharge() {
        let stay = Stay {
            hospital: "Poole Hospital".into(),
            emergency: false,
            ward: Some("Ward 4, bed 12".into()),
            since: Some("2026-11-20T22:15:00Z".parse().unwrap()),
            expected_discharge: Some("2026-11-24T12:00:00Z".parse().unwrap()),
            detail: None,
            heard: Some(now()),
        };
        let waiting = vec![Waiting { hospital: "Poole Hospital".into(), count: 2 }];
        let answer = InHospital::Inpatient { stays: vec![stay], waiting };
        let html = band(&answer, now()).into_string();
        for part in [
            "In hospital now",
            "Ward 4, bed 12",
            "Poole Hospital",
            "20-Nov-2026 22:15",
            "24-Nov-2026",
            "2 messages from Poole Hospital about this person are not in the record yet: this may be out of date",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
