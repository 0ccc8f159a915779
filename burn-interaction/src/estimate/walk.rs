//! A plan walked through by its estimator.

use super::{Block, Estimator, Plan, exact, paired, toggled};

impl Plan {
    /// The number of coalitions to evaluate, that is of forwards of a network.
    ///
    /// # Cost
    ///
    /// Draws the plan once without evaluating it: about a thousandth of the time of the smallest networks.
    pub fn forwards(&self) -> u64 {
        match self.estimator() {
            Estimator::Exact => 1 << self.players(),
            _ => self
                .blocks()
                .map(|block| block.coalitions.len() as u64)
                .sum(),
        }
    }

    /// The pieces of the plan, in order.
    #[doc(hidden)]
    pub fn blocks(&self) -> Box<dyn Iterator<Item = Block> + '_> {
        let orders = 0..self.orders().len();
        let exhaustive = orders
            .clone()
            .filter(|o| self.is_exhaustive(self.orders()[*o]));
        let sampled = orders.filter(|o| !self.is_exhaustive(self.orders()[*o]));
        match self.estimator() {
            Estimator::Exact => Box::new(exact::blocks(self.players())),
            Estimator::Paired => {
                let all = exhaustive
                    .map(|o| (o, true))
                    .chain(sampled.map(|o| (o, false)));
                Box::new(
                    all.flat_map(|(order, exhaustive)| paired::blocks(self, order, exhaustive)),
                )
            }
            Estimator::Toggled { pool } => {
                let orders = sampled.map(|o| self.orders()[o]).collect();
                let first = exhaustive.flat_map(|order| paired::blocks(self, order, true));
                Box::new(first.chain(toggled::blocks(self, orders, pool)))
            }
            Estimator::Auto { .. } => unreachable!("a plan is for one number of players"),
        }
    }
}
