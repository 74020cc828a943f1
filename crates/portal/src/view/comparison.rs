//! Two records side by side, field by field: what agrees, what differs and where exactly.

use jiff::civil::Date;
use maud::{Markup, html};
use model::{Demographics, NhsNumberStatus, PersonName, PostalAddress};

use crate::format;
use crate::view::banner::gender;
use crate::view::difference::{Mark, Piece, difference, marked};

/// Where a sensitive person lives, and with it their practice, is shown to no one (PDS S-flag).
pub(crate) const PROTECTED: &str = "Protected: not shown";

/// One row of the comparison.
pub(crate) struct Field {
    label: &'static str,
    a: Vec<Value>,
    b: Vec<Value>,
    verdict: Verdict,
}

/// One thing that one record says.
struct Value {
    pieces: Vec<Piece>,
    /// `former`, `verified`, `Mrs`: beside the value, not compared with it.
    note: String,
}

/// How the two sides stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Same,
    /// Not the current values, but one has what the other had.
    Shares,
    Differs(String),
    /// Everything that one says the other says too, and more.
    More,
    OneSide,
    Neither,
    Protected,
    /// Each has its own by nature.
    NotCompared,
}

impl Field {
    /// A row that is shown and not compared: whose record it is.
    pub(crate) fn shown(label: &'static str, a: String, b: String) -> Self {
        Self {
            label,
            a: Entry::plain(a).alone(),
            b: Entry::plain(b).alone(),
            verdict: Verdict::NotCompared,
        }
    }

    /// A row that was matched as a whole: a code's name.
    fn whole(label: &'static str, a: Option<String>, b: Option<String>) -> Self {
        let entries = |text: Option<String>| text.map(Entry::plain).into_iter().collect();
        Self::of(label, entries(a), entries(b))
    }

    fn of(label: &'static str, a: Vec<Entry>, b: Vec<Entry>) -> Self {
        let (a, b, verdict) = compare(&a, &b);
        Self { label, a, b, verdict }
    }

    fn protected(label: &'static str, a: Vec<Entry>, b: Vec<Entry>, hidden: (bool, bool)) -> Self {
        if !hidden.0 && !hidden.1 {
            return Self::of(label, a, b);
        }
        let side = |entries: Vec<Entry>, hidden: bool| {
            let said = if hidden { vec![Entry::plain(PROTECTED.to_owned())] } else { entries };
            said.iter().map(Entry::bare).collect()
        };
        Self { label, a: side(a, hidden.0), b: side(b, hidden.1), verdict: Verdict::Protected }
    }
}

/// Everything that two records say of who their person is, in the order of the banner (CUI
/// PAB-0016). `practice` gives a practice's name for its code.
pub(crate) fn fields(
    a: &Demographics,
    b: &Demographics,
    practice: impl Fn(&model::OdsCode) -> String,
) -> Vec<Field> {
    let hidden = (a.sensitive, b.sensitive);
    let place = |label, x, y| Field::protected(label, x, y, hidden);
    let practices = |who: &Demographics| {
        who.gp_practice.iter().map(|code| Entry::plain(practice(code))).collect()
    };
    let phones = |who: &Demographics| {
        who.telephones
            .iter()
            .map(|phone| {
                Entry::plain(phone.number.clone()).noted(if phone.mobile { "mobile" } else { "" })
            })
            .collect()
    };
    let emails = |who: &Demographics| who.emails.iter().cloned().map(Entry::plain).collect();
    let order =
        |who: &Demographics| who.birth_order.map(|order| format!("{order} of a multiple birth"));
    let genders = |who: &Demographics| who.gender.map(|known| gender(Some(known)).to_owned());
    let mut fields = vec![
        Field::of("Names", names(&a.names), names(&b.names)),
        born("Born", a.birth_date, b.birth_date),
        Field::whole("Gender", genders(a), genders(b)),
        Field::of("NHS number", number(a), number(b)),
        place("Addresses", addresses(&a.addresses), addresses(&b.addresses)),
        place("Telephones", phones(a), phones(b)),
        place("E-mail", emails(a), emails(b)),
        place("GP practice", practices(a), practices(b)),
        death(a, b),
    ];
    if a.birth_order.or(b.birth_order).is_some() {
        fields.push(Field::whole("Birth order", order(a), order(b)));
    }
    fields
}

/// What one record says in one field: the text that is compared, and what stands beside it.
struct Entry {
    text: String,
    note: String,
}

impl Entry {
    fn plain(text: String) -> Self {
        Self { text, note: String::new() }
    }

    fn noted(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    fn alone(self) -> Vec<Value> {
        if self.text.is_empty() { Vec::new() } else { vec![self.bare()] }
    }

    fn bare(&self) -> Value {
        self.marked(vec![Piece { text: self.text.clone(), mark: Mark::Same }])
    }

    fn marked(&self, pieces: Vec<Piece>) -> Value {
        Value { pieces, note: self.note.clone() }
    }

    /// What counts when two are compared: letters and digits.
    fn key(&self) -> String {
        self.text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
    }
}

fn names(names: &[PersonName]) -> Vec<Entry> {
    let entry = |(place, name): (usize, &PersonName)| {
        let bare = PersonName { prefix: None, ..name.clone() };
        let title = name.prefix.clone().unwrap_or_default();
        let note = match (place, title.is_empty()) {
            (0, _) => title,
            (_, true) => "former or other".to_owned(),
            (_, false) => format!("{title}, former or other"),
        };
        Entry::plain(format::name(&bare)).noted(note)
    };
    names.iter().enumerate().map(entry).collect()
}

fn addresses(addresses: &[PostalAddress]) -> Vec<Entry> {
    let entry = |(place, address): (usize, &PostalAddress)| {
        let parts = address.lines.iter().chain(&address.city).chain(&address.postcode);
        let text = parts.map(String::as_str).collect::<Vec<_>>().join(", ");
        Entry::plain(text).noted(if place == 0 { "" } else { "former" })
    };
    addresses.iter().enumerate().map(entry).collect()
}

fn number(who: &Demographics) -> Vec<Entry> {
    let status = number_status(who.nhs_number_status);
    who.nhs_number.iter().map(|number| Entry::plain(number.spaced()).noted(status)).collect()
}

/// The status of an NHS number in a steward's words (NHS Data Dictionary, NHS NUMBER STATUS
/// INDICATOR CODE).
pub(crate) fn number_status(status: NhsNumberStatus) -> &'static str {
    match status {
        NhsNumberStatus::Verified => "verified",
        NhsNumberStatus::NotTraced => "not traced",
        NhsNumberStatus::TraceRequired => "trace required",
        NhsNumberStatus::NoMatch => "traced, no single match",
        NhsNumberStatus::Conflict => "trace found a conflict",
        NhsNumberStatus::InProgress => "being traced",
        NhsNumberStatus::NotRequired => "trace not required",
        NhsNumberStatus::Baby => "baby under six weeks",
        NhsNumberStatus::NotStated => "not said whether verified",
    }
}

fn death(a: &Demographics, b: &Demographics) -> Field {
    let said = |who: &Demographics| match (who.deceased, who.death_date) {
        (_, Some(date)) => vec![Entry::plain(format::date(date))],
        (true, None) => vec![Entry::plain("Yes".to_owned()).noted("date not recorded")],
        (false, None) => Vec::new(),
    };
    let dead = |who: &Demographics| who.deceased || who.death_date.is_some();
    let mut field = match (a.death_date, b.death_date) {
        (Some(_), Some(_)) => born("Died", a.death_date, b.death_date),
        _ => Field::of("Died", said(a), said(b)),
    };
    // Nobody says "alive"; but one who is dead and one who is not are the question itself.
    if dead(a) != dead(b) {
        field.verdict = Verdict::Differs("only one has died".into());
    }
    field
}

/// Dates part by part, so that a day and a month that changed places are seen as that.
fn born(label: &'static str, a: Option<Date>, b: Option<Date>) -> Field {
    let entry = |date: Option<Date>| date.map(|date| Entry::plain(format::date(date)));
    let (Some(x), Some(y)) = (a, b) else {
        return Field::of(label, entry(a).into_iter().collect(), entry(b).into_iter().collect());
    };
    if x == y {
        return Field::of(label, entry(a).into_iter().collect(), entry(b).into_iter().collect());
    }
    let exchanged = x.year() == y.year() && x.day() == y.month() && x.month() == y.day();
    let (mut left, mut right, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for (place, (p, q)) in format::date(x).split('-').zip(format::date(y).split('-')).enumerate() {
        if place > 0 {
            left.push(Piece { text: "-".into(), mark: Mark::Same });
            right.push(Piece { text: "-".into(), mark: Mark::Same });
        }
        let part = date_part(place, p, q, exchanged);
        left.extend(part.0);
        right.extend(part.1);
        words.extend(part.2);
    }
    let words = if exchanged { "day and month exchanged".to_owned() } else { words.join(", ") };
    let value = |pieces| vec![Value { pieces, note: String::new() }];
    Field { label, a: value(left), b: value(right), verdict: Verdict::Differs(words) }
}

/// Day, month or year of two dates.
fn date_part(
    place: usize,
    p: &str,
    q: &str,
    exchanged: bool,
) -> (Vec<Piece>, Vec<Piece>, Option<String>) {
    let whole = |text: &str, mark| vec![Piece { text: text.to_owned(), mark }];
    let name = ["day", "month", "year"].get(place).copied().unwrap_or_default();
    if p == q {
        return (whole(p, Mark::Same), whole(q, Mark::Same), None);
    }
    if place == 1 || exchanged {
        let mark = if exchanged { Mark::Swapped } else { Mark::Differs };
        return (whole(p, mark), whole(q, mark), Some(format!("another {name}")));
    }
    let found = difference(p, q);
    let swapped = found.a.iter().any(|piece| piece.mark == Mark::Swapped);
    let words =
        if swapped { format!("{name}: two digits swapped") } else { format!("another {name}") };
    (found.a, found.b, Some(words))
}

fn compare(a: &[Entry], b: &[Entry]) -> (Vec<Value>, Vec<Value>, Verdict) {
    let bare = |entries: &[Entry]| entries.iter().map(Entry::bare).collect::<Vec<_>>();
    let (Some(first), Some(other)) = (a.first(), b.first()) else {
        let verdict =
            if a.is_empty() && b.is_empty() { Verdict::Neither } else { Verdict::OneSide };
        return (bare(a), bare(b), verdict);
    };
    let has = |entries: &[Entry], one: &Entry| entries.iter().any(|entry| entry.key() == one.key());
    if first.key() == other.key() {
        return (bare(a), bare(b), Verdict::Same);
    }
    let shared = a.iter().any(|one| has(b, one));
    let found = difference(&first.text, &other.text);
    let side = |entries: &[Entry], theirs: &[Entry], pieces: &[Piece]| {
        let value = |(place, entry): (usize, &Entry)| {
            if place > 0 || has(theirs, entry) {
                entry.bare()
            } else {
                entry.marked(pieces.to_vec())
            }
        };
        entries.iter().enumerate().map(value).collect::<Vec<_>>()
    };
    let whole = |pieces: &[Piece]| pieces.iter().all(|piece| piece.mark == Mark::Same);
    let verdict = match shared {
        true => Verdict::Shares,
        false if whole(&found.a) || whole(&found.b) => Verdict::More,
        false => Verdict::Differs(found.words.clone()),
    };
    (side(a, b, &found.a), side(b, a, &found.b), verdict)
}

/// The rows as a table. `sides` names the two columns.
pub(crate) fn table(fields: &[Field], sides: (Markup, Markup), label: &str) -> Markup {
    html! {
        table.cs-compare aria-label=(label) {
            thead {
                tr {
                    th scope="col" { "Field" }
                    th scope="col" { (sides.0) }
                    th scope="col" { (sides.1) }
                    th scope="col" { "Compared" }
                }
            }
            tbody {
                @for field in fields.iter().filter(|field| field.verdict != Verdict::Neither) {
                    tr.cs-compare__odd[matches!(field.verdict, Verdict::Differs(_))] {
                        th scope="row" { (field.label) }
                        td { (values(&field.a)) }
                        td { (values(&field.b)) }
                        td.cs-compare__verdict { (verdict(&field.verdict)) }
                    }
                }
            }
        }
        (neither(fields))
    }
}

/// What neither record says, in one line.
fn neither(fields: &[Field]) -> Markup {
    let silent = fields.iter().filter(|field| field.verdict == Verdict::Neither);
    let labels: Vec<&str> = silent.map(|field| field.label).collect();
    html! {
        @if !labels.is_empty() { p.cs-quiet { "Recorded by neither: " (labels.join(", ")) "." } }
    }
}

fn values(values: &[Value]) -> Markup {
    html! {
        @for value in values {
            div { (marked(&value.pieces)) @if !value.note.is_empty() { " " span.cs-quiet { (value.note) } } }
        }
        @if values.is_empty() { span.cs-quiet { "Not recorded" } }
    }
}

/// In words and with a sign; colour only adds to it.
fn verdict(verdict: &Verdict) -> Markup {
    let sign = |sign: &str| html! { span aria-hidden="true" { (sign) " " } };
    html! {
        @match verdict {
            Verdict::Same => span.cs-agrees { (sign("=")) "same" },
            Verdict::Shares => span.cs-agrees { (sign("\u{2248}")) "one is the other's former" },
            Verdict::More => span.cs-agrees { (sign("\u{2248}")) "one says more" },
            Verdict::Differs(words) => span.cs-differs { (sign("\u{2260}")) (words) },
            Verdict::OneSide => span.cs-quiet { "only one says" },
            Verdict::Protected => span.cs-quiet { "cannot tell" },
            Verdict::Neither | Verdict::NotCompared => span.cs-quiet aria-label="not compared" { "\u{2013}" },
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use model::{Gender, NhsNumber, OdsCode, Telephone};

    use super::*;

    fn name(family: &str, given: &str) -> PersonName {
        PersonName { family: family.into(), given: vec![given.into()], prefix: Some("Mrs".into()) }
    }

    fn check(a: &Demographics, b: &Demographics, label: &str) -> Verdict {
        let found = fields(a, b, ToString::to_string);
        found.into_iter().find(|field| field.label == label).unwrap().verdict
    }

    fn differs(words: &str) -> Verdict {
        Verdict::Differs(words.into())
    }

    #[test]
    fn a_maiden_name_is_found_again() {
        let a = Demographics {
            names: vec![name("Hardy", "Tess"), name("Fane", "Tess")],
            ..Demographics::default()
        };
        let b = Demographics { names: vec![name("Fane", "Tess")], ..Demographics::default() };
        assert_eq!(check(&a, &b, "Names"), Verdict::Shares);
        assert_eq!(check(&a, &a, "Names"), Verdict::Same);
        assert_eq!(check(&a, &Demographics::default(), "Names"), Verdict::OneSide);
    }

    #[test]
    fn dates_say_what_kind_of_slip_it_may_be() {
        let of = |date| Demographics { birth_date: Some(date), ..Demographics::default() };
        for (x, y, words) in [
            (date(1940, 6, 2), date(1940, 2, 6), "day and month exchanged"),
            (date(1947, 2, 21), date(1974, 2, 21), "year: two digits swapped"),
            (date(1947, 2, 21), date(1947, 2, 12), "day: two digits swapped"),
            (date(1947, 2, 21), date(1957, 3, 21), "another month, another year"),
        ] {
            assert_eq!(check(&of(x), &of(y), "Born"), differs(words));
        }
        assert_eq!(check(&of(date(1940, 6, 2)), &of(date(1940, 6, 2)), "Born"), Verdict::Same);
    }

    #[test]
    fn a_number_says_which_digits_changed_places_and_whether_it_is_verified() {
        let of = |text: &str, status| Demographics {
            nhs_number: NhsNumber::parse(text).ok(),
            nhs_number_status: status,
            ..Demographics::default()
        };
        let a = of("9990000018", NhsNumberStatus::Verified);
        let b = of("9990000026", NhsNumberStatus::TraceRequired);
        assert_eq!(check(&a, &b, "NHS number"), differs("2 digits differ"));
        let html =
            table(&fields(&a, &b, ToString::to_string), (html! {}, html! {}), "").into_string();
        assert!(html.contains("verified") && html.contains("trace required"));
    }

    #[test]
    fn what_one_side_does_not_say_is_not_called_a_difference() {
        let a = Demographics { gender: Some(Gender::Female), ..Demographics::default() };
        assert_eq!(check(&a, &Demographics::default(), "Gender"), Verdict::OneSide);
        assert_eq!(
            check(&Demographics::default(), &Demographics::default(), "Gender"),
            Verdict::Neither
        );
    }

    #[test]
    fn one_dead_and_one_not_said_to_be_differ() {
        let a = Demographics { deceased: true, ..Demographics::default() };
        assert_eq!(check(&a, &Demographics::default(), "Died"), differs("only one has died"));
    }

    #[test]
    fn a_postcode_alone_does_not_contradict_an_address_with_it() {
        let of = |lines: &[&str]| Demographics {
            addresses: vec![PostalAddress {
                lines: lines.iter().map(ToString::to_string).collect(),
                postcode: Some("DT9 7FP".into()),
                ..PostalAddress::default()
            }],
            ..Demographics::default()
        };
        let (a, b) = (of(&["95 Turnstone Way"]), of(&[]));
        assert_eq!(check(&a, &b, "Addresses"), Verdict::More);
        assert_eq!(check(&of(&["7 The Quay"]), &a, "Addresses"), differs("differs in part"));
    }

    #[test]
    fn spaces_in_a_telephone_number_and_titles_are_no_difference() {
        let of = |number: &str, title: &str| Demographics {
            telephones: vec![Telephone { number: number.into(), mobile: false }],
            names: vec![PersonName { prefix: Some(title.into()), ..name("Hardy", "Tess") }],
            ..Demographics::default()
        };
        let (a, b) = (of("01305 251150", "Mrs"), of("01305251150", "Ms"));
        assert_eq!(check(&a, &b, "Telephones"), Verdict::Same);
        assert_eq!(check(&a, &b, "Names"), Verdict::Same);
    }

    #[test]
    fn a_protected_person_shows_no_place_on_either_line_of_it() {
        let told = Demographics {
            sensitive: true,
            addresses: vec![PostalAddress {
                postcode: Some("BH15 1AA".into()),
                ..PostalAddress::default()
            }],
            telephones: vec![Telephone { number: "01202 000000".into(), mobile: false }],
            emails: vec!["a@example.org".into()],
            gp_practice: OdsCode::parse("J81001").ok(),
            ..Demographics::default()
        };
        let html = table(&fields(&told, &told, ToString::to_string), (html! {}, html! {}), "")
            .into_string();
        for place in ["BH15", "01202", "example.org", "J81001"] {
            assert!(!html.contains(place), "{place}");
        }
        for label in ["Addresses", "Telephones", "E-mail", "GP practice"] {
            assert_eq!(check(&told, &told, label), Verdict::Protected);
        }
        assert_eq!(html.matches(PROTECTED).count(), 8);
    }

    #[test]
    fn what_differs_is_marked_by_more_than_colour() {
        let of = |family: &str| Demographics {
            names: vec![name(family, "Tess")],
            ..Demographics::default()
        };
        let html = table(
            &fields(&of("Hardy"), &of("Handy"), ToString::to_string),
            (html! {}, html! {}),
            "",
        )
        .into_string();
        assert!(
            html.contains("<mark class=\"cs-odd\">R</mark>") && html.contains("one letter differs")
        );
    }
}
