use std::path::Path;

use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::estimate::{Estimator, Orders, Pairs, Plan};
use crate::game::{Classifier, Evaluate, Game, NetworkGames, Reward, Row, elements, read_logits};
use crate::players::{Baseline, Players};
use crate::profile::{Axis, Profile, Settings};

use super::packing::Packing;
use super::{Cost, Observer, Silent, Targets, run};

/// Measures the interactions of a network, or of any game.
///
/// Defaults: the 13 published orders, 200 random pairs, 100 contexts, the toggled estimator, log-odds, the players' own
/// baseline, seed 0. All values are checked when it runs.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::{Features, Measurement, Orders, Pairs};
///
/// // Any network: here a closure with two logits, 0 and x0 x1 + x2.
/// let net = |x: Tensor<2>| {
///     let x0 = x.clone().narrow(1, 0, 1);
///     let x1 = x.clone().narrow(1, 1, 1);
///     let z = x0 * x1 + x.narrow(1, 2, 1);
///     Tensor::cat(vec![z.zeros_like(), z], 1)
/// };
/// let inputs = Tensor::ones([1, 3], &Device::flex());
/// let profile = Measurement::new(Features).orders(Orders::all()).pairs(Pairs::all()).run(&net, inputs, vec![1])?;
/// // Players 0 and 1 cooperate at every order, 0 and 2 at none.
/// let sample = &profile.samples()[0];
/// assert_eq!(sample.interaction(0, (0, 1)).unwrap().mean, 1.0);
/// assert_eq!(sample.interaction(1, (0, 2)).unwrap().mean, 0.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Measurement<P> {
    players: P,
    settings: Settings,
    batch: Option<usize>,
    earlier: Option<Profile>,
}

impl Measurement<()> {
    /// Measures games that are no networks.
    pub fn of_games() -> Self {
        Self::with(())
    }
}

impl<P: Players> Measurement<P> {
    /// Measures networks on inputs with these players.
    pub fn new(players: P) -> Self {
        let baseline = players.baseline();
        Self::with(players).baseline(baseline)
    }
}

impl<P> Measurement<P> {
    fn with(players: P) -> Self {
        Self {
            players,
            settings: Settings {
                players: "game".into(),
                orders: Orders::published(),
                pairs: Pairs::random(200),
                estimator: Estimator::default(),
                contexts: 100,
                seed: 0,
                reward: Reward::default(),
                baseline: Baseline::default(),
                fewest: 2,
            },
            batch: None,
            earlier: None,
        }
    }

    /// The orders to measure.
    pub fn orders(mut self, orders: Orders) -> Self {
        self.settings.orders = orders;
        self
    }

    /// The pairs to measure.
    pub fn pairs(mut self, pairs: Pairs) -> Self {
        self.settings.pairs = pairs;
        self
    }

    /// How interactions are estimated.
    pub fn estimator(mut self, estimator: Estimator) -> Self {
        self.settings.estimator = estimator;
        self
    }

    /// Contexts for each pair and order; where there are no more than that, all are evaluated and the result is exact.
    pub fn contexts(mut self, contexts: usize) -> Self {
        self.settings.contexts = contexts;
        self
    }

    /// The seed of all draws. The result depends on it, and not on the batch size.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// What a coalition is worth.
    pub fn reward(mut self, reward: Reward) -> Self {
        self.settings.reward = reward;
        self
    }

    /// What absent players look like.
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.settings.baseline = baseline;
        self
    }

    /// Samples with fewer players are left out and counted. By default 2, as a pair needs them.
    pub fn fewest(mut self, players: usize) -> Self {
        self.settings.fewest = players;
        self
    }

    /// Rows in a batch. By default as many as give the network about half a million input values, 8 to 4096. Where samples
    /// differ in length a batch ends before more than a quarter of it is padding.
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = Some(rows);
        self
    }

    /// Goes on from an earlier, partial profile of the same settings and samples.
    pub fn resume(mut self, earlier: Profile) -> Self {
        self.earlier = Some(earlier);
        self
    }

    /// Goes on from a partial profile in a file, see [`Profile::save_json`].
    ///
    /// # Errors
    ///
    /// The file is missing or no profile.
    pub fn resume_from(self, path: impl AsRef<Path>) -> Result<Self> {
        Ok(self.resume(Profile::load_json(path)?))
    }

    fn plan(&self, players: usize, grid: Option<[usize; 2]>, sample: usize) -> Result<Plan> {
        let Settings {
            orders,
            pairs,
            estimator,
            contexts,
            seed,
            ..
        } = &self.settings;
        Plan::new(
            players,
            grid,
            orders,
            pairs,
            *estimator,
            *contexts,
            *seed,
            sample as u64,
        )
    }

    /// The samples with enough players, of which some are measured already.
    fn chosen(&self, counts: &[usize]) -> Result<Vec<usize>> {
        let fewest = self.settings.fewest.max(2);
        let enough = |sample: &usize| counts[*sample] >= fewest;
        let chosen: Vec<usize> = (0..counts.len()).filter(enough).collect();
        match (chosen.is_empty(), counts.iter().copied().max()) {
            (true, Some(players)) if players >= 2 => {
                let remedy = format!("no sample has that many, the largest {players}");
                Err(Error::setting("fewest players", fewest, remedy))
            }
            (true, largest) => Err(Error::TooFewPlayers {
                players: largest.unwrap_or(0),
            }),
            (false, _) => Ok(chosen),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn measure(
        &self,
        evaluate: &impl Evaluate,
        settings: Settings,
        grid: Option<[usize; 2]>,
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        let counts = evaluate.players();
        let chosen = self.chosen(counts)?;
        let mut profile = Profile {
            axis: Axis::new(&settings.orders, chosen.iter().map(|s| counts[*s]))?,
            settings,
            requested: chosen.len(),
            left_out: counts.len() - chosen.len(),
            forwards: 0,
            samples: Vec::new(),
        };
        if let Some(earlier) = &self.earlier {
            check_resume(earlier, &profile)?;
            profile.samples = earlier.samples.clone();
            profile.forwards = earlier.forwards;
        }
        let plan = |sample: usize| self.plan(counts[sample], grid, sample);
        let packing = Packing::new(self.batch)?;
        let missing = chosen.get(profile.samples.len()..).unwrap_or_default();
        let made = run::run(evaluate, plan, missing, packing, observer)?;
        profile.samples.extend(made.samples);
        profile.forwards += made.forwards;
        match profile.samples.is_empty() {
            true => Err(Error::Interrupted),
            false => Ok(profile),
        }
    }

    /// Measures a game.
    ///
    /// # Errors
    ///
    /// A setting does not fit the game, or the game fails.
    pub fn run_game(&self, game: &impl Game) -> Result<Profile> {
        self.run_game_observed(game, &mut Silent)
    }

    /// Measures a game and tells an observer how it goes.
    ///
    /// # Errors
    ///
    /// A setting does not fit the game, the game fails, or the observer stops before anything is measured.
    pub fn run_game_observed(
        &self,
        game: &impl Game,
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        let game = OneGame {
            game,
            players: [game.players()],
        };
        self.measure(&game, self.settings.clone(), None, observer)
    }
}

impl<P: Players> Measurement<P> {
    /// Measures a network on a batch of samples.
    ///
    /// # Cost
    ///
    /// See [`cost`](Measurement::cost); besides, one forward a sample for [`Targets::Predicted`]. On the CPU the rows of a
    /// batch are shared out over as many threads as there are cores.
    ///
    /// # Errors
    ///
    /// A setting does not fit the inputs, a target is no class of the network, or a value is not finite.
    pub fn run<N: Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
    ) -> Result<Profile> {
        self.run_observed(net, inputs, targets, &mut Silent)
    }

    /// Measures a network and tells an observer how it goes.
    ///
    /// # Errors
    ///
    /// As [`run`](Measurement::run), or the observer stops before the first sample is complete.
    pub fn run_observed<N: Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        let samples = self.players.samples(&inputs);
        if samples == 0 {
            return Err(Error::setting(
                "samples",
                0,
                "give at least one sample to measure",
            ));
        }
        self.players.count(&inputs)?;
        let targets = match targets.into() {
            Targets::Labels(labels) => labels,
            Targets::Predicted => read_logits(net.logits(inputs.clone()), samples)?.predictions(),
        };
        let absent = self.players.absent(&inputs, &self.settings.baseline)?;
        let games = NetworkGames::new(
            net,
            &self.players,
            inputs,
            absent,
            targets,
            self.settings.reward,
        )?;
        let settings = Settings {
            players: self.players.describe(),
            ..self.settings.clone()
        };
        self.measure(&games, settings, self.players.grid(), observer)
    }

    /// What [`run`](Measurement::run) will cost on these samples.
    ///
    /// # Errors
    ///
    /// A setting does not fit the inputs.
    pub fn cost(&self, inputs: &P::Input) -> Result<Cost> {
        let counts = self.players.counts(inputs)?;
        let lengths = self.players.lengths(inputs)?;
        let whole = self.players.elements(inputs);
        let elements = elements(whole, lengths.as_deref(), counts.len());
        let chosen = self.chosen(&counts)?;
        Axis::new(&self.settings.orders, chosen.iter().map(|s| counts[*s]))?;
        let earlier = self.earlier.as_ref();
        let done = earlier.map_or(0, |earlier| earlier.samples.len());
        let missing = chosen.get(done..).unwrap_or_default();
        let mut packing = Packing::new(self.batch)?;
        let mut cost = Cost {
            forwards: 0,
            batches: 0,
            samples: missing.len(),
        };
        for &sample in missing {
            let plan = self.plan(counts[sample], self.players.grid(), sample)?;
            for _ in 0..plan.forwards() {
                cost.forwards += 1;
                cost.batches += u64::from(packing.add(elements[sample]).is_some());
            }
        }
        cost.batches += u64::from(packing.rows() > 0);
        Ok(cost)
    }
}

fn check_resume(earlier: &Profile, now: &Profile) -> Result<()> {
    let differ = |what, earlier: String, now: String| match earlier == now {
        true => Ok(()),
        false => Err(Error::ResumeMismatch { what, earlier, now }),
    };
    let both = |of: fn(&Profile) -> String| (of(earlier), of(now));
    let (then, current) = both(|profile| format!("{:?}", profile.settings));
    differ("settings", then, current)?;
    let (then, current) = both(|profile| format!("{:?}", profile.players()));
    differ("players", then, current)?;
    let (then, current) = both(|profile| profile.requested.to_string());
    differ("samples", then, current)
}

/// A game as the only sample.
struct OneGame<'a, G> {
    game: &'a G,
    players: [usize; 1],
}

impl<G: Game> Evaluate for OneGame<'_, G> {
    fn players(&self) -> &[usize] {
        &self.players
    }

    fn elements(&self, _: usize) -> usize {
        self.players[0]
    }

    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        let coalitions: Vec<Coalition> = rows.iter().map(|row| row.coalition.clone()).collect();
        let values = self.game.values(&coalitions)?;
        match values.len() == rows.len() {
            true => Ok(values),
            false => Err(Error::Mismatch {
                what: "values of a game, one a coalition".into(),
                expected: rows.len(),
                found: values.len(),
            }),
        }
    }
}
