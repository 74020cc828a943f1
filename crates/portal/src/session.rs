//! Who is asking: from the session cookie to a [`Reader`], for every page but sign-in and assets.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use crate::layout::Reader;
use crate::{Error, PortalState};

impl FromRequestParts<PortalState> for Reader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &PortalState) -> Result<Self, Error> {
        // Only a page can be come back to; a form has to be filled in again.
        let next =
            if parts.method == Method::GET { parts.uri.path().to_owned() } else { "/".into() };
        let token = token(&parts.headers, state.secure_cookies)
            .ok_or(Error::NotSignedIn { next: next.clone() })?;
        reader(state, token).await?.ok_or(Error::NotSignedIn { next })
    }
}

/// The reader whose live session `token` is; the click counts against the idle limit.
async fn reader(state: &PortalState, token: String) -> Result<Option<Reader>, Error> {
    let now = state.now();
    let asked = token.clone();
    let found = state
        .read(move |tx| {
            let Some(session) = accounts::session(tx, &asked, now)? else { return Ok(None) };
            let organisation = accounts::organisation(tx, &session.actor.organisation)?;
            let organisation_name = organisation
                .map_or_else(|| session.actor.organisation.to_string(), |found| found.name);
            Ok(Some((Reader { actor: session.actor, organisation_name }, session.touch_due)))
        })
        .await?;
    let Some((reader, touch_due)) = found else { return Ok(None) };
    if touch_due {
        state.write(move |tx| Ok(accounts::touch(tx, &token, now)?)).await?;
    }
    Ok(Some(reader))
}

/// The cookie's name; with TLS its prefix makes browsers refuse one set for a wider place.
fn name(secure: bool) -> &'static str {
    if secure { "__Host-chesil" } else { "chesil" }
}

/// The session token of a request, if it has one.
pub(crate) fn token(headers: &HeaderMap, secure: bool) -> Option<String> {
    let cookies =
        headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name(secure)).map(|(_, value)| value.to_owned())
}

/// The `Set-Cookie` that begins a session; `""` ends it. HttpOnly, SameSite=Strict, for this
/// browser session only.
pub(crate) fn cookie(token: &str, secure: bool) -> Option<HeaderValue> {
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    let tls = if secure { "; Secure" } else { "" };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{tls}{age}", name(secure));
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let text = cookie("abc", true).unwrap();
        assert_eq!(text, "__Host-chesil=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(cookie("", false).unwrap().to_str().unwrap().ends_with("Max-Age=0"));
    }

    #[test]
    fn only_our_own_cookie_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("other=1; chesil=abc; chesil2=no"));
        assert_eq!(token(&headers, false).as_deref(), Some("abc"));
        assert_eq!(token(&headers, true), None);
    }
}
