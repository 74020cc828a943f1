//! One HTTP call to one practice, read no further than the limit.

use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::config::{Config, Practice};
use crate::question::{FHIR_JSON, INTERACTION};
use crate::{Error, GpRequest, outcome};

/// The client for all practices. It follows no redirect: a request for a person's record goes to
/// the address the directory gave and nowhere else.
pub(crate) fn client() -> Result<reqwest::Client, Error> {
    reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().map_err(Error::Client)
}

/// Sends one request and reads the answer's body.
pub(crate) async fn send(
    client: &reqwest::Client,
    config: &Config,
    practice: &Practice,
    request: &GpRequest,
    token: String,
    parameters: &Value,
) -> Result<Vec<u8>, Error> {
    let response = client
        .post(address(config.proxy.as_deref(), &practice.base_url))
        .header(ACCEPT, FHIR_JSON)
        .header(CONTENT_TYPE, FHIR_JSON)
        .header(CACHE_CONTROL, "no-store")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header("Ssp-TraceID", request.trace.to_string())
        .header("Ssp-From", &config.consumer.asid)
        .header("Ssp-To", &practice.asid)
        .header("Ssp-InteractionID", INTERACTION)
        .body(parameters.to_string())
        .send()
        .await
        .map_err(call)?;
    let status = response.status().as_u16();
    let body = read(response, config.limits.body_limit_bytes).await?;
    if status == 200 { Ok(body) } else { Err(outcome::error(status, &body)) }
}

/// `https://gp.example/…/Patient/$gpc.getstructuredrecord`, behind the Spine Secure Proxy
/// `https://proxy.example/https://gp.example/…`.
fn address(proxy: Option<&str>, base_url: &str) -> String {
    let direct = format!("{}/Patient/$gpc.getstructuredrecord", base_url.trim_end_matches('/'));
    proxy.map_or(direct.clone(), |proxy| format!("{}/{direct}", proxy.trim_end_matches('/')))
}

async fn read(mut response: reqwest::Response, limit_bytes: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(call)? {
        if body.len() + chunk.len() > limit_bytes {
            return Err(Error::TooLarge { limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn call(error: reqwest::Error) -> Error {
    Error::Call(error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_takes_the_whole_address_behind_its_own() {
        let base = "https://gp.example/J81012/STU3/1/gpconnect/structured/fhir/";
        let direct = "https://gp.example/J81012/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord";
        assert_eq!(address(None, base), direct);
        assert_eq!(
            address(Some("https://proxy.example/"), base),
            format!("https://proxy.example/{direct}")
        );
    }
}
