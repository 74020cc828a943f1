//! Messages that say nothing a care record keeps: taken, kept in the log, and nothing written.

/// Why a kind of message changes nothing.
const REASONS: &[(&str, &str, &str)] = &[
    ("ADT", "A20", "it tells the state of a bed, not of a patient"),
    ("ADT", "A19", "it is a query, and feeds are not asked"),
    ("SIU", "S23", "it tells which times of a clinic are open, of no patient"),
    ("SIU", "S24", "it tells which times of a clinic are open, of no patient"),
    ("QBP", "", "it is a query; identity queries are answered over FHIR"),
    ("QRY", "", "it is a query; identity queries are answered over FHIR"),
    ("QCN", "", "it is a query; identity queries are answered over FHIR"),
    ("RSP", "", "it answers a query that nobody here asked"),
    ("ADR", "", "it answers a query that nobody here asked"),
    ("ORF", "", "it answers a query that nobody here asked"),
    ("VXX", "", "it answers a query that nobody here asked"),
    ("VXR", "", "it answers a query that nobody here asked"),
    ("ACK", "", "it acknowledges another message"),
    ("MCF", "", "it acknowledges another message"),
    ("ORR", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("ORL", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("ORG", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("ORP", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("RRE", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("RRI", "", "it acknowledges a referral; the referral's own messages say where it stands"),
    ("RRD", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("RRA", "", "it acknowledges an order; the order's own messages say where it stands"),
    ("SRR", "", "it acknowledges a booking; the booking's own messages say where it stands"),
    ("MFN", "", "it keeps a directory, of no patient"),
    ("MFK", "", "it acknowledges a directory"),
    ("NMD", "", "it manages the network, and speaks of no patient"),
    ("NMQ", "", "it manages the network, and speaks of no patient"),
    ("SSU", "", "it tells the state of a container, not of a patient"),
    ("SSR", "", "it tells the state of a container, not of a patient"),
];

/// The reason, where there is one; an empty event stands for all of a kind.
pub(super) fn reason(code: &str, trigger: &str) -> Option<&'static str> {
    let found = REASONS
        .iter()
        .find(|(one, event, _)| *one == code && (event.is_empty() || *event == trigger));
    found.map(|(_, _, because)| *because)
}
