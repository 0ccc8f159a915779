use std::fmt;
use std::str::FromStr;

use burn::tensor::Tensor;

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

    /// The values of rows of logits for class `target` on their device, with gradients: `[rows, classes]` to `[rows]`.
    ///
    /// The numbers are those of [`value`](Reward::value) in the device's precision; measurements read logits and compute on the
    /// host.
    ///
    /// # Panics
    ///
    /// Panics if there is no such class.
    pub(crate) fn of_logits(self, logits: Tensor<2>, target: usize) -> Tensor<1> {
        let [rows, outputs] = logits.dims();
        let (of, logits) = match (self, outputs) {
            // A single output is its own value whatever the target.
            (Self::Output, 1) => return logits.reshape([rows]),
            (Self::Logit, 1) => (Self::LogOdds, two_classes(logits)),
            _ => (self, two_classes(logits)),
        };
        let classes = logits.dims()[1];
        let z = logits.clone().narrow(1, target, 1);
        let others = match of {
            Self::Logit | Self::Output => return z.reshape([rows]),
            Self::LogProbability => logits,
            Self::LogOdds => {
                let sides = [(0, target), (target + 1, classes - target - 1)];
                let sides = sides.into_iter().filter(|(_, count)| *count > 0);
                let sides = sides.map(|(from, count)| logits.clone().narrow(1, from, count));
                Tensor::cat(sides.collect(), 1)
            }
        };
        let max = others.clone().max_dim(1).detach();
        let rest = (others - max.clone()).exp().sum_dim(1).log() + max;
        (z - rest).reshape([rows])
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

/// Logits of two classes from a single column, that of class 1, with class 0 at 0; others as they are.
pub(crate) fn two_classes(logits: Tensor<2>) -> Tensor<2> {
    match logits.dims()[1] {
        1 => Tensor::cat(vec![logits.zeros_like(), logits], 1),
        _ => logits,
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
    use burn::tensor::{Device, TensorData};

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
    fn rewards_on_the_device_are_those_on_the_host() {
        let tables: [&[[f32; 3]]; 2] = [
            &[[1.0, -2.0, 0.5], [30.0, 29.0, -40.0]],
            &[[1e4, 0.0, -1e4]],
        ];
        let all = NAMES.map(|(reward, _)| reward);
        let device = Device::flex();
        let check = |logits: Vec<Vec<f32>>, target: usize| {
            let (rows, outputs) = (logits.len(), logits[0].len());
            let flat = TensorData::new(logits.concat(), [rows, outputs]);
            for reward in all {
                let tensor = Tensor::<2>::from_data(flat.clone(), &device);
                let found = reward.of_logits(tensor, target).try_into_vec_as::<f32>();
                for (found, row) in found.unwrap().iter().zip(&logits) {
                    let expected = reward.value(row, target);
                    let near =
                        (f64::from(*found) - expected).abs() <= 1e-6 * expected.abs().max(1.0);
                    assert!(near, "{reward} of {row:?}: {found}, not {expected}");
                }
            }
        };
        for table in tables {
            for target in 0..3 {
                check(table.iter().map(|row| row.to_vec()).collect(), target);
            }
            for target in 0..2 {
                check(table.iter().map(|row| row[..2].to_vec()).collect(), target);
                check(table.iter().map(|row| row[..1].to_vec()).collect(), target);
            }
        }
    }

    #[test]
    fn gradients_of_the_log_odds_are_finite_however_sure_the_network_is() {
        let device = Device::flex().autodiff();
        let logits = Tensor::<2>::from_data([[200.0, -200.0, 0.0], [1.0, 2.0, 3.0]], &device);
        let logits = logits.require_grad();
        let sum = Reward::LogOdds.of_logits(logits.clone(), 0).sum();
        let found = logits.grad(&sum.backward()).unwrap();
        let found = found.try_into_vec_as::<f32>().unwrap();
        // d/dz_y is 1, d/dz_k is minus the softmax among the others.
        let e = 1.0_f32.exp();
        let expected = [1.0, 0.0, -1.0, 1.0, -1.0 / (1.0 + e), -e / (1.0 + e)];
        let apart = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-6, "{found:?}");
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
