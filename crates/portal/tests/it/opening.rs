//! Who may open a record: a relationship, a reason given, or no one.

use jiff::SignedDuration;

use crate::world::{Portal, portals};

const REASON: &str = "reason=emergency&text=Brought+in+unconscious+by+ambulance";

#[test]
fn who_cares_for_somebody_opens_the_record() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        let answer = portal.get(&nurse, &portal.hers(""));
        assert_eq!(answer.status, 200);
        assert!(answer.names_thomasina());
    }
}

#[test]
fn who_does_not_is_refused_and_learns_no_name() {
    for portal in portals() {
        let stranger = portal.sign_in("stranger");
        for page in ["", "/links", "/allergies"] {
            let answer = portal.get(&stranger, &portal.hers(page));
            assert_eq!(answer.status, 403, "{page}");
            assert!(!answer.names_thomasina(), "{page}");
        }
        let refused = portal.get(&stranger, &portal.hers(""));
        assert!(refused.body.contains("/break-glass"), "a reason would open it");
        let live = portal.get(&stranger, &portal.hers("/gp"));
        assert!(live.body.contains("may no longer see this record") && !live.names_thomasina());
    }
}

#[test]
fn roles_without_care_are_refused_whatever_their_organisation() {
    for portal in portals() {
        for username in ["steward", "officer", "operator"] {
            let session = portal.sign_in(username);
            for page in ["", "/allergies"] {
                let answer = portal.get(&session, &portal.hers(page));
                assert_eq!(answer.status, 403, "{username} {page}");
                assert!(!answer.names_thomasina(), "{username} {page}");
            }
            let claimed = portal.post(&session, &portal.hers("/break-glass"), REASON);
            assert_eq!(claimed.status, 403, "{username} may give no reason either");
        }
    }
}

#[test]
fn a_reason_opens_the_record_for_eight_hours_for_one_reader() {
    for portal in portals() {
        let stranger = portal.sign_in("stranger");
        let claimed = portal.post(&stranger, &portal.hers("/break-glass"), REASON);
        let opened = (claimed.status, claimed.header("location").to_owned());
        assert_eq!(opened, (303, portal.hers("")));
        assert_eq!(portal.get(&stranger, &portal.hers("")).status, 200);
        for _ in 0..24 {
            portal.clock.advance(SignedDuration::from_mins(20));
            portal.get(&stranger, "/");
        }
        assert_eq!(portal.get(&stranger, &portal.hers("")).status, 403, "the claim has ended");
        // The home page, which keeps the session alive, lists her each time.
        let opened = |line: &String| !line.ends_with("PersonShown allowed");
        let trail: Vec<String> = portal.trail().into_iter().filter(opened).collect();
        assert_eq!(
            trail,
            [
                "stranger BreakGlass allowed",
                "stranger ViewRecord allowed",
                "stranger ViewRecord refused"
            ]
        );
    }
}

#[test]
fn a_claim_without_a_real_reason_opens_nothing() {
    for portal in portals() {
        let stranger = portal.sign_in("stranger");
        for claim in ["reason=emergency&text=because", "reason=curiosity&text=I+am+very+curious"] {
            assert_eq!(claimed(&portal, &stranger, claim), 400, "{claim}");
        }
        assert_eq!(portal.get(&stranger, &portal.hers("")).status, 403);
    }
}

fn claimed(portal: &Portal, cookie: &str, claim: &str) -> u16 {
    portal.post(cookie, &portal.hers("/break-glass"), claim).status
}

#[test]
fn the_banner_names_every_allergy_on_every_page_of_the_section() {
    for portal in portals() {
        portal.keep_allergy("Penicillin");
        let nurse = portal.sign_in("nurse");
        for query in ["", "?gp=wait", "?page=1", "?page=1&gp=wait"] {
            let answer = portal.get(&nurse, &portal.hers(&format!("/allergies{query}")));
            let banner = answer.body.split("id=\"banner-allergies\"").nth(1).unwrap();
            let banner = banner.split("</p>").next().unwrap();
            assert!(banner.contains("Penicillin"), "{query}: {banner}");
            let section = answer.body.split("id=\"allergies\"").nth(1).unwrap();
            assert!(!section.contains("None recorded"), "{query}: {section}");
        }
    }
}
