//! Sessions: the cookie that holds one, and what happens without one.

use db::scratch;
use jiff::SignedDuration;

use crate::world::{Portal, portals};

const CREDENTIALS: &str = "username=nurse&password=Chesil-Beach-18&next=/";

fn behind_tls() -> Portal {
    Portal::over(scratch::sqlite(), true)
}

#[test]
fn the_cookie_is_out_of_reach_of_scripts_and_ends_with_the_browser() {
    for portal in portals() {
        let answer = portal.post("", "/sign-in", CREDENTIALS);
        let (pair, flags) = answer.header("set-cookie").split_once("; ").unwrap();
        assert!(pair.starts_with("chesil="), "{pair}");
        assert_eq!(flags, "Path=/; HttpOnly; SameSite=Strict");
    }
}

#[test]
fn behind_tls_the_cookie_insists_on_it_and_on_this_host() {
    let answer = behind_tls().post("", "/sign-in", CREDENTIALS);
    let (pair, flags) = answer.header("set-cookie").split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-chesil="), "{pair}");
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Strict; Secure");
}

#[test]
fn without_a_session_every_page_leads_to_the_sign_in_page() {
    for portal in portals() {
        for path in ["/", "/review", "/messages", "/privacy", "/users", &portal.hers("")] {
            for cookie in ["", "chesil=", "chesil=made-up", "other=1"] {
                let answer = portal.get(cookie, path);
                let location = format!("/sign-in?next={path}");
                assert_eq!((answer.status, answer.header("location")), (303, &*location));
                assert!(answer.body.is_empty());
            }
        }
        assert_eq!(portal.trail(), Vec::<String>::new());
    }
}

#[test]
fn a_wrong_password_and_an_unknown_user_get_the_same_answer_and_no_cookie() {
    for portal in portals() {
        let answers = ["nurse", "nobody"].map(|username| {
            let answer =
                portal.post("", "/sign-in", &format!("username={username}&password=wrong-guess"));
            assert_eq!((answer.status, answer.header("set-cookie")), (401, ""));
            answer.body.replace(username, "")
        });
        assert_eq!(answers[0], answers[1]);
    }
}

#[test]
fn signing_out_ends_the_session_and_not_only_the_cookie() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        let answer = portal.post(&nurse, "/sign-out", "");
        assert_eq!((answer.status, answer.header("location")), (303, "/sign-in?out=1"));
        assert!(answer.header("set-cookie").ends_with("; Max-Age=0"));
        assert_eq!(portal.get(&nurse, "/").status, 303, "a copy of the cookie opens nothing");
    }
}

#[test]
fn a_session_ends_when_nobody_has_used_it_for_half_an_hour() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        for (minutes, status) in [(20, 200), (20, 200), (31, 303)] {
            portal.clock.advance(SignedDuration::from_mins(minutes));
            assert_eq!(portal.get(&nurse, "/").status, status, "after {minutes} minutes");
        }
    }
}
