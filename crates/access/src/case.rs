//! One question to the policies, in Cedar's terms.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::{
    Authorizer, Context, Decision as Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    Request, RestrictedExpression,
};
use jiff::{SignedDuration, Timestamp};
use model::{PersonId, Section};

use crate::action::Subject;
use crate::{Action, ClaimReason, Facts, Policies};

/// The word for a refusal that no policy made: nothing permits it.
const NOTHING_PERMITS: &str = "nothing-permits";

/// One actor, one action, one subject: everything Cedar needs but the section.
pub(crate) struct Case<'a> {
    policies: &'a Policies,
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
    entities: Entities,
    context: Vec<(String, RestrictedExpression)>,
}

impl<'a> Case<'a> {
    /// `None` where the facts do not fit the schema, or a person is needed and not given.
    pub(crate) fn new(
        policies: &'a Policies,
        action: Action,
        person: Option<PersonId>,
        facts: &Facts,
        claim: Option<ClaimReason>,
        at: Timestamp,
    ) -> Option<Self> {
        let principal = uid("User", &facts.actor.user.to_string())?;
        let mut entities = vec![user(&principal, facts)?];
        let resource = if action.subject() == Subject::Register {
            uid("Register", "chesil")?
        } else {
            let resource = uid("Person", &person?.to_string())?;
            entities.push(person_entity(&resource, facts, at)?);
            resource
        };
        Some(Self {
            policies,
            principal,
            action: uid("Action", action.code())?,
            resource,
            entities: Entities::from_entities(entities, Some(&policies.schema)).ok()?,
            context: match action.subject() {
                Subject::Sections | Subject::PersonWithBasis => context(facts, claim, at)?,
                Subject::Person | Subject::Register => Vec::new(),
            },
        })
    }

    /// The answer and the policies that made it; `None` where a policy could not be evaluated.
    pub(crate) fn ask(&self, section: Option<Section>) -> Option<(Effect, Vec<String>)> {
        let mut context = self.context.clone();
        if let Some(section) = section {
            let section = RestrictedExpression::new_entity_uid(uid("Section", section.code())?);
            context.push(("section".into(), section));
        }
        let request = Request::new(
            self.principal.clone(),
            self.action.clone(),
            self.resource.clone(),
            Context::from_pairs(context).ok()?,
            Some(&self.policies.schema),
        );
        let response =
            Authorizer::new().is_authorized(&request.ok()?, &self.policies.set, &self.entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        let mut ids: Vec<String> =
            response.diagnostics().reason().map(ToString::to_string).collect();
        if ids.is_empty() {
            ids.push(NOTHING_PERMITS.into());
        }
        Some((response.decision(), ids))
    }
}

fn user(principal: &EntityUid, facts: &Facts) -> Option<Entity> {
    let entity = RestrictedExpression::new_entity_uid;
    let organisation = uid("Organisation", facts.actor.organisation.as_str())?;
    let scopes: Option<Vec<EntityUid>> =
        facts.scopes.iter().map(|scope| uid("Scope", scope.code())).collect();
    let scopes = RestrictedExpression::new_set(scopes?.into_iter().map(entity));
    let attributes = HashMap::from([
        ("role".to_owned(), entity(uid("Role", facts.actor.role.code())?)),
        ("organisation".to_owned(), entity(organisation)),
        ("scopes".to_owned(), scopes),
    ]);
    Entity::new(principal.clone(), attributes, HashSet::new()).ok()
}

fn person_entity(resource: &EntityUid, facts: &Facts, at: Timestamp) -> Option<Entity> {
    let live: Option<Vec<RestrictedExpression>> = facts
        .relationships
        .iter()
        .filter(|held| held.is_live(at))
        .map(|held| uid("Organisation", held.organisation.as_str()))
        .map(|organisation| organisation.map(RestrictedExpression::new_entity_uid))
        .collect();
    let attributes = HashMap::from([
        ("relationships".to_owned(), RestrictedExpression::new_set(live?)),
        ("dissent".to_owned(), RestrictedExpression::new_bool(facts.dissent)),
    ]);
    Entity::new(resource.clone(), attributes, HashSet::new()).ok()
}

fn context(
    facts: &Facts,
    claim: Option<ClaimReason>,
    at: Timestamp,
) -> Option<Vec<(String, RestrictedExpression)>> {
    let mut pairs = Vec::new();
    if let Some(claim) = claim {
        let reason = RestrictedExpression::new_string(claim.code().to_owned());
        let record = RestrictedExpression::new_record([("reason".to_owned(), reason)]).ok()?;
        pairs.push(("claim".to_owned(), record));
    }
    if let Some(days) = days_since_relationship(facts, at) {
        let days = RestrictedExpression::new_long(days);
        pairs.push(("days_since_relationship".to_owned(), days));
    }
    Some(pairs)
}

/// Whole days since the latest relationship of the actor's organisation ended; `None` while one is
/// live or where there never was one.
fn days_since_relationship(facts: &Facts, at: Timestamp) -> Option<i64> {
    const SECONDS_A_DAY: i64 = 24 * 60 * 60;
    let own =
        || facts.relationships.iter().filter(|held| held.organisation == facts.actor.organisation);
    if own().any(|held| held.is_live(at)) {
        return None;
    }
    let ended = own().filter_map(|held| held.until).max()?;
    let since: SignedDuration = at.duration_since(ended);
    Some(since.as_secs() / SECONDS_A_DAY)
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let name = KINDS.get(kind)?.clone();
    Some(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

/// Cedar parses a type's name with its whole grammar; once is enough.
static KINDS: LazyLock<HashMap<&str, EntityTypeName>> = LazyLock::new(|| {
    ["User", "Person", "Register", "Organisation", "Role", "Scope", "Section", "Action"]
        .into_iter()
        .filter_map(|kind| Some((kind, EntityTypeName::from_str(kind).ok()?)))
        .collect()
});
