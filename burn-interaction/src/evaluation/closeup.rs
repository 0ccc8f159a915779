use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::coalition::{Coalition, Pair, sample_generator, sample_of_size};
use crate::error::{Error, Result};
use crate::game::{Classifier, Evaluate, NetworkGames, Reward, Row, check_mode, finite, presence};
use crate::input::{Batch, Input};
use crate::measure::{Lanes, Packing};
use crate::players::{Baseline, Places, Players};

use super::score::labels;

/// The number that tells the contexts of a close-up from a sample's other draws.
const CLOSEUP: u64 = u64::MAX - 3;

/// One pair of players of one sample in contexts of several sizes: Delta v(i, j, S) for every context S that was drawn, and not just
/// the mean over them, which I^(m)(i, j) is. Figures 3 and 6 of "The Interaction Bottleneck of Deep Neural Networks" show such pairs.
///
/// Defaults: 20 contexts at each order, the log-odds as reward, the players' own baseline, seed 0.
///
/// # Cost
///
/// Four forwards for each context, and one for the check of the network's mode.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::evaluation::Closeup;
/// use burn_interaction::{Batch, Features, Reward};
///
/// // A product of four features: the first two cooperate where both others are present.
/// let net = |x: Tensor<2>| x.prod_dim(1);
/// let device = Device::flex();
/// let row = Batch::new(Tensor::ones([1, 4], &device), Tensor::from_data([0], &device), vec![0]);
/// let closeup = Closeup::of_pair((0, 1)).orders([0, 2]).reward(Reward::Output);
/// let orders = closeup.run(&net, &Features, row)?;
/// assert_eq!((orders[0].mean(), orders[1].mean()), (0.0, 1.0));
/// assert_eq!(orders[1].contexts[0].members, [2, 3]);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Closeup {
    pair: Pair,
    orders: Vec<usize>,
    contexts: usize,
    reward: Reward,
    baseline: Option<Baseline>,
    seed: u64,
}

/// A pair in contexts of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseOrder {
    /// The size of the contexts, m.
    pub order: usize,
    /// The contexts in the order in which they were drawn; those that were drawn again are left out.
    pub contexts: Vec<CloseContext>,
}

/// One context of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseContext {
    /// The players of the context, ascending.
    pub members: Vec<usize>,
    /// Delta v(i, j, S), in units of the reward.
    pub difference: f64,
}

impl CloseOrder {
    /// The mean of Delta v over the contexts.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self.contexts.iter().map(|context| context.difference).sum();
        sum / self.contexts.len() as f64
    }
}

impl Closeup {
    /// A close-up of a pair, at no order yet.
    pub fn of_pair((i, j): Pair) -> Self {
        Self {
            pair: (i.min(j), i.max(j)),
            orders: Vec::new(),
            contexts: 20,
            reward: Reward::default(),
            baseline: None,
            seed: 0,
        }
    }

    /// The orders, each from 0 to n - 2.
    pub fn orders(mut self, orders: impl Into<Vec<usize>>) -> Self {
        self.orders = orders.into();
        self
    }

    /// Contexts to draw at each order; by default 20.
    pub fn contexts(mut self, contexts: usize) -> Self {
        self.contexts = contexts;
        self
    }

    /// The value of a coalition; by default the log-odds.
    pub fn reward(mut self, reward: Reward) -> Self {
        self.reward = reward;
        self
    }

    /// The look of absent players; by default the players' own.
    pub fn baseline(mut self, baseline: Option<Baseline>) -> Self {
        self.baseline = baseline;
        self
    }

    /// The seed of the contexts; by default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Draws the contexts of a sample, a batch of one, and evaluates the pair in each.
    ///
    /// # Errors
    ///
    /// Fails where the batch holds other than one sample, the pair or an order is none of the sample, there are no contexts, the
    /// network may be training, a value is not finite, or the device fails.
    pub fn run<P: Players, N: Classifier<P::Input>>(
        &self,
        net: &N,
        players: &P,
        sample: Batch<P::Input>,
    ) -> Result<Vec<CloseOrder>> {
        let targets = labels(&sample)?;
        if targets.len() != 1 {
            return Err(Error::Mismatch {
                what: "samples of a close-up".into(),
                expected: 1,
                found: targets.len(),
            });
        }
        let count = players.count(&sample.inputs)?;
        self.check(count)?;
        check_mode(net, &sample.inputs)?;
        let Batch { inputs, ids, .. } = sample;
        let (device, id) = (inputs.device(), ids[0]);
        let absent = self.absent(players, &inputs)?;
        let reward = self.reward;
        let games = NetworkGames::new(net, players, inputs, absent, targets, ids, reward)?;
        let games = Lanes::of_device(games, &device);
        let drawn: Vec<Vec<Coalition>> = self
            .orders
            .iter()
            .map(|order| self.contexts_of(count, *order, id))
            .collect();
        let differences = self.differences(&games, &drawn.concat(), id)?;
        let mut differences = differences.into_iter();
        let of = |(order, contexts): (&usize, Vec<Coalition>)| CloseOrder {
            order: *order,
            contexts: contexts
                .iter()
                .zip(differences.by_ref())
                .map(|(context, difference)| CloseContext {
                    members: context.members().collect(),
                    difference,
                })
                .collect(),
        };
        Ok(self.orders.iter().zip(drawn).map(of).collect())
    }

    fn check(&self, players: usize) -> Result<()> {
        let (i, j) = self.pair;
        if i == j || j >= players {
            return Err(Error::setting(
                "pair",
                format!("({i}, {j})"),
                format!(
                    "give two different players, numbered from 0 to {}",
                    players - 1
                ),
            ));
        }
        if let Some(order) = self.orders.iter().find(|order| **order > players - 2) {
            return Err(Error::setting(
                "order",
                order,
                format!("with {players} players orders go from 0 to {}", players - 2),
            ));
        }
        match self.contexts {
            0 => Err(Error::setting("contexts", 0, "give at least 1")),
            _ => Ok(()),
        }
    }

    fn absent<P: Players>(&self, players: &P, inputs: &P::Input) -> Result<P::Input> {
        let own = players.baseline();
        players.absent(inputs, self.baseline.as_ref().unwrap_or(&own))
    }

    /// Different contexts of one size without the pair, drawn uniformly.
    fn contexts_of(&self, players: usize, order: usize, id: u64) -> Vec<Coalition> {
        let mut rng = sample_generator(self.seed, id, [CLOSEUP, order as u64]);
        let mut contexts: Vec<Coalition> = Vec::with_capacity(self.contexts);
        for _ in 0..self.contexts {
            let drawn = sample_of_size(players, order, &[self.pair.0, self.pair.1], &mut rng);
            if !contexts.contains(&drawn) {
                contexts.push(drawn);
            }
        }
        contexts
    }

    /// Delta v of the pair in each context.
    fn differences(
        &self,
        games: &impl Evaluate,
        contexts: &[Coalition],
        id: u64,
    ) -> Result<Vec<f64>> {
        let (i, j) = self.pair;
        let corners = contexts.iter().flat_map(|context| {
            let (with_i, with_j) = (context.toggled(i), context.toggled(j));
            [with_i.toggled(j), with_i, with_j, context.clone()]
        });
        let corners: Vec<Coalition> = corners.collect();
        let row = |coalition| Row {
            sample: 0,
            coalition,
        };
        let most = Packing::new(None)?.most(games.elements(0));
        let mut values = Vec::with_capacity(corners.len());
        for chunk in corners.chunks(most) {
            let rows: Vec<Row<'_>> = chunk.iter().map(row).collect();
            let found = games.values(&rows)?;
            finite(&found, rows, |_| id)?;
            values.extend(found);
        }
        let (each, _) = values.as_chunks::<4>();
        Ok(each
            .iter()
            .map(|[both, i, j, none]| both - i - j + none)
            .collect())
    }

    /// The sample, a batch of one, with these coalitions of its players present, as the network sees it: a batch of a row for each.
    ///
    /// # Errors
    ///
    /// Fails where the players or the baseline do not fit the sample, or a coalition is of another number of players.
    pub fn seen<P: Players>(
        &self,
        players: &P,
        sample: &P::Input,
        coalitions: &[Coalition],
    ) -> Result<P::Input> {
        let count = players.count(sample)?;
        if let Some(other) = coalitions.iter().find(|c| c.players() != count) {
            return Err(Error::Mismatch {
                what: "players of a coalition".into(),
                expected: count,
                found: other.players(),
            });
        }
        let device = sample.device();
        let first = || Tensor::from_data([0], &device);
        let (present, absent) = (sample.select(first()), self.absent(players, sample)?);
        let places = players.places(sample)?.select(first());
        let presence = Tensor::from_data(presence(coalitions.iter(), count), &device);
        Ok(players.compose(present, absent.select(first()), &places, presence))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::{Features, Measurement, Orders, Pairs};

    fn row(values: [f32; 5]) -> Batch<Tensor<2>> {
        let device = Device::flex();
        let inputs = Tensor::<2>::from_data([values], &device);
        Batch::new(inputs, Tensor::from_data([1], &device), vec![7])
    }

    /// Two logits that bend.
    fn net(x: Tensor<2>) -> Tensor<2> {
        let sum = x.clone().sum_dim(1);
        Tensor::cat(
            vec![
                sum.clone().powi_scalar(3) * 0.1,
                (sum * x.prod_dim(1)).tanh(),
            ],
            1,
        )
    }

    #[test]
    fn the_mean_over_all_contexts_is_the_interaction() {
        let batch = row([0.5, -1.0, 2.0, 1.5, 0.25]);
        let closeup = Closeup::of_pair((3, 1)).orders([0, 1, 2, 3]).contexts(200);
        let orders = closeup.run(&net, &Features, batch.clone()).unwrap();
        let profile = Measurement::new(Features)
            .orders(Orders::all())
            .pairs(Pairs::all())
            .run(&net, batch.inputs, vec![1])
            .unwrap();
        for (order, all) in orders.iter().zip([1, 3, 3, 1]) {
            // Each of the C(3, m) contexts once.
            assert_eq!(order.contexts.len(), all);
            let exact = profile.samples()[0]
                .interaction(order.order, (1, 3))
                .unwrap();
            assert!((order.mean() - exact.mean).abs() < 1e-6);
        }
    }

    #[test]
    fn inputs_are_those_that_the_network_sees() {
        let batch = row([1.0, 2.0, 3.0, 4.0, 5.0]);
        let coalitions = [Coalition::of(5, [0, 4]), Coalition::full(5)];
        let seen = Closeup::of_pair((0, 1)).baseline(Some(Baseline::Values(vec![-1.0; 5])));
        let seen = seen.seen(&Features, &batch.inputs, &coalitions).unwrap();
        let expected = [1.0, -1.0, -1.0, -1.0, 5.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(seen.try_into_vec_as::<f32>().unwrap(), expected);
    }

    #[test]
    fn pairs_orders_and_contexts_that_do_not_exist_are_refused() {
        let run = |closeup: Closeup| closeup.run(&net, &Features, row([1.0; 5]));
        for (refused, named) in [
            (Closeup::of_pair((1, 1)).orders([0]), "pair"),
            (Closeup::of_pair((1, 5)).orders([0]), "pair"),
            (Closeup::of_pair((0, 1)).orders([4]), "order"),
            (Closeup::of_pair((0, 1)).orders([0]).contexts(0), "contexts"),
        ] {
            let error = run(refused).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        let two = Tensor::<2>::ones([2, 5], &Device::flex());
        let two = Batch::new(two, Tensor::from_data([0, 1], &Device::flex()), vec![0, 1]);
        let closeup = Closeup::of_pair((0, 1)).orders([0]);
        assert!(closeup.run(&net, &Features, two).is_err());
        let infinite = |x: Tensor<2>| x.log();
        let error = Closeup::of_pair((0, 1)).orders([2]);
        let error = error.run(&infinite, &Features, row([1.0, 2.0, 3.0, 4.0, 5.0]));
        assert!(
            matches!(error, Err(Error::NotFinite { sample: 7, .. })),
            "{error:?}"
        );
        let other = [Coalition::full(4)];
        assert!(
            closeup
                .seen(&Features, &row([1.0; 5]).inputs, &other)
                .is_err()
        );
    }
}
