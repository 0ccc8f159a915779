//! Estimators on networks.

use burn::module::Module;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Int, Tensor};
use burn_interaction::coalition::generator;
use burn_interaction::game::{Enumerated, Game};
use burn_interaction::modulation::cross_entropy;
use burn_interaction::{
    Baseline, Classifier, Coalition, Efficiency, Error, Estimator, Features, Measurement, Orders,
    Pairs, Patches, Players, Result, Reward, Targets,
};
use burn_interaction_models::{Mlp, MlpConfig};
use burn_interaction_tests::{seeded, test_device, uniform};

const PLAYERS: usize = 12;

/// An MLP-5 of 12 features, trained for a moment on products and sums of them, and inputs for it.
pub fn trained_mlp(device: &Device) -> (Mlp, Tensor<2>, Vec<usize>) {
    let mut rng = generator(3, 1);
    let training = device.clone().autodiff();
    let x = uniform([1024, PLAYERS], 2.0, &mut rng, &training);
    let column = |k: usize| x.clone().narrow(1, k, 1);
    let score = column(0) * column(1) + column(2) * column(3) * 2.0 + x.clone().sum_dim(1) * 0.3;
    let y: Tensor<1, Int> = score.greater_scalar(0.0).int().flatten(0, 1);
    let net = MlpConfig::new(PLAYERS, 2).with_hidden(32).init(device);
    let mut net = Some(seeded(net, 3).train());
    let mut optimizer = SgdConfig::new().init();
    for _ in 0..150 {
        let Some(model) = net.take() else {
            unreachable!()
        };
        let loss = cross_entropy(model.forward(x.clone()), y.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        net = Some(optimizer.step(0.3, model, gradients));
    }
    let labels = y.narrow(0, 0, 3).try_into_vec_as::<i64>().unwrap();
    let net = net.unwrap().valid();
    (
        net,
        x.without_autodiff().narrow(0, 0, 3),
        labels.into_iter().map(|l| l as usize).collect(),
    )
}

fn measurement() -> Measurement<Features> {
    Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
}

#[test]
fn paired_and_toggled_are_within_4_standard_errors_of_exact() {
    let (net, x, y) = trained_mlp(&test_device());
    let exact = measurement()
        .estimator(Estimator::Exact)
        .run(&net, x.clone(), y.clone())
        .unwrap();
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        let sampled = measurement().estimator(estimator).contexts(90).seed(5);
        let sampled = sampled.run(&net, x.clone(), y.clone()).unwrap();
        for &order in exact.orders() {
            // The mean difference of an order, over samples and pairs, in standard errors of that mean; pairs that share
            // bases are correlated, so that theirs is bounded by its largest possible value.
            let (mut difference, mut error, mut count) = (0.0, 0.0, 0.0);
            for (exact, sampled) in exact.samples().iter().zip(sampled.samples()) {
                let estimates = exact
                    .at_order(order)
                    .unwrap()
                    .iter()
                    .zip(sampled.at_order(order).unwrap());
                for (exact, sampled) in estimates {
                    let distance = (exact.mean - sampled.mean).abs();
                    match sampled.exact {
                        // The same sum of 32-bit network values, in another order.
                        true => assert!(distance < 1e-4, "{estimator:?} order {order}: {distance}"),
                        false => assert!(
                            distance < 6.0 * sampled.standard_error() + 1e-5,
                            "{estimator:?} order {order}"
                        ),
                    }
                    difference += exact.mean - sampled.mean;
                    error += sampled.standard_error();
                    count += 1.0;
                }
            }
            assert!(
                (difference / count).abs() <= 4.0 * error / count + 1e-5,
                "{estimator:?} order {order}"
            );
        }
    }
}

/// One sample of a network as a game, written by hand: independent of the library's batching.
struct ByHand<'a> {
    net: &'a Mlp,
    sample: Vec<f32>,
    target: usize,
}

impl Game for ByHand<'_> {
    fn players(&self) -> usize {
        self.sample.len()
    }

    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
        let row = |set: &Coalition| {
            let masked: Vec<f32> = self
                .sample
                .iter()
                .enumerate()
                .map(|(p, v)| if set.contains(p) { *v } else { 0.0 })
                .collect();
            let input =
                Tensor::<1>::from_floats(masked.as_slice(), &test_device()).unsqueeze::<2>();
            let logits = self
                .net
                .forward(input)
                .into_data()
                .try_to_vec::<f32>()
                .unwrap();
            f64::from(logits[self.target]) - f64::from(logits[1 - self.target])
        };
        Ok(coalitions.iter().map(row).collect())
    }
}

#[test]
fn batched_values_are_those_of_masking_by_hand_and_efficiency_holds() {
    let (net, x, y) = trained_mlp(&test_device());
    let sample = x
        .clone()
        .narrow(0, 1, 1)
        .into_data()
        .try_to_vec::<f32>()
        .unwrap();
    let game = ByHand {
        net: &net,
        sample,
        target: y[1],
    };
    let orders = Orders::given([0, 5, 10]);
    let by_hand = Measurement::of_games()
        .orders(orders.clone())
        .pairs(Pairs::all())
        .contexts(3)
        .estimator(Estimator::Paired);
    let batched = measurement()
        .orders(orders)
        .contexts(3)
        .estimator(Estimator::Paired);
    let by_hand = by_hand.run_game(&game).unwrap();
    let batched = batched.run(&net, x.narrow(0, 1, 1), vec![y[1]]).unwrap();
    for (a, b) in [0, 5, 10].iter().flat_map(|order| {
        let of = |p: &burn_interaction::Profile| p.samples()[0].at_order(*order).unwrap().to_vec();
        of(&by_hand).into_iter().zip(of(&batched))
    }) {
        assert!((a.mean - b.mean).abs() < 1e-4, "{} {}", a.mean, b.mean);
    }
    let parts = Efficiency::of_game(&game).unwrap();
    assert!(
        (parts.total() - parts.full).abs() < 1e-4 * parts.full.abs(),
        "{} {}",
        parts.total(),
        parts.full
    );
}

#[test]
fn results_do_not_depend_on_the_batch_size() {
    let (net, x, y) = trained_mlp(&test_device());
    let run = |rows| {
        measurement()
            .contexts(4)
            .batch(rows)
            .run(&net, x.clone(), y.clone())
            .unwrap()
            .strength()
    };
    let (small, large) = (run(7), run(5000));
    for (a, b) in small.points.iter().zip(&large.points) {
        // The coalitions are the same; matrix products of other sizes may round differently.
        assert!(
            (a.raw - b.raw).abs() < 1e-4 * a.raw.max(1e-2),
            "order {:?}: {} {}",
            a.order,
            a.raw,
            b.raw
        );
    }
}

#[test]
fn patches_take_their_pixels_on_grids_that_do_not_divide_the_image() {
    let device = test_device();
    // The logit is the sum of the image: a player's value is the sum of its pixels, without interactions.
    let net = |images: Tensor<4>| {
        let sum = images.flatten::<2>(1, 3).sum_dim(1);
        Tensor::cat(vec![sum.zeros_like(), sum], 1)
    };
    let images = Tensor::<4>::ones([1, 3, 10, 7], &device);
    let players = Patches::grid(4, 3);
    assert_eq!(players.count(&images).unwrap(), 12);
    let absent = players.absent(&images, &Baseline::Zero).unwrap();
    let presence = Coalition::of(12, [0, 5]);
    let mut row = Vec::new();
    presence.extend_presence(&mut row);
    let presence = Tensor::from_data(burn::tensor::TensorData::new(row, [1, 12]), &device);
    let places = players.places(&images).unwrap();
    let masked = players.compose(images.clone(), absent, &places, presence);
    let expected = players
        .players_of_pixels(10, 7)
        .iter()
        .filter(|p| matches!(p, 0 | 5))
        .count()
        * 3;
    assert_eq!(masked.sum().into_scalar::<f32>(), expected as f32);
    let strength = Measurement::new(players)
        .pairs(Pairs::neighbours(1, 10))
        .contexts(3);
    let strength = strength.run(&net, images, vec![1]).unwrap().strength();
    assert!(strength.points.iter().all(|p| p.raw < 1e-4));
}

#[test]
fn baselines_are_what_they_say() {
    let device = test_device();
    let images = Tensor::<4>::from_floats(
        [[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [4.0, 0.0]]]],
        &device,
    );
    let players = Patches::grid(2, 2);
    let values = |baseline| {
        players
            .absent(&images, &baseline)
            .unwrap()
            .into_data()
            .try_to_vec::<f32>()
            .unwrap()
    };
    assert_eq!(values(Baseline::Zero), [0.0; 8]);
    assert_eq!(
        values(Baseline::Mean),
        [3.0, 3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0]
    );
    assert_eq!(
        values(Baseline::Values(vec![5.0, 7.0])),
        [5.0, 5.0, 5.0, 5.0, 7.0, 7.0, 7.0, 7.0]
    );
    // By hand: weights 1 at the pixel, e^(-1/2) at a side and e^(-1) across, over their sum.
    let (side, across) = ((-0.5_f32).exp(), (-1.0_f32).exp());
    let first = (1.0 + 2.0 * side + 3.0 * side + 6.0 * across) / (1.0 + 2.0 * side + across);
    assert!((values(Baseline::Blur(1.0))[0] - first).abs() < 1e-5);
    let table = Tensor::<2>::from_floats([[1.0, 4.0], [3.0, 0.0]], &device);
    assert_eq!(
        Baseline::mean_of_rows(&table).unwrap(),
        Baseline::Values(vec![2.0, 2.0])
    );
    assert_eq!(
        Baseline::mean_of_images(&images).unwrap(),
        Baseline::Values(vec![3.0, 1.0])
    );
    // The mean of the rows measured together would be another one for every batch.
    let error = Features.absent(&table, &Baseline::Mean).unwrap_err();
    assert!(error.to_string().contains("mean_of_rows"), "{error}");
    assert!(
        players
            .absent(&images, &Baseline::Values(vec![1.0]))
            .is_err()
    );
    assert!(
        players
            .absent(&images, &Baseline::Values(vec![1.0, f32::NAN]))
            .is_err()
    );
    assert!(players.absent(&images, &Baseline::Blur(0.0)).is_err());
    assert!(Features.absent(&table, &Baseline::Blur(1.0)).is_err());
}

#[test]
fn a_partial_profile_goes_on_to_the_same_result() {
    let (net, x, y) = trained_mlp(&test_device());
    let measurement = measurement().contexts(5).batch(100);
    let whole = measurement.run(&net, x.clone(), y.clone()).unwrap();
    let mut stop_after_one = |progress: &burn_interaction::Progress| match progress.samples {
        0 => std::ops::ControlFlow::Continue(()),
        _ => std::ops::ControlFlow::Break(()),
    };
    let partial = measurement
        .run_observed(&net, x.clone(), y.clone(), &mut stop_after_one)
        .unwrap();
    assert!(!partial.is_complete() && !partial.strength().complete);
    assert_eq!((partial.samples().len(), partial.requested()), (1, 3));
    let file = tempfile::NamedTempFile::new().unwrap();
    partial.save_json(file.path()).unwrap();
    let resumed = measurement.clone().resume_from(file.path()).unwrap();
    assert!(resumed.cost(&x).unwrap().forwards < measurement.cost(&x).unwrap().forwards);
    let resumed = resumed.run(&net, x.clone(), y.clone()).unwrap();
    assert!(resumed.is_complete());
    assert_eq!(resumed.forwards(), whole.forwards());
    for (a, b) in resumed
        .strength()
        .points
        .iter()
        .zip(whole.strength().points)
    {
        assert!((a.raw - b.raw).abs() < 1e-4 * b.raw.max(1e-2));
    }
    let other = measurement.clone().seed(1).resume(partial).run(&net, x, y);
    assert!(matches!(other, Err(Error::Differs { .. })));
    std::fs::write(file.path(), "{").unwrap();
    assert!(matches!(
        measurement.resume_from(file.path()),
        Err(Error::Format { .. })
    ));
}

#[test]
fn bad_input_is_refused_with_its_name() {
    let device = test_device();
    let (net, x, y) = trained_mlp(&device);
    let say = |result: Result<burn_interaction::Profile>, what: &str| {
        let text = result.unwrap_err().to_string();
        assert!(text.contains(what), "{text} does not name {what}");
    };
    let m = measurement();
    say(
        m.run(&net, x.clone(), vec![0, 1]),
        "one target for each sample: expected 3, found 2",
    );
    say(m.run(&net, x.clone(), vec![0, 1, 2]), "target class 2");
    say(m.run(&net, x.clone() * f32::NAN, y.clone()), "NaN");
    say(
        m.run(&net, x.clone().narrow(1, 0, 1), y.clone()),
        "1 player",
    );
    say(
        m.clone().contexts(0).run(&net, x.clone(), y.clone()),
        "contexts is 0",
    );
    say(
        m.clone()
            .pairs(Pairs::random(0))
            .run(&net, x.clone(), y.clone()),
        "no pairs",
    );
    say(
        m.clone()
            .pairs(Pairs::neighbours(2, 3))
            .run(&net, x.clone(), y.clone()),
        "no grid",
    );
    say(
        m.clone()
            .orders(Orders::given([11]))
            .run(&net, x.clone(), y.clone()),
        "order 11",
    );
    say(
        m.clone().batch(0).run(&net, x.clone(), y.clone()),
        "batch is 0",
    );
    say(
        m.clone()
            .baseline(Baseline::Values(vec![0.0]))
            .run(&net, x.clone(), y.clone()),
        "expected 12, found 1",
    );
    let images = Tensor::<4>::zeros([1, 3, 8, 8], &device);
    let image_net = |images: Tensor<4>| images.flatten::<2>(1, 3).narrow(1, 0, 2);
    say(
        Measurement::new(Patches::grid(16, 16)).run(&image_net, images.clone(), vec![0]),
        "16x16",
    );
    say(
        Measurement::new(Patches::grid(1, 1)).run(&image_net, images.clone(), vec![0]),
        "1 player",
    );
    let short = |images: Tensor<4>| Tensor::<2>::zeros([1, 2], &images.device());
    let two = Tensor::cat(vec![images.clone(), images], 0);
    say(
        Measurement::new(Patches::grid(2, 2)).run(&short, two, vec![0, 0]),
        "logits",
    );
}

#[test]
fn predicted_targets_are_those_of_the_whole_input() {
    let (net, x, _) = trained_mlp(&test_device());
    let classes = net
        .logits(x.clone())
        .argmax(1)
        .try_into_vec_as::<i64>()
        .unwrap();
    let classes: Vec<usize> = classes.into_iter().map(|c| c as usize).collect();
    let m = measurement().contexts(2).reward(Reward::LogProbability);
    let predicted = m.run(&net, x.clone(), Targets::Predicted).unwrap();
    assert_eq!(
        predicted.samples(),
        m.run(&net, x, classes).unwrap().samples()
    );
}

#[test]
fn strengths_that_may_be_rounding_are_told() {
    // Sums of features have no interactions but those of rounding.
    let x = Tensor::<2>::from_floats([[0.1, 0.7, 1.3, -0.9, 2.1, 0.3]], &test_device());
    let run = |scale: f64| {
        let net = move |x: Tensor<2>| {
            let first = x.clone().narrow(1, 0, 1);
            let second = x.clone().narrow(1, 1, 1);
            let z = x.sum_dim(1) * 0.37 + first * second * scale;
            Tensor::cat(vec![z.zeros_like(), z], 1)
        };
        let measurement = Measurement::new(Features).pairs(Pairs::all());
        let measurement = measurement.estimator(Estimator::Exact);
        measurement
            .run(&net, x.clone(), vec![1])
            .unwrap()
            .strength()
    };
    let (sum, product) = (run(0.0), run(1.0));
    assert!(sum.is_rounding() && sum.rounding < 1e-6, "{}", sum.rounding);
    assert!(!product.is_rounding());
}

/// A game of parities, in which players 0 and 1 cooperate in half of the contexts of three others and oppose each other in the rest.
fn parities() -> Enumerated {
    let sign = |code: usize| match (code & 0b1_1111).count_ones().is_multiple_of(2) {
        true => 1.0,
        false => -1.0,
    };
    Enumerated::new(8, (0..1 << 8).map(sign).collect()).unwrap()
}

#[test]
fn nothing_but_noise_is_relative_to_nothing() {
    let game = parities();
    let of_pair = || {
        let order = Measurement::of_games().orders(Orders::given([3]));
        order.pairs(Pairs::given([(0, 1)]))
    };
    let exact = of_pair().estimator(Estimator::Exact).run_game(&game);
    assert_eq!(exact.unwrap().strength().points[0].raw, 0.0);
    let drawn = (0..20).map(|seed| {
        let few = of_pair().estimator(Estimator::Paired).contexts(2);
        let found = few.seed(seed).run_games(&[&game; 30]).unwrap();
        found.strength().points[0]
    });
    let (nothing, something): (Vec<_>, Vec<_>) = drawn.partition(|p| p.corrected == Some(0.0));
    assert!(nothing.iter().all(|p| p.raw > 1.0 && p.relative == 0.0));
    assert!(something.iter().all(|p| p.raw > 1.0 && p.relative == 1.0));
    assert!(nothing.len() > 3 && something.len() > 3, "{nothing:?}");
}
