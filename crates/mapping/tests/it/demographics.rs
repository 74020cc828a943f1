//! What matching gets to see of a message.

use model::{Gender, NhsNumberStatus};

use super::map;

fn read(pid: &str) -> model::Demographics {
    let message = format!("MSH|^~\\&|PAS|RD3|CHESIL|R0D|20260105101500||ADT^A31|1|P|2.4\r{pid}");
    let mapped = map(&message).unwrap();
    mapping::demographics(&mapped.patients[0].resource)
}

#[test]
fn a_message_says_who_the_patient_is() {
    let said = read(
        "PID|1||R1^^^RD3^MR~9990000018^^^NHS^NH||Everdene^Bathsheba^Jane^^Miss^^L~Troy^Bathsheba^^^^^M||19760121+^D|F|||\
         1 High St, Weatherbury^^Dorchester^^DT2 8XX^^H||01305960001^PRN~07700900123^PRS~(000)000-0000|||||||||||||||||||01",
    );
    assert_eq!(said.nhs_number.map(|one| one.to_string()).as_deref(), Some("9990000018"));
    assert_eq!(said.nhs_number_status, NhsNumberStatus::Verified);
    let names: Vec<String> = said.names.iter().map(model::PersonName::formal).collect();
    assert_eq!(names, ["EVERDENE, Bathsheba Jane (Miss)", "TROY, Bathsheba"]);
    assert_eq!(said.birth_date.map(|one| one.to_string()).as_deref(), Some("1976-01-21"));
    assert_eq!(said.gender, Some(Gender::Female));
    assert_eq!(said.addresses[0].lines, ["1 High St", "Weatherbury"]);
    let phones: Vec<(&str, bool)> =
        said.telephones.iter().map(|one| (one.number.as_str(), one.mobile)).collect();
    assert_eq!(phones, [("01305960001", false), ("07700900123", true)]);
}

#[test]
fn an_nhs_number_is_found_where_old_systems_put_it() {
    for pid in [
        "PID|1|9990000018|R1^^^RD3^MR",
        "PID|1||R1^^^RD3^MR~9990000018^^^^NH",
        "PID|1||R1^^^RD3^MR~9990000018^02^^^NI",
        "PID|1||R1^^^RD3^MR~9990000018^^^2.16.840.1.113883.2.1.4.1",
        "PID|1||R1^^^RD3^MR||||||||||||||||9990000018",
    ] {
        assert!(read(pid).nhs_number.is_some(), "{pid}");
    }
    assert_eq!(
        read("PID|1||R1^^^RD3^MR~9990000018^02^^^NI").nhs_number_status,
        NhsNumberStatus::NotTraced
    );
}

#[test]
fn a_wrong_nhs_number_is_none() {
    for pid in [
        "PID|1||R1^^^RD3^MR~9990000019^^^NHS^NH",
        "PID|1||R1^^^RD3^MR~9999999999^^^NHS^NH",
        "PID|1||R1^^^RD3^MR~9990000018^^^NHS^NH~9990000026^^^NHS^NH",
    ] {
        assert_eq!(read(pid).nhs_number, None, "{pid}");
    }
}
