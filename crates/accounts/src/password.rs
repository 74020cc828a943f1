//! Passwords, kept as argon2id hashes (RFC 9106) in PHC form.

use std::fmt;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::Error;

/// The least number of characters of a password.
pub const SHORTEST_PASSWORD: usize = 8;

/// How much work a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// OWASP's least for argon2id: 19 MiB, two passes, one lane.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2 };

    /// For tests and a demo whose passwords are printed anyway.
    pub const QUICK: Self = Self { memory_kib: 64, passes: 1 };

    fn argon2(self) -> Result<Argon2<'static>, Error> {
        let params = Params::new(self.memory_kib, self.passes, 1, None)
            .map_err(|error| Error::Password(error.to_string()))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// A password's hash; the password itself is never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes `password` with a random `salt`. Slow on purpose: call it outside a transaction.
    pub fn new(password: &str, salt: [u8; 16], cost: Cost) -> Result<Self, Error> {
        if password.chars().count() < SHORTEST_PASSWORD {
            return Err(Error::PasswordTooShort);
        }
        Self::of(password, salt, cost)
    }

    fn of(password: &str, salt: [u8; 16], cost: Cost) -> Result<Self, Error> {
        let hash = cost
            .argon2()?
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|error| Error::Password(error.to_string()))?;
        Ok(Self(hash.to_string()))
    }

    pub(crate) fn stored(phc: String) -> Self {
        Self(phc)
    }

    pub(crate) fn phc(&self) -> &str {
        &self.0
    }

    /// Is it this password? Takes the work that was chosen when the hash was made.
    pub(crate) fn fits(&self, password: &str) -> bool {
        Argon2::default().verify_password(password.as_bytes(), self.0.as_str()).is_ok()
    }

    /// The work of a check with no one to check, so that an unknown name takes as long to refuse.
    pub(crate) fn fits_no_one(password: &str, cost: Cost) -> bool {
        let _ = Self::of(password, [0; 16], cost);
        false
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}
