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
