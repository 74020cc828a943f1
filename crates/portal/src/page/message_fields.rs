//! The content of a message, value by value: what HL7 calls each, and what it became.

use engine::{Format, Received};
use hl7v2::names;
use ingest::Ingest;
use mapping::explain::{Explanation, Fate, Field};
use maud::{Markup, html};

/// A longer message is shown without what each value became: every value costs a mapping.
const EXPLAINED_BYTES: usize = 128 << 10;
/// As much of a long message as is shown.
const SHOWN_BYTES: usize = 1 << 20;

/// What a message holds.
pub(crate) enum Content {
    /// An HL7 v2 message, value by value.
    Explained {
        /// What each value came to.
        explanation: Box<Explanation>,
        /// As it came, for a copy.
        text: String,
    },
    /// Anything else, as it came; and why it is not explained.
    Plain {
        /// As it came, or the beginning of it.
        text: String,
        /// What must be said of it.
        note: Option<&'static str>,
    },
}

impl Content {
    /// Reads a message and explains it under the rules of now.
    pub(crate) fn read(received: Received, ingest: &Ingest) -> Self {
        let mut note = None;
        if received.format == Format::Hl7v2 {
            if received.bytes.len() > EXPLAINED_BYTES {
                note = Some("It is too long to show what became of each value.");
            } else if let Some(explained) = explain(&received, ingest) {
                return explained;
            } else {
                note = Some("It cannot be read as an HL7 v2 message of a channel of now.");
            }
        }
        let shown = received.bytes.get(..SHOWN_BYTES);
        if shown.is_some() {
            note = Some("It is long: this is its first MiB.");
        }
        let text = String::from_utf8_lossy(shown.unwrap_or(&received.bytes)).replace('\r', "\n");
        Self::Plain { text, note }
    }

    /// As it came, one segment a line.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Explained { text, .. } | Self::Plain { text, .. } => text,
        }
    }

    /// As a page shows it.
    pub(crate) fn show(&self) -> Markup {
        match self {
            Self::Plain { text, note } => html! {
                @if let Some(note) = note { p.cs-notice { (note) } }
                pre.cs-message tabindex="0" { (text) }
            },
            Self::Explained { explanation, text } => html! {
                (summary(explanation))
                (values(explanation))
                details {
                    summary { "As it came" }
                    pre.cs-message tabindex="0" { (text) }
                }
            },
        }
    }
}

fn explain(received: &Received, ingest: &Ingest) -> Option<Content> {
    let feed = ingest.feed(&received.channel)?;
    let mut message = hl7v2::parse(&received.bytes).ok()?;
    if let Some(charset) = &feed.default_charset {
        message = message.with_default_charset(hl7v2::Charset::named(charset));
    }
    let explanation = mapping::explain::explain(&message, feed, received.received_at);
    let text = message.charset().decode(&received.bytes).replace("\r\n", "\n").replace('\r', "\n");
    Some(Content::Explained { explanation: Box::new(explanation), text })
}

fn summary(explanation: &Explanation) -> Markup {
    let not_understood = explanation.not_understood();
    html! {
        @if let Some(sentence) = &explanation.refused {
            p.cs-notice.cs-notice--danger { "Under the rules of now it would be parked: " (sentence) "." }
        }
        @if let Some(because) = explanation.out_of_scope {
            p.cs-notice { "A message of this kind changes nothing, on purpose: " (because) "." }
        }
        p {
            (explanation.fields.len()) " values become " (explanation.elements.len()) " elements of "
            (explanation.resources.len()) " resources. "
            @if not_understood > 0 { strong.cs-differs { (not_understood) " not understood" } " and left out: they are marked below." }
            @else { "Every value is used or left out on purpose." }
        }
    }
}

fn values(explanation: &Explanation) -> Markup {
    let segments: Vec<&[Field]> =
        explanation.fields.chunk_by(|a, b| segment(&a.path) == segment(&b.path)).collect();
    html! {
        div.cs-scroll tabindex="0" role="group" aria-label="Values" {
            table.cs-lines {
                thead { tr { th scope="col" { "Field" } th scope="col" { "Name" } th scope="col" { "As sent" } th scope="col" { "Became" } } }
                @for fields in segments {
                    @let name = fields.first().map_or("", |field| segment(&field.path));
                    @let value_type = value_type(fields);
                    tbody {
                        tr {
                            th.cs-lines__group colspan="4" scope="rowgroup" {
                                (name) " " @if let Some(said) = names::segment(name.split('[').next().unwrap_or_default()) { (said) } @else { "a segment of the sender's own" }
                            }
                        }
                        @for field in fields {
                            tr {
                                th scope="row" { (field.path) }
                                td { (names::of_path(&field.path, value_type).join(" › ")) }
                                td.cs-message { (field.value) }
                                td { (became(&field.fate)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `OBX[2]` of `OBX[2]-5.1`.
fn segment(path: &str) -> &str {
    path.split_once('-').map_or(path, |(segment, _)| segment)
}

/// What an OBX says that its value is.
fn value_type(fields: &[Field]) -> Option<&str> {
    let of = |field: &&Field| field.path.starts_with("OBX") && field.path.ends_with("-2");
    fields.iter().find(of).map(|field| field.value.as_str())
}

fn became(fate: &Fate) -> Markup {
    html! {
        @match fate {
            Fate::Becomes(elements) => {
                @for element in elements.iter().take(3) { div { (element) } }
                @if let Some(more) = elements.len().checked_sub(3).filter(|more| *more > 0) {
                    details { summary { (more) " more" } @for element in elements.iter().skip(3) { div { (element) } } }
                }
            }
            Fate::Needed(sentence) => { "needed: without it, " (sentence) }
            Fate::Follows => span.cs-quiet { "read; nothing differs without it" }
            Fate::SaidBy(path) => span.cs-quiet { "said by " (path) " too" }
            Fate::Ignored(because) => span.cs-quiet { "left out on purpose: " (because) }
            Fate::NotUnderstood => strong.cs-differs { "not understood" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_beside_its_name_and_what_it_became() {
        let field =
            |path: &str, value: &str, fate| Field { path: path.into(), value: value.into(), fate };
        let explanation = Explanation {
            event: "ORU^R01".into(),
            refused: None,
            out_of_scope: None,
            elements: Vec::new(),
            fields: vec![
                field("PID-5.1", "HARDY", Fate::Becomes(vec!["Patient.name[0].family".into()])),
                field("OBX[1]-2", "CE", Fate::Follows),
                field("OBX[1]-5.2", "Positive", Fate::NotUnderstood),
                field("ZU1-3", "<b>", Fate::Ignored("it is local".into())),
            ],
            resources: Vec::new(),
        };
        let html = values(&explanation).into_string();
        for part in [
            "PID Patient Identification",
            "Patient Name › Family Name",
            "Patient.name[0].family",
            "Observation Value › Text",
            "not understood",
            "a segment of the sender's own",
            "left out on purpose: it is local",
            "&lt;b&gt;",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(summary(&explanation).into_string().contains("1 not understood"));
    }
}
