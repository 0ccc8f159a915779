//! The `interaction` command: parse, call the library, report.

use std::process::ExitCode;

use clap::Parser;
use interaction_examples::cli::{Cli, Command};
#[cfg(feature = "download")]
use interaction_examples::commands::download;
use interaction_examples::commands::{bench, demo, devices, discover, merge, networks, train};

/// Tensors come and go by the megabyte: an allocator that keeps their memory spares the kernel from clearing it anew.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    quiet_when_nobody_reads();
    let cli = Cli::parse();
    let result = match &cli.command {
        None => demo::run(&cli.demo),
        Some(Command::Discover(args)) => discover::run(args),
        Some(Command::Train(args)) => train::run(args),
        Some(Command::Merge(args)) => merge::run(args),
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

/// `interaction .. | head` ends without a word when the reader has had enough, as other commands do.
fn quiet_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let broken = |message: &str| message.contains("failed printing to stdout: Broken pipe");
        if info.payload_as_str().is_some_and(broken) {
            std::process::exit(141);
        }
        usual(info);
    }));
}
