//! The pages that follow the first: ids kept for a while, under an address that tells nothing.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use model::PersonId;

use crate::ApiState;
use crate::domain::Named;

/// So many searches are kept; the oldest go first.
const MOST_KEPT: usize = 2000;
/// How long a page can be asked for.
const KEPT: SignedDuration = SignedDuration::from_mins(15);

/// A search with pages still to come.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    pub(super) client: String,
    pub(super) ids: Vec<PersonId>,
    pub(super) domains: Option<Vec<Named>>,
    pub(super) count: usize,
    pub(super) start: usize,
}

impl Saved {
    /// The ids of this page.
    pub(super) fn page(&self) -> &[PersonId] {
        let rest = self.ids.get(self.start..).unwrap_or_default();
        rest.get(..self.count).unwrap_or(rest)
    }

    /// The same search, a page further.
    pub(super) fn following(&self) -> Self {
        Self { start: self.start + self.count, ..self.clone() }
    }

    /// Keeps it and returns its address; `None` where nothing is left to show.
    pub(super) fn keep(self, state: &ApiState) -> Option<String> {
        if self.page().is_empty() {
            return None;
        }
        let token = hexadecimal(&(state.people.random)());
        state.people.pages.add(token.clone(), self, state.clock.now());
        Some(format!("Patient?_page={token}"))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The searches that are kept, of all clients. A restart forgets them, and the client searches again.
#[derive(Default)]
pub(crate) struct Pages(Mutex<VecDeque<(String, Timestamp, Saved)>>);

impl Pages {
    pub(super) fn get(&self, token: &str, now: Timestamp) -> Option<Saved> {
        let kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = kept.iter().find(|(own, until, _)| own == token && now < *until);
        found.map(|(_, _, saved)| saved.clone())
    }

    fn add(&self, token: String, saved: Saved, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.retain(|(_, until, _)| now < *until);
        while kept.len() >= MOST_KEPT {
            kept.pop_front();
        }
        kept.push_back((token, now.saturating_add(KEPT).unwrap_or(now), saved));
    }
}
