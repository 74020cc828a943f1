//! SIGHUP to a running server: renewed certificates are read, and nothing stops.

use std::fs;
use std::path::Path;

use crate::served::{POOLE, Served, configuration};

fn write_certificate(folder: &Path) {
    let own = rcgen::generate_simple_self_signed(vec!["chesil.test".to_owned()]).unwrap();
    fs::write(folder.join("own.pem"), own.cert.pem()).unwrap();
    fs::write(folder.join("own.key"), own.signing_key.serialize_pem()).unwrap();
}

#[test]
fn a_hangup_reads_the_certificates_anew_and_a_wrong_one_is_told_and_passed_over() {
    let folder = configuration();
    write_certificate(folder.path());
    let poole = format!("{POOLE}tls = {{ certificate = \"own.pem\", key = \"own.key\" }}\n");
    fs::write(folder.path().join("channels/poole.toml"), poole).unwrap();
    let served = Served::start(folder.path());
    write_certificate(folder.path());
    served.signal("-HUP");
    served.wait_for("read the certificates of poole anew");
    fs::write(folder.path().join("own.pem"), "no certificate").unwrap();
    served.signal("-HUP");
    let said = served.wait_for("poole goes on with the certificates of before");
    assert!(said.contains("own.pem: there is no certificate in it"), "{said}");
    served.stop();
}
