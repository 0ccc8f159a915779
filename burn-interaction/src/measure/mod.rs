//! The runner that a user starts from.

mod games;
mod measurement;
mod packing;
mod progress;
mod run;
mod targets;

#[cfg(test)]
mod closed_forms;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod noise;

pub use measurement::*;
pub use progress::*;
pub use targets::*;
