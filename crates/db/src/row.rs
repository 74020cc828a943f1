//! One row of an answer, from either engine.

use postgres::types::Type;
use rusqlite::types::ValueRef;

use crate::{Error, FromValue, Value};

/// A row; columns are counted from 0.
pub struct Row<'a>(pub(crate) Source<'a>);

pub(crate) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The value in column `index`.
    ///
    /// # Errors
    /// [`Error::Column`] where there is no such column or it holds another type.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        let value = match &self.0 {
            Source::Sqlite(row) => sqlite_value(row, index),
            Source::Postgres(row) => postgres_value(row, index),
        };
        value
            .and_then(T::from_value)
            .ok_or(Error::Column { index, wanted: std::any::type_name::<T>() })
    }
}

fn sqlite_value(row: &rusqlite::Row<'_>, index: usize) -> Option<Value> {
    Some(match row.get_ref(index).ok()? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(bytes) => Value::Text(std::str::from_utf8(bytes).ok()?.to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

fn postgres_value(row: &postgres::Row, index: usize) -> Option<Value> {
    let column = row.columns().get(index)?;
    let kind = column.type_();
    Some(if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(index).ok()?.into()
    } else if *kind == Type::INT4 {
        row.try_get::<_, Option<i32>>(index).ok()?.into()
    } else if *kind == Type::BOOL {
        row.try_get::<_, Option<bool>>(index).ok()?.into()
    } else if *kind == Type::FLOAT8 {
        row.try_get::<_, Option<f64>>(index).ok()?.into()
    } else if *kind == Type::BYTEA {
        row.try_get::<_, Option<Vec<u8>>>(index).ok()?.into()
    } else {
        row.try_get::<_, Option<String>>(index).ok()?.into()
    })
}
