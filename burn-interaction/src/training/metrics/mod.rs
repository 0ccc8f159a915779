//! Metrics for Burn's training loop, one a file.

mod curve;
mod readings;
mod strength;
mod terms;

pub use curve::*;
pub use strength::*;
pub use terms::*;
