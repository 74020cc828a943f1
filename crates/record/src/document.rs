//! Opens one document of one person.

use audit::Permit;
use db::Tx;
use model::Section;
use repository::Document;
use uuid::Uuid;

use crate::Error;

/// A document with the line that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The content.
    pub document: Document,
    /// When the row says it is from.
    pub at: Option<jiff::Timestamp>,
    /// Who sent it.
    pub organisation: Option<model::OdsCode>,
}

/// The document `id`, if it is this person's and the permit covers documents; `None` where there is
/// none or it has been withdrawn.
pub fn document(tx: &mut Tx, permit: &Permit, id: Uuid) -> Result<Option<Opened>, Error> {
    if !permit.may_see(Section::Documents) {
        return Err(Error::NotCovered);
    }
    let person = crate::open::person_of(tx, permit)?;
    let patients: Vec<_> = person.local_patients.iter().map(|patient| patient.id).collect();
    let Some(document) = repository::document(tx, &patients, id)? else { return Ok(None) };
    let row = repository::row(tx, "DocumentReference", id)?;
    let (at, organisation) = row.map_or((None, None), |row| (row.at, Some(row.organisation)));
    Ok(Some(Opened { document, at, organisation }))
}
