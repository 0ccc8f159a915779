use crate::coalition::{Coalition, EXACT_LIMIT};
use crate::error::{Error, Result};
use crate::game::{Classifier, Enumerated, Evaluate, Row, finite};
use crate::players::Players;

use super::{Measurement, Targets};

impl<P: Players> Measurement<P> {
    /// Evaluates every coalition of each sample, in the order of the inputs: the whole games that a network plays, for
    /// whatever is to be found in them.
    ///
    /// The players, baseline, reward and batch of the measurement hold; orders, pairs, estimator and seed have no part in it.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use burn_interaction::game::Dividends;
    /// use burn_interaction::{Coalition, Features, Measurement};
    ///
    /// // Two logits, 0 and x0 x1 + x2.
    /// let net = |x: Tensor<2>| {
    ///     let product = x.clone().narrow(1, 0, 1) * x.clone().narrow(1, 1, 1);
    ///     let z = product + x.narrow(1, 2, 1);
    ///     Tensor::cat(vec![z.zeros_like(), z], 1)
    /// };
    /// let inputs = Tensor::ones([1, 3], &Device::flex());
    /// let games = Measurement::new(Features).enumerate(&net, inputs, vec![1])?;
    /// let dividends = Dividends::of(&games[0])?;
    /// let sets = [Coalition::of(3, [2]), Coalition::of(3, [0, 1])];
    /// assert_eq!(dividends.terms(), [(sets[1].clone(), 1.0), (sets[0].clone(), 1.0)]);
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    ///
    /// # Cost
    ///
    /// 2^n forwards and 8 bytes for each of them, for every sample.
    ///
    /// # Errors
    ///
    /// Fails where a sample has more than [`EXACT_LIMIT`] players, a setting does not fit the inputs, a target is no class of
    /// the network, the network is in training mode, or a value is not finite.
    pub fn enumerate<N: Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
    ) -> Result<Vec<Enumerated>> {
        let (games, _) = self.network_games(net, inputs, targets.into())?;
        let packing = self.packing()?;
        let ids = self.ids_of(games.players().len());
        if let Some(&players) = games.players().iter().find(|n| **n > EXACT_LIMIT) {
            return Err(Error::TooManyPlayersForExact {
                players,
                limit: EXACT_LIMIT,
            });
        }
        let table = |(sample, id): (usize, u64)| {
            let rows = packing.most(games.elements(sample));
            of_sample(&games, sample, id, rows)
        };
        ids.into_iter().enumerate().map(table).collect()
    }
}

/// The values of all coalitions of a sample, in batches of so many rows.
fn of_sample(games: &impl Evaluate, sample: usize, id: u64, rows: usize) -> Result<Enumerated> {
    let players = games.players()[sample];
    let total = 1_usize << players;
    // One size for all batches, for which GPUs tune their kernels: the last is filled up.
    let rows = rows.min(total);
    let mut all = Vec::with_capacity(total);
    for start in (0..total).step_by(rows) {
        let codes = (start..start + rows).map(|code| code.min(total - 1) as u64);
        let sets: Vec<_> = codes
            .map(|code| Coalition::from_code(players, code))
            .collect();
        let row = |coalition| Row { sample, coalition };
        let batch: Vec<_> = sets.iter().map(row).collect();
        let values = games.values(&batch)?;
        finite(&values, batch, |_| id)?;
        all.extend(values.into_iter().take(total - start));
    }
    Enumerated::new(players, all)
}
