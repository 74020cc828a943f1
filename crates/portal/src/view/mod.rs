//! Pieces of pages: values in, markup out. No database, no clock, no request.

pub(crate) mod banner;
pub(crate) mod source;
pub(crate) mod in_hospital;
pub(crate) mod line;
pub(crate) mod section;
pub(crate) mod comparison;
pub(crate) mod difference;
pub(crate) mod waterfall;
