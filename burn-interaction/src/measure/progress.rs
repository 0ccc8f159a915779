use std::ops::ControlFlow;
use std::time::Duration;

/// The price of a run, known before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Coalitions to evaluate, that is rows to push through the network.
    pub forwards: u64,
    /// Batches they come in.
    pub batches: u64,
    /// Samples they belong to.
    pub samples: usize,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Coalitions evaluated so far.
    pub forwards: u64,
    /// Samples completed so far.
    pub samples: usize,
    /// Samples to complete.
    pub samples_total: usize,
    /// Time since the run started.
    pub elapsed: Duration,
    /// The error that is wanted and reached, in a measurement to a precision.
    pub aim: Option<Aim>,
}

/// Tells where a measurement to a precision stands, in the terms of the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// The error of J over the larger of 1 and J that is wanted.
    pub wanted: f64,
    /// The error at the last look; `None` before the first.
    pub error: Option<f64>,
    /// Forwards that it should take in all, pilot included; `None` while the pilot runs.
    pub forwards: Option<u64>,
}

/// Hears after every batch where a run stands, and may stop it: the samples that are complete then are the result.
///
/// Closures `FnMut(&Progress) -> ControlFlow<()>` are observers.
pub trait Observer {
    /// Takes the news; [`ControlFlow::Break`] stops the run.
    fn update(&mut self, progress: &Progress) -> ControlFlow<()>;

    /// Takes a warning that stops nothing: that a device had too little memory for a batch, say.
    fn warn(&mut self, _warning: &str) {}
}

impl<F: FnMut(&Progress) -> ControlFlow<()>> Observer for F {
    fn update(&mut self, progress: &Progress) -> ControlFlow<()> {
        self(progress)
    }
}

/// An observer that never stops anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn update(&mut self, _: &Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
