use std::sync::Arc;

use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::game::{Classifier, Evaluate, Game, NetworkGames, Row};
use crate::players::Players;

use super::packing::Packing;
use super::team::Team;
use super::{Measurement, Targets};

/// The game that a network plays on one sample, as [`Measurement::games`] makes it: whatever is there for games works on it.
pub struct SampleGame<'a, P: Players> {
    games: Arc<Team<NetworkGames<'a, P>>>,
    sample: usize,
    packing: Packing,
}

impl<P: Players> Measurement<P> {
    /// The games that a network plays on these samples, in their order: for Shapley values, efficiency, dividends, or whatever else is
    /// to be asked of a game.
    ///
    /// The players, baseline, reward and batch of the measurement hold; orders, pairs, estimator and seed have no part in it.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use burn_interaction::{Efficiency, Features, Measurement, Reward};
    ///
    /// let net = |x: Tensor<2>| x.prod_dim(1);
    /// let rows = Tensor::<2>::from_floats([[1.0, 2.0, 3.0]], &Device::flex());
    /// let measurement = Measurement::new(Features).reward(Reward::Output);
    /// let games = measurement.games(&net, rows, vec![0])?;
    /// let parts = Efficiency::of_game(&games[0])?;
    /// assert_eq!((parts.individual, parts.total()), (0.0, 6.0));
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the inputs, a target is no class of the network, or the network is in training mode.
    pub fn games<'a, N: Classifier<P::Input>>(
        &'a self,
        net: &'a N,
        inputs: P::Input,
        targets: impl Into<Targets>,
    ) -> Result<Vec<SampleGame<'a, P>>> {
        let (games, _) = self.network_games(net, inputs, targets.into())?;
        let (packing, games) = (self.packing()?, Arc::new(games));
        let game = |sample: usize| SampleGame {
            games: games.clone(),
            sample,
            packing,
        };
        Ok((0..games.players().len()).map(game).collect())
    }
}

impl<P: Players> Game for SampleGame<'_, P> {
    fn players(&self) -> usize {
        self.games.players()[self.sample]
    }

    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
        let players = self.players();
        if let Some(other) = coalitions.iter().find(|set| set.players() != players) {
            return Err(Error::Mismatch {
                what: "players of a coalition".into(),
                expected: players,
                found: other.players(),
            });
        }
        let sample = self.sample;
        let row = |coalition| Row { sample, coalition };
        let rows: Vec<Row> = coalitions.iter().map(row).collect();
        let mut values = Vec::with_capacity(rows.len());
        for batch in rows.chunks(self.packing.most(self.games.elements(sample))) {
            values.extend(self.games.values(batch)?);
        }
        Ok(values)
    }

    /// A digest of where the players sit.
    fn identity(&self) -> String {
        self.games.fingerprint(self.sample, [0.0; 3]).players
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::estimate::{Orders, Pairs};
    use crate::game::{Enumerated, Reward};
    use crate::players::Features;

    #[test]
    fn a_sample_s_game_has_the_values_and_interactions_of_the_network() {
        let net = |x: Tensor<2>| {
            let sum = x.clone().sum_dim(1);
            sum.clone() * sum + x.prod_dim(1)
        };
        let rows = || {
            let values = [[1.0, -2.0, 3.0, 0.5], [0.3, 0.2, -0.1, 2.0]];
            Tensor::<2>::from_floats(values, &Device::flex())
        };
        let measurement = Measurement::new(Features)
            .orders(Orders::all())
            .pairs(Pairs::all())
            .reward(Reward::Output)
            .batch(3);
        let games = measurement.games(&net, rows(), vec![0, 0]).unwrap();
        let tables = measurement.enumerate(&net, rows(), vec![0, 0]).unwrap();
        let whole = measurement.run(&net, rows(), vec![0, 0]).unwrap();
        for (sample, game) in games.iter().enumerate() {
            assert_eq!(Enumerated::of(game).unwrap(), tables[sample]);
            let all = Measurement::of_games()
                .orders(Orders::all())
                .pairs(Pairs::all());
            let own = all.run_game(game).unwrap();
            for order in 0..3 {
                let [own, of_network] =
                    [&own.samples()[0], &whole.samples()[sample]].map(|s| s.at_order(order));
                assert_eq!(own, of_network);
            }
        }
        let refused = games[0].values(&[Coalition::full(5)]).unwrap_err();
        assert!(
            refused.to_string().contains("players of a coalition"),
            "{refused}"
        );
    }
}
