//! `[file_drop]`: which folders are looked into, and what their files hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{ChannelKind, CsvTable, FileContent, FileDrop};

use super::file::FileDropToml;
use super::{Problem, Source};

/// The tables that CSV files may hold.
const TABLES: [&str; 2] = ["care_packages", "contacts"];

/// The column that keeps a person's rows in order.
const KEY_COLUMN: &str = "person_id";
const NHS_NUMBER_COLUMN: &str = "nhs_number";

/// The longest file that is read, where nothing else is said.
const FILE_LIMIT_BYTES: u64 = 256 << 20;

/// A folder of CSV files for one of the council's tables.
pub(crate) fn council_folder(folder: PathBuf, table: &str, every: Duration) -> ChannelKind {
    ChannelKind::FileDrop(FileDrop {
        folder,
        content: FileContent::Csv(csv_table(table, &BTreeMap::new())),
        file_limit_bytes: FILE_LIMIT_BYTES,
        every,
    })
}

pub(super) fn file_drop(
    source: &Source,
    parsed: FileDropToml,
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Option<ChannelKind> {
    let content = content(source, &parsed, problems);
    let table = source.text.find("[file_drop]").map_or(0..0, |at| at..at);
    let folder = match (parsed.folder, parsed.folders) {
        (Some(folder), None) => folder,
        (None, Some(folders)) => folders,
        _ => {
            let sentence = "[file_drop] has either a folder or a pattern of folders";
            problems.push(source.problem(table, sentence));
            return None;
        }
    };
    Some(ChannelKind::FileDrop(FileDrop {
        folder: root.join(folder),
        content: content?,
        file_limit_bytes: parsed.file_limit_bytes.unwrap_or(FILE_LIMIT_BYTES),
        every: Duration::from_secs(parsed.every_seconds.unwrap_or(5).max(1)),
    }))
}

/// How the files call our columns, for the mapping.
pub(super) fn columns(parsed: &FileDropToml) -> BTreeMap<String, String> {
    let pairs = parsed.columns.iter();
    pairs.map(|(ours, theirs)| (ours.get_ref().clone(), theirs.clone())).collect()
}

fn content(
    source: &Source,
    parsed: &FileDropToml,
    problems: &mut Vec<Problem>,
) -> Option<FileContent> {
    let format = parsed.format.as_ref().map_or("csv", |format| format.get_ref());
    let content = match format {
        "csv" => return csv(source, parsed, problems).map(FileContent::Csv),
        "hl7" => FileContent::Hl7,
        "batch" => FileContent::Hl7Batch,
        "ndjson" => FileContent::Ndjson,
        _ => {
            let span = parsed.format.as_ref().map_or(0..0, toml::Spanned::span);
            problems.push(source.problem(span, "a format is one of csv, hl7, batch, ndjson"));
            return None;
        }
    };
    let given = parsed.table.as_ref().map(toml::Spanned::span);
    if let Some(span) = given.or(parsed.columns.keys().next().map(toml::Spanned::span)) {
        problems.push(source.problem(span, "table and columns are for the format csv"));
    }
    Some(content)
}

fn csv(source: &Source, parsed: &FileDropToml, problems: &mut Vec<Problem>) -> Option<CsvTable> {
    let one_of = format!("a table is one of {}", TABLES.join(", "));
    let Some(table) = &parsed.table else {
        let at = source.text.find("[file_drop]").map_or(0..0, |at| at..at);
        problems.push(source.problem(at, format!("CSV files are of a table: {one_of}")));
        return None;
    };
    if !TABLES.contains(&table.get_ref().as_str()) {
        problems.push(source.problem(table.span(), one_of));
        return None;
    }
    let known = mapping::required_columns(table.get_ref()).unwrap_or_default();
    for ours in parsed.columns.keys().filter(|ours| !known.contains(&ours.get_ref().as_str())) {
        let sentence = format!(
            "{table} has no such column; it has {}",
            known.join(", "),
            table = table.get_ref()
        );
        problems.push(source.problem(ours.span(), sentence));
    }
    Some(csv_table(table.get_ref(), &columns(parsed)))
}

/// A table whose columns the files call by other names.
fn csv_table(table: &str, called: &BTreeMap<String, String>) -> CsvTable {
    let name = |ours: &str| called.get(ours).cloned().unwrap_or_else(|| ours.to_owned());
    let columns = mapping::required_columns(table).unwrap_or_default();
    CsvTable {
        name: table.to_owned(),
        required_columns: columns.iter().map(|column| name(column)).collect(),
        key_column: name(KEY_COLUMN),
        nhs_number_column: Some(name(NHS_NUMBER_COLUMN)),
    }
}

#[cfg(test)]
mod tests {
    use engine::{ChannelKind, FileContent};

    use crate::config::tests::{CHESIL, check, problems};

    const COUNCIL: &str = "organisation = \"RD3\"\nauthority = \"BCP\"\n[file_drop]\n";

    fn with(text: &str) -> [(&str, String); 2] {
        [("chesil.toml", CHESIL.to_owned()), ("channels/council.toml", format!("{COUNCIL}{text}"))]
    }

    #[test]
    fn files_of_every_format_are_read_from_a_folder_or_from_many() {
        for (text, expected) in [
            ("folder = \"in\"\nformat = \"hl7\"", FileContent::Hl7),
            ("folders = \"sftp/*/adt\"\nformat = \"batch\"", FileContent::Hl7Batch),
            ("folder = \"in\"\nformat = \"ndjson\"", FileContent::Ndjson),
        ] {
            let files = with(text);
            let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
            let settings = check(&files).unwrap();
            let ChannelKind::FileDrop(drop) = &settings.channels[0].channel.kind else { panic!() };
            assert_eq!(drop.content, expected);
        }
    }

    #[test]
    fn a_table_may_be_called_otherwise_by_its_files() {
        let text = "folder = \"in\"\ntable = \"contacts\"\ncolumns = { person_id = \"Client No\" }";
        let files = with(text);
        let settings = check(&files.each_ref().map(|(name, text)| (*name, text.as_str()))).unwrap();
        let ChannelKind::FileDrop(drop) = &settings.channels[0].channel.kind else { panic!() };
        let FileContent::Csv(table) = &drop.content else { panic!() };
        assert_eq!(table.key_column, "Client No");
        assert!(table.required_columns.contains(&"Client No".to_owned()));
        assert!(!table.required_columns.contains(&"person_id".to_owned()));
        assert_eq!(settings.channels[0].feed.columns["person_id"], "Client No");
    }

    #[test]
    fn every_mistake_about_files_is_named_by_line() {
        for (text, said) in [
            ("format = \"hl7\"", "council.toml:3: [file_drop] has either a folder"),
            (
                "folder = \"a\"\nfolders = \"b\"\nformat = \"hl7\"",
                "council.toml:3: [file_drop] has",
            ),
            ("folder = \"in\"", "council.toml:3: CSV files are of a table"),
            ("folder = \"in\"\nformat = \"xml\"", "council.toml:5: a format is one of csv"),
            (
                "folder = \"in\"\nformat = \"hl7\"\ntable = \"contacts\"",
                "council.toml:6: table and columns",
            ),
            (
                "folder = \"in\"\ntable = \"contacts\"\ncolumns = { client = \"Client No\" }",
                "council.toml:6: contacts has no such column; it has nhs_number, person_id",
            ),
        ] {
            let files = with(text);
            let named = problems(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
            assert!(named.iter().any(|one| one.contains(said)), "{said}: {named:?}");
        }
    }
}
