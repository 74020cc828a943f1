//! A message that would be parked because it lacks a number, as if it had one: so that the rest of it
//! can be looked at.

use jiff::Timestamp;

use super::map;
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::Mapped;
use crate::rule::draft::Draft;

/// A message as it can be mapped.
pub(super) struct Supposed {
    pub(super) draft: Draft,
    pub(super) mapped: Mapped,
    /// Why it would be parked as it was sent.
    pub(super) refused: Option<String>,
    /// Fields that were made up so that it can be mapped.
    pub(super) made_up: Vec<&'static str>,
}

/// Maps a message, as if it had what it is refused for.
pub(super) fn suppose(
    original: &Draft,
    feed: &Feed,
    received_at: Timestamp,
) -> Result<Supposed, String> {
    let mut draft = original.clone();
    let mut refused: Option<String> = None;
    let mut made_up: Vec<&str> = Vec::new();
    loop {
        match map(&draft, feed, received_at) {
            Ok(mapped) => return Ok(Supposed { draft, mapped, refused, made_up }),
            Err(error) => {
                let first = refused.get_or_insert_with(|| error.to_string()).clone();
                match make_up(&mut draft, &error, feed) {
                    Some(field) if !made_up.contains(&field) => made_up.push(field),
                    _ => return Err(first),
                }
            }
        }
    }
}

/// Puts in what a message was refused for, to look at the rest of it: which field.
fn make_up(draft: &mut Draft, error: &Error, feed: &Feed) -> Option<&'static str> {
    match error {
        Error::Identity(_) => {
            draft.name_somebody(&feed.authority);
            Some("PID-3")
        }
        Error::Missing { path: "PID", .. } => {
            draft.add_segment("PID");
            Some("PID")
        }
        Error::Missing { path: "PV1-19", .. } => {
            draft.write_if_empty("PV1", 19, "UNNAMED");
            Some("PV1-19")
        }
        Error::Missing { path: "OBR-3", .. } => {
            draft.write_if_empty("OBR", 3, "UNNAMED");
            Some("OBR-3")
        }
        _ => None,
    }
}
