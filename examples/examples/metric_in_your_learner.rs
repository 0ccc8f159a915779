//! The order metrics in your own model, without the wrapper: the probe in your inference step, one `Adaptor` line.
//!
//! `cargo run --release --example metric_in_your_learner`, with another device than the CPU `-- DEVICE` behind it.

use std::sync::Arc;

use burn::lr_scheduler::constant::ConstantLr;
use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::SgdConfig;
use burn::tensor::{ExecutionError, Tensor};
use burn::train::metric::{
    AccuracyInput, AccuracyMetric, Adaptor, ItemLazy, LossInput, LossMetric,
};
use burn::train::{
    ClassificationOutput, InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep,
};
use burn_interaction::training::{OrderCurveMetric, OrderInput, OrderStrengthMetric, Probe};
use burn_interaction::{Batch, Features, Profile};
use burn_interaction_datasets::{Loader, rules};
use burn_interaction_models::{Mlp, MlpConfig};

#[derive(Module, Debug)]
struct MyModel {
    net: Mlp,
    #[module(skip)]
    probe: Probe,
}

impl MyModel {
    fn classify(&self, batch: Batch<Tensor<2>>) -> ClassificationOutput {
        let logits = self.net.forward(batch.inputs);
        let loss = CrossEntropyLossConfig::new()
            .init(&logits.device())
            .forward(logits.clone(), batch.targets.clone());
        ClassificationOutput::new(loss, logits, batch.targets)
    }
}

impl TrainStep for MyModel {
    type Input = Batch<Tensor<2>>;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch<Tensor<2>>) -> TrainOutput<ClassificationOutput> {
        let output = self.classify(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

/// Your output with the probe's reading beside it.
struct Output(ClassificationOutput, Option<Arc<Profile>>);

impl ItemLazy for Output {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(Self(self.0.sync()?, self.1))
    }
}

impl Adaptor<OrderInput> for Output {
    fn adapt(&self) -> OrderInput {
        OrderInput(self.1.clone())
    }
}

impl Adaptor<AccuracyInput> for Output {
    fn adapt(&self) -> AccuracyInput {
        self.0.adapt()
    }
}

impl Adaptor<LossInput> for Output {
    fn adapt(&self) -> LossInput {
        self.0.adapt()
    }
}

impl InferenceStep for MyModel {
    type Input = Batch<Tensor<2>>;
    type Output = Output;

    fn step(&self, batch: Batch<Tensor<2>>) -> Output {
        let reading = self.probe.measure(&self.net, &Features, &batch);
        let reading = reading.expect("the probe fits the batch");
        Output(self.classify(batch), reading.map(Arc::new))
    }
}

fn main() -> Result<(), burn_interaction::Error> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let model = MyModel {
        net: MlpConfig::new(10, 2).init(&device),
        probe: Probe::new(),
    };
    let loader = |rows, seed| Arc::new(Loader::new(Arc::new(rules(rows, seed)), 64, &device));
    let result = SupervisedTraining::new("interaction-out/metric", loader(4000, 1), loader(500, 2))
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .metric_valid_numeric(OrderStrengthMetric::low())
        .metric_valid_numeric(OrderStrengthMetric::mid())
        .metric_valid_numeric(OrderStrengthMetric::high())
        .metric_valid(OrderCurveMetric::new())
        .num_epochs(5)
        .summary()
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.1),
        ));
    println!("trained {} parameters", result.model.num_params());
    Ok(())
}
