//! Sets of players, and seeded ways to draw them.
//!
//! Draws are made on the host from generators of their own, so that they are the same on every device and platform.

mod binomial;
mod sample;
mod set;

pub(crate) use binomial::*;
pub use sample::*;
pub use set::*;

/// The largest number of players whose coalitions are enumerated: 2^24 values a sample.
pub const EXACT_LIMIT: usize = 24;

/// Two different players, the smaller number first.
pub type Pair = (usize, usize);
