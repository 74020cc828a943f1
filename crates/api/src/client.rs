//! Another organisation's system that asks who people are, and what it may see.

use std::collections::BTreeSet;

use access::Scope;
use axum::http::{HeaderMap, header};
use model::{Actor, OdsCode, Role, UserId, stable_id};

use crate::token::bearer;
use crate::{ApiState, Error};

/// A system with a token of its own, as the configuration has it.
#[derive(Clone)]
pub struct Client {
    /// Its name in the configuration and in the audit trail: `poole-pas`.
    pub name: String,
    /// The organisation whose system it is.
    pub organisation: OdsCode,
    /// The bearer token it shows.
    pub token: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// The authorities whose patient numbers it may learn, besides its own organisation's.
    pub domains: BTreeSet<String>,
    /// The channel that what it feeds belongs to; with [`Scope::Feed`].
    pub channel: Option<String>,
    /// How the addresses begin to which it may be notified; with [`Scope::Subscribe`].
    pub notify: Vec<String>,
}

impl Client {
    /// Who acts, for a decision and for the trail.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            user: UserId::from_uuid(stable_id(&["Client", &self.name])),
            name: self.name.clone(),
            role: Role::System,
            organisation: self.organisation.clone(),
        }
    }
}

impl std::fmt::Debug for Client {
    /// A token is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({} of {})", self.name, self.organisation)
    }
}

/// The client whose token was shown, known before anything else of the request is looked at.
pub(crate) fn caller(state: &ApiState, headers: &HeaderMap) -> Result<Client, Error> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let client = authorization.and_then(bearer).and_then(|token| state.people.client_of(token));
    client.cloned().ok_or(Error::WrongClient)
}
