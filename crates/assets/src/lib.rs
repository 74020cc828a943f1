//! Third-party CSS and JavaScript, fetched by npm at build, checked and embedded.
//!
//! In: `package-lock.json` and the hashes in `checksums.txt`. Out: bytes to serve under `/assets/`.
//! Never: a request to another host, at build (beyond npm) or in the browser.

/// One embedded file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The name it is served under: `htmx.min.js`.
    pub path: &'static str,
    /// What the browser is told it is.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// A quoted entity tag made of the bytes, for revalidation and for versioned addresses.
    pub etag: &'static str,
}

static ALL: &[Asset] = include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Every embedded file: the NHS.UK style sheet, htmx, and the licence text it must carry.
pub fn all() -> &'static [Asset] {
    ALL
}

/// The file served under `path`.
pub fn get(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_and_the_script_are_embedded() {
        for path in ["nhsuk-frontend.min.css", "htmx.min.js", "htmx-licence.txt"] {
            assert!(get(path).is_some_and(|asset| !asset.bytes.is_empty()), "{path}");
        }
    }

    #[test]
    fn no_style_asks_another_host_for_anything() {
        for asset in all().iter().filter(|asset| asset.content_type.starts_with("text/css")) {
            let css = std::str::from_utf8(asset.bytes).unwrap();
            for foreign in
                ["@font-face", "url(http", "url(//", "@import", "sourceMappingURL", "Frutiger"]
            {
                assert!(!css.contains(foreign), "{}: {foreign}", asset.path);
            }
        }
    }

    #[test]
    fn every_tag_is_quoted_and_differs() {
        let tags: std::collections::BTreeSet<_> = all().iter().map(|asset| asset.etag).collect();
        assert_eq!(tags.len(), all().len());
        assert!(
            tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"') && tag.len() == 18)
        );
    }
}
