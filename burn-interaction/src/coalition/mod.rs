//! Sets of players, and seeded ways to draw them.

mod sample;
mod set;

pub use sample::*;
pub use set::*;
