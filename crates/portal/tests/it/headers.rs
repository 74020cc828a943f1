//! What every answer carries: kept by no cache, framed and scripted by nobody.

use crate::world::{Answer, Portal, portals};

/// Every page there is, an unknown one, and one that cannot be.
fn paths(portal: &Portal) -> Vec<String> {
    let about_her = ["", "/gp", "/allergies", "/links", "/access-log", "/documents/1"];
    let others = ["/", "/sign-in", "/find", "/review", "/review/1", "/messages", "/messages/1"];
    let more = ["/privacy", "/users", "/nowhere", "/people/nobody"];
    let her_pages = about_her.iter().map(|rest| portal.hers(rest));
    her_pages.chain(others.into_iter().chain(more).map(str::to_owned)).collect()
}

#[track_caller]
fn is_guarded(answer: &Answer, what: &str) {
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let policy = answer.header("content-security-policy");
    for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(rule), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
}

#[test]
fn every_page_is_kept_by_no_cache_and_runs_nothing_but_our_own() {
    for portal in portals() {
        for username in ["", "nurse", "stranger", "steward", "officer", "operator"] {
            let session =
                if username.is_empty() { String::new() } else { portal.sign_in(username) };
            for path in paths(&portal) {
                is_guarded(&portal.get(&session, &path), &format!("{username} {path}"));
            }
        }
    }
}

#[test]
fn so_is_every_answer_to_a_form_even_one_that_is_refused() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        is_guarded(&portal.post("", "/sign-in", "username=nurse&password=wrong-guess"), "sign-in");
        is_guarded(&portal.post(&nurse, "/find", "who=Hardy&born=21021947"), "find");
        is_guarded(&portal.post(&nurse, "/find", ""), "a form with nothing in it");
        let elsewhere = ("sec-fetch-site", "cross-site");
        is_guarded(&portal.post_from(elsewhere, &nurse, "/find", ""), "from another site");
        is_guarded(&portal.post(&nurse, "/sign-out", ""), "sign-out");
    }
}

#[test]
fn style_sheets_hold_nobodys_data_and_may_be_kept() {
    for portal in portals() {
        let answer = portal.get("", "/assets/chesil.css");
        assert_eq!(answer.status, 200);
        assert!(answer.header("cache-control").contains("immutable"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("set-cookie"), "");
    }
}
