//! Style sheets and scripts: our own and the third parties', under `/assets/`.

use std::sync::LazyLock;

use assets::Asset;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A file of our own: name, type, bytes.
const OWN: [(&str, &str, &[u8]); 5] = [
    ("chesil.css", "text/css; charset=utf-8", include_bytes!("../static/chesil.css")),
    ("review.css", "text/css; charset=utf-8", include_bytes!("../static/review.css")),
    ("chesil.js", "text/javascript; charset=utf-8", include_bytes!("../static/chesil.js")),
    ("review.js", "text/javascript; charset=utf-8", include_bytes!("../static/review.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../static/icon.svg")),
];

static OWN_TAGS: LazyLock<Vec<String>> =
    LazyLock::new(|| OWN.iter().map(|(_, _, bytes)| tag(bytes)).collect());

/// The address of a file with its version, so that browsers may keep it for good.
pub(crate) fn href(name: &str) -> String {
    match find(name) {
        Some(file) => format!("/assets/{name}?v={}", file.etag.trim_matches('"')),
        None => format!("/assets/{name}"),
    }
}

/// `GET /assets/{name}`. These files hold nothing about anyone and need no session.
pub(crate) async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(etag) = HeaderValue::from_str(file.etag) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut answer = HeaderMap::new();
    let unchanged = headers.get(header::IF_NONE_MATCH) == Some(&etag);
    answer.insert(header::ETAG, etag);
    answer.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    if unchanged {
        return (StatusCode::NOT_MODIFIED, answer).into_response();
    }
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    (answer, file.bytes).into_response()
}

fn find(name: &str) -> Option<Asset> {
    if let Some(asset) = assets::get(name) {
        return Some(*asset);
    }
    let index = OWN.iter().position(|(own, ..)| *own == name)?;
    let (path, content_type, bytes) = *OWN.get(index)?;
    Some(Asset { path, content_type, bytes, etag: OWN_TAGS.get(index)? })
}

/// A version tag for our own files: FNV-1a, which tells one build's file from another's.
fn tag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("\"{hash:016x}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_a_page_names_exists_and_has_a_version() {
        for name in [
            "chesil.css",
            "review.css",
            "chesil.js",
            "review.js",
            "icon.svg",
            "nhsuk-frontend.min.css",
            "htmx.min.js",
        ] {
            assert!(href(name).contains("?v="), "{name}");
        }
    }

    #[test]
    fn our_own_style_sheets_ask_no_other_host() {
        for name in ["chesil.css", "review.css"] {
            let css = std::str::from_utf8(find(name).unwrap().bytes).unwrap();
            assert!(!css.contains("url(") && !css.contains("@import"), "{name}");
        }
    }
}
