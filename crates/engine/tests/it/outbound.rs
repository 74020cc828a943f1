//! Queues to other systems: in order for each patient, at least once, whatever the receiver does.

use std::time::Duration;

use db::scratch::databases;
use db::{Db, Tx};
use engine::outbound::{
    Bells, Connector, Destination, Filter, Line, Mllp, Outgoing, Retry, Sender, State, Summary,
};
use engine::{Arrival, Format, Shutdown, outbound};
use model::SystemClock;
use tokio::task::JoinHandle;

use crate::outbound_receiver::{Mood, Receiver};
use crate::support::{Bench, message};

const NAME: &str = "registry";

/// A queue and its sender.
pub(crate) struct Queue {
    pub(crate) bench: Bench,
    pub(crate) bells: Bells,
    sender: Option<(Shutdown, JoinHandle<()>)>,
}

impl Queue {
    /// On this database; call where waiting is allowed.
    pub(crate) fn over(db: &Db) -> Self {
        Self { bench: Bench::over(db), bells: Bells::of([NAME]), sender: None }
    }

    /// Puts a message of these patients into the queue.
    pub(crate) fn put(&self, control_id: &str, patients: &[&str]) {
        let body = format!(
            "MSH|^~\\&|PAS|RD3|R|R|20260115||ADT^A08|{control_id}|P|2.4\rPID|||{}\r",
            patients.join("~")
        );
        self.put_as(control_id, patients, Format::Hl7v2, "", &body);
    }

    pub(crate) fn put_as(
        &self,
        control_id: &str,
        patients: &[&str],
        format: Format,
        target: &str,
        body: &str,
    ) {
        let arrival = Arrival::Message(message(control_id, patients, body));
        let seq = waiting(|| self.bench.inbox.store(vec![arrival]).unwrap()[0].seq);
        let outgoing = Outgoing {
            destination: NAME.into(),
            message: seq,
            part: 0,
            channel: "poole-pas".into(),
            format,
            control_id: control_id.into(),
            target: target.into(),
            body: body.into(),
        };
        let at = self.bench.now();
        let again = outgoing.clone();
        assert!(self.write(move |tx| outbound::enqueue(tx, outgoing, at)).unwrap());
        assert!(!self.write(move |tx| outbound::enqueue(tx, again, at)).unwrap());
        self.bells.ring(NAME);
    }

    pub(crate) fn send(&mut self, connector: Connector, in_flight: usize) {
        self.send_with(connector, in_flight, quick());
    }

    pub(crate) fn send_with(&mut self, connector: Connector, in_flight: usize, retry: Retry) {
        let destination = Destination {
            name: NAME.into(),
            connector,
            rewrite: None,
            in_flight,
            rate: None,
            retry,
            keep_days: 7,
        };
        let clock = std::sync::Arc::new(SystemClock);
        let sender = Sender::new(self.bench.db.clone(), clock, destination, &self.bells);
        let (shutdown, signal) = engine::shutdown();
        self.sender = Some((shutdown, tokio::spawn(sender.run(signal))));
    }

    pub(crate) async fn stop(&mut self) {
        if let Some((shutdown, task)) = self.sender.take() {
            shutdown.now();
            task.await.unwrap();
        }
    }

    /// As a kill would: nothing is written down any more.
    async fn kill(&mut self) {
        if let Some((_, task)) = self.sender.take() {
            task.abort();
            let _ = task.await;
        }
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        let filter = Filter { destination: NAME.into(), ..Filter::default() };
        let mut lines = self.read(|tx| outbound::list(tx, &filter, 1_000));
        lines.reverse();
        lines
    }

    /// `A delivered, B parked`.
    pub(crate) fn text(&self) -> String {
        let line = |one: &Line| format!("{} {}", one.control_id, one.state.code());
        self.lines().iter().map(line).collect::<Vec<_>>().join(", ")
    }

    /// Waits until the queue reads so.
    pub(crate) async fn reads(&self, expected: &str) {
        let look = async {
            while self.text() != expected {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(20), look).await;
        assert!(ended.is_ok(), "it reads: {}", self.text());
    }

    /// The number of what has this control id.
    pub(crate) fn id(&self, control_id: &str) -> i64 {
        self.lines().iter().find(|one| one.control_id == control_id).unwrap().id
    }

    fn operate(&self, job: impl FnOnce(&mut Tx) -> Result<(), engine::Error> + Send + 'static) {
        self.write(job).unwrap();
        self.bells.ring(NAME);
    }

    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, engine::Error> + Send + 'static,
    ) -> Result<T, engine::Error> {
        waiting(|| self.bench.db.write(job))
    }

    fn read<T>(&self, job: impl FnOnce(&mut Tx) -> Result<T, engine::Error>) -> T {
        waiting(|| self.bench.db.read(job)).unwrap()
    }

    fn summary(&self) -> Summary {
        let now = self.bench.now();
        self.read(|tx| outbound::summary(tx, &[NAME], now)).remove(0)
    }
}

/// The keepers are synchronous: they wait where waiting is allowed.
fn waiting<T>(job: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(job)
}

/// Retries that tests can wait for.
pub(crate) fn quick() -> Retry {
    let (first, longest) = (Duration::from_millis(10), Duration::from_millis(40));
    Retry { first, longest, give_up_after: None }
}

pub(crate) fn mllp(address: &str) -> Connector {
    Connector::Mllp(Mllp::new(address, None, Duration::from_millis(300)))
}

/// A queue on every database.
pub(crate) async fn each(mut test: impl AsyncFnMut(Queue)) {
    for scratch in waiting(databases) {
        test(waiting(|| Queue::over(&scratch))).await;
        waiting(|| drop(scratch));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_sent_once_and_in_order_where_nothing_goes_wrong() {
    each(async |mut queue: Queue| {
        let mut receiver = Receiver::listen(|_, _| Mood::Says("AA")).await;
        queue.send(mllp(&receiver.address), 1);
        let ids: Vec<String> = (0..150).map(|number| format!("M{number:03}")).collect();
        for id in &ids {
            queue.put(id, &[&id[3..]]);
        }
        receiver.has(150).await;
        queue.stop().await;
        assert_eq!(receiver.ids(), ids);
        assert!(queue.lines().iter().all(|one| one.state == State::Delivered && one.attempts == 1));
        let summary = queue.summary();
        assert_eq!((summary.delivered_in_a_day, summary.counts.len()), (150, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_message_stops_its_patient_and_nobody_else() {
    each(async |mut queue: Queue| {
        let ar = |id: &str, time| if id == "A1" && time == 1 { "AR" } else { "AA" };
        let receiver = Receiver::listen(move |id, time| Mood::Says(ar(id, time))).await;
        for (id, patients) in [("A1", &["R1"][..]), ("B1", &["R2"]), ("A2", &["R1"]), ("AB", &["R1", "R2"])] {
            queue.put(id, patients);
        }
        queue.put("B2", &["R2"]);
        queue.put("C1", &["R3"]);
        queue.send(mllp(&receiver.address), 2);
        // The merge of both is behind the parked one, and so is what comes after the merge.
        queue.reads("A1 parked, B1 delivered, A2 held, AB held, B2 held, C1 delivered").await;
        let line = queue.lines().remove(0);
        let said = line.error.unwrap();
        assert!(said.ends_with("rejected it (AR)"), "{said}");
        let (id, at) = (queue.id("A1"), queue.bench.now());
        queue.operate(move |tx| outbound::retry(tx, id, "operator", at));
        queue.reads("A1 delivered, B1 delivered, A2 delivered, AB delivered, B2 delivered, C1 delivered").await;
        let own: Vec<String> =
            receiver.ids().into_iter().filter(|id| !["C1", "B1"].contains(&&**id)).collect();
        assert_eq!(own, ["A1", "A1", "A2", "AB", "B2"]);
        let events = queue.read(|tx| outbound::events(tx, id));
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.code()).collect();
        assert_eq!(kinds, ["parked", "retried"]);
        queue.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_skipped_is_not_sent_and_lets_the_others_go() {
    each(async |mut queue: Queue| {
        let ar = |id: &str| if id == "A1" { "AR" } else { "AA" };
        let receiver = Receiver::listen(move |id, _| Mood::Says(ar(id))).await;
        queue.put("A1", &["R1"]);
        queue.put("A2", &["R1"]);
        queue.send(mllp(&receiver.address), 1);
        queue.reads("A1 parked, A2 held").await;
        let (id, at) = (queue.id("A1"), queue.bench.now());
        let unsaid = queue.write(move |tx| outbound::skip(tx, id, " ", "operator", at));
        assert!(unsaid.is_err());
        queue.operate(move |tx| outbound::skip(tx, id, "sent by hand", "operator", at));
        queue.reads("A1 skipped, A2 delivered").await;
        assert_eq!(receiver.ids(), ["A1", "A2"]);
        queue.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_silence_and_broken_connections_are_tried_again_in_order() {
    for mood in [Mood::Says("AE"), Mood::Says("CE"), Mood::Silent, Mood::Closes, Mood::Says("??")] {
        each(async |mut queue: Queue| {
            let moody = move |id: &str, time| {
                if id == "A1" && time <= 2 { mood } else { Mood::AnswersAnotherFirst }
            };
            let receiver = Receiver::listen(moody).await;
            for (id, patient) in [("A1", "R1"), ("A2", "R1"), ("B1", "R2"), ("A3", "R1")] {
                queue.put(id, &[patient]);
            }
            queue.send(mllp(&receiver.address), 1);
            queue.reads("A1 delivered, A2 delivered, B1 delivered, A3 delivered").await;
            queue.stop().await;
            let (ids, bytes) = (receiver.ids(), receiver.bytes());
            let own: Vec<&String> = ids.iter().filter(|id| id.starts_with('A')).collect();
            let once: Vec<&String> = own.iter().skip_while(|id| **id == "A1").copied().collect();
            assert_eq!(once, ["A2", "A3"], "{mood:?}: {ids:?}");
            assert!(own.len() >= 5, "{mood:?}: {ids:?}");
            let firsts: Vec<_> =
                ids.iter().zip(&bytes).filter(|(id, _)| *id == "A1").map(|(_, one)| one).collect();
            assert!(firsts.windows(2).all(|two| two[0] == two[1]), "the same bytes each time");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_with_an_error_often_enough_is_parked_if_so_configured() {
    each(async |mut queue: Queue| {
        let receiver = Receiver::listen(|_, _| Mood::Says("AE")).await;
        queue.put("A1", &["R1"]);
        let retry = Retry { give_up_after: Some(3), ..quick() };
        queue.send_with(mllp(&receiver.address), 1, retry);
        queue.reads("A1 parked").await;
        assert_eq!(receiver.ids().len(), 3);
        queue.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_down_is_tried_with_one_and_gets_everything_in_order_when_it_is_back()
{
    each(async |mut queue: Queue| {
        let first = Receiver::listen(|_, _| Mood::Says("AA")).await;
        let address = first.address.clone();
        first.stop().await;
        for number in 0..40 {
            let (id, patient) = (format!("M{number:02}"), format!("R{}", number % 7));
            queue.put(&id, &[&patient]);
        }
        queue.send(mllp(&address), 3);
        let open = async {
            while queue.summary().failing.is_none_or(|one| one.next_attempt_at.is_none()) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), open).await.unwrap();
        let said = queue.summary().failing.unwrap();
        assert!(said.failures >= 5 && said.error.contains("cannot be reached"), "{said:?}");
        let tried = queue.lines().iter().filter(|one| one.attempts > 0).count();
        assert!(tried <= 8, "{tried} were tried, and none can be taken");
        let mut receiver = Receiver::listen_at(&address, None, |_, _| Mood::Says("AA")).await;
        receiver.has(40).await;
        queue.stop().await;
        let ids = receiver.ids();
        for patient in 0..7 {
            let own: Vec<&String> =
                ids.iter().filter(|id| id[1..].parse::<usize>().unwrap() % 7 == patient).collect();
            assert!(own.is_sorted(), "{own:?}");
        }
        assert_eq!(ids.len(), 40, "nothing twice");
        assert_eq!(queue.summary().failing, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lasts_over_a_restart_until_somebody_resumes() {
    each(async |mut queue: Queue| {
        let mut receiver = Receiver::listen(|_, _| Mood::Says("AA")).await;
        let at = queue.bench.now();
        let unsaid = queue.write(move |tx| outbound::pause(tx, NAME, "operator", "", at));
        assert!(unsaid.is_err(), "a reason is needed");
        queue.operate(move |tx| outbound::pause(tx, NAME, "operator", "their upgrade", at));
        queue.put("A1", &["R1"]);
        queue.send(mllp(&receiver.address), 1);
        queue.stop().await;
        queue.send(mllp(&receiver.address), 1);
        queue.stop().await;
        assert_eq!((queue.text().as_str(), receiver.ids().len()), ("A1 waiting", 0));
        let paused = queue.summary().paused.unwrap();
        assert_eq!((&*paused.by, &*paused.reason), ("operator", "their upgrade"));
        queue.send(mllp(&receiver.address), 1);
        queue.operate(move |tx| outbound::resume(tx, NAME).map(|was| assert!(was)));
        receiver.has(1).await;
        queue.reads("A1 delivered").await;
        queue.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_when_the_sender_died_is_sent_again_and_nothing_overtakes_it() {
    each(async |mut queue: Queue| {
        let silent = |_: &str, time| if time == 1 { Mood::Silent } else { Mood::Says("AA") };
        let mut receiver = Receiver::listen(silent).await;
        for (id, patient) in [("A1", "R1"), ("A2", "R1"), ("B1", "R2")] {
            queue.put(id, &[patient]);
        }
        let patient =
            || Connector::Mllp(Mllp::new(&receiver.address, None, Duration::from_mins(1)));
        let (first, second) = (patient(), patient());
        queue.send(first, 2);
        receiver.has(2).await;
        queue.kill().await;
        assert_eq!(queue.text(), "A1 waiting, A2 waiting, B1 waiting");
        queue.send(second, 1);
        receiver.has(3).await;
        queue.kill().await;
        let ids = receiver.ids();
        assert!(["A1", "B1"].contains(&&*ids[0]) && ["A1", "B1"].contains(&&*ids[1]), "{ids:?}");
        assert_eq!(ids[2], "A1");
    })
    .await;
}
