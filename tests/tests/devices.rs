//! Training on several devices with Burn's own strategy.

use std::sync::Arc;

use burn::lr_scheduler::constant::ConstantLr;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::SgdConfig;
use burn::tensor::{Device, Tensor};
use burn::train::{ExecutionStrategy, Learner, MultiDeviceOptim, SupervisedTraining};
use burn_interaction::training::{
    Modulated, ModulationMetric, OrderCurveMetric, OrderStrengthMetric, Probe,
};
use burn_interaction::{Features, Patches, Term};
use burn_interaction_datasets::{ImageSamples, Loader, Normalization, rules, scenes};
use burn_interaction_models::{MlpConfig, ResNetCifarConfig};
use burn_interaction_tests::seeded;

/// The parameters of a network after an epoch on so many devices.
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
    let folder = tempfile::tempdir().unwrap();
    let strategy =
        ExecutionStrategy::multi(vec![device; devices], MultiDeviceOptim::OptimMainDevice);
    let result = SupervisedTraining::new(folder.path(), Arc::new(train), Arc::new(valid))
        .with_application_logger(None)
        .with_training_strategy(strategy.into())
        .num_epochs(2)
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.1),
        ));
    assert!(result.error.is_none(), "{:?}", result.error);
    parameters(&result.model.net)
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

/// The parameters of a small residual network after an epoch with a probe and terms on a device.
pub fn epoch(device: &Device) -> Vec<f32> {
    let flex = Device::flex();
    let net = ResNetCifarConfig::new(10).with_blocks(1).with_width(4);
    let net = seeded(net.init(&flex), 4).to_device(device);
    let images = scenes(40, 3);
    let normalization = Normalization::fit(&images).unwrap();
    let samples = Arc::new(ImageSamples::new(Arc::new(images), normalization));
    let loader = || Loader::new(samples.clone(), 20, device);
    let model = Modulated::new(net, Patches::grid(8, 8))
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
