//! Forms are taken from our own pages only, whatever cookie comes with them.

use crate::world::{Portal, portals};

const CLAIM: &str = "reason=emergency&text=Brought+in+unconscious+by+ambulance";

fn claim_from(portal: &Portal, cookie: &str, sent: (&str, &str)) -> u16 {
    portal.post_from(sent, cookie, &portal.hers("/break-glass"), CLAIM).status
}

#[test]
fn a_form_on_another_site_does_nothing() {
    for portal in portals() {
        let stranger = portal.sign_in("stranger");
        for sent in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", &portal.origin.replace("http://", "http://www.")),
        ] {
            assert_eq!(claim_from(&portal, &stranger, sent), 403, "{sent:?}");
        }
        assert_eq!(portal.trail(), Vec::<String>::new());
        assert_eq!(portal.get(&stranger, &portal.hers("")).status, 403, "no claim was kept");
    }
}

#[test]
fn a_form_on_our_own_page_is_taken_from_old_browsers_and_new_ones() {
    for portal in portals() {
        let stranger = portal.sign_in("stranger");
        for sent in [("sec-fetch-site", "same-origin"), ("origin", portal.origin.as_str())] {
            assert_eq!(claim_from(&portal, &stranger, sent), 303, "{sent:?}");
        }
    }
}

#[test]
fn nobody_is_signed_in_or_out_by_another_site() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        let elsewhere = ("sec-fetch-site", "cross-site");
        let credentials = "username=operator&password=Chesil-Beach-18";
        let signed_in = portal.post_from(elsewhere, "", "/sign-in", credentials);
        assert_eq!((signed_in.status, signed_in.header("set-cookie")), (403, ""));
        assert_eq!(portal.post_from(elsewhere, &nurse, "/sign-out", "").status, 403);
        assert_eq!(portal.get(&nurse, "/").status, 200, "the session goes on");
    }
}
