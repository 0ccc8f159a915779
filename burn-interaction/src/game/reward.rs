use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::text::spelled;

/// The worth of a coalition: a scalar made from the logits z of the target class y and the others.
///
/// A single logit z is that of class 1 of two, class 0 being at 0, except for [`Output`](Reward::Output).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reward {
    /// `log(p_y / (1 - p_y)) = z_y - logsumexp of the other logits`: the papers' value, and the default.
    #[default]
    LogOdds,
    /// `log p_y = z_y - logsumexp of all logits`.
    LogProbability,
    /// `z_y`; of a single logit z for target 1 and -z for target 0, its log-odds.
    Logit,
    /// Output number y of the network as it is, for regression and hidden units; a single output whatever the target.
    Output,
}

impl Reward {
    /// The value of one row of `logits` for class `target`, in double precision.
    ///
    /// # Panics
    ///
    /// Panics if there is no such class.
    pub fn value(self, logits: &[f32], target: usize) -> f64 {
        if let [logit] = logits {
            let z = f64::from(*logit);
            return match self {
                Self::Output => z,
                _ if target > 1 => panic!("class {target} of a single logit"),
                Self::LogOdds | Self::Logit => [-z, z][target],
                Self::LogProbability => self.value(&[0.0, *logit], target),
            };
        }
        let z = f64::from(logits[target]);
        match (self, logits) {
            // One other logit is its own logsumexp.
            (Self::LogOdds, [first, second]) => {
                z - f64::from(if target == 0 { *second } else { *first })
            }
            (Self::Logit | Self::Output, _) => z,
            (Self::LogProbability, _) => z - log_sum_exp(logits.iter().copied()),
            (Self::LogOdds, _) => {
                let others = logits
                    .iter()
                    .enumerate()
                    .filter(|(class, _)| *class != target);
                z - log_sum_exp(others.map(|(_, z)| *z))
            }
        }
    }

    /// The targets that a network with so many outputs has.
    pub(crate) fn targets(self, outputs: usize) -> usize {
        match (self, outputs) {
            (Self::Output, 1) => usize::MAX,
            (Self::Output, outputs) => outputs,
            (_, outputs) => outputs.max(2),
        }
    }
}

const NAMES: [(Reward, &str); 4] = [
    (Reward::LogOdds, "log-odds"),
    (Reward::LogProbability, "log-probability"),
    (Reward::Logit, "logit"),
    (Reward::Output, "output"),
];

impl fmt::Display for Reward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(reward, _)| reward == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Reward {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(reward, _)| *reward).ok_or_else(|| {
            Error::setting(
                "reward",
                text,
                "give log-odds, log-probability, logit or output",
            )
        })
    }
}

spelled!(Reward);

fn log_sum_exp(logits: impl Iterator<Item = f32> + Clone) -> f64 {
    let max = f64::from(logits.clone().fold(f32::NEG_INFINITY, f32::max));
    max + logits.map(|z| (f64::from(z) - max).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_follow_their_formulas() {
        let logits = [1.0_f32, -2.0, 0.5];
        let p: Vec<f64> = {
            let e: Vec<f64> = logits.iter().map(|z| f64::from(*z).exp()).collect();
            e.iter().map(|v| v / e.iter().sum::<f64>()).collect()
        };
        for (y, p) in p.iter().enumerate() {
            assert!((Reward::LogOdds.value(&logits, y) - (p / (1.0 - p)).ln()).abs() < 1e-12);
            assert!((Reward::LogProbability.value(&logits, y) - p.ln()).abs() < 1e-12);
            assert_eq!(Reward::Logit.value(&logits, y), f64::from(logits[y]));
        }
    }

    #[test]
    fn large_logits_stay_finite() {
        assert_eq!(Reward::LogOdds.value(&[1e4, -1e4], 0), 2e4);
    }

    #[test]
    fn a_single_logit_is_a_binary_classifier() {
        assert_eq!(Reward::LogOdds.value(&[1.5], 1), 1.5);
        assert_eq!(Reward::LogOdds.value(&[1.5], 0), -1.5);
        assert!(
            (Reward::LogProbability.value(&[1.5], 1) + (1.0 + (-1.5_f64).exp()).ln()).abs() < 1e-12
        );
        assert_eq!(Reward::Logit.value(&[1.5], 1), 1.5);
        assert_eq!(Reward::Logit.value(&[1.5], 0), -1.5);
    }

    #[test]
    fn a_single_output_is_its_own_value_whatever_the_target() {
        for target in [0, 1, 7] {
            assert_eq!(Reward::Output.value(&[1.5], target), 1.5);
        }
        assert_eq!(Reward::Output.value(&[1.5, -2.0], 1), -2.0);
    }
}
