use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::{Contexts, Pairs, Protocol};

/// The error that a measurement is to reach, and what it may cost at most.
///
/// The error of the corrected J^(m), standard error and bias of the correction together, is to be at most `error` times the larger
/// of 1 and J^(m) at every order: absolute where a curve is low, relative where it is high. It is the error over the population
/// that the samples come from, or over [`these`](Precision::these) samples alone.
///
/// ```
/// use burn_interaction::{Measurement, Precision};
///
/// let quick = Measurement::of_games().precision(0.1);
/// let careful = Measurement::of_games().precision(Precision::new(0.05).most_forwards(1_000_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    pub(crate) error: f64,
    pub(crate) these: bool,
    pub(crate) forwards: Option<u64>,
    pub(crate) time: Option<Duration>,
}

impl Precision {
    /// An error over the population that the samples come from, of which as many are taken as it needs, or as there are.
    pub fn new(error: f64) -> Self {
        Self {
            error,
            these: false,
            forwards: None,
            time: None,
        }
    }

    /// The error for just the samples that are given, all of which are measured: what differs between samples is no part of it.
    pub fn these(mut self) -> Self {
        self.these = true;
        self
    }

    /// The most forwards, pilot included: no round begins that would need more, and where they do not reach the error they are shared out to the
    /// least error that they do.
    pub fn most_forwards(mut self, forwards: u64) -> Self {
        self.forwards = Some(forwards);
        self
    }

    /// The most time: no round begins that would need more, and one that takes longer ends with the samples that are finished, so that
    /// the result depends on the machine where it binds.
    pub fn most_time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// The error asked for, in units of the larger of 1 and J.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// Whether both ask for one error, of the population or of the samples that are given, whatever their limits.
    pub fn is_of_error(&self, other: &Self) -> bool {
        self.error == other.error && self.these == other.these
    }

    /// Whether it is the error for just the samples that are given.
    pub fn is_of_these(&self) -> bool {
        self.these
    }

    /// Refuses what no measurement can reach.
    pub(crate) fn check(&self) -> Result<()> {
        match self.error > 0.0 && self.error.is_finite() {
            true => Ok(()),
            false => {
                let remedy = "give the error of J that is wanted, such as 0.05";
                Err(Error::setting("precision", self.error, remedy))
            }
        }
    }
}

impl From<f64> for Precision {
    fn from(error: f64) -> Self {
        Self::new(error)
    }
}

/// The components of the variance of J^(m) at one order, as standard deviations, found by a pilot: samples, places, pairs and noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The ratio m / (n - 2).
    pub ratio: f64,
    /// The corrected J^(m) in the pilot.
    pub relative: f64,
    /// Between samples, beyond what their places explain.
    pub samples: f64,
    /// Between places of a sample: stars, wherever these lie.
    pub places: f64,
    /// Between the pairs of a place.
    pub pairs: f64,
    /// The noise of a place with the contexts of the pilot.
    pub contexts: f64,
    /// The bias that the correction may leave with the contexts of the pilot.
    pub bias: f64,
}

/// How a measurement shares out its forwards to reach a precision at the least cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// The error that is wanted.
    pub wanted: Precision,
    /// The least error that the forwards allowed reach, for which it is made where these do not reach the error wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<f64>,
    /// Samples that should reach it.
    pub samples: usize,
    /// Places in a sample, where pairs are drawn in places.
    pub places: usize,
    /// Pairs at a place, where pairs are drawn in places.
    pub arms: usize,
    /// The pairs.
    pub pairs: Pairs,
    /// Contexts of each pair by order.
    pub contexts: Contexts,
    /// Forwards that these samples should take.
    pub forwards: u64,
    /// Forwards that the pilot took.
    pub pilot: u64,
    /// How often it was changed since the pilot, as a bias was larger than that told, or places differed more.
    pub raised: usize,
    /// Forwards of samples that were thrown away as it was changed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discarded: u64,
    /// The components of variance that the pilot found, order by order; none where contexts are not drawn.
    pub components: Vec<Component>,
}

/// Whether there is nothing to write.
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Allocation {
    /// A protocol with the pairs and contexts of the allocation.
    pub fn protocol(&self, protocol: &Protocol) -> Protocol {
        Protocol {
            pairs: self.pairs.clone(),
            contexts: self.contexts.clone(),
            ..protocol.clone()
        }
    }
}

/// Why a measurement to a precision ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stopped {
    /// The error is what was wanted.
    Reached,
    /// There are no more samples.
    Samples,
    /// The next round would have needed more forwards than were allowed.
    Forwards,
    /// The next round would have needed more time than was allowed.
    Time,
    /// The bias of the correction is larger than what was wanted, which more samples do not cure.
    Bias,
    /// No order shows any strength, so that J means nothing.
    NoInteraction,
    /// The run was interrupted.
    Interrupted,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reached => "reached",
            Self::Samples => "there are no more samples",
            Self::Forwards => "the forwards allowed are spent",
            Self::Time => "the time allowed is spent",
            Self::NoInteraction => "no order shows any strength, so that J means nothing",
            Self::Bias => "few contexts leave a bias: ask for more contexts",
            Self::Interrupted => "interrupted",
        })
    }
}

/// The outcome of a measurement to a precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// How forwards were shared out, and what was wanted.
    pub allocation: Allocation,
    /// The error of J^(m) over the larger of 1 and J^(m), at the order where it is largest; `None` where nothing is known of it.
    pub error: Option<f64>,
    /// Why it ended.
    pub stopped: Stopped,
    /// The looks at the error, as pairs of samples and error.
    pub looks: Vec<(usize, f64)>,
    /// Forwards in all, pilot included.
    pub forwards: u64,
}

/// The error of J at one order, by its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderError {
    /// The corrected J^(m).
    pub relative: f64,
    /// The standard error of J^(m); `None` for one sample.
    pub standard_error: Option<f64>,
    /// The bias that the correction may have left.
    pub bias: f64,
}
