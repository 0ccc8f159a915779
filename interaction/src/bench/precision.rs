//! Forwards to an error: the papers' allocation, a budget, and a precision.

use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use burn::tensor::{Device, Tensor};
use burn_interaction::game::{Dividends, KnownGame};
use burn_interaction::profile::Component;
use burn_interaction::{
    Batch, Estimator, Measurement, Orders, Pairs, Patches, Precision, Profile, Strength, Targets,
};
use burn_interaction_models::ResNetCifar;

use crate::error::Result;
use crate::report::seconds;

use super::trained_resnet;

/// The error of games that is wanted, in units of the larger of 1 and J.
const WANTED: f64 = 0.05;
/// Samples of a population of games, and those that a precision may take.
const GAMES: usize = 60;
const MOST: usize = 4000;
/// Images that a precision may take, of twice as many.
const IMAGES: usize = 1000;
/// Samples of a budget, which tell its error.
const FEW: usize = 6;

/// Prints the forwards and seconds that three allocations need for a standard error at every order, .05 max(1, J) of games and
/// `error` max(1, J) of the network, and how true the stated errors are: over `seeds`, with other samples, pairs and contexts
/// each.
///
/// # Errors
///
/// Fails where a file is missing or the device fails.
pub fn run(
    trained: Option<(&Path, &Path)>,
    error: f64,
    seeds: Range<u64>,
    device: &Device,
) -> Result<()> {
    // Before anything is computed, as a file may be damaged.
    let open = |(weights, data)| trained_resnet(weights, data, 2 * IMAGES, device);
    let trained = trained.map(open).transpose()?;
    println!(
        "forwards to an error of J, in units of max(1, J), at every order; {} seeds from {} on",
        seeds.end - seeds.start,
        seeds.start
    );
    for (name, players, terms, most) in [
        ("games of 24 players, terms of up to 12", 24, 300, 12),
        ("games of 64 players, terms of up to 8", 64, 1280, 8),
    ] {
        let games: Vec<Dividends> = (0..GAMES as u64)
            .map(|seed| Dividends::sparse(players, terms, most, seed))
            .collect();
        let drawn = |seed: u64, count: usize| -> Vec<&Dividends> {
            let chosen = |k: usize| &games[shuffled(seed, k) % games.len()];
            (0..count).map(chosen).collect()
        };
        let truth = truth(&games, players);
        let run = |measurement: &Measurement<()>, samples: usize, seed: u64| {
            let measurement = measurement.clone().seed(seed);
            Ok(measurement.run_games(&drawn(seed, samples))?)
        };
        let base = Measurement::of_games();
        let case = Case {
            wanted: WANTED,
            published: Pairs::random(200),
            stars: Pairs::stars(None, 50, 4),
            truth: Some(&truth),
            seeds: seeds.clone(),
            each: None,
        };
        table(name, &base, &case, run)?;
    }
    let Some((net, batch)) = trained else {
        println!("  ResNet-20: give --weights and --data for it\n");
        return Ok(());
    };
    let images = Images { net, batch };
    let run = |measurement: &Measurement<Patches>, samples: usize, seed: u64| {
        images.run(
            &measurement.clone().seed(seed),
            samples.min(IMAGES),
            seed,
            device,
        )
    };
    let case = |seeds: Range<u64>| Case {
        wanted: error,
        published: Pairs::neighbours(2, 200),
        stars: Pairs::stars(Some(2), 50, 4),
        truth: None,
        seeds,
        // Of the 13 published orders the first and the last have one context.
        each: Some(11.0),
    };
    let base = Measurement::new(Patches::grid(16, 16));
    let name = "ResNet-20 on CIFAR-10, 16x16 patches, neighbours";
    table(name, &base, &case(seeds.clone()), run)?;
    // Each pixel a player.
    let base = Measurement::new(Patches::grid(32, 32));
    let name = "ResNet-20 on CIFAR-10, 32x32 patches, neighbours";
    table(name, &base, &case(first(&seeds)), run)?;
    println!();
    Ok(())
}

/// The first of some seeds.
fn first(seeds: &Range<u64>) -> Range<u64> {
    seeds.start..seeds.start.saturating_add(1)
}

/// Images that a network classifies rightly.
struct Images {
    net: ResNetCifar,
    batch: Batch<Tensor<4>>,
}

impl Images {
    /// Measures some of the images, others for each seed.
    fn run(
        &self,
        measurement: &Measurement<Patches>,
        samples: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Profile> {
        let all = self.batch.ids.len();
        let mut places: Vec<usize> = Vec::with_capacity(samples);
        let mut taken = vec![false; all];
        let mut number = 0;
        while places.len() < samples.min(all) {
            let place = shuffled(seed, number) % all;
            number += 1;
            if !std::mem::replace(&mut taken[place], true) {
                places.push(place);
            }
        }
        let at: Vec<i32> = places.iter().map(|place| *place as i32).collect();
        let at = Tensor::<1, burn::tensor::Int>::from_data(at.as_slice(), device);
        let inputs = self.batch.inputs.clone().select(0, at.clone());
        let targets = Targets::try_from(self.batch.targets.clone().select(0, at))?;
        let ids: Vec<u64> = places.iter().map(|place| self.batch.ids[*place]).collect();
        Ok(measurement
            .clone()
            .ids(ids)
            .run(&self.net, inputs, targets)?)
    }
}

/// A number that seed and place fix: SplitMix64.
fn shuffled(seed: u64, place: usize) -> usize {
    let mut z = (seed << 32 | place as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 8) as usize
}

/// J of a population of games over all their pairs, at the published orders.
fn truth(games: &[Dividends], players: usize) -> Vec<f64> {
    let orders = Orders::published().resolve(players).unwrap_or_default();
    let pairs = || (0..players).flat_map(|i| (i + 1..players).map(move |j| (i, j)));
    let strength = |order: usize| -> f64 {
        let of = |game: &Dividends| -> f64 {
            pairs()
                .map(|pair| game.interaction(pair, order).abs())
                .sum()
        };
        games.iter().map(of).sum()
    };
    let strengths: Vec<f64> = orders.into_iter().map(strength).collect();
    let level = strengths.iter().sum::<f64>() / strengths.len() as f64;
    strengths.iter().map(|s| s / level).collect()
}

/// A kind of samples.
struct Case<'a> {
    /// The error wanted, in units of the larger of 1 and J.
    wanted: f64,
    published: Pairs,
    /// The pairs of the command's budget.
    stars: Pairs,
    /// J at each order, where it is known.
    truth: Option<&'a [f64]>,
    seeds: Range<u64>,
    /// The number of orders with drawn contexts, where budgets cost too much to be run.
    each: Option<f64>,
}

/// Curves of several seeds, and what each cost.
struct Curves {
    strengths: Vec<Strength>,
    components: Vec<Component>,
    forwards: f64,
    seconds: f64,
}

impl Curves {
    fn of(seeds: Range<u64>, run: impl Fn(u64) -> Result<Profile>) -> Result<Self> {
        let start = Instant::now();
        let count = seeds.end - seeds.start;
        let (mut strengths, mut components, mut forwards) = (Vec::new(), Vec::new(), 0);
        for (done, seed) in (1..).zip(seeds) {
            let profile = run(seed)?;
            let gone = seconds(start.elapsed().as_secs_f64());
            eprintln!("    seed {done} of {count}, after {gone}");
            if let Some(reached) = profile.precision() {
                components.clone_from(&reached.allocation.components);
            }
            forwards += profile
                .precision()
                .map_or(profile.forwards(), |reached| reached.forwards);
            strengths.push(profile.strength());
        }
        Ok(Self {
            strengths,
            components,
            forwards: forwards as f64 / count as f64,
            seconds: start.elapsed().as_secs_f64() / count as f64,
        })
    }

    /// The largest stated error over the larger of 1 and J, of the first seed.
    fn stated(&self) -> f64 {
        let points = self.points();
        let of = |point: &Vec<Point>| point[0].error / point[0].value.max(1.0);
        points.iter().map(of).fold(0.0, f64::max)
    }

    /// The samples of a budget of 200 scattered pairs and 100 contexts that reach an error, by the components of the last seed.
    fn samples_of_a_budget(&self, wanted: f64) -> f64 {
        let of = |c: &Component| {
            let within = c.places.powi(2) + c.pairs.powi(2);
            let noise = c.contexts.powi(2) * (8.0_f64 / 100.0).powf(1.5);
            let variance = c.samples.powi(2) + (within + noise) / 200.0;
            variance / (wanted * c.relative.max(1.0)).powi(2)
        };
        self.components.iter().map(of).fold(0.0, f64::max)
    }

    /// J at each order, seed by seed.
    fn points(&self) -> Vec<Vec<Point>> {
        let points = self.strengths.first().map_or(0, |s| s.points.len());
        let at = |point: usize| {
            let of = |s: &Strength| {
                let p = &s.points[point];
                Point {
                    value: p.relative_corrected.unwrap_or(f64::NAN),
                    error: p.relative_error.unwrap_or(f64::NAN),
                    band: p.relative_band.unwrap_or((f64::NAN, f64::NAN)),
                }
            };
            self.strengths.iter().map(of).collect()
        };
        (0..points).map(at).collect()
    }

    /// The errors found: about the truth, or about the mean of the other seeds.
    fn found(&self, truth: Option<&[f64]>) -> Found {
        let (mut worst, mut found, mut stated, mut held) = (0.0_f64, 0.0, 0.0, 0);
        let points = self.points();
        for (index, point) in points.iter().enumerate() {
            let count = point.len() as f64;
            let sum: f64 = point.iter().map(|p| p.value).sum();
            let (centre, freedom) = match truth {
                Some(truth) => (truth[index], count),
                None => (sum / count, count - 1.0),
            };
            let squares: f64 = point.iter().map(|p| (p.value - centre).powi(2)).sum();
            worst = worst.max((squares / freedom).sqrt() / centre.max(1.0));
            found += squares / freedom;
            stated += point.iter().map(|p| p.error * p.error).sum::<f64>() / count;
            let holds = |p: &&Point| {
                let others = || (sum - p.value) / (count - 1.0);
                let centre = truth.map_or_else(others, |_| centre);
                (p.band.0..=p.band.1).contains(&centre)
            };
            held += point.iter().filter(holds).count();
        }
        let bands = points.iter().map(Vec::len).sum::<usize>();
        Found {
            worst,
            ratio: (found / stated).sqrt(),
            coverage: held as f64 / bands as f64,
        }
    }
}

/// J at one order.
struct Point {
    value: f64,
    error: f64,
    band: (f64, f64),
}

/// How true the stated errors of several seeds are.
struct Found {
    /// The error found, over the larger of 1 and J, at the order where it is largest.
    worst: f64,
    /// The root of the ratio of found to stated squares.
    ratio: f64,
    /// The share of the 95 % bands that hold the truth.
    coverage: f64,
}

impl Found {
    /// The error that one seed states, with nothing to hold it against.
    fn stated(worst: f64) -> Self {
        Self {
            worst,
            ratio: f64::NAN,
            coverage: f64::NAN,
        }
    }
}

/// Prints the three allocations for one kind of samples. What a budget needs follows from its error on a few samples, which falls with
/// one over their number; on a network, where even these are millions of forwards, from the components that the pilot found.
fn table<P: Clone>(
    name: &str,
    base: &Measurement<P>,
    case: &Case<'_>,
    run: impl Fn(&Measurement<P>, usize, u64) -> Result<Profile>,
) -> Result<()> {
    let Case {
        wanted,
        published,
        stars,
        truth,
        seeds,
        each,
    } = case;
    println!("  {name}: an error of {wanted}");
    println!(
        "                                forwards      time   error found  over stated  coverage   forwards to it"
    );
    let precise = base.clone().pairs(published.clone());
    let precise = precise.precision(Precision::new(*wanted));
    let curves = Curves::of(seeds.clone(), |seed| run(&precise, MOST, seed))?;
    let found = match curves.strengths.len() {
        1 => Found::stated(curves.stated()),
        _ => curves.found(*truth),
    };
    let needed = curves.forwards;
    row("--precision", &curves, &found, needed);
    let paired = base.clone().estimator(Estimator::Paired);
    let budgets = [
        ("published", paired.pairs(published.clone()), 4.0),
        ("today's budget", base.clone().pairs(stars.clone()), 2.5),
    ];
    for (name, measurement, values) in budgets {
        let forwards = match each {
            Some(orders) => {
                // 200 pairs, 100 contexts and so many values at each order that is drawn.
                let of_sample = 200.0 * 100.0 * values * orders;
                curves.samples_of_a_budget(*wanted) * of_sample
            }
            None => {
                let few = Curves::of(first(seeds), |seed| run(&measurement, FEW, seed))?;
                let error = few.stated();
                let need = few.forwards * (error / wanted).powi(2);
                row(name, &few, &Found::stated(error), need);
                need
            }
        };
        println!(
            "    {name}: {forwards:.0} forwards, {:.0} times those of a precision",
            forwards / needed
        );
    }
    Ok(())
}

fn row(name: &str, curves: &Curves, found: &Found, need: f64) {
    println!(
        "    {name:<26} {:>10.0}  {:>9}        {:.3}         {:4.2}      {:.3}   {need:>12.0}",
        curves.forwards,
        seconds(curves.seconds),
        found.worst,
        found.ratio,
        found.coverage,
    );
}
