//! The words everyone uses: typed ids, NHS numbers, demographics, actors, clocks, error categories.
//!
//! In: text from a feed, a form or a file. Out: values that are valid by construction.
//! Never: I/O, async, SQL, FHIR.

mod category;
mod clock;
mod id;
mod nhs_number;
mod ods_code;
mod demographics;
mod actor;
mod section;

pub use actor::{Actor, Role};
pub use category::Category;
pub use clock::{Clock, FixedClock, SystemClock};
pub use demographics::{Demographics, Gender, PersonName, PostalAddress, Telephone};
pub use id::{LocalIdentity, LocalPatientId, PersonId, UserId, stable_id};
pub use nhs_number::{NhsNumber, NhsNumberError, NhsNumberStatus};
pub use ods_code::{OdsCode, OdsCodeError};
pub use section::Section;
