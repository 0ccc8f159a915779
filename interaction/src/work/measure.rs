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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::subject::Statistics;

    fn about() -> About {
        About {
            network: "resnet20".into(),
            data: "cifar-10".into(),
            classes: Vec::new(),
            weights: Some("resnet20.th".into()),
            statistics: Statistics::Texts,
            framing: None,
            categories: BTreeMap::new(),
            features: Vec::new(),
            inputs: String::new(),
            exact: 12,
            fewest: 4,
            notes: Vec::new(),
        }
    }

    /// The protocol of the papers for CIFAR-10 with these pairs, as `PAPER.md` has it in section 4.
    fn papers(pairs: Pairs) -> Protocol {
        Protocol {
            orders: Orders::ratios([
                0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0,
            ]),
            pairs,
            estimator: Estimator::Paired,
            contexts: 100.into(),
            seed: 0,
            reward: Reward::LogOdds,
            baseline: None,
            fewest: 4,
        }
    }

    #[test]
    fn the_published_setting_of_256_players_on_a_grid_is_that_of_the_papers() {
        let published = Measure::published();
        assert!(published.samples == 50 && published.right(&about()));
        let protocol = published.protocol(&about(), &[256; 50], true);
        assert_eq!(protocol, papers(Pairs::neighbours(2, 200)));
        // [int(r * 254) for r in ratios] in Python.
        let orders = [0, 12, 25, 50, 76, 101, 127, 152, 177, 203, 228, 241, 254];
        assert_eq!(protocol.orders.resolve(256).unwrap(), orders);
        let contexts = orders.map(|order| protocol.contexts.at(order, 256));
        assert_eq!(contexts, [100; 13]);
    }

    #[test]
    fn the_published_setting_of_32_players_off_a_grid_has_random_pairs() {
        let protocol = Measure::published().protocol(&about(), &[32; 50], false);
        assert_eq!(protocol, papers(Pairs::random(200)));
        // [int(r * 30) for r in ratios] in Python.
        let orders = [0, 1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 30];
        assert_eq!(protocol.orders.resolve(32).unwrap(), orders);
        // Without the flag all pairs of so few players are toggled.
        let own = Measure::default().protocol(&about(), &[32; 50], false);
        assert_eq!(own.pairs, Pairs::all());
        assert_eq!(own.estimator, Estimator::toggled());
    }
}
