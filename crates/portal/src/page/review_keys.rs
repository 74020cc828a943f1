//! The keys of the steward's pages, as the help shows them. `review.js` reads the same letters from
//! the links and buttons that they stand on.

use maud::{Markup, html};

/// Every key and what it does.
const KEYS: [(&str, &str); 11] = [
    ("j", "next question; in the queue, one row down"),
    ("k", "question before; in the queue, one row up"),
    ("Enter", "open the row, follow the link, press the button that has the focus"),
    ("s", "same person: show what would change"),
    ("d", "not the same: show what would change"),
    ("p", "part: choose which records are the other person's"),
    ("r", "refer to a source"),
    ("u", "go to the button that takes the last decision back"),
    ("Esc", "close what would change, without deciding"),
    ("q", "back to the queue"),
    ("a", "beside somebody's linked records: ask whether they are one person"),
];

/// Opens the help; shown only where the script runs.
pub(crate) fn button() -> Markup {
    html! { button.cs-small-button type="button" data-help-open hidden { "Keys " kbd { "?" } } }
}

/// The help.
pub(crate) fn help() -> Markup {
    html! {
        dialog.cs-keys data-help aria-labelledby="keys" {
            h2 #keys { "Keys of these pages" }
            dl {
                @for (key, does) in KEYS { dt { kbd { (key) } } dd { (does) } }
            }
            p { "No key decides by itself: a key opens what would change, and the button there decides." }
            p { "The switch at the foot of the page turns these keys off." }
            form method="dialog" { button.nhsuk-button.nhsuk-button--secondary { "Close" } }
        }
    }
}
