//! Words that stand where a name will be, or is not known: they are as common as the wards that write
//! them, and say nothing of who somebody is.

/// Stand where a newborn's forename will be, alone or with more letters after them: `BABYA`.
const NEWBORN_BEGIN: [&str; 4] = ["BABY", "INFANT", "NEWBORN", "NEONATE"];
/// End such a word: `MALEINFANT`, `GIRLBABY`.
const NEWBORN_END: [&str; 3] = ["INFANT", "BABY", "NEWBORN"];
/// Are such a word as they stand.
const NEWBORN: [&str; 26] = [
    "BABE", "BBY", "BO", "BOY", "BOYA", "BOYB", "GIRL", "GIRLA", "GIRLB", "TWIN", "TWINA", "TWINB",
    "TWINONE", "TWINTWO", "TWINI", "TWINII", "TRIPLET", "BB", "BG", "GB", "BBOY", "BGIRL", "BBG",
    "BBB", "UNNAMED", "NONAME",
];
/// Stand before one: `MALE INFANT`, `M/INFANT`, `B/GIRL`.
const BEFORE_NEWBORN: [&str; 11] =
    ["MALE", "FEMALE", "M", "F", "B", "G", "LIVE", "TWO", "ONE", "FIRST", "SECOND"];
/// Stand where a name is not known.
const UNKNOWN: [&str; 24] = [
    "UNKNOWN",
    "UNK",
    "UNKN",
    "NOTKNOWN",
    "NONE",
    "NK",
    "NFN",
    "XX",
    "XXX",
    "XXXX",
    "ANON",
    "ANONYMOUS",
    "UNIDENTIFIED",
    "UNIDENT",
    "UNID",
    "NOTSTATED",
    "NOTGIVEN",
    "PATIENT",
    "TRAUMA",
    "TEST",
    "TESTING",
    "TESTPATIENT",
    "XTEST",
    "DUMMY",
];
/// Begin a word that does: `UNKNOWNMALE`, `ZZTEST`.
const UNKNOWN_BEGIN: [&str; 4] = ["UNKNOWN", "UNIDENTIFIED", "ZZ", "XXTEST"];
/// Stand beside one. Alone they may be a surname: there are people called Male.
const BESIDE_UNKNOWN: [&str; 14] = [
    "MALE", "FEMALE", "ADULT", "CHILD", "PERSON", "MAN", "WOMAN", "BOY", "GIRL", "NOT", "KNOWN",
    "NAME", "CALL", "MAJOR",
];
/// Forenames of those whose surname is DOE because nobody knows it.
const BEFORE_DOE: [&str; 6] = ["JOHN", "JANE", "JON", "JOHNNY", "JANIE", "RICHARD"];

/// The given names stand for a newborn's: `Baby`, `BabyA`, `Male Infant`, `B/G`.
pub(crate) fn is_newborn(given: &[String]) -> bool {
    let mut words = given.iter().map(String::as_str);
    match (words.next(), words.next()) {
        (Some(first), _) if is_for_newborn(first) => true,
        (Some(first), Some(second)) => {
            BEFORE_NEWBORN.contains(&first) && (is_for_newborn(second) || is_letters(first, second))
        }
        _ => false,
    }
}

/// `TWIN2`, `UNKNOWN12` without their counting.
fn uncounted(word: &str) -> &str {
    word.trim_end_matches(|letter: char| letter.is_ascii_digit())
}

fn is_for_newborn(word: &str) -> bool {
    let word = uncounted(word);
    NEWBORN.contains(&word)
        || NEWBORN_BEGIN.iter().any(|begin| word.starts_with(begin))
        || NEWBORN_END.iter().any(|end| word.ends_with(end))
}

/// `B/G`, `B/B`.
fn is_letters(first: &str, second: &str) -> bool {
    first == "B" && matches!(second, "B" | "G")
}

/// A word among the given names that is none.
pub(crate) fn is_no_forename(word: &str) -> bool {
    stands_for_unknown(word) || matches!(word, "MALE" | "FEMALE")
}

fn stands_for_unknown(word: &str) -> bool {
    let word = uncounted(word);
    UNKNOWN.contains(&word) || UNKNOWN_BEGIN.iter().any(|begin| word.starts_with(begin))
}

/// Surname and given names of somebody whom nobody knew: `UNKNOWN MALE, Patient`, `TRAUMA, Tango`,
/// `DOE, John`. What stands beside such a surname is no name either, however rare.
pub(crate) fn is_unidentified(family: &[String], given: &[String]) -> bool {
    let stands = |word: &String| stands_for_unknown(word);
    let beside = |word: &String| stands(word) || BESIDE_UNKNOWN.contains(&word.as_str());
    let is_doe = matches!(family, [only] if only == "DOE")
        && given.iter().all(|word| BEFORE_DOE.contains(&word.as_str()) || beside(word));
    let joined = family.concat();
    let by_itself = stands(&joined) || family.iter().any(stands);
    let with_given = given.iter().any(stands) && given.iter().all(beside);
    !family.is_empty() && (is_doe || (family.iter().all(beside) && (by_itself || with_given)))
        || (!family.is_empty() && stands(&joined))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::words;

    #[test]
    fn placeholders_of_newborns_are_told_from_names() {
        for given in [
            "Baby",
            "BabyA",
            "BABY B",
            "Babe",
            "Girlbaby",
            "Male Infant",
            "FemaleInfant",
            "M/Infant",
            "BG",
            "Bby",
            "Baby-Girl",
            "Twin1",
            "Twin-One",
            "Boy1",
            "B/Girl",
            "Infant of Jane",
            "Newborn",
            "MaleInfant",
            "B/G",
        ] {
            assert!(is_newborn(&words(given)), "{given}");
        }
        for given in ["Barbara", "Bobby", "Thomasina", "M", "B", "Gabe", "", "F Jane"] {
            assert!(!is_newborn(&words(given)), "{given}");
        }
    }

    #[test]
    fn people_whom_nobody_knew_are_told_from_people() {
        for (family, given) in [
            ("Unknown", "Male"),
            ("Unknown Male", "Patient"),
            ("UnknownMale", ""),
            ("Not Known", ""),
            ("Trauma", "Tango"),
            ("Unidentified", "Female"),
            ("Patient", "Unknown"),
            ("Male", "Unknown"),
            ("Test", "Amy"),
            ("ZZTest", "One"),
            ("Doe", "John"),
            ("Doe", ""),
        ] {
            assert!(is_unidentified(&words(family), &words(given)), "{family}, {given}");
        }
        for (family, given) in [
            ("Male", "Arthur"),
            ("Doe", "Thomasina"),
            ("Testa", "Maria"),
            ("Hardy", "Unknown"),
            ("Man", "Mei"),
            ("", "Unknown"),
            ("", ""),
        ] {
            assert!(!is_unidentified(&words(family), &words(given)), "{family}, {given}");
        }
    }
}
