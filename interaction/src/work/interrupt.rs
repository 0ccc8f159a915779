//! Ctrl-C and SIGTERM, which slurm, kubernetes, docker and `timeout` send: the first signal asks for an orderly end, the
//! second ends at once.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Once};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The pause between two looks at the flag that a signal sets.
pub const PAUSE: Duration = Duration::from_millis(50);

/// Listens for Ctrl-C and SIGTERM from here on. A hang-up keeps its usual meaning, so that `nohup` works.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (signal, code) in [(SIGINT, 130), (SIGTERM, 143)] {
            // In this order: the first signal finds the flag down, the second finds it up.
            let heard = register_conditional_shutdown(signal, code, INTERRUPTED.clone())
                .and_then(|_| register(signal, INTERRUPTED.clone()));
            if let Err(error) = heard {
                eprintln!("warning: signal {signal} will end the program without saving: {error}");
            }
        }
        std::thread::spawn(|| {
            while !requested() {
                std::thread::sleep(PAUSE);
            }
            eprintln!(
                "\ninterrupted: finishing the batch, then saving what is complete (again to stop at once)"
            );
        });
    });
}

/// Whether Ctrl-C was pressed or SIGTERM sent.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Stops a measurement when an end is [`requested`].
pub fn flow() -> ControlFlow<()> {
    match requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}
