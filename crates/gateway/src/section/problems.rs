//! Problems with their significance.

use model::Section;
use serde_json::Value;

use super::{capital, detail, line as new_line};
use crate::GpItem;
use crate::author;
use crate::bundle::Bundle;
use crate::element::{extension_words, notes, text};
use crate::moment;

/// One problem. `Major` or `Minor` always comes first in its detail.
pub(super) fn line(bundle: &Bundle, condition: &Value) -> GpItem {
    let at = moment::first(condition, &["/onsetDateTime", "/assertedDate"]);
    let significance = extension_words(condition, "ProblemSignificance").map(|word| capital(&word));
    GpItem {
        end: moment::first(condition, &["/abatementDateTime"]).map(|end| end.at),
        status: text(condition, "/clinicalStatus").map(str::to_owned),
        detail: detail(significance.into_iter().chain(notes(condition))),
        author: author::named(bundle, condition, &["/asserter"]),
        ..new_line(Section::Problems, condition, &["/code"], at)
    }
}
