//! Posts a bundle as the mental-health trust's system does.

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;

use crate::error::Error;

/// Posts a transaction bundle to a FHIR base `url`, with a bearer `token` where one is needed.
pub async fn post_bundle(
    client: &Client,
    url: &str,
    token: Option<&str>,
    bytes: Vec<u8>,
) -> Result<(), Error> {
    let mut request = client.post(url).header(CONTENT_TYPE, "application/fhir+json").body(bytes);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let status = request.send().await?.status();
    if status.is_success() { Ok(()) } else { Err(Error::Refused { status: status.as_u16() }) }
}
