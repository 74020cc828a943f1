//! Four organisations and their habits: what each asks for, how it writes, how often it slips.

/// How an organisation writes names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// As the person writes them, accents and all.
    AsGiven,
    /// Without accents.
    Plain,
    /// In capitals, without accents.
    Capitals,
    /// The surname in capitals.
    CapitalSurname,
}

/// An organisation's habits; shares are of a thousand records.
#[derive(Debug)]
pub(super) struct Habits {
    pub(super) code: &'static str,
    pub(super) writing: Writing,
    /// Postcodes without the space.
    pub(super) closes_postcodes: bool,

    /// No NHS number; a number that was never traced; a wrong one.
    pub(super) no_number: u32,
    pub(super) untraced: u32,
    pub(super) wrong_number: u32,

    /// Slips of a hand, an ear, a scanner, for each of forename and surname.
    pub(super) mistyped: u32,
    pub(super) misheard: u32,
    pub(super) misread: u32,
    /// The name of every day in the place of the first name.
    pub(super) known_as: u32,
    /// Middle names in full; as initials. Otherwise they are left out.
    pub(super) middle_full: u32,
    pub(super) middle_initial: u32,
    /// A slip in the birth date; none at all; the wrong sex; none.
    pub(super) birth_slip: u32,
    pub(super) no_birth_date: u32,
    pub(super) wrong_sex: u32,
    pub(super) no_sex: u32,
    pub(super) address_slip: u32,
    pub(super) no_address: u32,
    pub(super) no_postcode: u32,

    /// What is asked for and kept.
    pub(super) landline: u32,
    pub(super) mobile: u32,
    pub(super) email: u32,
    pub(super) practice: u32,
    /// Learns of a death.
    pub(super) death: u32,

    /// Hears of a new name, or of a new address, by the time it next sees the person.
    pub(super) hears_name: u32,
    pub(super) hears_move: u32,
    /// Registers somebody a second time.
    pub(super) registers_twice: u32,
}

/// GP practices, two hospitals and a council, in the order of `IndexRecord::organisation_place`.
pub(super) static ORGANISATIONS: [Habits; 4] = [GP, WEST, EAST, COUNCIL];

const GP: Habits = Habits {
    code: "GPR",
    writing: Writing::AsGiven,
    closes_postcodes: false,
    no_number: 4,
    untraced: 3,
    wrong_number: 1,
    mistyped: 4,
    misheard: 2,
    misread: 0,
    known_as: 40,
    middle_full: 870,
    middle_initial: 60,
    birth_slip: 3,
    no_birth_date: 1,
    wrong_sex: 1,
    no_sex: 1,
    address_slip: 12,
    no_address: 3,
    no_postcode: 6,
    landline: 780,
    mobile: 900,
    email: 560,
    practice: 1000,
    death: 985,
    hears_name: 930,
    hears_move: 950,
    registers_twice: 6,
};

const WEST: Habits = Habits {
    code: "RBD",
    writing: Writing::Capitals,
    closes_postcodes: false,
    no_number: 42,
    untraced: 36,
    wrong_number: 4,
    mistyped: 15,
    misheard: 9,
    misread: 0,
    known_as: 75,
    middle_full: 520,
    middle_initial: 200,
    birth_slip: 11,
    no_birth_date: 2,
    wrong_sex: 3,
    no_sex: 2,
    address_slip: 28,
    no_address: 10,
    no_postcode: 14,
    landline: 640,
    mobile: 720,
    email: 230,
    practice: 985,
    death: 700,
    hears_name: 800,
    hears_move: 850,
    registers_twice: 22,
};

const EAST: Habits = Habits {
    code: "RDZ",
    writing: Writing::CapitalSurname,
    closes_postcodes: true,
    no_number: 50,
    untraced: 40,
    wrong_number: 4,
    mistyped: 18,
    misheard: 8,
    misread: 4,
    known_as: 85,
    middle_full: 430,
    middle_initial: 260,
    birth_slip: 12,
    no_birth_date: 2,
    wrong_sex: 3,
    no_sex: 3,
    address_slip: 32,
    no_address: 9,
    no_postcode: 16,
    landline: 580,
    mobile: 700,
    email: 190,
    practice: 980,
    death: 680,
    hears_name: 780,
    hears_move: 830,
    registers_twice: 28,
};

/// A council scans paper forms, and families fill them in.
const COUNCIL: Habits = Habits {
    code: "LAC",
    writing: Writing::Plain,
    closes_postcodes: false,
    no_number: 260,
    untraced: 320,
    wrong_number: 7,
    mistyped: 20,
    misheard: 14,
    misread: 12,
    known_as: 150,
    middle_full: 380,
    middle_initial: 110,
    birth_slip: 20,
    no_birth_date: 9,
    wrong_sex: 4,
    no_sex: 12,
    address_slip: 45,
    no_address: 14,
    no_postcode: 30,
    landline: 520,
    mobile: 560,
    email: 90,
    practice: 380,
    death: 620,
    hears_name: 720,
    hears_move: 820,
    registers_twice: 32,
};
