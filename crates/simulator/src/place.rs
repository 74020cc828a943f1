//! Where people live: real towns and postcode districts of Dorset, invented streets.

use std::sync::LazyLock;

use crate::dice::Dice;
use crate::organisation::Hospital;
use crate::table::{lines, number};

/// A town with its postcode district, nearest hospital and usual GP practice.
#[derive(Debug)]
pub(crate) struct Town {
    pub(crate) name: &'static str,
    pub(crate) district: &'static str,
    pub(crate) weight: u32,
    pub(crate) hospital: Hospital,
    pub(crate) practice: &'static str,
}

/// Every town of `tables/towns.csv`.
pub(crate) static TOWNS: LazyLock<Vec<Town>> = LazyLock::new(|| {
    lines(include_str!("../tables/towns.csv"))
        .map(|[name, district, weight, hospital, practice]| Town {
            name,
            district,
            weight: number(weight),
            hospital: Hospital::of_ods(hospital).unwrap_or(Hospital::Poole),
            practice,
        })
        .collect()
});

static STREETS: LazyLock<Vec<&str>> =
    LazyLock::new(|| lines(include_str!("../tables/streets.csv")).map(|[street]| street).collect());

/// A home: one household's or a care home's.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// The care home's name.
    pub(crate) house: Option<&'static str>,
    pub(crate) number: u16,
    pub(crate) street: &'static str,
    pub(crate) town: &'static Town,
    pub(crate) unit: [char; 3],
    /// Last five digits of the landline; people of one home share it.
    pub(crate) landline: Option<u32>,
}

impl Home {
    /// A home somewhere in `town`.
    pub(crate) fn somewhere(dice: &mut Dice, town: &'static Town) -> Self {
        // Letters that the Post Office leaves out of inward codes are left out: C I K M O V.
        let letters: Vec<char> = "ABDEFGHJLNPQRSTUWXYZ".chars().collect();
        let sector = char::from_digit(dice.below(10), 10).unwrap_or('1');
        Self {
            house: None,
            number: u16::try_from(dice.between(1, 180)).unwrap_or(1),
            street: *dice.pick(&STREETS),
            town,
            unit: [sector, *dice.pick(&letters), *dice.pick(&letters)],
            landline: dice.chance(620).then(|| dice.below(100_000)),
        }
    }

    /// House and street: `12 Cockle Row`.
    pub(crate) fn lines(&self) -> (Option<&'static str>, String) {
        (self.house, format!("{} {}", self.number, self.street))
    }

    /// `BH15 2AB`.
    pub(crate) fn postcode(&self) -> String {
        let [sector, first, second] = self.unit;
        format!("{} {sector}{first}{second}", self.town.district)
    }

    /// The landline. Local numbers never begin with 0, so nobody real answers.
    pub(crate) fn telephone(&self) -> Option<String> {
        let area = if self.town.district.starts_with("DT") { "01305" } else { "01202" };
        self.landline.map(|digits| format!("{area} 0{digits:05}"))
    }
}

/// A town, likelier where more people live.
pub(crate) fn town(dice: &mut Dice) -> &'static Town {
    let towns: &'static [Town] = &TOWNS;
    match dice.weigh(towns, |town| town.weight) {
        Some(town) => town,
        None => dice.pick(towns),
    }
}

/// The first district of a town by name, for people whose story needs a place.
pub(crate) fn town_named(name: &str, dice: &mut Dice) -> &'static Town {
    let towns: &'static [Town] = &TOWNS;
    towns.iter().find(|town| town.name == name).unwrap_or_else(|| dice.pick(towns))
}
