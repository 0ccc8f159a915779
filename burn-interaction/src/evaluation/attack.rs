use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::spelled;

/// The norm in which an attack may move a sample.
///
/// Spelled `linf` or `l2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Norm {
    /// The largest move of a value; steps go along the sign of the gradient.
    Linf,
    /// The Euclidean length of the move; steps go along the gradient, at one length in every sample.
    L2,
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linf => "linf",
            Self::L2 => "l2",
        })
    }
}

impl FromStr for Norm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "linf" => Ok(Self::Linf),
            "l2" => Ok(Self::L2),
            _ => Err(Error::setting(
                "norm",
                format!("\"{text}\""),
                "give linf or l2",
            )),
        }
    }
}

spelled!(Norm);

/// An attack by projected gradient descent: the input near a sample that a network classifies worst.
///
/// `x <- P(x + step * d)`, with d the sign of the loss's gradient ([`Norm::Linf`]) or the gradient over its length in each
/// sample ([`Norm::L2`]), and P the nearest point of the ball of radius `epsilon` around the clean sample, then of the bounds.
/// The first x is drawn uniformly from the ball, or is the clean sample. The last x counts, and of several restarts the worst:
/// one that reaches its goal, and among those the one of the largest loss (Madry et al., arXiv 1706.06083).
///
/// The loss is the cross entropy with the label, or against that with a class that is attacked towards. Its gradient points
/// where that of the log-odds `z_y - logsumexp of the other logits` does, and only this direction counts; so the gradient is
/// taken of the log-odds, which do not flatten out in single precision where a network is sure.
///
/// Defaults: 40 steps of 2.5 epsilon / steps each, one start drawn at random, no bounds, seed 0. Starts are drawn from the
/// seed, the sample's id and the restart, so that the attack on a sample does not depend on the samples beside it. All settings
/// are checked when it runs. Settings serialise under the names of the fields, and all but `norm` and `epsilon` may be left
/// out.
///
/// # Cost
///
/// For each sample `restarts * steps` forwards with as many backwards, without gradients of parameters; one forward a restart
/// for its outcome, and one for the clean sample. Memory is that of one forward and backward of the batch, whatever the steps.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::Batch;
/// use burn_interaction::evaluation::{Attack, Frozen, Robustness};
///
/// // A linear network, z1 - z0 = 2 a - b: a closure has to be vouched for, modules are given as `net.valid()`.
/// let device = Device::flex();
/// let weights = Tensor::<2>::from_data([[0.0, 2.0], [0.0, -1.0]], &device);
/// let net = Frozen(|x: Tensor<2>| x.matmul(weights.clone()));
/// let inputs = Tensor::<2>::from_data([[1.0, 0.0], [0.5, 0.5]], &device);
/// let batch = Batch::new(inputs, Tensor::from_data([1, 1], &device), vec![0, 1]);
///
/// // The margins 2 and .5 fall by epsilon (2 + 1) = .9: the first sample withstands.
/// let attacked = Attack::linf(0.3).run(&net, batch)?;
/// assert_eq!(attacked.samples[0].class, 1);
/// assert_eq!(attacked.samples[1].class, 0);
/// let robustness = Robustness::of(&attacked.samples)?;
/// assert_eq!((robustness.clean.value, robustness.adversarial.value), (1.0, 0.5));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// The norm of the ball.
    pub norm: Norm,
    /// The radius of the ball, in the network's units.
    pub epsilon: f64,
    /// The length of a step in the norm; `None` for 2.5 epsilon / steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// The number of steps.
    #[serde(default = "steps")]
    pub steps: usize,
    /// Whether to start at a point drawn uniformly from the ball; without it at the clean sample.
    #[serde(default = "random_start", alias = "random-start")]
    pub random_start: bool,
    /// The number of starts, the worst of which counts.
    #[serde(default = "restarts")]
    pub restarts: usize,
    /// The least and the largest value that an input may have, in the network's units; `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 2]>,
    /// The seed of the starts.
    #[serde(default)]
    pub seed: u64,
}

fn steps() -> usize {
    40
}

fn random_start() -> bool {
    true
}

fn restarts() -> usize {
    1
}

impl Attack {
    /// An attack that may move every value by this much, with the defaults.
    pub fn linf(epsilon: f64) -> Self {
        Self::new(Norm::Linf, epsilon)
    }

    /// An attack that may move a sample by this Euclidean distance, with the defaults.
    pub fn l2(epsilon: f64) -> Self {
        Self::new(Norm::L2, epsilon)
    }

    /// An attack in a norm, with the defaults.
    pub fn new(norm: Norm, epsilon: f64) -> Self {
        Self {
            norm,
            epsilon,
            step: None,
            steps: steps(),
            random_start: random_start(),
            restarts: restarts(),
            bounds: None,
            seed: 0,
        }
    }

    /// The length of a step in the norm; by default 2.5 epsilon / steps.
    pub fn step(mut self, step: f64) -> Self {
        self.step = Some(step);
        self
    }

    /// The number of steps; by default 40.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Whether to start at a point drawn uniformly from the ball, as by default, or at the clean sample.
    pub fn random_start(mut self, random: bool) -> Self {
        self.random_start = random;
        self
    }

    /// The number of random starts, the worst of which counts; by default one.
    pub fn restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// The least and the largest value that an input may have, in the network's units; by default any.
    pub fn bounds(mut self, least: f64, largest: f64) -> Self {
        self.bounds = Some([least, largest]);
        self
    }

    /// The seed of the starts; by default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The length of a step that the settings give.
    pub fn step_length(&self) -> f64 {
        let default = || 2.5 * self.epsilon / self.steps.max(1) as f64;
        self.step.unwrap_or_else(default)
    }

    /// Forwards of one sample, of which [`backwards`](Attack::backwards) with gradients.
    pub fn forwards(&self) -> u64 {
        self.backwards() + self.restarts as u64 + 1
    }

    /// Backwards of one sample.
    pub fn backwards(&self) -> u64 {
        self.restarts as u64 * self.steps as u64
    }

    /// Tells whether the settings can be run.
    ///
    /// # Errors
    ///
    /// Fails where epsilon or the step is negative or not finite, there are no steps or restarts, several restarts would all
    /// begin at the clean sample, or the bounds are not in order.
    pub fn check(&self) -> Result<()> {
        for (name, value) in [("epsilon", self.epsilon), ("step", self.step_length())] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::setting(
                    name,
                    value,
                    "give a finite number from 0 on",
                ));
            }
        }
        for (name, value) in [("steps", self.steps), ("restarts", self.restarts)] {
            if value == 0 {
                return Err(Error::setting(name, value, "give at least 1"));
            }
        }
        if self.restarts > 1 && !self.random_start {
            return Err(Error::setting(
                "restarts",
                self.restarts,
                "all of them would begin at the clean sample: give 1, or random_start",
            ));
        }
        match self.bounds {
            Some([least, largest]) if least > largest || least.is_nan() || largest.is_nan() => {
                Err(Error::setting(
                    "bounds",
                    format!("[{least}, {largest}]"),
                    "give the least value first, then the largest",
                ))
            }
            _ => Ok(()),
        }
    }
}
