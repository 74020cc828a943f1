//! ED, encapsulated data, to Attachment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fhir::Element;
use hl7v2::Repetition;
use serde_json::Value;

use crate::error::Error;
use crate::read::part;

/// The attachment in OBX-5: `^application^pdf^Base64^JVBERi0…`; nothing if it holds no bytes.
pub(crate) fn attachment(data: &Repetition<'_>, title: &str) -> Result<Option<Value>, Error> {
    let unreadable = |problem| Error::Unreadable { path: "OBX-5".to_owned(), problem };
    // Sent without any separators, the whole is the data.
    let fifth = data.component(5).raw();
    let raw = if fifth.is_empty() { data.component(1).raw() } else { fifth };
    let encoding = part(data, 4).to_ascii_lowercase();
    let bytes = match encoding.as_str() {
        "" | "base64" => {
            let text: Vec<u8> =
                raw.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            match STANDARD.decode(&text) {
                Ok(bytes) => bytes,
                Err(_) if encoding.is_empty() => part(data, 5).into_bytes(),
                Err(_) => return Err(unreadable("the document is not well-formed base64")),
            }
        }
        "a" | "ascii" => part(data, 5).into_bytes(),
        "hex" => return Err(unreadable("hexadecimal documents are not taken; send base64")),
        _ => return Err(unreadable("ED.4 must be Base64 or A")),
    };
    if bytes.is_empty() {
        return Ok(None);
    }
    let kind = content_type(&part(data, 2), &part(data, 3), &bytes);
    Ok(Some(encoded(&bytes, &kind, title)))
}

/// An attachment of plain text.
pub(crate) fn plain_text(text: &str, title: &str) -> Value {
    encoded(text.as_bytes(), "text/plain; charset=utf-8", title)
}

fn encoded(bytes: &[u8], kind: &str, title: &str) -> Value {
    Element::new()
        .with("contentType", kind)
        .with("data", STANDARD.encode(bytes))
        .with("size", bytes.len())
        .with("title", title)
        .build()
}

/// ED.2 and ED.3 (tables 0191 and 0291), unless the first bytes say better.
fn content_type(kind: &str, subtype: &str, bytes: &[u8]) -> String {
    let (kind, subtype) = (kind.to_ascii_lowercase(), subtype.to_ascii_lowercase());
    if bytes.starts_with(b"%PDF") {
        return "application/pdf".to_owned();
    }
    let kind = match kind.as_str() {
        "ap" => "application",
        "im" | "si" => "image",
        "tx" | "ft" => "text",
        other => other,
    };
    let subtype = match subtype.as_str() {
        "" if kind == "text" => "plain",
        "jpg" => "jpeg",
        "txt" => "plain",
        other => other,
    };
    let token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|one| one.is_ascii_alphanumeric() || b"+.-".contains(&one))
    };
    let known = ["application", "image", "text", "audio", "video", "multipart"].contains(&kind);
    match (known, token(subtype)) {
        (true, true) => format!("{kind}/{subtype}"),
        _ if subtype == "pdf" => "application/pdf".to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}
