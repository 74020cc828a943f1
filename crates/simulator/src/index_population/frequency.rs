//! Tables of names with how common they are; where they come from is in NOTICE.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::culture::{Culture, Sex};
use crate::dice::Dice;
use crate::table::{lines, number};

/// Names to pick from, the common ones more often.
#[derive(Default)]
struct Frequencies {
    names: Vec<&'static str>,
    /// The sum of the weights up to and with each name.
    up_to: Vec<u32>,
}

impl Frequencies {
    fn add(&mut self, name: &'static str, weight: u32) {
        if weight > 0 {
            let before = self.up_to.last().copied().unwrap_or(0);
            self.names.push(name);
            self.up_to.push(before + weight);
        }
    }

    fn pick(&self, dice: &mut Dice) -> &'static str {
        let thrown = dice.below(self.up_to.last().copied().unwrap_or(0));
        let place = self.up_to.partition_point(|up_to| *up_to <= thrown);
        self.names.get(place).copied().unwrap_or("Alex")
    }
}

static SURNAMES: LazyLock<Frequencies> = LazyLock::new(|| {
    let mut table = Frequencies::default();
    for [name, per_million] in lines(include_str!("../../tables/surname_frequencies.csv")) {
        table.add(name, number(per_million));
    }
    table
});

/// One table for each decade of birth from the 1910s to the 2020s; women's first.
static FORENAMES: LazyLock<[Vec<Frequencies>; 2]> = LazyLock::new(|| {
    let mut tables = [const { Vec::new() }; 2];
    for table in &mut tables {
        table.resize_with(12, Frequencies::default);
    }
    for line in lines::<14>(include_str!("../../tables/forename_frequencies.csv")) {
        let [name, gender, per_decade @ ..] = line;
        let [women, men] = &mut tables;
        let table = if gender == "F" { women } else { men };
        for (frequencies, weight) in table.iter_mut().zip(per_decade) {
            frequencies.add(name, number(weight));
        }
    }
    tables
});

type Lists = HashMap<&'static str, Vec<&'static str>>;

static FAMILIAR: LazyLock<Lists> =
    LazyLock::new(|| lists(include_str!("../../tables/familiar_forms.csv")));
static SPELLINGS: LazyLock<Lists> =
    LazyLock::new(|| lists(include_str!("../../tables/spellings.csv")));

fn lists(text: &'static str) -> Lists {
    lines(text).map(|[name, others]| (name, others.split(' ').collect())).collect()
}

/// Which list of `tables/naming.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Male,
    Female,
    Surname,
    WomanSurname,
}

static NAMING: LazyLock<HashMap<(&'static str, Part), Vec<String>>> = LazyLock::new(|| {
    lines(include_str!("../../tables/naming.csv"))
        .map(|[culture, part, names]| {
            let part = match part {
                "male" => Part::Male,
                "female" => Part::Female,
                "surname" => Part::Surname,
                _ => Part::WomanSurname,
            };
            ((culture, part), names.split(' ').map(|name| name.replace('_', " ")).collect())
        })
        .collect()
});

/// A surname of Britain by how common it is.
pub(super) fn british_surname(dice: &mut Dice) -> &'static str {
    SURNAMES.pick(dice)
}

/// A forename given in Britain in the decade of birth.
pub(super) fn british_forename(dice: &mut Dice, sex: Sex, born: Date) -> &'static str {
    let [women, men] = &*FORENAMES;
    let table = if sex == Sex::Female { women } else { men };
    let decade = usize::try_from((born.year() - 1910).clamp(0, 119) / 10).unwrap_or(0);
    table.get(decade).map_or("Alex", |frequencies| frequencies.pick(dice))
}

/// A name of another culture: the first of the list are the commonest.
pub(super) fn name_of(dice: &mut Dice, culture: Culture, part: Part) -> Option<&'static str> {
    let names = NAMING.get(&(culture.key(), part))?;
    // The smaller of two throws: the first name is picked about twice as often as the middle one.
    let place = dice.place(names.len()).min(dice.place(names.len()));
    names.get(place).map(String::as_str)
}

/// What friends call somebody of that name.
pub(super) fn familiar_form(dice: &mut Dice, forename: &str) -> Option<&'static str> {
    FAMILIAR.get(forename).map(|forms| *dice.pick(forms))
}

/// Another name that sounds the same.
pub(super) fn other_spelling(dice: &mut Dice, name: &str) -> Option<&'static str> {
    SPELLINGS.get(name).map(|others| *dice.pick(others))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decade_has_names_of_both_sexes_and_every_culture_has_its_lists() {
        for table in FORENAMES.iter() {
            assert!(table.iter().all(|frequencies| frequencies.names.len() > 80));
        }
        assert!(SURNAMES.names.len() > 2900);
        for culture in Culture::ALL.into_iter().filter(|culture| *culture != Culture::British) {
            for part in [Part::Male, Part::Female, Part::Surname] {
                assert!(NAMING.contains_key(&(culture.key(), part)), "{culture:?} {part:?}");
            }
        }
    }

    #[test]
    fn common_names_are_picked_more_often() {
        let mut dice = Dice::new(1, "frequency", 0);
        let smiths = (0..10_000).filter(|_| british_surname(&mut dice) == "Smith").count();
        assert!((120..290).contains(&smiths), "{smiths}");
    }
}
