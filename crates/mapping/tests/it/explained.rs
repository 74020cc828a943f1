//! Every value of every message of the corpus has a fate, and those that nobody understands are listed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use mapping::explain::{Explanation, Fate, explain};

use super::{corpus, feed, messages};

fn explained(message: &str) -> Explanation {
    let parsed = hl7v2::parse(message.as_bytes()).unwrap();
    explain(&parsed, &feed(message), "2026-12-31T12:00:00Z".parse().unwrap())
}

/// How many values a message holds, counted without our parser.
fn values(message: &str) -> usize {
    let fields = message.split('\r').flat_map(|segment| {
        segment.split('|').skip(if segment.starts_with("MSH") { 2 } else { 1 })
    });
    fields
        .flat_map(|field| field.split(['~', '^', '&']))
        .filter(|one| !one.trim().is_empty())
        .count()
}

#[test]
fn every_value_of_the_corpus_has_one_fate_and_what_comes_of_it_is_in_the_output() {
    for file in corpus() {
        for message in messages(&file) {
            let told = explained(&message);
            assert_eq!(told.fields.len(), values(&message), "{} {message}", file.display());
            let paths: BTreeSet<&str> = told.fields.iter().map(|one| one.path.as_str()).collect();
            assert_eq!(paths.len(), told.fields.len(), "{}", file.display());
            for field in &told.fields {
                let Fate::Becomes(elements) = &field.fate else { continue };
                let known = |path: &String| {
                    let within = |one: &str| {
                        let rest = one.strip_prefix(path.as_str());
                        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    };
                    told.elements.iter().any(|one| within(&one.path))
                };
                assert!(elements.iter().all(known), "{}: {elements:?}", field.path);
            }
        }
    }
}

#[test]
fn what_nobody_understands_of_the_corpus_is_listed() {
    let mut said = String::new();
    for file in corpus() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let told = messages(&file).into_iter().map(|one| explained(&one));
        for told in told.filter(|one| !one.elements.is_empty()) {
            let unknown = told.fields.iter().filter(|one| one.fate == Fate::NotUnderstood);
            let unknown: Vec<&str> = unknown.map(|one| one.path.as_str()).collect();
            if !unknown.is_empty() {
                writeln!(said, "{name} {}: {}", told.event, unknown.join(" ")).unwrap();
            }
        }
    }
    let golden = corpus().first().unwrap().with_file_name("not_understood.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, &said).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(said, expected, "read what BLESS=1 changes");
}
