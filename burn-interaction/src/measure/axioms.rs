//! The five axioms of multi-order interactions (linearity, nullity, commutativity, symmetry, efficiency), held by every
//! estimator.
//!
//! The first three hold draw by draw, so that few contexts keep them to the rounding of sums. Symmetry and efficiency hold in
//! expectation: to the rounding where all contexts are evaluated, within the errors that are told where they are drawn.

use crate::coalition::Coalition;
use crate::estimate::Estimator;
use crate::game::{Dividends, Enumerated, Game, Symmetric};
use crate::profile::SampleProfile;

use super::closed_forms::all;

const PLAYERS: usize = 9;
/// Fewer contexts than any order has but the first and the last.
const FEW: usize = 6;
/// C(7, 3): all contexts of every order.
const ALL: usize = 35;

const ESTIMATORS: [Estimator; 6] = [
    Estimator::Exact,
    Estimator::Paired,
    Estimator::toggled(),
    Estimator::Toggled { pool: 4 },
    Estimator::Auto { exact: PLAYERS },
    Estimator::Auto { exact: 4 },
];

/// A game with a value of its own for each coalition.
fn game(seed: u64) -> Enumerated {
    Enumerated::of(&Dividends::random(PLAYERS, seed)).unwrap()
}

/// A game made from the coalitions of others.
fn made(value: impl Fn(&Coalition) -> f64) -> Enumerated {
    let sets = (0..1 << PLAYERS).map(|code| Coalition::from_code(PLAYERS, code));
    Enumerated::new(PLAYERS, sets.map(|set| value(&set)).collect()).unwrap()
}

fn value(game: &impl Game, set: &Coalition) -> f64 {
    game.values(std::slice::from_ref(set)).unwrap()[0]
}

/// The coalition with two players in each other's place.
fn swapped(set: &Coalition, [i, j]: [usize; 2]) -> Coalition {
    match set.contains(i) == set.contains(j) {
        true => set.clone(),
        false => set.toggled(i).toggled(j),
    }
}

fn measured(game: &impl Game, estimator: Estimator, contexts: usize, seed: u64) -> SampleProfile {
    let measurement = all().estimator(estimator).contexts(contexts).seed(seed);
    measurement.run_game(game).unwrap().samples()[0].clone()
}

/// The interactions of all orders and pairs.
fn interactions(sample: &SampleProfile) -> impl Iterator<Item = f64> + '_ {
    let orders = sample.orders().iter();
    orders.flat_map(|order| sample.at_order(*order).unwrap().iter().map(|e| e.mean))
}

fn shapley_values(sample: &SampleProfile) -> Vec<f64> {
    let players = sample.shapley().unwrap().players;
    players.iter().map(|of| of.shapley.value).collect()
}

/// How many standard errors of their mean some independent numbers are from zero.
fn deviation(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|v| (v - mean).powi(2)).sum();
    mean / (squares / (count - 1.0) / count).sqrt()
}

#[test]
fn a_sum_of_games_has_the_sum_of_their_interactions() {
    let (first, second) = (game(1), game(2));
    let sum = made(|set| 2.5 * value(&first, set) - 0.75 * value(&second, set));
    for estimator in ESTIMATORS {
        let [sum, first, second] =
            [&sum, &first, &second].map(|game| measured(game, estimator, FEW, 3));
        let parts = interactions(&first).zip(interactions(&second));
        for (sum, (first, second)) in interactions(&sum).zip(parts) {
            assert!(
                (sum - (2.5 * first - 0.75 * second)).abs() < 1e-12,
                "{estimator}"
            );
        }
        let parts = shapley_values(&first)
            .into_iter()
            .zip(shapley_values(&second));
        for (sum, (first, second)) in shapley_values(&sum).into_iter().zip(parts) {
            assert!(
                (sum - (2.5 * first - 0.75 * second)).abs() < 1e-12,
                "{estimator}"
            );
        }
    }
}

#[test]
fn a_player_who_adds_his_own_value_to_everybody_interacts_with_nobody() {
    let rest = game(4);
    let dummy = made(|set| match set.contains(5) {
        true => value(&rest, &set.toggled(5)) + 1.75,
        false => value(&rest, set),
    });
    for estimator in ESTIMATORS {
        let sample = measured(&dummy, estimator, FEW, 1);
        for &order in sample.orders() {
            for (pair, e) in sample.pairs().iter().zip(sample.at_order(order).unwrap()) {
                let nothing = e.mean.abs() < 1e-12 && e.variance < 1e-24;
                assert_eq!(nothing, pair.0 == 5 || pair.1 == 5, "{estimator} {pair:?}");
            }
        }
        let of = &sample.shapley().unwrap().players[5];
        assert_eq!(of.by_order.len(), PLAYERS);
        for index in of.by_order.iter().chain([&of.shapley]) {
            assert!((index.value - 1.75).abs() < 1e-12, "{estimator}");
            assert!(index.standard_error.unwrap() < 1e-12, "{estimator}");
        }
    }
}

#[test]
fn interactions_do_not_depend_on_the_order_of_the_two() {
    let one = game(5);
    for (i, j) in [(0, 1), (2, 7), (3, 8)] {
        // Each of the two plays the part of the other, in the same contexts.
        let other = made(|set| value(&one, &swapped(set, [i, j])));
        for estimator in ESTIMATORS {
            let [one, other] = [&one, &other].map(|game| measured(game, estimator, FEW, 2));
            for &order in one.orders() {
                let [one, other] = [&one, &other].map(|of| of.interaction(order, (i, j)).unwrap());
                assert!((one.mean - other.mean).abs() < 1e-12, "{estimator}");
                assert!((one.variance - other.variance).abs() < 1e-10, "{estimator}");
                assert_eq!(one.contexts, other.contexts, "{estimator}");
            }
            assert_eq!(one.interaction(3, (i, j)), one.interaction(3, (j, i)));
        }
    }
}

/// A game in which players 2 and 6 are worth the same to everybody.
fn with_twins(seed: u64) -> Enumerated {
    let game = game(seed);
    made(|set| value(&game, set) + value(&game, &swapped(set, [2, 6])))
}

/// The differences between the twins' interactions with the others, in the sum of their standard errors, or as they are
/// where there is no error.
fn between_twins(sample: &SampleProfile) -> Vec<f64> {
    let others = (0..PLAYERS).filter(|other| ![2, 6].contains(other));
    let of_other = |other: usize| {
        sample.orders().iter().map(move |&order| {
            let [a, b] = [2, 6].map(|twin| sample.interaction(order, (twin, other)).unwrap());
            let error = a.standard_error() + b.standard_error();
            (a.mean - b.mean) / if error == 0.0 { 1.0 } else { error }
        })
    };
    others.flat_map(of_other).collect()
}

#[test]
fn players_worth_the_same_interact_alike() {
    for estimator in ESTIMATORS {
        let sample = measured(&with_twins(6), estimator, ALL, 0);
        assert!(
            between_twins(&sample).iter().all(|d| d.abs() < 1e-11),
            "{estimator}"
        );
        let shapley = shapley_values(&sample);
        assert!((shapley[2] - shapley[6]).abs() < 1e-11, "{estimator}");
        assert!((shapley[2] - shapley[0]).abs() > 1e-3, "{estimator}");
        if estimator.of(PLAYERS) == Estimator::Exact {
            continue;
        }
        let mut means = Vec::new();
        for seed in 0..40 {
            let sample = measured(&with_twins(seed), estimator, FEW, seed);
            let differences = between_twins(&sample);
            means.push(differences.iter().sum::<f64>() / differences.len() as f64);
        }
        let deviation = deviation(&means);
        println!("{estimator}: {deviation}");
        assert!(deviation.abs() < 4.0, "{estimator}: {deviation}");
    }
}

/// The mean square of an error in units of its standard error, where this is right: 1, or that of Student's t of seven degrees,
/// 7 / 5, where eight groups of draws tell it.
pub(super) fn freedom(estimator: Estimator) -> f64 {
    match estimator.of(PLAYERS) {
        Estimator::Toggled { .. } => 7.0 / 5.0,
        _ => 1.0,
    }
}

#[test]
fn what_all_gain_is_shared_out() {
    for estimator in ESTIMATORS {
        let sample = measured(&game(7), estimator, ALL, 0);
        let residual = sample.shapley().unwrap().residual;
        assert!(residual.value.abs() < 1e-11, "{estimator}: {residual:?}");
        assert_eq!(residual.standard_error, Some(0.0));
        if estimator.of(PLAYERS) == Estimator::Exact {
            continue;
        }
        // Drawn from orders 2 to 5, which have 21 and 35 contexts.
        let residuals: Vec<_> = (0..300)
            .map(|seed| {
                measured(&game(seed), estimator, 12, seed)
                    .shapley()
                    .unwrap()
                    .residual
            })
            .collect();
        let in_errors = residuals
            .iter()
            .map(|r| r.value / r.standard_error.unwrap());
        let in_errors: Vec<f64> = in_errors.collect();
        let deviation = deviation(&in_errors);
        let squares = in_errors.iter().map(|z| z * z).sum::<f64>() / in_errors.len() as f64;
        println!("{estimator}: {deviation} {squares}");
        assert!(deviation.abs() < 4.0, "{estimator}: {deviation}");
        let expected = freedom(estimator);
        assert!(
            (0.75 * expected..1.3 * expected).contains(&squares),
            "{estimator}: {squares}"
        );
    }
}

#[test]
fn a_game_that_counts_heads_shares_alike_whatever_is_drawn() {
    let game = Symmetric::new(PLAYERS, |k| (k as f64).powi(3) / 7.0);
    for estimator in ESTIMATORS {
        let shapley = measured(&game, estimator, FEW, 9).shapley().unwrap();
        assert!(shapley.residual.value.abs() < 1e-10, "{estimator}");
        for of in &shapley.players {
            assert!((of.shapley.value - 81.0 / 7.0).abs() < 1e-10, "{estimator}");
        }
    }
}
