//! Tests that need several crates, in one binary.

mod parity;
