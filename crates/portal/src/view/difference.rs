//! Where two texts differ, character by character: what an eye slides over in `999 000 0018` and
//! `999 000 0081`.
//!
//! Only slips are taken apart. Two texts that are simply different are marked whole, because
//! confetti helps nobody.

use maud::{Markup, html};

/// Longer texts are compared as wholes.
const LONGEST: usize = 160;

/// A stretch of one text and how it stands to the other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub text: String,
    pub mark: Mark,
}

/// How a stretch stands to the other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Both have it.
    Same,
    /// The other has something else here, or nothing.
    Differs,
    /// The other has it too, with its neighbour first.
    Swapped,
}

/// Two texts in pieces, and their difference in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub a: Vec<Piece>,
    pub b: Vec<Piece>,
    /// `5th and 6th digit swapped`; empty where the texts are the same.
    pub words: String,
}

/// Compares two texts; capitals do not count.
pub(crate) fn difference(a: &str, b: &str) -> Difference {
    let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let steps = if x.len().max(y.len()) > LONGEST { None } else { Some(steps(&x, &y)) };
    let slips = |steps: &Vec<Step>| steps.iter().filter(|step| **step != Step::Keep).count();
    match steps {
        Some(steps) if slips(&steps) == 0 => Difference {
            a: pieces(&x, &steps, Side::A),
            b: pieces(&y, &steps, Side::B),
            words: String::new(),
        },
        Some(steps) if slips(&steps) <= most_slips_of_text(&x, &y) => Difference {
            a: pieces(&x, &steps, Side::A),
            b: pieces(&y, &steps, Side::B),
            words: words(&x, &steps),
        },
        _ => by_word(a, b),
    }
}

/// More than this many slips and the texts are compared word by word: two slips in several words are
/// more likely another word than two slips.
fn most_slips_of_text(a: &[char], b: &[char]) -> usize {
    let words = |text: &[char]| text.contains(&' ') && text.iter().any(|c| c.is_alphabetic());
    if words(a) || words(b) { 1 } else { most_slips(a.len().max(b.len())) }
}

/// More than this many slips and it is another text.
fn most_slips(length: usize) -> usize {
    (length / 4).clamp(1, 3)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    A,
    B,
}

/// One step from the first text to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Keep,
    Replace,
    Drop,
    Add,
    Swap,
}

impl Step {
    /// Characters that it takes from each text.
    fn takes(self, side: Side) -> usize {
        match (self, side) {
            (Self::Drop, Side::B) | (Self::Add, Side::A) => 0,
            (Self::Swap, _) => 2,
            _ => 1,
        }
    }

    fn mark(self) -> Mark {
        match self {
            Self::Keep => Mark::Same,
            Self::Swap => Mark::Swapped,
            Self::Replace | Self::Drop | Self::Add => Mark::Differs,
        }
    }
}

/// The fewest slips that lead from `a` to `b` (optimal string alignment: replaced, dropped, added,
/// or two neighbours swapped).
fn steps(a: &[char], b: &[char]) -> Vec<Step> {
    let width = b.len() + 1;
    let mut cost = vec![0_usize; (a.len() + 1) * width];
    let mut taken = vec![Step::Keep; cost.len()];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let best = ways(a, b, i, j).into_iter().flatten().map(|step| {
                let from = (i - step.takes(Side::A)) * width + j - step.takes(Side::B);
                let price = usize::from(step != Step::Keep);
                (cost.get(from).copied().unwrap_or(usize::MAX - 1) + price, step)
            });
            let Some((least, step)) = best.min_by_key(|(price, _)| *price) else { continue };
            if let (Some(slot), Some(way)) =
                (cost.get_mut(i * width + j), taken.get_mut(i * width + j))
            {
                (*slot, *way) = (least, step);
            }
        }
    }
    walk_back(&taken, width, a.len(), b.len())
}

/// The steps that may end at `i` characters of `a` and `j` of `b`, the most likely slip first.
fn ways(a: &[char], b: &[char], i: usize, j: usize) -> [Option<Step>; 5] {
    let at = |text: &[char], back: usize, end: usize| {
        end.checked_sub(back).and_then(|place| text.get(place).copied())
    };
    let alike = |one: Option<char>, other: Option<char>| match (one, other) {
        (Some(one), Some(other)) => one == other || one.to_lowercase().eq(other.to_lowercase()),
        _ => false,
    };
    let both = i > 0 && j > 0;
    let same = both && alike(at(a, 1, i), at(b, 1, j));
    let crossed = i > 1
        && j > 1
        && alike(at(a, 1, i), at(b, 2, j))
        && alike(at(a, 2, i), at(b, 1, j))
        && !same;
    [
        same.then_some(Step::Keep),
        crossed.then_some(Step::Swap),
        (both && !same).then_some(Step::Replace),
        (i > 0).then_some(Step::Drop),
        (j > 0).then_some(Step::Add),
    ]
}

fn walk_back(taken: &[Step], width: usize, mut i: usize, mut j: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    while i + j > 0 {
        let Some(step) = taken.get(i * width + j).copied() else { break };
        steps.push(step);
        (i, j) = (i - step.takes(Side::A), j - step.takes(Side::B));
    }
    steps.reverse();
    steps
}

/// One text cut where its marks change.
fn pieces(text: &[char], steps: &[Step], side: Side) -> Vec<Piece> {
    let mut rest = text.iter();
    let mut pieces: Vec<Piece> = Vec::new();
    for step in steps {
        let part: String = rest.by_ref().take(step.takes(side)).collect();
        push(&mut pieces, &part, step.mark());
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: &str, mark: Mark) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.mark == mark && mark != Mark::Swapped => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), mark }),
    }
}

/// `5th and 6th digit swapped`, `one letter differs`.
fn words(a: &[char], steps: &[Step]) -> String {
    let digits = a.iter().filter(|c| c.is_ascii_digit()).count();
    let numeric = digits > 0 && !a.iter().any(|c| c.is_alphabetic());
    let unit = if numeric { "digit" } else { "letter" };
    if let Some(place) = only_swap(steps).filter(|_| numeric) {
        let before = a.iter().take(place).filter(|c| c.is_ascii_digit()).count();
        return format!("{} and {} {unit} swapped", ordinal(before + 1), ordinal(before + 2));
    }
    let count = |wanted: Step| steps.iter().filter(|step| **step == wanted).count();
    let kinds = [
        (count(Step::Swap), "swapped pair"),
        (count(Step::Replace), "differs"),
        (count(Step::Drop), "only on the left"),
        (count(Step::Add), "only on the right"),
    ];
    let said: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| match (*count, *what) {
            (1, "swapped pair") => format!("two {unit}s swapped"),
            (count, "swapped pair") => format!("{count} pairs of {unit}s swapped"),
            (1, what) => format!("one {unit} {what}"),
            (count, "differs") => format!("{count} {unit}s differ"),
            (count, what) => format!("{count} {unit}s {what}"),
        })
        .collect();
    said.join(", ")
}

/// Where the one slip is, if it is a swap.
fn only_swap(steps: &[Step]) -> Option<usize> {
    let slips = steps.iter().filter(|step| **step != Step::Keep).count();
    let place = steps.iter().position(|step| *step == Step::Swap)?;
    (slips == 1).then_some(place)
}

fn ordinal(number: usize) -> String {
    let ending = match number {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// Texts that differ by more than slips: words that both have are the same, a word that is only a
/// slip away from the other's is taken apart, others differ.
fn by_word(a: &str, b: &str) -> Difference {
    let (left, right): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let (one, other) = (words_marked(&left, &right), words_marked(&right, &left));
    let shared = one.iter().any(|piece| piece.mark == Mark::Same && piece.text.trim().len() > 1);
    let words = if shared { "differs in part" } else { "differs" };
    Difference { a: one, b: other, words: words.to_owned() }
}

fn words_marked(words: &[&str], theirs: &[&str]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let marked = word_marked(word, theirs);
        if place > 0 {
            let whole = |pieces: &[Piece]| pieces.first().is_some_and(|p| p.mark == Mark::Differs);
            let between = whole(&marked)
                && pieces.last().is_some_and(|last: &Piece| last.mark == Mark::Differs);
            push(&mut pieces, " ", if between { Mark::Differs } else { Mark::Same });
        }
        for piece in marked {
            push(&mut pieces, &piece.text, piece.mark);
        }
    }
    pieces
}

fn word_marked(word: &str, theirs: &[&str]) -> Vec<Piece> {
    let fold = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let whole = |mark| vec![Piece { text: word.to_owned(), mark }];
    if theirs.iter().any(|other| fold(other) == fold(word)) {
        return whole(Mark::Same);
    }
    let letters: Vec<char> = word.chars().collect();
    let apart = |other: &&str| {
        let others: Vec<char> = other.chars().collect();
        let longest = letters.len().max(others.len());
        if longest > LONGEST || letters.len() < 3 {
            return None;
        }
        let steps = steps(&letters, &others);
        let slips = steps.iter().filter(|step| **step != Step::Keep).count();
        (slips <= most_slips(longest)).then_some((slips, steps))
    };
    let nearest = theirs.iter().filter_map(apart).min_by_key(|(slips, _)| *slips);
    nearest.map_or_else(|| whole(Mark::Differs), |(_, steps)| pieces(&letters, &steps, Side::A))
}

/// Pieces on a page: what differs is bold, underlined and of another ground, never of another
/// colour alone; what is swapped has a dotted line.
pub(crate) fn marked(pieces: &[Piece]) -> Markup {
    html! {
        @for piece in pieces {
            @match piece.mark {
                Mark::Same => (piece.text),
                Mark::Differs => mark.cs-odd { (piece.text) },
                Mark::Swapped => mark.cs-odd.cs-odd--swapped { (piece.text) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Same text bare, what differs in [], what is swapped in <>.
    fn said(pieces: &[Piece]) -> String {
        let one = |piece: &Piece| match piece.mark {
            Mark::Same => piece.text.clone(),
            Mark::Differs => format!("[{}]", piece.text),
            Mark::Swapped => format!("<{}>", piece.text),
        };
        pieces.iter().map(one).collect()
    }

    fn check(a: &str, b: &str, marked: (&str, &str), words: &str) {
        let found = difference(a, b);
        let (x, y) = (said(&found.a), said(&found.b));
        assert_eq!((x.as_str(), y.as_str(), found.words.as_str()), (marked.0, marked.1, words));
    }

    #[test]
    fn swapped_digits_are_pointed_at_by_their_place() {
        check(
            "999 000 0018",
            "999 000 0081",
            ("999 000 00<18>", "999 000 00<81>"),
            "9th and 10th digit swapped",
        );
        check(
            "01305 251150",
            "01305 521150",
            ("01305 <25>1150", "01305 <52>1150"),
            "6th and 7th digit swapped",
        );
    }

    #[test]
    fn one_slip_is_marked_alone() {
        check("HARDY", "HANDY", ("HA[R]DY", "HA[N]DY"), "one letter differs");
        check("JON", "JOHN", ("JON", "JO[H]N"), "one letter only on the right");
        check(
            "HARDY, Thomasina",
            "HARYD, Thomasina",
            ("HAR<DY>, Thomasina", "HAR<YD>, Thomasina"),
            "two letters swapped",
        );
        check(
            "999 000 0018",
            "999 000 0026",
            ("999 000 00[18]", "999 000 00[26]"),
            "2 digits differ",
        );
    }

    #[test]
    fn capitals_are_no_difference() {
        check("HARDY", "Hardy", ("HARDY", "Hardy"), "");
        check("", "", ("", ""), "");
    }

    #[test]
    fn another_text_is_marked_by_its_words() {
        check(
            "HARDY, Thomasina",
            "FANE, Angel",
            ("[HARDY, Thomasina]", "[FANE, Angel]"),
            "differs",
        );
        check(
            "12 Fore Street, Poole, BH15 1AA",
            "3 The Quay, Poole, BH15 1AA",
            ("[12 Fore Street,] Poole, BH15 1AA", "[3 The Quay,] Poole, BH15 1AA"),
            "differs in part",
        );
    }

    #[test]
    fn a_slip_within_a_longer_difference_is_still_pointed_at() {
        check(
            "PAERCE, David",
            "PEARCE, David Christopher",
            ("P<AE>RCE, David", "P<EA>RCE, David [Christopher]"),
            "differs in part",
        );
    }

    #[test]
    fn another_forename_is_not_called_a_few_slips() {
        check(
            "WRIGHT, Baby",
            "WRIGHT, Ava",
            ("WRIGHT, [Baby]", "WRIGHT, [Ava]"),
            "differs in part",
        );
    }

    #[test]
    fn a_name_of_a_thousand_characters_is_no_work() {
        let long = "x".repeat(1_000);
        assert_eq!(difference(&long, "HARDY").words, "differs");
    }

    #[test]
    fn every_character_stays_on_its_side() {
        for (a, b) in [("Zoë Ó Brien", "Zoe O'Brien"), ("AB", "BA"), ("ABC", ""), ("aab", "aba")]
        {
            let found = difference(a, b);
            let whole =
                |pieces: &[Piece]| pieces.iter().map(|p| p.text.as_str()).collect::<String>();
            assert_eq!((whole(&found.a).as_str(), whole(&found.b).as_str()), (a, b));
        }
    }
}
