//! Measurements to a precision, against populations whose strengths are known.

use std::ops::ControlFlow;

use rand::RngExt;

use crate::coalition::generator;
use crate::error::Error;
use crate::estimate::{Estimator, Orders, Pairs};
use crate::game::{Dividends, KnownGame};
use crate::profile::{Precision, Profile, Stopped};

use super::{Measurement, Progress};

const PLAYERS: usize = 24;
const POPULATION: usize = 60;

fn base() -> Measurement<()> {
    let orders = Orders::ratios([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]);
    Measurement::of_games()
        .orders(orders)
        .pairs(Pairs::random(200))
}

/// Games, and J at each order of their mean over all pairs.
fn population() -> (Vec<Dividends>, Vec<f64>) {
    let games: Vec<Dividends> = (0..POPULATION as u64)
        .map(|seed| Dividends::sparse(PLAYERS, 300, 6, seed))
        .collect();
    let orders = Orders::ratios([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]);
    let pairs = || (0..PLAYERS).flat_map(|i| (i + 1..PLAYERS).map(move |j| (i, j)));
    let strength = |order: usize| {
        let of_game = |game: &Dividends| {
            let all: f64 = pairs()
                .map(|pair| game.interaction(pair, order).abs())
                .sum();
            all / pairs().count() as f64
        };
        games.iter().map(of_game).sum::<f64>() / POPULATION as f64
    };
    let orders = orders.resolve(PLAYERS).unwrap();
    let strengths: Vec<f64> = orders.into_iter().map(strength).collect();
    let level = strengths.iter().sum::<f64>() / strengths.len() as f64;
    let curve = strengths.iter().map(|s| s / level).collect();
    (games, curve)
}

/// So many samples drawn from the population.
fn drawn(games: &[Dividends], count: usize, seed: u64) -> Vec<&Dividends> {
    let mut rng = generator(seed, 78);
    (0..count)
        .map(|_| &games[rng.random_range(0..games.len())])
        .collect()
}

#[test]
fn a_precision_is_reached_and_its_error_and_bands_are_true() {
    let (games, truth) = population();
    const WANTED: f64 = 0.1;
    const REPEATS: u64 = 60;
    let (mut squares, mut stated, mut covered, mut cells) = (0.0, 0.0, 0.0, 0.0);
    let mut forwards = 0;
    for seed in 0..REPEATS {
        let run = base().precision(WANTED).seed(seed);
        let profile = run.run_games(&drawn(&games, 2000, seed)).unwrap();
        let reached = profile.precision().unwrap();
        assert_eq!(reached.stopped, Stopped::Reached, "{:?}", reached.looks);
        assert!(reached.error.unwrap() <= WANTED);
        forwards += reached.forwards / REPEATS;
        for (point, truth) in profile.strength().points.iter().zip(&truth) {
            let (j, error) = (
                point.relative_corrected.unwrap(),
                point.relative_error.unwrap(),
            );
            assert!(error <= WANTED * j.max(1.0) + 1e-12);
            let (low, high) = point.relative_band.unwrap();
            squares += (j - truth).powi(2);
            stated += error * error;
            covered += f64::from(u8::from(low <= *truth && *truth <= high));
            cells += 1.0;
        }
    }
    let (ratio, coverage): (f64, f64) = (squares / stated, covered / cells);
    println!(
        "squared error over the stated one {ratio:.2}, coverage {coverage:.3}, {forwards} forwards"
    );
    assert!((0.4..1.5).contains(&ratio), "{ratio}");
    assert!((0.9..=0.99).contains(&coverage), "{coverage}");
}

#[test]
fn an_error_for_just_these_samples_leaves_out_how_they_differ() {
    let (games, _) = population();
    let samples: Vec<&Dividends> = games.iter().take(25).collect();
    let exact = |order: usize| {
        let pairs = || (0..PLAYERS).flat_map(|i| (i + 1..PLAYERS).map(move |j| (i, j)));
        let all = samples
            .iter()
            .flat_map(|game| pairs().map(|pair| game.interaction(pair, order).abs()));
        all.sum::<f64>()
    };
    let orders = Orders::ratios([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]);
    let truth: Vec<f64> = orders
        .resolve(PLAYERS)
        .unwrap()
        .into_iter()
        .map(exact)
        .collect();
    let level = truth.iter().sum::<f64>() / truth.len() as f64;
    let (mut squares, mut stated) = (0.0, 0.0);
    const REPEATS: u64 = 30;
    for seed in 0..REPEATS {
        let run = base().precision(Precision::new(0.08).these()).seed(seed);
        let profile = run.run_games(&samples).unwrap();
        let reached = profile.precision().unwrap();
        assert_eq!(
            (profile.samples().len(), reached.stopped),
            (25, Stopped::Reached)
        );
        let worst = profile
            .strength()
            .points
            .iter()
            .zip(&truth)
            .map(|(p, t)| (p.relative_corrected.unwrap() - t / level) / p.relative.max(1.0))
            .map(|e| e * e)
            .sum::<f64>();
        squares += worst / truth.len() as f64;
        stated += reached.error.unwrap().powi(2);
    }
    // The stated error is the largest of the orders, the found one their mean.
    let ratio = squares / stated;
    println!("mean squared error over the largest stated one {ratio:.2}");
    assert!((0.15..1.2).contains(&ratio), "{ratio}");
}

#[test]
fn a_precision_gives_one_result_for_one_seed_in_any_batches_and_after_a_resume() {
    let (games, _) = population();
    let samples = drawn(&games, 300, 5);
    let run = |batch| base().precision(0.15).seed(5).batch(batch);
    let whole = run(1000).run_games(&samples).unwrap();
    let same = |other: Profile| {
        assert_eq!(other.strength().points, whole.strength().points);
        assert_eq!(other.samples().len(), whole.samples().len());
        assert_eq!(other.requested(), whole.requested());
    };
    same(run(33).run_games(&samples).unwrap());
    // Stopped in a round after the pilot, and gone on with.
    let after = whole.precision().unwrap().allocation.pilot + 500;
    let mut stop = stop_after(after);
    let partial = run(33).run_games_observed(&samples, &mut stop).unwrap();
    assert_eq!(partial.precision().unwrap().stopped, Stopped::Interrupted);
    assert!(partial.samples().len() < whole.samples().len());
    same(run(1000).resume(partial).run_games(&samples).unwrap());
}

/// Ends a run after more than so many forwards.
fn stop_after(forwards: u64) -> impl FnMut(&Progress) -> ControlFlow<()> {
    move |progress: &Progress| match progress.forwards > forwards {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

#[test]
fn a_pilot_leaves_the_journal_alone_and_rounds_write_one_that_goes_on() {
    let (games, _) = population();
    let samples = drawn(&games, 300, 5);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    std::fs::write(&path, "of another run").unwrap();
    let run = || base().precision(0.15).seed(5).batch(33);
    let whole = run().run_games(&samples).unwrap();
    let pilot = whole.precision().unwrap().allocation.pilot;
    let kept = run().journal(&path);
    let mut in_the_pilot = stop_after(pilot / 2);
    let error = kept.run_games_observed(&samples, &mut in_the_pilot);
    assert!(matches!(error, Err(Error::Interrupted)), "{error:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "of another run");
    let mut in_a_round = stop_after(pilot + 500);
    let partial = kept.run_games_observed(&samples, &mut in_a_round).unwrap();
    let earlier = Profile::load_json(&path).unwrap();
    assert_eq!(earlier.samples(), partial.samples());
    let resumed = kept.resume(earlier).run_games(&samples).unwrap();
    assert_eq!(resumed.samples(), whole.samples());
}

#[test]
fn a_limit_below_what_is_there_keeps_it_in_a_file_that_loads() {
    let (games, _) = population();
    let samples = drawn(&games, 300, 5);
    let run = |precision: Precision| base().precision(precision).seed(5).batch(33);
    let mut in_a_round = |progress: &Progress| {
        let rounds = progress.aim.is_some_and(|aim| aim.forwards.is_some());
        match rounds && progress.samples >= 5 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let partial = run(Precision::new(0.15)).run_games_observed(&samples, &mut in_a_round);
    let partial = partial.unwrap();
    let there = partial.samples().len();
    assert!((5..300).contains(&there), "{there}");
    let limited = run(Precision::new(0.01).most_forwards(1)).resume(partial);
    let profile = limited.run_games(&samples).unwrap();
    assert_eq!(profile.precision().unwrap().stopped, Stopped::Forwards);
    assert_eq!(
        (profile.samples().len(), profile.requested()),
        (there, there)
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    profile.save_json(file.path()).unwrap();
    let loaded = Profile::load_json(file.path()).unwrap();
    assert_eq!(loaded.samples(), profile.samples());
}

#[test]
fn what_another_error_took_is_looked_at_first() {
    let (games, _) = population();
    let samples = drawn(&games, 300, 5);
    let run = |error: f64| base().precision(error).seed(5);
    let earlier = run(0.4).run_games(&samples).unwrap();
    let (there, error) = (earlier.samples().len(), earlier.precision().unwrap().error);
    let wanted = 1.1 * error.unwrap();
    assert!(wanted < 0.4, "{wanted}");
    let resumed = run(wanted).resume(earlier).run_games(&samples).unwrap();
    let reached = resumed.precision().unwrap();
    assert_eq!((reached.stopped, reached.error), (Stopped::Reached, error));
    assert_eq!(resumed.samples().len(), there);
}

#[test]
fn limits_bind_and_say_so() {
    let (games, _) = population();
    let few = drawn(&games, 24, 1);
    let run = |precision: Precision, samples: &[&Dividends]| {
        let profile = base().precision(precision).run_games(samples).unwrap();
        let reached = profile.precision().unwrap();
        (reached.stopped, reached.forwards, reached.error.unwrap())
    };
    let (stopped, _, error) = run(Precision::new(0.001), &few);
    assert!(matches!(stopped, Stopped::Samples | Stopped::Bias));
    assert!(error > 0.001);
    let many = drawn(&games, 2000, 1);
    let (stopped, forwards, _) = run(Precision::new(0.03).most_forwards(20_000), &many);
    assert_eq!(stopped, Stopped::Forwards);
    assert!(forwards < 22_000, "{forwards}");
    // Few samples under a limit that does not reach the error: the forwards go to more than a handful of them.
    let some = drawn(&games, 200, 1);
    let limit = Precision::new(0.004).most_forwards(30_000);
    let profile = base().precision(limit).run_games(&some).unwrap();
    let reached = profile.precision().unwrap();
    assert_eq!(reached.stopped, Stopped::Forwards);
    assert!(reached.allocation.within.unwrap() > 0.004);
    assert!(profile.samples().len() >= 20 && reached.forwards < 33_000);
    assert!(reached.error.unwrap() < 2.0 * reached.allocation.within.unwrap());
    // Time that a round runs out of leaves the samples that are finished: all that were asked for then.
    let brief = Precision::new(0.0005).most_time(std::time::Duration::from_millis(60));
    let plan = base()
        .precision(Precision::new(0.2))
        .run_games(&many)
        .unwrap();
    let allocation = plan.precision().unwrap().allocation.clone();
    let late = base().precision(brief).allocation(allocation);
    let profile = late.run_games(&many).unwrap();
    assert_eq!(profile.precision().unwrap().stopped, Stopped::Time);
    assert!(profile.is_complete() && profile.samples().len() < many.len());
    for wrong in [0.0, -1.0, f64::NAN] {
        let error = base().precision(wrong).run_games(&few).unwrap_err();
        assert!(error.to_string().contains("precision"), "{error}");
    }
}

#[test]
fn games_without_interactions_have_no_j_and_no_error_of_it() {
    let nothing = Dividends::new(PLAYERS, Vec::new());
    let all = [&nothing; 60];
    let profile = base().precision(0.1).run_games(&all).unwrap();
    let reached = profile.precision().unwrap();
    assert_eq!(
        (reached.stopped, reached.error),
        (Stopped::NoInteraction, None)
    );
    assert!(profile.samples().len() < 60);
    let strength = profile.strength();
    let known = |p: &crate::StrengthPoint| (p.relative_corrected, p.relative_band, p.corrected);
    for point in &strength.points {
        assert_eq!(known(point), (None, None, Some(0.0)));
    }
    assert!(profile.rise(0.0..=0.0, 0.3..=0.7).is_none());
}

#[test]
fn enumerated_samples_are_taken_until_they_are_enough() {
    let games: Vec<Dividends> = (0..80)
        .map(|seed| Dividends::sparse(8, 60, 6, seed))
        .collect();
    let all: Vec<&Dividends> = games.iter().collect();
    let run = base().pairs(Pairs::all()).estimator(Estimator::Exact);
    let profile = run.precision(0.15).run_games(&all).unwrap();
    let reached = profile.precision().unwrap();
    assert_eq!(
        (reached.stopped, reached.allocation.pilot),
        (Stopped::Reached, 0)
    );
    assert!(profile.samples().len() < 80);
}

#[test]
fn too_many_players_to_enumerate_are_refused_before_they_are_priced() {
    let game = Dividends::sparse(70, 20, 3, 0);
    let run = base().estimator(Estimator::Exact).precision(0.1);
    let error = run.run_games(&[&game]).unwrap_err();
    let refused = matches!(error, Error::TooManyPlayersForExact { players: 70, .. });
    assert!(refused, "{error}");
}

#[test]
fn a_pilot_passes_over_samples_that_are_enumerated() {
    let players = |seed| if seed < 60 { 6 } else { PLAYERS };
    let game = |seed| Dividends::sparse(players(seed), 60, 4, seed);
    let games: Vec<Dividends> = (0..160).map(game).collect();
    let all: Vec<&Dividends> = games.iter().collect();
    let run = base().estimator(Estimator::Auto { exact: 12 });
    let profile = run.precision(0.2).run_games(&all).unwrap();
    let reached = profile.precision().unwrap();
    assert!(reached.allocation.pilot > 0 && !reached.allocation.components.is_empty());
    assert_eq!(reached.stopped, Stopped::Reached, "{:?}", reached.looks);
}

#[test]
fn contexts_of_a_ratio_are_found_in_samples_of_any_size() {
    use crate::estimate::Contexts;

    let contexts = Contexts::by_ratio([(0.0, 1), (0.1, 4), (0.5, 16), (0.7, 6)]).unwrap();
    let at = [0.0, 0.05, 0.1, 0.3, 0.5, 0.7, 1.0].map(|ratio| contexts.at_ratio(ratio));
    assert_eq!(at, [1, 1, 4, 4, 16, 6, 6]);
    // At six players .5 and .7 are one order.
    assert_eq!(contexts.at(2, 6), 6);
}

#[test]
fn samples_of_many_sizes_have_contexts_that_tell_their_noise() {
    // At a tenth small games have order 0, which has one context, and large ones order 2.
    let players = |seed| if seed % 2 == 0 { 9 } else { PLAYERS };
    let game = |seed| Dividends::sparse(players(seed), 60, 4, seed);
    let games: Vec<Dividends> = (0..200).map(game).collect();
    let all: Vec<&Dividends> = games.iter().collect();
    let run = base().estimator(Estimator::toggled());
    let profile = run.precision(0.3).run_games(&all).unwrap();
    let reached = profile.precision().unwrap();
    assert_eq!(reached.stopped, Stopped::Reached, "{:?}", reached.looks);
    assert!(reached.allocation.contexts.at_ratio(0.1) > 1);
}
