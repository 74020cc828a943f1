//! What an edge does with an error: the one thing callers need to know about it.

/// Six kinds of failure. Only edges act on them: `engine` retries or parks, `api` answers an HTTP
/// status, `portal` shows a page, the MLLP listener chooses an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// The input is wrong and will stay wrong: say what to change.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// The thing has changed since, or exists already.
    Conflict,
    /// The actor may not do this.
    Forbidden,
    /// It may work later: a lock, a network, a full disk.
    Unavailable,
    /// A broken promise of our own; a person must look.
    Fault,
}
