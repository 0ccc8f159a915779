use serde::{Deserialize, Serialize};

/// One estimate of I^(m)(i, j).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean of Delta v over the contexts evaluated; zero where there are none.
    pub mean: f64,
    /// The variance of Delta v over the contexts. Where these are all there are it is the population's, divided by their
    /// number; else the unbiased one, divided by one less, and zero where there are fewer than two.
    pub variance: f64,
    /// How many contexts were evaluated.
    pub contexts: u64,
    /// Whether these are all contexts there are, so that the mean is exact.
    pub exact: bool,
}

impl Estimate {
    /// The standard error of the mean: zero if exact, NaN if a sampled mean rests on fewer than two contexts.
    pub fn standard_error(&self) -> f64 {
        match (self.exact, self.contexts) {
            (true, _) => 0.0,
            (false, 0 | 1) => f64::NAN,
            (false, contexts) => (self.variance / contexts as f64).sqrt(),
        }
    }
}
