//! The gateway against practices that answer, dawdle, lie, refuse and die.

mod provider;
mod call;
mod section;
mod identity;
mod simulated;
