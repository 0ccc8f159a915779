//! Networks as games: which may be measured, what their value is, and what of it is rounding.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use burn_interaction::coalition::generator;
use burn_interaction::game::{Game, training_flags};
use burn_interaction::{
    Classifier, Coalition, Error, Estimator, Features, Measurement, Orders, Pairs, Patches,
    Profile, Result, Reward, Targets,
};
use burn_interaction_models::registry::{ImageSize, image_network};
use burn_interaction_tests::{test_device, uniform};

use crate::birth::{ROWS, labels, measurement, subject};

#[test]
fn a_network_in_training_mode_is_refused_and_its_statistics_stay() {
    let device = Device::flex().autodiff();
    let net = image_network("resnet20-slim", ImageSize::square(16), 4, &device)
        .unwrap()
        .train();
    let inputs = uniform([2, 3, 16, 16], 1.0, &mut generator(1, 0), &device);
    let m = Measurement::new(Patches::grid(4, 4))
        .contexts(2)
        .pairs(Pairs::windows(2, 6));
    let before = statistics(&net);
    let error = m
        .run(&net, inputs.clone(), vec![0, 1])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("training mode") && error.contains(".valid()"),
        "{error}"
    );
    assert_eq!(statistics(&net), before);
    // A closure does not say whether it is frozen.
    let closure = |x: Tensor<4>| net.logits(x);
    let error = m.run(&closure, inputs.clone(), vec![0, 1]).unwrap_err();
    assert!(matches!(error, Error::Training { .. }), "{error}");
    // A frozen network computes as in inference, on an autodiff device too.
    let frozen = net.clone().freeze();
    assert!(training_flags(&net) && !training_flags(&frozen));
    let on_autodiff = m.run(&frozen, inputs.clone(), vec![0, 1]).unwrap();
    let plain = m.run(&net.valid(), inputs.inner(), vec![0, 1]).unwrap();
    // The kernels of training round in another order than those of inference; a batch's own statistics would be far off.
    let (one, other) = (&on_autodiff.samples()[1], &plain.samples()[1]);
    for (a, b) in one
        .fingerprint()
        .values
        .iter()
        .zip(other.fingerprint().values)
    {
        assert!((a - b).abs() < 1e-5 * b.abs().max(1.0), "{a} {b}");
    }
    assert_eq!(one.pairs(), other.pairs());
    for (a, b) in one
        .at_order(0)
        .unwrap()
        .iter()
        .zip(other.at_order(0).unwrap())
    {
        assert!((a.mean - b.mean).abs() < 1e-5, "{} {}", a.mean, b.mean);
    }
    assert_eq!(statistics(&net), before);
}

/// All numbers of a module that no gradient changes, running statistics among them.
fn statistics(module: &impl Module) -> Vec<f32> {
    struct Numbers(Vec<f32>);

    impl ModuleVisitor for Numbers {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().try_into_vec_as::<f32>().unwrap());
        }
    }

    let mut numbers = Numbers(Vec::new());
    module.visit(&mut numbers);
    numbers.0
}

#[test]
fn a_value_that_is_no_function_of_the_coalition_is_refused() {
    struct Noise(std::cell::Cell<f64>);

    impl Game for Noise {
        fn players(&self) -> usize {
            6
        }

        fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
            let next = |_: &Coalition| {
                self.0.set(self.0.get() + 0.37);
                self.0.get().sin()
            };
            Ok(coalitions.iter().map(next).collect())
        }
    }

    let error = Measurement::of_games()
        .run_game(&Noise(0.0.into()))
        .unwrap_err();
    assert!(matches!(error, Error::NoFunction { .. }), "{error}");
}

#[test]
fn a_single_logit_measures_as_a_binary_classifier() {
    // The same network with its logit beside a zero.
    let (net, batch) = subject(1);
    let two = |x: Tensor<2>| {
        let z = net.logits(x);
        Tensor::cat(vec![z.zeros_like(), z], 1)
    };
    let y = labels(&batch);
    assert!(y.contains(&0) && y.contains(&1));
    let run = |reward: Reward| {
        let m = measurement().reward(reward);
        (
            m.run(&net, batch.inputs.clone(), y.clone()).unwrap(),
            m.run(&two, batch.inputs.clone(), y.clone()).unwrap(),
        )
    };
    for reward in [Reward::LogOdds, Reward::LogProbability] {
        let (single, double) = run(reward);
        assert_eq!(single.samples(), double.samples(), "{reward}");
    }
    // The logit of class 0 says as much as that of class 1.
    let strength = run(Reward::Logit).0.strength();
    assert!(strength.points.iter().all(|p| p.raw > 0.0));
    let targets = |net: &dyn Fn() -> Profile| {
        net()
            .samples()
            .iter()
            .map(|s| s.target())
            .collect::<Vec<_>>()
    };
    let predicted = measurement()
        .run(&net, batch.inputs.clone(), Targets::Predicted)
        .unwrap();
    let expected = measurement()
        .run(&two, batch.inputs.clone(), Targets::Predicted)
        .unwrap();
    assert_eq!(
        targets(&|| predicted.clone()),
        targets(&|| expected.clone())
    );
    assert_eq!(
        burn_interaction::game::predictions(net.logits(batch.inputs.clone())).unwrap(),
        targets(&|| predicted.clone())
    );
    let error = measurement()
        .run(&net, batch.inputs.clone(), vec![2; ROWS])
        .unwrap_err();
    assert!(matches!(error, Error::TargetOutOfRange { .. }), "{error}");
}

#[test]
fn regression_has_its_value_as_the_game() {
    // v = 3 x0 x1 + x2, absent features being 0: one interaction, whatever the "label".
    let net = |x: Tensor<2>| {
        let [a, b, c] = [0, 1, 2].map(|k| x.clone().narrow(1, k, 1));
        a * b * 3.0 + c
    };
    let inputs = Tensor::<2>::from_floats([[2.0, 0.5, 7.0], [-1.0, 1.0, 0.0]], &test_device());
    let m = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .reward(Reward::Output);
    let profile = m.run(&net, inputs, vec![0, 5]).unwrap();
    for (sample, expected) in profile.samples().iter().zip([3.0, -3.0]) {
        for order in [0, 1] {
            assert_eq!(sample.interaction(order, (0, 1)).unwrap().mean, expected);
            assert_eq!(sample.interaction(order, (1, 2)).unwrap().mean, 0.0);
        }
    }
}

#[test]
fn rounding_within_a_network_is_found() {
    // An affine network whose inner values of 100 cancel: its strengths are the rounding of these.
    let device = test_device();
    let inputs = uniform([6, 8], 1.0, &mut generator(2, 0), &device);
    let net = |x: Tensor<2>| {
        let z = x.sum_dim(1) * 0.37 + 100.0;
        Tensor::cat(vec![z.zeros_like(), z - 100.0], 1)
    };
    let m = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all());
    let strength = m
        .estimator(Estimator::Paired)
        .contexts(1)
        .run(&net, inputs, vec![1; 6])
        .unwrap()
        .strength();
    assert!(strength.points.iter().any(|p| p.raw > 1e-6));
    assert!(
        strength.is_rounding(),
        "{} {:?}",
        strength.rounding,
        strength.points
    );
    // It is the size of what there is: within a factor of three of the mean strength.
    let mean = strength.points.iter().map(|p| p.raw).sum::<f64>() / strength.points.len() as f64;
    assert!(
        (mean / 3.0..mean * 3.0).contains(&strength.rounding),
        "{mean} {}",
        strength.rounding
    );
}
