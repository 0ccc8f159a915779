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

    /// The mean to the second digit of its deviation that counts. Without a deviation, or where it is rounding, four decimals, of whole
    /// numbers none.
    pub fn rounded(&self) -> String {
        if self.seeds == 0 || !self.mean.is_finite() {
            return "-".into();
        }
        let deviation = self.deviation.unwrap_or(0.0);
        if deviation > 1e-12 * self.mean.abs() {
            let decimals = (1.0 - deviation.log10().floor()).max(0.0) as usize;
            return match decimals > 5 {
                true => self.text(None),
                false => {
                    let mean = fixed(self.mean, decimals);
                    format!("{mean} +- {deviation:.decimals$}")
                }
            };
        }
        match self.mean == self.mean.round() {
            true => fixed(self.mean, 0),
            false => short(self.mean),
        }
    }
}

/// A number with these decimals; zero has no sign.
fn fixed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|digit| "0.".contains(digit)) => digits.into(),
        _ => text,
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

    #[test]
    fn means_are_rounded_to_their_deviation() {
        let rounded = |mean, deviation| {
            let seeds = 3;
            Spread {
                seeds,
                mean,
                deviation,
            }
            .rounded()
        };
        assert_eq!(rounded(0.5997, Some(0.1384)), "0.60 +- 0.14");
        assert_eq!(rounded(0.0187, Some(0.0096)), "0.0187 +- 0.0096");
        assert_eq!(rounded(115.0, Some(32.4)), "115 +- 32");
        assert_eq!(rounded(0.00031, Some(0.00002)), "3.10e-4 +- 2.00e-5");
        assert_eq!(rounded(20.0, Some(0.0)), "20");
        assert_eq!(rounded(-0.001, Some(0.14)), "0.00 +- 0.14");
        assert_eq!(rounded(-0.8667, Some(1.2e-16)), "-0.8667");
        assert_eq!(rounded(0.25, None), "0.2500");
        assert_eq!(rounded(f64::NAN, None), "-");
        assert_eq!(Spread::of(std::iter::empty()).rounded(), "-");
    }
}
