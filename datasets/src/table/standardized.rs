use super::Table;
use crate::standard::Standardization;

impl Standardization {
    /// Fits the statistics of a table.
    pub fn fit(table: &Table) -> Self {
        Self::of_columns(table.names.len(), |k| {
            table.rows.iter().map(move |row| row.features[k])
        })
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
            for (column, value) in row.features.iter_mut().enumerate() {
                *value = self.of(column, *value);
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
