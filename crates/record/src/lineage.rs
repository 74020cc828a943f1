//! From a message to what it wrote, and from any line of a record back to its messages.

use access::Action;
use audit::Permit;
use db::Tx;
use engine::Row;
use repository::Trace;
use uuid::Uuid;

use crate::Error;

/// Where a line of a record came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// What the line says, as pages show it; `None` where no page shows it any more, and for readers of
    /// messages, who see no record.
    pub text: Option<String>,
    /// Its versions, newest first, each with the message that said it. A message is `None` where the
    /// version did not come by one.
    pub versions: Vec<(Trace, Option<Row>)>,
}

/// What a message wrote: types, ids and versions, no content.
pub fn of_message(tx: &mut Tx, permit: &Permit, message: i64) -> Result<Vec<Trace>, Error> {
    covers_messages(permit)?;
    Ok(repository::traces_of_message(tx, message)?)
}

/// The messages that wrote a resource, for whoever keeps the messages flowing.
pub fn of_resource(
    tx: &mut Tx,
    permit: &Permit,
    resource_type: &str,
    id: Uuid,
) -> Result<Option<Lineage>, Error> {
    covers_messages(permit)?;
    if repository::place(tx, resource_type, id)?.is_none() {
        return Ok(None);
    }
    Ok(Some(Lineage { text: None, versions: versions(tx, resource_type, id)? }))
}

/// The messages behind a line of the permit's person, in a section that the permit opens. `None` where
/// there is no such line of theirs.
pub fn of_line(
    tx: &mut Tx,
    permit: &Permit,
    resource_type: &str,
    id: Uuid,
) -> Result<Option<Lineage>, Error> {
    let person = crate::open::person_of(tx, permit)?;
    let Some((patient, section)) = repository::place(tx, resource_type, id)? else {
        return Ok(None);
    };
    let theirs = person.local_patients.iter().any(|local| local.id == patient);
    let Some(section) = section.filter(|_| theirs) else { return Ok(None) };
    if !permit.may_see(section) {
        return Err(Error::NotCovered);
    }
    let text = repository::row(tx, resource_type, id)?.map(|row| row.text);
    Ok(Some(Lineage { text, versions: versions(tx, resource_type, id)? }))
}

fn covers_messages(permit: &Permit) -> Result<(), Error> {
    if permit.action() == Action::ViewMessages { Ok(()) } else { Err(Error::NotCovered) }
}

fn versions(
    tx: &mut Tx,
    resource_type: &str,
    id: Uuid,
) -> Result<Vec<(Trace, Option<Row>)>, Error> {
    let traces = repository::traces_of_resource(tx, resource_type, id)?;
    let mut versions = Vec::with_capacity(traces.len());
    for trace in traces {
        let message = match engine::message(tx, trace.message) {
            Ok(row) => Some(row),
            Err(engine::Error::NoSuchMessage(_)) => None,
            Err(error) => return Err(error.into()),
        };
        versions.push((trace, message));
    }
    Ok(versions)
}
