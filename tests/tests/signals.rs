//! Signals: what is drawn for them, what they are made of by Theorem 2, and which of them the papers' networks are trained with.

use std::collections::HashMap;

use burn_interaction::coalition::{generator, sample_nested};
use burn_interaction::game::{Dividends, Enumerated, KnownGame};
use burn_interaction::modulation::{Coefficient, Direction, Signal, SignalWeights};
use burn_interaction::{Coalition, Game, Modulation, Term};

/// The chi-squared of some counts against equal ones.
fn unevenness<K>(counts: &HashMap<K, u32>) -> f64 {
    let total: u32 = counts.values().sum();
    let expected = f64::from(total) / counts.len() as f64;
    let square = |count: &u32| (f64::from(*count) - expected).powi(2) / expected;
    counts.values().map(square).sum()
}

#[test]
fn nested_coalitions_are_drawn_equally_often_each_and_together() {
    let mut rng = generator(3, 0);
    let (mut smaller, mut larger) = (HashMap::new(), HashMap::new());
    let (mut between, mut both) = (HashMap::new(), HashMap::new());
    for _ in 0..36_000 {
        let (small, large) = sample_nested(6, 2, 4, &mut rng);
        let added = large.members().filter(|member| !small.contains(*member));
        *between.entry(Coalition::of(6, added)).or_insert(0) += 1;
        *smaller.entry(small.clone()).or_insert(0) += 1;
        *larger.entry(large.clone()).or_insert(0) += 1;
        *both.entry((small, large)).or_insert(0) += 1;
    }
    // C(6, 2) = C(6, 4) = 15 sets, and 15 C(4, 2) pairs of them; scipy.stats.chi2.ppf(0.9999, cells - 1).
    for counts in [&smaller, &larger, &between] {
        assert_eq!(counts.len(), 15);
        assert!(unevenness(counts) < 42.58, "{counts:?}");
    }
    assert_eq!(both.len(), 90);
    assert!(unevenness(&both) < 147.35, "{both:?}");
}

/// The signal of a game by Theorem 2, from its interactions.
fn theorem(game: &Dividends, weights: &SignalWeights) -> f64 {
    let n = game.players();
    let value = |set: Coalition| game.values(&[set]).unwrap()[0];
    let empty = value(Coalition::empty(n));
    let effects: f64 = (0..n)
        .map(|player| value(Coalition::of(n, [player])) - empty)
        .sum();
    let mut sum = weights.empty * empty + weights.individual * effects;
    for (order, weight) in weights.orders.iter().enumerate() {
        for i in 0..n {
            for j in (0..n).filter(|j| *j != i) {
                sum += weight * game.interaction((i, j), order);
            }
        }
    }
    sum
}

#[test]
fn the_mean_of_drawn_signals_is_the_sum_of_theorem_2() {
    let game = Dividends::random(8, 4);
    let table = Enumerated::of(&game).unwrap();
    for (stream, (ratios, sizes, coefficient, c)) in [
        ((0.25, 0.5), (2, 4), Coefficient::Sizes, 2.0),
        ((0.3, 0.7), (2, 5), Coefficient::Sizes, 2.5),
        ((0.3, 0.7), (2, 5), Coefficient::Ratios, 7.0 / 3.0),
        ((0.25, 0.5), (2, 4), Coefficient::Fixed(0.0), 0.0),
        ((0.0, 0.5), (0, 4), Coefficient::Sizes, 1.0),
        ((0.7, 1.0), (5, 8), Coefficient::Sizes, 1.6),
    ]
    .into_iter()
    .enumerate()
    {
        let signal = Signal {
            coefficient,
            ..Signal::between(ratios.0, ratios.1)
        };
        assert!((signal.coefficient(8).unwrap() - c).abs() < 1e-12);
        let mut rng = generator(5, stream as u64);
        let mut draw = || {
            let (small, large) = signal.draw(8, &mut rng).unwrap();
            assert_eq!((small.len(), large.len()), sizes);
            let v = table.values(&[large, small]).unwrap();
            v[0] - c * v[1]
        };
        let drawn: Vec<f64> = (0..20_000).map(|_| draw()).collect();
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        let squares: f64 = drawn.iter().map(|d| (d - mean).powi(2)).sum();
        let error = (squares / 20_000.0).sqrt() / 20_000.0_f64.sqrt();
        let expected = theorem(&game, &SignalWeights::of(8, sizes, c));
        assert!(
            (mean - expected).abs() < 4.5 * error,
            "{signal:?}: {mean} +- {error}, not {expected}"
        );
    }
}

#[test]
fn the_coefficient_is_1_where_the_smaller_coalition_is_empty() {
    let ratios = Signal {
        coefficient: Coefficient::Ratios,
        ..Signal::between(0.05, 0.5)
    };
    // int(.05 * 10) is 0 although r1 is not: Delta u = v(S2) - v(0), as published for r1 = 0.
    assert_eq!(ratios.sizes(10).unwrap(), (0, 5));
    assert_eq!(ratios.coefficient(10).unwrap(), 1.0);
    let weights = ratios.weights(10).unwrap();
    assert_eq!((weights.empty, weights.individual), (0.0, 0.5));
    for (m, weight) in weights.orders.iter().enumerate() {
        // (k2 - 1 - m) / (n (n - 1)), and nothing from m = 4 on.
        let expected = [4.0_f64, 3.0, 2.0, 1.0].get(m).map_or(0.0, |w| w / 90.0);
        assert!((weight - expected).abs() < 1e-15, "{m}: {weight}");
    }
    // From 20 players on there is one in the smaller coalition.
    assert_eq!(ratios.sizes(30).unwrap(), (1, 15));
    assert!((ratios.coefficient(30).unwrap() - 10.0).abs() < 1e-12);
    let sizes = Signal {
        coefficient: Coefficient::Sizes,
        ..ratios
    };
    assert_eq!(sizes.coefficient(10).unwrap(), 1.0);
    assert_eq!(sizes.coefficient(30).unwrap(), 15.0);
}

#[test]
fn the_papers_networks_are_trained_with_one_term_each() {
    let term = |direction: Direction, r1: f64, r2: f64| Term {
        direction,
        signal: Signal {
            r1,
            r2,
            coefficient: Coefficient::Sizes,
            draws: 1,
        },
        weight: 1.0,
    };
    for (preset, expected) in [
        (Modulation::low_order(), term(Direction::Suppress, 0.7, 1.0)),
        (
            Modulation::mid_order(),
            term(Direction::Encourage, 0.3, 0.7),
        ),
        (
            Modulation::high_order(),
            term(Direction::Suppress, 0.0, 0.5),
        ),
    ] {
        assert_eq!(preset.terms(), [expected]);
        assert_eq!(preset, Modulation::none().with(expected));
    }
    assert!(Modulation::none().terms().is_empty());
}
