//! The message log that is the queue: connectors, order, retry, dead letter.
//!
//! In: bytes from a socket, a file or an HTTP request. Out: each message delivered once, in its
//! patient's order, to a [`Destination`]; what cannot be is parked or in quarantine, and seen.
//! Never: FHIR, people, or an acknowledgement of something that is not stored.
//!
//! A message's way: a source reads it (`source/`), [`Inbox`] stores it (`message_log`), and only then
//! is it acknowledged; the [`Processor`] takes what waits in the order it came (`arrival`) and delivers
//! it in the transaction of the record that marks it processed.

mod channel;
mod network;
mod accepts;
mod message;
mod message_log;
mod order_key;
mod inbox;
mod arrival;
mod log_fit;
mod backlog;
mod source;
mod destination;
mod processor;
mod ahead;
mod turn;
mod in_the_way;
mod batch;
mod retry;
mod operator;
pub mod outbound;
mod pause;
mod edit;
mod bulk;
mod history;
mod index_load;
mod list;
mod find;
mod summary;
mod freshness;
mod arrival_count;
mod silence;
mod coverage;
mod metrics;
mod shutdown;
mod error;

pub use accepts::{Accepts, Receiver};
pub use arrival::position;
pub use arrival_count::{Rates, count_arrivals, hours, rates};
pub use bulk::{Bulk, Deed, begin_bulk, bulk, bulk_step};
pub use channel::{Channel, ChannelKind, CsvTable, FileContent, FileDrop, Mllp};
pub use coverage::{NotUsed, Unmapped, add_unmapped, unmapped};
pub use destination::{DeliveryError, Destination, Prepared};
pub use edit::{Copied, copies, edited_copy, note_copy};
pub use error::Error;
pub use find::{Filter, LocalNumber, count, list};
pub use freshness::{about_to_be_tried, last_received, unprocessed_about, unprocessed_with_number};
pub use history::{Event, EventKind, events};
pub use inbox::{Inbox, Limits, Submitted};
pub use index_load::{IndexLoad, begin_index_load, end_index_load};
pub use list::{Neighbours, Page, Row, held_behind, message, neighbours, received};
pub use log_fit::accept_log_loss;
pub use message::{Format, Received, State};
pub use message_log::{Accepted, Arrival, NewMessage, Receipt, Unreadable, accept, quarantine};
pub use metrics::metrics;
pub use network::Network;
pub use operator::{retry, retry_parked, skip};
pub use order_key::OrderKeys;
pub use pause::{Pause, pause, pauses, resume};
pub use processor::{Pace, Processor, Progress, Running};
pub use retry::Retry;
pub use shutdown::{Shutdown, ShutdownSignal, shutdown};
pub use silence::{Usual, usual_since};
pub use source::bundle::accept_bundle;
pub use source::file_drop::{Collected, Watcher, watch};
pub use source::hl7_http::{Acknowledgement, accept_hl7};
pub use source::mllp::{Listener, bind};
pub use source::tls::{Certificates, Peer, Tls};
pub use summary::{ChannelSummary, Reason, parked_reasons, summary};

/// The tables of the message log.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration {
        name: "engine/0001_message",
        sql: include_str!("../migrations/0001_message.sql"),
    },
    db::Migration {
        name: "engine/0002_open_by_key",
        sql: include_str!("../migrations/0002_open_by_key.sql"),
    },
    db::Migration {
        name: "engine/0003_nhs_number",
        sql: include_str!("../migrations/0003_nhs_number.sql"),
    },
    db::Migration {
        name: "engine/0004_more_order_keys",
        sql: include_str!("../migrations/0004_more_order_keys.sql"),
    },
    db::Migration {
        name: "log/0001_arrival",
        sql: include_str!("../migrations/log/0001_arrival.sql"),
    },
    db::Migration {
        name: "engine/0005_log_position",
        sql: include_str!("../migrations/0005_log_position.sql"),
    },
    db::Migration { name: "engine/0006_find", sql: include_str!("../migrations/0006_find.sql") },
    db::Migration {
        name: "engine/0007_outbound",
        sql: include_str!("../migrations/0007_outbound.sql"),
    },
    db::Migration {
        name: "engine/0008_operate",
        sql: include_str!("../migrations/0008_operate.sql"),
    },
];
