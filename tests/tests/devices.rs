//! Training on several devices with Burn's own strategy.

use std::sync::Arc;

use burn::lr_scheduler::constant::ConstantLr;
use burn::module::{Module, ModuleDisplay, ModuleVisitor, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::optim::SgdConfig;
use burn::tensor::{Device, Tensor};
use burn::train::{ExecutionStrategy, Learner, MultiDeviceOptim, SupervisedTraining};
use burn_interaction::game::{predictions, training_flags};
use burn_interaction::training::{
    Modulated, ModulationMetric, OrderCurveMetric, OrderStrengthMetric, Probe,
};
use burn_interaction::{Classifier, Features, Term};
use burn_interaction_datasets::{Loader, Samples, rules};
use burn_interaction_models::MlpConfig;
use burn_interaction_tests::seeded;

/// Trains a model with Burn's strategy for several devices, and gives its network.
fn learned<N>(
    model: Modulated<N, Features>,
    [train, valid]: [Loader<Tensor<2>>; 2],
    devices: usize,
    epochs: usize,
) -> N
where
    N: Module + ModuleDisplay + Classifier<Tensor<2>> + 'static,
{
    let folder = tempfile::tempdir().unwrap();
    let main = MultiDeviceOptim::OptimMainDevice;
    let strategy = ExecutionStrategy::multi(vec![Device::flex(); devices], main);
    let result = SupervisedTraining::new(folder.path(), Arc::new(train), Arc::new(valid))
        .with_application_logger(None)
        .with_training_strategy(strategy.into())
        .num_epochs(epochs)
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.1),
        ));
    assert!(result.error.is_none(), "{:?}", result.error);
    result.model.net
}

/// The parameters of a network after two epochs on so many devices.
fn trained(devices: usize, among: usize) -> Vec<f32> {
    let device = Device::flex();
    let net = MlpConfig::new(10, 2).with_layers(2).with_hidden(32);
    let model = Modulated::new(seeded(net.init(&device), 1), Features)
        .with(Term::suppress(0.7..1.0))
        .seed(5);
    // The last batch has 60 samples.
    let train = Loader::new(Arc::new(rules(700, 1)), 64, &device)
        .shuffled(3)
        .among(among);
    let valid = Loader::new(Arc::new(rules(64, 2)), 64, &device);
    parameters(&learned(model, [train, valid], devices, 2))
}

fn parameters(net: &impl Module) -> Vec<f32> {
    struct Reader(Vec<f32>);

    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            let values = parameter.val().inner().try_into_vec_as::<f32>();
            self.0.extend(values.unwrap());
        }
    }

    let mut reader = Reader(Vec::new());
    net.visit(&mut reader);
    reader.0
}

pub fn furthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

/// The parameters of a network after an epoch with a probe and terms on a device.
pub fn epoch(device: &Device) -> Vec<f32> {
    let net = MlpConfig::new(10, 2).with_layers(2).with_hidden(32);
    let net = seeded(net.init(&Device::flex()), 4).to_device(device);
    let samples = Arc::new(rules(256, 3));
    let loader = || Loader::new(samples.clone(), 64, device);
    let model = Modulated::new(net, Features)
        .with(Term::suppress(0.7..1.0))
        .with(Term::encourage(0.3..0.7))
        .probe(Probe::new().samples(2).contexts(2));
    let folder = tempfile::tempdir().unwrap();
    let result = SupervisedTraining::new(
        folder.path(),
        Arc::new(loader().shuffled(1)),
        Arc::new(loader()),
    )
    .metric_train_numeric(ModulationMetric::task())
    .metric_valid_numeric(OrderStrengthMetric::high())
    .metric_valid(OrderCurveMetric::new())
    .with_application_logger(None)
    .num_epochs(1)
    .launch(Learner::new(
        model.train(),
        SgdConfig::new().init(),
        ConstantLr::new(0.05),
    ));
    assert!(result.error.is_none(), "{:?}", result.error);
    parameters(&result.model.net)
}

#[test]
fn shares_of_every_batch_train_the_network_that_one_device_does() {
    let one = trained(1, 1);
    for devices in [2, 3] {
        let several = trained(devices, devices);
        let far = furthest(&one, &several);
        assert!(far <= 1e-5, "{devices} devices: {far}");
    }
    // A data set that is cut instead trains at the sum of the rates: what shares are for.
    let cut = furthest(&one, &trained(2, 1));
    assert!(cut > 1e-3, "{cut}");
}

/// A network with a batch norm and a dropout.
#[derive(Module, Debug)]
struct Mixed {
    first: Linear,
    norm: BatchNorm,
    dropout: Dropout,
    last: Linear,
}

impl Mixed {
    fn new(device: &Device) -> Self {
        Self {
            first: LinearConfig::new(10, 64).init(device),
            norm: BatchNormConfig::new(64).init(device),
            dropout: DropoutConfig::new(0.2).init(),
            last: LinearConfig::new(64, 2).init(device),
        }
    }
}

impl Classifier<Tensor<2>> for Mixed {
    fn logits(&self, rows: Tensor<2>) -> Tensor<2> {
        let hidden = self.norm.forward(self.first.forward(rows)).tanh();
        self.last.forward(self.dropout.forward(hidden))
    }

    fn training(&self) -> Option<bool> {
        Some(training_flags(self))
    }
}

/// The share of new rows whose class the network finds after a training on so many devices.
fn accuracy(devices: usize, seed: u64) -> f64 {
    let device = Device::flex();
    let model = Modulated::new(seeded(Mixed::new(&device), seed), Features);
    let train = Loader::new(Arc::new(rules(2000, seed)), 32, &device)
        .shuffled(seed)
        .among(devices);
    let test = Arc::new(rules(1000, seed + 100));
    let valid = Loader::new(test.clone(), 500, &device);
    let net = learned(model, [train, valid], devices, 8);
    let all: Vec<usize> = (0..1000).collect();
    let batch = test.read(&all, 0, &device).unwrap();
    let found = predictions(net.logits(batch.inputs)).unwrap();
    let right = all
        .iter()
        .filter(|index| found[**index] == test.label(**index));
    right.count() as f64 / 1000.0
}

#[test]
fn dropout_and_batch_norm_learn_on_two_devices_as_well_within_what_seeds_differ() {
    let of = |devices| [1, 2, 3].map(|seed| accuracy(devices, seed));
    let (one, two) = (of(1), of(2));
    let mean = |all: &[f64; 3]| all.iter().sum::<f64>() / 3.0;
    let spread = |all: &[f64; 3]| {
        let least = all.iter().copied().fold(1.0, f64::min);
        all.iter().copied().fold(0.0, f64::max) - least
    };
    println!("{one:?} {two:?}");
    // Half of the classes are found by chance.
    assert!(mean(&one) > 0.57 && mean(&two) > 0.57, "{one:?} {two:?}");
    let apart = (mean(&one) - mean(&two)).abs();
    assert!(apart <= spread(&one).max(spread(&two)), "{one:?} {two:?}");
}
