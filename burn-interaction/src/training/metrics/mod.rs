//! Metrics for Burn's training loop, one a file.

mod curve;
mod modulation;
mod readings;
mod strength;

pub use curve::*;
pub use modulation::*;
pub use strength::*;
