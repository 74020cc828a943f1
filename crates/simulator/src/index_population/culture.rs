//! How families name themselves: what a child is called, and what marriage changes.

use jiff::civil::Date;

use super::frequency::{Part, british_forename, british_surname, familiar_form, name_of};
use crate::dice::Dice;

/// Sex as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sex {
    Female,
    Male,
}

impl Sex {
    pub(super) fn other(self) -> Self {
        if self == Self::Female { Self::Male } else { Self::Female }
    }
}

/// A way of naming, with its own orders, forms and doubts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Culture {
    British,
    Welsh,
    Irish,
    Polish,
    Romanian,
    Lithuanian,
    Muslim,
    Sikh,
    Hindu,
    African,
    Chinese,
    Portuguese,
}

impl Culture {
    pub(super) const ALL: [Self; 12] = [
        Self::British,
        Self::Welsh,
        Self::Irish,
        Self::Polish,
        Self::Romanian,
        Self::Lithuanian,
        Self::Muslim,
        Self::Sikh,
        Self::Hindu,
        Self::African,
        Self::Chinese,
        Self::Portuguese,
    ];

    /// Its word in `tables/naming.csv`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::British => "british",
            Self::Welsh => "welsh",
            Self::Irish => "irish",
            Self::Polish => "polish",
            Self::Romanian => "romanian",
            Self::Lithuanian => "lithuanian",
            Self::Muslim => "muslim",
            Self::Sikh => "sikh",
            Self::Hindu => "hindu",
            Self::African => "african",
            Self::Chinese => "chinese",
            Self::Portuguese => "portuguese",
        }
    }

    /// Households of a thousand.
    fn per_mille(self) -> u32 {
        match self {
            Self::British => 790,
            Self::Welsh | Self::Romanian | Self::Hindu => 22,
            Self::Irish => 18,
            Self::Polish => 32,
            Self::Lithuanian | Self::Sikh | Self::Chinese => 10,
            Self::Muslim => 36,
            Self::African => 16,
            Self::Portuguese => 12,
        }
    }

    /// The culture of a household.
    pub(super) fn of_household(dice: &mut Dice) -> Self {
        dice.weigh(&Self::ALL, |culture| culture.per_mille()).copied().unwrap_or(Self::British)
    }

    /// Adults whose day of birth was never written down and is kept as 1 January, of a thousand.
    pub(super) fn unknown_birthdays(self) -> u32 {
        match self {
            Self::Muslim | Self::African => 110,
            Self::Sikh | Self::Hindu => 40,
            _ => 0,
        }
    }

    /// Records in which forename and surname have changed places, of a thousand.
    pub(super) fn swapped_names(self) -> u32 {
        match self {
            Self::Chinese => 60,
            Self::African | Self::Muslim | Self::Hindu => 22,
            Self::Sikh | Self::Romanian | Self::Polish | Self::Lithuanian => 10,
            _ => 2,
        }
    }
}

/// A name as its bearer would write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FullName {
    pub(super) given: String,
    pub(super) middle: Vec<String>,
    pub(super) family: String,
}

/// A surname for a new family; a man's form where forms differ.
pub(super) fn surname(dice: &mut Dice, culture: Culture) -> String {
    let own = |dice: &mut Dice| name_of(dice, culture, Part::Surname).unwrap_or("Hardy").to_owned();
    match culture {
        Culture::British => british_family(dice),
        Culture::Welsh if dice.chance(60) => {
            format!("ap {}", name_of(dice, culture, Part::Male).unwrap_or("Rhys"))
        }
        Culture::Portuguese => format!("{} {}", own(dice), own(dice)),
        _ => own(dice),
    }
}

/// Two in five British people have one of the rarer names; here they are made of the syllables that
/// English places are.
fn british_family(dice: &mut Dice) -> String {
    const FIRST: [&str; 48] = [
        "Har", "Wither", "Ash", "Bland", "Cole", "Dun", "Eg", "Farn", "Gos", "Hather", "Ink",
        "Kings", "Lang", "Mar", "Nether", "Os", "Pen", "Quar", "Rams", "Shil", "Tat", "Up", "Wool",
        "Yar", "Brack", "Cran", "Drey", "Elm", "Frog", "Gal", "Hazel", "Isling", "Kel", "Lus",
        "Mel", "New", "Oak", "Pais", "Red", "Stan", "Thorn", "Under", "Win", "Wex", "Black",
        "Cress", "Hol", "Bram",
    ];
    const LAST: [&str; 40] = [
        "combe", "ridge", "ley", "ton", "ford", "well", "wood", "bury", "den", "stead", "worth",
        "croft", "field", "ham", "hurst", "land", "low", "mere", "more", "bourne", "gate", "dale",
        "brook", "by", "cott", "wick", "thorpe", "shaw", "stone", "ward", "bridge", "ingham",
        "head", "hill", "house", "lake", "over", "sall", "wright", "yard",
    ];
    match dice.below(1000) {
        0..620 => british_surname(dice).to_owned(),
        620..970 => format!("{}{}", dice.pick(&FIRST), dice.pick(&LAST)),
        _ => format!("{}-{}", british_surname(dice), british_surname(dice)),
    }
}

/// A forename for somebody born then.
pub(super) fn forename(dice: &mut Dice, culture: Culture, sex: Sex, born: Date) -> String {
    let part = if sex == Sex::Female { Part::Female } else { Part::Male };
    // Families that have been here for long take names from both sides.
    let british = match culture {
        Culture::British => 1000,
        Culture::Welsh | Culture::Irish => 550,
        _ if born.year() >= 1990 => 180,
        Culture::African | Culture::Chinese => 150,
        _ => 20,
    };
    let name = if dice.chance(british) { None } else { name_of(dice, culture, part) };
    name.unwrap_or_else(|| british_forename(dice, sex, born)).to_owned()
}

/// Everything a newborn, or a newcomer, is called.
pub(super) fn full_name(
    dice: &mut Dice,
    culture: Culture,
    sex: Sex,
    born: Date,
    family: &str,
) -> FullName {
    let given = forename(dice, culture, sex, born);
    let family = inherited(culture, sex, family);
    let mut name = match culture {
        Culture::Muslim => muslim_name(dice, sex, given, family),
        Culture::Sikh => sikh_name(dice, sex, given, family),
        Culture::Polish | Culture::Romanian | Culture::Lithuanian | Culture::Chinese => {
            let middle = middle_names(dice, culture, sex, born, 250);
            FullName { given, middle, family }
        }
        _ => FullName { given, middle: middle_names(dice, culture, sex, born, 780), family },
    };
    name.middle.retain(|middle| *middle != name.given);
    name
}

fn middle_names(
    dice: &mut Dice,
    culture: Culture,
    sex: Sex,
    born: Date,
    per_mille: u32,
) -> Vec<String> {
    let count = match dice.below(1000) {
        thrown if thrown >= per_mille => 0,
        thrown if thrown < per_mille / 8 => 2,
        _ => 1,
    };
    (0..count).map(|_| forename(dice, culture, sex, born)).collect()
}

/// `Mohammed Imran Hussain`: the first is honour, the second is used. A woman's last name is often
/// hers alone.
fn muslim_name(dice: &mut Dice, sex: Sex, given: String, family: String) -> FullName {
    match sex {
        Sex::Male if dice.chance(330) => {
            FullName { given: "Mohammed".into(), middle: vec![given], family }
        }
        Sex::Female if dice.chance(420) => {
            let own = name_of(dice, Culture::Muslim, Part::WomanSurname).unwrap_or("Begum");
            FullName { given, middle: Vec::new(), family: own.into() }
        }
        _ => FullName { given, middle: Vec::new(), family },
    }
}

/// `Harpreet Singh Gill`, or with the religious name alone.
fn sikh_name(dice: &mut Dice, sex: Sex, given: String, family: String) -> FullName {
    let religious = if sex == Sex::Female { "Kaur" } else { "Singh" };
    if dice.chance(400) {
        FullName { given, middle: Vec::new(), family: religious.into() }
    } else {
        FullName { given, middle: vec![religious.into()], family }
    }
}

/// A child's form of the family's name: Kowalski's daughter is Kowalska.
pub(super) fn inherited(culture: Culture, sex: Sex, family: &str) -> String {
    match (culture, sex) {
        (Culture::Polish, Sex::Female) => match family.strip_suffix("ki") {
            Some(stem) => format!("{stem}ka"),
            None => family.to_owned(),
        },
        (Culture::Lithuanian, Sex::Female) => {
            let stem = family.trim_end_matches('s').trim_end_matches(['a', 'u', 'y', 'i']);
            format!("{stem}aitė")
        }
        _ => family.to_owned(),
    }
}

/// The name after the wedding; `None` where it stays. `family` is the partner's, in a man's form.
pub(super) fn married(
    dice: &mut Dice,
    culture: Culture,
    own: &FullName,
    family: &str,
) -> Option<FullName> {
    let (alone, joint) = match culture {
        Culture::Muslim | Culture::Sikh => (120, 0),
        Culture::Chinese => (60, 10),
        Culture::Portuguese => (150, 250),
        Culture::African | Culture::Hindu => (600, 30),
        _ => (720, 90),
    };
    let theirs = match culture {
        Culture::Lithuanian => {
            format!("{}ienė", family.trim_end_matches('s').trim_end_matches(['a', 'u', 'y', 'i']))
        }
        _ => inherited(culture, Sex::Female, family),
    };
    let mut name = own.clone();
    match dice.below(1000) {
        // The maiden name stays as a middle name.
        thrown if thrown < alone / 16 => {
            let maiden = std::mem::replace(&mut name.family, theirs);
            name.middle.push(maiden);
        }
        thrown if thrown < alone => name.family = theirs,
        thrown if thrown < alone + joint => {
            let mark = if dice.chance(700) { '-' } else { ' ' };
            name.family = format!("{}{mark}{theirs}", own.family);
        }
        _ => return None,
    }
    Some(name)
}

/// What somebody is called every day, where that is not the first name.
pub(super) fn known_as(dice: &mut Dice, culture: Culture, name: &FullName) -> Option<String> {
    if culture == Culture::Muslim && name.given == "Mohammed" {
        return name.middle.first().filter(|_| dice.chance(850)).cloned();
    }
    if culture == Culture::Chinese && dice.chance(350) {
        let sex = if dice.chance(500) { Sex::Female } else { Sex::Male };
        return Some(forename(dice, Culture::British, sex, super::calendar::TODAY));
    }
    match dice.below(1000) {
        0..45 => name.middle.first().cloned(),
        45..330 => familiar_form(dice, &name.given).map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daughters_have_their_form_of_the_name() {
        for (culture, family, expected) in [
            (Culture::Polish, "Kowalski", "Kowalska"),
            (Culture::Polish, "Nowak", "Nowak"),
            (Culture::Lithuanian, "Kazlauskas", "Kazlauskaitė"),
            (Culture::British, "Hardy", "Hardy"),
        ] {
            assert_eq!(inherited(culture, Sex::Female, family), expected);
        }
    }
}
