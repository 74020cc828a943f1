//! An operator finds a message, reads it field by field, and follows it into the record and back.

use crate::world::{Answer, Portal, portals};

/// Thomasina is admitted to Poole.
const ADMITTED: &str = "MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260115100000+0000||ADT^A01|M1|P|2.4\r\
    EVN|A01|20260115100000+0000\r\
    PID|1||R1^^^RD3^MR~9990000018^^^NHS^NH||HARDY^Thomasina^^^Mrs||19470221|F||||||||||||||||||||||||NSTS01\r\
    PV1|1|I|ISEL^BAY2^BED3^RD3||||||||||||||||V1^^^RD3^VISITID|||||||||||||||||||||||||20260115100000+0000\r\
    ZU1|1|local words\r";
/// A kind of message that names nobody: parked.
const NOBODY: &str = "MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260115100000+0000||ADT^A01|M2|P|2.4\r\
    PID|1||||HARDY^Thomasina\r";

fn found(portal: &Portal, form: &str) -> (String, Answer) {
    let operator = portal.sign_in("operator");
    let answer = portal.post(&operator, "/messages/find", form);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let address = answer.header("location").to_owned();
    let page = portal.get(&operator, &address);
    assert_eq!(page.status, 200);
    (address, page)
}

#[test]
fn a_message_is_found_by_what_is_known_of_it_and_no_address_says_whose_it_is() {
    for portal in portals() {
        portal.take_in(&[ADMITTED, NOBODY]);
        for (form, there) in [
            ("nhs_number=999+000+0018", true),
            ("local_number=R1", true),
            ("control_id=M1", true),
            ("kind=adt_a0", true),
            ("since=2026-01-15T10:00&until=2026-01-15T11:00", true),
            ("state=processed&channel=poole-adt", true),
            ("error=nothing+says+this", false),
            ("local_number=R2", false),
            ("nhs_number=9990000026", false),
            ("until=2026-01-15T10:00", false),
        ] {
            let (address, page) = found(&portal, form);
            assert_eq!(page.body.contains("href=\"/messages/1\""), there, "{form}: {}", page.body);
            assert!(address.starts_with("/messages/found/"), "{address}");
            assert!(!address.contains("999") && !address.contains("R1"), "{address}");
        }
        assert!(found(&portal, "error=").1.body.contains("href=\"/messages/2\""));
        assert!(found(&portal, "local_number=R2").1.body.contains("No message fits all of this."));
    }
}

#[test]
fn searching_for_a_persons_messages_is_seen_by_who_asks_who_looked() {
    for portal in portals() {
        portal.take_in(&[ADMITTED]);
        found(&portal, "nhs_number=9990000018");
        found(&portal, "local_number=R1");
        found(&portal, "control_id=M1");
        assert_eq!(
            portal.trail(),
            ["operator PersonShown allowed", "operator PersonShown allowed"]
        );
        assert!(portal.noted("messages, by NHS number"));
    }
}

#[test]
fn a_search_is_its_makers_alone_and_a_slip_is_said_at_its_field() {
    for portal in portals() {
        portal.take_in(&[ADMITTED]);
        let (address, _) = found(&portal, "nhs_number=9990000018");
        let (nurse, operator) = (portal.sign_in("nurse"), portal.sign_in("operator"));
        let refused = portal.get(&nurse, &address);
        assert!(
            refused.status == 403 && !refused.body.contains("/messages/1"),
            "{}",
            refused.status
        );
        let again = portal.get(&operator, "/messages/found/00");
        assert!(again.body.contains("This search is not kept any more"), "{}", again.body);
        let slip = portal.post(&operator, "/messages/find", "nhs_number=9990000019");
        assert!(slip.status == 200 && slip.body.contains("not an NHS number"), "{}", slip.body);
        assert!(slip.body.contains("value=\"9990000019\""), "what was typed is there to be mended");
    }
}

#[test]
fn a_message_is_read_by_the_names_of_its_fields_and_by_what_they_became() {
    for portal in portals() {
        portal.take_in(&[ADMITTED]);
        let operator = portal.sign_in("operator");
        let page = portal.get(&operator, "/messages/1").body;
        assert!(!page.to_lowercase().contains("hardy"), "nothing of it without a reason");
        let page = portal.post(&operator, "/messages/1/content", "reason=field+check").body;
        for part in [
            "Patient Name › Family Name",
            "Patient.name[0].family",
            "Assigning Authority",
            "a segment of the sender's own",
            "not understood",
            "As it came",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}

#[test]
fn a_message_leads_to_what_it_wrote_and_a_line_of_the_record_back_to_its_message() {
    for portal in portals() {
        portal.take_in(&[ADMITTED]);
        let (operator, nurse) = (portal.sign_in("operator"), portal.sign_in("nurse"));
        let page = portal.get(&operator, "/messages/1").body;
        let address = page.split("href=\"").find(|rest| rest.starts_with("/messages/written/Enc"));
        let address = address.expect("it wrote an encounter").split('"').next().unwrap();
        let behind = portal.get(&operator, address);
        assert!(behind.body.contains("href=\"/messages/1\""), "{}", behind.body);
        assert!(!behind.names_thomasina());
        assert_eq!(portal.get(&nurse, address).status, 403);

        let section = portal.get(&nurse, &portal.hers("/encounters")).body;
        let lines = portal.hers("/lines/Encounter/");
        let line = section.split("href=\"").find(|rest| rest.starts_with(&lines));
        let line = line.expect("the line leads to its messages").split('"').next().unwrap();
        let page = portal.get(&nurse, line);
        assert!(page.body.contains("ADT^A01") && page.body.contains("poole-adt"), "{}", page.body);
        assert!(page.body.contains("cafe0123") && !page.body.contains("href=\"/messages/1\""));
        assert_eq!(portal.get(&portal.sign_in("stranger"), line).status, 403);
        assert_eq!(portal.get(&nurse, &portal.hers("/lines/Encounter/1")).status, 404);
    }
}

#[test]
fn a_test_says_what_would_happen_and_keeps_nothing() {
    for portal in portals() {
        portal.take_in(&[NOBODY]);
        let seq = portal.receive(ADMITTED);
        let operator = portal.sign_in("operator");
        let refused = portal.post(&operator, "/messages/1/test", "").body;
        assert!(refused.contains("It would not be delivered"), "{refused}");
        let page = portal.post(&operator, &format!("/messages/{seq}/test"), "").body;
        assert!(page.contains("It would be delivered, and would write"), "{page}");
        assert!(page.contains("Encounter") && !page.to_lowercase().contains("hardy"), "{page}");
        assert!(page.contains("Nothing: it has had no effect."), "{page}");
        let again = portal.post(&operator, &format!("/messages/{seq}/test"), "").body;
        assert!(again.contains("and would write"), "the first test left nothing behind");
        portal.process();
        let done = portal.post(&operator, &format!("/messages/{seq}/test"), "").body;
        assert!(done.contains("would change nothing"), "{done}");
        assert_eq!(portal.post(&portal.sign_in("nurse"), "/messages/1/test", "").status, 403);
    }
}
