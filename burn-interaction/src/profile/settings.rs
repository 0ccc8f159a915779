use serde::{Deserialize, Serialize};

use crate::estimate::{Estimator, Orders, Pairs};
use crate::game::Reward;
use crate::players::Baseline;

/// The settings that made a result: with the same network and samples they make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The players, in words.
    pub players: String,
    /// The orders asked for.
    pub orders: Orders,
    /// The pairs asked for.
    pub pairs: Pairs,
    /// The estimator.
    pub estimator: Estimator,
    /// Contexts asked for at each pair and order.
    pub contexts: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// What a coalition is worth.
    pub reward: Reward,
    /// What absent players look like.
    pub baseline: Baseline,
    /// The number of players below which samples are left out.
    pub fewest: usize,
}
