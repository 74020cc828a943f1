//! A hash that is the same in every build, so that a store can keep it.

/// FNV-1a with a final mix (Fowler, Noll and Vo; the mix is MurmurHash3's).
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    finish(extend(START, bytes))
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

fn extend(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// A hash of several parts, each with its length, so that `AB C` and `A BC` differ.
pub(crate) fn stable_hash_of(parts: &[u64]) -> u64 {
    finish(parts.iter().fold(START, |hash, part| {
        (hash ^ finish(*part)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_same_in_every_build() {
        assert_eq!(stable_hash(b"HARDY"), 1_671_103_450_825_386_676);
    }
}
