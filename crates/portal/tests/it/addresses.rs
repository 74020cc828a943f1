//! Addresses end up in histories and logs: they hold ids, never a name.

use crate::world::{Answer, NAMES, Portal, portals};

fn leads_to_no_name(answer: &Answer, what: &str) {
    let location = answer.header("location").to_lowercase();
    assert!(NAMES.iter().all(|name| !location.contains(name)), "{what} leads to {location}");
}

/// The addresses behind a page's links and forms.
fn addresses(page: &Answer) -> Vec<String> {
    let attributes = ["href=\"", "action=\"", "hx-get=\"", "src=\""];
    let values = attributes.iter().flat_map(|attribute| page.body.split(attribute).skip(1));
    values.filter_map(|rest| rest.split('"').next()).map(str::to_lowercase).collect()
}

fn pages(portal: &Portal) -> [String; 7] {
    ["", "/gp", "/allergies", "/links", "/access-log", "/documents/1", "/break-glass"]
        .map(|rest| portal.hers(rest))
}

#[test]
fn a_search_is_answered_in_place() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        let found = portal.post(&nurse, "/find", "who=Thomasina+Hardy&born=21+Feb+1947");
        assert_eq!((found.status, found.header("location")), (200, ""));
        assert!(found.names_thomasina());
        assert!(addresses(&found).contains(&portal.hers("")));
    }
}

#[test]
fn no_answer_leads_to_an_address_with_a_name() {
    for portal in portals() {
        let claim = "reason=emergency&text=Thomasina+Hardy+is+unconscious";
        for username in ["", "nurse", "stranger", "steward", "officer", "operator"] {
            let session =
                if username.is_empty() { String::new() } else { portal.sign_in(username) };
            for path in pages(&portal) {
                leads_to_no_name(&portal.get(&session, &path), &format!("{username} {path}"));
            }
            leads_to_no_name(&portal.get(&session, "/?who=Thomasina+Hardy"), username);
            leads_to_no_name(&portal.post(&session, "/find", "who=Hardy&born=21021947"), username);
            leads_to_no_name(&portal.post(&session, &portal.hers("/break-glass"), claim), username);
        }
    }
}

#[test]
fn no_page_about_somebody_links_to_an_address_with_a_name() {
    for portal in portals() {
        let nurse = portal.sign_in("nurse");
        for path in ["/".to_owned(), portal.hers(""), portal.hers("/gp")] {
            let found = addresses(&portal.get(&nurse, &path));
            for address in &found {
                assert!(NAMES.iter().all(|name| !address.contains(name)), "{path}: {address}");
            }
        }
    }
}
