//! A steward asks by hand: about a link of Thomasina's, or about somebody else who may be she.

use empi::{Model, ReviewKind};
use model::{Clock, Demographics, LocalIdentity, OdsCode, PersonId, PersonName};

use crate::world::{Portal, portals};

/// Dorset County sends a record `B7` that is hers to the letter, or somebody else's.
fn feed(portal: &Portal, change: fn(Demographics) -> Demographics) -> PersonId {
    let (thomasina, now) = (portal.thomasina, portal.clock.now());
    let fed = portal.db.write(move |tx| {
        let said = change(empi::person(tx, thomasina)?.unwrap().demographics);
        let identity = LocalIdentity::new("RBD", "B7");
        empi::feed(tx, Model::standard(), &identity, &OdsCode::parse("RBD").unwrap(), &said, now)
    });
    fed.unwrap()
}

fn stranger(_: Demographics) -> Demographics {
    let name = PersonName { family: "Oak".into(), given: vec!["Gabriel".into()], prefix: None };
    let birth_date = "1971-11-05".parse().ok();
    Demographics { names: vec![name], birth_date, ..Demographics::default() }
}

fn record(authority: &str, value: &str) -> String {
    LocalIdentity::new(authority, value).local_patient().to_string()
}

fn about_link(portal: &Portal, reason: &str) -> String {
    let (one, other) = (record("RD3", "R1"), record("RBD", "B7"));
    format!("person={}&record={one}&record={other}&reason={reason}", portal.thomasina)
}

fn kinds(portal: &Portal) -> Vec<ReviewKind> {
    let (filter, page) = (empi::ReviewFilter::default(), empi::Page { offset: 0, limit: 10 });
    let now = portal.clock.now();
    let queue = portal.db.read(move |tx| empi::review_queue(tx, &filter, page, now)).unwrap();
    queue.into_iter().map(|review| review.kind).collect()
}

#[test]
fn a_doubted_link_is_asked_about_from_the_linked_records_and_waits_with_its_reason() {
    for portal in portals() {
        assert_eq!(feed(&portal, |same| same), portal.thomasina);
        let steward = portal.sign_in("steward");
        let links = portal.get(&steward, &portal.hers("/links")).body;
        let path = format!("/review/raise?person={}", portal.thomasina);
        assert!(links.contains(&path), "{links}");
        let form = portal.get(&steward, &path);
        assert_eq!(form.status, 200, "{}", form.body);
        assert!(form.body.contains("What speaks against one person?"), "{}", form.body);

        let asked = portal.post(&steward, "/review/raise", &about_link(&portal, "Two+signatures"));
        assert_eq!((asked.status, asked.header("location")), (303, "/review/1?done=1"));
        assert_eq!(kinds(&portal), [ReviewKind::DoubtedLink]);
        assert!(portal.noted("question 1: asked by hand"));
        let question = portal.get(&steward, "/review/1?done=1").body;
        assert!(question.contains("it waits for a decision"), "{question}");
        assert!(question.contains("“Two signatures”") && question.contains("Doubted link"));
        let again = portal.post(&steward, "/review/raise", &about_link(&portal, "And+a+third"));
        assert_eq!(again.header("location"), "/review/1?done=1", "it is asked once");
        let queue = portal.get(&steward, "/review?kind=doubted_link").body;
        assert!(queue.contains("two people may be read as one"), "{queue}");
    }
}

#[test]
fn what_is_decided_leads_to_its_question_instead_of_asking_again() {
    for portal in portals() {
        feed(&portal, |same| same);
        let steward = portal.sign_in("steward");
        portal.post(&steward, "/review/raise", &about_link(&portal, "Two+signatures"));
        let preview = portal.get(&steward, "/review/1/preview?decision=same").body;
        let seen = preview.split("name=\"seen\" value=\"").nth(1).unwrap();
        let seen = seen.split('"').next().unwrap();
        portal.post(&steward, "/review/1", &format!("decision=same&seen={seen}"));
        assert_eq!(kinds(&portal), []);
        let again = portal.post(&steward, "/review/raise", &about_link(&portal, "Still+two"));
        assert_eq!(again.status, 409);
        let says =
            ["A steward has decided about these two in question 1", "Open question 1", "Still two"];
        for says in says {
            assert!(again.body.contains(says), "{says}: {}", again.body);
        }
    }
}

#[test]
fn somebody_else_is_found_compared_and_asked_about() {
    for portal in portals() {
        let gabriel = feed(&portal, stranger);
        let steward = portal.sign_in("steward");
        let page = portal.get(&steward, &format!("/review/raise?person={gabriel}")).body;
        assert!(page.contains("so there is no link to doubt"), "{page}");
        let find = |who: &str, born: &str| {
            let form = format!("person={gabriel}&who={who}&born={born}");
            portal.post(&steward, "/review/raise/find", &form)
        };
        let pair = format!("/review/raise?person={gabriel}&amp;other={}", portal.thomasina);
        let found = find("999+000+0018", "");
        assert!(found.body.contains(&pair), "{}", found.body);
        assert!(find("Hardy", "").body.contains("Add the date of birth"));
        assert!(find("Nemo", "1/1/1950").body.contains("Nobody was found"));
        assert!(find("Gabriel+Oak", "5/11/1971").body.contains("Nobody else was found"));

        let compared = portal.get(&steward, &pair.replace("&amp;", "&")).body;
        assert!(compared.contains("Are these two one person?"), "{compared}");
        let form = format!("person={gabriel}&other={}&reason=One+passport", portal.thomasina);
        let asked = portal.post(&steward, "/review/raise", &form);
        assert_eq!(asked.header("location"), "/review/1?done=1", "{}", asked.body);
        assert_eq!(kinds(&portal), [ReviewKind::PossibleDuplicate]);
        let shown = portal.trail().into_iter().filter(|line| line == "steward PersonShown allowed");
        assert!(shown.count() >= 2, "who was shown is in the trail");
    }
}

#[test]
fn a_protected_person_is_not_shown_beside_somebody_else() {
    for portal in portals() {
        let other = feed(&portal, |who| Demographics { sensitive: true, ..stranger(who) });
        let steward = portal.sign_in("steward");
        let path = format!("/review/raise?person={other}&other={}", portal.thomasina);
        let page = portal.get(&steward, &path);
        assert!(page.body.contains("one of them is protected"), "{}", page.body);
        assert!(!page.body.contains("999 000 0018"));
        let form = format!("person={other}&other={}&reason=One+passport", portal.thomasina);
        let refused = portal.post(&steward, "/review/raise", &form);
        assert_eq!(refused.status, 409);
        assert!(!refused.body.contains("999 000 0018") && kinds(&portal).is_empty());
    }
}

#[test]
fn what_cannot_be_asked_says_what_to_change_and_keeps_what_was_written() {
    for portal in portals() {
        feed(&portal, |same| same);
        let steward = portal.sign_in("steward");
        let one = format!(
            "person={}&record={}&reason=One+signature",
            portal.thomasina,
            record("RD3", "R1")
        );
        for (form, says) in [
            (one, "Choose two records: one of each person."),
            (about_link(&portal, "++"), "<a href=\"#reason\">Say why you ask"),
        ] {
            let refused = portal.post(&steward, "/review/raise", &form);
            assert_eq!(refused.status, 409);
            assert!(refused.body.contains(says), "{}", refused.body);
            assert!(!form.contains("signature") || refused.body.contains("One signature"));
        }
        assert_eq!(kinds(&portal), []);
        for path in ["/review/raise", "/review/raise?person=x", "/review/raise?person=x&other=y"] {
            assert!([400, 404].contains(&portal.get(&steward, path).status), "{path}");
        }
    }
}

#[test]
fn nobody_but_a_steward_asks() {
    for portal in portals() {
        feed(&portal, |same| same);
        let nurse = portal.sign_in("nurse");
        let page = portal.get(&nurse, &format!("/review/raise?person={}", portal.thomasina));
        assert!(page.status == 403 && !page.names_thomasina(), "{}", page.body);
        for path in ["/review/raise", "/review/raise/find"] {
            let refused = portal.post(&nurse, path, &about_link(&portal, "Two+signatures"));
            assert!(refused.status == 403 && !refused.names_thomasina(), "{path}");
        }
        let links = portal.get(&nurse, &portal.hers("/links")).body;
        assert!(!links.contains("/review/raise"), "{links}");
        assert_eq!(kinds(&portal), []);
    }
}
