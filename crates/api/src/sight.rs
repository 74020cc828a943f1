//! What one system may see of one person, decided by the access policies.
//!
//! Anybody who may search sees who a person is: names, birth date, NHS number, address unless it is
//! protected. Which organisations know them is more: another organisation's number, and the link to
//! its record, is seen only where the policies allow this client to view the identity and the domain
//! is open to it. What is not seen is not searched either, so no answer, count or page tells of it.

use access::{Action, Basis, Decision, Policies, Relationship};
use db::Tx;
use empi::{LocalPatient, Person};
use jiff::Timestamp;
use matching::Model;
use model::{LocalIdentity, OdsCode, PersonId};

use crate::domain::{Domain, Named, named};
use crate::{Client, Error};

/// A client's eyes during one request.
pub(crate) struct Sight<'a> {
    pub(crate) client: &'a Client,
    pub(crate) domains: &'a [Domain],
    pub(crate) policies: &'a Policies,
    pub(crate) model: &'a Model,
    pub(crate) now: Timestamp,
}

/// A person as this client may see them.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The person; `local_patients` holds only those that may be seen.
    pub(crate) person: Person,
    /// The ids that were merged into this one.
    pub(crate) former: Vec<PersonId>,
    /// Every record of the person is out of use at its source.
    pub(crate) inactive: bool,
    /// The decision that opens the links; `None` where only who the person is may be seen.
    pub(crate) identity: Option<Decision>,
}

impl Sight<'_> {
    /// What a request's system names, for this client.
    pub(crate) fn named(&self, text: &str) -> Option<Named> {
        named(self.domains, self.client, text)
    }

    /// The person behind an id, which may be one that redirects.
    pub(crate) fn look(&self, tx: &mut Tx, id: PersonId) -> Result<Option<Seen>, Error> {
        let Some(mut person) = empi::person(tx, id)? else { return Ok(None) };
        let decision = self.decide(tx, &person)?;
        let inactive = person.local_patients.iter().all(|one| one.demographics.inactive);
        let identity = decision.allowed().then_some(decision);
        person.local_patients.retain(|one| self.may_see(one, identity.is_some()));
        let former = empi::former_ids(tx, person.id)?;
        Ok(Some(Seen { person, former, inactive, identity }))
    }

    /// The person of whom a number is a number, if this client may see it.
    pub(crate) fn by_number(
        &self,
        tx: &mut Tx,
        identity: &LocalIdentity,
    ) -> Result<Option<Seen>, Error> {
        let Some(id) = empi::person_of(tx, identity.local_patient())? else { return Ok(None) };
        let seen = self.look(tx, id)?;
        Ok(seen.filter(|seen| seen.records().any(|record| record.identity == *identity)))
    }

    /// Who people are, with the scopes of the client, as facts for a decision.
    fn decide(&self, tx: &mut Tx, person: &Person) -> Result<Decision, Error> {
        let actor = self.client.actor();
        let ids: Vec<_> = person.local_patients.iter().map(|record| record.id).collect();
        let mut facts = accounts::facts(tx, &actor, &ids, person.id, self.now)?;
        facts.scopes.clone_from(&self.client.scopes);
        if self.is_known(person) {
            facts.relationships.push(known(&self.client.organisation));
        }
        let action = Action::ViewIdentity;
        Ok(access::decide(self.policies, action, Some(person.id), &facts, self.now))
    }

    /// The client's own organisation holds a record of the person.
    fn is_known(&self, person: &Person) -> bool {
        let mut records = person.local_patients.iter();
        records.any(|one| one.organisation == self.client.organisation && in_use(one))
    }

    fn may_see(&self, record: &LocalPatient, identity: bool) -> bool {
        let own = record.organisation == self.client.organisation;
        let is_its = |domain: &&Domain| domain.authority == record.identity.authority;
        let open = self.domains.iter().find(is_its).is_some_and(|one| one.is_open_to(self.client));
        own || (identity && open)
    }
}

impl Seen {
    /// The records that may be seen and are still in use, those ended by a merge included.
    pub(crate) fn records(&self) -> impl Iterator<Item = &LocalPatient> {
        // A source that sent an NHS number alone has not numbered the patient.
        let is_number = |one: &&LocalPatient| !one.identity.authority.ends_with(":NHS");
        let removed = |one: &LocalPatient| one.demographics.inactive && one.merged_into.is_none();
        self.person.local_patients.iter().filter(is_number).filter(move |one| !removed(one))
    }

    /// The numbers to give out: of records in use.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = &LocalPatient> {
        self.records().filter(|record| in_use(record))
    }
}

fn in_use(record: &LocalPatient) -> bool {
    record.merged_into.is_none() && !record.demographics.inactive
}

/// Holding a record of somebody is a relationship for the organisation's own systems.
fn known(organisation: &OdsCode) -> Relationship {
    Relationship { organisation: organisation.clone(), basis: Basis::Known, until: None }
}
