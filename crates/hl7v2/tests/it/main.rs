//! What the crate promises, as sentences over messages of our own making.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod reading;
mod lines;
mod presence;
mod writing;
mod acknowledging;
mod framing;
mod batches;
mod oracle;
mod properties;

/// An admission as a trust might send it.
pub(crate) const ADMISSION: &str = "\
MSH|^~\\&|PAS|RD3|TIE|CHESIL|20260504101500||ADT^A01^ADT_A01|CTRL1|P|2.4\
||||||UNICODE UTF-8\r\
EVN||20260504101500\r\
PID|1||9990000018^^^NHS^NH~R123&X^^^RD3&1.2.3&ISO^MR\
||O'Brien^Zoë||19760121|F|||1 Quay \\T\\ Co^^Poole\r\
OBX|1|NM|A^B||5\r\
OBX|2|TX|||one~two~~four\r\
ZU1||\"\"|x\r";
