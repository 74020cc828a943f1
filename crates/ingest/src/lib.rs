//! One message into the record, in one transaction.
