//! Files of many messages.

use hl7v2::batch::split;
use hl7v2::parse;

fn check(text: &str, control_ids: &[&str], declared: Option<usize>, stray_bytes: usize) {
    let batch = split(text.as_bytes());
    let ids: Vec<_> = batch
        .messages
        .iter()
        .map(|bytes| parse(bytes).unwrap().control_id().into_owned())
        .collect();
    assert_eq!(ids, control_ids, "{text:?}");
    assert_eq!((batch.declared, batch.stray_bytes), (declared, stray_bytes), "{text:?}");
}

const ONE: &str = "MSH|^~\\&|A||||||ADT^A01|1\rPID|1\r";
const TWO: &str = "MSH#*!?%#A######ADT*A01#2\nPID#1\nBTS is not a segment here\n";

#[test]
fn a_file_is_split_into_its_messages() {
    let envelope = format!("FHS|^~\\&|\rBHS|^~\\&|\r{ONE}{TWO}BTS|2\rFTS|1\r");
    check(&envelope, &["1", "2"], Some(2), 0);
    check(
        &format!("BHS|^~\\&|\r\n{ONE}BTS|1\r\nBHS|^~\\&|\r\n{TWO}BTS|1\r\n"),
        &["1", "2"],
        Some(2),
        0,
    );
    check(&format!("{ONE}{TWO}"), &["1", "2"], None, 0);
    check(&format!("\u{feff}\r\n{ONE}BTS\rFTS"), &["1"], None, 0);
    check("FHS|^~\\&|\rFTS|0", &[], None, 0);
    check("", &[], None, 0);
}

#[test]
fn a_count_that_does_not_match_can_be_noticed() {
    check(&format!("BHS|^~\\&|\r{ONE}BTS|3\r"), &["1"], Some(3), 0);
    check(&format!("BHS|^~\\&|\r{ONE}BTS|many\r"), &["1"], None, 0);
}

#[test]
fn lines_of_no_message_are_counted() {
    check(&format!("hello \r\n{ONE}BTS|1\rPID|9\r"), &["1"], Some(1), 10);
}
