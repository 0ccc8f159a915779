//! Tests that need several crates, in one binary.

mod backends;
mod measuring;
mod parity;
mod real_data;
mod training;
