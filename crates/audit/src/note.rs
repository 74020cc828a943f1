//! Things that happened without a decision: sign-ins, operators' actions, changes of configuration.

use access::Alert;
use db::Tx;
use jiff::Timestamp;
use model::{Actor, PersonId};

use crate::chain::{self, NewEntry};
use crate::{EntryOutcome, Error};

/// Writes a note; returns the number of its entry.
pub fn note(tx: &mut Tx, note: &Note<'_>, at: Timestamp) -> Result<i64, Error> {
    let (user, name, role, organisation) = match note.by {
        By::Actor(actor) => {
            (Some(actor.user), actor.name.as_str(), actor.role.code(), actor.organisation.as_str())
        }
        By::System(name) => (None, name, "", ""),
    };
    chain::append(
        tx,
        &NewEntry {
            user,
            name,
            role,
            organisation,
            action: note.event.code(),
            person: note.person,
            basis: "",
            policies: "",
            reason: "",
            outcome: note.event.outcome(),
            alert: note.event.alert(),
            detail: note.detail,
            answers: None,
        },
        at,
    )
}

/// Something to write down.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// Who did it.
    pub by: By<'a>,
    /// What happened.
    pub event: Event,
    /// Whom it was about, if one person.
    pub person: Option<PersonId>,
    /// What exactly: `message 118 of poole-adt`, `review 7: not the same person`.
    pub detail: &'a str,
}

impl<'a> Note<'a> {
    /// A note that is about no one person.
    pub fn new(by: By<'a>, event: Event, detail: &'a str) -> Self {
        Self { by, event, person: None, detail }
    }

    /// The same note, about `person`.
    #[must_use]
    pub fn about(self, person: PersonId) -> Self {
        Self { person: Some(person), ..self }
    }
}

/// Who did something.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// A signed-in user.
    Actor(&'a Actor),
    /// A part of the system, or somebody who is not signed in: `chesil`, `unknown user`.
    System(&'a str),
}

/// What can be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A user signed in.
    SignIn,
    /// A sign-in failed.
    SignInFailed,
    /// An account was locked after repeated failures.
    LockedOut,
    /// A user signed out.
    SignOut,
    /// An administrator ended somebody's sessions.
    SessionsEnded,
    /// Channels, policies or settings changed.
    ConfigurationChanged,
    /// A user or an organisation was added or changed.
    UserChanged,
    /// An operator had a message processed again.
    MessageRetried,
    /// An operator set a message aside.
    MessageSkipped,
    /// What a message said was put into the queue to another system.
    Forwarded,
    /// An operator stopped sending to another system, or began again.
    DestinationPaused,
    /// An edited copy was put in a message's place.
    MessageEdited,
    /// A channel was paused.
    ChannelPaused,
    /// A paused channel was let go on.
    ChannelResumed,
    /// An organisation's index of patients was loaded.
    IndexLoaded,
    /// The log of what came was lost, and the record goes on without it.
    LogLossAccepted,
    /// A steward asked whether two records are one person.
    ReviewRaised,
    /// A steward decided whether two records are one person.
    ReviewDecided,
    /// A page told who this person is, without opening the record: a search, a list, a comparison, a
    /// message's content.
    PersonShown,
    /// A person's choice about sharing was recorded.
    DissentChanged,
    /// A privacy officer answered an alert.
    AlertAnswered,
    /// The trail was verified.
    TrailVerified,
    /// The program started.
    Started,
    /// The program stopped.
    Stopped,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 24] = [
        Self::SignIn,
        Self::SignInFailed,
        Self::LockedOut,
        Self::SignOut,
        Self::SessionsEnded,
        Self::ConfigurationChanged,
        Self::UserChanged,
        Self::MessageRetried,
        Self::MessageSkipped,
        Self::Forwarded,
        Self::DestinationPaused,
        Self::MessageEdited,
        Self::ChannelPaused,
        Self::ChannelResumed,
        Self::IndexLoaded,
        Self::LogLossAccepted,
        Self::ReviewRaised,
        Self::ReviewDecided,
        Self::PersonShown,
        Self::DissentChanged,
        Self::AlertAnswered,
        Self::TrailVerified,
        Self::Started,
        Self::Stopped,
    ];

    /// The code in the trail.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::SignInFailed => "SignInFailed",
            Self::LockedOut => "LockedOut",
            Self::SignOut => "SignOut",
            Self::SessionsEnded => "SessionsEnded",
            Self::ConfigurationChanged => "ConfigurationChanged",
            Self::UserChanged => "UserChanged",
            Self::MessageRetried => "MessageRetried",
            Self::MessageSkipped => "MessageSkipped",
            Self::Forwarded => "Forwarded",
            Self::DestinationPaused => "DestinationPaused",
            Self::MessageEdited => "MessageEdited",
            Self::ChannelPaused => "ChannelPaused",
            Self::ChannelResumed => "ChannelResumed",
            Self::IndexLoaded => "IndexLoaded",
            Self::LogLossAccepted => "LogLossAccepted",
            Self::ReviewRaised => "ReviewRaised",
            Self::ReviewDecided => "ReviewDecided",
            Self::PersonShown => "PersonShown",
            Self::DissentChanged => "DissentChanged",
            Self::AlertAnswered => "AlertAnswered",
            Self::TrailVerified => "TrailVerified",
            Self::Started => "Started",
            Self::Stopped => "Stopped",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::SignIn => "Signed in",
            Self::SignInFailed => "Failed to sign in",
            Self::LockedOut => "Locked out after repeated failures",
            Self::SignOut => "Signed out",
            Self::SessionsEnded => "Ended a user's sessions",
            Self::ConfigurationChanged => "Changed the configuration",
            Self::UserChanged => "Changed a user or organisation",
            Self::MessageRetried => "Retried a message",
            Self::MessageSkipped => "Skipped a message",
            Self::Forwarded => "Sent to another system",
            Self::DestinationPaused => "Paused or resumed sending to another system",
            Self::MessageEdited => "Put an edited copy in a message's place",
            Self::ChannelPaused => "Paused a channel",
            Self::ChannelResumed => "Let a channel go on",
            Self::IndexLoaded => "Loaded an index of patients",
            Self::LogLossAccepted => "Went on without the lost log of messages",
            Self::ReviewRaised => "Raised an identity question",
            Self::ReviewDecided => "Decided about a possible duplicate",
            Self::PersonShown => "Saw their details",
            Self::DissentChanged => "Recorded a choice about sharing",
            Self::AlertAnswered => "Answered an alert",
            Self::TrailVerified => "Verified the audit trail",
            Self::Started => "Started",
            Self::Stopped => "Stopped",
        }
    }

    /// Reads [`Event::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    fn outcome(self) -> EntryOutcome {
        match self {
            Self::SignInFailed | Self::LockedOut => EntryOutcome::Refused,
            _ => EntryOutcome::Allowed,
        }
    }

    fn alert(self) -> Alert {
        if self == Self::LockedOut { Alert::Notification } else { Alert::None }
    }
}
