//! Where people live: neighbours share a postcode and a street, as fifteen doors do in Britain.

use std::sync::Arc;

use crate::dice::Dice;
use crate::place::{TOWNS, Town};

/// A home, with everything an envelope needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dwelling {
    /// `Flat 3`, `Room B114`, or the name of a house.
    pub(super) unit: Option<String>,
    pub(super) number: Option<String>,
    pub(super) street: String,
    pub(super) town: &'static str,
    pub(super) postcode: String,
    pub(super) landline: Option<String>,
    /// The GP practice of most people around.
    pub(super) practice: String,
    /// In the west of the county, whose hospital is RBD.
    pub(super) west: bool,
}

/// Streets and doors of the county.
#[derive(Debug)]
pub(super) struct Doors {
    seed: u64,
    postcodes: u32,
    landlines: u32,
}

/// Area codes of Dorset. A local number never begins with 0 or 1, so nobody real answers.
const AREAS: [&str; 7] = ["01202", "01305", "01258", "01929", "01308", "01747", "01935"];
/// Letters of inward codes; the Post Office leaves out C I K M O V.
const LETTERS: [char; 20] = [
    'A', 'B', 'D', 'E', 'F', 'G', 'H', 'J', 'L', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'W', 'X', 'Y',
    'Z',
];

impl Doors {
    /// Room for the people behind so many records.
    pub(super) fn new(seed: u64, records: u32) -> Self {
        Self { seed, postcodes: (records / 55).max(40), landlines: 0 }
    }

    /// A door anywhere in the county.
    pub(super) fn anywhere(&mut self, dice: &mut Dice) -> Arc<Dwelling> {
        let postcode = dice.below(self.postcodes);
        self.behind(dice, postcode)
    }

    /// A door for somebody who moves from `home`: most people stay in their town.
    pub(super) fn near(&mut self, dice: &mut Dice, home: &Dwelling) -> Arc<Dwelling> {
        let tries = if dice.chance(650) { 12 } else { 1 };
        let mut postcode = dice.below(self.postcodes);
        for _ in 1..tries {
            if self.town(postcode).1.name == home.town {
                break;
            }
            postcode = dice.below(self.postcodes);
        }
        self.behind(dice, postcode)
    }

    /// A house of many people: a care home or a hall.
    pub(super) fn house(&mut self, dice: &mut Dice, name: String) -> Dwelling {
        let postcode = dice.below(self.postcodes);
        let door = self.door(dice, postcode);
        Dwelling { unit: Some(name), landline: Some(self.landline()), ..door }
    }

    fn behind(&mut self, dice: &mut Dice, postcode: u32) -> Arc<Dwelling> {
        let mut door = self.door(dice, postcode);
        match dice.below(1000) {
            0..120 => door.unit = Some(format!("Flat {}", dice.between(1, 24))),
            120..140 => {
                let letter = dice.pick(&['A', 'B', 'C']);
                door.number = door.number.map(|number| format!("{number}{letter}"));
            }
            140..200 => {
                door.unit = Some(house_name(dice));
                door.number = None;
            }
            _ => {}
        }
        if dice.chance(560) {
            door.landline = Some(self.landline());
        }
        Arc::new(door)
    }

    /// Everything that the postcode decides is thrown from the postcode's own dice.
    fn door(&self, dice: &mut Dice, postcode: u32) -> Dwelling {
        let (mut fixed, town) = self.town(postcode);
        let (sector, first, second) =
            (fixed.below(10), *fixed.pick(&LETTERS), *fixed.pick(&LETTERS));
        // A practice looks after a few sectors.
        let mut practices = Dice::new(self.seed, town.district, u64::from(sector / 3));
        Dwelling {
            unit: None,
            number: Some(dice.between(1, 70).to_string()),
            street: street(&mut fixed),
            town: town.name,
            postcode: format!("{} {sector}{first}{second}", town.district),
            landline: None,
            practice: format!("J81{:03}", 100 + practices.below(900)),
            west: town.district.starts_with("DT"),
        }
    }

    /// The postcode's own dice, and its town.
    fn town(&self, postcode: u32) -> (Dice, &'static Town) {
        let mut fixed = Dice::new(self.seed, "postcode", u64::from(postcode));
        let towns: &'static [Town] = &TOWNS;
        let town = match fixed.weigh(towns, |town| town.weight) {
            Some(town) => town,
            None => fixed.pick(towns),
        };
        (fixed, town)
    }

    fn landline(&mut self) -> String {
        self.landlines += 1;
        // Odd and no multiple of five: stepping by it comes back only after 200,000 steps.
        let digits = u64::from(self.landlines) * 73_939 % 200_000;
        let area = self.landlines / 200_000 + self.landlines % 7;
        let area = AREAS.get(usize::try_from(area % 7).unwrap_or(0)).copied().unwrap_or("01202");
        format!("{area}{digits:06}")
    }
}

fn street(dice: &mut Dice) -> String {
    const FIRST: [&str; 44] = [
        "Alder", "Badger", "Cobbler", "Drover", "Elder", "Falcon", "Gorse", "Heron", "Ivy",
        "Juniper", "Kestrel", "Linnet", "Magpie", "Nettle", "Osprey", "Plover", "Quarry", "Raven",
        "Saddler", "Thatcher", "Viking", "Warren", "Yeoman", "Abbot", "Beacon", "Chantry",
        "Dolphin", "Ember", "Fuller", "Granary", "Harbour", "Isis", "Jubilee", "Knoll", "Lantern",
        "Mallard", "Nursery", "Orchard", "Pilgrim", "Queen", "Rectory", "Shepherd", "Tanner",
        "Weaver",
    ];
    const SECOND: [&str; 12] =
        ["", "", "", "s", "mead", "wood", "field", "bank", "croft", "s Hill", "stone", "brook"];
    const KIND: [&str; 14] = [
        "Road", "Street", "Avenue", "Close", "Lane", "Drive", "Way", "Crescent", "Gardens",
        "Terrace", "Court", "Place", "Grove", "Mews",
    ];
    format!("{}{} {}", dice.pick(&FIRST), dice.pick(&SECOND), dice.pick(&KIND))
}

fn house_name(dice: &mut Dice) -> String {
    const FIRST: [&str; 12] = [
        "Rose",
        "Old Forge",
        "Ivy",
        "Orchard",
        "The Old",
        "Mill",
        "Sea View",
        "Coastguard",
        "Manor",
        "Stable",
        "Chapel",
        "Primrose",
    ];
    const LAST: [&str; 8] =
        ["Cottage", "House", "Barn", "Lodge", "Farm", "Rectory", "Bungalow", "View"];
    format!("{} {}", dice.pick(&FIRST), dice.pick(&LAST))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_landlines_are_the_same_and_neighbours_share_a_street() {
        let mut doors = Doors::new(1, 1000);
        let numbers: BTreeSet<_> = (0..300_000).map(|_| doors.landline()).collect();
        assert_eq!(numbers.len(), 300_000);
        let mut dice = Dice::new(1, "doors", 0);
        let (one, other) = (doors.behind(&mut dice, 3), doors.behind(&mut dice, 3));
        assert_eq!((&one.street, &one.postcode), (&other.street, &other.postcode));
    }
}
