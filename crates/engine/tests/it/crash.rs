//! A process that ends in the middle: reopening the database goes on where it stood.

use engine::Arrival;

use crate::support::{Bench, check, message};

#[test]
fn a_dropped_engine_goes_on_in_the_next_one_with_each_effect_once() {
    for db in db::scratch::databases() {
        let numbers: Vec<String> = (1..=20).map(|number| format!("C{number}")).collect();
        {
            let bench = Bench::over(&db);
            for number in &numbers {
                bench.accept(number, &["R1"], number);
            }
            bench.processor.step().unwrap();
            assert!(bench.effects().len() < numbers.len());
        }
        let again = db::Db::open(db.location()).unwrap();
        let bench = Bench::over(&again);
        assert_eq!(bench.inbox.waiting(), 16);
        bench.process();
        assert_eq!(bench.effects(), numbers);
        assert_eq!(bench.inbox.waiting(), 0);
    }
}

#[test]
fn a_batch_that_cannot_be_committed_leaves_no_effect_and_no_mark() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "one");
        let processed = bench.processor.clone();
        // The transaction around the delivery fails after it.
        db.write(|tx| -> Result<(), db::Error> {
            tx.execute("insert into effect (message, body) values (0, 'undone')", db::params![])?;
            Err(db::Error::Panicked)
        })
        .unwrap_err();
        check(&bench, "1 C1 waiting");
        processed.process_waiting().unwrap();
        assert_eq!(bench.effects(), ["one"]);
    }
}

#[test]
fn the_thread_takes_what_arrives_and_what_was_left() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        bench.accept("C1", &["R1"], "left");
        let (done, finished) = std::sync::mpsc::channel();
        let destination = std::sync::Arc::new(Tell(done));
        let processor = engine::Processor::new(
            bench.inbox.clone(),
            destination,
            "config-1",
            engine::Pace::default(),
        );
        let running = processor.start().unwrap();
        let minute = std::time::Duration::from_mins(1);
        assert_eq!(finished.recv_timeout(minute).unwrap(), 1);
        let frame = vec![Arrival::Message(message("C2", &["R1"], "new"))];
        let frames = bench.inbox.submit(vec![frame]).blocking_recv().unwrap().unwrap();
        assert_eq!(frames[0].as_ref().unwrap()[0].seq, 2);
        assert_eq!(finished.recv_timeout(minute).unwrap(), 2);
        drop(running);
        check(&bench, "1 C1 processed\n2 C2 processed");
    }
}

/// A destination that tells the test which message it got.
struct Tell(std::sync::mpsc::Sender<i64>);

impl engine::Destination for Tell {
    fn deliver(
        &self,
        _: &mut db::Tx,
        received: &engine::Received,
        _: Option<engine::Prepared>,
    ) -> Result<(), engine::DeliveryError> {
        self.0.send(received.id).unwrap();
        Ok(())
    }
}

/// Each has read ahead what the other delivers.
#[test]
fn two_processors_of_one_database_deliver_each_message_once_and_in_order() {
    for scratch in db::scratch::databases() {
        let bench = Bench::over(&scratch);
        let bodies: Vec<String> = (0..200).map(|number| format!("{number:03}")).collect();
        for body in &bodies {
            bench.accept(body, &["R1"], body);
        }
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let processor = bench.processor.clone();
                scope.spawn(move || processor.process_waiting().unwrap());
            }
        });
        assert_eq!(bench.effects(), bodies);
    }
}
