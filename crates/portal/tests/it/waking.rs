//! An operator lets a message go on, and it goes at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use db::Tx;
use engine::{
    Arrival, DeliveryError, Destination, Format, NewMessage, OrderKeys, Pace, Processor, Received,
};
use model::{Category, Clock};

use crate::world::{Portal, portals};

/// Much less than the time after which the engine looks by itself, much more than a look takes.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Tells which messages reach it, and refuses the very first.
struct Ward {
    reached: Sender<String>,
    has_refused: AtomicBool,
}

impl Destination for Ward {
    fn deliver(
        &self,
        _: &mut Tx,
        received: &Received,
        _: Option<engine::Prepared>,
    ) -> Result<(), DeliveryError> {
        let body = String::from_utf8_lossy(&received.bytes).into_owned();
        self.reached.send(body).unwrap();
        if self.has_refused.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        Err(DeliveryError::new(Category::Invalid, "no such ward"))
    }
}

/// Two messages of one patient, of which the first is parked and holds back the second.
fn parked(portal: &Portal) -> (engine::Running, Receiver<String>) {
    let message = |body: &str| NewMessage {
        channel: "poole-adt".into(),
        format: Format::Hl7v2,
        received_at: portal.clock.now(),
        sender: "PAS".into(),
        control_id: body.into(),
        message_type: "ADT^A08".into(),
        event_time: String::new(),
        order_keys: OrderKeys::of("poole-adt", ["R1"]),
        body: body.into(),
    };
    let arrivals = ["first", "second"].map(|body| Arrival::Message(message(body)));
    portal.inbox.store(arrivals.into()).unwrap();
    let (sender, deliveries) = channel();
    let ward = Arc::new(Ward { reached: sender, has_refused: AtomicBool::new(false) });
    let processor = Processor::new(portal.inbox.clone(), ward, "test", Pace::default());
    let running = processor.start().unwrap();
    assert_eq!(deliveries.recv_timeout(AT_ONCE).unwrap(), "first");
    (running, deliveries)
}

#[test]
fn a_message_is_tried_at_once_when_an_operator_says_so() {
    for portal in portals() {
        let (_running, deliveries) = parked(&portal);
        let operator = portal.sign_in("operator");
        assert_eq!(portal.post(&operator, "/messages/1/retry", "").status, 303);
        let next = [(); 2].map(|()| deliveries.recv_timeout(AT_ONCE).unwrap());
        assert_eq!(next, ["first", "second"]);
    }
}

#[test]
fn what_was_held_goes_on_at_once_when_the_message_before_it_is_skipped() {
    for portal in portals() {
        let (_running, deliveries) = parked(&portal);
        let operator = portal.sign_in("operator");
        let reason = "reason=sent+twice";
        assert_eq!(portal.post(&operator, "/messages/1/skip", reason).status, 303);
        assert_eq!(deliveries.recv_timeout(AT_ONCE).unwrap(), "second");
    }
}
