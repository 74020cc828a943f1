//! What an operator does at night: sees what stands still and why, pauses, mends, retries, skips.

use engine::State;

use crate::world::{Answer, Portal, portals};

/// A message that names nobody: parked.
fn nobody(id: &str) -> String {
    format!(
        "MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260115100000+0000||ADT^A01|{id}|P|2.4\r\
         PID|1||||HARDY^Thomasina\rZU1|1|local\r"
    )
}

fn state_of(portal: &Portal, seq: i64) -> State {
    portal.db.read(move |tx| engine::message(tx, seq)).unwrap().state
}

fn search(portal: &Portal, operator: &str, form: &str) -> String {
    portal.post(operator, "/messages/find", form).header("location").to_owned()
}

/// The bulk task has ended, or the test does not.
fn ended(portal: &Portal, operator: &str, address: &str) -> Answer {
    loop {
        let page = portal.get(operator, address);
        if page.body.contains("Done at") {
            return page;
        }
        std::thread::yield_now();
    }
}

#[test]
fn the_channels_page_shows_what_stands_still_and_leads_to_it() {
    for portal in portals() {
        portal.take_in(&[&nobody("M1"), &nobody("M2")]);
        let operator = portal.sign_in("operator");
        let page = portal.get(&operator, "/channels").body;
        assert!(page.contains("href=\"/channels/poole-adt\""), "{page}");
        assert!(page.contains("channel=poole-adt&amp;state=parked"), "{page}");
        // They name no patient, and are no less in need of a decision.
        assert!(
            page.contains("until somebody decides") && !page.contains("Nothing waits"),
            "{page}"
        );
        let page = portal.get(&operator, "/channels/poole-adt").body;
        assert!(page.contains("not judged yet") && page.contains("Why messages stand still"));
        assert!(page.contains("name=\"error\""), "each reason leads to its messages: {page}");
        for path in ["/channels", "/channels/poole-adt"] {
            assert_eq!(portal.get(&portal.sign_in("nurse"), path).status, 403);
        }
        assert_eq!(portal.get(&operator, "/channels/other").status, 404);
    }
}

#[test]
fn a_channel_is_paused_with_a_reason_and_goes_on() {
    for portal in portals() {
        let operator = portal.sign_in("operator");
        let (pause, resume) = ("/channels/poole-adt/pause", "/channels/poole-adt/resume");
        assert_eq!(portal.post(&operator, pause, "reason=no").status, 400);
        assert_eq!(portal.post(&operator, pause, "reason=table+is+wrong").status, 303);
        portal.take_in(&[&nobody("M1")]);
        assert_eq!(state_of(&portal, 1), State::Held);
        let page = portal.get(&operator, "/channels").body;
        assert!(page.contains("Paused"), "{page}");
        assert!(portal.get(&operator, "/channels/poole-adt").body.contains("table is wrong"));
        assert_eq!(portal.post(&operator, resume, "").status, 303);
        portal.process();
        assert_eq!(state_of(&portal, 1), State::Parked);
        assert!(portal.noted("channel poole-adt: table is wrong"));
        assert_eq!(portal.post(&portal.sign_in("nurse"), pause, "reason=because").status, 403);
    }
}

#[test]
fn all_that_a_search_found_is_skipped_after_a_count_and_a_reason() {
    for portal in portals() {
        portal.take_in(&[&nobody("M1"), &nobody("M2"), &nobody("M3")]);
        let operator = portal.sign_in("operator");
        let found = search(&portal, &operator, "state=parked&channel=poole-adt");
        let page = portal.get(&operator, &found).body;
        assert!(page.contains("Retry all 3…") && page.contains("Skip all 3…"), "{page}");
        let ask = portal.get(&operator, &format!("{found}/skip")).body;
        assert!(ask.contains("Skip 3 messages?"), "{ask}");
        assert_eq!(portal.post(&operator, &format!("{found}/skip"), "reason=").status, 400);
        let begun = portal.post(&operator, &format!("{found}/skip"), "reason=sent+in+error");
        assert_eq!(begun.status, 303, "{}", begun.body);
        let page = ended(&portal, &operator, begun.header("location")).body;
        assert!(page.contains("3 of 3") && page.contains("sent in error"), "{page}");
        assert_eq!(state_of(&portal, 2), State::Skipped);
        let all = search(&portal, &operator, "channel=poole-adt");
        assert_eq!(portal.post(&operator, &format!("{all}/skip"), "reason=because").status, 400);
    }
}

#[test]
fn an_edited_copy_takes_a_messages_place() {
    for portal in portals() {
        portal.take_in(&[&nobody("M1")]);
        let operator = portal.sign_in("operator");
        let page = portal.post(&operator, "/messages/1/content", "reason=to+mend+it").body;
        assert!(
            page.contains("Edit a copy") && page.contains("Under the rules of now it would be")
        );
        let text = "MSH%7C%5E~%5C%26%7CPAS%7CRD3%7CCHESIL%7CDCR%7C20260115100000%2B0000%7C%7CADT%5EA28%7CM1%7CP%7C2.4%0D%0A\
                    PID%7C1%7C%7CR1%5E%5E%5ERD3%5EMR%7C%7CHARDY%5EThomasina%7C%7C19470221%7CF";
        let form = format!("reason=number+was+missing&text={text}");
        let answer = portal.post(&operator, "/messages/1/edit", &form);
        assert_eq!(answer.header("location"), "/messages/2", "{}", answer.body);
        portal.process();
        assert_eq!([1, 2].map(|seq| state_of(&portal, seq)), [State::Skipped, State::Processed]);
        let page = portal.get(&operator, "/messages/1").body;
        assert!(page.contains("Replaced by an edited copy"), "{page}");
        let page = portal.get(&operator, "/messages/2").body;
        assert!(
            page.contains("An edited copy of") && page.contains("number was missing"),
            "{page}"
        );
        assert!(portal.noted("message 1: as message 2: number was missing"));
        assert_eq!(
            portal.post(&operator, "/messages/2/edit", &form).status,
            400,
            "it is processed"
        );
    }
}

#[test]
fn fields_that_nobody_uses_are_counted_by_channel_and_named() {
    for portal in portals() {
        portal.take_in(&["MSH|^~\\&|PAS|RD3|CHESIL|DCR|20260115100000+0000||ADT^A28|M1|P|2.4\r\
            PID|1||R1^^^RD3^MR||HARDY^Thomasina||19470221|F\rZU1|1|local words\r"]);
        let counted = portal.ingest.take_not_used();
        portal
            .db
            .write(move |tx| {
                let each = counted.iter().map(|(field, (count, last))| (field, *count, *last));
                engine::add_unmapped(tx, each)
            })
            .unwrap();
        let page = portal.get(&portal.sign_in("operator"), "/channels/poole-adt").body;
        assert!(page.contains("ZU1-2") && page.contains("not understood"), "{page}");
        assert!(!page.contains("local words"), "never a value");
    }
}
