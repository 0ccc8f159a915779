use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer};
use burn::tensor::{Device, Tensor, activation::relu};

use crate::layers::batch_norm;

/// A linear map of each point's features and its batch norm. PyTorch has a convolution of kernel 1 there, whose weight is
/// `[to, from, 1]` or `[to, from, 1, 1]`, as `D` says.
///
/// Without gradients the norm is folded into the map, which leaves one product and one addition.
#[derive(Module, Debug)]
pub(super) struct Pointwise<const D: usize> {
    weight: Param<Tensor<D>>,
    bias: Option<Param<Tensor<1>>>,
    bn: BatchNorm,
}

impl<const D: usize> Pointwise<D> {
    /// Makes the layer with PyTorch's initialisation.
    pub(super) fn new(from: usize, to: usize, bias: bool, device: &Device) -> Self {
        let mut shape = [1; D];
        (shape[0], shape[1]) = (to, from);
        let initializer = Initializer::KaimingUniform {
            gain: 1.0 / 3.0_f64.sqrt(),
            fan_out_only: false,
        };
        let bound = |fan: usize| initializer.init_with::<1, _>([to], Some(fan), None, device);
        Self {
            weight: initializer.init_with(shape, Some(from), Some(to), device),
            bias: bias.then(|| bound(from)),
            bn: BatchNormConfig::new(to).init(device),
        }
    }

    pub(super) fn outputs(&self) -> usize {
        self.weight.dims()[0]
    }

    fn inputs(&self) -> usize {
        self.weight.dims()[1]
    }

    /// The factor that the norm's inference multiplies each channel by, `[to, 1]`.
    fn scale(&self) -> Tensor<2> {
        let deviation = (self.bn.running_var.value() + self.bn.epsilon).sqrt();
        (self.bn.gamma.val() / deviation).reshape([self.outputs(), 1])
    }

    /// The matrix that rows are multiplied by, `[from, to]`.
    pub(super) fn matrix(&self, training: bool) -> Tensor<2> {
        let weight = self.weight.val().reshape([self.outputs(), self.inputs()]);
        match training {
            true => weight.transpose(),
            false => (weight * self.scale()).transpose(),
        }
    }

    /// Computes the product alone: `[rows, from]` to `[rows, to]`.
    pub(super) fn map(&self, rows: Tensor<2>) -> Tensor<2> {
        let matrix = self.matrix(rows.device().is_autodiff());
        rows.matmul(matrix)
    }

    /// Adds bias and norm to rows of the product.
    pub(super) fn shift(&self, rows: Tensor<2>) -> Tensor<2> {
        let bias = self.bias.as_ref().map(|bias| bias.val());
        if rows.device().is_autodiff() {
            let rows = match bias {
                Some(bias) => rows + bias.unsqueeze(),
                None => rows,
            };
            return batch_norm(&self.bn, rows);
        }
        let mean = self.bn.running_mean.value();
        let centre = match bias {
            Some(bias) => bias - mean,
            None => mean.neg(),
        };
        let to = self.outputs();
        let shift = centre.reshape([to, 1]) * self.scale();
        rows + (shift.reshape([1, to]) + self.bn.beta.val().reshape([1, to]))
    }

    pub(super) fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        self.shift(self.map(rows))
    }
}

/// The largest of each group of `size` rows: `[groups * size, channels]` to `[groups, channels]`.
pub(super) fn largest(rows: Tensor<2>, size: usize) -> Tensor<2> {
    let [count, channels] = rows.dims();
    rows.reshape([count / size, size, channels])
        .max_dim(1)
        .squeeze_dim(1)
}

/// A stack of pointwise maps with ReLU after each.
#[derive(Module, Debug)]
pub(super) struct SharedMlp<const D: usize> {
    layers: Vec<Pointwise<D>>,
}

impl<const D: usize> SharedMlp<D> {
    pub(super) fn new(from: usize, widths: &[usize], device: &Device) -> Self {
        let inputs = std::iter::once(&from).chain(widths);
        let layer = |(from, to): (&usize, &usize)| Pointwise::new(*from, *to, true, device);
        Self {
            layers: inputs.zip(widths).map(layer).collect(),
        }
    }

    pub(super) fn first(&self) -> &Pointwise<D> {
        &self.layers[0]
    }

    pub(super) fn outputs(&self) -> usize {
        self.layers.last().map_or(0, Pointwise::outputs)
    }

    /// The most channels that a row has on its way.
    pub(super) fn widest(&self) -> usize {
        self.layers
            .iter()
            .map(Pointwise::outputs)
            .max()
            .unwrap_or(0)
    }

    /// The renames of a reference that keeps its layers and its norms in lists of their own.
    pub(super) fn renames(
        &self,
        field: &str,
        [layers, norms]: &[String; 2],
    ) -> Vec<(String, String)> {
        let of = |k: usize| {
            [
                (format!("{field}layers.{k}.bn."), format!("{norms}{k}.")),
                (format!("{field}layers.{k}."), format!("{layers}{k}.")),
            ]
        };
        (0..self.layers.len()).flat_map(of).collect()
    }

    pub(super) fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        self.after_map(self.first().map(rows))
    }

    /// The output for rows that the first layer has mapped already.
    pub(super) fn after_map(&self, mapped: Tensor<2>) -> Tensor<2> {
        let (first, others) = self.layers.split_first().expect("an MLP has layers");
        let after = |rows, layer: &Pointwise<D>| relu(layer.forward(rows));
        others.iter().fold(relu(first.shift(mapped)), after)
    }

    /// The output for rows that the first layer has mapped already, reduced to the largest of each group of `size` rows.
    pub(super) fn after_map_largest(&self, mapped: Tensor<2>, size: usize) -> Tensor<2> {
        let (last, others) = self.layers.split_last().expect("an MLP has layers");
        let Some((first, between)) = others.split_first() else {
            return relu(largest_shifted(last, mapped, size));
        };
        let after = |rows, layer: &Pointwise<D>| relu(layer.forward(rows));
        let rows = between.iter().fold(relu(first.shift(mapped)), after);
        relu(largest_shifted(last, last.map(rows), size))
    }

    /// The output of [`forward`](Self::forward), reduced to the largest of each group of `size` rows.
    pub(super) fn largest(&self, rows: Tensor<2>, size: usize) -> Tensor<2> {
        self.after_map_largest(self.first().map(rows), size)
    }
}

/// The largest of each group after bias and norm: taken before them without gradients, where both only move a channel.
pub(super) fn largest_shifted<const D: usize>(
    layer: &Pointwise<D>,
    mapped: Tensor<2>,
    size: usize,
) -> Tensor<2> {
    match mapped.device().is_autodiff() {
        true => largest(layer.shift(mapped), size),
        false => layer.shift(largest(mapped, size)),
    }
}
