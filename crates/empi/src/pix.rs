//! Patient identifier cross-reference (IHE PIXm, ITI-83): the other numbers of one person.

use db::Tx;
use model::LocalIdentity;

use crate::{Result, local_patient};

/// The other numbers of the person whose this one is, oldest first, without those that their source
/// has merged away. `None` where this number is not known.
pub fn pix(tx: &mut Tx, identity: &LocalIdentity) -> Result<Option<Vec<LocalIdentity>>> {
    let Some(known) = local_patient::load(tx, identity.local_patient())? else { return Ok(None) };
    let others = local_patient::members(tx, known.person)?
        .into_iter()
        .filter(|member| member.id != known.id && member.merged_into.is_none())
        .map(|member| member.identity);
    Ok(Some(others.collect()))
}
