//! Bodies at rest: compressed JSON.

use std::cell::RefCell;
use std::io;

use fhir::Resource;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// zstd's own default: 3.4 µs to read a body back, and the disk gains little from more.
const LEVEL: i32 = 3;

/// Room for a body is made at once up to this size, in bytes.
const MOST_AT_ONCE: usize = 64 << 20;

/// A stored body that is not what was stored.
#[derive(Debug, Error)]
pub enum BodyError {
    /// The compressed bytes are damaged.
    #[error("its compressed bytes are damaged: {0}")]
    Damaged(#[from] std::io::Error),
    /// The JSON is not a resource.
    #[error(transparent)]
    NotFhir(#[from] fhir::Error),
}

/// What zstd needs to know of each body: made once for a thread, because making it costs more than
/// compressing a body does.
struct Codec {
    compressor: zstd::bulk::Compressor<'static>,
    decompressor: zstd::bulk::Decompressor<'static>,
}

thread_local! {
    static CODEC: RefCell<Option<Codec>> = const { RefCell::new(None) };
}

fn with_codec<T>(work: impl FnOnce(&mut Codec) -> io::Result<T>) -> io::Result<T> {
    CODEC.with_borrow_mut(|codec| {
        if let Some(codec) = codec {
            return work(codec);
        }
        work(codec.insert(Codec {
            compressor: zstd::bulk::Compressor::new(LEVEL)?,
            decompressor: zstd::bulk::Decompressor::new()?,
        }))
    })
}

pub(crate) fn encode(resource: &Resource) -> Result<Vec<u8>, BodyError> {
    let bytes = resource.to_bytes();
    Ok(with_codec(|codec| codec.compressor.compress(&bytes))?)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Resource, BodyError> {
    let stated = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    let size = stated.and_then(|size| usize::try_from(size).ok());
    let body = match size {
        Some(size) if size <= MOST_AT_ONCE => {
            with_codec(|codec| codec.decompressor.decompress(bytes, size))?
        }
        // Its frame does not say, or says what only damage would.
        _ => zstd::decode_all(bytes)?,
    };
    Ok(Resource::parse(&body)?)
}

/// Tells an unchanged resource from a changed one.
pub(crate) fn hash(resource: &Resource) -> String {
    Sha256::digest(resource.to_bytes())
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
