//! The `interaction` command: what a network relies on, from the command line.
//!
//! The rooms of the crate, each of which knows only those to its left:
//!
//! ```text
//! error < subject < report < work < study < bench < commands
//! ```
//!
//! `subject` makes a named network and its data ready, whatever their kind; `report` turns results into text and pictures;
//! `work` trains, measures and evaluates; `study` runs protocols of many cells and judges claims; `bench` holds claims about speed and accuracy against floors; `commands` parses.

mod bench;
mod commands;
mod error;
mod report;
mod study;
mod subject;
mod work;

use std::process::ExitCode;

use clap::Parser;

/// An allocator that keeps its memory: tensors come and go by the megabyte, and the kernel need not clear it anew for each.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    quiet_when_nobody_reads();
    match commands::run(&commands::args::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends `interaction .. | head` without a word when the reader has had enough, as other commands do.
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
