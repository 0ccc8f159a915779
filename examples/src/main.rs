//! The `interaction` command: parse, call the library, report.

use std::process::ExitCode;

use clap::Parser;
use interaction_examples::cli::{Cli, Command};
#[cfg(feature = "download")]
use interaction_examples::commands::download;
use interaction_examples::commands::{bench, demo, devices, discover, networks, train};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        None => demo::run(&cli.demo),
        Some(Command::Discover(args)) => discover::run(args),
        Some(Command::Train(args)) => train::run(args),
        Some(Command::Devices) => devices::run(),
        Some(Command::Networks) => networks::run(),
        #[cfg(feature = "download")]
        Some(Command::Download(args)) => download::run(args),
        Some(Command::Bench(args)) => bench::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
