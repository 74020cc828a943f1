//! Names of the county: forenames by generation and community, surnames, familiar forms.

use std::sync::LazyLock;

use jiff::civil::Date;
use model::Gender;

use crate::dice::Dice;
use crate::table::{lines, number};

/// A line of `tables/forenames.csv`.
struct Forename {
    name: &'static str,
    gender: Gender,
    born_from: i16,
    born_to: i16,
    weight: u32,
    community: &'static str,
}

static FORENAMES: LazyLock<Vec<Forename>> = LazyLock::new(|| {
    lines(include_str!("../tables/forenames.csv"))
        .map(|[name, gender, born_from, born_to, weight, community]| Forename {
            name,
            gender: if gender == "F" { Gender::Female } else { Gender::Male },
            born_from: number(born_from),
            born_to: number(born_to),
            weight: number(weight),
            community,
        })
        .collect()
});

static SURNAMES: LazyLock<Vec<(&str, u32, &str)>> = LazyLock::new(|| {
    lines(include_str!("../tables/surnames.csv"))
        .map(|[name, weight, community]| (name, number(weight), community))
        .collect()
});

static NICKNAMES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    lines(include_str!("../tables/nicknames.csv")).map(|[name, short]| (name, short)).collect()
});

/// Communities with their share of a thousand households and the ethnic categories they state
/// (NHS Data Dictionary, ETHNIC CATEGORY: `A` British, `C` other White, `J` Pakistani, `N` African …).
const COMMUNITIES: [(&str, u32, &str); 6] = [
    ("british", 880, "AAAAAAAAAAAAAAAABDZ"),
    ("eastern", 45, "CCC"),
    ("south_asian", 28, "HHJKLG"),
    ("african", 18, "NNNMP"),
    ("chinese", 12, "RRS"),
    ("iberian", 17, "CCS"),
];

/// A community to take a household's names from, and what its members state as ethnic category.
pub(crate) fn community(dice: &mut Dice) -> (&'static str, char) {
    let (name, _, categories) =
        dice.weigh(&COMMUNITIES, |line| line.1).copied().unwrap_or(("british", 0, "A"));
    let category = categories.chars().nth(dice.place(categories.len())).unwrap_or('Z');
    (name, category)
}

/// A forename that was given to children of that year.
pub(crate) fn forename(
    dice: &mut Dice,
    community: &str,
    gender: Gender,
    born: Date,
) -> &'static str {
    let fits = |line: &Forename| {
        line.community == community
            && line.gender == gender
            && (line.born_from..=line.born_to).contains(&born.year())
    };
    dice.weigh(&FORENAMES, |line| if fits(line) { line.weight } else { 0 })
        .map_or("Alex", |line| line.name)
}

/// A surname of the community.
pub(crate) fn surname(dice: &mut Dice, community: &str) -> &'static str {
    dice.weigh(&SURNAMES, |line| if line.2 == community { line.1 } else { 0 })
        .map_or("Hardy", |line| line.0)
}

/// What friends call them, if there is such a form.
pub(crate) fn nickname(dice: &mut Dice, forename: &str) -> Option<&'static str> {
    dice.weigh(&NICKNAMES, |line| u32::from(line.0 == forename)).map(|line| line.1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_community_has_names_for_every_generation() {
        let mut dice = Dice::new(1, "names", 0);
        for (community, ..) in COMMUNITIES {
            for year in [1925, 1948, 1972, 1998, 2024] {
                for gender in [Gender::Female, Gender::Male] {
                    let name = forename(&mut dice, community, gender, date(year, 5, 1));
                    assert_ne!(name, "Alex", "{community} {year}");
                }
            }
            assert!(SURNAMES.iter().filter(|line| line.2 == community).count() > 5);
        }
    }

    #[test]
    fn familiar_forms_belong_to_forenames_of_the_table() {
        for (name, _) in NICKNAMES.iter() {
            assert!(FORENAMES.iter().any(|line| line.name == *name), "{name}");
        }
    }
}
