//! Any CSV file of people, by a column map, to records; records to clusters.
//!
//! In: the bytes of a file, a [`ColumnMap`], a model. Out: clusters and pairs of record ids, and what
//! was wrong with the file by line and column.
//! Never: the store, a clock, and never a value of a row in an error.

mod field;
mod column_map;
mod columns;
mod rows;
mod date;
mod problem;
mod row;
mod person;
mod table;
mod report;
mod problem_file;
mod ids;
mod link;
mod results;
pub mod score;
mod error;

pub use column_map::{ColumnMap, MapProblem};
pub use columns::{Columns, Headings};
pub use date::{DateOrder, DateShape};
pub use error::Error;
pub use field::Field;
pub use ids::Ids;
pub use link::{Linkage, Linking, Progress, Tally, link};
pub use person::Person;
pub use problem::{Problem, ProblemKind, Problems};
pub use problem_file::ProblemFile;
pub use report::Report;
pub use row::DateTally;
pub use table::{Reading, Table, Taken};
