//! Tasks other than plain classification, batches of one's own, and signals of any network.

use burn::data::dataloader::DataLoaderBuilder;
use burn::data::dataloader::batcher::Batcher;
use burn::data::dataset::{Dataset, InMemDataset};
use burn::lr_scheduler::constant::ConstantLr;
use burn::module::Module;
use burn::optim::SgdConfig;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::metric::{HammingScore, LossMetric};
use burn::train::{
    InferenceStep, Learner, MultiLabelClassificationOutput, SupervisedTraining, TrainStep,
};
use burn_interaction::modulation::{
    Classification, EncourageLossConfig, Regression, Signal, SuppressLossConfig, Task,
};
use burn_interaction::training::{
    Modulated, ModulationMetric, OrderStrengthMetric, Probe, Watched,
};
use burn_interaction::{Batch, Draw, Features, Modulation, Term};
use burn_interaction_datasets::rules;
use burn_interaction_models::MlpConfig;
use burn_interaction_tests::{seeded, test_device};

/// A row of four features and the number to predict, as a loader of one's own hands them out.
#[derive(Debug, Clone)]
struct House {
    features: [f32; 4],
    price: f32,
}

/// A batch of one's own.
#[derive(Debug, Clone)]
struct Houses {
    features: Tensor<2>,
    prices: Tensor<2>,
}

/// The ids are the places in the batch: every batch of the test is the whole set.
impl From<Houses> for Batch<Tensor<2>, Tensor<2>> {
    fn from(houses: Houses) -> Self {
        let ids = (0..houses.features.dims()[0] as u64).collect();
        Batch::new(houses.features, houses.prices, ids)
    }
}

#[derive(Clone)]
struct HouseBatcher;

impl Batcher<House, Houses> for HouseBatcher {
    fn batch(&self, items: Vec<House>, device: &Device) -> Houses {
        let count = items.len();
        let features: Vec<f32> = items.iter().flat_map(|house| house.features).collect();
        let prices: Vec<f32> = items.iter().map(|house| house.price).collect();
        Houses {
            features: Tensor::from_data(TensorData::new(features, [count, 4]), device),
            prices: Tensor::from_data(TensorData::new(prices, [count, 1]), device),
        }
    }
}

fn houses(count: usize) -> InMemDataset<House> {
    let house = |k: usize| {
        let features = [3, 5, 7, 11].map(|step| (k * step % 13) as f32 / 6.0 - 1.0);
        let [a, b, c, d] = features;
        House {
            features,
            price: a * b + 0.5 * c * d + a,
        }
    };
    InMemDataset::new((0..count).map(house).collect())
}

#[test]
fn a_regression_with_batches_of_its_own_trains_in_a_learner() {
    let net = seeded(
        MlpConfig::new(4, 1)
            .with_layers(3)
            .with_hidden(32)
            .init(&test_device()),
        2,
    );
    let model = Modulated::new(net, Features)
        .task(Regression)
        .batches::<Houses>()
        .with(Term::suppress(0.5..1.0).weight(0.05))
        .probe(Probe::new().samples(3));
    let summary = model.to_string();
    for part in ["players: features", "terms: suppress 0.5-1", "Mlp"] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    // The settings of the probe and the modulation are no part of it.
    assert!(
        !summary.contains("Protocol") && !summary.contains("batch_norm"),
        "{summary}"
    );
    let loader = || {
        DataLoaderBuilder::new(HouseBatcher)
            .batch_size(64)
            .build(houses(64))
    };
    let folder = tempfile::tempdir().unwrap();
    let result = SupervisedTraining::new(folder.path(), loader(), loader())
        .metrics((LossMetric::new(),))
        .metric_train_numeric(ModulationMetric::task())
        .metric_train_numeric(ModulationMetric::term("suppress 0.5-1"))
        .metric_valid_numeric(OrderStrengthMetric::low())
        .with_application_logger(None)
        .num_epochs(60)
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.1),
        ));
    let all = HouseBatcher.batch(
        houses(64).iter().map(Result::unwrap).collect(),
        &test_device(),
    );
    let error = Regression.loss(
        result.model.net.valid().forward(all.features.clone()),
        all.prices.clone(),
    );
    let plain = Regression.loss(all.prices.zeros_like(), all.prices);
    let (error, plain): (f32, f32) = (error.into_scalar(), plain.into_scalar());
    assert!(error < 0.5 * plain, "{error} of {plain}");
}

#[test]
fn smoothed_labels_enter_the_task_and_not_the_terms() {
    let device = Device::flex().autodiff();
    let plain = MlpConfig::new(10, 2).with_hidden(8).init(&Device::flex());
    let net = seeded(plain, 3).train();
    let batch = rules(16, 1).batch(&(0..16).collect::<Vec<_>>(), &device);
    let step = |smoothing: f64| {
        let model = Modulated::new(net.clone(), Features)
            .task(Classification::smoothed(smoothing))
            .with(Term::encourage(0.3..0.7));
        let output = TrainStep::step(&model, batch.clone()).item;
        let loss = |k: usize| output.terms[k].1.clone().into_scalar::<f32>();
        [loss(0), loss(1)]
    };
    let ([plain, term], [smoothed, same]) = (step(0.0), step(0.2));
    assert!(smoothed != plain && term == same);
    let expected = Classification::smoothed(0.2)
        .loss(net.forward(batch.inputs.clone()), batch.targets.clone())
        .into_scalar::<f32>();
    assert!((smoothed - expected).abs() < 1e-6);
}

#[test]
fn validation_has_the_loss_of_its_task() {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(4, 1).with_hidden(8).init(&device), 4);
    let model = Modulated::new(net.clone(), Features).task(Regression);
    let features = Tensor::<2>::from_floats([[1.0, 2.0, 0.5, -1.0]], &device);
    let prices = Tensor::<2>::from_floats([[3.0]], &device);
    let batch = Batch::new(features.clone(), prices, vec![0]);
    let output = InferenceStep::step(&model, batch);
    let predicted: f32 = net.forward(features).into_scalar();
    let loss: f32 = output.task.loss.into_scalar();
    assert!((loss - (predicted - 3.0).powi(2)).abs() < 1e-5);
    assert_eq!((output.samples, output.reading.is_none()), (1, true));
}

#[test]
fn losses_of_a_signal_are_those_of_the_modulation() {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 3).with_hidden(8).init(&device), 5);
    let batch = rules(12, 1).batch(&(0..12).collect::<Vec<_>>(), &device);
    let draw = Draw { seed: 3, epoch: 2 };
    for term in [Term::suppress(0.7..1.0).draws(3), Term::encourage(0.0..0.5)] {
        let inside = Modulation::none().with(term);
        let loss = inside.loss(&net, &Features, batch.clone(), draw).unwrap();
        let inputs = batch.inputs.clone();
        let signal = term
            .signal
            .of(&net, &Features, inputs, &batch.ids, None, draw)
            .unwrap();
        assert_eq!(signal.dims(), [12, 3]);
        let outside = match term.direction {
            burn_interaction::modulation::Direction::Suppress => {
                SuppressLossConfig::new().init().forward(signal)
            }
            _ => EncourageLossConfig::new()
                .init()
                .forward(signal, batch.targets.clone()),
        };
        let [inside, outside]: [f32; 2] =
            [&loss.terms[0], &outside].map(|l| l.clone().into_scalar());
        assert!((inside - outside).abs() < 1e-6, "{inside} {outside}");
    }
    let refused = |signal: Signal, ids: &[u64]| {
        let found = signal.of(&net, &Features, batch.inputs.clone(), ids, None, draw);
        found.unwrap_err().to_string()
    };
    assert!(refused(Signal::between(0.7, 1.0), &[1]).contains("one id for each sample"));
    assert!(refused(Signal::between(0.91, 0.95), &batch.ids).contains("move them apart"));
}

#[test]
fn gradients_pass_through_a_signal() {
    let device = Device::flex().autodiff();
    let plain = MlpConfig::new(10, 2).with_hidden(8).init(&Device::flex());
    let net = seeded(plain, 6).train();
    let batch = rules(4, 1).batch(&[0, 1, 2, 3], &device);
    let signal = Signal::between(0.3, 0.7);
    let delta_u = signal
        .of(
            &net,
            &Features,
            batch.inputs,
            &batch.ids,
            None,
            Draw::default(),
        )
        .unwrap();
    assert!(delta_u.is_autodiff());
    let gradients = delta_u.powi_scalar(2).sum().backward();
    let gradients = burn::optim::GradientsParams::from_grads(gradients, &net);
    assert!(!gradients.is_empty());
}

/// Three labels at once, each a sign of a feature.
#[derive(Debug, Clone)]
struct Signs;

impl Task for Signs {
    type Targets = Tensor<2, Int>;

    fn count(&self, targets: &Tensor<2, Int>) -> usize {
        targets.dims()[0]
    }

    fn select(&self, targets: Tensor<2, Int>, samples: Tensor<1, Int>) -> Tensor<2, Int> {
        targets.select(0, samples)
    }

    fn loss(&self, outputs: Tensor<2>, targets: Tensor<2, Int>) -> Tensor<1> {
        let plain = outputs.clone().clamp_min(0.0) - outputs.clone() * targets.float();
        (plain + outputs.abs().neg().exp().log1p()).mean()
    }
}

impl Watched for Signs {
    type Output = MultiLabelClassificationOutput;

    fn output(
        &self,
        loss: Tensor<1>,
        outputs: Tensor<2>,
        targets: Tensor<2, Int>,
    ) -> MultiLabelClassificationOutput {
        MultiLabelClassificationOutput::new(loss, outputs, targets)
    }
}

#[derive(Debug, Clone)]
struct SignBatcher;

impl Batcher<House, Batch<Tensor<2>, Tensor<2, Int>>> for SignBatcher {
    fn batch(&self, items: Vec<House>, device: &Device) -> Batch<Tensor<2>, Tensor<2, Int>> {
        let houses = HouseBatcher.batch(items, device);
        let signs = houses
            .features
            .clone()
            .narrow(1, 0, 3)
            .greater_elem(0.0)
            .int();
        let ids = (0..signs.dims()[0] as u64).collect();
        Batch::new(houses.features, signs, ids)
    }
}

#[test]
fn a_task_of_one_s_own_is_watched_by_burn_s_metrics() {
    let net = seeded(MlpConfig::new(4, 3).with_hidden(16).init(&test_device()), 7);
    let model = Modulated::new(net, Features)
        .task(Signs)
        .with(Term::suppress(0.5..1.0).weight(0.01));
    let loader = || {
        DataLoaderBuilder::new(SignBatcher)
            .batch_size(32)
            .build(houses(64))
    };
    let folder = tempfile::tempdir().unwrap();
    let result = SupervisedTraining::new(folder.path(), loader(), loader())
        .metrics((LossMetric::new(), HammingScore::new()))
        .with_application_logger(None)
        .num_epochs(60)
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.3),
        ));
    let batch = SignBatcher.batch(
        houses(64).iter().map(Result::unwrap).collect(),
        &test_device(),
    );
    let net = result.model.net.valid();
    let loss: f32 = Signs
        .loss(net.forward(batch.inputs), batch.targets)
        .into_scalar();
    assert!(loss < 0.55, "{loss}, and ln 2 for nothing learned");
}
