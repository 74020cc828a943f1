//! What organisations are called on pages.

use std::collections::BTreeMap;

use db::Tx;
use model::OdsCode;

use crate::Error;

/// The names of organisations.
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// The name for a code, or the code.
    pub(crate) fn of<'a>(&'a self, code: &'a OdsCode) -> &'a str {
        self.of_code(code.as_str())
    }

    /// The same for a code that is only text.
    pub(crate) fn of_code<'a>(&'a self, code: &'a str) -> &'a str {
        self.0.get(code).map_or(code, String::as_str)
    }
}

/// The names of every organisation there is.
pub(crate) fn names(tx: &mut Tx) -> Result<Names, Error> {
    let all = accounts::organisations(tx)?;
    Ok(Names(all.into_iter().map(|one| (one.ods.to_string(), one.name)).collect()))
}
