//! Messages that name several patients: each PID with what belongs to it, and what MRG says was
//! before it.

use hl7v2::{Message, Segment};

use super::{Header, NO_PID};
use crate::datatype::cx;
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::PatientNumber;
use crate::read::text;
use crate::segment::pid::{self, Patient};

/// A PID with its PD1.
pub(super) struct Named<'m> {
    pub(super) pid: Segment<'m>,
    pd1: Option<Segment<'m>>,
}

impl Named<'_> {
    /// Who it says the patient is.
    pub(super) fn patient(&self, header: &Header<'_>, feed: &Feed) -> Result<Patient, Error> {
        pid::patient(&self.pid, self.pd1.as_ref(), &[], feed, header.occurred_at)
    }
}

/// Every PID, each with the PD1 that follows it. (The only PD1 of an only PID may stand anywhere.)
pub(super) fn patients<'m>(message: &Message<'m>) -> Result<Vec<Named<'m>>, Error> {
    let mut patients: Vec<Named<'m>> = Vec::new();
    for segment in message.segments() {
        if segment.is_named("PID") {
            patients.push(Named { pid: segment, pd1: None });
        } else if segment.is_named("PD1")
            && let Some(last) = patients.last_mut()
        {
            last.pd1 = Some(segment);
        }
    }
    match patients.as_mut_slice() {
        [] => Err(NO_PID),
        [only] => {
            only.pd1 = message.segment("PD1");
            Ok(patients)
        }
        _ => Ok(patients),
    }
}

/// Each MRG with the PID it belongs to, whichever of the two comes first. Several MRGs may belong
/// to one PID; several PIDs never share one.
pub(super) fn pairs<'m>(
    message: &Message<'m>,
    consequence: &'static str,
) -> Result<Vec<(Named<'m>, Segment<'m>)>, Error> {
    let mut patients = patients(message)?;
    let mrgs: Vec<Segment<'m>> = message.segments_named("MRG").collect();
    if mrgs.len() > 1
        && let [Named { pid, pd1 }] = patients.as_slice()
    {
        let (pid, pd1) = (*pid, *pd1);
        patients = mrgs.iter().map(|_| Named { pid, pd1 }).collect();
    }
    if mrgs.len() != patients.len() {
        return Err(Error::Missing { path: "MRG", name: "merge information", consequence });
    }
    Ok(patients.into_iter().zip(mrgs).collect())
}

/// The numbers that a patient had: MRG-1, else MRG-4 of older senders.
pub(super) fn numbers_before(mrg: &Segment<'_>, header: &Header<'_>) -> Vec<PatientNumber> {
    let first = cx::patient_numbers(mrg, 1, header.occurred_at);
    if first.is_empty() { cx::patient_numbers(mrg, 4, header.occurred_at) } else { first }
}

/// The first of these fields that says anything.
pub(super) fn first_of<const N: usize>(
    fields: [(Option<&Segment<'_>>, usize); N],
) -> Option<String> {
    fields
        .into_iter()
        .filter_map(|(segment, field)| segment.map(|one| text(one, field)))
        .find(|one| !one.is_empty())
}
