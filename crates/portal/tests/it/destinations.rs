//! What an operator sees of other systems' queues, and can do about them.

use engine::Format;
use engine::outbound::{self, Outgoing};

use crate::world::{Portal, portals};

/// Something for the registry, parked.
fn put(portal: &Portal) -> i64 {
    let outgoing = Outgoing {
        destination: "registry".into(),
        message: 7,
        part: 0,
        channel: "poole-adt".into(),
        format: Format::Hl7v2,
        control_id: "M7".into(),
        target: String::new(),
        body: b"MSH|^~\\&|PAS|RD3\rPID|||R1||HARDY^Thomasina\r".to_vec(),
    };
    let now = model::Clock::now(portal.clock.as_ref());
    portal.db.write(move |tx| outbound::enqueue(tx, outgoing, now)).unwrap();
    let park = |tx: &mut db::Tx| {
        tx.execute(
            "update outbound_message set state = 'parked', attempts = 1, error = 'they said no'",
            &[],
        )
    };
    portal.db.write(park).unwrap();
    let filter = outbound::Filter { destination: "registry".into(), ..outbound::Filter::default() };
    portal.db.read(|tx| outbound::list(tx, &filter, 1)).unwrap()[0].id
}

#[test]
fn an_operator_pauses_a_destination_and_lets_it_go_on() {
    for portal in portals() {
        let operator = portal.sign_in("operator");
        let page = portal.get(&operator, "/destinations").body;
        assert!(page.contains("registry") && page.contains("Running"), "{page}");
        let short = portal.post(&operator, "/destinations/registry/pause", "reason=no");
        assert_eq!(short.status, 400, "a reason is needed");
        let paused = portal.post(&operator, "/destinations/registry/pause", "reason=their+upgrade");
        assert_eq!(paused.status, 303, "{}", paused.body);
        let page = portal.get(&operator, "/destinations/registry").body;
        assert!(page.contains("Paused") && page.contains("their upgrade"), "{page}");
        assert_eq!(portal.post(&operator, "/destinations/registry/resume", "").status, 303);
        let page = portal.get(&operator, "/destinations/registry").body;
        assert!(page.contains("Running") && !page.contains("their upgrade"), "{page}");
        assert_eq!(portal.get(&operator, "/destinations/nowhere").status, 404);
    }
}

#[test]
fn what_is_parked_is_seen_without_its_content_and_is_retried_or_skipped_with_a_reason() {
    for portal in portals() {
        let operator = portal.sign_in("operator");
        let id = put(&portal);
        let page = portal.get(&operator, "/destinations/registry?state=parked").body;
        assert!(page.contains("they said no") && page.contains("M7"), "{page}");
        assert!(!page.contains("HARDY"), "{page}");
        let retry = format!("/destinations/registry/{id}/retry");
        assert_eq!(portal.post(&operator, &retry, "").status, 303);
        let standing = || portal.db.read(|tx| outbound::line(tx, id)).unwrap().state;
        assert_eq!(standing(), outbound::State::Retrying);
        let skip = format!("/destinations/registry/{id}/skip");
        assert_eq!(portal.post(&operator, &skip, "reason=").status, 400);
        assert_eq!(portal.post(&operator, &skip, "reason=sent+by+hand").status, 303);
        assert_eq!(standing(), outbound::State::Skipped);
        assert_eq!(portal.post(&operator, &retry, "").status, 409);
        let page = audit::Page::first(20);
        let entries =
            portal.db.read(|tx| audit::search(tx, &audit::Filter::default(), page)).unwrap();
        let detail = format!("destination registry: {id} of the queue: sent by hand");
        assert!(entries.iter().any(|entry| entry.detail == detail));
    }
}

#[test]
fn nobody_but_an_operator_sees_or_changes_a_queue() {
    for portal in portals() {
        for user in ["nurse", "steward"] {
            let cookie = portal.sign_in(user);
            assert_eq!(portal.get(&cookie, "/destinations").status, 403, "{user}");
            assert_eq!(portal.get(&cookie, "/destinations/registry").status, 403, "{user}");
            let paused = portal.post(&cookie, "/destinations/registry/pause", "reason=because");
            assert_eq!(paused.status, 403, "{user}");
        }
    }
}
