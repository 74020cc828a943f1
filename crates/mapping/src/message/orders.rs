//! Orders, medicines, vaccinations and problems: one resource for each group of segments, by the
//! tables in `maps/`, and an Observation for each OBX in it.
//!
//! A group is known by its own number (ORC-2, ORC-3…), so that a change or a cancellation under the
//! same number supersedes it. One without any number is one of its message: the same message again
//! changes nothing, and nothing else can change it.

use std::collections::BTreeMap;

use hl7v2::{Message, Segment};
use model::LocalIdentity;

use super::Header;
use super::group::{self, Whose, has};
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::mapped::{Mapped, Statement};
use crate::segment::obx::Line;
use crate::segment::{find, medicine, problem, request, vaccination, whole};
use crate::table::{Context, Group};
use fhir::Resource;

/// What begins an order that has no ORC of its own.
const ANCHORS: [&str; 6] = ["OBR", "RXA", "RXD", "RXE", "RXO", "PRB"];

/// The kinds of message that are made of orders.
pub(super) fn maps(code: &str, trigger: &str) -> bool {
    match code {
        "VXU" => matches!(trigger, "V04" | ""),
        "ORM" | "OMG" | "OML" | "OMI" | "OMP" | "RDE" | "RDS" | "RAS" => true,
        "PPR" => matches!(trigger, "PC1" | "PC2" | "PC3"),
        _ => false,
    }
}

pub(super) fn map(
    message: &Message<'_>,
    header: &Header<'_>,
    feed: &Feed,
) -> Result<Mapped, Error> {
    let mut mapped = Mapped::new(header.event(), header.occurred_at);
    let control_id = message.control_id();
    let mut numbers = Numbers { control_id: &control_id, seen: BTreeMap::new() };
    for patient in group::patients(message, &ANCHORS)? {
        let whose = patient.said(&mut mapped, header, feed)?;
        whole::said(
            &mut mapped,
            &patient.whole,
            &whose.own,
            &whose.context(feed),
            header.occurred_at,
        );
        let codeless = |order: &&Group<'_>| header.code == "PPR" && is_bare(order);
        for order in patient.orders.iter().filter(|order| !codeless(order)) {
            one(&mut mapped, order, &whose, header, feed, &mut numbers)?;
        }
    }
    Ok(mapped)
}

/// An order of which only the number is told, as problems are linked to.
fn is_bare(order: &Group<'_>) -> bool {
    let asks = |one: &Segment<'_>| one.is_named("OBR") && one.field(4).is_some();
    !order.iter().any(|one| asks(one) || ["RXO", "RXE", "PRB"].contains(&one.name()))
}

impl Whose {
    pub(super) fn context<'a>(&'a self, feed: &'a Feed) -> Context<'a> {
        Context { feed, subject: &self.subject, visit: self.visit.as_deref() }
    }
}

/// One order: what it amounts to, and the observations in it.
fn one(
    mapped: &mut Mapped,
    order: &Group<'_>,
    whose: &Whose,
    header: &Header<'_>,
    feed: &Feed,
    numbers: &mut Numbers<'_>,
) -> Result<(), Error> {
    let context = whose.context(feed);
    let (head, lines) = whole::parted(order);
    let (resource_type, number, mut resource) = if has(&head, "RXA") && header.code == "RAS" {
        (
            "MedicationAdministration",
            medicine::given_number(&head),
            medicine::administration(&head, &context)?,
        )
    } else if has(&head, "RXA") {
        let number = vaccination::number(&head);
        ("Immunization", number, vaccination::immunization(&head, &lines, &context)?)
    } else if has(&head, "RXD") {
        (
            "MedicationDispense",
            medicine::dispensed_number(&head),
            medicine::dispense(&head, &context)?,
        )
    } else if has(&head, "RXE") || has(&head, "RXO") {
        ("MedicationRequest", medicine::number(&head), medicine::request(&head, &context)?)
    } else if has(&head, "PRB") {
        ("Condition", problem::number(&head), problem::condition(&head, &context)?)
    } else {
        ("ServiceRequest", request::number(&head), request::service_request(&head, &context)?)
    };
    let key = numbers.key(resource_type, number);
    let subject = if resource_type == "Condition" { &whose.own } else { &whose.subject };
    resource = resource.with_id(resource_id(resource_type, subject, &key));
    let event_time = header.occurred_at;
    let lines: Vec<Line<'_>> =
        lines.into_iter().filter(|line| !has(&head, "RXA") || !vaccination::uses(line)).collect();
    let found = whole::observations(&lines, &key, find(&head, "OBR"), &context, header.sent_at)?;
    if resource_type == "ServiceRequest" {
        let refer = |one: &Resource| Some(fhir::datatype::reference("Observation", one.id()?));
        resource.set("supportingInfo", found.iter().filter_map(refer).collect::<Vec<_>>());
    }
    say(mapped, subject, resource, event_time);
    for observation in found {
        say(mapped, &whose.subject, observation, event_time);
    }
    Ok(())
}

fn say(
    mapped: &mut Mapped,
    subject: &LocalIdentity,
    resource: Resource,
    event_time: jiff::Timestamp,
) {
    mapped.resources.push(Statement { subject: subject.clone(), resource, event_time });
}

/// The numbers of a message's orders: two of one kind under one number are counted, and stay apart.
struct Numbers<'a> {
    control_id: &'a str,
    seen: BTreeMap<(&'static str, String), usize>,
}

impl Numbers<'_> {
    fn key(&mut self, resource_type: &'static str, number: Option<String>) -> String {
        let number = number.unwrap_or_else(|| format!("message {}", self.control_id));
        let count = self.seen.entry((resource_type, number.clone())).or_default();
        *count += 1;
        if *count == 1 { number } else { format!("{number}|{count}") }
    }
}
