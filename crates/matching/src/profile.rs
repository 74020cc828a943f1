//! Demographics prepared for comparing: one spelling of everything, stand-ins taken out.

use jiff::civil::Date;
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, PersonName, PostalAddress, Telephone,
};

use crate::birth_date::known;
use crate::hash::{stable_hash, stable_hash_of};
use crate::{email, phonetic, placeholder};

/// A name with what comparing it needs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Upper-case plain letters; the words of a double surname parted by one space.
    pub(crate) text: Box<str>,
    /// Of the letters without spaces: equal where the names are.
    pub(crate) id: u64,
    /// How it sounds; see [`phonetic`].
    pub(crate) sound: u64,
    /// How many sounds there are.
    pub(crate) sounds: u8,
    /// There is a digit in it.
    pub(crate) numbered: bool,
}

impl Name {
    pub(crate) fn new(text: String) -> Self {
        let letters = text.replace(' ', "");
        let code = phonetic::code(&letters);
        Self {
            id: stable_hash(letters.as_bytes()),
            sound: stable_hash(code.as_bytes()),
            sounds: u8::try_from(code.len()).unwrap_or(u8::MAX),
            numbered: letters.bytes().any(|letter| letter.is_ascii_digit()),
            text: text.into_boxed_str(),
        }
    }

    /// Only an initial is given.
    pub(crate) fn is_initial(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }
}

/// Where somebody lives or lived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home {
    /// The postcode without spaces.
    pub(crate) postcode: u64,
    /// The house within it: its numbers, or its name.
    pub(crate) house: Option<u64>,
}

/// An identifier that is not an NHS number: its kind, hashed, and its letters and digits.
pub(crate) type Identifier = (u64, Box<str>);

/// Whom the current name stands for, where it is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandIn {
    /// A newborn without a name.
    Newborn,
    /// Somebody whom nobody knew.
    Unidentified,
}

impl StandIn {
    fn of(name: &PersonName) -> Option<Self> {
        let unidentified = || is_unidentified(name).then_some(Self::Unidentified);
        is_newborn(name).then_some(Self::Newborn).or_else(unidentified)
    }
}

/// Words that stand beside a name and are none; typed into a name's field all the same.
const TITLES: [&str; 22] = [
    "MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "SIR", "DAME", "LORD", "LADY", "BARON",
    "BARONET", "BT", "EARL", "DUKE", "COUNTESS", "VISCOUNT", "ESQ", "JNR", "SNR",
];

/// An ordinal or a title: `1ST`, `SIR`.
fn is_title(word: &str) -> bool {
    TITLES.contains(&word) || word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// What one source says, ready to be compared: one spelling of everything, stand-ins taken out,
/// and only hashes of what need not be looked into. Keeps no demographics, so a million fit.
#[derive(Clone)]
pub struct Profile {
    /// The source's code, hashed; 0 where it is not known.
    pub(crate) source: u64,
    pub(crate) number: Option<NhsNumber>,
    pub(crate) verified: bool,
    pub(crate) birth_date: Option<Date>,
    pub(crate) gender: Option<Gender>,
    pub(crate) stand_in: Option<StandIn>,
    pub(crate) sensitive: bool,
    pub(crate) birth_order: Option<u8>,
    pub(crate) death_date: Option<Date>,
    pub(crate) practice: Option<u64>,
    /// Every surname, current first.
    pub(crate) families: Box<[Name]>,
    /// The first forename of every name.
    pub(crate) forenames: Box<[Name]>,
    /// All further forenames.
    pub(crate) middles: Box<[Name]>,
    /// Homes with a postcode; none of the stand-ins, none of a sensitive person.
    pub(crate) homes: Box<[Home]>,
    /// Telephone numbers as national digits, and e-mail addresses, hashed.
    pub(crate) landlines: Box<[u64]>,
    pub(crate) mobiles: Box<[u64]>,
    pub(crate) emails: Box<[u64]>,
    /// What may be a surname in the e-mail addresses and is none of theirs, as [`Name::id`].
    pub(crate) email_families: Box<[u64]>,
    /// Identifiers other than the NHS number: the kind, and the value.
    pub(crate) identifiers: Box<[Identifier]>,
    /// Further details that a model may weigh: the name, and the words of the value.
    pub(crate) extras: Box<[(u64, Name)]>,
}

impl Profile {
    /// Prepares what a source says.
    pub fn new(demographics: &Demographics) -> Self {
        let names = &demographics.names;
        // A sensitive person is never traced by where they live or how they are reached: what
        // agrees would tell it to whoever reads the evidence beside the other record.
        let nothing = Demographics::default();
        let place = if demographics.sensitive { &nothing } else { demographics };
        let true_names = || names.iter().filter(|name| !is_newborn(name));
        let prepared = |texts: Vec<String>| texts.into_iter().map(Name::new).collect();
        let verified = demographics.nhs_number_status == NhsNumberStatus::Verified;
        let families: Box<[Name]> = prepared(distinct(names.iter().filter_map(family)));
        let first_names: Box<[Name]> = prepared(distinct(
            true_names()
                .flat_map(|name| forenames(name).into_iter().take(1).chain(in_one_word(name)))
                .filter(|first| !first.is_empty()),
        ));
        let mut email_families: Vec<u64> =
            place.emails.iter().flat_map(|one| email::surnames(one, &first_names)).collect();
        let is_theirs = |id: &u64| families.iter().chain(&first_names).any(|name| name.id == *id);
        email_families.retain(|id| !is_theirs(id));
        Self {
            source: 0,
            number: demographics.nhs_number,
            verified: verified && demographics.nhs_number.is_some(),
            birth_date: known(demographics.birth_date),
            gender: demographics.gender,
            stand_in: names.first().and_then(StandIn::of),
            sensitive: demographics.sensitive,
            birth_order: demographics.birth_order,
            death_date: demographics.death_date,
            practice: place.gp_practice.as_ref().map(|p| stable_hash(p.as_str().as_bytes())),
            families,
            forenames: first_names,
            middles: prepared(distinct(
                true_names().flat_map(|name| forenames(name).into_iter().skip(1)),
            )),
            homes: distinct(place.addresses.iter().filter_map(home)).into_boxed_slice(),
            landlines: hashed(telephones(place, false)),
            mobiles: hashed(telephones(place, true)),
            emails: hashed(distinct(place.emails.iter().map(|email| email.trim().to_lowercase()))),
            email_families: email_families.into_boxed_slice(),
            identifiers: Box::default(),
            extras: Box::default(),
        }
    }

    /// As [`Profile::new`], with the source (its ODS code): some make more mistakes than others.
    pub fn said_by(demographics: &Demographics, source: &str) -> Self {
        Self { source: stable_hash(source.as_bytes()), ..Self::new(demographics) }
    }

    /// With identifiers other than the NHS number, each with its kind: two of a kind are compared.
    #[must_use]
    pub fn with_identifiers(self, identifiers: &[(&str, &str)]) -> Self {
        let read = |(kind, value): &(&str, &str)| {
            let value: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
            let kind = stable_hash(kind.as_bytes());
            (!value.is_empty()).then(|| (kind, value.to_uppercase().into_boxed_str()))
        };
        Self { identifiers: identifiers.iter().filter_map(read).collect(), ..self }
    }

    /// With further details, each with its name: a model may weigh an occupation or a birth place.
    #[must_use]
    pub fn with_extras(self, extras: &[(&str, &str)]) -> Self {
        let read = |(name, value): &(&str, &str)| {
            let text = words(value).join(" ");
            (!text.is_empty()).then(|| (stable_hash(name.as_bytes()), Name::new(text)))
        };
        Self { extras: extras.iter().filter_map(read).collect(), ..self }
    }

    /// The same for the same content, in every build: puts equals in an order that no arrival
    /// decides.
    pub(crate) fn fingerprint(&self) -> u64 {
        let names = [&self.families, &self.forenames, &self.middles];
        let mut parts: Vec<u64> =
            names.iter().flat_map(|names| names.iter().map(|n| n.id)).collect();
        let number = self.number.map_or(0, |number| stable_hash(number.to_string().as_bytes()));
        parts.extend([self.source, number, u64::from(self.verified), self.practice.unwrap_or(0)]);
        parts.extend(self.birth_date.map(|date| stable_hash(date.to_string().as_bytes())));
        parts.extend(self.homes.iter().flat_map(|home| [home.postcode, home.house.unwrap_or(0)]));
        parts.extend(self.landlines.iter().chain(&self.mobiles).chain(&self.emails));
        stable_hash_of(&parts)
    }

    /// The current name is a newborn's placeholder: `Baby`, `Twin 1`.
    pub fn is_newborn(&self) -> bool {
        self.stand_in == Some(StandIn::Newborn)
    }

    /// The current surname stands for somebody whom nobody knew: `Unknown, Male`.
    pub(crate) fn is_unidentified(&self) -> bool {
        self.stand_in == Some(StandIn::Unidentified)
    }

    /// The NHS number, where the source has verified it.
    pub fn verified_number(&self) -> Option<NhsNumber> {
        self.number.filter(|_| self.verified)
    }
}

fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

fn hashed(texts: Vec<String>) -> Box<[u64]> {
    let told = texts.iter().filter(|text| !text.is_empty());
    told.map(|text| stable_hash(text.as_bytes())).collect()
}

fn is_newborn(name: &PersonName) -> bool {
    placeholder::is_newborn(&given(name))
}

fn is_unidentified(name: &PersonName) -> bool {
    placeholder::is_unidentified(&words(&name.family), &given(name))
}

fn given(name: &PersonName) -> Vec<String> {
    name.given.iter().flat_map(|given| words(given)).collect()
}

fn family(name: &PersonName) -> Option<String> {
    let family: Vec<String> =
        words(&name.family).into_iter().filter(|word| !is_title(word)).collect();
    (!family.is_empty() && !is_unidentified(name)).then(|| family.join(" "))
}

/// `Xiu-Ying` and `Xiu Ying` as one word, as others write it.
fn in_one_word(name: &PersonName) -> Option<String> {
    let first = words(name.given.first()?);
    (first.len() > 1 && !first.iter().any(|word| is_title(word))).then(|| first.concat())
}

/// The given names one by one. Where the first is left blank and a middle name is given, the first is
/// empty: a middle name is not taken for the forename.
fn forenames(name: &PersonName) -> Vec<String> {
    let known = |word: &String| !placeholder::is_no_forename(word) && !is_title(word);
    let names: Vec<String> =
        name.given.iter().flat_map(|given| words(given)).filter(known).collect();
    let blank =
        name.given.first().is_some_and(|first| first.trim().is_empty()) && !names.is_empty();
    blank.then(String::new).into_iter().chain(names).collect()
}

/// `BH1 3TR`, `bh13tr` → `BH13TR`; ZZ99 codes (no fixed abode, abroad) say nothing about a home.
fn postcode(address: &PostalAddress) -> Option<String> {
    let code: String = address
        .postcode
        .as_ref()?
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    ((4..=7).contains(&code.len()) && !code.starts_with("ZZ99")).then_some(code)
}

fn home(address: &PostalAddress) -> Option<Home> {
    let postcode = stable_hash(postcode(address)?.as_bytes());
    let house = house(address).map(|house| stable_hash(house.as_bytes()));
    Some(Home { postcode, house })
}

/// The house within its postcode: `5/23` for a flat, `23`, or the words of a named house.
fn house(address: &PostalAddress) -> Option<String> {
    let line = address.lines.iter().find(|line| !line.trim().is_empty())?;
    let words: Vec<String> = line
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    let numbers: Vec<&str> = words
        .iter()
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
        .map(String::as_str)
        .collect();
    Some(if numbers.is_empty() { words.concat() } else { numbers.join("/") })
}

fn telephones(demographics: &Demographics, mobile: bool) -> Vec<String> {
    let is_mobile = |number: &str| number.starts_with("07");
    distinct(
        demographics
            .telephones
            .iter()
            .filter_map(national)
            .filter(|number| is_mobile(number) == mobile),
    )
}

/// `+44 7700 900123` → `07700900123`; stand-ins such as 00000000000 say nothing.
fn national(telephone: &Telephone) -> Option<String> {
    let digits: String = telephone.number.chars().filter(char::is_ascii_digit).collect();
    let international = telephone.number.trim_start().starts_with('+') || digits.starts_with("00");
    let number = match digits.trim_start_matches('0').strip_prefix("44") {
        Some(rest) if international => format!("0{}", rest.trim_start_matches('0')),
        _ => digits,
    };
    let tail = number.get(2..).unwrap_or_default();
    let varied = tail.bytes().any(|digit| Some(digit) != tail.bytes().next());
    ((10..=11).contains(&number.len()) && varied && number != "01234567890").then_some(number)
}

/// Upper-case words of plain letters: accents taken off, apostrophes closed up, hyphens opened. Digits
/// stay where they are part of a word: without them `Test1` and `Test2` would be one name.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| letter.is_whitespace() || "-‐–/,.".contains(letter))
        .map(|word| word.chars().flat_map(plain).collect::<String>())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect()
}

/// One letter without its accents, in upper case, or a digit; nothing for any other mark.
fn plain(letter: char) -> Vec<char> {
    let upper: Vec<char> = letter.to_uppercase().collect();
    let text = match upper.first().copied().unwrap_or(letter) {
        'A'..='Z' => return upper,
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Č' | 'Ĉ' | 'Ċ' => "C",
        'Ð' | 'Ď' | 'Đ' => "D",
        'È'..='Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'Ğ' | 'Ģ' => "G",
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'Ķ' => "K",
        'Ł' | 'Ľ' | 'Ļ' => "L",
        'Ñ' | 'Ń' | 'Ň' | 'Ņ' => "N",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'Œ' => "OE",
        'Ř' | 'Ŕ' => "R",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ẞ' => "SS",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'Þ' => "TH",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => "U",
        'Ẃ' | 'Ẁ' | 'Ŵ' => "W",
        'Ý' | 'Ÿ' | 'Ŷ' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        // Letters of other scripts stay as they are: two of them can still be equal.
        other if other.is_alphabetic() || other.is_ascii_digit() => return upper,
        _ => "",
    };
    text.chars().collect()
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_of_names() {
        for (text, expected) in [
            ("O'Brien", vec!["OBRIEN"]),
            ("Smith-Jones", vec!["SMITH", "JONES"]),
            ("Müller", vec!["MULLER"]),
            ("ŁĘCKA", vec!["LECKA"]),
            ("Test12", vec!["TEST12"]),
            ("Twin 2", vec!["TWIN"]),
            ("  ", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn one_spelling_of_telephones() {
        let read = |number: &str| national(&Telephone { number: number.into(), mobile: false });
        assert_eq!(read("+44 7700 900123").as_deref(), Some("07700900123"));
        assert_eq!(read("0044 (0)1305 496001").as_deref(), Some("01305496001"));
        assert_eq!(read("01305 496001").as_deref(), Some("01305496001"));
        assert_eq!(read("00000000000"), None);
        assert_eq!(read("ex-directory"), None);
    }

    #[test]
    fn a_house_is_its_number_or_its_name() {
        let read = |line: &str| {
            house(&PostalAddress { lines: vec![line.into()], ..PostalAddress::default() })
        };
        assert_eq!(read("Flat 5, 23 Cedar Court").as_deref(), Some("5/23"));
        assert_eq!(read("5/23 Cedar Crt").as_deref(), Some("5/23"));
        assert_eq!(read("The Old Mill").as_deref(), Some("THEOLDMILL"));
        assert_eq!(read(" "), None);
    }

    #[test]
    fn a_place_for_those_without_one_is_no_home() {
        let read = |postcode: &str| {
            let postcode = Some(postcode.to_owned());
            home(&PostalAddress { postcode, ..PostalAddress::default() })
        };
        assert!(read("BH20 5HH").is_some_and(|home| read("bh205hh") == Some(home)));
        assert!(read("ZZ99 3VZ").is_none());
    }
}
