//! What somebody may want to do.

/// An action that a policy decides about. The code is the same word in policies, in the audit trail
/// and here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Open a person's record.
    ViewRecord,
    /// Open one of a person's documents.
    ViewDocument,
    /// See a person's local records and why they are linked.
    ViewIdentity,
    /// Claim, with a reason, that a record must be opened without a relationship.
    BreakGlass,
    /// Ask who has looked at a person's record.
    ViewAccessLog,
    /// Record that a person says no to sharing, or no longer does.
    RecordDissent,
    /// Find a person by NHS number, or by name and date of birth.
    SearchPeople,
    /// See the queue of possible duplicates and decide about them.
    ReviewMatches,
    /// Search the whole audit trail, and see its alerts.
    SearchAuditTrail,
    /// See channels and the messages they received.
    ViewMessages,
    /// Retry or skip a message.
    OperateMessages,
    /// Keep users, roles and organisations.
    ManageUsers,
    /// Read a patient by id, as a system.
    ReadPeople,
    /// Match a set of demographics with people, as a system.
    MatchPeople,
    /// Ask for a patient's other numbers, as a system.
    CrossReference,
    /// Say who an organisation's own patients are, as a system.
    FeedPeople,
    /// Ask to hear of changes of identity or of events, as a system.
    Subscribe,
    /// Be told that something happened to a person's care, as a system.
    HearOfEvents,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 18] = [
        Self::ViewRecord,
        Self::ViewDocument,
        Self::ViewIdentity,
        Self::BreakGlass,
        Self::ViewAccessLog,
        Self::RecordDissent,
        Self::SearchPeople,
        Self::ReviewMatches,
        Self::SearchAuditTrail,
        Self::ViewMessages,
        Self::OperateMessages,
        Self::ManageUsers,
        Self::ReadPeople,
        Self::MatchPeople,
        Self::CrossReference,
        Self::FeedPeople,
        Self::Subscribe,
        Self::HearOfEvents,
    ];

    /// The code in policies and in the audit trail.
    pub fn code(self) -> &'static str {
        match self {
            Self::ViewRecord => "ViewRecord",
            Self::ViewDocument => "ViewDocument",
            Self::ViewIdentity => "ViewIdentity",
            Self::BreakGlass => "BreakGlass",
            Self::ViewAccessLog => "ViewAccessLog",
            Self::RecordDissent => "RecordDissent",
            Self::SearchPeople => "SearchPeople",
            Self::ReviewMatches => "ReviewMatches",
            Self::SearchAuditTrail => "SearchAuditTrail",
            Self::ViewMessages => "ViewMessages",
            Self::OperateMessages => "OperateMessages",
            Self::ManageUsers => "ManageUsers",
            Self::ReadPeople => "ReadPeople",
            Self::MatchPeople => "MatchPeople",
            Self::CrossReference => "CrossReference",
            Self::FeedPeople => "FeedPeople",
            Self::Subscribe => "Subscribe",
            Self::HearOfEvents => "HearOfEvents",
        }
    }

    /// The words on an access log.
    pub fn label(self) -> &'static str {
        match self {
            Self::ViewRecord => "Opened the record",
            Self::ViewDocument => "Opened a document",
            Self::ViewIdentity => "Looked at linked records",
            Self::BreakGlass => "Gave a reason to open without a relationship",
            Self::ViewAccessLog => "Asked who has looked",
            Self::RecordDissent => "Recorded a choice about sharing",
            Self::SearchPeople => "Searched for people",
            Self::ReviewMatches => "Reviewed possible duplicates",
            Self::SearchAuditTrail => "Searched the audit trail",
            Self::ViewMessages => "Looked at messages",
            Self::OperateMessages => "Retried or skipped a message",
            Self::ManageUsers => "Managed users",
            Self::ReadPeople => "Read a patient",
            Self::MatchPeople => "Matched demographics with people",
            Self::CrossReference => "Asked for a patient's other numbers",
            Self::FeedPeople => "Sent who its patients are",
            Self::Subscribe => "Managed a subscription",
            Self::HearOfEvents => "Was told of an event",
        }
    }

    /// Reads [`Action::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }

    /// What the action is about.
    pub(crate) fn subject(self) -> Subject {
        match self {
            Self::ViewRecord | Self::ViewDocument | Self::HearOfEvents => Subject::Sections,
            Self::ViewIdentity => Subject::PersonWithBasis,
            Self::BreakGlass | Self::ViewAccessLog | Self::RecordDissent => Subject::Person,
            Self::SearchPeople
            | Self::ReviewMatches
            | Self::SearchAuditTrail
            | Self::ViewMessages
            | Self::OperateMessages
            | Self::ManageUsers
            | Self::ReadPeople
            | Self::MatchPeople
            | Self::CrossReference
            | Self::FeedPeople
            | Self::Subscribe => Subject::Register,
        }
    }
}

/// What an action is about, which says which facts the schema wants with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A person, section by section.
    Sections,
    /// A person as a whole, with the claim and the relationship's age.
    PersonWithBasis,
    /// A person as a whole.
    Person,
    /// No one person.
    Register,
}
