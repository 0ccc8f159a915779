use serde::{Deserialize, Serialize};

use crate::estimate::{EffectivePlayers, Protocol};

/// How strongly a network would learn each order: norms of the gradients of its interactions over all parameters.
///
/// Made by [`Learning`](super::Learning), which says how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningStrength {
    /// Which pairs, orders and contexts, by which reward, with the baseline that was used.
    pub protocol: Protocol,
    /// The players, in words.
    pub described: String,
    /// The number of players, n.
    pub players: usize,
    /// The number of parameters that the gradients are over, K.
    pub parameters: usize,
    /// The number of pairs of a sample, the most where samples have other numbers of them.
    pub pairs: usize,
    /// Coalitions evaluated, rows of a forward.
    pub forwards: u64,
    /// Backwards, each after a forward of its own.
    pub backwards: u64,
    /// One entry a measured order, ascending.
    pub orders: Vec<OrderLearning>,
    /// The split of the gradient of v(N); `None` where it was not asked for.
    pub parts: Option<GradientParts>,
    /// The samples, in the order they were given in.
    pub samples: Vec<SampleLearning>,
}

/// The learning strength of one order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderLearning {
    /// The order m.
    pub order: usize,
    /// m / (n - 2).
    pub ratio: f64,
    /// The empirical learning strength: the norm of d/dW of w_m I^(m)(i, j), averaged over pairs and samples.
    pub strength: f64,
    /// The standard error of it over samples; `None` for one sample.
    pub standard_error: Option<f64>,
    /// Whether every context was evaluated. Else noise of contexts lifts the strength.
    pub exact: bool,
    /// The mean squared norm of the gradient of I^(m)(i, j) over that of a single Delta v(i, j, S): 1 / C(n - 2, m) where the
    /// gradients of contexts are independent with mean zero, as Theorem 1 has it, and 1 where all contexts have one gradient.
    ///
    /// `None` unless the order is exact and contexts were drawn for [`zero_mean`](OrderLearning::zero_mean).
    pub persistence: Option<f64>,
    /// The assumption of Theorem 1 that gradients of Delta v have mean zero, as a number; `None` where no contexts were drawn.
    pub zero_mean: Option<ZeroMean>,
}

/// The mean of the gradients of Delta v(i, j, S) over contexts, pairs and samples of one order, against their deviation.
///
/// Theorem 1 takes coordinates to have mean zero and variance sigma^2: `mean_squared` would be 0, `deviation` sqrt(K) sigma.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ZeroMean {
    /// The number of gradients drawn, R.
    pub draws: usize,
    /// The squared norm of the mean gradient, without what R draws leave of the deviation, hence negative by chance where it is
    /// zero.
    pub mean_squared: f64,
    /// The root of the mean squared norm of the deviation from the mean.
    pub deviation: f64,
    /// The squared norm of the mean over the mean squared norm of the deviation; `None` where nothing deviates. From R draws a
    /// ratio of zero is told to about sqrt(2) / R at worst.
    pub ratio: Option<f64>,
}

/// The gradient of v(N) split into those of its parts:
/// `v(N) = v(0) + sum_i mu_i + sum over ordered pairs i != j, sum_m w_m I^(m)(i, j)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientParts {
    /// The norm of the gradient of v(N), averaged over samples.
    pub whole: f64,
    /// The part of v(0), the value without any player.
    pub empty: Part,
    /// The part of independent effects, the sum of mu_i = v({i}) - v(0).
    pub individual: Part,
    /// The part of each order 0..=n-2, over all ordered pairs.
    pub orders: Vec<Part>,
    /// Whether every coalition was evaluated. Parts sum to the whole either way.
    pub exact: bool,
}

/// A part of the gradient of v(N).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The projection onto the whole gradient g as a share of it, `<part, g> / <g, g>`, both averaged over samples: shares of
    /// all parts sum to 1, and one may be negative.
    pub share: f64,
    /// The standard error of the share over samples; `None` for one sample.
    pub share_error: Option<f64>,
    /// The norm of the part, averaged over samples. Norms do not sum to that of the whole.
    pub norm: f64,
}

/// The learning strength of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleLearning {
    /// The sample's id.
    pub id: u64,
    /// The norm of d/dW of w_m I^(m)(i, j) averaged over pairs, one a measured order.
    pub strengths: Vec<f64>,
}

impl LearningStrength {
    /// The number of effective players n' whose Theorem 1 is nearest these strengths, F(m)/F(0), with its error over samples;
    /// n' is sought between 2 and 2n. `None` where order 0 was not measured, or shows nothing.
    pub fn effective_players(&self) -> Option<EffectivePlayers> {
        let ratios: Vec<f64> = self.orders.iter().map(|order| order.ratio).collect();
        let samples = self.samples.iter();
        let curves: Vec<Vec<f64>> = samples.map(|sample| sample.strengths.clone()).collect();
        EffectivePlayers::fit_samples(&ratios, &curves, 2.0 * self.players as f64)
    }
}

impl GradientParts {
    /// The sum of the shares of all parts, which is 1 up to rounding.
    pub fn total(&self) -> f64 {
        let orders: f64 = self.orders.iter().map(|part| part.share).sum();
        self.empty.share + self.individual.share + orders
    }
}
