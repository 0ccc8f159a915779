use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation::relu};
use burn_interaction::Classifier;

use crate::weights::{Reference, sequential};

/// Configuration of an [`Mlp`].
#[derive(Config, Debug)]
pub struct MlpConfig {
    /// Input features.
    pub inputs: usize,
    /// Number of classes.
    pub classes: usize,
    /// Linear layers, at least 2. The papers use 5 and 8.
    #[config(default = 5)]
    pub layers: usize,
    /// Width of the hidden layers.
    #[config(default = 100)]
    pub hidden: usize,
}

/// MLP-k: k Linear layers with ReLU between, as the papers train on tables.
///
/// Reference: sjtu-xai-lab/interaction-concept `mlp5`, `mlp8`; keys `layers.{0,2,..}.{weight,bias}`.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
}

impl MlpConfig {
    /// Makes the network with random weights.
    ///
    /// # Panics
    ///
    /// Panics with fewer than two layers.
    pub fn init(&self, device: &Device) -> Mlp {
        assert!(self.layers >= 2, "an MLP of {} layers", self.layers);
        let width = |layer: usize| match layer {
            0 => self.inputs,
            layer if layer == self.layers => self.classes,
            _ => self.hidden,
        };
        let layers =
            (0..self.layers).map(|l| LinearConfig::new(width(l), width(l + 1)).init(device));
        Mlp {
            layers: layers.collect(),
        }
    }
}

impl Mlp {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, inputs]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let mut x = input;
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(if index == 0 { x } else { relu(x) });
        }
        x
    }
}

impl Classifier<Tensor<2>> for Mlp {
    fn logits(&self, input: Tensor<2>) -> Tensor<2> {
        self.forward(input)
    }

    /// Always `Some(false)`, as the network has neither dropout nor batch norm.
    fn training(&self) -> Option<bool> {
        Some(false)
    }
}

impl Reference for Mlp {
    fn name(&self) -> String {
        format!("mlp{}", self.layers.len())
    }

    fn renames(&self) -> Vec<(String, String)> {
        sequential(
            "layers",
            &(0..self.layers.len()).map(|l| 2 * l).collect::<Vec<_>>(),
        )
    }
}
