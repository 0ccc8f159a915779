use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, PaddingConfig2d};
use burn::tensor::{Device, Tensor, activation::relu};

use super::plain::is_plain;
use super::{Direct, batch_norm, tracked};

/// A padding of this many pixels on all four sides.
pub(crate) fn padding(pixels: usize) -> PaddingConfig2d {
    PaddingConfig2d::Explicit(pixels, pixels, pixels, pixels)
}

/// A convolution with He's initialisation by fan-out and biases of zero.
pub(crate) fn he(config: Conv2dConfig, device: &Device) -> Conv2d {
    let (bias, [_, channels]) = (config.bias, config.channels);
    let mut conv = config
        .with_bias(false)
        .with_initializer(Initializer::KaimingNormal {
            gain: 2.0_f64.sqrt(),
            fan_out_only: true,
        })
        .init(device);
    conv.bias = bias.then(|| Param::from_tensor(Tensor::zeros([channels], device)));
    conv
}

/// The output of a convolution and its batch norm, `[batch, channels, height, width]`, for networks of one's own.
///
/// At inference on the CPU it is computed in channel order with the norm in the last pass, up to twice as fast as the two layers
/// one after the other, whose values it has up to rounding; a sample has the same value in any batch. With gradients on the CPU the
/// convolution and its step backwards are computed by the same matrices of patches, up to rounding those of Burn. On other devices,
/// with other numbers than those of 32 bits, with checkpoints of gradients, in groups or with other paddings than equal ones it is
/// the two layers.
///
/// ```
/// use burn::nn::conv::Conv2dConfig;
/// use burn::nn::{BatchNormConfig, PaddingConfig2d};
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction_models::convolve;
///
/// let device = Device::flex();
/// let conv = Conv2dConfig::new([3, 8], [3, 3])
///     .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
///     .init(&device);
/// let norm = BatchNormConfig::new(8).init(&device);
/// let images = Tensor::<4>::ones([2, 3, 32, 32], &device);
/// assert_eq!(convolve(&conv, Some(&norm), images).dims(), [2, 8, 32, 32]);
/// ```
pub fn convolve(conv: &Conv2d, norm: Option<&BatchNorm>, input: Tensor<4>) -> Tensor<4> {
    if let Some(direct) = Direct::of(conv, norm, &input) {
        return direct.forward(input);
    }
    let x = plainly(conv, input);
    match norm {
        Some(norm) => batch_norm(norm, x),
        None => x,
    }
}

/// The output of a convolution that stands by itself.
fn plainly(conv: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    tracked(conv, &input).unwrap_or_else(|| conv.forward(input))
}

/// The output of a convolution, after ReLU.
pub(crate) fn activated(conv: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    match Direct::of(conv, None, &input) {
        Some(direct) => direct.relu().forward(input),
        None => relu(plainly(conv, input)),
    }
}

/// The mean over height and width: `[batch, channels, height, width]` to `[batch, channels]`.
pub(crate) fn global_average(x: Tensor<4>) -> Tensor<2> {
    x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2)
}

/// A convolution with square kernel and its batch normalisation, the latter absent in plain VGG.
#[derive(Module, Debug)]
pub(crate) struct ConvNorm {
    conv: Conv2d,
    bn: Option<BatchNorm>,
}

/// The settings of a [`ConvNorm`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvNormConfig {
    channels: [usize; 2],
    kernel: usize,
    stride: usize,
    padding: usize,
    bias: bool,
    epsilon: Option<f64>,
}

impl ConvNormConfig {
    /// The settings of a convolution without bias whose padding keeps the size at stride 1, and a batch norm.
    pub(crate) fn new(from: usize, to: usize, kernel: usize) -> Self {
        Self {
            channels: [from, to],
            kernel,
            stride: 1,
            padding: kernel / 2,
            bias: false,
            epsilon: Some(1e-5),
        }
    }

    pub(crate) fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    pub(crate) fn epsilon(self, epsilon: f64) -> Self {
        Self {
            epsilon: Some(epsilon),
            ..self
        }
    }

    pub(crate) fn bias(self) -> Self {
        Self { bias: true, ..self }
    }

    pub(crate) fn plain(self) -> Self {
        Self {
            epsilon: None,
            ..self
        }
    }

    /// Makes the layers with the initialisation of torchvision's residual networks, by [`he`].
    pub(crate) fn init(self, device: &Device) -> ConvNorm {
        let config = Conv2dConfig::new(self.channels, [self.kernel, self.kernel])
            .with_stride([self.stride, self.stride])
            .with_padding(padding(self.padding))
            .with_bias(self.bias);
        let norm = |epsilon| {
            BatchNormConfig::new(self.channels[1])
                .with_epsilon(epsilon)
                .init(device)
        };
        ConvNorm {
            conv: he(config, device),
            bn: self.epsilon.map(norm),
        }
    }
}

impl ConvNorm {
    /// Both layers as one, where they are computed in channel order.
    fn direct(&self, input: &Tensor<4>) -> Option<Direct<'_>> {
        Direct::of(&self.conv, self.bn.as_ref(), input)
    }

    pub(crate) fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        convolve(&self.conv, self.bn.as_ref(), input)
    }

    /// The output of [`forward`](Self::forward), after ReLU.
    pub(crate) fn activated(&self, input: Tensor<4>) -> Tensor<4> {
        match self.direct(&input) {
            Some(direct) => direct.relu().forward(input),
            None => relu(self.forward(input)),
        }
    }

    /// The output of [`forward`](Self::forward) and a shortcut of the same shape together, after ReLU.
    pub(crate) fn joined(&self, input: Tensor<4>, shortcut: Tensor<4>) -> Tensor<4> {
        match self.direct(&input).filter(|_| is_plain(&shortcut)) {
            Some(direct) => direct.residual(shortcut).relu().forward(input),
            None => relu(self.forward(input) + shortcut),
        }
    }
}
