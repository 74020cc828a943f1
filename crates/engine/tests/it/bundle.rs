//! FHIR bundles over HTTP: stored, or kept in quarantine with a reason.

use engine::{Accepted, Channel, ChannelKind, accept_bundle};

use crate::support::{Bench, channel, check};

pub(crate) fn mental_health() -> Channel {
    channel("mental-health", ChannelKind::Http { path: "/fhir/mental-health".into() })
}

#[test]
fn a_bundle_is_stored_under_its_own_identifier_and_its_repeat_is_known() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let bundle = r#"{"resourceType":"Bundle","type":"transaction","identifier":{"value":"B-1"},
            "timestamp":"2026-01-15T10:00:00Z","entry":[{"resource":{"resourceType":"Patient",
            "identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"},
            {"system":"RD3","value":"M1"}]}}]}"#;
        let accept = || accept_bundle(&bench.inbox, &mental_health(), bundle.into()).unwrap();
        assert_eq!(accept().accepted, Accepted::New);
        assert_eq!(accept().accepted, Accepted::Duplicate);
        check(&bench, "1 B-1 waiting duplicates=1");
    }
}

#[test]
fn what_is_not_a_bundle_is_refused_in_words_and_kept() {
    for db in db::scratch::databases() {
        let bench = Bench::over(&db);
        let refuse = |body: &str| {
            accept_bundle(&bench.inbox, &mental_health(), body.into()).unwrap_err().to_string()
        };
        assert_eq!(
            refuse("{\"resourceType\": SMITH"),
            "this is not JSON: see line 1, column 18 (kept in quarantine as message 1)"
        );
        assert_eq!(
            refuse("{\"name\":\"SMITH\"}"),
            "this is JSON, but not FHIR: it has no resourceType (kept in quarantine as message 2)"
        );
        refuse("{\"name\":\"SMITH\"}");
        check(
            &bench,
            "1  quarantined Invalid: this is not JSON: see line 1, column 18
             2  quarantined Invalid: this is JSON, but not FHIR: it has no resourceType duplicates=1",
        );
    }
}
