use serde::{Deserialize, Serialize};

/// Means and standard deviations of features or channels, fitted on one set and applied to others: kept with the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standardization {
    /// The mean of each feature or channel.
    pub mean: Vec<f32>,
    /// The standard deviation of each feature or channel; one where it is constant.
    pub deviation: Vec<f32>,
}

impl Standardization {
    /// Fits the statistics of so many columns, whose values `column` gives.
    pub(crate) fn of_columns<I: Iterator<Item = f32>>(
        columns: usize,
        column: impl Fn(usize) -> I,
    ) -> Self {
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for k in 0..columns {
            let values = || column(k).map(f64::from);
            let count = values().count().max(1) as f64;
            let centre = values().sum::<f64>() / count;
            let variance = values().map(|v| (v - centre).powi(2)).sum::<f64>() / count;
            mean.push(centre as f32);
            deviation.push(match variance > 0.0 {
                true => variance.sqrt() as f32,
                false => 1.0,
            });
        }
        Self { mean, deviation }
    }

    /// A value of a column in units of its deviation from its mean.
    pub(crate) fn of(&self, column: usize, value: f32) -> f32 {
        (value - self.mean[column]) / self.deviation[column]
    }
}
