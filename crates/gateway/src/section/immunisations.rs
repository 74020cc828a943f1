//! Immunisations given, and those not given with why.

use model::Section;
use serde_json::Value;

use super::{detail, line as new_line};
use crate::GpItem;
use crate::author;
use crate::bundle::Bundle;
use crate::element::{concept, each, extension, notes, text, words, written};
use crate::moment;

/// One immunisation. The procedure is what was recorded; `vaccineCode` is often just "unknown".
pub(super) fn line(bundle: &Bundle, immunisation: &Value) -> GpItem {
    let recorded = extension(immunisation, "DateRecorded");
    let at = moment::first(immunisation, &["/date"])
        .or_else(|| recorded.and_then(|recorded| moment::first(recorded, &["/valueDateTime"])));
    let mut line = new_line(Section::Immunisations, immunisation, &["/vaccineCode"], at);
    let procedure = extension(immunisation, "VaccinationProcedure");
    if let Some(procedure) =
        procedure.and_then(|procedure| concept(procedure.get("valueCodeableConcept")?))
    {
        let product = product(immunisation).filter(|product| *product != procedure.text);
        (line.code, line.code_system, line.text) =
            (procedure.code, procedure.system, procedure.text);
        line.detail = detail(product.into_iter().chain(circumstances(immunisation)));
    } else {
        line.detail = detail(circumstances(immunisation));
    }
    if immunisation.get("notGiven").and_then(Value::as_bool) == Some(true) {
        line.status = Some("not given".to_owned());
    }
    line.value = each(immunisation, "vaccinationProtocol")
        .find_map(|protocol| written(protocol, "/doseSequence"))
        .map(|dose| format!("Dose {dose}"));
    line.author =
        author::named(bundle, immunisation, &["/practitioner/0/actor", "/practitioner/1/actor"]);
    line
}

/// The product, unless it is the null flavour UNK.
fn product(immunisation: &Value) -> Option<String> {
    let product = concept(immunisation.get("vaccineCode")?)?;
    (product.code.as_deref() != Some("UNK")).then_some(product.text)
}

fn circumstances(immunisation: &Value) -> impl Iterator<Item = String> {
    let batch = text(immunisation, "/lotNumber").map(|batch| format!("Batch {batch}"));
    let reasons = ["/explanation/reasonNotGiven/0", "/explanation/reason/0"];
    let why = reasons.iter().find_map(|reason| words(immunisation, reason));
    [words(immunisation, "/site"), batch, why].into_iter().flatten().chain(notes(immunisation))
}
