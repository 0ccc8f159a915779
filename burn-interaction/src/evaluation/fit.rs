use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The loss and the accuracy of a network on one part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// The mean cross entropy.
    pub loss: f64,
    /// The share of samples that are given their label, 0 to 1.
    pub accuracy: f64,
}

/// The performance of a network after one epoch of training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FitEpoch {
    /// The number of the epoch.
    pub epoch: usize,
    /// On the training part.
    pub training: Performance,
    /// On the validation part.
    pub validation: Performance,
}

impl FitEpoch {
    /// How far validation is from training: validation less training, of the loss and of the accuracy.
    ///
    /// A network that generalises badly has a gap in its loss above 0 and one in its accuracy below.
    pub fn gap(&self) -> Performance {
        Performance {
            loss: self.validation.loss - self.training.loss,
            accuracy: self.validation.accuracy - self.training.accuracy,
        }
    }
}

/// How well a network fits its training data and generalises beyond them, epoch by epoch.
///
/// # Cost
///
/// None: the numbers are those that a training has written. [`Scores`](super::Scores) finds those of a network that is
/// there.
///
/// # Example
///
/// ```
/// use burn_interaction::evaluation::{Fit, FitEpoch, Performance};
///
/// let row = |epoch, training, validation| FitEpoch {
///     epoch,
///     training: Performance { loss: training, accuracy: 0.9 },
///     validation: Performance { loss: validation, accuracy: 0.8 },
/// };
/// let fit = Fit::new([row(1, 0.9, 1.0), row(2, 0.5, 0.8), row(3, 0.1, 0.9)])?;
/// assert_eq!(fit.last().epoch, 3);
/// assert_eq!(fit.best().epoch, 2);
/// assert!((fit.gap().loss - 0.8).abs() < 1e-12);
/// assert!((fit.gap().accuracy + 0.1).abs() < 1e-12);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Fit {
    /// In the order of epochs; at least one.
    epochs: Vec<FitEpoch>,
}

impl Fit {
    /// The fit of a training, from one row an epoch in any order.
    ///
    /// # Errors
    ///
    /// Fails where there is no row, an epoch occurs twice, a loss is not finite, or an accuracy is no share.
    pub fn new(epochs: impl IntoIterator<Item = FitEpoch>) -> Result<Self> {
        let mut epochs: Vec<FitEpoch> = epochs.into_iter().collect();
        epochs.sort_by_key(|row| row.epoch);
        if epochs.is_empty() {
            return Err(Error::setting("epochs", 0, "give at least one"));
        }
        if let Some(twice) = epochs
            .windows(2)
            .find(|rows| rows[0].epoch == rows[1].epoch)
        {
            return Err(Error::setting(
                "epoch",
                twice[0].epoch,
                "it is given twice: give one row an epoch",
            ));
        }
        for row in &epochs {
            for part in [row.training, row.validation] {
                if !part.loss.is_finite() {
                    let value = format!("{} in epoch {}", part.loss, row.epoch);
                    let remedy = "give epochs up to the one in which the training diverged";
                    return Err(Error::setting("loss", value, remedy));
                }
                if !(0.0..=1.0).contains(&part.accuracy) {
                    let value = format!("{} in epoch {}", part.accuracy, row.epoch);
                    let remedy = "give a share from 0 to 1; Burn's logs have percent";
                    return Err(Error::setting("accuracy", value, remedy));
                }
            }
        }
        Ok(Self { epochs })
    }

    /// The rows, in the order of epochs; at least one.
    pub fn epochs(&self) -> &[FitEpoch] {
        &self.epochs
    }

    /// The row of the last epoch.
    pub fn last(&self) -> &FitEpoch {
        &self.epochs[self.epochs.len() - 1]
    }

    /// The row of the lowest validation loss, the first where several have it.
    pub fn best(&self) -> &FitEpoch {
        let lower = |best, row| match Self::loss(row) < Self::loss(best) {
            true => row,
            false => best,
        };
        self.epochs.iter().fold(&self.epochs[0], lower)
    }

    fn loss(row: &FitEpoch) -> f64 {
        row.validation.loss
    }

    /// The gap of the last epoch, see [`FitEpoch::gap`]: the published tables have that of the loss.
    pub fn gap(&self) -> Performance {
        self.last().gap()
    }
}

impl<'de> Deserialize<'de> for Fit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let epochs = Vec::<FitEpoch>::deserialize(from)?;
        Self::new(epochs).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(epoch: usize, training: f64, validation: f64) -> FitEpoch {
        FitEpoch {
            epoch,
            training: Performance {
                loss: training,
                accuracy: 0.75,
            },
            validation: Performance {
                loss: validation,
                accuracy: 0.5,
            },
        }
    }

    #[test]
    fn rows_stand_in_the_order_of_epochs_and_survive_a_file() {
        let fit = Fit::new([row(3, 0.1, 0.9), row(1, 1.0, 0.5), row(2, 0.5, 0.5)]).unwrap();
        let epochs: Vec<usize> = fit.epochs().iter().map(|row| row.epoch).collect();
        assert_eq!(epochs, [1, 2, 3]);
        assert_eq!((fit.last().epoch, fit.best().epoch), (3, 1));
        assert_eq!((fit.gap().loss, fit.gap().accuracy), (0.9 - 0.1, -0.25));
        assert_eq!(fit.epochs()[0].gap().loss, -0.5);
        let json = serde_json::to_string(&fit).unwrap();
        assert_eq!(serde_json::from_str::<Fit>(&json).unwrap(), fit);
        assert!(serde_json::from_str::<Fit>("[]").is_err());
    }

    #[test]
    fn rows_that_mean_nothing_are_named() {
        let named = |rows: &[FitEpoch], what: &str| {
            let error = Fit::new(rows.to_vec()).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        };
        named(&[], "at least one");
        named(&[row(4, 1.0, 1.0), row(4, 1.0, 1.0)], "epoch is 4");
        named(&[row(7, f64::NAN, 1.0)], "epoch 7");
        let mut percent = row(7, 1.0, 1.0);
        percent.validation.accuracy = 93.0;
        named(&[percent], "percent");
    }
}
