//! A one-page PDF of plain lines: enough for a letter, small enough to send by the thousand.
//!
//! Five objects, a cross-reference table and a trailer (ISO 32000-1 §7.5); WinAnsi text (§D.2).

/// A page of A4 with these lines from the top; the first is larger.
pub(crate) fn page(lines: &[String]) -> Vec<u8> {
    let content = content(lines);
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend_from_slice(&content);
    stream.extend_from_slice(b"\nendstream");
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_vec(),
        stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_vec(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        offsets.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    file.extend_from_slice(b"xref\n0 6\n0000000000 65535 f \n");
    for offset in offsets {
        file.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let trailer = format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// Text operators: each line below the last.
fn content(lines: &[String]) -> Vec<u8> {
    let mut content = b"BT\n/F1 15 Tf\n56 780 Td\n".to_vec();
    for (line, place) in lines.iter().zip(0..) {
        if place == 1 {
            content.extend_from_slice(b"/F1 11 Tf\n");
        }
        content.push(b'(');
        for c in line.chars() {
            if matches!(c, '(' | ')' | '\\') {
                content.push(b'\\');
            }
            // WinAnsi agrees with Latin-1 for every letter that names here have.
            content.push(u8::try_from(u32::from(c)).unwrap_or(b'?'));
        }
        content.extend_from_slice(b") Tj\n0 -17 Td\n");
    }
    content.extend_from_slice(b"ET");
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_points_at_every_object_and_the_stream_is_as_long_as_it_says() {
        let file = page(&["Poole Hospital".into(), "Seen (twice)".into()]);
        let text: String = file.iter().map(|byte| char::from(*byte)).collect();
        let table = text.rfind("startxref\n").unwrap() + 10;
        let start: usize = text[table..].lines().next().unwrap().parse().unwrap();
        assert!(text[start..].starts_with("xref\n"));
        for (line, number) in text[start..].lines().skip(3).take(5).zip(1..) {
            let offset: usize = line[..10].parse().unwrap();
            assert!(text[offset..].starts_with(&format!("{number} 0 obj")), "{line}");
            assert_eq!(line.len(), 19, "an entry is 20 bytes with its line end");
        }
        let stream = text.find("stream\n").unwrap() + 7;
        let length = text.find("\nendstream").unwrap() - stream;
        assert!(text.contains(&format!("/Length {length} ")));
        assert!(text.contains(r"(Seen \(twice\)) Tj"));
    }
}
