//! What `chesil link` says: which column was taken for what, and what became of every row.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use linkage::{Columns, Field, Report, Tally};

use crate::command::people_file::problems;

/// Clusters larger than this are told together.
const LARGE: u32 = 10;

/// Before the work: what is believed of the columns.
pub(super) fn columns(columns: &Columns) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "Columns, as a map that says the same (--map FILE to say otherwise):")?;
    for line in columns.as_toml().lines().filter(|line| !line.is_empty()) {
        writeln!(out, "  {line}")?;
    }
    let ignored = columns.ignored();
    if !ignored.is_empty() {
        writeln!(out, "Ignored: {}", ignored.join(", "))?;
    }
    if !columns.has(Field::RecordId) {
        writeln!(out, "No column holds a record id: records are known by their line.")?;
    }
    Ok(())
}

/// After it: every row counted once.
pub(super) fn results(
    report: &Report,
    columns: &Columns,
    tally: &Tally,
    problem_file: Option<&Path>,
) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let Tally { read, linked, left_alone, refused, .. } = tally;
    problems(&mut out, report, columns, problem_file)?;
    writeln!(
        out,
        "{read} rows read = {linked} linked + {left_alone} left alone + {refused} refused"
    )?;
    let people: u64 = tally.sizes.values().sum();
    let sizes: Vec<String> =
        tally.sizes.range(..=LARGE).map(|(size, count)| format!("{count} of {size}")).collect();
    writeln!(out, "{people} clusters: {}{}", sizes.join(", "), large(tally))?;
    writeln!(
        out,
        "{} pairs linked, {} pairs for a person to look at",
        tally.linked_pairs, tally.review_pairs
    )?;
    Ok(())
}

fn large(tally: &Tally) -> String {
    let large: u64 = tally.sizes.range(LARGE + 1..).map(|(_, count)| count).sum();
    match tally.sizes.last_key_value() {
        Some((largest, _)) if large > 0 => {
            format!(", {large} larger (the largest of {largest}: look at it)")
        }
        _ => String::new(),
    }
}
