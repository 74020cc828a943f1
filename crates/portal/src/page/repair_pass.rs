//! How the index of people is being kept right, for the operator.

use empi::{Sweep, Upkeep};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::format;

/// A card beside the channels.
pub(crate) fn card(upkeep: &Upkeep, now: Timestamp) -> Markup {
    html! {
        section.cs-card aria-labelledby="repair" {
            h2 #repair { "Index of people" }
            p { (sweep(&upkeep.sweep, now)) " " (waiting(upkeep.waiting)) }
            @if upkeep.sweep != Sweep::Never {
                p {
                    "In this round " (counted(upkeep.joined, "record was joined to another person", "records were joined to other people"))
                    ", and " (counted(upkeep.parted, "was taken out of one", "were taken out of one")) "."
                    @if upkeep.parted > 0 { " A steward is asked about each that was taken out." }
                }
            }
            @if let Some((at, problem)) = &upkeep.problem {
                p { span.cs-differs { "A record was passed over " (format::ago(*at, now)) ": " (problem) "." } " It stays linked as it is; the server's log has more." }
            }
            p.cs-quiet { "Records are put together anew by themselves as details change, and everybody once a day, so that the order in which they came makes no difference." }
        }
    }
}

fn sweep(sweep: &Sweep, now: Timestamp) -> String {
    match sweep {
        Sweep::Never => "Nobody has been looked at again yet.".to_owned(),
        Sweep::Underway { since, percent } => {
            format!(
                "Everybody is being looked at again: {percent} % done, begun {}.",
                format::ago(*since, now)
            )
        }
        Sweep::Complete { at } => {
            format!("Everybody was last looked at again {}.", format::ago(*at, now))
        }
    }
}

fn waiting(changes: i64) -> String {
    match changes {
        0 => "No change waits for it.".to_owned(),
        1 => "1 change waits for it.".to_owned(),
        more => format!("{more} changes wait for it."),
    }
}

fn counted(count: i64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}
