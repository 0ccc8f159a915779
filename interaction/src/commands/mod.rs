//! The commands: parse, call, report, exit code.

pub mod args;
mod bench;
mod compare;
mod data;
mod devices;
mod discover;
#[cfg(feature = "download")]
mod download;
#[cfg(feature = "download")]
mod hub;
mod launch;
mod line;
mod merge;
mod missing;
mod networks;
mod parse;
mod place;
mod precision;
mod pretrained;
mod report;
mod runs;
mod serve;
mod study;
mod subject;
mod tour;
mod train;

use args::{Cli, Command};

use crate::error::Result;

/// Runs the command that the arguments ask for.
///
/// # Errors
///
/// Fails where an argument is at fault, or the command itself fails.
pub fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        None => tour::run(&cli.tour),
        Some(Command::Discover(args)) => discover::run(args),
        Some(Command::Train(args)) => train::run(args),
        Some(Command::Merge(args)) => merge::run(args),
        Some(Command::Launch(args)) => launch::run(args),
        Some(Command::Compare(args)) => compare::run(args),
        Some(Command::Report(args)) => report::run(args),
        Some(Command::Study(args)) => study::run(args),
        Some(Command::Serve(args)) => serve::run(args),
        Some(Command::Cache(args)) => pretrained::run(args),
        Some(Command::Devices) => devices::run(),
        Some(Command::Networks) => networks::run(),
        Some(Command::Data) => data::run(),
        #[cfg(feature = "download")]
        Some(Command::Download(args)) => download::run(args),
        Some(Command::Bench(args)) => bench::run(args),
    }
}
