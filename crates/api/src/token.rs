//! A bearer token, kept and compared as a hash.

use sha2::{Digest, Sha256};

/// The SHA-256 of a token: of one length whatever was shown, and useless to whoever reads memory.
#[derive(Clone)]
pub(crate) struct Token([u8; 32]);

impl Token {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Compares every byte, so that the time taken does not tell where the first difference is.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(&other.0).fold(0, |found, (a, b)| found | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

/// The token of an `Authorization: Bearer …` header (RFC 6750 §2.1).
pub(crate) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_token_fits() {
        let token = Token::of("a long secret");
        for (shown, fits) in
            [("a long secret", true), ("a long secreT", false), ("a long", false), ("", false)]
        {
            assert_eq!(token.is(&Token::of(shown)), fits, "{shown}");
        }
    }

    #[test]
    fn the_scheme_may_be_written_in_any_case() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("Bearer  ", None),
            ("abc", None),
        ] {
            assert_eq!(bearer(header), token, "{header}");
        }
    }
}
