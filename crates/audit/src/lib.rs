//! The hash-chained trail: turns a decision into a Permit by writing it.
