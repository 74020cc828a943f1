//! Messages as nobody should send them: real ones with something wrong, and bytes that are no message.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

/// What a broken interface engine puts where something else should be.
const ODD: [&[u8]; 14] = [
    b"|",
    b"^",
    b"~",
    b"\\",
    b"&",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"\0",
    b"\\X0D\\",
    b"\\E",
    "\u{fffd}\u{202e}".as_bytes(),
    b"\xff\xfe",
    b"99999999999999999999",
];
/// The first segments of garbage that looks like something.
const BEGINNINGS: [&[u8]; 10] = [
    b"",
    b"MSH",
    b"MSH|",
    b"MSH|^~\\&",
    b"MSH||||",
    b"PID|1||1\r",
    b"FHS|^~\\&|\rBHS|^~\\&|\r",
    b"\xff\xfeM\0S\0H\0|\0",
    b"{\"resourceType\":\"Patient\"}",
    b"ISA*00*          *00*",
];

/// A message with one to four things wrong with it.
pub(super) fn mutated(message: &[u8], dice: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = message.to_vec();
    for _ in 0..dice.random_range(1..=4) {
        slip(&mut bytes, dice);
    }
    unframed(bytes)
}

fn slip(bytes: &mut Vec<u8>, dice: &mut ChaCha8Rng) {
    let place = |dice: &mut ChaCha8Rng, bytes: &[u8]| dice.random_range(0..=bytes.len());
    let (one, other) = (place(dice, bytes), place(dice, bytes));
    let (from, to) = (one.min(other), one.max(other));
    match dice.random_range(0..6) {
        // A byte of any value.
        0 => bytes.splice(from..(from + 1).min(bytes.len()), [dice.random::<u8>()]).for_each(drop),
        1 => bytes.truncate(to),
        // A part is missing, comes twice, or is drawn out.
        2 => bytes.drain(from..to.min(from + 40)).for_each(drop),
        3 => {
            let part = bytes.get(from..to).unwrap_or_default().to_vec();
            bytes.splice(to..to, part).for_each(drop);
        }
        4 => bytes.splice(from..from, vec![b'A'; dice.random_range(1..20_000)]).for_each(drop),
        _ => {
            let odd = ODD.get(dice.random_range(0..ODD.len())).copied().unwrap_or_default();
            bytes.splice(from..from, odd.iter().copied()).for_each(drop);
        }
    }
}

/// Bytes that are no message.
pub(super) fn malformed(dice: &mut ChaCha8Rng) -> Vec<u8> {
    let beginning = BEGINNINGS.get(dice.random_range(0..BEGINNINGS.len())).copied();
    let mut bytes = beginning.unwrap_or_default().to_vec();
    let mut rest = vec![0; dice.random_range(0..2_000)];
    dice.fill_bytes(&mut rest);
    if dice.random() {
        // What can be typed, so that it gets further.
        for byte in &mut rest {
            *byte = 0x20 + *byte % 0x5f;
        }
    }
    bytes.extend(rest);
    unframed(bytes)
}

/// MLLP's own bytes would make two frames of one, and then nobody could count.
fn unframed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.retain(|byte| !matches!(byte, 0x0b | 0x1c));
    bytes
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_seed_makes_the_same_mistakes_and_none_ends_a_frame() {
        let make = |seed| {
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            let message = b"MSH|^~\\&|PAS|RD3|R|D|20260115||ADT^A01|1|P|2.4\rPID|1||R1^^^RD3^MR\r";
            (0..200)
                .map(|_| (mutated(message, &mut dice), malformed(&mut dice)))
                .collect::<Vec<_>>()
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
        assert!(make(1).iter().all(|(one, other)| !one.contains(&0x1c) && !other.contains(&0x1c)));
    }
}
