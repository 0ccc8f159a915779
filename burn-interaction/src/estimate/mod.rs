//! Which coalitions are evaluated, and how their values become estimates: what draws, and what adds up.
//!
//! Nothing here evaluates a coalition: a [`Plan`] says which are to be, and whoever runs it gives back their values.

mod accumulator;
pub(crate) mod block;
mod contexts;
mod correct;
mod drawing;
mod estimator;
mod exact;
mod grid;
mod interaction;
mod orders;
mod paired;
mod pairs;
mod parts;
mod plan;
mod protocol;
mod shared;
mod singles;
mod stars;
mod tally;
mod theory;
mod toggled;
mod walk;

pub use crate::coalition::EXACT_LIMIT;
pub(crate) use accumulator::{Accumulator, Estimates};
pub(crate) use block::{Block, Difference, Differences};
pub use contexts::*;
pub(crate) use correct::{Corrected, Pool, pooled, remaining_bias};
pub use estimator::*;
pub use interaction::Estimate;
pub use orders::*;
pub use pairs::*;
pub(crate) use parts::Parts;
pub use plan::*;
pub use protocol::*;
pub(crate) use shared::Shared;
pub(crate) use tally::{Magnitudes, Part, Split, mean};
pub use theory::*;

#[cfg(test)]
pub(crate) use tally::tests::normal;
