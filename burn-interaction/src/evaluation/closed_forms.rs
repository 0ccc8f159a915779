//! Attacks on networks whose worst inputs are known, and what an attack refuses.

use std::sync::atomic::{AtomicUsize, Ordering};

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::RngExt;

use crate::coalition::generator;
use crate::error::Error;
use crate::game::Classifier;
use crate::input::{Batch, Input, Sentences, Series};

use super::testing::{Mixed, statistics};
use super::{Attack, Frozen, Norm, Robustness};

/// w1 - w0 of the linear network, and b1 - b0.
const SLOPE: [f32; 4] = [0.8, -0.5, 0.3, -0.05];
const SHIFT: f32 = 0.1;

/// A linear network whose logits differ by `SLOPE x + SHIFT`; both logits move, so that neither alone tells the margin.
fn linear(x: Tensor<2>) -> Tensor<2> {
    let weights: Vec<f32> = SLOPE.iter().flat_map(|w| [1.0, 1.0 + w]).collect();
    let weights = Tensor::from_data(TensorData::new(weights, [4, 2]), &x.device());
    x.matmul(weights) + Tensor::<2>::from_data([[0.0, SHIFT]], &Device::flex())
}

fn uniform(samples: usize, elements: usize) -> (Vec<f32>, Tensor<2>) {
    let mut rng = generator(7, 1);
    let values: Vec<f32> = (0..samples * elements)
        .map(|_| rng.random_range(-1.0..1.0))
        .collect();
    let data = TensorData::new(values.clone(), [samples, elements]);
    (values, Tensor::from_data(data, &Device::flex()))
}

/// Samples of the linear network with labels that are right for most of them, and their margins.
fn samples() -> (Batch<Tensor<2>>, Vec<usize>, Vec<f64>, Vec<f32>) {
    let (values, inputs) = uniform(40, 4);
    let margin =
        |x: &[f32]| f64::from(x.iter().zip(SLOPE).map(|(x, w)| x * w).sum::<f32>() + SHIFT);
    let (mut labels, mut margins) = (Vec::new(), Vec::new());
    for (sample, x) in values.chunks(4).enumerate() {
        let right = usize::from(margin(x) > 0.0);
        let label = if sample % 9 == 0 { 1 - right } else { right };
        labels.push(label);
        margins.push(margin(x) * if label == 1 { 1.0 } else { -1.0 });
    }
    let batch = labelled(inputs, &labels);
    (batch, labels, margins, values)
}

fn labelled<I: Input>(inputs: I, labels: &[usize]) -> Batch<I> {
    let targets: Vec<i64> = labels.iter().map(|label| *label as i64).collect();
    let targets =
        Tensor::<1, Int>::from_data(TensorData::new(targets, [labels.len()]), &Device::flex());
    Batch::new(inputs, targets, (0..labels.len() as u64).collect())
}

fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}

/// Whether the losses are those of margins that fell by these amounts, and the accuracy is the share that stays positive.
fn check(attack: &Attack, falls: impl Fn(&[f32], usize) -> f64) {
    let (batch, labels, margins, values) = samples();
    let (clean, inputs) = (batch.inputs.clone(), batch.inputs.clone());
    let attacked = attack.run(&Frozen(linear), batch).unwrap();
    let mut withstanding = 0;
    for (s, sample) in attacked.samples.iter().enumerate() {
        let left = margins[s] - falls(&values[s * 4..][..4], labels[s]);
        assert!((sample.clean_loss - softplus(-margins[s])).abs() < 1e-5);
        assert!(
            (sample.loss - softplus(-left)).abs() < 1e-5,
            "{sample:?}: margin {left}"
        );
        assert_eq!(sample.withstands(), left > 0.0, "{sample:?}: margin {left}");
        withstanding += usize::from(left > 0.0);
    }
    assert!(
        (1..40).contains(&withstanding),
        "{withstanding} tell nothing"
    );
    let robustness = Robustness::of(&attacked.samples).unwrap();
    assert_eq!(robustness.adversarial.value, withstanding as f64 / 40.0);
    assert_eq!(robustness.clean.value, 35.0 / 40.0);
    let moved = attacked.inputs - inputs;
    let furthest = match attack.norm {
        Norm::Linf => moved.abs().max().into_scalar::<f32>(),
        Norm::L2 => moved
            .powi_scalar(2)
            .sum_dim(1)
            .max()
            .into_scalar::<f32>()
            .sqrt(),
    };
    assert!(f64::from(furthest) < attack.epsilon + 1e-6);
    assert_eq!(clean.dims(), [40, 4]);
}

#[test]
fn a_linear_network_s_margins_fall_by_epsilon_times_the_dual_norm() {
    let sum: f64 = SLOPE.iter().map(|w| f64::from(w.abs())).sum();
    let length: f64 = SLOPE.iter().map(|w| f64::from(w * w)).sum::<f64>().sqrt();
    // From the sample itself, and from anywhere in the ball, as 2.5 epsilon are enough to cross it.
    check(&Attack::linf(0.2).random_start(false), |_, _| 0.2 * sum);
    check(&Attack::linf(0.2).restarts(2), |_, _| 0.2 * sum);
    check(
        &Attack::linf(0.2).steps(1).step(0.05).random_start(false),
        |_, _| 0.05 * sum,
    );
    check(&Attack::l2(0.4).random_start(false), |_, _| 0.4 * length);
    check(
        &Attack::l2(0.4).steps(3).step(0.05).random_start(false),
        |_, _| 0.15 * length,
    );
    // Each projection takes something off what a random start lies beside the way.
    check(&Attack::l2(0.4).steps(400).step(0.1), |_, _| 0.4 * length);
}

#[test]
fn bounds_stop_each_value_where_they_lie() {
    let falls = |x: &[f32], label: usize| -> f64 {
        let room = |x: f32, w: f32| {
            // The way that lowers the margin of the label.
            let down = (w > 0.0) == (label == 1);
            f64::from(if down { x + 1.0 } else { 1.0 - x }).min(0.5)
        };
        x.iter()
            .zip(SLOPE)
            .map(|(x, w)| room(*x, w) * f64::from(w.abs()))
            .sum()
    };
    check(&Attack::linf(0.5).bounds(-1.0, 1.0), falls);
}

#[test]
fn an_attack_towards_a_class_raises_its_odds_by_the_same() {
    let (batch, labels, margins, _) = samples();
    let towards: Vec<usize> = labels.iter().map(|label| 1 - label).collect();
    let sum: f64 = SLOPE.iter().map(|w| f64::from(w.abs())).sum();
    let attacked = Attack::linf(0.2)
        .run_towards(&Frozen(linear), batch.clone(), &towards)
        .unwrap();
    for (sample, margin) in attacked.samples.iter().zip(margins) {
        let left = margin - 0.2 * sum;
        assert!((sample.loss - softplus(left)).abs() < 1e-5);
        assert!((sample.clean_loss - softplus(margin)).abs() < 1e-5);
        assert_eq!(sample.withstands(), left > 0.0);
    }
    let error = Attack::linf(0.2).run_towards(&Frozen(linear), batch.clone(), &labels);
    assert!(error.unwrap_err().to_string().contains("label"));
    let error = Attack::linf(0.2).run_towards(&Frozen(linear), batch, &[2; 40]);
    assert!(matches!(error, Err(Error::TargetOutOfRange { .. })));
}

#[test]
fn a_confident_network_does_not_hide_behind_rounding() {
    // Margins in the hundreds: the softmax is 1 in single precision, and the gradient of the cross entropy 0.
    let net = Frozen(|x: Tensor<2>| linear(x) * 1000.0);
    let (batch, _, margins, _) = samples();
    let sum: f64 = SLOPE.iter().map(|w| f64::from(w.abs())).sum();
    let attacked = Attack::linf(0.2).run(&net, batch).unwrap();
    for (sample, margin) in attacked.samples.iter().zip(margins) {
        assert_eq!(sample.withstands(), margin - 0.2 * sum > 0.0);
    }
}

#[test]
fn a_single_logit_is_attacked_as_two() {
    let one = Frozen(|x: Tensor<2>| {
        let logits = linear(x);
        logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)
    });
    let (batch, ..) = samples();
    let [a, b] = [
        Attack::linf(0.2).run(&one, batch.clone()).unwrap().samples,
        Attack::linf(0.2)
            .run(&Frozen(linear), batch)
            .unwrap()
            .samples,
    ];
    for (a, b) in a.iter().zip(&b) {
        assert_eq!((a.clean_class, a.class), (b.clean_class, b.class));
        assert!((a.loss - b.loss).abs() < 1e-5);
    }
}

/// A network whose loss has two hills: of class 1 with margin 1 - x^2 + x^3 / 2, so that only starts below 0 lead to class 0.
fn hills(x: Tensor<2>) -> Tensor<2> {
    let square = x.clone() * x.clone();
    square.clone() * x * 0.5 - square + 1.0
}

#[test]
fn the_worst_of_several_starts_counts() {
    let batch = labelled(Tensor::zeros([64, 1], &Device::flex()), &[1; 64]);
    let withstanding = |restarts: usize| {
        let attacked = Attack::linf(1.0)
            .restarts(restarts)
            .run(&Frozen(hills), batch.clone())
            .unwrap();
        for sample in &attacked.samples {
            // The margin is .5 on the hill at 1, -.5 on that at -1.
            let margin = if sample.withstands() { 0.5 } else { -0.5 };
            assert!((sample.loss - softplus(-margin)).abs() < 1e-5, "{sample:?}");
        }
        let rows = attacked.inputs.try_into_vec_as::<f32>().unwrap();
        for (x, sample) in rows.iter().zip(&attacked.samples) {
            assert!((x - if sample.withstands() { 1.0 } else { -1.0 }).abs() < 1e-6);
        }
        attacked.samples.iter().filter(|s| s.withstands()).count()
    };
    // Half of the starts, 4 standard errors; with eight of them one sample in 256.
    assert!((16..=48).contains(&withstanding(1)));
    assert!(withstanding(8) <= 2);
}

#[test]
fn the_attack_on_a_sample_does_not_depend_on_those_beside_it() {
    let net = Mixed::trained(&Device::flex()).valid();
    let inputs = Mixed::inputs(9, &Device::flex());
    let batch = labelled(inputs.clone(), &[0, 1, 2, 0, 1, 2, 0, 1, 2]);
    for attack in [
        Attack::linf(0.3).restarts(2).steps(8),
        Attack::l2(0.5).steps(8),
    ] {
        let whole = attack.run(&net, batch.clone()).unwrap();
        let part = Batch::new(
            inputs.clone().narrow(0, 5, 2),
            batch.targets.clone().narrow(0, 5, 2),
            vec![5, 6],
        );
        let part = attack.run(&net, part).unwrap();
        let apart = (whole.inputs.narrow(0, 5, 2) - part.inputs).abs().max();
        assert!(apart.into_scalar::<f32>() < 1e-5);
        for (a, b) in whole.samples[5..7].iter().zip(&part.samples) {
            assert_eq!((a.id, a.class), (b.id, b.class));
            assert!((a.loss - b.loss).abs() < 1e-5);
        }
    }
}

#[test]
fn series_are_attacked_as_if_each_were_alone_and_padding_stays_zero() {
    let device = Device::flex();
    let net = Frozen(|series: Series| {
        let mean = series.mean(series.values.clone());
        Tensor::cat(vec![mean.clone() * 3.0, mean * -2.0 + 5.0], 1)
    });
    let values = Tensor::<3>::from_data(
        [[[0.7, 1.9, 1.2, 0.0, 0.0]], [[0.9, 1.1, 0.6, 1.8, 1.4]]],
        &device,
    );
    let both = Series::padded(values, &[3, 5]).unwrap();
    let short = both.select(Tensor::from_ints([0], &device)).shorten(3);
    let numbers = |series: Series| series.values.try_into_vec_as::<f32>().unwrap();
    for attack in [Attack::linf(0.2), Attack::l2(0.4)] {
        // Starts count, and zero lies out of bounds.
        let attack = attack.steps(2).step(0.05).bounds(0.5, 2.0);
        let together = attack.run(&net, labelled(both.clone(), &[0, 1])).unwrap();
        let alone = attack.run(&net, labelled(short.clone(), &[0])).unwrap();
        assert!(alone.samples[0].loss > alone.samples[0].clean_loss + 0.05);
        assert!((together.samples[0].loss - alone.samples[0].loss).abs() < 1e-6);
        let (together, alone) = (numbers(together.inputs), numbers(alone.inputs));
        for (found, expected) in together.iter().zip(&alone) {
            assert!((found - expected).abs() < 1e-6, "{together:?} {alone:?}");
        }
        assert_eq!(together[3..5], [0.0, 0.0]);
    }
}

#[test]
fn a_network_with_dropout_and_batch_norm_is_attacked_as_at_inference() {
    let net = Mixed::trained(&Device::flex());
    let before = statistics(&net);
    let inputs = Mixed::inputs(12, &Device::flex());
    let batch = labelled(inputs.clone(), &[0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    let attack = Attack::linf(0.3).steps(10);
    let error = attack.run(&net, batch.clone()).unwrap_err();
    assert!(matches!(error, Error::Training { .. }), "{error}");
    let expected = net.valid().forward(inputs.clone());
    let plain = attack.run(&net.valid(), batch.clone()).unwrap();
    // Parameters on the autodiff device but frozen, and the batch there too.
    let on_autodiff = Batch {
        inputs: inputs.autodiff(),
        ..batch
    };
    let frozen = attack.run(&net.clone().freeze(), on_autodiff).unwrap();
    assert_eq!(plain.samples, frozen.samples);
    assert!(!frozen.inputs.is_autodiff());
    // The losses are those of inference: nothing is dropped, nothing normalised by the batch.
    let classes: Vec<usize> = crate::game::predictions(expected).unwrap();
    let found: Vec<usize> = plain.samples.iter().map(|s| s.clean_class).collect();
    assert_eq!(found, classes);
    let again = crate::game::predictions(net.valid().forward(plain.inputs)).unwrap();
    assert_eq!(
        plain.samples.iter().map(|s| s.class).collect::<Vec<_>>(),
        again
    );
    assert!(plain.samples.iter().all(|s| s.loss > s.clean_loss));
    assert_eq!(statistics(&net), before);
}

/// Counts the rows that a network is asked for, with gradients and without.
struct Counting([AtomicUsize; 2]);

impl Classifier<Tensor<4>> for Counting {
    fn logits(&self, x: Tensor<4>) -> Tensor<2> {
        let [samples, ..] = x.dims();
        self.0[usize::from(x.is_autodiff())].fetch_add(samples, Ordering::Relaxed);
        x.reshape([samples, 4])
    }

    fn training(&self) -> Option<bool> {
        Some(false)
    }
}

#[test]
fn the_price_of_an_attack_is_what_it_asks_for_and_images_keep_their_shape() {
    let net = Counting(Default::default());
    let inputs = uniform(5, 4).1.reshape([5, 1, 2, 2]);
    let attack = Attack::l2(0.5).steps(7).restarts(3);
    let attacked = attack
        .run(&net, labelled(inputs, &[0, 1, 2, 3, 0]))
        .unwrap();
    assert_eq!(attacked.inputs.dims(), [5, 1, 2, 2]);
    let [plain, with] = net.0.map(AtomicUsize::into_inner);
    assert_eq!((attack.forwards(), attack.backwards()), (25, 21));
    // One row more compares logits with gradients and without.
    assert_eq!((plain, with), (5 * 4, 5 * 21 + 1));
}

#[test]
fn inputs_and_networks_that_cannot_be_attacked_are_named() {
    fn fails(net: impl Fn(Tensor<2>) -> Tensor<2> + Sync, first: f32, what: &str) {
        let inputs = Tensor::<2>::from_data([[0.5, 0.5], [first, 0.5]], &Device::flex());
        let attack = Attack::linf(0.1).random_start(false).bounds(-5.0, 5.0);
        let error = attack.run(&Frozen(net), labelled(inputs, &[0, 1]));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    let same = |x: Tensor<2>| x;
    fails(same, f32::NAN, "input of sample 1 is NaN");
    fails(same, 7.0, "input of sample 1 is 7");
    fails(|x| x * f32::NAN, 0.5, "logit of sample 0 is NaN");
    fails(|x| x.narrow(0, 0, 1), 0.5, "rows of the network's logits");
    fails(|x| x.without_autodiff(), 0.5, "gradient is missing");
    // A root at 0 rises without end.
    fails(|x| x.sqrt(), 0.0, "gradient of sample 1 is inf");
    // A layer that looks at the device alone.
    let noisy = |x: Tensor<2>| if x.is_autodiff() { x * 2.0 } else { x };
    fails(noisy, 0.5, "0.5 without gradients and 1 with them");
    let sentences = Sentences::new(Tensor::<2, Int>::zeros([2, 3], &Device::flex()));
    let net = Frozen(|x: Sentences| x.pieces.float());
    let error = Attack::linf(0.1)
        .run(&net, labelled(sentences, &[0, 1]))
        .unwrap_err();
    assert!(error.to_string().contains("word pieces"), "{error}");
    let mut short = labelled(uniform(2, 2).1, &[0, 1]);
    short.ids.pop();
    let error = Attack::linf(0.1).run(&Frozen(same), short).unwrap_err();
    assert!(
        error.to_string().contains("one id for each sample"),
        "{error}"
    );
    let empty = Batch::new(
        Tensor::<2>::zeros([0, 2], &Device::flex()),
        Tensor::zeros([0], &Device::flex()),
        vec![],
    );
    assert!(
        Attack::linf(0.1)
            .run(&Frozen(same), empty)
            .unwrap()
            .samples
            .is_empty()
    );
}

#[test]
fn settings_that_cannot_be_run_are_named() {
    let named = |attack: Attack, what: &str| {
        let error = attack.check().unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    named(Attack::linf(-0.1), "epsilon is -0.1");
    named(Attack::linf(f64::NAN), "epsilon");
    named(Attack::l2(f64::INFINITY), "epsilon");
    named(Attack::l2(1.0).step(f64::NAN), "step");
    named(Attack::l2(1.0).step(-1.0), "step is -1");
    named(Attack::l2(1.0).steps(0), "steps is 0");
    named(Attack::l2(1.0).restarts(0), "restarts is 0");
    named(
        Attack::l2(1.0).restarts(2).random_start(false),
        "random_start",
    );
    named(Attack::l2(1.0).bounds(1.0, 0.0), "bounds");
    named(Attack::l2(1.0).bounds(f64::NAN, 0.0), "bounds");
    Attack::linf(0.0).check().unwrap();
}

#[test]
fn settings_survive_a_file_and_most_may_be_left_out() {
    let attack = Attack::l2(0.5)
        .bounds(0.0, 1.0)
        .step(0.1)
        .restarts(3)
        .seed(4);
    let json = serde_json::to_string(&attack).unwrap();
    assert_eq!(serde_json::from_str::<Attack>(&json).unwrap(), attack);
    let read = |text: &str| serde_json::from_str::<Attack>(text);
    assert_eq!(
        read(r#"{"norm": "linf", "epsilon": 0.1}"#).unwrap(),
        Attack::linf(0.1)
    );
    assert!(read(r#"{"norm": "l3", "epsilon": 0.1}"#).is_err());
    assert!(read(r#"{"norm": "l2", "epsilon": 0.1, "step_size": 1}"#).is_err());
    assert!((Attack::linf(0.4).step_length() - 0.025).abs() < 1e-12);
}
