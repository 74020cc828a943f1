//! What goes on to other systems: which messages, as what, once, and never without its audit entry.

use engine::outbound::{self, Line};
use ingest::{Form, Forward};
use mapping::rule::{Act, Rule, Rules};
use serde_json::Value;

use crate::county::{County, JANE, message, on_every_engine, poole, visit};

fn to(destination: &str, form: Form) -> Forward {
    Forward { destination: destination.to_owned(), from: vec![], types: vec![], form }
}

/// What is in a destination's queue, oldest first, with the bodies.
fn queue(county: &County, destination: &str) -> Vec<(Line, Vec<u8>)> {
    let filter =
        outbound::Filter { destination: destination.to_owned(), ..outbound::Filter::default() };
    let read = |tx: &mut db::Tx| -> Result<_, engine::Error> {
        let mut lines = outbound::list(tx, &filter, 100)?;
        lines.reverse();
        let with_body = |line: Line| {
            let body = outbound::body(tx, line.id)?.unwrap();
            Ok((line, body))
        };
        lines.into_iter().map(with_body).collect()
    };
    county.db.read(read).unwrap()
}

fn admit(county: &County, forwards: &[Forward]) -> i64 {
    let [msh, evn, pid] = message("A01", "20260110090000", "A1", JANE);
    county.deliver(&[&msh, &evn, &pid, &visit("WARD5", "")], forwards)
}

fn update(county: &County, forwards: &[Forward]) -> i64 {
    let [msh, evn, pid] = message("A08", "20260111090000", "A2", JANE);
    county.deliver(&[&msh, &evn, &pid, &visit("WARD5", "")], forwards)
}

#[test]
fn channels_and_types_choose_and_a_message_goes_on_as_it_came_and_once() {
    on_every_engine(|county| {
        let forwards = [
            Forward { types: vec!["ADT^A0*".parse().unwrap()], ..to("all", Form::Hl7v2) },
            Forward { types: vec!["ADT^A01".parse().unwrap()], ..to("admitted", Form::AsItCame) },
            Forward { from: vec!["bournemouth".to_owned()], ..to("others", Form::Hl7v2) },
        ];
        let seq = admit(county, &forwards);
        update(county, &forwards);
        let ids = |name: &str| -> Vec<String> {
            queue(county, name).into_iter().map(|(line, _)| line.control_id).collect()
        };
        assert_eq!(
            (ids("all"), ids("admitted")),
            (vec!["A1".into(), "A2".into()], vec!["A1".into()])
        );
        assert!(ids("others").is_empty());
        let (line, body) = queue(county, "all").remove(0);
        assert_eq!((line.message, &*line.channel, &*line.format), (seq, "poole", "hl7v2"));
        assert!(body.starts_with(b"MSH|^~\\&|PAS|RD3|") && body.ends_with(b"V1"));
        // Processed again, it does not go on again.
        county.deliver_again(seq, &forwards);
        assert_eq!(ids("all"), ["A1", "A2"]);
    });
}

#[test]
fn whoever_asks_who_has_seen_a_record_is_told_where_it_went() {
    on_every_engine(|county| {
        admit(county, &[to("registry", Form::Hl7v2), to("warehouse", Form::Transaction)]);
        let filter =
            audit::Filter { person: Some(county.person(poole("R1"))), ..audit::Filter::default() };
        let page = audit::Page::first(10);
        let entries = county.db.read(|tx| audit::search(tx, &filter, page)).unwrap();
        let details: Vec<&str> = entries.iter().rev().map(|one| one.detail.as_str()).collect();
        assert_eq!(
            details,
            ["ADT^A01 (message 1) to registry", "ADT^A01 (message 1) to warehouse"]
        );
        assert!(entries.iter().all(|one| one.action == "Forwarded"));
    });
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn a_transaction_puts_what_the_message_wrote_and_what_that_refers_to() {
    on_every_engine(|county| {
        admit(county, &[]);
        let forwards = [to("warehouse", Form::Transaction)];
        update(county, &forwards);
        // The update said nothing new of the stay or of the patient.
        assert!(queue(county, "warehouse").is_empty());
        let [msh, evn, pid] = message("A02", "20260112090000", "A3", JANE);
        county.deliver(&[&msh, &evn, &pid, &visit("WARD7", "")], &forwards);
        let (line, body) = queue(county, "warehouse").remove(0);
        assert_eq!(line.format, "fhir");
        let bundle = json(&body);
        assert_eq!(bundle["type"], "transaction");
        let requests: Vec<String> = bundle["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let (resource, request) = (&one["resource"], &one["request"]);
                let id = resource["id"].as_str().unwrap();
                let kind = resource["resourceType"].as_str().unwrap();
                assert_eq!(request["url"], format!("{kind}/{id}"));
                format!("{} {kind}", request["method"].as_str().unwrap())
            })
            .collect();
        // The patient was known here, and may not be there.
        assert_eq!(requests, ["PUT Patient", "PUT Encounter"]);
        let encounter = &bundle["entry"][1]["resource"];
        assert_eq!(encounter["subject"]["reference"], bundle["entry"][0]["request"]["url"]);
        assert!(encounter.to_string().contains("WARD7"));
    });
}

#[test]
fn single_resources_go_one_by_one_and_a_message_says_what_happened() {
    on_every_engine(|county| {
        let seq = admit(county, &[to("one", Form::Single), to("told", Form::Message)]);
        let single = queue(county, "one");
        let kinds: Vec<Value> =
            single.iter().map(|(_, body)| json(body)["resourceType"].clone()).collect();
        assert_eq!(kinds, ["Patient", "Encounter"]);
        let ids: Vec<&str> = single.iter().map(|(line, _)| line.control_id.as_str()).collect();
        assert_eq!(ids, [format!("{seq}-0"), format!("{seq}-1")]);

        let (_, body) = queue(county, "told").remove(0);
        let bundle = json(&body);
        let header = &bundle["entry"][0]["resource"];
        assert_eq!(
            (&bundle["type"], &header["eventCoding"]["code"]),
            (&"message".into(), &"A01".into())
        );
        assert_eq!(header["destination"][0]["name"], "told");
        let encounter = &bundle["entry"][2];
        assert_eq!(encounter["resource"]["subject"]["reference"], bundle["entry"][1]["fullUrl"]);
        let focus = header["focus"].as_array().unwrap();
        assert!(focus.contains(&serde_json::json!({"reference": encounter["fullUrl"]})));
    });
}

#[test]
fn rules_put_a_message_right_for_its_receiver_and_it_then_says_that_it_is_utf_8() {
    let set = Act::Set { path: "MSH-5".parse().unwrap(), value: "REGISTRY".to_owned() };
    let rules = Rules::new(vec![Rule { when: None, act: set }]);
    let polish = [("poole".to_owned(), "ISO-8859-2".to_owned())];
    let rewrite = ingest::rewrite(rules, polish.into()).unwrap();
    let came =
        b"MSH|^~\\&|PAS|RD3|CHESIL||20260110||ADT^A01|A1|P|2.4\rPID|||R1||\xa3ucja\r".to_vec();
    let put_right = rewrite("poole", &engine::Format::Hl7v2, came).unwrap();
    let text = String::from_utf8(put_right).unwrap();
    assert!(text.starts_with("MSH|^~\\&|PAS|RD3|REGISTRY|"), "{text}");
    assert!(text.contains("|UNICODE UTF-8\r") && text.contains("Łucja"), "{text}");
    let row = b"a,b\n1,2\n".to_vec();
    let table = engine::Format::Csv { table: "contacts".into() };
    assert_eq!(rewrite("council", &table, row.clone()).unwrap(), row, "rules are for HL7 v2");
    assert!(rewrite("poole", &engine::Format::Hl7v2, b"no message".to_vec()).is_err());
    assert!(ingest::rewrite(Rules::default(), [].into()).is_none());
}
