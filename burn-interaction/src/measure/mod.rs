//! The runner that a user starts from.

mod efficiency;
mod measurement;
mod packing;
mod progress;
mod run;
mod sheet;
mod targets;

#[cfg(test)]
mod closed_forms;

pub use efficiency::*;
pub use measurement::*;
pub use progress::*;
pub use targets::*;
