//! Convolutions on the CPU, in channel order.
//!
//! The weights times a matrix of patches are the output in channel order, and one pass over it adds bias, batch norm and residual
//! and applies ReLU. Small images stand side by side in one matrix, so that the weights are read once for several; each column's
//! sums run over its patch in one order whatever stands beside it, so that the values of an image do not depend on its batch.

#[cfg(feature = "flex")]
mod gradient;
mod patches;

use std::cell::Cell;

use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn_interaction::internal::numbers;
use rayon::prelude::*;

use super::plain::{Numbers, is_plain, tensor};
#[cfg(feature = "flex")]
pub(crate) use gradient::tracked;
use patches::{CHANNELS, Shape, Tile, Tiling, Window};

/// Numbers that a thread keeps room for until its next convolution, at most.
const KEPT: usize = 1 << 22;

thread_local! {
    /// The last patches of a thread, which the next convolution writes over: new ones would be set to zero first.
    static SCRATCH: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// A convolution with all that follows it.
pub(crate) struct Direct<'a> {
    conv: &'a Conv2d,
    window: Window,
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

impl<'a> Direct<'a> {
    /// A convolution and its norm, where they are computed here: of 32-bit numbers on the CPU without gradients, in one group, with
    /// the same padding on opposite sides.
    pub(crate) fn of(
        conv: &'a Conv2d,
        norm: Option<&'a BatchNorm>,
        input: &Tensor<4>,
    ) -> Option<Self> {
        let window = Window::of(conv, input.dims())?;
        let fits = is_plain(input) && is_plain(&conv.weight.val());
        fits.then_some(Self {
            conv,
            window,
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
        let weight = self.conv.weight.val();
        let shape = Shape::new(input.dims(), weight.dims(), self.window);
        let [scale, shift] = self.affine();
        let residual = self.residual.map(Numbers::of);
        let finish = Finish {
            scale: &scale,
            shift: &shift,
            residual: residual.as_deref(),
            relu: self.relu,
            pixels: shape.pixels(),
        };
        with_scratch(|patches| convolved(&shape, weight, input, &finish, patches))
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

/// The output of a convolution with gradients, which builds without the CPU leave to Burn.
#[cfg(not(feature = "flex"))]
pub(crate) fn tracked(_: &Conv2d, _: &Tensor<4>) -> Option<Tensor<4>> {
    None
}

/// The output of all images, `[batch, channels, height, width]`, of weights `[channels, from, rows, columns]`.
fn convolved(
    shape: &Shape,
    weight: Tensor<4>,
    input: Tensor<4>,
    finish: &Finish<'_>,
    patches: &mut Vec<f32>,
) -> Tensor<4> {
    let ([batch, channels, _, _], to) = (input.dims(), weight.dims()[0]);
    let device = input.device();
    let weight = weight.reshape([1, to, shape.patch()]);
    let output = match shape.is_whole() {
        true => {
            let product = weight.matmul(input.reshape([batch, channels, shape.pixels()]));
            let mut output = numbers(product);
            finish.in_place(&mut output);
            output
        }
        false => multiplied(shape, weight, input, finish, patches),
    };
    let [height, width] = shape.out;
    tensor(output, [batch, to, height, width], &device)
}

/// The output of all images by matrices of patches, some at a time.
fn multiplied(
    shape: &Shape,
    weight: Tensor<3>,
    input: Tensor<4>,
    finish: &Finish<'_>,
    patches: &mut Vec<f32>,
) -> Vec<f32> {
    let (batch, to, device) = (input.dims()[0], weight.dims()[1], input.device());
    let values = Numbers::of(input);
    let tiling = shape.tiling(batch);
    let tiles = tiling.tiles(batch, shape.out[0]);
    let matrix = shape.patch() * tiling.size;
    let together = shape.together(tiling, tiles.len());
    // One product that is the output as it stands.
    let whole = together >= tiles.len() && tiling.images == 1 && tiling.size == shape.pixels();
    let mut output = match whole {
        true => Vec::new(),
        false => vec![0.0; batch * to * shape.pixels()],
    };
    for tiles in tiles.chunks(together) {
        patches.resize(tiles.len() * matrix, 0.0);
        shape.fill_patches(&values, tiling, tiles, patches);
        let size = [tiles.len(), shape.patch(), tiling.size];
        let matrices = tensor(std::mem::take(patches), size, &device);
        let product = numbers(weight.clone().matmul(matrices.clone()));
        *patches = numbers(matrices);
        match whole {
            true => {
                output = product;
                finish.in_place(&mut output);
            }
            false => finish.run(tiling, tiles, &product, &mut output),
        }
    }
    output
}

/// Lends the room that a thread keeps for patches.
fn with_scratch<R>(work: impl FnOnce(&mut Vec<f32>) -> R) -> R {
    let mut patches = SCRATCH.take();
    let found = work(&mut patches);
    if patches.capacity() <= KEPT {
        SCRATCH.set(patches);
    }
    found
}

#[cfg(test)]
mod tests {
    use burn::nn::PaddingConfig2d;
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
    fn plain_images_leave_the_weights_their_gradient() {
        let conv = Conv2dConfig::new([1, 2], [3, 3]).init(&Device::flex().autodiff());
        let images = normal([2, 1, 5, 5]);
        assert!(Direct::of(&conv, None, &images).is_none());
        let output = crate::convolve(&conv, None, images);
        assert!(conv.weight.grad(&output.sum().backward()).is_some());
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
