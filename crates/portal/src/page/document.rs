//! One document: with its person's banner above it, and its bytes at an address of their own.

use access::Action;
use audit::Permit;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use empi::Person;
use maud::{Markup, html};
use model::PersonId;
use record::Opened;
use serde::Deserialize;
use uuid::Uuid;

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::page::record::{About, Tab, above};
use crate::page::record_view::identity_about;
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// A document's own page: nothing runs, nothing is fetched, only our page frames it.
const SANDBOX: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";
/// Browsers draw PDF files with a viewer of their own, which a sandbox would stop.
const PDF: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

/// A person and a document in an address.
#[derive(Deserialize)]
pub(crate) struct DocumentPath {
    person: String,
    document: String,
}

impl DocumentPath {
    fn ids(&self) -> Result<(PersonId, Uuid), Error> {
        let person = self.person.parse().map_err(|_| Error::NotFound)?;
        Ok((person, self.document.parse().map_err(|_| Error::NotFound)?))
    }
}

/// `GET /people/{person}/documents/{document}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<DocumentPath>,
) -> Result<Markup, Error> {
    let (person, id) = path.ids()?;
    let permit =
        permit(&state, &reader, Action::ViewDocument, Some(person), format!("document {id}"))
            .await?;
    let (person, opened, names) = open(&state, &permit, id).await?;
    let about = identity_about(&person, &names, &reader, state.now());
    let text = bytes(&opened)?;
    Ok(show(&about, id, &opened, &String::from_utf8_lossy(&text), &names, &reader))
}

/// `GET /people/{person}/documents/{document}/content`.
pub(crate) async fn content(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<DocumentPath>,
) -> Result<Response, Error> {
    let (person, id) = path.ids()?;
    let about = format!("document {id}, content");
    let permit = permit(&state, &reader, Action::ViewDocument, Some(person), about).await?;
    let (_, opened, _) = open(&state, &permit, id).await?;
    let kind = kind(&opened.document.content_type);
    let mut headers = HeaderMap::new();
    let policy = if kind == Kind::Pdf { PDF } else { SANDBOX };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    let content_type = HeaderValue::from_str(&opened.document.content_type);
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, content_type.unwrap_or(unknown));
    let disposition =
        if kind == Kind::Other { "attachment; filename=\"document\"" } else { "inline" };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    Ok((headers, bytes(&opened)?).into_response())
}

async fn open(
    state: &PortalState,
    permit: &Permit,
    id: Uuid,
) -> Result<(Person, Opened, Names), Error> {
    let permit = permit.clone();
    state
        .read(move |tx| {
            let opened = record::document(tx, &permit, id)?.ok_or(Error::NotFound)?;
            let person = permit.person().ok_or(Error::NotFound)?;
            let person = empi::person(tx, person)?.ok_or(Error::NotFound)?;
            Ok((person, opened, names(tx)?))
        })
        .await
}

/// The content; a sender's broken base64 is said to be that.
fn bytes(opened: &Opened) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(opened.document.data.as_bytes())
        .map_err(|_| Error::Invalid("the sender's copy of this document is damaged"))
}

/// How a browser can show a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Pdf,
    Image,
    Html,
    Other,
}

fn kind(content_type: &str) -> Kind {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "text/plain" => Kind::Text,
        "application/pdf" => Kind::Pdf,
        "text/html" => Kind::Html,
        "image/png" | "image/jpeg" | "image/gif" => Kind::Image,
        _ => Kind::Other,
    }
}

/// The page; `text` is the content of a plain text.
pub(crate) fn show(
    about: &About,
    id: Uuid,
    opened: &Opened,
    text: &str,
    names: &Names,
    reader: &Reader,
) -> Markup {
    let document = &opened.document;
    let title = document.title.as_deref().unwrap_or("Document without a title");
    let address = format!("/people/{}/documents/{id}/content", about.person);
    page(
        "Document",
        Some(reader),
        Place::Elsewhere,
        above(about, Tab::Other),
        html! {
            article.cs-card {
                h2 { (title) }
                p.cs-quiet {
                    @match opened.at { Some(at) => (format::date_time(at)), None => "No date" }
                    @if let Some(organisation) = &opened.organisation { " · " (names.of(organisation)) }
                    " · " a href=(address) { "open by itself" }
                }
                @match kind(&document.content_type) {
                    Kind::Text => { div.cs-document { (text) } }
                    Kind::Pdf => { iframe.cs-frame src=(address) title=(title) {} }
                    Kind::Html => { iframe.cs-frame src=(address) title=(title) sandbox="" {} }
                    Kind::Image => { img.cs-image src=(address) alt=(title); }
                    Kind::Other => { p { "A browser cannot show this kind of file (" (document.content_type) "). " a href=(address) { "Download it" } } }
                }
            }
        },
    )
}
