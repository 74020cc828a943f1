//! The sources' side of the real protocols.

mod mllp;
mod http;
mod file;

pub use file::drop_csv;
pub use http::post_bundle;
pub use mllp::{Progress, play_mllp};
