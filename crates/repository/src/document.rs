//! The document behind a DocumentReference.

use db::Tx;
use model::LocalPatientId;
use uuid::Uuid;

use crate::{Error, read};

/// A document's content as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// MIME type: `application/pdf`, `text/plain`.
    pub content_type: String,
    /// What the sender called it.
    pub title: Option<String>,
    /// Base64 of the content (`Attachment.data`).
    pub data: String,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({}, {} characters)", self.content_type, self.data.len())
    }
}

/// The content of the document `id`, if it belongs to one of `patients` and has not been withdrawn.
pub fn document(
    tx: &mut Tx,
    patients: &[LocalPatientId],
    id: Uuid,
) -> Result<Option<Document>, Error> {
    let Some(owner) = crate::rows::owner(tx, "DocumentReference", id)? else { return Ok(None) };
    if !patients.contains(&owner) {
        return Ok(None);
    }
    let Some(version) = read::current(tx, "DocumentReference", id)? else { return Ok(None) };
    let resource = version.resource;
    if resource.text("status") == Some("entered-in-error") {
        return Ok(None);
    }
    let Some(data) = resource.text("content.attachment.data") else { return Ok(None) };
    let content_type =
        resource.text("content.attachment.contentType").unwrap_or("application/octet-stream");
    Ok(Some(Document {
        content_type: content_type.to_owned(),
        title: resource
            .text("content.attachment.title")
            .or_else(|| resource.text("description"))
            .map(str::to_owned),
        data: data.to_owned(),
    }))
}
