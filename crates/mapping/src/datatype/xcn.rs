//! XCN, a professional with a number and a name, to a FHIR Reference.

use fhir::datatype;
use serde_json::Value;

use crate::spell::Professional;

/// A reference that names a professional; nothing if nothing is known.
pub(crate) fn reference(professional: &Professional) -> Value {
    let identifier = if professional.number.is_empty() {
        Value::Null
    } else {
        datatype::identifier(&professional.system, &professional.number)
    };
    if identifier.is_null() && professional.name.is_empty() {
        return Value::Null;
    }
    datatype::logical_reference("Practitioner", identifier, &professional.name)
}
