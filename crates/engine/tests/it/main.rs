//! The engine from its sockets and folders to its destination, on every database there is.

mod support;
mod log;
mod order;
mod crash;
mod operator;
mod mllp;
mod file_drop;
mod bundle;
