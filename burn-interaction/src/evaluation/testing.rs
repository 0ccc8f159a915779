//! A network with dropout and batch norm, for the tests of this room.

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData, activation::relu};
use rand::RngExt;

use crate::coalition::generator;
use crate::game::{Classifier, training_flags};

/// Two linear layers with a batch norm and a dropout between them: 4 features, 6 hidden, 3 classes.
#[derive(Module, Debug)]
pub struct Mixed {
    first: Linear,
    norm: BatchNorm,
    dropout: Dropout,
    last: Linear,
}

impl Mixed {
    /// The network in training mode on the autodiff device, with running statistics that have moved.
    pub fn trained(device: &Device) -> Self {
        let training = device.clone().autodiff();
        let linear = |from: usize, to: usize, stream| Linear {
            weight: Param::from_tensor(normal([from, to], stream, &training)),
            bias: Some(Param::from_tensor(
                normal([1, to], stream + 1, &training).reshape([to]),
            )),
        };
        let net = Self {
            first: linear(4, 6, 1),
            norm: BatchNormConfig::new(6).init(&training),
            dropout: DropoutConfig::new(0.5).init(),
            last: linear(6, 3, 3),
        }
        .train();
        for stream in 10..14 {
            net.forward(normal([16, 4], stream, &training) + 1.0);
        }
        // Adds up what the last forward left pending, so that later comparisons see what they themselves do.
        net.valid();
        net
    }

    /// Samples, a `[samples, 4]` tensor.
    pub fn inputs(samples: usize, device: &Device) -> Tensor<2> {
        normal([samples, 4], 50, device)
    }

    /// The logits, `[batch, 3]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let hidden = relu(self.norm.forward(self.first.forward(x)));
        self.last.forward(self.dropout.forward(hidden))
    }
}

impl Classifier<Tensor<2>> for Mixed {
    fn logits(&self, input: Tensor<2>) -> Tensor<2> {
        self.forward(input)
    }

    fn training(&self) -> Option<bool> {
        Some(training_flags(self))
    }
}

/// All numbers of a module that an evaluation must leave as they are, running statistics among them.
pub fn statistics(module: &impl Module) -> Vec<f32> {
    struct Read(Vec<f32>);

    impl ModuleVisitor for Read {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().try_into_vec_as::<f32>().unwrap());
        }
    }

    let mut read = Read(Vec::new());
    module.visit(&mut read);
    read.0
}

/// Numbers of roughly a normal distribution, the same on every device.
fn normal(shape: [usize; 2], stream: u64, device: &Device) -> Tensor<2> {
    let mut rng = generator(5, stream);
    let mut one = || (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0;
    let values: Vec<f32> = (0..shape[0] * shape[1]).map(|_| one()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}
