//! A steward's day: look, choose, see what will change, decide, take back; two where it takes two.
//! The first question is about Thomasina and a record like hers with another verified number.

use empi::ReviewState;

use crate::world::{Answer, Portal, portals};

/// What the button of a choice would send: the form's hidden fields.
fn seen(portal: &Portal, cookie: &str, decision: &str) -> String {
    let path = format!("/review/1/preview?decision={decision}");
    let page = portal.get(cookie, &path);
    assert_eq!(page.status, 200, "{}", page.body);
    let at = page.body.split("name=\"seen\" value=\"").nth(1).unwrap();
    at.split('"').next().unwrap().to_owned()
}

/// Looks at the choice and presses its button.
fn decide(portal: &Portal, cookie: &str, decision: &str, more: &str) -> Answer {
    let seen = seen(portal, cookie, decision);
    portal.post(cookie, "/review/1", &format!("decision={decision}&seen={seen}{more}"))
}

fn state(portal: &Portal) -> &'static str {
    let review = portal.db.read(|tx| empi::review(tx, 1)).unwrap().unwrap();
    review.state.code()
}

fn is_one_person(portal: &Portal) -> bool {
    portal.db.read(|tx| empi::review(tx, 1)).unwrap().unwrap().is_together()
}

#[test]
fn two_verified_numbers_are_joined_by_two_stewards_and_parted_again_by_undo() {
    for portal in portals() {
        portal.file_review();
        let (first, second) = (portal.sign_in("steward"), portal.sign_in("second"));
        let preview = portal.get(&first, "/review/1/preview?decision=same").body;
        assert!(preview.contains("A second steward must agree"), "{preview}");
        assert!(preview.contains("2 verified NHS numbers"), "{preview}");

        let answered = decide(&portal, &first, "same", "");
        assert_eq!(answered.status, 303, "{}", answered.body);
        assert_eq!((state(&portal), is_one_person(&portal)), ("awaiting_second", false));
        let page = portal.get(&first, "/review/1").body;
        assert!(page.contains("Somebody else must look now"));
        assert!(!page.contains("I agree"), "nobody is their own second");
        let queue = portal.get(&second, "/review?state=awaiting_second").body;
        assert!(queue.contains("first answer by"), "{queue}");

        let agreed = decide(&portal, &second, "same", "");
        assert!(agreed.header("location").starts_with("/review?"), "the queue is empty now");
        assert_eq!((state(&portal), is_one_person(&portal)), ("decided", true));
        let banner = portal.get(&second, agreed.header("location")).body;
        assert!(banner.contains("decided: the same person") && banner.contains("Undo"));

        let undone = portal.post(&second, "/review/1", "decision=undo&kind=&state=to_do");
        assert_eq!(undone.status, 303, "{}", undone.body);
        let banner = portal.get(&second, undone.header("location")).body;
        assert!(banner.contains("it is open again"), "both must answer anew: {banner}");
        assert_eq!((state(&portal), is_one_person(&portal)), ("open", false));
    }
}

#[test]
fn the_second_steward_may_disagree_and_the_question_is_open_again() {
    for portal in portals() {
        portal.file_review();
        let (first, second) = (portal.sign_in("steward"), portal.sign_in("second"));
        decide(&portal, &first, "same", "");
        let answered = decide(&portal, &second, "different", "");
        assert_eq!(answered.status, 303);
        let page = portal.get(&second, "/review/1?done=1").body;
        assert!(page.contains("the two stewards disagree"));
        assert_eq!((state(&portal), is_one_person(&portal)), ("open", false));
    }
}

#[test]
fn a_question_is_referred_to_its_source_with_a_note_and_the_referral_taken_back() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        let answered =
            decide(&portal, &steward, "refer", "&to=RBD&note=Which+number+is+on+the+letter%3F");
        assert_eq!(answered.status, 303, "{}", answered.body);
        assert_eq!(state(&portal), "referred");
        let queue = portal.get(&steward, "/review?state=referred").body;
        assert!(queue.contains("referred to Dorset County Hospital"));
        let page = portal.get(&steward, "/review/1").body;
        assert!(page.contains("Which number is on the letter?"));
        portal.post(&steward, "/review/1", "decision=undo");
        assert_eq!(state(&portal), "open");
    }
}

#[test]
fn a_referral_without_a_note_says_so_and_keeps_the_question() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        let answered = decide(&portal, &steward, "refer", "&to=RBD&note=+");
        assert_eq!(answered.status, 409);
        assert!(answered.body.contains("Nothing was decided"), "{}", answered.body);
        assert!(answered.body.contains("the source is to check"), "{}", answered.body);
        assert_eq!(state(&portal), "open");
    }
}

#[test]
fn what_was_not_seen_is_not_decided() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        let old = seen(&portal, &steward, "different");
        let form = format!("decision=different&seen={old}");
        portal.change_other_record();
        for form in [form.as_str(), "decision=different&seen=", "decision=different"] {
            let answered = portal.post(&steward, "/review/1", form);
            assert_eq!(answered.status, 409, "{form}");
            assert!(answered.body.contains("since you looked"), "{}", answered.body);
        }
        assert_eq!(state(&portal), "open");
        assert_eq!(decide(&portal, &steward, "different", "").status, 303);
        let review = portal.db.read(|tx| empi::review(tx, 1)).unwrap().unwrap();
        assert!(matches!(review.state, ReviewState::Decided { .. }));
    }
}

#[test]
fn a_piece_for_the_page_and_a_page_of_its_own_say_the_same() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        let page = portal.get(&steward, "/review/1/preview?decision=different").body;
        let piece = portal.get_piece(&steward, "/review/1/preview?decision=different").body;
        assert!(page.contains("<!DOCTYPE html>") && !piece.contains("<!DOCTYPE html>"));
        assert!(page.contains(&piece), "{piece}");
    }
}

#[test]
fn no_title_and_no_address_of_a_question_names_anybody() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        for path in ["/review", "/review/1", "/review/1/preview?decision=same", "/people"] {
            let body = portal.get(&steward, path).body.to_lowercase();
            let title = body.split("</title>").next().unwrap_or_default();
            assert!(!title.contains("hardy"), "{path}");
            for address in body.split("href=\"").skip(1).chain(body.split("action=\"").skip(1)) {
                let address = address.split('"').next().unwrap_or_default();
                assert!(!address.contains("hardy"), "{path}: {address}");
            }
        }
    }
}

#[test]
fn every_look_and_every_answer_is_in_the_trail() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        portal.get(&steward, "/review");
        portal.get(&steward, "/review/1");
        decide(&portal, &steward, "different", "");
        let shown = portal.trail();
        assert_eq!(shown, ["steward PersonShown allowed"; 3], "queue, question, preview");
        assert!(portal.noted("question 1: not the same person"));
    }
}

#[test]
fn nobody_but_a_steward_sees_a_question_or_answers_one() {
    for portal in portals() {
        portal.file_review();
        let nurse = portal.sign_in("nurse");
        for path in [
            "/review",
            "/review/1",
            "/review/1/preview?decision=same",
            "/review/measures",
            "/review/sample",
        ] {
            let answer = portal.get(&nurse, path);
            assert_eq!(answer.status, 403, "{path}");
            assert!(!answer.names_thomasina(), "{path}");
        }
        for (path, form) in [
            ("/review/1", "decision=different"),
            ("/review/1", "decision=undo"),
            ("/review/samples", ""),
        ] {
            assert_eq!(portal.post(&nurse, path, form).status, 403, "{path} {form}");
        }
        assert_eq!(state(&portal), "open");
    }
}

#[test]
fn a_pair_drawn_by_lot_is_read_without_being_told_whether_it_is_linked() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        let second = portal.sign_in("second");
        decide(&portal, &steward, "different", "");
        // A fifth of what is drawn are decisions; the one who decided is not asked again.
        assert_eq!(portal.post(&second, "/review/samples", "").status, 303);
        assert!(portal.get(&steward, "/review/sample").body.contains("No pair waits for you"));
        let page = portal.get(&second, "/review/sample").body;
        assert!(page.contains("Are these two records one person?"));
        for told in ["cs-waterfall", "linked as one person", "two people now", "Poole Hospital"] {
            assert!(!page.contains(told), "{told}");
        }
        assert_eq!(portal.post(&second, "/review/sample/1", "said=cannot_tell").status, 303);
        assert!(portal.get(&second, "/review/sample").body.contains("No pair waits for you"));
    }
}

#[test]
fn an_answer_that_is_no_answer_is_refused_in_a_sentence() {
    for portal in portals() {
        portal.file_review();
        let steward = portal.sign_in("steward");
        for form in ["", "decision=maybe", "decision=same&record=x"] {
            let answer = portal.post(&steward, "/review/1", form);
            assert!((400..500).contains(&answer.status), "{form}: {}", answer.status);
        }
        assert_eq!(portal.get(&steward, "/review/99").status, 404);
        assert_eq!(portal.get(&steward, "/review/1/preview?decision=maybe").status, 400);
        // Two people cannot be split; the page says why.
        let record = model::LocalIdentity::new("RBD", "B1").local_patient();
        let split =
            portal.get(&steward, &format!("/review/1/preview?decision=split&record={record}"));
        assert!(split.body.contains("two people already"), "{}", split.body);
    }
}
