//! The runner that a user starts from.

mod measurement;
mod packing;
mod progress;
mod run;
mod targets;

#[cfg(test)]
mod closed_forms;

pub use measurement::*;
pub use progress::*;
pub use targets::*;
