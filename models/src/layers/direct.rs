//! Convolutions at inference on the CPU, in channel order.
//!
//! The rows of a patch matrix are contiguous copies of rows of the image, the product of the weights with it is the output where
//! it belongs, and one pass over that output adds bias, batch norm and residual and applies ReLU. Each image is multiplied by
//! itself, so that its values do not depend on its batch.

use std::borrow::Cow;

use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::{DType, Tensor, TensorData};
use burn_interaction::internal::{is_cpu, numbers};
use rayon::prelude::*;

/// Numbers of patch matrices that are made at a time, so that they are multiplied while they are in the cache.
const PATCHES: usize = 1 << 20;
/// Patch matrices that are multiplied together at least: as many share out the cores, and each is multiplied by one of them.
const TOGETHER: usize = 4;
/// Channels that a core finishes at a time.
const CHANNELS: usize = 16;

/// A convolution with all that follows it.
pub(crate) struct Direct<'a> {
    conv: &'a Conv2d,
    norm: Option<&'a BatchNorm>,
    residual: Option<Tensor<4>>,
    relu: bool,
}

/// Lengths of a convolution, in pixels.
#[derive(Clone, Copy)]
struct Shape {
    channels: usize,
    height: usize,
    width: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: [usize; 2],
    out: [usize; 2],
}

/// Some rows of the output of one image: their number is the same for all tiles, and rows past the end are left out.
#[derive(Clone, Copy)]
struct Tile {
    image: usize,
    /// The first row.
    first: usize,
    rows: usize,
    /// Rows that are inside the output.
    inside: usize,
}

/// Lines of a channel. Each is split into as many parts as columns are stepped over, the pixels of a part one step apart.
struct Lines<'a> {
    pixels: Cow<'a, [f32]>,
    /// The row of the first line.
    top: usize,
    /// Pixels of a part.
    part: usize,
}

/// The steps after the product: bias and norm, a shortcut, ReLU.
struct Finish<'a> {
    /// A number for each channel, which is added to it.
    shift: &'a [f32],
    residual: Option<&'a [f32]>,
    relu: bool,
    /// Pixels of an output channel.
    pixels: usize,
}

impl Finish<'_> {
    /// Writes products of some tiles, `[tiles, channels, size]`, where they belong in the output of all images.
    fn run(&self, tiles: &[Tile], size: usize, product: &[f32], output: &mut [f32]) {
        let (to, pixels) = (self.shift.len(), self.pixels);
        if size == pixels {
            // Tiles are images.
            let first = tiles.first().map_or(0, |tile| tile.image) * to * pixels;
            let output = &mut output[first..][..product.len()];
            let channels = output.par_chunks_exact_mut(pixels);
            let channels = channels.zip(product.par_chunks_exact(size)).enumerate();
            let channels = channels.with_min_len(CHANNELS);
            channels.for_each(|(channel, (output, product))| {
                output.copy_from_slice(product);
                self.channel(channel % to, first + channel * pixels, output);
            });
            return;
        }
        for (tile, product) in tiles.iter().zip(product.chunks_exact(to * size)) {
            let width = size / tile.rows;
            let inside = tile.first * width..(tile.first + tile.inside) * width;
            let first = tile.image * to * pixels;
            let channels = output[first..][..to * pixels].par_chunks_exact_mut(pixels);
            let channels = channels.zip(product.par_chunks_exact(size)).enumerate();
            let channels = channels.with_min_len(CHANNELS);
            channels.for_each(|(channel, (output, product))| {
                let output = &mut output[inside.clone()];
                output.copy_from_slice(&product[..output.len()]);
                self.channel(channel, first + channel * pixels + inside.start, output);
            });
        }
    }

    /// Finishes the output of all images, `[images, channels, pixels]`, where it is the product itself.
    fn in_place(&self, output: &mut [f32]) {
        let (to, pixels) = (self.shift.len(), self.pixels);
        let channels = output.par_chunks_exact_mut(pixels.max(1)).enumerate();
        let channels = channels.with_min_len(CHANNELS);
        channels.for_each(|(channel, output)| {
            self.channel(channel % to, channel * pixels, output);
        });
    }

    /// Finishes a part of a channel, which starts at this place of the output of all images.
    fn channel(&self, channel: usize, start: usize, output: &mut [f32]) {
        let shift = self.shift[channel];
        let least = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        match self.residual {
            Some(residual) => {
                let all = output.iter_mut().zip(&residual[start..]);
                all.for_each(|(output, b)| *output = above(least, *output + shift + b));
            }
            None => output
                .iter_mut()
                .for_each(|v| *v = above(least, *v + shift)),
        }
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
        let device = input.device();
        let fits = !device.is_autodiff() && is_cpu(&device) && input.dtype() == DType::F32;
        let fits = fits && conv.groups == 1 && padding_of(conv).is_some();
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
        let (weight, shift) = self.folded();
        let weight = weight.reshape([1, to, shape.patch()]);
        let pixels = shape.pixels();
        let residual = self.residual.map(numbers);
        let finish = Finish {
            shift: &shift,
            residual: residual.as_deref(),
            relu: self.relu,
            pixels,
        };
        let output = match shape.is_pointwise() {
            true => {
                let product = weight.matmul(input.reshape([batch, channels, pixels]));
                let mut output = numbers(product);
                finish.in_place(&mut output);
                output
            }
            false => {
                let mut output = vec![0.0_f32; batch * to * pixels];
                let values = numbers(input);
                let tiles = shape.tiles(batch);
                let size = tiles.first().map_or(0, |tile| tile.rows * shape.out[1]);
                let together = (PATCHES / (shape.patch() * size).max(1)).max(TOGETHER);
                let mut patches = Vec::new();
                for tiles in tiles.chunks(together) {
                    patches.resize(tiles.len() * shape.patch() * size, 0.0);
                    shape.fill_patches(&values, tiles, size, &mut patches);
                    let data = TensorData::new(patches, [tiles.len(), shape.patch(), size]);
                    let matrices = Tensor::<3>::from_data(data, &device);
                    let product = weight.clone().matmul(matrices.clone());
                    finish.run(tiles, size, &numbers(product), &mut output);
                    patches = numbers(matrices);
                }
                output
            }
        };
        let [height, width] = shape.out;
        Tensor::from_data(TensorData::new(output, [batch, to, height, width]), &device)
    }

    /// The weights with the factor of the norm, and what is added to each channel.
    fn folded(&self) -> (Tensor<4>, Vec<f32>) {
        let weight = self.conv.weight.val();
        let to = weight.dims()[0];
        let bias = self.conv.bias.as_ref().map(|bias| bias.val());
        let Some(norm) = self.norm else {
            let shift = bias.map_or_else(|| vec![0.0; to], numbers);
            return (weight, shift);
        };
        let deviation = (norm.running_var.value() + norm.epsilon).sqrt();
        let scale = norm.gamma.val() / deviation;
        let mean = norm.running_mean.value();
        let centre = match bias {
            Some(bias) => bias - mean,
            None => mean.neg(),
        };
        let shift = centre * scale.clone() + norm.beta.val();
        (weight * scale.reshape([to, 1, 1, 1]), numbers(shift))
    }
}

impl Shape {
    /// Numbers of a patch.
    fn patch(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Pixels of an output channel.
    fn pixels(&self) -> usize {
        self.out[0] * self.out[1]
    }

    /// Whether the patches are the pixels themselves.
    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.padding == [0, 0]
    }

    fn tile(&self, image: usize, first: usize, rows: usize) -> Tile {
        Tile {
            image,
            first,
            rows,
            inside: rows.min(self.out[0] - first),
        }
    }

    /// The output of some images in tiles of as many rows, few enough that several patch matrices fit into the cache.
    fn tiles(&self, images: usize) -> Vec<Tile> {
        let line = self.patch() * self.out[1];
        let most = (PATCHES / TOGETHER / line.max(1)).clamp(1, self.out[0]);
        let count = self.out[0].div_ceil(most);
        let rows = self.out[0].div_ceil(count);
        let of_image = |image| {
            let firsts = (0..self.out[0]).step_by(rows);
            firsts.map(move |first| self.tile(image, first, rows))
        };
        (0..images).flat_map(of_image).collect()
    }

    /// Writes the patch matrices of some tiles, `[tiles, channels * rows * columns, size]`.
    fn fill_patches(&self, values: &[f32], tiles: &[Tile], size: usize, patches: &mut [f32]) {
        let [rows, columns] = self.kernel;
        let of_channel = self.height * self.width;
        let each = patches
            .par_chunks_exact_mut(rows * columns * size)
            .enumerate();
        each.with_min_len(CHANNELS).for_each(|(number, patches)| {
            let tile = tiles[number / self.channels];
            let channel = tile.image * self.channels + number % self.channels;
            let lines = self.lines(&values[channel * of_channel..][..of_channel], tile);
            for (place, patch) in patches.chunks_exact_mut(size).enumerate() {
                self.fill(&lines, [place / columns, place % columns], tile, patch);
            }
        });
    }

    /// The lines of a channel that a tile sees, so that the pixels of every kernel place lie side by side.
    fn lines<'a>(&self, channel: &'a [f32], tile: Tile) -> Lines<'a> {
        let step = self.stride[1];
        if step == 1 {
            return Lines {
                pixels: channel.into(),
                top: 0,
                part: self.width,
            };
        }
        let covered = self.dilation[0] * (self.kernel[0] - 1);
        let first = (tile.first * self.stride[0]).saturating_sub(self.padding[0]);
        let last = (tile.first + tile.inside) * self.stride[0] + covered;
        let last = last.saturating_sub(self.padding[0]).min(self.height);
        let top = first.min(last);
        let part = self.width.div_ceil(step);
        let mut pixels = vec![0.0; (last - top) * step * part];
        let seen = channel[top * self.width..last * self.width].chunks_exact(self.width);
        for (line, parts) in seen.zip(pixels.chunks_exact_mut(step * part)) {
            for (phase, part) in parts.chunks_exact_mut(part).enumerate() {
                let every = line[phase.min(line.len())..].iter().step_by(step);
                part.iter_mut()
                    .zip(every)
                    .for_each(|(to, from)| *to = *from);
            }
        }
        Lines {
            pixels: pixels.into(),
            top,
            part,
        }
    }

    /// One row of a patch matrix: the pixels that one place of the kernel sees, and zeros outside the image.
    fn fill(&self, lines: &Lines<'_>, place: [usize; 2], tile: Tile, patch: &mut [f32]) {
        let [width, step] = [self.out[1], self.stride[1]];
        let offset = |axis: usize| place[axis] * self.dilation[axis];
        // The columns of the output whose pixel lies inside the image.
        let (shift, pad) = (offset(1), self.padding[1]);
        let first = pad.saturating_sub(shift).div_ceil(step).min(width);
        let last = match (self.width + pad).checked_sub(shift + 1) {
            Some(room) => (room / step + 1).clamp(first, width),
            None => first,
        };
        // The pixel that the first of them sees: in which part of a line, and where there.
        let start = (first * step + shift).saturating_sub(pad);
        let start = (start % step) * lines.part + start / step;
        let of_tile = patch.chunks_exact_mut(width).take(tile.inside);
        for (row, patch) in (tile.first..).zip(of_tile) {
            let from = (row * self.stride[0] + offset(0)).checked_sub(self.padding[0]);
            match from.filter(|from| *from < self.height && first < last) {
                Some(from) => {
                    let line = (from - lines.top) * lines.part * step;
                    patch[..first].fill(0.0);
                    patch[first..last]
                        .copy_from_slice(&lines.pixels[line + start..][..last - first]);
                    patch[last..].fill(0.0);
                }
                None => patch.fill(0.0),
            }
        }
    }
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
    fn values_that_are_no_numbers_are_not_lost() {
        let conv = Conv2dConfig::new([1, 2], [3, 3]).init(&Device::flex());
        let images = Tensor::full([1, 1, 4, 4], f32::NAN, &Device::flex());
        let found = numbers(direct(&conv, &images).relu().forward(images.clone()));
        assert!(found.iter().all(|v| v.is_nan()));
    }

    #[test]
    fn an_image_has_one_value_in_any_batch() {
        let config = Conv2dConfig::new([8, 16], [3, 3]);
        let conv = config
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .init(&Device::flex());
        let images = normal([37, 8, 16, 16]);
        let all = numbers(direct(&conv, &images).relu().forward(images.clone()));
        for image in [0, 20, 36] {
            let alone = direct(&conv, &images).relu();
            let alone = numbers(alone.forward(images.clone().narrow(0, image, 1)));
            assert_eq!(alone, all[image * 16 * 256..][..16 * 256]);
        }
    }
}
