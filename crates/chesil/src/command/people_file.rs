//! A CSV file of people, as the commands open it and tell of it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::thread::available_parallelism;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use linkage::{ColumnMap, Columns, Error, Report, Table};
use model::{Clock, SystemClock};

/// Opens a CSV file and finds its columns.
pub(super) fn open(input: &Path, map: Option<&Path>) -> Result<Table<File>> {
    let name = || input.display().to_string();
    let map = map.map(column_map).transpose()?;
    let file = File::open(input).with_context(name)?;
    if file.metadata().with_context(name)?.is_dir() {
        bail!("{} is a folder; name a CSV file", input.display());
    }
    Table::open(file, map.as_ref()).with_context(name)
}

fn column_map(path: &Path) -> Result<ColumnMap> {
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(name)?;
    ColumnMap::parse(&text).map_err(Error::Map).with_context(name)
}

pub(super) fn threads(said: Option<u16>) -> usize {
    said.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from)
}

/// The day by which a date of birth is in the future.
pub(super) fn today() -> jiff::civil::Date {
    SystemClock.now().to_zoned(TimeZone::system()).date()
}

pub(crate) fn bar(template: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    // The bar hides itself where standard error is no terminal.
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What was wrong with the file, by kind and column.
pub(super) fn problems(
    out: &mut impl Write,
    report: &Report,
    columns: &Columns,
    problem_file: Option<&Path>,
) -> Result<()> {
    let dates = report.date_lines(columns);
    if !dates.is_empty() {
        writeln!(out, "Dates:")?;
        dates.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    if report.problems.total() == 0 {
        return Ok(());
    }
    match problem_file {
        Some(path) => writeln!(out, "Problems (every one of them is in {}):", path.display())?,
        None => writeln!(out, "Problems (--problems FILE for every one of them):")?,
    }
    for line in report.problems.lines(columns.headings()) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
