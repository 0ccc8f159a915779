//! Studies: protocols of many cells as data, with the published numbers and the claims that they support.
//!
//! A study is a TOML file. Its cells are trainings, and measures of what they leave; each has a hash of all that makes it what it
//! is, under which a store keeps it, so that studies share their trainings and a killed study goes on.

mod builtin;
mod cells;
mod check;
mod entries;
mod failures;
mod file;
mod judge;
mod needs;
mod progress;
mod report;
mod run;
mod store;
mod subjects;
mod value;

pub use builtin::{BUILT_IN, built_in};
pub use cells::{Cells, MOST_SEEDS, Size};
pub use check::read;
pub use file::Study;
pub use needs::{check_files, check_known};
pub use report::{Named, Report, findings, gathered, study_page};
pub use run::{Ended, Run};
pub use store::Store;
pub use subjects::Roots;
pub use value::Value;
