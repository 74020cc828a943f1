//! Escape sequences: `\F\` in a value is a `|` that separates nothing (HL7 v2.5.1 §2.7).

use std::borrow::Cow;

use memchr::memchr;

use crate::{Charset, Separators};

/// The longest run of blank lines or spaces one formatting command may ask for.
const LONGEST_RUN: usize = 100;

/// Text of a raw value: escapes replaced, then the character set read.
///
/// | sequence | becomes |
/// |---|---|
/// | `\F\` `\S\` `\T\` `\R\` `\E\` `\P\` | the message's own separator of that role |
/// | `\X0D0A\` | those bytes, in the message's character set |
/// | `\.br\` `\.ce\` `\.sp3\` | line ends |
/// | `\.sk3\` | spaces |
/// | `\H\` `\N\` `\.in\` `\.ti\` `\.fi\` `\.nf\` | nothing: how to show, not what |
/// | `\Zxx\`, anything else, one not closed | itself, kept as sent |
pub fn unescape<'a>(raw: &'a [u8], separators: &Separators, charset: Charset) -> Cow<'a, str> {
    let Some(mark) = separators.escape else { return charset.decode(raw) };
    if memchr(mark, raw).is_none() {
        return charset.decode(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = cut(rest, mark) {
        bytes.extend_from_slice(before);
        let Some((sequence, behind)) = cut(after, mark) else {
            bytes.push(mark);
            rest = after;
            break;
        };
        if !expand(sequence, separators, &mut bytes) {
            bytes.push(mark);
            bytes.extend_from_slice(sequence);
            bytes.push(mark);
        }
        rest = behind;
    }
    bytes.extend_from_slice(rest);
    Cow::Owned(charset.decode(&bytes).into_owned())
}

/// Bytes (UTF-8) of a text in which nothing can be taken for a separator, a line end or a frame.
///
/// A literal `""` is written in hexadecimal, since as it stands it would mean "delete". Where the
/// separators name no escape character, what would need one becomes a space.
pub fn escape(text: &str, separators: &Separators) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    if text == "\"\"" {
        write_escape(separators, b"X2222", &mut bytes);
        return bytes;
    }
    for c in text.bytes() {
        match sequence_for(c, separators) {
            Some(sequence) => write_escape(separators, sequence, &mut bytes),
            None => bytes.push(c),
        }
    }
    bytes
}

fn expand(sequence: &[u8], separators: &Separators, bytes: &mut Vec<u8>) -> bool {
    match sequence {
        b"F" => write(Some(separators.field), bytes),
        b"S" => write(separators.component, bytes),
        b"T" => write(separators.subcomponent, bytes),
        b"R" => write(separators.repetition, bytes),
        b"E" => write(separators.escape, bytes),
        b"P" => write(separators.truncation, bytes),
        b"H" | b"N" => true,
        [b'X', digits @ ..] => expand_hexadecimal(digits, bytes),
        [b'.', command @ ..] => expand_formatting(command, bytes),
        _ => false,
    }
}

fn write(separator: Option<u8>, bytes: &mut Vec<u8>) -> bool {
    bytes.extend(separator);
    separator.is_some()
}

fn expand_hexadecimal(digits: &[u8], bytes: &mut Vec<u8>) -> bool {
    let whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    if !whole || !digits.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let pairs = digits.chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    bytes.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
    true
}

fn expand_formatting(command: &[u8], bytes: &mut Vec<u8>) -> bool {
    let Some((name, count)) = command.split_at_checked(2) else { return false };
    let count = std::str::from_utf8(count).unwrap_or("?").trim().trim_start_matches(['+', '-']);
    let count = match count {
        "" => 1,
        digits => match digits.parse::<usize>() {
            Ok(number) => number.min(LONGEST_RUN),
            Err(_) => return false,
        },
    };
    match name {
        b"br" | b"ce" => bytes.push(b'\n'),
        b"sp" => bytes.extend(std::iter::repeat_n(b'\n', count)),
        b"sk" => bytes.extend(std::iter::repeat_n(b' ', count)),
        b"in" | b"ti" | b"fi" | b"nf" => {}
        _ => return false,
    }
    true
}

fn sequence_for(c: u8, separators: &Separators) -> Option<&'static [u8]> {
    match c {
        b'\n' => return Some(b".br"),
        b'\r' => return Some(b"X0D"),
        0x0B => return Some(b"X0B"),
        0x1C => return Some(b"X1C"),
        _ => {}
    }
    let roles: [(Option<u8>, &'static [u8]); 6] = [
        (Some(separators.field), b"F"),
        (separators.component, b"S"),
        (separators.subcomponent, b"T"),
        (separators.repetition, b"R"),
        (separators.escape, b"E"),
        (separators.truncation, b"P"),
    ];
    roles.into_iter().find(|(separator, _)| *separator == Some(c)).map(|(_, letter)| letter)
}

fn write_escape(separators: &Separators, sequence: &[u8], bytes: &mut Vec<u8>) {
    let Some(mark) = separators.escape else { return bytes.push(b' ') };
    bytes.push(mark);
    bytes.extend_from_slice(sequence);
    bytes.push(mark);
}

/// What stands before and after the first `mark`.
fn cut(bytes: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr(mark, bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        let text = unescape(raw.as_bytes(), &Separators::STANDARD, Charset::UTF_8);
        assert_eq!(text, expected, "{raw:?}");
    }

    #[test]
    fn every_escape_of_the_standard_is_read() {
        check("plain", "plain");
        check(r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f");
        check(r"one\.br\two", "one\ntwo");
        check(r"one\.sp2\two\.sp\three", "one\n\ntwo\nthree");
        check(r"a\.sk3\b", "a   b");
        check(r"\.in+4\\.ti-2\a\.nf\b", "ab");
        check(r"a\H\bold\N\b", "aboldb");
        check(r"\X4869\", "Hi");
        check(r"caf\XC3A9\ and caf\XC3\\XA9\", "café and café");
        check(r"caf\XE9\", "café");
    }

    #[test]
    fn what_is_no_known_escape_is_kept_as_sent() {
        check(r"\Z12\", r"\Z12\");
        check(r"\docs\", r"\docs\");
        check(r"a\b", r"a\b");
        check(r"end\", r"end\");
        check(r"\\", r"\\");
        check(r"\X4\", r"\X4\");
        check(r"\XZZ\", r"\XZZ\");
        check(r"\X\", r"\X\");
        check(r"\.sp+x\", r"\.sp+x\");
        check(r"\.\", r"\.\");
        check(r"\P\", r"\P\");
        check(r"\f\", r"\f\");
    }

    #[test]
    fn no_message_can_ask_for_endless_blank_lines() {
        let text = unescape(br"\.sp999999999\", &Separators::STANDARD, Charset::UTF_8);
        assert_eq!(text.len(), LONGEST_RUN);
    }

    #[test]
    fn a_text_is_written_so_that_it_separates_nothing() {
        let check = |text: &str, expected: &str| {
            assert_eq!(escape(text, &Separators::STANDARD), expected.as_bytes(), "{text:?}");
        };
        check("O'Brien & Sons", r"O'Brien \T\ Sons");
        check(r"|^~\", r"\F\\S\\R\\E\");
        check("a\r\nb", r"a\X0D\\.br\b");
        check("\u{b}\u{1c}", r"\X0B\\X1C\");
        check("\"\"", r"\X2222\");
        check("#", "#");
    }

    #[test]
    fn without_an_escape_character_a_separator_becomes_a_space() {
        let separators = Separators { escape: None, subcomponent: None, ..Separators::STANDARD };
        assert_eq!(escape("a|b&c", &separators), b"a b&c");
        assert_eq!(unescape(br"a\F\b", &separators, Charset::UTF_8), r"a\F\b");
    }
}
