//! Topics as the Subscriptions R5 Backport (1.1.0, for FHIR R4) spells them: in a Subscription's
//! criteria, filters, payload and heartbeat.

use fhir::Resource;
use model::Section;
use serde_json::Value;
use subscriptions::{Content, Topic};

use crate::Error;
use crate::body::wrong;
use crate::search::parameter::Query;
use crate::sight::{Seen, Sight};

/// The guide's extensions begin so.
const GUIDE: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";
/// A topic's canonical address begins so.
const OURS: &str = "urn:chesil:topic:";
/// The shortest heartbeat, in seconds: a sign of life is no polling.
const SHORTEST_HEARTBEAT: i64 = 10;

/// `urn:chesil:topic:admitted`
pub(crate) fn canonical(topic: Topic) -> String {
    format!("{OURS}{}", topic.code())
}

/// The section of the record that a topic is about.
pub(crate) fn section(topic: Topic) -> Section {
    match topic {
        // That somebody has died is seen wherever they are.
        Topic::Admitted | Topic::Discharged | Topic::Died => Section::Encounters,
        Topic::NewDocument => Section::Documents,
        Topic::PlanChanged => Section::SocialCare,
    }
}

/// What a system wants of a topic.
pub(crate) struct Wanted {
    pub(crate) topic: Topic,
    pub(crate) content: Content,
    pub(crate) heartbeat_seconds: Option<i64>,
}

impl Wanted {
    /// Reads it from a Subscription; `None` where that is not about a topic.
    pub(crate) fn read(sent: &Resource) -> Result<Option<Self>, Error> {
        let criteria = sent.text("criteria").unwrap_or_default();
        let Some(code) = criteria.strip_prefix(OURS) else { return Ok(None) };
        let topic = Topic::parse(code).ok_or_else(|| {
            let topics = Topic::ALL.map(canonical).join(", ");
            let problem = format!("a topic is one of {topics}");
            wrong("not-supported", &problem, "Subscription.criteria")
        })?;
        Filter::read(sent, topic)?;
        Ok(Some(Self { topic, content: content(sent)?, heartbeat_seconds: heartbeat(sent)? }))
    }
}

/// Whose events are wanted: everybody's that may be told, if nothing is said.
pub(crate) struct Filter {
    query: Query,
    organisation: Option<String>,
}

impl Filter {
    /// `Encounter?patient=Patient/…`, `Encounter?patient.identifier=SYSTEM|VALUE`,
    /// `Encounter?organization=ODS`: who said it.
    pub(crate) fn read(sent: &Resource, topic: Topic) -> Result<Self, Error> {
        let problem = "a filter is RESOURCE?patient=…, ?patient.identifier=… or ?organization=…, of the topic's resource";
        let refused = || wrong("not-supported", problem, "Subscription.criteria.extension");
        let mut asked = Vec::new();
        let mut organisation = None;
        for one in extensions(sent.get("_criteria"), "backport-filter-criteria") {
            let text = one.get("valueString").and_then(Value::as_str).unwrap_or_default();
            let (path, filter) = text.split_once('?').ok_or_else(refused)?;
            if path != topic.resource_type() {
                return Err(refused());
            }
            let uri = format!("/?{filter}").parse().map_err(|_| refused())?;
            for (name, value) in crate::negotiate::pairs(&uri)? {
                match name.as_str() {
                    "patient" | "subject" | "_id" => {
                        let id = value.rsplit('/').next().unwrap_or_default().to_owned();
                        asked.push(("_id".to_owned(), id));
                    }
                    "patient.identifier" => asked.push(("identifier".to_owned(), value)),
                    "organization" if organisation.is_none() => {
                        let code = value.rsplit(['/', '|']).next().unwrap_or_default();
                        organisation = Some(code.to_ascii_uppercase());
                    }
                    _ => return Err(refused()),
                }
            }
        }
        Ok(Self { query: Query::read(&asked, true)?, organisation })
    }

    /// Whether an event that this organisation told of, about this person, is wanted.
    pub(crate) fn fits(&self, sight: &Sight<'_>, seen: &Seen, told_by: &str) -> bool {
        self.organisation.as_deref().is_none_or(|wanted| wanted == told_by)
            && self.query.fits(sight, seen, None)
    }
}

fn content(sent: &Resource) -> Result<Content, Error> {
    let channel = sent.get("channel._payload");
    let said = extensions(channel, "backport-payload-content").next();
    let said = said.and_then(|one| one.get("valueCode")).and_then(Value::as_str);
    let content = said.map_or(Some(Content::IdOnly), Content::parse);
    content.ok_or_else(|| {
        let problem = "the content of a payload is empty, id-only or full-resource";
        wrong("value", problem, "Subscription.channel.payload.extension")
    })
}

fn heartbeat(sent: &Resource) -> Result<Option<i64>, Error> {
    let Some(said) = extensions(sent.get("channel"), "backport-heartbeat-period").next() else {
        return Ok(None);
    };
    let seconds = said.get("valueUnsignedInt").and_then(Value::as_i64);
    let seconds = seconds.filter(|seconds| *seconds >= SHORTEST_HEARTBEAT);
    seconds.map(Some).ok_or_else(|| {
        let problem = "a heartbeat comes every 10 seconds or more seldom (valueUnsignedInt)";
        wrong("value", problem, "Subscription.channel.extension")
    })
}

/// The guide's extensions of this name below an element.
fn extensions<'a>(element: Option<&'a Value>, name: &'a str) -> impl Iterator<Item = &'a Value> {
    let listed = element.and_then(|one| one.get("extension")).and_then(Value::as_array);
    listed.into_iter().flatten().filter(move |one| {
        let url = one.get("url").and_then(Value::as_str).unwrap_or_default();
        url.strip_prefix(GUIDE) == Some(name)
    })
}
