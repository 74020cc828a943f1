//! Consultations: the encounter, then its entries under topic and heading, in the practice's order.

use std::collections::HashSet;

use model::Section;
use serde_json::Value;

use super::{by_type, line as new_line};
use crate::GpItem;
use crate::author;
use crate::bundle::Bundle;
use crate::element::{each, text};
use crate::moment;

/// 325851000000107 |Consultation encounter type|: the list that a consultation's structure hangs on.
const CONSULTATION: &str = "325851000000107";

/// Consultation, topic, heading: lists nest no deeper (Access Record Structured, consultation structure).
const DEPTH: usize = 3;

/// No consultation is longer: an answer that repeats its references without end is cut here.
const MOST_LINES: usize = 5_000;

/// One consultation: a line for the encounter and a line for each entry.
pub(super) fn lines(bundle: &Bundle, entry: &Value) -> Vec<GpItem> {
    if text(entry, "/resourceType") != Some("Encounter") {
        return by_type(bundle, Section::Consultations, entry);
    }
    let head = head(bundle, entry);
    let mut walk = Walk { bundle, seen: HashSet::new(), lines: Vec::new() };
    for structure in structures(bundle, entry) {
        walk.list(structure, &[], DEPTH);
    }
    let mut lines = walk.lines;
    for line in &mut lines {
        // What was said in a consultation is dated by it unless it says otherwise.
        if line.at.is_none() {
            (line.at, line.at_precision) = (head.at, head.at_precision);
        }
        if line.author.is_none() {
            line.author.clone_from(&head.author);
        }
    }
    lines.insert(0, head);
    lines
}

fn head(bundle: &Bundle, encounter: &Value) -> GpItem {
    let at = moment::first(encounter, &["/period/start"]);
    let mut head = new_line(Section::Consultations, encounter, &["/type/0"], at);
    head.end = moment::first(encounter, &["/period/end"]).map(|end| end.at);
    head.author = author::named(
        bundle,
        encounter,
        &["/participant/0/individual", "/participant/1/individual"],
    );
    head.detail = bundle
        .follow(encounter, "/location/0/location/reference")
        .and_then(|place| text(place, "/name"))
        .map(str::to_owned);
    head
}

/// The lists that structure this consultation.
fn structures<'a>(bundle: &'a Bundle, encounter: &'a Value) -> impl Iterator<Item = &'a Value> {
    let id = text(encounter, "/id").unwrap_or_default();
    bundle.of_type("List").filter(move |list| {
        let of_this = text(list, "/encounter/reference")
            .is_some_and(|reference| reference.rsplit('/').next() == Some(id));
        let coded = list.get("code").is_some_and(|code| {
            each(code, "coding").any(|coding| text(coding, "/code") == Some(CONSULTATION))
        });
        of_this && coded
    })
}

/// A walk through the lists of one consultation. Topics hold headings, headings hold entries; a
/// flat topic holds entries itself. No list is entered twice.
struct Walk<'a> {
    bundle: &'a Bundle,
    seen: HashSet<&'a str>,
    lines: Vec<GpItem>,
}

impl<'a> Walk<'a> {
    fn list(&mut self, list: &'a Value, titles: &[&str], depth: usize) {
        if depth == 0 || !self.seen.insert(text(list, "/id").unwrap_or_default()) {
            return;
        }
        for entry in each(list, "entry") {
            match self.bundle.entry(list, entry) {
                Some(inner) if text(inner, "/resourceType") == Some("List") => {
                    let titles: Vec<&str> =
                        titles.iter().copied().chain(text(inner, "/title")).collect();
                    self.list(inner, &titles, depth - 1);
                }
                found => self.entry(list, entry, found, titles),
            }
        }
    }

    fn entry(
        &mut self,
        list: &'a Value,
        entry: &'a Value,
        found: Option<&'a Value>,
        titles: &[&str],
    ) {
        if self.lines.len() >= MOST_LINES {
            return;
        }
        let heading = (!titles.is_empty()).then(|| titles.join(" / "));
        if let Some(resource) = found {
            let mut met = by_type(self.bundle, Section::Consultations, resource);
            for line in &mut met {
                line.heading.clone_from(&heading);
            }
            self.lines.append(&mut met);
        } else if let Some(words) = text(entry, "/item/display") {
            // "Referral items are not supported by the provider system."
            let line = new_line(Section::Consultations, list, &[], None);
            self.lines.push(GpItem { text: words.to_owned(), heading, status: None, ..line });
        }
    }
}
