//! One resource of one person, as another system hears of it.

use audit::Permit;
use db::Tx;
use model::Section;
use repository::Version;
use uuid::Uuid;

use crate::Error;

/// The current version of a resource, if it is this person's and the permit covers what it is about;
/// `None` where it is not theirs, or is not there.
pub fn focus(
    tx: &mut Tx,
    permit: &Permit,
    section: Section,
    (resource_type, id): (&str, Uuid),
) -> Result<Option<Version>, Error> {
    if !permit.may_see(section) {
        return Err(Error::NotCovered);
    }
    let person = crate::open::person_of(tx, permit)?;
    let Some((owner, _)) = repository::place(tx, resource_type, id)? else { return Ok(None) };
    if !person.local_patients.iter().any(|patient| patient.id == owner) {
        return Ok(None);
    }
    Ok(repository::current(tx, resource_type, id)?)
}
