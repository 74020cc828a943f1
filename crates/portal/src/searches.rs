//! What operators have searched messages for, kept in memory so that an address holds a number only.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use model::UserId;

use crate::page::message_search::Typed;

/// Searches that are remembered; an older one is asked for again.
const KEPT: usize = 500;

/// The searches of this process. Cheap to clone. They end with it, and are read by who made them.
#[derive(Clone, Default)]
pub struct Searches(Arc<Mutex<VecDeque<Search>>>);

struct Search {
    id: String,
    user: UserId,
    typed: Typed,
}

impl Searches {
    /// Remembers a search under `id`, which nobody can guess.
    pub(crate) fn keep(&self, id: String, user: UserId, typed: Typed) {
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if searches.len() >= KEPT {
            searches.pop_front();
        }
        searches.push_back(Search { id, user, typed });
    }

    /// What `user` searched for under `id`.
    pub(crate) fn find(&self, id: &str, user: UserId) -> Option<Typed> {
        let searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = searches.iter().find(|search| search.id == id && search.user == user);
        own.map(|search| search.typed.clone())
    }
}

impl std::fmt::Debug for Searches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Searches")
    }
}
