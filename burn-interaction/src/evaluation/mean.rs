use std::fmt;

use serde::{Deserialize, Serialize};

/// A mean over samples with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// The standard error; `None` where the samples tell of none: for a single one, and where all are alike.
    pub standard_error: Option<f64>,
}

impl Mean {
    /// The mean of independent values: its error is their deviation over the root of their number. `None` for no values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        // Welford's way: no difference of large squares.
        let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
        for value in values {
            count += 1.0;
            let apart = value - mean;
            mean += apart / count;
            squares += apart * (value - mean);
        }
        (count > 0.0).then(|| Self {
            value: mean,
            standard_error: (squares > 0.0).then(|| (squares / (count - 1.0) / count).sqrt()),
        })
    }

    /// The share that `having` of `all` samples are: its error is the binomial one, `sqrt(p (1 - p) / all)`, which says nothing
    /// where all or none of them are. `None` for no samples.
    pub fn of_share(having: usize, all: usize) -> Option<Self> {
        let value = having as f64 / all as f64;
        (all > 0).then(|| Self {
            value,
            standard_error: (0 < having && having < all)
                .then(|| (value * (1.0 - value) / all as f64).sqrt()),
        })
    }

    /// The mean of the shares of several groups, each given as `(having, all)`, whatever their sizes: the error is
    /// `sqrt(sum of p (1 - p) / all) / groups`. `None` where a group has no samples, or there is no group.
    ///
    /// A group of one sample tells of no error, and neither do groups that all have all or none; there the error is `None`.
    pub fn of_shares(groups: impl IntoIterator<Item = (usize, usize)>) -> Option<Self> {
        let (mut count, mut sum, mut variance, mut single) = (0.0, 0.0, 0.0, false);
        for (having, all) in groups {
            let share = Self::of_share(having, all)?;
            count += 1.0;
            sum += share.value;
            variance += share.standard_error.map_or(0.0, |error| error * error);
            single |= all == 1;
        }
        (count > 0.0).then(|| Self {
            value: sum / count,
            standard_error: (variance > 0.0 && !single).then(|| variance.sqrt() / count),
        })
    }
}

impl fmt::Display for Mean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.standard_error {
            Some(error) => write!(f, "{:.4} +- {error:.4}", self.value),
            None => write!(f, "{:.4}", self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_the_deviation_over_the_root_of_the_number() {
        // statistics.stdev([1, 2, 4, 9]) / 2 = 1.77951304...
        let mean = Mean::of([1.0, 2.0, 4.0, 9.0]).unwrap();
        assert_eq!(mean.value, 4.0);
        assert!((mean.standard_error.unwrap() - 1.779_513_042).abs() < 1e-8);
        assert_eq!(Mean::of([7.0]).unwrap().standard_error, None);
        assert_eq!(Mean::of([0.3; 5]).unwrap().standard_error, None);
        assert_eq!(Mean::of([]), None);
    }

    #[test]
    fn a_share_has_the_binomial_error_and_none_where_all_are_alike() {
        let share = Mean::of_share(3, 12).unwrap();
        assert_eq!(share.value, 0.25);
        assert!((share.standard_error.unwrap() - 0.125).abs() < 1e-12);
        for (having, value) in [(0, 0.0), (12, 1.0)] {
            let share = Mean::of_share(having, 12).unwrap();
            assert_eq!((share.value, share.standard_error), (value, None));
        }
        assert_eq!(Mean::of_share(0, 0), None);
    }

    #[test]
    fn a_mean_of_shares_weighs_groups_alike() {
        // sqrt(.25 * .75 / 12 + .5 * .5 / 4) / 2 = sqrt(.015625 + .0625) / 2.
        let mean = Mean::of_shares([(3, 12), (2, 4)]).unwrap();
        assert_eq!(mean.value, 0.375);
        assert!((mean.standard_error.unwrap() - 0.078_125_f64.sqrt() / 2.0).abs() < 1e-12);
        assert_eq!(Mean::of_shares([(3, 12), (0, 0)]), None);
        assert_eq!(
            Mean::of_shares([(3, 3), (2, 2)]).unwrap().standard_error,
            None
        );
        assert_eq!(
            Mean::of_shares([(3, 12), (1, 1)]).unwrap().standard_error,
            None
        );
    }
}
