//! What the `interaction` command is made of: arguments, data by name, training with Burn's `Learner`, and reports.

pub mod bench;
pub mod cli;
pub mod commands;
pub mod data;
mod error;
pub mod fit;
pub mod interrupt;
pub mod measuring;
pub mod output;
pub mod parse;
mod plain;
mod progress;
pub mod results;

pub use error::*;
