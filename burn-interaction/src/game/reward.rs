use serde::{Deserialize, Serialize};

/// What a coalition is worth: a scalar made from the logits z of the target class y and the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reward {
    /// `log(p_y / (1 - p_y)) = z_y - logsumexp of the other logits`: the papers' value, and the default.
    #[default]
    LogOdds,
    /// `log p_y = z_y - logsumexp of all logits`.
    LogProbability,
    /// `z_y`.
    Logit,
}

impl Reward {
    /// The value of one row of `logits` for class `target`, in double precision.
    ///
    /// A single logit z is read as that of class 1 of two, with class 0 at logit 0: its log-odds are z for
    /// target 1 and -z for target 0.
    ///
    /// # Panics
    ///
    /// Panics if there is no such class.
    pub fn value(self, logits: &[f32], target: usize) -> f64 {
        if let [logit] = logits {
            assert!(target < 2, "class {target} of a single logit");
            return self.value(&[0.0, *logit], target);
        }
        let z = f64::from(logits[target]);
        match (self, logits) {
            // One other logit is its own logsumexp.
            (Self::LogOdds, [first, second]) => {
                z - f64::from(if target == 0 { *second } else { *first })
            }
            (Self::Logit, _) => z,
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
}

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
    }
}
