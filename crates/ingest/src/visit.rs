//! Which visit a message speaks of: a hospital may give it to another patient (A44), or know it
//! under two numbers of one patient (A40), and go on using the name it had before.

use db::Tx;
use mapping::{MovedVisits, Visit};
use repository::{MoveKind, VisitMove, VisitName};

use crate::Error;

/// Every name of a visit, and how one became another.
pub(crate) struct Names {
    visits: Vec<Visit>,
    /// In the order of when they became so.
    moves: Vec<VisitMove>,
}

impl Names {
    /// All that is known of a visit's names: mostly there is only the one.
    pub(crate) fn of(tx: &mut Tx, visit: &Visit) -> Result<Self, Error> {
        let mut names = Self { visits: vec![visit.clone()], moves: Vec::new() };
        let mut next = 0;
        while let Some(visit) = names.visits.get(next).cloned() {
            next += 1;
            for moved in repository::visit_moves(tx, visit.encounter())? {
                if !names.moves.contains(&moved) && holds(tx, &moved)? {
                    names.add(moved);
                }
            }
        }
        Ok(names)
    }

    fn add(&mut self, moved: VisitMove) {
        for end in [&moved.from, &moved.to] {
            let visit = visit_of(end);
            if !self.visits.contains(&visit) {
                self.visits.push(visit);
            }
        }
        self.moves.push(moved);
        self.moves.sort_by_key(|one| (one.at, one.message));
    }

    /// The names.
    pub(crate) fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// Whose what was said under this name is: it changes hands only where the hospital moved it.
    pub(crate) fn owner(&self, named: &Visit) -> Visit {
        let mut owner = named.clone();
        for moved in self.moves.iter().filter(|one| one.kind == MoveKind::Moved) {
            if self.same(&visit_of(&moved.from)) == self.same(&owner) {
                owner = visit_of(&moved.to);
            }
        }
        owner
    }

    /// The name under which its movements are one stay.
    pub(crate) fn stay(&self, named: &Visit) -> Visit {
        self.same(&self.owner(named))
    }

    /// Follows what is the same visit under two numbers of one patient.
    fn same(&self, visit: &Visit) -> Visit {
        let mut one = visit.clone();
        // Each step follows another move, so this ends.
        for _ in &self.moves {
            let next = self.moves.iter().find(|moved| {
                moved.kind == MoveKind::Same && moved.from.encounter == one.encounter()
            });
            match next {
                Some(moved) => one = visit_of(&moved.to),
                None => break,
            }
        }
        one
    }

    /// The names that are another patient's or number's by now.
    pub(crate) fn moved(&self) -> MovedVisits {
        let owned = self.visits.iter().map(|visit| (visit.clone(), self.owner(visit)));
        owned.filter(|(named, owner)| named != owner).collect()
    }

    /// The same with one more move.
    pub(crate) fn with(mut self, moved: VisitMove) -> Self {
        if !self.moves.contains(&moved) {
            self.add(moved);
        }
        self
    }

    /// The visit is said to have gone from one patient to two, and not to have come back between.
    pub(crate) fn is_contradictory(&self) -> bool {
        let mut gone: Vec<(Visit, Visit)> = Vec::new();
        for moved in self.moves.iter().filter(|one| one.kind == MoveKind::Moved) {
            let (from, to) = (self.same(&visit_of(&moved.from)), self.same(&visit_of(&moved.to)));
            if gone.iter().any(|(left, went)| *left == from && *went != to) {
                return true;
            }
            gone.retain(|(left, _)| *left != to);
            gone.push((from, to));
        }
        false
    }
}

/// A steward, or the hospital itself, may have taken the merge back: then the two numbers are two
/// patients, and have a visit each.
fn holds(tx: &mut Tx, moved: &VisitMove) -> Result<bool, Error> {
    if moved.kind == MoveKind::Moved {
        return Ok(true);
    }
    let from = empi::person_of(tx, moved.from.subject.local_patient())?;
    Ok(from.is_some() && from == empi::person_of(tx, moved.to.subject.local_patient())?)
}

fn visit_of(name: &VisitName) -> Visit {
    Visit::new(name.subject.clone(), name.number.as_str())
}

/// The visit's name as the store keeps it.
pub(crate) fn name(visit: &Visit) -> VisitName {
    VisitName {
        encounter: visit.encounter(),
        subject: visit.subject.clone(),
        number: visit.number.clone(),
    }
}
