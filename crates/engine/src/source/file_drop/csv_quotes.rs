//! Quotation marks in a CSV file: one too many swallows the rows after it into one field, and
//! nobody would miss them. So a file with a quotation mark that does not end its own field is refused.
//!
//! RFC 4180 §2.6 lets a quoted field hold line breaks. Here it may not: a missing quotation mark
//! looks exactly the same, and a note on two lines is worth less than the rows it may hide.

const NOT_CLOSED: &str = "a field in quotation marks does not end on this line: \
                          a quotation mark is missing or too many, or the field holds a line break";
const TEXT_AFTER: &str = "text follows the closing quotation mark of a field: \
                          a quotation mark within a field is written twice";

/// The error names the line and what to look for, never the content.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let lines = bytes.split(|byte| *byte == b'\n').flat_map(|line| {
        // CR LF ends one line; a CR alone ends one too, as the reader of the rows sees it.
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.split(|byte| *byte == b'\r')
    });
    for (line, number) in lines.zip(1_u64..) {
        check_line(line).map_err(|wrong| format!("Line {number}: {wrong}."))?;
    }
    Ok(())
}

fn check_line(mut rest: &[u8]) -> Result<(), &'static str> {
    loop {
        if let Some(field) = rest.strip_prefix(b"\"") {
            rest = after_quoted(field)?;
        }
        let Some(comma) = rest.iter().position(|byte| *byte == b',') else { return Ok(()) };
        rest = rest.get(comma + 1..).unwrap_or_default();
    }
}

/// What follows a quoted field: nothing, or a comma; blanks before it are harmless.
fn after_quoted(mut field: &[u8]) -> Result<&[u8], &'static str> {
    loop {
        let end = field.iter().position(|byte| *byte == b'"').ok_or(NOT_CLOSED)?;
        let after = field.get(end + 1..).unwrap_or_default();
        match after {
            [b'"', more @ ..] => field = more,
            _ => match after.trim_ascii_start() {
                rest @ ([] | [b',', ..]) => return Ok(rest),
                _ => return Err(TEXT_AFTER),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_mark_ends_the_field_it_began_or_the_file_is_refused() {
        for (file, expected) in [
            ("a,b\nP1,\"x, y\"\nP2,\"\"\n", Ok(())),
            ("a,b\r\nP1,\"he said \"\"no\"\"\" \r\nP2,5\" pipe\r\n", Ok(())),
            ("\"a\",\"b\"", Ok(())),
            ("a,b\nP1,\"x\nP2,y\n", Err((2, NOT_CLOSED))),
            ("a,b\r\nP1,x\r\nP2,\"y\r\nz\"\r\n", Err((3, NOT_CLOSED))),
            ("a,b\rP1,\"x\rP2,y\r", Err((2, NOT_CLOSED))),
            ("a,b\nP1,\"x\"\"\nP2,y\n", Err((2, NOT_CLOSED))),
            ("a,b\n\nP1,\"x\"y\nP2,z\n", Err((3, TEXT_AFTER))),
            ("a,b,c\nP1,\"x,\"y\"\n", Err((2, TEXT_AFTER))),
            ("\"a,b\nP1,x\n", Err((1, NOT_CLOSED))),
        ] {
            let expected = expected.map_err(|(line, wrong)| format!("Line {line}: {wrong}."));
            assert_eq!(check(file.as_bytes()), expected, "{file:?}");
        }
    }
}
