//! The five axioms, and the indices that they carry, on a small network.

use burn::tensor::Tensor;
use burn_interaction::game::{Dividends, KnownGame};
use burn_interaction::{
    Classifier, Coalition, Error, Estimator, Features, Game, Measurement, Orders, Pairs, Reward,
    SampleProfile,
};
use burn_interaction_models::MlpConfig;
use burn_interaction_tests::{seeded, test_device, uniform};

use crate::measuring::trained_mlp;

const PLAYERS: usize = 12;
const ESTIMATORS: [Estimator; 4] = [
    Estimator::Exact,
    Estimator::Paired,
    Estimator::toggled(),
    Estimator::Auto { exact: 8 },
];

/// A network of 12 features with one output, and the row that it is measured on: feature 4 is absent from it, as what it
/// leaves behind is 0 too.
fn subject(seed: u64) -> (impl Classifier<Tensor<2>>, Tensor<2>) {
    let device = test_device();
    let net = MlpConfig::new(PLAYERS, 1).with_hidden(16).init(&device);
    let net = seeded(net, seed);
    let x = uniform(
        [1, PLAYERS],
        2.0,
        &mut burn_interaction::coalition::generator(8, 0),
        &device,
    );
    let x = x.slice_assign([0..1, 4..5], Tensor::zeros([1, 1], &device));
    (net, x)
}

fn measurement(estimator: Estimator, contexts: usize) -> Measurement<Features> {
    Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .reward(Reward::Output)
        .estimator(estimator)
        .contexts(contexts)
        .seed(4)
}

fn measured(
    net: &impl Classifier<Tensor<2>>,
    x: &Tensor<2>,
    estimator: Estimator,
    contexts: usize,
) -> SampleProfile {
    let profile = measurement(estimator, contexts).run(net, x.clone(), vec![0]);
    profile.unwrap().samples()[0].clone()
}

/// The interactions of all orders and pairs.
fn interactions(sample: &SampleProfile) -> Vec<f64> {
    let of_order = |order: &usize| sample.at_order(*order).unwrap().iter().map(|e| e.mean);
    sample.orders().iter().flat_map(of_order).collect()
}

/// The largest value that a sum of interactions is made of, whose rounding is that of the network.
fn scale(sample: &SampleProfile) -> f64 {
    let values = sample.fingerprint().values;
    values.iter().fold(1e-2_f64, |most, v| most.max(v.abs()))
}

#[test]
fn every_estimator_keeps_the_axioms_on_a_network() {
    let ((first, x), (second, _)) = (subject(1), subject(2));
    let both = |x: Tensor<2>| first.logits(x.clone()) * 2.0 - second.logits(x);
    // Features 3 and 9 change places; the sum of both networks takes the two for the same.
    let swap = |x: Tensor<2>| {
        let order = [0, 1, 2, 9, 4, 5, 6, 7, 8, 3, 10, 11];
        x.clone().select(1, Tensor::from_ints(order, &x.device()))
    };
    let swapped = |x: Tensor<2>| first.logits(swap(x));
    let twins = |x: Tensor<2>| first.logits(x.clone()) + first.logits(swap(x));
    let same = x
        .clone()
        .slice_assign([0..1, 9..10], x.clone().narrow(1, 3, 1));
    for estimator in ESTIMATORS {
        let one = measured(&first, &x, estimator, 10);
        let close = 1e-5 * scale(&one);
        // Linearity.
        let two = measured(&second, &x, estimator, 10);
        let sum = measured(&both, &x, estimator, 10);
        let parts = interactions(&one).into_iter().zip(interactions(&two));
        for (sum, (one, two)) in interactions(&sum).into_iter().zip(parts) {
            assert!((sum - (2.0 * one - two)).abs() < 5.0 * close, "{estimator}");
        }
        // Nullity: a feature that is as if it were absent has no part in anything.
        for &order in one.orders() {
            for (pair, e) in one.pairs().iter().zip(one.at_order(order).unwrap()) {
                assert!(
                    e.mean.abs() < 1e-12 || ![pair.0, pair.1].contains(&4),
                    "{estimator} {pair:?}"
                );
            }
        }
        let null = &one.shapley().unwrap().players[4];
        assert!(null.shapley.value.abs() < 1e-12, "{estimator}");
        // Commutativity: each of two features plays the part of the other.
        let other = measured(&swapped, &swap(x.clone()), estimator, 10);
        for &order in one.orders() {
            let [a, b] = [&one, &other].map(|of| of.interaction(order, (3, 9)).unwrap().mean);
            assert!((a - b).abs() < close, "{estimator}");
        }
        // Symmetry and efficiency, with all 252 contexts that an order may have.
        let alike = measured(&twins, &same, estimator, 252);
        for &order in alike.orders() {
            for other in (0..PLAYERS).filter(|other| ![3, 9].contains(other)) {
                let [a, b] = [3, 9].map(|of| alike.interaction(order, (of, other)).unwrap().mean);
                assert!((a - b).abs() < close, "{estimator}");
            }
        }
        let residual = alike.shapley().unwrap().residual;
        assert!(
            residual.value.abs() < 10.0 * close,
            "{estimator} {residual:?}"
        );
        assert_eq!(residual.standard_error, Some(0.0));
    }
}

#[test]
fn a_network_s_games_have_its_values_its_dividends_and_its_interactions() {
    let (net, x, y) = trained_mlp(&test_device());
    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .estimator(Estimator::Exact);
    let profile = measurement.run(&net, x.clone(), y.clone()).unwrap();
    // Batches that do not divide 2^12.
    let games = measurement
        .clone()
        .batch(1000)
        .enumerate(&net, x, y)
        .unwrap();
    assert_eq!(games.len(), 3);
    for (game, sample) in games.iter().zip(profile.samples()) {
        let ends = [Coalition::empty(PLAYERS), Coalition::full(PLAYERS)];
        let [empty, full, _] = sample.fingerprint().values;
        for (found, expected) in game.values(&ends).unwrap().into_iter().zip([empty, full]) {
            assert!((found - expected).abs() < 1e-5 * expected.abs().max(1.0));
        }
        // I^(m) back from the dividends, and the Shapley values too.
        let dividends = Dividends::of(game).unwrap();
        for &order in sample.orders() {
            let estimates = sample.at_order(order).unwrap();
            for (pair, e) in sample.pairs().iter().zip(estimates) {
                let known = dividends.interaction(*pair, order);
                assert!(
                    (known - e.mean).abs() < 1e-4,
                    "{pair:?} {order}: {known} {}",
                    e.mean
                );
            }
        }
        let shapley = sample.shapley().unwrap();
        for (player, of) in shapley.players.iter().enumerate() {
            let of_player = dividends
                .terms()
                .iter()
                .filter(|(set, _)| set.contains(player));
            let share: f64 = of_player.map(|(set, a)| a / set.len() as f64).sum();
            assert!((of.shapley.value - share).abs() < 1e-4, "{player}");
        }
        assert!(shapley.residual.value.abs() < 1e-5 * full.abs().max(1.0));
    }
}

#[test]
fn games_of_too_many_players_are_not_enumerated() {
    let device = test_device();
    let net = |x: Tensor<2>| x.sum_dim(1);
    let measurement = Measurement::new(Features);
    let error = measurement.enumerate(&net, Tensor::zeros([1, 25], &device), vec![0]);
    assert!(matches!(
        error,
        Err(Error::TooManyPlayersForExact { players: 25, .. })
    ));
    let nan = |x: Tensor<2>| x.sum_dim(1).log();
    let error = measurement.enumerate(&nan, Tensor::zeros([1, 3], &device), vec![1]);
    assert!(matches!(error, Err(Error::NotFinite { present: 0, .. })));
}
