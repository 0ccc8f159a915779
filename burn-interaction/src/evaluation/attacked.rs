use serde::{Deserialize, Serialize};

use crate::error::Result;

use super::Mean;
use super::score::{by_class, no_samples};

/// The outcome of an attack on a batch.
#[derive(Debug, Clone)]
pub struct Attacked<I> {
    /// The adversarial inputs, on the batch's device without autodiff.
    pub inputs: I,
    /// The outcome for each sample, in the order of the batch.
    pub samples: Vec<AttackedSample>,
}

/// The outcome of an attack on one sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AttackedSample {
    /// The id of the sample.
    pub id: u64,
    /// The label.
    pub label: usize,
    /// The class that the sample was attacked towards; `None` for an attack away from the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub towards: Option<usize>,
    /// The class that the network gives the clean sample.
    pub clean_class: usize,
    /// The class that the network gives the adversarial input.
    pub class: usize,
    /// The cross entropy of the clean sample with its label, or with the class that it was attacked towards.
    pub clean_loss: f64,
    /// The cross entropy of the adversarial input with that same class.
    pub loss: f64,
}

impl AttackedSample {
    /// Whether the network gives the clean sample its label.
    pub fn is_right(&self) -> bool {
        self.clean_class == self.label
    }

    /// Whether the attack fails on the sample.
    ///
    /// A sample withstands where it has its label before *and* after the attack, so that one that is misclassified anyway
    /// does not; against an attack towards a class, where it is given another class before and after.
    pub fn withstands(&self) -> bool {
        match self.towards {
            None => self.is_right() && self.class == self.label,
            Some(towards) => self.clean_class != towards && self.class != towards,
        }
    }
}

/// The robustness of a network: accuracies with and without attack, over the samples of one batch or of several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Robustness {
    /// The number of samples.
    pub samples: usize,
    /// The share of samples that are given their label, with its binomial standard error.
    pub clean: Mean,
    /// The share of samples that withstand, see [`AttackedSample::withstands`], with its binomial standard error.
    pub adversarial: Mean,
    /// The clean accuracy in each class, averaged over the classes whatever their sizes.
    pub balanced_clean: Mean,
    /// The share that withstands in each class, averaged over the classes whatever their sizes: where one class is common, a
    /// network that gives anything strange that class looks robust without this.
    pub balanced_adversarial: Mean,
    /// The cross entropy of the clean samples, see [`AttackedSample::clean_loss`].
    pub clean_loss: Mean,
    /// The cross entropy of the adversarial inputs.
    pub loss: Mean,
    /// The accuracies in each class that has samples.
    pub classes: Vec<ClassRobustness>,
}

/// The samples of one class under attack.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassRobustness {
    /// The label.
    pub label: usize,
    /// The number of samples.
    pub samples: usize,
    /// The share of samples that are given their label.
    pub clean: Mean,
    /// The share of samples that withstand.
    pub adversarial: Mean,
}

impl Robustness {
    /// The accuracies over attacked samples: lists of several batches are joined.
    ///
    /// # Errors
    ///
    /// Fails where there are no samples.
    pub fn of(samples: &[AttackedSample]) -> Result<Self> {
        Self::gather(samples).ok_or_else(no_samples)
    }

    fn gather(samples: &[AttackedSample]) -> Option<Self> {
        let right = by_class(samples.iter().map(|s| (s.label, s.is_right())));
        let withstanding = by_class(samples.iter().map(|s| (s.label, s.withstands())));
        let whole = |classes: &[(usize, usize, usize)]| {
            Mean::of_share(
                classes.iter().map(|(_, having, _)| having).sum(),
                samples.len(),
            )
        };
        let balanced = |classes: &[(usize, usize, usize)]| {
            Mean::of_shares(classes.iter().map(|(_, having, all)| (*having, *all)))
        };
        let class = |(right, withstanding): (&(usize, usize, usize), &(usize, usize, usize))| {
            Some(ClassRobustness {
                label: right.0,
                samples: right.2,
                clean: Mean::of_share(right.1, right.2)?,
                adversarial: Mean::of_share(withstanding.1, withstanding.2)?,
            })
        };
        Some(Self {
            samples: samples.len(),
            clean: whole(&right)?,
            adversarial: whole(&withstanding)?,
            balanced_clean: balanced(&right)?,
            balanced_adversarial: balanced(&withstanding)?,
            clean_loss: Mean::of(samples.iter().map(|s| s.clean_loss))?,
            loss: Mean::of(samples.iter().map(|s| s.loss))?,
            classes: right
                .iter()
                .zip(&withstanding)
                .map(class)
                .collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(label: usize, clean_class: usize, class: usize) -> AttackedSample {
        AttackedSample {
            id: 0,
            label,
            towards: None,
            clean_class,
            class,
            clean_loss: 1.0,
            loss: 2.0,
        }
    }

    #[test]
    fn a_sample_that_is_wrong_before_the_attack_does_not_withstand() {
        assert!(sample(1, 1, 1).withstands());
        assert!(!sample(1, 1, 0).withstands());
        assert!(!sample(1, 0, 1).withstands());
        let towards = |clean_class, class| AttackedSample {
            towards: Some(2),
            ..sample(1, clean_class, class)
        };
        assert!(towards(1, 0).withstands());
        assert!(!towards(1, 2).withstands() && !towards(2, 1).withstands());
    }

    #[test]
    fn a_common_class_does_not_carry_the_balanced_accuracy() {
        // Of 8 samples of class 0 all withstand, of 4 of class 1 three are right and one withstands.
        let mut samples = vec![sample(0, 0, 0); 8];
        samples.extend([
            sample(1, 1, 1),
            sample(1, 1, 0),
            sample(1, 1, 0),
            sample(1, 0, 0),
        ]);
        let all = Robustness::of(&samples).unwrap();
        assert_eq!(
            (all.clean.value, all.adversarial.value),
            (11.0 / 12.0, 0.75)
        );
        assert_eq!(
            all.adversarial.standard_error,
            Some((0.75_f64 * 0.25 / 12.0).sqrt())
        );
        assert_eq!(
            (all.balanced_clean.value, all.balanced_adversarial.value),
            (0.875, 0.625)
        );
        let error = (0.25_f64 * 0.75 / 4.0).sqrt() / 2.0;
        assert!((all.balanced_adversarial.standard_error.unwrap() - error).abs() < 1e-12);
        assert_eq!(all.classes[1].adversarial.value, 0.25);
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Robustness>(&json).unwrap(), all);
        assert!(Robustness::of(&[]).is_err());
    }
}
