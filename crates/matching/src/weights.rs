//! Every weight of the model, in one table to be read and argued about.
//!
//! m: how often two records of ONE person agree in this way; u: how often two DIFFERENT people's
//! records do. The weight is log2(m/u): 1 doubles the odds, −1 halves them. Set by hand from
//! published UK error rates and name frequencies; a later version refines m on pairs that share a
//! verified NHS number.

/// A way in which a field can agree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) field: &'static str,
    pub(crate) name: &'static str,
    m: f64,
    u: f64,
}

impl Level {
    pub(crate) fn weight(&self) -> f64 {
        (self.m / self.u).log2()
    }
}

macro_rules! levels {
    ($($constant:ident  $field:literal  $name:literal  $m:literal  $u:literal)*) => {$(
        pub(crate) const $constant: Level = Level { field: $field, name: $name, m: $m, u: $u };
    )*};
}

#[rustfmt::skip]
levels! {
    // constant                field           how it agrees                              m       u
    PRIOR                     "Chance"        "before anything is compared"              1.0     800_000.0

    NUMBER_SAME_VERIFIED      "NHS number"    "same, verified by both"                   0.97    0.000_001
    NUMBER_SAME               "NHS number"    "same"                                     0.94    0.000_002
    NUMBER_NEAR               "NHS number"    "one slip apart"                           0.005   0.000_1
    NUMBER_DIFFERENT          "NHS number"    "different"                                0.005   0.99
    NUMBER_DIFFERENT_VERIFIED "NHS number"    "different, verified by both"              0.001   0.999

    FAMILY_SAME               "Surname"       "same"                                     0.88    0.000_9
    FAMILY_SAME_COMMON        "Surname"       "same, a common one"                       0.88    0.006
    FAMILY_FORMER             "Surname"       "same as a former one"                     0.06    0.001
    FAMILY_PART               "Surname"       "one half of a double surname"             0.02    0.001_5
    FAMILY_CLOSE              "Surname"       "spelt or sounding alike"                  0.04    0.002
    FAMILY_DIFFERENT_WOMAN    "Surname"       "different, a woman's"                     0.06    0.99
    FAMILY_DIFFERENT          "Surname"       "different"                                0.02    0.99
    NAMES_SWAPPED             "Surname"       "forename and surname changed places"      0.003   0.000_003

    FORENAME_SAME             "Forename"      "same"                                     0.85    0.002
    FORENAME_SAME_COMMON      "Forename"      "same, a common one"                       0.85    0.012
    FORENAME_NICKNAME         "Forename"      "a short or pet form"                      0.05    0.003
    FORENAME_CLOSE            "Forename"      "spelt or sounding alike"                  0.04    0.002
    FORENAME_INITIAL          "Forename"      "same initial, the other not given"        0.9     0.09
    FORENAME_MIDDLE           "Forename"      "the other's middle name"                  0.02    0.006
    FORENAME_SIMILAR          "Forename"      "alike but for the first letter"           0.005   0.004
    FORENAME_DIFFERENT        "Forename"      "different"                                0.015   0.93

    MIDDLE_SAME               "Middle name"   "same"                                     0.75    0.03
    MIDDLE_INITIAL            "Middle name"   "same initial"                             0.9     0.2
    MIDDLE_DIFFERENT          "Middle name"   "different"                                0.15    0.9

    BIRTH_SAME                "Birth date"    "same"                                     0.96    0.000_04
    BIRTH_SAME_FIRST_JANUARY  "Birth date"    "same, but 1 January is often a stand-in"  0.96    0.004
    BIRTH_SWAPPED             "Birth date"    "day and month changed places"             0.006   0.000_03
    BIRTH_ONE_DIGIT           "Birth date"    "one digit apart"                          0.012   0.001
    BIRTH_TWO_PARTS           "Birth date"    "two of day, month and year agree"         0.008   0.004
    BIRTH_DIFFERENT           "Birth date"    "different"                                0.008   0.99

    GENDER_SAME               "Gender"        "same"                                     0.985   0.5
    GENDER_DIFFERENT          "Gender"        "different"                                0.012   0.5

    HOME_SAME                 "Household"     "same address"                             0.5     0.004
    HOME_POSTCODE             "Household"     "same postcode"                            0.2     0.004
    HOME_TELEPHONE            "Household"     "same telephone"                           0.3     0.01
    HOME_PRACTICE             "Household"     "same GP practice"                         0.7     0.2
    HOME_DIFFERENT            "Household"     "nothing in common"                        0.5     0.95

    OWN_MOBILE                "Own contact"   "same mobile telephone"                    0.5     0.001
    OWN_EMAIL                 "Own contact"   "same e-mail address"                      0.5     0.000_7

    TWINS                     "Twins"         "one birth date and surname, two forenames" 0.03   1.0
    GENERATION                "Generation"    "one name and home, born years apart"      0.01    1.0
}

/// All that a shared home can add together: it is one fact, and less than a conflicting forename
/// and the twin's penalty, or a conflicting birth date, take away.
pub(crate) const HOUSEHOLD_CAP: f64 = 6.5;
/// All that a person's own telephone and e-mail can add together.
pub(crate) const OWN_CONTACT_CAP: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_home_never_overturns_a_different_birth_date_or_forename() {
        assert!(HOUSEHOLD_CAP + BIRTH_DIFFERENT.weight() < 0.0);
        assert!(HOUSEHOLD_CAP + FORENAME_DIFFERENT.weight() + TWINS.weight() < 0.0);
    }
}
