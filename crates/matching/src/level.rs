//! Every way in which two records can agree, by field: what the model's file gives weights to.

/// The fields that tell where somebody lives or how they are reached, as a page calls them: not for
/// whoever may not see that (PDS S-flag).
pub const PLACES: [&str; 2] = ["Household", "Own contact"];

/// A way in which a field agrees.
macro_rules! levels {
    ($($level:ident  $section:literal  $key:literal  $field:literal  $words:literal)*) => {
        /// A way in which a field of two records can agree.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Level { $(#[doc = concat!($field, ": ", $words, ".")] $level),* }

        impl Level {
            /// Every level, in the order of the model's file.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$level),*];

            /// The section of the model's file: `surname`.
            pub(crate) fn section(self) -> &'static str {
                match self { $(Self::$level => $section),* }
            }

            /// The key within the section: `former`.
            pub(crate) fn key(self) -> &'static str {
                match self { $(Self::$level => $key),* }
            }

            /// The field, for a page: `Surname`.
            pub(crate) fn field(self) -> &'static str {
                match self { $(Self::$level => $field),* }
            }

            /// How it agreed, for a page: `same as a former one`. Never a value.
            pub(crate) fn words(self) -> &'static str {
                match self { $(Self::$level => $words),* }
            }
        }
    };
}

#[rustfmt::skip]
levels! {
    Chance                   "chance"        "any_two"              "Chance"        "before anything is compared"
    NumberSameVerified       "nhs_number"    "same_verified"        "NHS number"    "same, verified by both"
    NumberSame               "nhs_number"    "same"                 "NHS number"    "same"
    NumberNear               "nhs_number"    "near"                 "NHS number"    "one slip apart"
    NumberDifferent          "nhs_number"    "different"            "NHS number"    "different"
    NumberDifferentVerified  "nhs_number"    "different_verified"   "NHS number"    "different, verified by both"
    FamilySame               "surname"       "same"                 "Surname"       "same"
    FamilyFormer             "surname"       "former"               "Surname"       "same as a former one"
    FamilyPart               "surname"       "part"                 "Surname"       "one half of a double surname"
    FamilyClose              "surname"       "close"                "Surname"       "spelt or sounding alike"
    FamilyInEmail            "surname"       "in_email"             "Surname"       "the other's e-mail address has it"
    FamilyDifferentWoman     "surname"       "different_woman"      "Surname"       "different, a woman's"
    FamilyDifferent          "surname"       "different"            "Surname"       "different"
    NamesSwapped             "surname"       "changed_places"       "Surname"       "forename and surname changed places"
    ForenameSame             "forename"      "same"                 "Forename"      "same"
    ForenameNickname         "forename"      "nickname"             "Forename"      "a short or pet form"
    ForenameClose            "forename"      "close"                "Forename"      "spelt or sounding alike"
    ForenameInitial          "forename"      "initial"              "Forename"      "same initial, the other not given"
    ForenameMiddle           "forename"      "middle"               "Forename"      "the other's middle name"
    ForenameMiddleInitial    "forename"      "middle_initial"       "Forename"      "fits the other's middle initial"
    ForenameSimilar          "forename"      "similar"              "Forename"      "alike, but two names"
    ForenameDifferent        "forename"      "different"            "Forename"      "different"
    MiddleSame               "middle_name"   "same"                 "Middle name"   "same"
    MiddleInitial            "middle_name"   "initial"              "Middle name"   "same initial"
    MiddleDifferent          "middle_name"   "different"            "Middle name"   "different"
    BirthSame                "birth_date"    "same"                 "Birth date"    "same"
    BirthFirstJanuary        "birth_date"    "same_first_january"   "Birth date"    "same, but 1 January is often a stand-in"
    BirthSwapped             "birth_date"    "swapped"              "Birth date"    "day and month changed places"
    BirthOneDigit            "birth_date"    "one_digit"            "Birth date"    "one digit apart"
    BirthSameYear            "birth_date"    "same_year"            "Birth date"    "same year, one of them on 1 January"
    BirthTwoParts            "birth_date"    "two_parts"            "Birth date"    "two of day, month and year agree"
    BirthDifferent           "birth_date"    "different"            "Birth date"    "different"
    GenderSame               "gender"        "same"                 "Gender"        "same"
    GenderDifferent          "gender"        "different"            "Gender"        "different"
    DeathSame                "death_date"    "same"                 "Date of death" "same"
    HomeSame                 "household"     "address"              "Household"     "same address"
    HomePostcode             "household"     "postcode"             "Household"     "same postcode"
    HomeTelephone            "household"     "telephone"            "Household"     "same telephone"
    HomePractice             "household"     "practice"             "Household"     "same GP practice"
    HomeDifferent            "household"     "nothing"              "Household"     "nothing in common"
    OwnMobile                "own_contact"   "mobile"               "Own contact"   "same mobile telephone"
    OwnEmail                 "own_contact"   "email"                "Own contact"   "same e-mail address"
    IdentifierSame           "identifier"    "same"                 "Identifier"    "same"
    IdentifierNear           "identifier"    "near"                 "Identifier"    "one slip apart"
    IdentifierDifferent      "identifier"    "different"            "Identifier"    "different"
    Twins                    "interaction"   "twins"                "Twins"         "one birth date and surname, forenames that may be two"
    TwinsTwoNames            "interaction"   "twins_two_names"      "Twins"         "one birth date and surname, two forenames"
    Generation               "interaction"   "generation"           "Generation"    "one name and home, born years apart"
    Undated                  "interaction"   "undated"              "Generation"    "a birth date is not known: perhaps a relative of one name"
}

impl Level {
    /// Its place in [`Level::ALL`].
    #[expect(clippy::as_conversions, reason = "the discriminant of a plain enum is its place")]
    pub(crate) fn place(self) -> usize {
        self as usize
    }

    /// Its chances are of records of which one gives only an initial, or a date that is often a
    /// stand-in: no share of all pairs.
    pub(crate) fn is_conditional(self) -> bool {
        matches!(self, Self::ForenameInitial | Self::MiddleInitial | Self::BirthFirstJanuary)
    }

    /// How a slip or a difference shows: a source that errs more shows more of these.
    pub(crate) fn is_an_error(self) -> bool {
        matches!(
            self,
            Self::NumberNear
                | Self::NumberDifferent
                | Self::FamilyClose
                | Self::FamilyDifferentWoman
                | Self::FamilyDifferent
                | Self::ForenameClose
                | Self::ForenameSimilar
                | Self::ForenameDifferent
                | Self::BirthSwapped
                | Self::BirthOneDigit
                | Self::BirthSameYear
                | Self::BirthTwoParts
                | Self::BirthDifferent
                | Self::GenderDifferent
                | Self::IdentifierNear
                | Self::IdentifierDifferent
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_levels_share_a_place_in_the_file() {
        let mut places: Vec<_> =
            Level::ALL.iter().map(|level| (level.section(), level.key())).collect();
        places.sort_unstable();
        assert!(places.is_sorted_by(|one, next| one < next));
    }
}
