//! The binary: configuration, wiring, start, stop.

fn main() {}
