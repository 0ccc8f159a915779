use burn_interaction::{Contexts, Estimator, Orders, Pairs, Precision, Protocol, Reward};
use serde::{Deserialize, Serialize};

use super::Share;
use crate::error::{Result, usage};
use crate::subject::{About, Part};

/// Pairs of a sample, and their contexts, that a precision's pilot costs about as much as.
const PILOT: (usize, usize) = (3, 8);
/// Samples of a precision's pilot.
pub(super) const PILOT_SAMPLES: usize = 24;
/// The papers' distance of neighbours on a grid.
const RADIUS: usize = 2;
/// Players up to which all pairs are measured by default.
const ALL_PAIRS_BY_DEFAULT: usize = 16;
/// Players up to which all pairs are measured by default where players lie on no grid: toggling all pairs costs less than
/// toggling only two in five of them.
const ALL_PAIRS_OFF_GRID: usize = 64;

/// The settings of a measurement. Absent ones follow from the number of players.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The orders.
    pub orders: Orders,
    /// The pairs.
    pub pairs: Option<Pairs>,
    /// The estimator.
    pub estimator: Option<Estimator>,
    /// Contexts for each pair and order.
    pub contexts: Contexts,
    /// The error to reach instead of a budget of contexts and pairs; samples are then the most that are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// Whether absent pairs are the papers'.
    #[serde(default)]
    pub published: bool,
    /// Samples, shared out over the classes.
    pub samples: usize,
    /// The part of the data that samples come from.
    pub part: Part,
    /// Whether samples are taken that a trained network classifies wrongly.
    pub any: bool,
    /// Whether the predicted class is measured, not the label.
    pub predicted: bool,
    /// The value of a coalition.
    pub reward: Reward,
    /// Rows in a batch.
    pub batch: Option<usize>,
    /// Whether the same network is also measured untrained.
    pub control: bool,
    /// The part of the samples that this run measures.
    pub share: Option<Share>,
    /// The seed of every random draw.
    pub seed: u64,
}

impl Default for Measure {
    fn default() -> Self {
        Self {
            orders: Orders::published(),
            pairs: None,
            estimator: None,
            contexts: Contexts::each(100),
            precision: None,
            published: false,
            samples: 50,
            part: Part::Test,
            any: false,
            predicted: false,
            reward: Reward::default(),
            batch: None,
            control: false,
            share: None,
            seed: 0,
        }
    }
}

impl Measure {
    /// The protocol for samples with these numbers of players, without its baseline; `grid` where players lie on one.
    pub(super) fn protocol(&self, about: &About, counts: &[usize], grid: bool) -> Protocol {
        Protocol {
            orders: self.orders.clone(),
            pairs: self.pairs_of(counts, grid, about.exact),
            estimator: self.estimator_of(counts, about.exact),
            contexts: match self.precision {
                Some(_) => PILOT.1.into(),
                None => self.contexts.clone(),
            },
            seed: self.seed,
            reward: self.reward,
            baseline: None,
            fewest: about.fewest,
        }
    }

    /// Whether only rightly classified samples are measured.
    pub(super) fn right(&self, about: &About) -> bool {
        about.weights.is_some() && !self.any && self.part != Part::Unlabelled
    }

    /// How many of so many samples this run measures: all, or those of its part.
    pub(super) fn measured(&self, samples: usize) -> usize {
        let part = |share: Share| share.places(samples).len();
        self.share.map_or(samples, part)
    }

    /// The papers' setting for CIFAR-10: 50 samples, 200 neighbours at a distance of up to 2 (random pairs where players lie on no grid), 13
    /// orders, 100 contexts, each with four values of its own.
    pub fn published() -> Self {
        Self {
            published: true,
            estimator: Some(Estimator::Paired),
            ..Self::default()
        }
    }

    /// Refuses numbers that no measurement can have.
    ///
    /// # Errors
    ///
    /// Fails where no sample is to be measured.
    pub fn check(&self) -> Result<()> {
        match self.samples {
            0 => Err(usage("--samples 0: measure at least one sample")),
            _ if self.precision.is_some() && self.share.is_some_and(Share::is_part) => Err(usage(
                "--part with --precision: --plan-only prints the arguments that parts are to be run with, or that there are none, where --samples takes its place",
            )),
            _ => Ok(()),
        }
    }

    fn pairs_of(&self, counts: &[usize], grid: bool, exact: usize) -> Pairs {
        let most = counts.iter().copied().max().unwrap_or(0);
        let one_by_one = self.published || self.precision.is_some() && most > exact;
        // A precision draws as many as it needs: these are the pilot's.
        let pairs = if self.precision.is_some() {
            PILOT.0
        } else {
            200
        };
        match &self.pairs {
            Some(pairs) => pairs.clone(),
            None if one_by_one && grid => Pairs::neighbours(RADIUS, pairs),
            None if one_by_one => Pairs::random(pairs),
            None if most <= ALL_PAIRS_BY_DEFAULT => Pairs::all(),
            None if grid => Pairs::stars(Some(RADIUS), 50, 4),
            None if most <= ALL_PAIRS_OFF_GRID => Pairs::all(),
            None => Pairs::random(200),
        }
    }

    fn estimator_of(&self, counts: &[usize], exact: usize) -> Estimator {
        let [fewest, most] =
            [counts.iter().min(), counts.iter().max()].map(|n| n.copied().unwrap_or(0));
        match (self.estimator, most <= exact, fewest < most) {
            (Some(given), ..) => given,
            // Parts of one run may differ in their largest sample, and still are of one protocol.
            (None, _, true) => Estimator::Auto { exact },
            (None, true, false) => Estimator::Exact,
            (None, false, false) => Estimator::toggled(),
        }
    }
}
