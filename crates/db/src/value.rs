//! Values that go into a statement and come out of a row.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

/// A value of one of the five types that both engines share.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL null.
    Null,
    /// `bigint`; booleans are 0 and 1, moments are microseconds since 1970 UTC.
    Int(i64),
    /// `double precision`
    Real(f64),
    /// `text`; ids are hyphenated lower-case UUIDs, dates are ISO 8601.
    Text(String),
    /// `$blob`
    Blob(Vec<u8>),
}

/// A slice of [`Value`]s from anything that converts: `params![id, name, None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

macro_rules! from {
    ($($type:ty: $value:ident => $expression:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $expression
            }
        }
    )*};
}

from! {
    i64: value => Self::Int(value);
    i32: value => Self::Int(value.into());
    u32: value => Self::Int(value.into());
    u16: value => Self::Int(value.into());
    u8: value => Self::Int(value.into());
    bool: value => Self::Int(value.into());
    f64: value => Self::Real(value);
    &str: value => Self::Text(value.to_owned());
    String: value => Self::Text(value);
    &String: value => Self::Text(value.clone());
    Vec<u8>: value => Self::Blob(value);
    &[u8]: value => Self::Blob(value.to_vec());
    Uuid: value => Self::Text(value.to_string());
    Timestamp: value => Self::Int(value.as_microsecond());
    Date: value => Self::Text(value.to_string());
}

impl<T> From<Option<T>> for Value
where
    Value: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// The value as this type, or `None` where the column holds something else.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for Value {
    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Int(value) = value { Some(value) } else { None }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(|value| value != 0)
    }
}

impl FromValue for f64 {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Real(value) = value { Some(value) } else { None }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Text(value) = value { Some(value) } else { None }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Blob(value) = value { Some(value) } else { None }
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value)?.parse().ok()
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Option<Self> {
        Timestamp::from_microsecond(i64::from_value(value)?).ok()
    }
}

impl FromValue for Date {
    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value)?.parse().ok()
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}
