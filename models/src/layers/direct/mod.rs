//! Convolutions at inference on the CPU, in channel order.
//!
//! The weights times a matrix of patches are the output in channel order, and one pass over it adds bias, batch norm and residual
//! and applies ReLU. Small images stand side by side in one matrix, so that the weights are read once for several; each column's
//! sums run over its patch in one order whatever stands beside it, so that the values of an image do not depend on its batch.

mod patches;

use std::cell::Cell;

use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::{Tensor, TensorData};
use burn_interaction::internal::numbers;
use rayon::prelude::*;

use super::plain::{even, is_plain};
use patches::{CHANNELS, PATCHES, Shape, TOGETHER, Tile, Tiling};

/// Numbers that a thread keeps room for until its next convolution, at most.
const KEPT: usize = 1 << 22;

thread_local! {
    /// The last patches of a thread, which the next convolution writes over: new ones would be set to zero first.
    static SCRATCH: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// A convolution with all that follows it.
pub(crate) struct Direct<'a> {
    conv: &'a Conv2d,
    norm: Option<&'a BatchNorm>,
    residual: Option<Tensor<4>>,
    relu: bool,
}

/// The steps after the product: bias and norm, a shortcut, ReLU.
struct Finish<'a> {
    /// A factor for each channel.
    scale: &'a [f32],
    /// A number for each channel, which is added to it.
    shift: &'a [f32],
    residual: Option<&'a [f32]>,
    relu: bool,
    /// Pixels of an output channel.
    pixels: usize,
}

impl Finish<'_> {
    /// Writes products of some tiles, `[tiles, channels, size]`, where they belong in the output of all images.
    fn run(&self, tiling: Tiling, tiles: &[Tile], product: &[f32], output: &mut [f32]) {
        let of_image = self.shift.len() * self.pixels;
        let first = tiles.first().map_or(0, |tile| tile.image);
        let output = &mut output[first * of_image..];
        let of_tile = self.shift.len() * tiling.size;
        if tiling.pixels() == self.pixels {
            let outputs = output.par_chunks_mut(tiling.images * of_image);
            let products = product.par_chunks_exact(of_tile);
            let all = tiles.par_iter().zip(products).zip(outputs);
            all.for_each(|((tile, product), output)| self.tile(tiling, *tile, product, output));
            return;
        }
        for (tile, product) in tiles.iter().zip(product.chunks_exact(of_tile)) {
            let output = &mut output[(tile.image - first) * of_image..];
            self.tile(tiling, *tile, product, output);
        }
    }

    /// Writes the product of a tile, `[channels, size]`, into the output from its first image on.
    fn tile(&self, tiling: Tiling, tile: Tile, product: &[f32], output: &mut [f32]) {
        let (to, pixels) = (self.shift.len(), self.pixels);
        let inside = tile.first * tiling.width..(tile.first + tile.rows) * tiling.width;
        let channels = output[..tile.images * to * pixels].par_chunks_exact_mut(pixels);
        channels
            .enumerate()
            .with_min_len(CHANNELS)
            .for_each(|(number, output)| {
                let (image, channel) = (number / to, number % to);
                let product = &product[channel * tiling.size + image * tiling.pixels()..];
                let start = (tile.image * to + number) * pixels + inside.start;
                let last = self.of_channel(channel);
                let all = output[inside.clone()].iter_mut().zip(product);
                match self.residual {
                    Some(residual) => all
                        .zip(&residual[start..])
                        .for_each(|((output, product), b)| *output = last(*product, *b)),
                    None => all.for_each(|(output, product)| *output = last(*product, 0.0)),
                }
            });
    }

    /// Finishes the output of all images, `[images, channels, pixels]`, where it is the product itself.
    fn in_place(&self, output: &mut [f32]) {
        let (to, pixels) = (self.shift.len(), self.pixels);
        let channels = output.par_chunks_exact_mut(pixels.max(1)).enumerate();
        let channels = channels.with_min_len(CHANNELS);
        channels.for_each(|(channel, output)| {
            let last = self.of_channel(channel % to);
            match self.residual {
                Some(residual) => output
                    .iter_mut()
                    .zip(&residual[channel * pixels..])
                    .for_each(|(output, b)| *output = last(*output, *b)),
                None => output.iter_mut().for_each(|v| *v = last(*v, 0.0)),
            }
        });
    }

    /// The last step for the numbers of a channel: of the product and the residual at one place.
    fn of_channel(&self, channel: usize) -> impl Fn(f32, f32) -> f32 + use<> {
        let (scale, shift) = (self.scale[channel], self.shift[channel]);
        let least = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        move |product, residual| above(least, product * scale + shift + residual)
    }
}

/// The larger of both, and a value that is no number as it is, so that it is not lost.
fn above(least: f32, value: f32) -> f32 {
    if value < least { least } else { value }
}

/// The padding above and left, where it is the same below and right.
fn padding_of(conv: &Conv2d) -> Option<[usize; 2]> {
    match conv.padding {
        PaddingConfig2d::Valid => Some([0, 0]),
        PaddingConfig2d::Explicit(top, left, bottom, right) if (top, left) == (bottom, right) => {
            Some([top, left])
        }
        _ => None,
    }
}

impl<'a> Direct<'a> {
    /// A convolution and its norm, where they are computed here: of 32-bit numbers on the CPU without gradients, in one group, with
    /// the same padding on opposite sides.
    pub(crate) fn of(
        conv: &'a Conv2d,
        norm: Option<&'a BatchNorm>,
        input: &Tensor<4>,
    ) -> Option<Self> {
        let fits = is_plain(input) && conv.groups == 1;
        let [batch, _, height, width] = input.dims();
        let [_, _, rows, columns] = conv.weight.dims();
        let padding = padding_of(conv)?;
        // No image, or one that the kernel does not fit on, is left to Burn.
        let covers = |axis: usize, size: usize, kernel: usize| {
            size > 0 && size + 2 * padding[axis] > conv.dilation[axis] * (kernel - 1)
        };
        let fits = fits && batch > 0 && covers(0, height, rows) && covers(1, width, columns);
        fits.then_some(Self {
            conv,
            norm,
            residual: None,
            relu: false,
        })
    }

    /// Adds a tensor of the output's shape.
    pub(crate) fn residual(self, residual: Tensor<4>) -> Self {
        Self {
            residual: Some(residual),
            ..self
        }
    }

    /// Applies ReLU at the end.
    pub(crate) fn relu(self) -> Self {
        Self { relu: true, ..self }
    }

    /// Computes the output, `[batch, channels, height, width]`.
    pub(crate) fn forward(self, input: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = input.dims();
        let [to, _, rows, columns] = self.conv.weight.dims();
        let (stride, dilation) = (self.conv.stride, self.conv.dilation);
        let padding = padding_of(self.conv).unwrap_or_default();
        let length = |size: usize, axis: usize, kernel: usize| {
            let covered = dilation[axis] * (kernel - 1) + 1;
            (size + 2 * padding[axis] - covered) / stride[axis] + 1
        };
        let shape = Shape {
            channels,
            height,
            width,
            kernel: [rows, columns],
            stride,
            dilation,
            padding,
            out: [length(height, 0, rows), length(width, 1, columns)],
        };
        let device = input.device();
        let [scale, shift] = self.affine();
        let weight = self.conv.weight.val().reshape([1, to, shape.patch()]);
        let pixels = shape.pixels();
        let residual = self.residual.map(numbers);
        let finish = Finish {
            scale: &scale,
            shift: &shift,
            residual: residual.as_deref(),
            relu: self.relu,
            pixels,
        };
        let output = match shape.is_whole() {
            true => {
                let product = weight.matmul(input.reshape([batch, channels, pixels]));
                let mut output = numbers(product);
                finish.in_place(&mut output);
                output
            }
            false => multiplied(&shape, weight, input, &finish),
        };
        let [height, width] = shape.out;
        Tensor::from_data(TensorData::new(output, [batch, to, height, width]), &device)
    }

    /// The factor of each channel of the product, and what is added to it then: those of the norm, and the bias.
    fn affine(&self) -> [Vec<f32>; 2] {
        let to = self.conv.weight.dims()[0];
        let bias = self.conv.bias.as_ref().map(|bias| numbers(bias.val()));
        let mut shift = bias.unwrap_or_else(|| vec![0.0; to]);
        let Some(norm) = self.norm else {
            return [vec![1.0; to], shift];
        };
        let mut scale = numbers(norm.gamma.val());
        let variances = numbers(norm.running_var.value());
        for (scale, variance) in scale.iter_mut().zip(variances) {
            *scale /= (variance + norm.epsilon as f32).sqrt();
        }
        let means = numbers(norm.running_mean.value());
        let of_norm = means.into_iter().zip(numbers(norm.beta.val()));
        for ((shift, scale), (mean, beta)) in shift.iter_mut().zip(&scale).zip(of_norm) {
            *shift = (*shift - mean) * scale + beta;
        }
        [scale, shift]
    }
}

/// The output of all images by matrices of patches, some at a time.
fn multiplied(shape: &Shape, weight: Tensor<3>, input: Tensor<4>, finish: &Finish<'_>) -> Vec<f32> {
    let (batch, to, device) = (input.dims()[0], weight.dims()[1], input.device());
    let values = numbers(input);
    let tiling = shape.tiling(batch);
    let tiles = tiling.tiles(batch, shape.out[0]);
    let matrix = shape.patch() * tiling.size;
    let together = even(tiles.len(), (PATCHES / matrix.max(1)).max(TOGETHER)).max(1);
    // One product that is the output as it stands.
    let whole = together >= tiles.len() && tiling.images == 1 && tiling.size == shape.pixels();
    let mut output = match whole {
        true => Vec::new(),
        false => vec![0.0; batch * to * shape.pixels()],
    };
    let mut patches = SCRATCH.take();
    for tiles in tiles.chunks(together) {
        patches.resize(tiles.len() * matrix, 0.0);
        shape.fill_patches(&values, tiling, tiles, &mut patches);
        let data = TensorData::new(patches, [tiles.len(), shape.patch(), tiling.size]);
        let matrices = Tensor::<3>::from_data(data, &device);
        let product = numbers(weight.clone().matmul(matrices.clone()));
        patches = numbers(matrices);
        match whole {
            true => {
                output = product;
                finish.in_place(&mut output);
            }
            false => finish.run(tiling, tiles, &product, &mut output),
        }
    }
    if patches.capacity() <= KEPT {
        SCRATCH.set(patches);
    }
    output
}

#[cfg(test)]
mod tests {
    use burn::nn::conv::Conv2dConfig;
    use burn::tensor::{Device, Distribution};

    use super::*;

    fn normal(shape: [usize; 4]) -> Tensor<4> {
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), &Device::flex())
    }

    fn direct<'a>(conv: &'a Conv2d, input: &Tensor<4>) -> Direct<'a> {
        Direct::of(conv, None, input).expect("it is computed here")
    }

    /// The largest difference of a convolution from Burn's.
    fn difference(config: Conv2dConfig, input: [usize; 4]) -> f32 {
        let conv = config.init(&Device::flex());
        let input = normal(input);
        let found = direct(&conv, &input).forward(input.clone());
        let expected = conv.forward(input);
        assert_eq!(found.dims(), expected.dims());
        (found - expected).abs().max().into_scalar::<f32>()
    }

    #[test]
    fn direct_convolutions_equal_those_of_burn() {
        let new = |from, to, kernel| Conv2dConfig::new([from, to], kernel);
        let pad = |a, b| PaddingConfig2d::Explicit(a, b, a, b);
        let cases = [
            (new(3, 5, [3, 3]).with_padding(pad(1, 1)), [7, 3, 9, 11]),
            // More patches than one tile holds.
            (new(64, 5, [3, 3]).with_padding(pad(1, 1)), [2, 64, 50, 47]),
            (
                new(3, 5, [3, 3])
                    .with_stride([2, 2])
                    .with_padding(pad(1, 1)),
                [2, 3, 9, 10],
            ),
            (new(4, 6, [1, 1]), [3, 4, 5, 6]),
            (new(4, 6, [1, 1]).with_stride([2, 2]), [3, 4, 5, 6]),
            (
                new(2, 3, [11, 11])
                    .with_stride([4, 4])
                    .with_padding(pad(2, 2)),
                [2, 2, 23, 31],
            ),
            (
                new(2, 3, [5, 3])
                    .with_stride([1, 3])
                    .with_padding(pad(4, 0)),
                [2, 2, 6, 9],
            ),
            (
                new(2, 3, [3, 3])
                    .with_dilation([2, 3])
                    .with_padding(pad(2, 3)),
                [2, 2, 8, 8],
            ),
            // Several images in a patch matrix, the last of them fewer.
            (new(40, 6, [1, 1]), [11, 40, 7, 7]),
            (new(40, 6, [3, 3]).with_padding(pad(1, 1)), [23, 40, 6, 7]),
            // A padding wider than the image.
            (
                new(1, 2, [3, 3])
                    .with_stride([3, 2])
                    .with_padding(pad(3, 3)),
                [1, 1, 2, 1],
            ),
        ];
        for (number, (config, input)) in cases.into_iter().enumerate() {
            let found = difference(config, input);
            assert!(found < 1e-5, "case {number}: {found}");
        }
    }

    #[test]
    fn kernels_that_do_not_fit_and_empty_batches_are_left_to_burn() {
        let conv = Conv2dConfig::new([1, 2], [3, 3]).init(&Device::flex());
        let fits =
            |shape| Direct::of(&conv, None, &Tensor::zeros(shape, &Device::flex())).is_some();
        assert!(fits([1, 1, 3, 3]));
        assert!(!fits([1, 1, 2, 3]) && !fits([1, 1, 3, 2]) && !fits([0, 1, 3, 3]));
    }

    #[test]
    fn values_that_are_no_numbers_are_not_lost() {
        let conv = Conv2dConfig::new([1, 2], [3, 3]).init(&Device::flex());
        let images = Tensor::full([1, 1, 4, 4], f32::NAN, &Device::flex());
        let found = numbers(direct(&conv, &images).relu().forward(images.clone()));
        assert!(found.iter().all(|v| v.is_nan()));
    }

    #[test]
    fn an_image_has_one_value_in_any_batch() {
        // Alone in its matrix, beside one other, beside many, and pixels as patches.
        for (side, kernel) in [(16, 3), (14, 3), (5, 3), (7, 1)] {
            let pad = kernel / 2;
            let conv = Conv2dConfig::new([80, 24], [kernel, kernel])
                .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
                .init(&Device::flex());
            let images = normal([37, 80, side, side]);
            let all = numbers(direct(&conv, &images).relu().forward(images.clone()));
            let of_image = 24 * side * side;
            for (image, batch) in [(0, 1), (20, 1), (36, 1), (3, 30), (10, 17)] {
                let some = images.clone().narrow(0, image, batch);
                let some = numbers(direct(&conv, &images).relu().forward(some));
                assert_eq!(some, all[image * of_image..][..batch * of_image], "{side}");
            }
        }
    }
}
