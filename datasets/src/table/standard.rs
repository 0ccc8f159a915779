use serde::{Deserialize, Serialize};

use super::Table;

/// Means and standard deviations of features, fitted on one table and applied to others: kept with the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standardization {
    /// The mean of each feature.
    pub mean: Vec<f32>,
    /// The standard deviation of each feature; one where a feature is constant.
    pub deviation: Vec<f32>,
}

impl Standardization {
    /// Fits the statistics of a table.
    pub fn fit(table: &Table) -> Self {
        let count = table.rows.len().max(1) as f64;
        let column = |k: usize| table.rows.iter().map(move |row| f64::from(row.features[k]));
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for k in 0..table.names.len() {
            let centre = column(k).sum::<f64>() / count;
            let variance = column(k).map(|v| (v - centre).powi(2)).sum::<f64>() / count;
            mean.push(centre as f32);
            deviation.push(if variance > 0.0 {
                variance.sqrt() as f32
            } else {
                1.0
            });
        }
        Self { mean, deviation }
    }

    /// Brings every feature of a table to mean 0 and deviation 1 in these statistics.
    ///
    /// # Panics
    ///
    /// Panics if the table has another number of features.
    pub fn apply(&self, table: &mut Table) {
        assert_eq!(
            self.mean.len(),
            table.names.len(),
            "statistics of another table"
        );
        for row in &mut table.rows {
            for ((value, mean), deviation) in
                row.features.iter_mut().zip(&self.mean).zip(&self.deviation)
            {
                *value = (*value - mean) / deviation;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn standardized_features_have_mean_0_and_deviation_1() {
        let mut table = rules(500, 3);
        table
            .rows
            .iter_mut()
            .for_each(|row| row.features[0] = 3.0 * row.features[0] + 10.0);
        table.rows.iter_mut().for_each(|row| row.features[1] = 7.0);
        Standardization::fit(&table).apply(&mut table);
        let again = Standardization::fit(&table);
        assert!(again.mean.iter().all(|m| m.abs() < 1e-5));
        assert!(again.deviation.iter().all(|d| (d - 1.0).abs() < 1e-5));
        assert!(table.rows.iter().all(|row| row.features[1] == 0.0));
    }
}
