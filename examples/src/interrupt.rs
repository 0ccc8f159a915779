//! Ctrl-C: the first asks for an orderly end, the second ends at once.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C from here on.
pub fn listen() {
    let handler = || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!(
            "\ninterrupted: finishing the batch, then saving what is complete (again to stop at once)"
        );
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("warning: Ctrl-C will end the program without saving: {error}");
    }
}

/// Whether Ctrl-C was pressed.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Stops a measurement when Ctrl-C was pressed.
pub fn flow() -> ControlFlow<()> {
    match requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}
