//! NK1, next of kin, to Patient.contact.

use fhir::{Element, When, datatype, system};
use hl7v2::Segment;
use serde_json::Value;

use crate::concept;
use crate::datatype::{cwe, xad, xpn, xtn};
use crate::feed::Feed;
use crate::read::{repetitions, text, when};

/// One contact for each NK1 that says anything.
pub(crate) fn contacts(nk1: &[Segment<'_>], feed: &Feed) -> Vec<Value> {
    nk1.iter().filter_map(|one| contact(one, feed)).collect()
}

fn contact(nk1: &Segment<'_>, feed: &Feed) -> Option<Value> {
    let name = repetitions(nk1, 2).iter().find_map(|one| xpn::human_name(one, "usual"));
    let phones = [(5, "home"), (6, "work")].into_iter().flat_map(|(field, usage)| {
        repetitions(nk1, field).into_iter().map(move |one| (one, usage))
    });
    let telecom: Vec<Value> =
        phones.filter_map(|(one, usage)| xtn::contact_point(&one, usage)).collect();
    let address = repetitions(nk1, 4).iter().find_map(xad::address);
    let said = Element::new().with("name", name).with("telecom", telecom).with("address", address);
    if said.is_empty() {
        return None;
    }
    let gender = concept::lookup("0001", &text(nk1, 15)).map(|found| found.code);
    let [start, end] = [8, 9].map(|field| when(nk1, field).map(When::fhir_date));
    let contact = said
        .with("relationship", relationships(nk1, feed))
        .with("gender", gender)
        .with("period", datatype::period(start.as_deref(), end.as_deref()));
    Some(contact.build())
}

/// How they are related (table 0063, local words kept) and what for (table 0131).
fn relationships(nk1: &Segment<'_>, feed: &Feed) -> Vec<Value> {
    let kin = repetitions(nk1, 3).into_iter().map(|one| {
        let code = crate::read::part(&one, 1);
        match concept::lookup("0063", &code) {
            Some(found) => {
                let words = cwe::words(&one);
                datatype::codeable_concept(system::ROLE_CODE, found.code, found.display, &words)
            }
            None => cwe::concept(&one, feed),
        }
    });
    let role = repetitions(nk1, 7).into_iter().map(|one| {
        let code = crate::read::part(&one, 1);
        let coding =
            if matches!(code.as_str(), "BP" | "C" | "CP" | "E" | "F" | "I" | "N" | "S" | "U") {
                vec![datatype::coding(system::CONTACT_ROLE, &code, "")]
            } else {
                Vec::new()
            };
        datatype::concept_of(coding, &cwe::words(&one))
    });
    kin.chain(role).filter(|one| !fhir::is_empty(one)).collect()
}
