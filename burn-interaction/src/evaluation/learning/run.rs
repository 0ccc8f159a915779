use burn::module::Module;

use crate::error::{Error, Result};
use crate::estimate::{EXACT_LIMIT, Estimator, Pairs, Plan, Protocol, sets_protocol};
use crate::evaluation::with_gradients;
use crate::game::{Classifier, NetworkGames, predictions};
use crate::input::Input;
use crate::measure::{Cost, Targets};
use crate::players::Players;

use super::gradient::{Gradients, batch_rows, parameters};
use super::measured::{draws, orders, parts, strengths};
use super::terms::{interactions, of_size};
use super::{LearningStrength, SampleLearning};

/// Measures how strongly a network would learn each order: the empirical side of Theorem 1 (arXiv 2512.18607, equations 9
/// to 11).
///
/// * *Strength*: `F(m) = E over pairs and samples of || d/dW w_m I^(m)(i, j) ||`, with `w_m = (n - 1 - m)/(n (n - 1))` and W all
///   float parameters.
/// * *Parts*: the gradient of v(N) is the sum of those of v(0), of independent effects and of each order; each part's share
///   of it.
/// * *Zero mean*: the mean of the gradients of Delta v(i, j, S) over contexts, pairs and samples against their deviation.
///   The theorem assumes the mean to be zero.
///
/// The network is copied and frozen, see [`with_gradients`]: dropout and batch norm compute as at inference, and no running
/// statistic moves. It may be on any device, in training or not.
///
/// Defaults: the 13 published orders, 30 random pairs, the paired estimator with 1,024 contexts, which are all there are up to
/// 13 players; log-odds, the players' own baseline, seed 0, parts and 100 draws an order.
///
/// # Cost
///
/// A backward for each pair and order of a sample, of 4 rows for each context: 2^n rows for all orders of a pair where all
/// contexts are evaluated. The parts take a backward for each number of players, of 2^n rows together, or `contexts` rows
/// each. A draw is a backward of 4 rows. [`cost`](Learning::cost) adds them up. With 12 players and the defaults a sample takes
/// 126,976 rows in 343 backwards, and the draws 1,100 backwards however many samples there are. Each backward brings a
/// gradient over all parameters to the host.
///
/// # Bias
///
/// None where all contexts are evaluated. Norms of sampled means lie above the norm of the mean, most in the middle orders.
/// 32-bit rounding leaves about 1e-7 of the gradients of single values.
///
/// ```
/// use burn::module::{Module, Param};
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::evaluation::Learning;
/// use burn_interaction::{Classifier, Features, Orders, Pairs, Reward};
///
/// /// A network of one parameter: its value is theta x0 x1.
/// #[derive(Module, Debug)]
/// struct Product {
///     theta: Param<Tensor<1>>,
/// }
///
/// impl Classifier<Tensor<2>> for Product {
///     fn logits(&self, x: Tensor<2>) -> Tensor<2> {
///         x.clone().narrow(1, 0, 1) * x.narrow(1, 1, 1) * self.theta.val().unsqueeze()
///     }
/// }
///
/// let device = Device::flex();
/// let net = Product { theta: Param::from_tensor(Tensor::from_floats([5.0], &device)) };
/// let learning = Learning::new(Features).orders(Orders::all()).pairs(Pairs::all()).reward(Reward::Output);
/// let found = learning.run(&net, Tensor::ones([1, 3], &device), vec![0])?;
/// // Players 0 and 1 interact with I = theta at every order: w_0 = 1/3 and w_1 = 1/6, one of three pairs.
/// assert!((found.orders[0].strength - 1.0 / 9.0).abs() < 1e-6);
/// assert!((found.orders[1].strength - 1.0 / 18.0).abs() < 1e-6);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Learning<P> {
    players: P,
    protocol: Protocol,
    ids: Option<Vec<u64>>,
    parts: bool,
    draws: usize,
    batch: Option<usize>,
}

impl<P: Players> Learning<P> {
    /// Measures networks on inputs with these players.
    pub fn new(players: P) -> Self {
        Self {
            players,
            protocol: Protocol {
                pairs: Pairs::random(30),
                estimator: Estimator::Paired,
                contexts: 1024.into(),
                ..Protocol::default()
            },
            ids: None,
            parts: true,
            draws: 100,
            batch: None,
        }
    }

    sets_protocol! {
        pairs: Pairs, "The pairs whose strength is measured; the parts are over all pairs whatever these are.";
    }

    /// The ids of the samples, their places in the data set, one for each in the order of the inputs: with the seed they fix
    /// pairs and contexts, the same as in a [`Measurement`](crate::Measurement) with the paired estimator. Without ids samples
    /// are numbered as they are given.
    pub fn ids(mut self, ids: impl Into<Vec<u64>>) -> Self {
        self.ids = Some(ids.into());
        self
    }

    /// Whether the gradient of v(N) is split into its parts; by default it is.
    pub fn parts(mut self, parts: bool) -> Self {
        self.parts = parts;
        self
    }

    /// The gradients of Delta v drawn for each order, over all samples together; 0 leaves the assumption of zero mean alone.
    pub fn draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// Rows in a batch. By default as many as give the network about half a million input values, 8 to 4096. A sum over more
    /// rows is several backwards.
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = Some(rows);
        self
    }

    /// The price of [`run`](Learning::run) on these samples: a batch is a forward and a backward.
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the inputs.
    pub fn cost(&self, inputs: &P::Input) -> Result<Cost> {
        let rows = batch_rows(self.batch, inputs)?;
        let (protocol, ids) = (self.protocol_of_players(), self.ids_of(inputs)?);
        let plans = self.plans(inputs, &protocol, &ids)?;
        let mut cost = Cost {
            forwards: 0,
            batches: 0,
            samples: plans.len(),
        };
        let mut add = |terms: usize| {
            cost.forwards += terms as u64;
            cost.batches += terms.div_ceil(rows) as u64;
        };
        for plan in &plans {
            for block in plan.blocks() {
                let groups = interactions(&block);
                groups.iter().for_each(|(_, terms)| add(terms.len()));
            }
            for size in 0..=plan.players() {
                if self.parts {
                    add(of_size(plan.players(), size, plan.contexts().most(), (0, 0)).len());
                }
            }
        }
        let orders = plans.first().map_or(0, |plan| plan.orders().len());
        (0..orders * self.draws).for_each(|_| add(4));
        Ok(cost)
    }

    /// Measures a network on a batch of samples, each of which has as many players.
    ///
    /// # Cost
    ///
    /// See [`Learning`]; besides, one forward for [`Targets::Predicted`].
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the inputs, samples differ in their number of players, a target is no class of the
    /// network, no parameter leads to its logits, it says that it is training even with its flags off, or a value or gradient
    /// is not finite.
    pub fn run<N: Module + Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
    ) -> Result<LearningStrength> {
        let protocol = self.protocol_of_players();
        let ids = self.ids_of(&inputs)?;
        let plans = self.plans(&inputs, &protocol, &ids)?;
        let net = with_gradients(net);
        if net.training() == Some(true) {
            let why = "it says so with every flag of its modules off";
            return Err(Error::Training { why });
        }
        let targets = match targets.into() {
            Targets::Labels(labels) => labels,
            Targets::Predicted => predictions(net.logits(inputs.clone()).inner())?,
        };
        let baseline = protocol.baseline.clone().unwrap_or_default();
        let absent = self.players.absent(&inputs, &baseline)?;
        let rows = batch_rows(self.batch, &inputs)?;
        let reward = protocol.reward;
        let own = ids.clone();
        let games = NetworkGames::new(&net, &self.players, inputs, absent, targets, own, reward)?;
        let mut gradients = Gradients {
            games,
            net: &net,
            ids: &ids,
            rows,
            forwards: 0,
            backwards: 0,
        };
        let strengths = strengths(&mut gradients, &plans)?;
        let parts = match self.parts {
            true => Some(parts(&mut gradients, &plans, protocol.seed, &ids)?),
            false => None,
        };
        let draws = draws(&mut gradients, &plans, protocol.seed, self.draws)?;
        Ok(LearningStrength {
            described: self.players.describe(),
            players: plans.first().map_or(0, Plan::players),
            parameters: parameters(&net),
            pairs: plans.iter().map(|p| p.pairs().len()).max().unwrap_or(0),
            forwards: gradients.forwards,
            backwards: gradients.backwards,
            orders: orders(&plans, &strengths, &draws),
            parts,
            samples: ids
                .iter()
                .zip(strengths)
                .map(|(id, sample)| SampleLearning {
                    id: *id,
                    strengths: sample.norms,
                })
                .collect(),
            protocol,
        })
    }

    fn protocol_of_players(&self) -> Protocol {
        let own = || self.players.baseline();
        Protocol {
            baseline: Some(self.protocol.baseline.clone().unwrap_or_else(own)),
            ..self.protocol.clone()
        }
    }

    /// The ids of the samples, one for each.
    fn ids_of(&self, inputs: &P::Input) -> Result<Vec<u64>> {
        let samples = inputs.samples();
        let mut sorted = match &self.ids {
            Some(ids) => ids.clone(),
            None => (0..samples as u64).collect(),
        };
        let ids = sorted.clone();
        sorted.sort_unstable();
        let twice = sorted.windows(2).filter(|pair| pair[0] == pair[1]);
        let twice: Vec<u64> = twice.map(|pair| pair[0]).collect();
        match (samples, ids.len() == samples, twice.is_empty()) {
            (0, _, _) => {
                let remedy = "give at least one sample to measure";
                Err(Error::setting("samples", 0, remedy))
            }
            (_, false, _) => Err(Error::Mismatch {
                what: "ids, one for each sample".into(),
                expected: samples,
                found: ids.len(),
            }),
            (_, _, false) => Err(Error::repeated(&twice)),
            _ => Ok(ids),
        }
    }

    /// The plan of each sample, all of one number of players.
    fn plans(&self, inputs: &P::Input, protocol: &Protocol, ids: &[u64]) -> Result<Vec<Plan>> {
        let players = self.players.count(inputs)?;
        let counts = self.players.counts(inputs)?;
        if let Some(other) = counts.iter().find(|count| **count != players) {
            let remedy = format!(
                "another sample has {players}: measure samples of one number of players at a time"
            );
            return Err(Error::setting("players of a sample", other, remedy));
        }
        let contexts = match protocol.estimator.of(players) {
            Estimator::Exact if players > EXACT_LIMIT => {
                let limit = EXACT_LIMIT;
                return Err(Error::TooManyPlayersForExact { players, limit });
            }
            Estimator::Exact => usize::MAX.into(),
            Estimator::Paired => protocol.contexts.clone(),
            other => {
                let remedy = "gradients are taken pair by pair, which share no coalitions: use paired, or exact";
                return Err(Error::setting("estimator", other, remedy));
            }
        };
        let own = Protocol {
            estimator: Estimator::Paired,
            contexts,
            ..protocol.clone()
        };
        let grid = self.players.grid();
        let plan = |id: &u64| Plan::new(players, grid, &own, *id);
        ids.iter().map(plan).collect()
    }
}
