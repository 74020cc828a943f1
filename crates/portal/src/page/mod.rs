//! The pages, one file each, in the order a reader meets them.

pub(crate) mod sign_in;
pub(crate) mod home;
pub(crate) mod find;
pub(crate) mod record;
pub(crate) mod open_record;
pub(crate) mod record_view;
pub(crate) mod names;
pub(crate) mod destinations;
pub(crate) mod document;
pub(crate) mod links;
pub(crate) mod access_log;
pub(crate) mod refused;
pub(crate) mod review;
pub(crate) mod review_question;
pub(crate) mod review_death;
pub(crate) mod review_decision;
pub(crate) mod review_preview;
pub(crate) mod review_done;
pub(crate) mod review_keys;
pub(crate) mod review_measures;
pub(crate) mod review_sample;
pub(crate) mod review_raise;
pub(crate) mod review_raise_form;
pub(crate) mod messages;
pub(crate) mod message_search;
pub(crate) mod found;
pub(crate) mod repair_pass;
pub(crate) mod message;
pub(crate) mod message_fields;
pub(crate) mod message_deed;
pub(crate) mod message_edit;
pub(crate) mod bulk;
pub(crate) mod channels;
pub(crate) mod channel;
pub(crate) mod line;
pub(crate) mod privacy;
pub(crate) mod users;
pub(crate) mod problem;

use model::PersonId;
use serde::Deserialize;

use crate::Error;

/// The person in an address.
#[derive(Deserialize)]
pub(crate) struct PersonPath {
    person: String,
}

impl PersonPath {
    /// Its id; anything else is no page of ours.
    fn id(&self) -> Result<PersonId, Error> {
        self.person.parse().map_err(|_| Error::NotFound)
    }
}

/// Which part of a long list.
#[derive(Deserialize, Default)]
pub(crate) struct Paging {
    /// Entries before this number.
    #[serde(default)]
    before: Option<i64>,
}
