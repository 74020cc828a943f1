//! `[retry]` of a channel or a destination: when what failed for a reason that may pass is tried again.

use std::time::Duration;

use engine::Retry;
use serde::Deserialize;
use toml::Spanned;

use super::{Problem, Source};

/// `[retry]`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryToml {
    first_seconds: Option<Spanned<u64>>,
    longest_seconds: Option<Spanned<u64>>,
    give_up_after: Option<Spanned<i64>>,
}

pub(super) fn retry(
    source: &Source,
    parsed: Option<RetryToml>,
    problems: &mut Vec<Problem>,
) -> Retry {
    let usual = Retry::default();
    let parsed = parsed.unwrap_or_default();
    let at = parsed.longest_seconds.as_ref().map_or(0..0, Spanned::span);
    let mut seconds = |given: Option<Spanned<u64>>, usual: Duration| {
        let Some(given) = given else { return usual };
        if !(1..=3600).contains(given.get_ref()) {
            problems.push(source.problem(given.span(), "from 1 to 3600 seconds"));
        }
        Duration::from_secs(given.into_inner())
    };
    let first = seconds(parsed.first_seconds, usual.first);
    let longest = seconds(parsed.longest_seconds, usual.longest);
    if longest < first {
        problems.push(source.problem(at, "longest_seconds is less than first_seconds"));
    }
    let give_up_after = parsed.give_up_after.map(|given| {
        if !(1..=100_000).contains(given.get_ref()) {
            problems.push(source.problem(given.span(), "give_up_after is from 1 to 100000"));
        }
        given.into_inner()
    });
    Retry { first, longest, give_up_after }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::config::tests::{CHESIL, POOLE, check, problems};

    #[test]
    fn a_channel_says_when_its_messages_are_tried_again() {
        let poole = format!("{POOLE}[retry]\nfirst_seconds = 5\ngive_up_after = 20\n");
        let settings = check(&[("chesil.toml", CHESIL), ("channels/poole.toml", &poole)]).unwrap();
        let retry = settings.channels[0].retry;
        assert_eq!((retry.first, retry.longest), (Duration::from_secs(5), Duration::from_mins(5)));
        assert_eq!(retry.give_up_after, Some(20));
        for (text, said) in [
            ("first_seconds = 0", "poole.toml:7: from 1 to 3600 seconds"),
            ("longest_seconds = 3601", "poole.toml:7: from 1 to 3600 seconds"),
            ("first_seconds = 9\nlongest_seconds = 8", "poole.toml:8: longest_seconds is less"),
            ("give_up_after = 0", "poole.toml:7: give_up_after is from 1 to 100000"),
        ] {
            let poole = format!("{POOLE}[retry]\n{text}\n");
            let named = problems(&[("chesil.toml", CHESIL), ("channels/poole.toml", &poole)]);
            assert!(named.iter().any(|one| one.contains(said)), "{said}: {named:?}");
        }
    }
}
