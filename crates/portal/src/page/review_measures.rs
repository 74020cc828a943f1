//! How stewardship is doing: how long questions wait, how often two readers agree, and how often the
//! engine's links are right, with what a sample allows us to say.

use access::Action;
use axum::extract::State;
use axum::response::Redirect;
use empi::{Estimate, Measures, Precision, Waiting};
use jiff::SignedDuration;
use maud::{Markup, html};

use crate::layout::{Place, Reader, page};
use crate::permit::permit;
use crate::{Error, PortalState};

/// How many pairs are drawn at once: half an hour's reading.
const DRAW: u32 = 20;

/// `GET /review/measures`. Figures only: nobody is shown.
pub(crate) async fn get(State(state): State<PortalState>, reader: Reader) -> Result<Markup, Error> {
    let about = "measures of stewardship";
    permit(&state, &reader, Action::ReviewMatches, None, about).await?;
    let now = state.now();
    let measures = state.read(move |tx| Ok(empi::measures(tx, now)?)).await?;
    Ok(show(&measures, &reader))
}

/// `POST /review/samples`: draws pairs by lot, then shows the first.
pub(crate) async fn draw(
    State(state): State<PortalState>,
    reader: Reader,
) -> Result<Redirect, Error> {
    let about = format!("drew {DRAW} pairs to be read");
    permit(&state, &reader, Action::ReviewMatches, None, about).await?;
    let now = state.now();
    let bytes = (state.random)();
    let seed = bytes.iter().take(8).fold(0, |seed: u64, byte| seed << 8 | u64::from(*byte));
    state.write(move |tx| Ok(empi::sample_links(tx, DRAW, seed, now)?)).await?;
    Ok(Redirect::to("/review/sample"))
}

fn show(measures: &Measures, reader: &Reader) -> Markup {
    page(
        "Measures of stewardship",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            nav.cs-trail aria-label="Stewardship" { a href="/review" data-key="q" { "Back to the queue" } }
            h1 { "Measures of stewardship" }
            (figures(measures))
            div.cs-columns {
                section.cs-card aria-labelledby="waiting" { h2 #waiting { "How long questions wait" } (waiting(&measures.waiting)) }
                section.cs-card aria-labelledby="right" { h2 #right { "How often links are right" } (precision(&measures.precision)) }
            }
            (samples(measures))
        },
    )
}

fn figures(measures: &Measures) -> Markup {
    let waiting: usize = measures.waiting.iter().map(|kind| kind.count).sum();
    let oldest = measures.waiting.iter().filter_map(|kind| kind.oldest).max();
    let decisions = measures.decisions;
    html! {
        dl.cs-figures {
            div { dt { "Questions that wait" } dd { (waiting) } @if let Some(oldest) = oldest { dd { "the oldest for " (length(oldest)) } } @else { dd { "none" } } }
            div { dt { "Decided in the last 7 days" } dd { (decisions.last_7_days) } dd { (decisions.last_30_days) " in the last 30 days" } }
            div { dt { "Taken back in the last 30 days" } dd { (decisions.taken_back_30_days) } dd { "decisions, referrals and first answers" } }
            div { dt { "Two readers agree" } dd { (agreed(measures)) } dd { (measures.agreement.sentence()) } }
        }
    }
}

fn agreed(measures: &Measures) -> String {
    let agreement = measures.agreement;
    match agreement.kappa {
        Some(kappa) => format!("\u{3ba} {kappa:.2}"),
        None if agreement.pairs == 0 => "Not known".into(),
        None => format!("{} of {}", agreement.agreed, agreement.pairs),
    }
}

fn waiting(kinds: &[Waiting]) -> Markup {
    let said = |time: Option<SignedDuration>| time.map_or_else(|| "\u{2013}".to_owned(), length);
    html! {
        div.cs-scroll tabindex="0" role="group" aria-label="Questions that wait" { table.cs-lines {
            thead { tr { th scope="col" { "Kind" } th.cs-number scope="col" { "Waiting" } th.cs-number scope="col" { "Half wait longer than" } th.cs-number scope="col" { "The oldest" } } }
            tbody {
                @for kind in kinds {
                    tr { th scope="row" { a href={ "/review?kind=" (kind.kind.code()) } { (kind.kind.label()) } } td.cs-number { (kind.count) } td.cs-number { (said(kind.median)) } td.cs-number { (said(kind.oldest)) } }
                }
            }
        } }
        p.cs-quiet { "Counted from the day a question was filed, those referred to a source included." }
    }
}

fn precision(sorts: &[Precision]) -> Markup {
    html! {
        @for sort in sorts {
            h3 { (sort.basis.label()) }
            p { (sort.estimate.sentence()) }
            @if let Estimate::Share { share, low, high, .. } = sort.estimate { (interval(share, low, high)) }
            p.cs-quiet { (sort.right) " right, " (sort.wrong) " wrong, " (sort.cannot_tell) " where nobody could tell." }
        }
        p.cs-quiet { "The share of sampled links that readers call one person, with the 95 % interval by Wilson. One reader who says “not the same” makes a link wrong, and files a question about it." }
    }
}

/// The share and its interval, from nine tenths to one: where links are. The sentence above says the
/// same.
fn interval(share: f64, low: f64, high: f64) -> Markup {
    let from = if low < 0.9 { 0.0 } else { 0.9 };
    let at = |value: f64| format!("{:.2}%", 100.0 * (value - from) / (1.0 - from));
    html! {
        svg.cs-interval aria-hidden="true" focusable="false" {
            line x1="0%" x2="100%" y1="0.75rem" y2="0.75rem" {}
            rect x=(at(low)) width=(format!("{:.2}%", 100.0 * (high - low) / (1.0 - from))) y="0.375rem" height="0.75rem" {}
            circle cx=(at(share)) cy="0.75rem" r="5" {}
            text x="0" y="2rem" { (if from > 0.5 { "90 %" } else { "0 %" }) }
            text x="100%" y="2rem" text-anchor="end" { "100 %" }
        }
    }
}

fn samples(measures: &Measures) -> Markup {
    html! {
        section.cs-card aria-labelledby="samples" {
            h2 #samples { "Read links drawn by lot" }
            p { "You see two records and say whether they are one person. You are not told whether they are linked: among them are pairs that were kept apart." }
            @if measures.samples_waiting > 0 {
                p { (measures.samples_waiting) @if measures.samples_waiting == 1 { " pair waits" } @else { " pairs wait" } " for a first reader." }
                p { a.nhsuk-button href="/review/sample" { "Read the next pair" } }
            }
            form method="post" action="/review/samples" { button.nhsuk-button.nhsuk-button--secondary { "Draw " (DRAW) " more pairs" } }
        }
    }
}

/// A time in one unit: `3 days`.
fn length(time: SignedDuration) -> String {
    let hours = time.as_hours();
    let (number, unit) = match hours {
        ..1 => (time.as_mins(), "minute"),
        1..48 => (hours, "hour"),
        48..2_184 => (hours / 24, "day"),
        _ => (hours / 730, "month"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_have_one_unit() {
        for (hours, said) in
            [(1, "1 hour"), (30, "30 hours"), (72, "3 days"), (24 * 200, "6 months")]
        {
            assert_eq!(length(SignedDuration::from_hours(hours)), said);
        }
        assert_eq!(length(SignedDuration::from_mins(1)), "1 minute");
    }

    #[test]
    fn an_interval_below_nine_tenths_is_drawn_on_the_whole_scale() {
        assert!(interval(0.99, 0.95, 1.0).into_string().contains("90 %"));
        assert!(interval(0.8, 0.7, 0.9).into_string().contains(">0 %"));
    }
}
