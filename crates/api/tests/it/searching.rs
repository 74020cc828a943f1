//! PDQm, ITI-78: each parameter, their combinations, paging, and what is refused.

use model::Demographics;
use serde_json::json;

use crate::world::*;

fn people(server: &Server) {
    known_to_three(server);
    server.feed("RD3/R2", &other(2, "Yeobright", "Clement", "1920-05-01"));
    server.feed("RD3/R3", &other(3, "Venn", "Diggory", "1919-06-30"));
    let vye = Demographics {
        emails: vec!["eustacia@example.org".into()],
        names: vec![name("Vye", "Eustacia Mary"), name("O’Drude", "Eustacia")],
        ..other(4, "Vye", "Eustacia", "1921-11-05")
    };
    server.feed("RD3/R4", &vye);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_parameter_of_the_profile_finds_and_parts() {
    for server in servers().await {
        people(&server);
        let thomasina_is = server.feed("RD3/R1", &thomasina());
        for (query, expected) in [
            (format!("_id={thomasina_is}"), "Hardy"),
            ("family=hardy".into(), "Hardy"),
            ("family=v".into(), "Venn Vye"),
            ("family=v&given=dig".into(), "Venn"),
            ("family=odrude".into(), "Vye"),
            ("given=mary".into(), "Vye"),
            ("family=Venn,Vye".into(), "Venn Vye"),
            ("family:exact=Vye".into(), "Vye"),
            ("family:exact=vye".into(), ""),
            ("family:exact=Vy".into(), ""),
            (format!("identifier={NHS}|{}", number(1)), "Hardy"),
            (format!("identifier={RD3}|R4"), "Vye"),
            ("identifier=RD3|R4".into(), "Vye"),
            ("identifier=R4".into(), "Vye"),
            ("identifier=|R4".into(), ""),
            (format!("identifier={RD3}|R4,{RD3}|R3"), "Venn Vye"),
            (format!("identifier={RD3}|R4&family=Venn"), ""),
            ("telecom=01305496007".into(), "Hardy"),
            ("telecom=phone|%2B441305496007".into(), "Hardy"),
            ("telecom=email|eustacia@example.org".into(), "Vye"),
            ("telecom=phone|eustacia@example.org".into(), ""),
            ("birthdate=1947-02-21".into(), "Hardy"),
            ("birthdate=1947-02".into(), "Hardy"),
            ("birthdate=ge1920-01-01&birthdate=lt1922-01-01".into(), "Vye Yeobright"),
            ("birthdate=1947-02-21&family=Hardy".into(), "Hardy"),
            ("birthdate=1947-02-21&family=Venn".into(), ""),
            ("family=v&gender=female".into(), ""),
            ("family=Hardy&gender=female".into(), "Hardy"),
            ("address-postalcode=DT2".into(), "Hardy"),
            ("address-postalcode=DT2%208QA&address=7%20egdon&address-city=dorch".into(), "Hardy"),
            ("address-postalcode=DT2&address-city=Poole".into(), ""),
            ("family=v&active=true".into(), "Venn Vye"),
            ("family=v&active=false".into(), ""),
        ] {
            let answer = server.get(POOLE, &format!("/fhir/Patient?{query}")).await;
            assert_eq!(answer.status, 200, "{query}: {}", answer.body);
            assert_eq!(answer.families().join(" "), expected, "{query}");
            assert_eq!(answer.body["total"], answer.families().len(), "{query}");
            let posted = server.search_by_form(POOLE, &query).await;
            assert_eq!(posted.families(), answer.families(), "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_golden_patient_is_uk_core_and_names_its_links() {
    for server in servers().await {
        let person = known_to_three(&server);
        let answer = server.get(POOLE, "/fhir/Patient?family=hardy&birthdate=1947-02-21").await;
        assert_eq!(answer.body["type"], "searchset");
        let entry = &answer.body["entry"][0];
        assert_eq!(entry["fullUrl"], format!("{}/fhir/Patient/{person}", server.address));
        assert_eq!(entry["search"], json!({"mode": "match"}));
        let patient = &entry["resource"];
        assert_eq!(
            patient["identifier"][0],
            json!({
                "extension": [{
                    "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                    "valueCodeableConcept": {"coding": [{
                        "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                        "code": "01",
                    }]},
                }],
                "system": NHS,
                "value": number(1).to_string(),
            })
        );
        // Poole sees Dorset County's number; the mental-health provider's is not open to it.
        let nhs = format!("{NHS}|{}", number(1));
        assert_eq!(identifiers(patient), [nhs, format!("{RD3}|R1"), format!("{RBD}|B1")]);
        assert_eq!(patient["link"].as_array().unwrap().len(), 2);
        assert_eq!(patient["active"], true);
        assert_eq!(patient["address"][0]["postalCode"], "DT2 8QA");
        assert_eq!(patient["birthDate"], "1947-02-21");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_can_be_chosen_and_one_that_is_not_known_is_said() {
    for server in servers().await {
        known_to_three(&server);
        let query = |domain: &str| format!("/fhir/Patient?family=hardy&identifier={domain}|");
        let answer = server.get(POOLE, &query("urn:oid:1.3.6.1.4.1.21367.13.20.1000")).await;
        assert_eq!(identifiers(&answer.patients()[0]), [format!("{RBD}|B1")]);
        // Not open, and not there at all, are the same answer.
        for domain in [RDY, "urn:oid:9.9.9"] {
            let answer = server.get(POOLE, &query(domain)).await;
            assert_eq!(answer.issue(), (404, "not-found", "targetSystem not found"));
            assert_eq!(answer.body["issue"][0]["severity"], "warning");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_broad_or_cannot_be_read_is_refused() {
    for server in servers().await {
        people(&server);
        for (query, status, code) in [
            ("", 400, "too-costly"),
            ("gender=female", 400, "too-costly"),
            ("active=true", 400, "too-costly"),
            ("address-city=Dorchester", 400, "too-costly"),
            ("birthdate=yesterday", 400, "invalid"),
            ("family=hardy&gender=lady", 400, "invalid"),
            ("family=hardy&_count=-1", 400, "invalid"),
            ("family:contains=hardy", 400, "not-supported"),
            ("family=hardy&_format=xml", 406, "not-supported"),
            ("_page=0000", 410, "expired"),
        ] {
            let answer = server.get(POOLE, &format!("/fhir/Patient?{query}")).await;
            let (is, said, _) = answer.issue();
            assert_eq!((is, said), (status, code), "{query}");
        }
        let accept = [("accept", "application/fhir+xml")];
        let get = reqwest::Method::GET;
        for path in ["/fhir/Patient?family=hardy", "/fhir/metadata", "/fhir/Subscription"] {
            let answer = server.send(POOLE, get.clone(), path, &accept, String::new()).await;
            assert_eq!(answer.issue().0, 406, "{path}");
        }
        for path in ["/fhir/", "/fhir/nothing", "/fhir/Patient/1/2"] {
            assert_eq!(server.get(POOLE, path).await.issue().0, 404, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_left_out_and_said_or_refused_where_strictness_is_wanted() {
    for server in servers().await {
        people(&server);
        let path = "/fhir/Patient?family=hardy&address-country=GB&shoe-size=42";
        let answer = server.get(POOLE, path).await;
        assert_eq!(answer.families(), ["Hardy"]);
        assert_eq!(
            answer.link("self"),
            Some(format!("{}/fhir/Patient?family=hardy", server.address))
        );
        let warning = &answer.body["entry"][1];
        assert_eq!(warning["search"]["mode"], "outcome");
        let told = &warning["resource"]["issue"][0]["diagnostics"];
        assert_eq!(told, "not respected: address-country, shoe-size");
        let strict = [("prefer", "handling=strict")];
        let refused = server.send(POOLE, reqwest::Method::GET, path, &strict, String::new()).await;
        assert_eq!((refused.issue().0, refused.issue().1), (400, "not-supported"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_by_addresses_that_tell_nothing_and_belong_to_one_client() {
    for server in servers().await {
        for (place, stem) in (10..17).enumerate() {
            let born = format!("1950-01-{:02}", place + 1);
            server.feed(&format!("RD3/R{stem}"), &other(stem, "Oak", &format!("G{place}"), &born));
        }
        let mut seen = Vec::new();
        let mut next = Some("/fhir/Patient?family=oak&_count=3".to_owned());
        let mut sizes = Vec::new();
        while let Some(path) = next {
            let answer = server.get(POOLE, &path).await;
            assert_eq!(answer.body["total"], 7);
            sizes.push(answer.patients().len());
            seen.extend(answer.patients().iter().map(|one| one["id"].clone()));
            next = answer.link("next");
            if let Some(next) = &next {
                assert!(!next.to_lowercase().contains("oak"), "{next}");
                assert_eq!(server.get(AMBULANCE, next).await.issue().0, 410);
            }
        }
        assert_eq!(sizes, [3, 3, 1]);
        seen.sort_by_key(ToString::to_string);
        seen.dedup();
        assert_eq!(seen.len(), 7);
        let count_only = server.get(POOLE, "/fhir/Patient?family=oak&_count=0").await;
        assert_eq!((count_only.body["total"].as_u64(), count_only.patients().len()), (Some(7), 0));
        // A page is kept for a quarter of an hour.
        let first = server.get(POOLE, "/fhir/Patient?family=oak&_count=3").await;
        server.clock.advance(jiff::SignedDuration::from_mins(16));
        assert_eq!(server.get(POOLE, &first.link("next").unwrap()).await.issue().1, "expired");
    }
}
