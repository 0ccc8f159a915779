use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation::leaky_relu};

use crate::layers::batch_norm;

/// The end of all networks for clouds: Linear layers with batch norm and (leaky) ReLU, and a last Linear.
#[derive(Module, Debug)]
pub(super) struct Head {
    hidden: Vec<Hidden>,
    last: Linear,
    dropout: Dropout,
    #[module(skip)]
    config: HeadConfig,
}

#[derive(Module, Debug)]
struct Hidden {
    linear: Linear,
    bn: BatchNorm,
}

/// The settings of a [`Head`].
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadConfig {
    /// Slope of the activation where it is negative.
    pub slope: f64,
    pub dropout: f64,
    /// Whether dropout comes before the second norm and nowhere else, as in PointNet.
    pub dropout_before_norm: bool,
    /// Whether the first layer has a bias, as it does not in DGCNN.
    pub first_bias: bool,
}

impl HeadConfig {
    /// The settings of a head with ReLU, and dropout after each layer.
    pub(super) fn new(dropout: f64) -> Self {
        Self {
            slope: 0.0,
            dropout,
            dropout_before_norm: false,
            first_bias: true,
        }
    }

    pub(super) fn init(
        self,
        from: usize,
        hidden: [usize; 2],
        classes: usize,
        device: &Device,
    ) -> Head {
        let layer = |from, to, bias| Hidden {
            linear: LinearConfig::new(from, to).with_bias(bias).init(device),
            bn: BatchNormConfig::new(to).init(device),
        };
        let [first, second] = hidden;
        Head {
            hidden: vec![
                layer(from, first, self.first_bias),
                layer(first, second, true),
            ],
            last: LinearConfig::new(second, classes).init(device),
            dropout: DropoutConfig::new(self.dropout).init(),
            config: self,
        }
    }
}

impl Head {
    /// Maps features to logits: `[batch, from]` to `[batch, classes]`.
    pub(super) fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        let before = self.config.dropout_before_norm;
        let mut x = features;
        for (index, layer) in self.hidden.iter().enumerate() {
            x = layer.linear.forward(x);
            if before && index == 1 {
                x = self.dropout.forward(x);
            }
            x = leaky_relu(batch_norm(&layer.bn, x), self.config.slope);
            if !before {
                x = self.dropout.forward(x);
            }
        }
        self.last.forward(x)
    }

    /// The renames of a head in the field `head`, with the reference's names of Linear layers and the number of the first
    /// norm.
    pub(super) fn renames(linear: &str, norm: usize) -> Vec<(String, String)> {
        let hidden = (0..2).flat_map(|k| {
            [
                (
                    format!("head.hidden.{k}.linear."),
                    format!("{linear}{}.", k + 1),
                ),
                (format!("head.hidden.{k}.bn."), format!("bn{}.", norm + k)),
            ]
        });
        let last = ("head.last.".into(), format!("{linear}3."));
        hidden.chain(std::iter::once(last)).collect()
    }
}
