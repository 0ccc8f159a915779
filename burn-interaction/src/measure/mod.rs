//! The runner that a user starts from: price, batches, threads, progress, going on with earlier results.
//!
//! This folder is the only place that starts work.

mod efficiency;
mod enumerate;
mod exchange;
mod games;
mod lanes;
mod measurement;
mod networks;
mod packing;
mod precision;
mod progress;
mod run;
mod sample_game;
mod session;
mod sheet;
mod targets;
mod team;

#[cfg(test)]
mod axioms;
#[cfg(test)]
mod closed_forms;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod known_indices;
#[cfg(test)]
mod noise;
#[cfg(test)]
mod precise;

pub use efficiency::*;
pub(crate) use lanes::Lanes;
pub use measurement::*;
pub(crate) use packing::Packing;
pub use progress::*;
pub use sample_game::SampleGame;
pub use targets::*;
