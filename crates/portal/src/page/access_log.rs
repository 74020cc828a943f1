//! Who has looked at this person's record: everything that was done or tried, newest first.

use access::Action;
use audit::{Entry, EntryOutcome, Page};
use axum::extract::{Path, Query, State};
use db::Tx;
use maud::{Markup, html};
use model::PersonId;

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::page::record::{About, Tab, above};
use crate::page::record_view::identity_about;
use crate::page::{Paging, PersonPath};
use crate::permit::permit;
use crate::{Error, PortalState, format};

const PAGE: u16 = 50;

/// `GET /people/{person}/access-log`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<PersonPath>,
    Query(paging): Query<Paging>,
) -> Result<Markup, Error> {
    let permit = permit(&state, &reader, Action::ViewAccessLog, Some(path.id()?), "").await?;
    let id = permit.person().ok_or(Error::NotFound)?;
    let (person, entries, names) = state
        .read(move |tx| {
            let person = empi::person(tx, id)?.ok_or(Error::NotFound)?;
            let entries = who_looked(tx, person.id, Page { before: paging.before, size: PAGE })?;
            Ok((person, entries, names(tx)?))
        })
        .await?;
    let about = identity_about(&person, &names, &reader, state.now());
    Ok(show(&about, &entries, &names, &reader))
}

/// Entries about the person, also under ids that were merged into this one since they were written.
fn who_looked(tx: &mut Tx, person: PersonId, page: Page) -> Result<Vec<Entry>, Error> {
    let mut entries = audit::who_looked(tx, person, page)?;
    for former in empi::former_ids(tx, person)? {
        entries.extend(audit::who_looked(tx, former, page)?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    entries.truncate(page.size.into());
    Ok(entries)
}

/// The page.
pub(crate) fn show(about: &About, entries: &[Entry], names: &Names, reader: &Reader) -> Markup {
    page(
        "Who has looked",
        Some(reader),
        Place::Elsewhere,
        above(about, Tab::AccessLog),
        html! {
            section.cs-card aria-labelledby="looked" {
                h2 #looked { "Who has looked at this record" }
                @if entries.is_empty() { p { "No entry." } } @else { (table(entries, names, "looked")) }
                @if entries.len() == usize::from(PAGE) {
                    @if let Some(last) = entries.last() { nav.cs-pages aria-label="Pages" { a href={ "?before=" (last.seq) } rel="next" { "Older" } } }
                }
                p.cs-quiet { "Entries cannot be changed or removed; each carries a seal over the one before." }
            }
        },
    )
}

/// Entries of the trail, as every page lists them.
pub(crate) fn table(entries: &[Entry], names: &Names, labelled_by: &str) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby=(labelled_by) {
            table.cs-lines {
                thead { tr { th scope="col" { "No." } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "On what basis" } } }
                tbody { @for entry in entries { (row(entry, names)) } }
            }
        }
    }
}

fn row(entry: &Entry, names: &Names) -> Markup {
    html! {
        tr {
            td.cs-number { (entry.seq) }
            td.cs-when { (format::exact(entry.at)) }
            td { (entry.name) @if !entry.role.is_empty() { span.cs-quiet { ", " (entry.role_label()) ", " (names.of_code(&entry.organisation)) } } }
            td {
                (entry.action_label())
                @if entry.outcome == EntryOutcome::Refused { " " span.cs-tag.cs-tag--warn { "refused" } }
                @if !entry.detail.is_empty() { span.cs-quiet { " " (entry.detail) } }
            }
            td {
                (entry.basis.replace('-', " "))
                @if !entry.reason.is_empty() { span.cs-quiet { " " (entry.reason.replace('_', " ")) } }
                @if !entry.policies.is_empty() { " " span.cs-tag title={ "Policies: " (entry.policies.join(", ")) } { "policy" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use audit::{By, Event, Note};
    use empi::Model;
    use jiff::Timestamp;
    use model::{Demographics, LocalIdentity, OdsCode};

    use super::*;

    /// Notes about two records' people, by turns, before one is merged into the other.
    fn a_trail_before_a_merge(tx: &mut Tx) -> Result<PersonId, Error> {
        let (at, poole) = (Timestamp::UNIX_EPOCH, OdsCode::parse("RD3").unwrap());
        let identities = ["R1", "R2"].map(|number| LocalIdentity::new("RD3", number));
        for detail in ["one", "two", "three"] {
            for identity in &identities {
                let person = empi::feed(
                    tx,
                    Model::standard(),
                    identity,
                    &poole,
                    &Demographics::default(),
                    at,
                )?;
                let by = By::System("test");
                audit::note(tx, &Note::new(by, Event::DissentChanged, detail).about(person), at)?;
            }
        }
        let [survivor, subsumed] = &identities;
        Ok(empi::merge(tx, Model::standard(), survivor, subsumed, &poole, at)?)
    }

    #[test]
    fn entries_under_ids_that_were_merged_away_are_listed_in_their_place() {
        for db in db::scratch::databases() {
            db.migrate(&[empi::MIGRATIONS, audit::MIGRATIONS]).unwrap();
            let person = db.write(a_trail_before_a_merge).unwrap();
            let seqs = |page| -> Vec<i64> {
                let entries = db.read(|tx| who_looked(tx, person, page)).unwrap();
                entries.iter().map(|entry| entry.seq).collect()
            };
            assert_eq!(seqs(Page::first(4)), [6, 5, 4, 3]);
            assert_eq!(seqs(Page::after(3, 4)), [2, 1]);
        }
    }
}
