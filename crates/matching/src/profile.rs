//! Demographics prepared for comparing: one spelling of everything, stand-ins taken out.

use model::{Demographics, PersonName, PostalAddress, Telephone};

/// Words that stand where a newborn's forename will be.
const NEWBORN: [&str; 11] = [
    "BABY", "BABYBOY", "BABYGIRL", "BABYOF", "INFANT", "NEWBORN", "TWIN", "TRIPLET", "BO", "BOY",
    "GIRL",
];
/// Words that stand where a name is not known.
const UNKNOWN: [&str; 9] = ["UNKNOWN", "UNK", "NOTKNOWN", "NONE", "NK", "NFN", "XX", "XXX", "ANON"];

/// What one source says, ready to be compared.
#[derive(Clone)]
pub struct Profile {
    demographics: Demographics,
    newborn: bool,
    /// Every surname, current first; the words of a double surname parted by one space.
    pub(crate) families: Vec<String>,
    /// The first forename of every name.
    pub(crate) forenames: Vec<String>,
    /// All further forenames.
    pub(crate) middles: Vec<String>,
    /// Postcodes without spaces; none of the stand-ins, none of a sensitive person.
    pub(crate) postcodes: Vec<String>,
    /// First number or word of the address, with the postcode.
    pub(crate) homes: Vec<String>,
    /// Telephone numbers as national digits.
    pub(crate) landlines: Vec<String>,
    pub(crate) mobiles: Vec<String>,
    pub(crate) emails: Vec<String>,
}

impl Profile {
    /// Prepares what a source says.
    pub fn new(demographics: &Demographics) -> Self {
        let names = &demographics.names;
        // A sensitive person is never traced by where they live.
        let addresses: &[PostalAddress] =
            if demographics.sensitive { &[] } else { &demographics.addresses };
        let all_newborn = names.first().is_some_and(is_newborn);
        let true_names = || names.iter().filter(|name| !is_newborn(name));
        Self {
            newborn: all_newborn,
            families: distinct(names.iter().filter_map(family)),
            forenames: distinct(true_names().filter_map(|name| forenames(name).into_iter().next())),
            middles: distinct(true_names().flat_map(|name| forenames(name).into_iter().skip(1))),
            postcodes: distinct(addresses.iter().filter_map(postcode)),
            homes: distinct(addresses.iter().filter_map(home)),
            landlines: telephones(demographics, false),
            mobiles: telephones(demographics, true),
            emails: distinct(demographics.emails.iter().map(|email| email.trim().to_lowercase())),
            demographics: demographics.clone(),
        }
    }

    /// As [`Profile::new`], with the source (its ODS code): some make more mistakes than others.
    pub fn said_by(demographics: &Demographics, _source: &str) -> Self {
        Self::new(demographics)
    }

    /// As the source said it.
    pub fn demographics(&self) -> &Demographics {
        &self.demographics
    }

    /// The current name is a newborn's placeholder: `Baby`, `Twin 1`.
    pub fn is_newborn(&self) -> bool {
        self.newborn
    }
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept = Vec::new();
    for value in values.filter(|value| !value.is_empty()) {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

fn is_newborn(name: &PersonName) -> bool {
    forenames(name).first().is_some_and(|first| NEWBORN.contains(&first.as_str()))
}

fn family(name: &PersonName) -> Option<String> {
    let family = words(&name.family).join(" ");
    (!family.is_empty() && !UNKNOWN.contains(&family.replace(' ', "").as_str())).then_some(family)
}

fn forenames(name: &PersonName) -> Vec<String> {
    name.given
        .iter()
        .flat_map(|given| words(given))
        .filter(|word| !UNKNOWN.contains(&word.as_str()))
        .collect()
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
    ((5..=7).contains(&code.len()) && !code.starts_with("ZZ99")).then_some(code)
}

/// The house within its postcode: `FLAT5`, `23`, or the first word of a named house.
fn home(address: &PostalAddress) -> Option<String> {
    let postcode = postcode(address)?;
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
    let house = if numbers.is_empty() { words.concat() } else { numbers.join("/") };
    Some(format!("{house} {postcode}"))
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

/// Upper-case words of plain letters: accents taken off, apostrophes closed up, hyphens opened.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| letter.is_whitespace() || "-‐–/,.".contains(letter))
        .map(|word| word.chars().flat_map(plain).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect()
}

/// One letter without its accents, in upper case; nothing for a mark that is no letter.
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
        other if other.is_alphabetic() => return upper,
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
    fn a_house_is_its_number_within_a_postcode() {
        let read = |line: &str, postcode: &str| {
            home(&PostalAddress {
                lines: vec![line.into()],
                city: None,
                postcode: Some(postcode.into()),
            })
        };
        assert_eq!(read("Flat 5, 23 Cedar Court", "BH20 5HH"), Some("5/23 BH205HH".into()));
        assert_eq!(read("5/23 Cedar Crt", "bh205hh"), Some("5/23 BH205HH".into()));
        assert_eq!(read("The Old Mill", "DT2 8QY"), Some("THEOLDMILL DT28QY".into()));
        assert_eq!(read("1 High Street", "ZZ99 3VZ"), None);
    }
}
