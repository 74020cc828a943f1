//! What a system may be given leave to do, one by one.

/// A scope of a system's configuration; the code is the same word in `chesil.toml`, in policies and here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Search for patients by demographics (IHE PDQm, ITI-78).
    Search,
    /// Ask which patient fits a whole set of demographics (IHE PDQm, ITI-119).
    Match,
    /// Ask for the other numbers of a patient (IHE PIXm, ITI-83).
    CrossReference,
    /// Read one patient by id.
    Read,
    /// Say who its own organisation's patients are (IHE PIXm, ITI-104).
    Feed,
    /// Hear of changes of identity (IHE PMIR, ITI-94).
    Subscribe,
    /// Hear of events in the care of people whom its organisation is caring for.
    Events,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::Search,
        Self::Match,
        Self::CrossReference,
        Self::Read,
        Self::Feed,
        Self::Subscribe,
        Self::Events,
    ];

    /// The code in configuration and policies.
    pub fn code(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Match => "match",
            Self::CrossReference => "cross_reference",
            Self::Read => "read",
            Self::Feed => "feed",
            Self::Subscribe => "subscribe",
            Self::Events => "events",
        }
    }

    /// Reads [`Scope::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}
