//! A message contradicts a death that is known.

use empi::{ReviewFilter, ReviewKind};

use crate::county::*;

/// Jane Hardy, who died on 1 December.
fn dead() -> String {
    // PID-29 and PID-30; JANE begins with PID-3.
    let mut fields: Vec<&str> = JANE.split('|').collect();
    (fields[26], fields[27]) = ("20251201", "Y");
    fields.join("|")
}

fn deaths(county: &County) -> usize {
    let filter =
        ReviewFilter { kind: Some(ReviewKind::ConflictingDeath), ..ReviewFilter::default() };
    let page = empi::Page { offset: 0, limit: 10 };
    county.db.read(|tx| empi::review_queue(tx, &filter, page, now())).unwrap().len()
}

fn say(county: &County, event: &str, time: &str, pid: &str, rest: &[&str]) {
    let [msh, evn, pid] = message(event, time, &format!("{event}{time}"), pid);
    let segments: Vec<&str> = [&*msh, &evn, &pid].into_iter().chain(rest.iter().copied()).collect();
    county.poole(&segments);
}

#[test]
fn an_admission_after_a_death_is_asked_about_until_it_is_cancelled() {
    on_every_engine(|county| {
        say(county, "A31", "20251202080000", &dead(), &[]);
        let admitted = visit("WARD4", "");
        say(county, "A01", "20260110090000", &dead(), &[&admitted]);
        assert_eq!(deaths(county), 1);
        say(county, "A11", "20260110100000", &dead(), &[&admitted]);
        assert_eq!(deaths(county), 0);
    });
}

#[test]
fn a_stay_that_ends_in_death_and_a_plan_contradict_nothing() {
    on_every_engine(|county| {
        let admitted = visit("WARD4", "");
        say(county, "A01", "20251125090000", JANE, &[&admitted]);
        say(county, "A03", "20251201220000", &dead(), &[&admitted]);
        // Told long after, of then.
        say(county, "A08", "20260105090000", &dead(), &[&admitted]);
        let planned = visit("WARD4", "").replace("||V1", "||V2");
        say(county, "A05", "20260108090000", &dead(), &[&planned]);
        assert_eq!(deaths(county), 0);
    });
}

#[test]
fn a_specimen_collected_after_a_death_is_asked_about_and_a_late_report_is_not() {
    on_every_engine(|county| {
        say(county, "A31", "20251202080000", &dead(), &[]);
        let result = |collected: &str, number: &str| {
            let msh =
                format!("MSH|^~\\&|LAB|RD3|CHESIL|DCR|20260112090000||ORU^R01|{number}|P|2.4");
            let pid = format!("PID|1||{}", dead());
            let obr = format!(
                "OBR|1|{number}|{number}^LAB|FBC^Full blood count^LAB|||{collected}|||||||{collected}||||||||20260112090000||HM|F"
            );
            let obx = format!("OBX|1|NM|HB^Haemoglobin^LAB||130|g/L|120-160||||F|||{collected}");
            county.poole(&[&msh, &pid, &obr, &obx]);
        };
        result("20251130090000", "L1");
        assert_eq!(deaths(county), 0);
        result("20260110090000", "L2");
        assert_eq!(deaths(county), 1);
    });
}
