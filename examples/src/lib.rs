//! What the `interaction` command is made of: arguments, data by name, training with Burn's `Learner`, and reports.

pub mod bench;
mod checkpoints;
pub mod cli;
pub mod commands;
pub mod data;
mod epochs;
mod error;
pub mod fit;
pub mod interrupt;
pub mod measuring;
pub mod output;
pub mod parse;
mod plain;
mod progress;
pub mod results;
mod settings;

pub use checkpoints::Checkpoints;
pub use error::*;
