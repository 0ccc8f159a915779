//! Every estimator against games whose interactions are known.

use std::ops::ControlFlow;

use super::{Efficiency, Measurement, Progress};
use crate::error::Error;
use crate::estimate::{Estimator, Orders, Pairs};
use crate::game::{Dividends, Game, KnownGame, Symmetric};

pub(super) fn all() -> Measurement<()> {
    Measurement::of_games()
        .orders(Orders::all())
        .pairs(Pairs::all())
        .seed(11)
}

fn worst_difference(measurement: &Measurement<()>, game: &impl KnownGame) -> f64 {
    let profile = measurement.run_game(game).unwrap();
    let sample = &profile.samples()[0];
    let mut worst = 0.0_f64;
    for &order in profile.orders() {
        for (pair, estimate) in sample.pairs().iter().zip(sample.at_order(order).unwrap()) {
            worst = worst.max((estimate.mean - game.interaction(*pair, order)).abs());
        }
    }
    worst
}

#[test]
fn exact_enumeration_equals_closed_forms() {
    let exact = all().estimator(Estimator::Exact);
    for members in [vec![0, 1], vec![2, 5, 7], (0..10).collect(), vec![4]] {
        assert!(worst_difference(&exact, &Dividends::unanimity(10, members)) < 1e-9);
    }
    assert!(worst_difference(&exact, &Dividends::random(10, 3)) < 1e-9);
    assert!(worst_difference(&exact, &Symmetric::new(10, |k| (k as f64).powi(3) / 50.0)) < 1e-9);
    assert!(worst_difference(&exact, &Symmetric::new(10, |k| f64::from(k % 2 == 0))) < 1e-9);
    assert!(worst_difference(&exact, &Symmetric::new(2, |k| k as f64 * k as f64)) < 1e-9);
}

#[test]
fn enough_contexts_make_sampling_exact() {
    // C(8, 4) = 70 is the largest number of contexts of ten players.
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        assert!(
            worst_difference(
                &all().estimator(estimator).contexts(70),
                &Dividends::random(10, 3)
            ) < 1e-9
        );
    }
}

#[test]
fn sampled_estimates_are_unbiased_and_know_their_error() {
    let game = Dividends::sparse(16, 1500, 6, 5);
    for estimator in [
        Estimator::Paired,
        Estimator::toggled(),
        Estimator::Toggled { pool: 5 },
    ] {
        let profile = all()
            .pairs(Pairs::random(60))
            .estimator(estimator)
            .contexts(200)
            .run_game(&game)
            .unwrap();
        let sample = &profile.samples()[0];
        let (mut squares, mut sum, mut count) = (0.0, 0.0_f64, 0.0);
        for &order in &profile.orders()[3..12] {
            for (pair, e) in sample.pairs().iter().zip(sample.at_order(order).unwrap()) {
                let z = (e.mean - game.interaction(*pair, order)) / e.standard_error();
                assert!(
                    z.abs() < 6.0,
                    "{estimator:?} order {order} pair {pair:?}: {z} standard errors"
                );
                squares += z * z;
                sum += z;
                count += 1.0;
            }
        }
        // Standardised errors have mean 0 and variance 1; toggled ones are correlated within a pool.
        assert!(
            (sum / count).abs() < 0.25,
            "{estimator:?}: mean {}",
            sum / count
        );
        assert!(
            (0.7..1.3).contains(&(squares / count)),
            "{estimator:?}: variance {}",
            squares / count
        );
    }
}

#[test]
fn results_do_not_depend_on_the_batch() {
    let game = Dividends::sparse(20, 100, 6, 1);
    let run = |batch| all().contexts(9).batch(batch).run_game(&game).unwrap();
    assert_eq!(run(1), run(4096));
    assert_eq!(run(37), run(4096));
}

#[test]
fn efficiency_holds() {
    let game = Dividends::random(9, 2);
    let parts = Efficiency::of_game(&game).unwrap();
    assert!((parts.total() - parts.full).abs() < 1e-9);
    assert_eq!(
        parts.full,
        game.values(&[crate::Coalition::full(9)]).unwrap()[0]
    );
}

#[test]
fn the_shapley_interaction_index_of_a_unanimity_game() {
    // 1 / (|L| - 1) for pairs inside L, zero outside.
    let profile = all()
        .estimator(Estimator::Exact)
        .run_game(&Dividends::unanimity(7, [1, 3, 5, 6]))
        .unwrap();
    let sample = &profile.samples()[0];
    for (pair, index) in sample
        .pairs()
        .iter()
        .zip(sample.shapley_interaction().unwrap())
    {
        let inside = [pair.0, pair.1].iter().all(|p| [1, 3, 5, 6].contains(p));
        assert_eq!(index.standard_error, Some(0.0));
        assert!((index.value - if inside { 1.0 / 3.0 } else { 0.0 }).abs() < 1e-12);
    }
    let some = all()
        .orders(Orders::given([0]))
        .run_game(&Dividends::unanimity(7, [1, 3]))
        .unwrap();
    assert!(matches!(
        some.samples()[0].shapley_interaction(),
        Err(Error::OrdersMissing { .. })
    ));
}

#[test]
fn the_mean_signed_curve_is_the_second_difference_of_mean_values_by_size() {
    let game = Dividends::random(8, 8);
    let strength = all()
        .estimator(Estimator::Exact)
        .run_game(&game)
        .unwrap()
        .strength();
    let mean = |size: usize| {
        let sets: Vec<_> = crate::coalition::all_of_size(8, size, &[]).collect();
        game.values(&sets).unwrap().iter().sum::<f64>() / sets.len() as f64
    };
    for point in &strength.points {
        let m = point.order.unwrap();
        assert!((point.mean - (mean(m + 2) - 2.0 * mean(m + 1) + mean(m))).abs() < 1e-9);
        // Exact: up to the rounding of a square root.
        assert!((point.raw - point.corrected.unwrap()).abs() < 1e-12);
        assert_eq!(point.noise_floor, Some(0.0));
    }
}

/// Relative errors of a strength: on average (bias), and of a single measurement.
#[derive(Debug, Default, Clone, Copy)]
struct Errors {
    bias: f64,
    single: f64,
}

/// Errors of the raw and of the corrected S^(m) over repeated measurements and orders.
fn strength_errors(
    game: &impl KnownGame,
    orders: &[usize],
    contexts: usize,
    estimator: Estimator,
) -> [Errors; 2] {
    let repeats = 8;
    let mut errors = [Errors::default(); 2];
    for seed in 0..repeats {
        let measurement = all()
            .orders(Orders::given(orders))
            .contexts(contexts)
            .estimator(estimator)
            .seed(seed);
        let profile = measurement.run_game(game).unwrap();
        let pairs = profile.samples()[0].pairs();
        for point in profile.strength().points {
            let magnitudes = pairs
                .iter()
                .map(|p| game.interaction(*p, point.order.unwrap()).abs());
            let truth = magnitudes.sum::<f64>() / pairs.len() as f64;
            for (errors, estimate) in errors.iter_mut().zip([point.raw, point.corrected.unwrap()]) {
                let share = 1.0 / (repeats as usize * orders.len()) as f64;
                errors.bias += share * (estimate - truth) / truth;
                errors.single += share * (estimate - truth).abs() / truth;
            }
        }
    }
    errors
}

#[test]
fn corrected_strength_is_nearer_the_truth_than_raw() {
    let games = [(20, 300, 5), (20, 60, 8), (24, 2000, 12)];
    for contexts in [5, 20, 100] {
        let mut sums = [0.0, 0.0];
        for (number, (players, terms, largest)) in games.into_iter().enumerate() {
            let game = Dividends::sparse(players, terms, largest, number as u64 + 1);
            let orders: Vec<usize> = (4..=players - 6).step_by(3).collect();
            let [raw, corrected] = strength_errors(&game, &orders, contexts, Estimator::toggled());
            println!("game {number}, {contexts} contexts: raw {raw:?}, corrected {corrected:?}");
            // What bias is left is below the raw one, or below what eight repeats can tell from none.
            let unseen = corrected.single / 8.0_f64.sqrt();
            assert!(
                corrected.bias.abs() < (0.8 * raw.bias).max(unseen),
                "game {number}, {contexts} contexts"
            );
            sums[0] += raw.single;
            sums[1] += corrected.single;
        }
        assert!(sums[1] < sums[0], "{contexts} contexts: {sums:?}");
    }
}

#[test]
fn with_2_and_3_contexts_the_corrected_strength_is_within_5_percent_on_average() {
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        for contexts in [2, 3] {
            let games = [(20, 300, 5), (20, 60, 8), (24, 2000, 12)];
            let mut bias = 0.0;
            for (number, (players, terms, largest)) in games.into_iter().enumerate() {
                let game = Dividends::sparse(players, terms, largest, number as u64 + 1);
                let orders: Vec<usize> = (4..=players - 6).step_by(3).collect();
                let [raw, corrected] = strength_errors(&game, &orders, contexts, estimator);
                println!("{estimator:?} game {number}, {contexts} contexts: {raw:?} {corrected:?}");
                assert!(corrected.bias.abs() < 0.1, "game {number}: {corrected:?}");
                bias += corrected.bias / 3.0;
            }
            assert!(
                bias.abs() < 0.05,
                "{estimator:?}, {contexts} contexts: {bias}"
            );
        }
    }
}

#[test]
fn the_noise_floor_is_the_mean_error_within_10_percent() {
    let games = [(20, 300, 5), (20, 60, 8), (24, 2000, 12)];
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        for contexts in [2, 3] {
            let mut ratio = 0.0;
            for (number, (players, terms, largest)) in games.into_iter().enumerate() {
                let game = Dividends::sparse(players, terms, largest, number as u64 + 1);
                let orders: Vec<usize> = (4..=players - 6).step_by(3).collect();
                let measurement = all().orders(Orders::given(orders));
                let measurement = measurement.estimator(estimator).contexts(contexts);
                let (mut floor, mut truth) = (0.0, 0.0);
                // On average: a pair that never meets its rare large difference cannot show it.
                for seed in 0..12 {
                    let profile = measurement.clone().seed(seed).run_game(&game).unwrap();
                    let sample = &profile.samples()[0];
                    for point in profile.strength().points {
                        let order = point.order.unwrap();
                        let estimates = sample.at_order(order).unwrap();
                        let pairs = sample.pairs().iter().zip(estimates);
                        let errors =
                            pairs.map(|(p, e)| (e.mean - game.interaction(*p, order)).abs());
                        truth += errors.sum::<f64>() / sample.pairs().len() as f64;
                        floor += point.noise_floor.unwrap();
                    }
                }
                println!("{estimator:?} game {number}, {contexts}: {}", floor / truth);
                ratio += floor / truth / 3.0;
            }
            assert!(
                (0.9..1.1).contains(&ratio),
                "{estimator:?}, {contexts}: {ratio}"
            );
        }
    }
}

#[test]
fn a_stopped_run_gives_what_is_complete_or_an_error() {
    let game = Dividends::unanimity(12, [0, 1]);
    let mut stop = |_: &Progress| ControlFlow::Break(());
    let error = all()
        .batch(10)
        .run_games_observed(&[&game], &mut stop)
        .unwrap_err();
    assert!(matches!(error, Error::Interrupted));
}

#[test]
fn a_value_that_is_not_finite_stops_the_run() {
    let game = Symmetric::new(5, |k| if k == 3 { f64::NAN } else { 0.0 });
    assert!(matches!(
        all().run_game(&game),
        Err(Error::NotFinite { present: 3, .. })
    ));
}

#[test]
fn a_game_that_answers_too_little_is_refused() {
    struct Short;
    impl Game for Short {
        fn players(&self) -> usize {
            4
        }
        fn values(&self, _: &[crate::Coalition]) -> crate::Result<Vec<f64>> {
            Ok(vec![])
        }
    }
    assert!(matches!(
        all().run_game(&Short),
        Err(Error::Mismatch { .. })
    ));
}
