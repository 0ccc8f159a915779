/// A number over seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Seeds that have the number.
    pub seeds: usize,
    /// The mean.
    pub mean: f64,
    /// The standard deviation over seeds; `None` for fewer than two.
    pub deviation: Option<f64>,
}

impl Spread {
    /// The spread of these numbers.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let numbers: Vec<f64> = numbers.collect();
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        Self {
            seeds: numbers.len(),
            mean,
            deviation: (numbers.len() > 1).then(|| (squares / (count - 1.0)).sqrt()),
        }
    }

    /// The number as a table shows it, with the published one where there is one.
    pub fn text(&self, published: Option<f64>) -> String {
        let published = published.map_or(String::new(), |p| format!(" [{}]", short(p)));
        match (self.seeds, self.deviation) {
            (0, _) => format!("-{published}"),
            (_, None) => format!("{}{published}", short(self.mean)),
            (_, Some(deviation)) => {
                format!("{} +- {}{published}", short(self.mean), short(deviation))
            }
        }
    }
}

/// A number with four decimals, or in powers of ten where these would show little of it.
pub fn short(number: f64) -> String {
    match number.abs() {
        size if size == 0.0 || (1e-3..1e4).contains(&size) => format!("{number:.4}"),
        _ => format!("{number:.2e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_read_at_a_glance() {
        let spread = Spread::of([0.5, 0.7].into_iter());
        assert_eq!(spread.text(Some(0.424)), "0.6000 +- 0.1414 [0.4240]");
        assert_eq!(Spread::of([0.00012].into_iter()).text(None), "1.20e-4");
        assert_eq!(Spread::of(std::iter::empty()).text(None), "-");
    }
}
