//! Messages made of orders: each patient with what is said of them as a whole, and their orders one
//! by one.
//!
//! `{ PID [PD1] {NK1} [PV1] … { [ORC] anchor … } }`: an order begins with its ORC, or with its anchor
//! (OBR, RXA…) where the order before has one already; several anchors under one ORC share it.

use hl7v2::{Message, Segment};
use model::LocalIdentity;

use super::{Header, NO_PID};
use crate::error::Error;
use crate::feed::Feed;
use crate::mapped::Mapped;
use crate::segment::{pid, pv1};
use crate::table::Group;

/// A patient of the message.
pub(super) struct Patient<'m> {
    pid: Segment<'m>,
    pd1: Option<Segment<'m>>,
    nk1: Vec<Segment<'m>>,
    pv1: Option<Segment<'m>>,
    /// What stands before the first order: allergies, diagnoses.
    pub(super) whole: Group<'m>,
    /// Each order with what follows it.
    pub(super) orders: Vec<Group<'m>>,
}

impl Patient<'_> {
    /// Says who the patient is, and gives whose the orders are, with their visit.
    pub(super) fn said(
        &self,
        mapped: &mut Mapped,
        header: &Header<'_>,
        feed: &Feed,
    ) -> Result<Whose, Error> {
        let at = header.occurred_at;
        let patient = pid::patient(&self.pid, self.pd1.as_ref(), &self.nk1, feed, at)?;
        let own = patient.identity.clone();
        mapped.superseded.extend(patient.superseded(None));
        mapped.say(patient.into_statement(at));
        let visit = pv1::visit(self.pv1.as_ref(), &self.pid);
        let (subject, visit) = header.whose(mapped, &own, visit);
        Ok(Whose { own, subject, visit })
    }
}

/// Whose what a message says is.
pub(super) struct Whose {
    /// The patient of PID: allergies and problems are theirs.
    pub(super) own: LocalIdentity,
    /// The patient whose visit it is by now.
    pub(super) subject: LocalIdentity,
    pub(super) visit: Option<String>,
}

/// The patients of a message, each with their orders, which begin with ORC or one of `anchors`.
pub(super) fn patients<'m>(
    message: &Message<'m>,
    anchors: &[&str],
) -> Result<Vec<Patient<'m>>, Error> {
    let mut patients: Vec<Patient<'m>> = Vec::new();
    let mut specimen: Option<Segment<'m>> = None;
    // Referrals say who is referred to, and from where to where, before they say who is referred.
    let mut before: Group<'m> = Vec::new();
    for segment in message.segments().skip(1) {
        if segment.is_named("PID") {
            let (pd1, nk1, pv1, orders) = (None, Vec::new(), None, Vec::new());
            let whole = std::mem::take(&mut before);
            patients.push(Patient { pid: segment, pd1, nk1, pv1, whole, orders });
            specimen = None;
            continue;
        }
        let Some(patient) = patients.last_mut() else {
            before.push(segment);
            continue;
        };
        match segment.name() {
            "PD1" => patient.pd1 = Some(segment),
            "NK1" => patient.nk1.push(segment),
            "PV1" if patient.pv1.is_none() => patient.pv1 = Some(segment),
            // Where specimens come first, each is that of the orders behind it (OML^O33, OUL).
            "SPM" if specimen.is_some() || patient.orders.is_empty() => specimen = Some(segment),
            name => order(patient, segment, name, anchors, specimen),
        }
    }
    if patients.is_empty() { Err(NO_PID) } else { Ok(patients) }
}

/// The orders among segments that are of one patient.
pub(super) fn orders<'m>(segments: &[Segment<'m>], anchors: &[&str]) -> Vec<Group<'m>> {
    let mut orders: Vec<Group<'m>> = Vec::new();
    for segment in segments {
        if segment.is_named("ORC") || anchors.contains(&segment.name()) {
            orders.push(vec![*segment]);
        } else if let Some(order) = orders.last_mut() {
            order.push(*segment);
        }
    }
    orders
}

fn order<'m>(
    patient: &mut Patient<'m>,
    segment: Segment<'m>,
    name: &str,
    anchors: &[&str],
    specimen: Option<Segment<'m>>,
) {
    let is_anchor = anchors.contains(&name);
    let shares = match patient.orders.last() {
        _ if name == "ORC" => None,
        None if is_anchor => None,
        Some(last) if is_anchor && has(last, name) => last.iter().find(|one| one.is_named("ORC")),
        last => {
            let group = if last.is_some() { patient.orders.last_mut() } else { None };
            group.unwrap_or(&mut patient.whole).push(segment);
            return;
        }
    };
    let mut group: Group<'m> = shares.copied().into_iter().collect();
    group.push(segment);
    group.extend(specimen);
    patient.orders.push(group);
}

/// The group holds a segment of this name.
pub(super) fn has(group: &[Segment<'_>], name: &str) -> bool {
    group.iter().any(|one| one.is_named(name))
}
