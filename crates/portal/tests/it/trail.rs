//! The entry is in the trail before the page is; no entry, no page.

use audit::Verification;

use crate::world::portals;

#[test]
fn the_entry_is_there_before_the_body_is_read() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        let begun = portal.begin(&nurse, &portal.hers(""));
        assert_eq!(portal.trail(), ["nurse ViewRecord allowed"]);
        assert!(portal.finish(begun).names_thomasina());
    }
}

#[test]
fn everything_that_was_opened_or_refused_is_in_an_unbroken_chain() {
    for portal in portals() {
        let (nurse, stranger) = (portal.sign_in("nurse"), portal.sign_in("stranger"));
        portal.get(&nurse, &portal.hers(""));
        portal.get(&nurse, &portal.hers("/gp"));
        portal.get(&nurse, &portal.hers("/links"));
        portal.get(&stranger, &portal.hers("/allergies"));
        assert_eq!(
            portal.trail(),
            [
                "nurse ViewRecord allowed",
                "nurse ViewRecord allowed",
                "nurse ViewIdentity allowed",
                "stranger ViewRecord refused"
            ]
        );
        let verified = portal.db.read(audit::verify).unwrap();
        assert!(matches!(verified, Verification::Intact { entries: 6, .. }), "{verified:?}");
    }
}

#[test]
fn where_the_trail_cannot_be_written_nothing_is_shown() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        portal.db.write(|tx| tx.execute("drop table audit_entry", &[])).unwrap();
        for path in ["", "/gp", "/links", "/allergies"] {
            let answer = portal.get(&nurse, &portal.hers(path));
            assert!(!answer.names_thomasina(), "{path}");
            assert!(path == "/gp" || answer.status >= 500, "{path}: {}", answer.status);
        }
        let found = portal.post(&nurse, "/find", "who=Thomasina+Hardy&born=21021947");
        assert!(found.status >= 500 && !found.names_thomasina());
    }
}

#[test]
fn whoever_sees_somebody_without_opening_their_record_stands_in_who_has_looked() {
    for portal in portals() {
        let (nurse, stranger) = (portal.sign_in("nurse"), portal.sign_in("stranger"));
        let found = portal.post(&stranger, "/find", "who=NHS+999+000+0018&born=");
        assert!(found.names_thomasina(), "{}", found.body);
        assert_eq!(portal.trail(), ["stranger PersonShown allowed"]);
        portal.get(&nurse, &portal.hers(""));
        assert!(portal.get(&nurse, "/").names_thomasina());
        assert_eq!(portal.trail()[1..], ["nurse ViewRecord allowed", "nurse PersonShown allowed"]);
    }
}

#[test]
fn both_people_of_a_review_and_those_a_message_names_are_told() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        assert!(portal.get(&steward, "/review/1").names_thomasina());
        assert_eq!(portal.trail(), ["steward PersonShown allowed"]);
        let operator = portal.sign_in("operator");
        let body =
            "MSH|^~\\&|PAS|RD3|||20260115||ADT^A08|1|P|2.4\rPID|1||R1^^^RD3^MR||HARDY^THOMASINA\r";
        let seq = portal.receive(body);
        let answer =
            portal.post(&operator, &format!("/messages/{seq}/content"), "reason=parked+since+noon");
        assert!(answer.names_thomasina(), "{}", answer.body);
        assert_eq!(portal.trail()[1..], ["operator PersonShown allowed"]);
    }
}

#[test]
fn an_address_with_a_number_past_all_bounds_is_answered() {
    for portal in portals() {
        let officer = portal.sign_in("officer");
        let steward = portal.sign_in("steward");
        let nurse = portal.sign_in("nurse");
        assert_eq!(portal.get(&officer, "/privacy?until=9999-12-30").status, 200);
        assert_eq!(portal.get(&steward, "/review?page=4294967295").status, 200);
        let late = portal.get(&nurse, &portal.hers("/allergies?page=4294967295&gp=wait"));
        assert_eq!(late.status, 200);
        assert!(!late.body.contains("No known allergies"));
    }
}
