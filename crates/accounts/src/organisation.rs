//! The organisations that send, and those whose staff read.

use db::{Row, Tx, params};
use model::OdsCode;

use crate::Error;

/// An organisation that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its ODS code.
    pub ods: OdsCode,
    /// Its name as people know it.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
}

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrganisationKind {
    /// A hospital trust.
    Hospital,
    /// A mental-health provider.
    MentalHealth,
    /// A GP practice.
    Practice,
    /// A council with social care duties.
    Council,
    /// An ambulance service.
    Ambulance,
    /// A provider of community services.
    Community,
    /// Whoever runs the shared care record itself.
    Operator,
}

impl OrganisationKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Hospital,
        Self::MentalHealth,
        Self::Practice,
        Self::Council,
        Self::Ambulance,
        Self::Community,
        Self::Operator,
    ];

    /// The code kept in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::MentalHealth => "mental_health",
            Self::Practice => "practice",
            Self::Council => "council",
            Self::Ambulance => "ambulance",
            Self::Community => "community",
            Self::Operator => "operator",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hospital => "Hospital trust",
            Self::MentalHealth => "Mental health",
            Self::Practice => "GP practice",
            Self::Council => "Council",
            Self::Ambulance => "Ambulance service",
            Self::Community => "Community services",
            Self::Operator => "Shared care record",
        }
    }

    /// Reads [`OrganisationKind::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Adds an organisation, or changes its name and kind.
pub fn put_organisation(tx: &mut Tx, organisation: &Organisation) -> Result<(), Error> {
    tx.execute(
        "insert into account_organisation (ods, name, kind) values (?1, ?2, ?3)
         on conflict (ods) do update set name = excluded.name, kind = excluded.kind",
        params![organisation.ods.as_str(), organisation.name.as_str(), organisation.kind.code(),],
    )?;
    Ok(())
}

/// The organisation with this code.
pub fn organisation(tx: &mut Tx, ods: &OdsCode) -> Result<Option<Organisation>, Error> {
    tx.query_one(
        "select ods, name, kind from account_organisation where ods = ?1",
        params![ods.as_str()],
        raw,
    )?
    .map(read)
    .transpose()
}

/// All organisations, by name.
pub fn organisations(tx: &mut Tx) -> Result<Vec<Organisation>, Error> {
    tx.query("select ods, name, kind from account_organisation order by name, ods", &[], raw)?
        .into_iter()
        .map(read)
        .collect()
}

fn raw(row: &Row<'_>) -> Result<(String, String, String), db::Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn read((ods, name, kind): (String, String, String)) -> Result<Organisation, Error> {
    Ok(Organisation {
        ods: OdsCode::parse(&ods).map_err(|_| Error::Stored("an organisation's code"))?,
        name,
        kind: OrganisationKind::parse(&kind).ok_or(Error::Stored("an organisation's kind"))?,
    })
}
