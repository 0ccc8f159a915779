//! Bands, errors and levels of strengths of games that count heads, against their closed forms.

use std::ops::RangeInclusive;
use std::sync::Arc;

use burn::train::metric::{Metric, Numeric, NumericEntry};
use burn_interaction::game::Symmetric;
use burn_interaction::training::{OrderInput, OrderStrengthMetric};
use burn_interaction::{Error, Estimator, Measurement, Orders, Pairs, Profile};

use crate::training::metadata;

/// An exact measurement of all orders and pairs.
pub fn exact() -> Measurement<()> {
    let all = Measurement::of_games().orders(Orders::all());
    all.pairs(Pairs::all()).estimator(Estimator::Exact)
}

/// A game c k^power of the number k of players present for each factor c: I^(m) is 2 c of squares and 6 c (m + 1) of cubes.
pub fn powers(
    players: usize,
    power: i32,
    factors: RangeInclusive<u32>,
) -> Vec<Symmetric<impl Fn(usize) -> f64>> {
    let game = move |factor: u32| {
        let value = move |k: usize| f64::from(factor) * (k as f64).powi(power);
        Symmetric::new(players, value)
    };
    factors.map(game).collect()
}

fn profile(players: usize, power: i32, factors: RangeInclusive<u32>) -> Profile {
    let games = powers(players, power, factors);
    let games: Vec<_> = games.iter().collect();
    exact().run_games(&games).unwrap()
}

/// Whether a number is the expected one up to rounding.
pub fn near(found: f64, expected: f64) {
    let scale = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() < 1e-7 * scale,
        "{found}, not {expected}"
    );
}

#[test]
fn bands_are_the_t_intervals_of_a_mean() {
    // S is 2 c at every order: over c = 1..=10 its mean is 11, its variance 110 / 3.
    let squares = profile(6, 2, 1..=10);
    let error = (110.0_f64 / 3.0 / 10.0).sqrt();
    // scipy.stats.t.ppf((1 + confidence) / 2, 9).
    for (confidence, t) in [
        (0.9, 1.833_112_932_656_237),
        (0.95, 2.262_157_162_798_205),
        (0.99, 3.249_835_541_592_126),
    ] {
        let strength = squares.strength_with_confidence(confidence).unwrap();
        assert_eq!(
            (strength.confidence, strength.points.len()),
            (confidence, 5)
        );
        for point in &strength.points {
            near(point.corrected.unwrap(), 11.0);
            near(point.standard_error.unwrap(), error);
            near(point.error.unwrap(), error);
            let (low, high) = point.band.unwrap();
            near(low, 11.0 - t * error);
            near(high, 11.0 + t * error);
            // J is 1 in each sample.
            let (low, high) = point.relative_band.unwrap();
            near(low, 1.0);
            near(high, 1.0);
        }
    }
}

#[test]
fn no_band_reaches_below_zero() {
    // S is 2 c, of which c = 1..=5 have the mean 6 and the variance 10; scipy.stats.t.ppf(0.995, 4).
    let t = 4.604_094_871_349_992;
    let strength = profile(6, 2, 1..=5).strength_with_confidence(0.99);
    for point in strength.unwrap().points {
        let (low, high) = point.band.unwrap();
        assert_eq!(low, 0.0);
        near(high, 6.0 + t * 2.0_f64.sqrt());
    }
}

#[test]
fn a_confidence_is_a_share() {
    let squares = profile(4, 2, 1..=5);
    for confidence in [1.0, 0.0, -0.5, 95.0, f64::NAN] {
        let refused = squares.strength_with_confidence(confidence);
        let named = matches!(
            refused,
            Err(Error::Setting {
                name: "confidence",
                ..
            })
        );
        assert!(named, "{confidence}");
    }
}

#[test]
fn a_level_of_some_orders_is_the_mean_of_their_strengths() {
    // Of eight players J(m) = (m + 1) / 4, whatever the factor: ratios m / 6 of .8 on are those of orders 5 and 6.
    let strength = profile(8, 3, 1..=5).strength();
    let (high, error) = strength.relative_band(0.8, 1.0).unwrap();
    near(high, 1.625);
    near(error.unwrap(), 0.0);
    // S(m) is 6 (m + 1) c, of which c = 1..=5 have the mean 3 and the variance 5 / 2.
    let (high, error) = strength.band(0.8, 1.0).unwrap();
    near(high, 6.0 * 6.5 * 3.0);
    near(error.unwrap(), 6.0 * 6.5 * (2.5_f64 / 5.0).sqrt());
    assert_eq!(strength.relative_band(0.34, 0.49), None);
    let (high, error) = profile(8, 3, 2..=2)
        .strength()
        .relative_band(0.8, 1.0)
        .unwrap();
    near(high, 1.625);
    assert_eq!(error, None);
}

#[test]
fn a_metric_of_a_band_reads_its_level() {
    let input = OrderInput(Some(Arc::new(profile(8, 3, 1..=5))));
    for (mut metric, name, expected, shown) in [
        (
            OrderStrengthMetric::high().relative(),
            "Order strength high (J)",
            1.625,
            "epoch 1.625 +- 0.000",
        ),
        (
            OrderStrengthMetric::band("top", 0.8..=1.0),
            "Order strength top",
            117.0,
            "epoch 117.000 +- 27.577",
        ),
    ] {
        assert_eq!(metric.name().as_str(), name);
        let entry = metric.update(&input, &metadata()).unwrap();
        assert_eq!(entry.formatted, shown);
        let NumericEntry::Final(found) = metric.final_value() else {
            panic!("a final value")
        };
        near(found, expected);
    }
}
