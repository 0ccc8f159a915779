//! How often the bands of S and J cover the truth.

use std::sync::atomic::{AtomicUsize, Ordering};

use burn_interaction::coalition::generator;
use burn_interaction::game::{Dividends, Game};
use burn_interaction::{Coalition, Estimator, Measurement, Orders, Pairs, Profile};
use rand::RngExt;

use crate::error::{Result, usage};

const PLAYERS: usize = 8;
/// Games in a population: few enough to know their truth, and drawn from with replacement.
const GAMES: usize = 200;
/// Samples and contexts of each cell, and the share of repeats in which its bands have to cover the truth.
const CELLS: [(usize, usize, Aim); 7] = [
    (5, 3, Aim::AtLeast(0.85)),
    (5, 10, Aim::AtLeast(0.85)),
    (6, 5, Aim::AtLeast(0.85)),
    (10, 3, Aim::AtLeast(0.85)),
    (10, 5, Aim::Within(0.9, 0.98)),
    (10, 20, Aim::Within(0.9, 0.98)),
    (30, 5, Aim::Within(0.9, 0.98)),
];
/// The two-sided normal quantile of 99.9 %, for the interval of a share.
const QUANTILE: f64 = 3.29;

#[derive(Clone, Copy)]
enum Aim {
    AtLeast(f64),
    Within(f64, f64),
}

impl Aim {
    /// Whether the interval of a share does not lie wholly outside the aim.
    fn is_met(self, (low, high): (f64, f64)) -> bool {
        match self {
            Self::AtLeast(least) => high >= least,
            Self::Within(least, most) => high >= least && low <= most,
        }
    }
}

/// Prints how often bands of 95 % cover the truth of populations that are known, at the worst orders: for each population,
/// estimator, number of samples and of contexts.
///
/// # Errors
///
/// Fails where a measurement fails, or bands cover less than they should.
pub fn run(repeats: usize) -> Result<()> {
    if repeats == 0 {
        return Err(usage("--coverage-repeats 0: give at least 1"));
    }
    println!(
        "coverage of 95 % bands over all orders, {repeats} repeats of {PLAYERS} players and all pairs: lowest and highest \
         order of S and of J, each with its 99.9 % interval (aim .90 to .98 from 10 samples and 5 contexts, else .85)"
    );
    let populations = [
        Population::dividends("60 dividends", 60, 6)?,
        Population::dividends("12 dividends", 12, 5)?,
        Population::networks("rows of a network")?,
    ];
    let mut failed = 0;
    for population in &populations {
        for estimator in [Estimator::Paired, Estimator::toggled()] {
            for (samples, contexts, aim) in CELLS {
                let cell = Cell {
                    population,
                    estimator,
                    samples,
                    contexts,
                };
                let shares = cell.shares(repeats)?;
                let met = shares
                    .iter()
                    .flatten()
                    .all(|share| aim.is_met(interval(*share, repeats)));
                failed += usize::from(!met);
                println!(
                    "  {:<18} {:<8} {samples:>3} samples {contexts:>3} contexts  S {}  J {}  {}",
                    population.name,
                    name(estimator),
                    extremes(&shares[0], repeats),
                    extremes(&shares[1], repeats),
                    if met { "ok" } else { "FAILED" }
                );
            }
        }
    }
    match failed {
        0 => {
            println!("  all cells hold\n");
            Ok(())
        }
        failed => Err(usage(format!(
            "bands: {failed} cells cover less than they should"
        ))),
    }
}

fn name(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Paired => "paired",
        _ => "toggled",
    }
}

fn extremes(shares: &[f64], repeats: usize) -> String {
    let part = |share: f64| {
        let (low, high) = interval(share, repeats);
        format!("{share:.3} [{low:.3}, {high:.3}]")
    };
    let lowest = shares.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = shares.iter().copied().fold(0.0, f64::max);
    format!("{} .. {}", part(lowest), part(highest))
}

/// Wilson's interval of a share.
fn interval(share: f64, repeats: usize) -> (f64, f64) {
    let (n, z) = (repeats as f64, QUANTILE * QUANTILE);
    let centre = share + z / (2.0 * n);
    let reach = QUANTILE * (share * (1.0 - share) / n + z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z / n;
    ((centre - reach) / scale, (centre + reach) / scale)
}

/// A game given as the table of its values.
struct Table(Vec<f64>);

impl Game for Table {
    fn players(&self) -> usize {
        PLAYERS
    }

    fn values(&self, coalitions: &[Coalition]) -> burn_interaction::Result<Vec<f64>> {
        let code = |set: &Coalition| set.members().fold(0, |code, player| code | 1 << player);
        Ok(coalitions.iter().map(|set| self.0[code(set)]).collect())
    }
}

/// A population of games whose S and J are known by enumeration.
struct Population {
    name: &'static str,
    games: Vec<Table>,
    /// S and J of the population, by order.
    truth: [Vec<f64>; 2],
}

impl Population {
    /// Makes a population of games that are sparse sums of unanimity games.
    fn dividends(name: &'static str, terms: usize, largest: usize) -> Result<Self> {
        let game = |seed| {
            let all: Vec<_> = (0..1 << PLAYERS)
                .map(|code| Coalition::from_code(PLAYERS, code))
                .collect();
            Dividends::sparse(PLAYERS, terms, largest, seed).values(&all)
        };
        let games = (0..GAMES as u64).map(|seed| game(seed).map(Table));
        Self::of(name, games.collect::<burn_interaction::Result<_>>()?)
    }

    /// Makes a population of one random network with two hidden layers, on random rows: absent players are zero.
    fn networks(name: &'static str) -> Result<Self> {
        const HIDDEN: usize = 16;
        let mut normal = Normal::new(1);
        let mut layer = |inputs: usize, outputs: usize| -> Vec<Vec<f64>> {
            let scale = (2.0 / inputs as f64).sqrt();
            let neuron = |_| (0..=inputs).map(|_| scale * normal.draw()).collect();
            (0..outputs).map(neuron).collect()
        };
        let layers = [
            layer(PLAYERS, HIDDEN),
            layer(HIDDEN, HIDDEN),
            layer(HIDDEN, 1),
        ];
        let output = |row: &[f64]| {
            let mut values = row.to_vec();
            for (depth, layer) in layers.iter().enumerate() {
                let neuron = |weights: &Vec<f64>| {
                    let sum: f64 = values.iter().zip(weights).map(|(v, w)| v * w).sum();
                    let sum = sum + 0.3 * weights[values.len()];
                    if depth + 1 < layers.len() {
                        sum.max(0.0)
                    } else {
                        sum
                    }
                };
                values = layer.iter().map(neuron).collect();
            }
            values[0]
        };
        let mut rows = Normal::new(2);
        let game = |_| {
            let row: Vec<f64> = (0..PLAYERS).map(|_| rows.draw()).collect();
            let value = |code: usize| {
                let present = |i: usize| if code >> i & 1 == 1 { row[i] } else { 0.0 };
                output(&(0..PLAYERS).map(present).collect::<Vec<_>>())
            };
            Table((0..1 << PLAYERS).map(value).collect())
        };
        Self::of(name, (0..GAMES).map(game).collect())
    }

    fn of(name: &'static str, games: Vec<Table>) -> Result<Self> {
        let all: Vec<&Table> = games.iter().collect();
        let points = base().estimator(Estimator::Exact).run_games(&all)?;
        let points = points.strength().points;
        let truth = [
            points.iter().map(|p| p.raw).collect(),
            points.iter().map(|p| p.relative).collect(),
        ];
        Ok(Self { name, games, truth })
    }
}

fn base() -> Measurement<()> {
    Measurement::of_games()
        .orders(Orders::all())
        .pairs(Pairs::all())
}

/// Normal numbers from our own generator, by Box and Muller.
struct Normal(burn_interaction::coalition::Generator);

impl Normal {
    fn new(seed: u64) -> Self {
        Self(generator(seed, 0))
    }

    fn draw(&mut self) -> f64 {
        let [u, v] = [(); 2].map(|()| self.0.random::<f64>());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// A cell of the benchmark: one population, measured in one way.
struct Cell<'a> {
    population: &'a Population,
    estimator: Estimator,
    samples: usize,
    contexts: usize,
}

impl Cell<'_> {
    /// The share of repeats in which the bands of S and of J hold the truth, order by order; computed on all cores.
    fn shares(&self, repeats: usize) -> Result<[Vec<f64>; 2]> {
        let next = AtomicUsize::new(0);
        let work = || -> Result<[Vec<u32>; 2]> {
            let mut covered = self.population.truth.clone().map(|t| vec![0; t.len()]);
            loop {
                let repeat = next.fetch_add(1, Ordering::Relaxed);
                if repeat >= repeats {
                    return Ok(covered);
                }
                self.count(&self.once(repeat as u64)?, &mut covered);
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let found = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            running.into_iter().map(join).collect::<Result<Vec<_>>>()
        })?;
        let share = |quantity: usize, order: usize| {
            let covered: u32 = found.iter().map(|f| f[quantity][order]).sum();
            f64::from(covered) / repeats as f64
        };
        let orders = self.population.truth[0].len();
        Ok([0, 1].map(|quantity| (0..orders).map(|order| share(quantity, order)).collect()))
    }

    fn once(&self, repeat: u64) -> Result<Profile> {
        let mut rng = generator(repeat, 77);
        let games = &self.population.games;
        let drawn: Vec<&Table> = (0..self.samples)
            .map(|_| &games[rng.random_range(0..games.len())])
            .collect();
        let run = base().estimator(self.estimator).contexts(self.contexts);
        Ok(run.seed(repeat).run_games(&drawn)?)
    }

    fn count(&self, profile: &Profile, covered: &mut [Vec<u32>; 2]) {
        for (order, point) in profile.strength().points.iter().enumerate() {
            for (quantity, band) in [point.band, point.relative_band].into_iter().enumerate() {
                let truth = self.population.truth[quantity][order];
                let holds = band.is_some_and(|(low, high)| low <= truth && truth <= high);
                covered[quantity][order] += u32::from(holds);
            }
        }
    }
}
