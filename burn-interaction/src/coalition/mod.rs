//! Sets of players, and seeded ways to draw them.

mod binomial;
mod sample;
mod set;

pub(crate) use binomial::*;
pub use sample::*;
pub use set::*;

/// Two different players, the smaller number first.
pub type Pair = (usize, usize);
