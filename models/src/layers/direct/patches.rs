//! The matrices of patches that convolutions multiply.

use std::borrow::Cow;

use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use rayon::prelude::*;

use crate::layers::plain::even;

/// Numbers of patch matrices that are made at a time, so that they are multiplied while they are in the cache.
const PATCHES: usize = 1 << 21;
/// Patch matrices that are multiplied together at least: as many share out the cores, and each is multiplied by one of them.
const TOGETHER: usize = 4;
/// Channels that a core works on at a time.
pub(super) const CHANNELS: usize = 16;
/// Columns of a matrix that are worth reading the weights for.
const COLUMNS: usize = 256;
/// Columns come in multiples of this, as many as the widest vector has numbers, so that the product takes a matrix as it lies.
const LANES: usize = 16;
/// Columns of a matrix at least: products of smaller ones add in another order.
const LEAST: usize = 80;

/// How a kernel moves over an image, in pixels: down and to the right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) stride: [usize; 2],
    pub(super) dilation: [usize; 2],
    /// Zeros above and left, and as many below and right.
    pub(super) padding: [usize; 2],
}

impl Window {
    /// The window of a convolution, where it has one and gives an output for images, `[batch, channels, height, width]`: in one
    /// group, with the same padding on opposite sides. No image, or one that the kernel does not fit on, is left to Burn.
    pub(super) fn of(conv: &Conv2d, [batch, _, height, width]: [usize; 4]) -> Option<Self> {
        let padding = padding_of(conv)?;
        let [_, _, rows, columns] = conv.weight.dims();
        let covers = |axis: usize, size: usize, kernel: usize| {
            size > 0 && size + 2 * padding[axis] > conv.dilation[axis] * (kernel - 1)
        };
        let fits = conv.groups == 1 && batch > 0;
        let fits = fits && covers(0, height, rows) && covers(1, width, columns);
        fits.then_some(Self {
            stride: conv.stride,
            dilation: conv.dilation,
            padding,
        })
    }
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

/// Lengths of a convolution, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) kernel: [usize; 2],
    pub(super) window: Window,
    pub(super) out: [usize; 2],
}

/// A batch of images in tiles, each with a patch matrix of its own: whole images side by side, or some rows of one image.
#[derive(Clone, Copy)]
pub(super) struct Tiling {
    /// Images of a tile.
    pub(super) images: usize,
    /// Rows of each of its images.
    rows: usize,
    /// Pixels of a row.
    pub(super) width: usize,
    /// Columns of a patch matrix, of which the last may be nobody's.
    pub(super) size: usize,
}

/// A tile of the output: images and rows past the end are left out.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    /// The first image.
    pub(super) image: usize,
    pub(super) images: usize,
    /// The first row.
    pub(super) first: usize,
    pub(super) rows: usize,
}

/// Lines of a channel. Each is split into as many parts as columns are stepped over, the pixels of a part one step apart.
struct Lines<'a> {
    pixels: Cow<'a, [f32]>,
    /// The row of the first line.
    top: usize,
    /// Pixels of a part.
    part: usize,
}

impl Tiling {
    /// Columns of an image in a patch matrix.
    pub(super) fn pixels(&self) -> usize {
        self.rows * self.width
    }

    /// Columns of a tile's patch matrix that are somebody's, which come first.
    pub(super) fn used(&self, tile: Tile) -> usize {
        tile.images.saturating_sub(1) * self.pixels() + tile.rows * self.width
    }

    /// The tiles of a batch of images of some height.
    pub(super) fn tiles(&self, batch: usize, height: usize) -> Vec<Tile> {
        let of_images = |image| {
            (0..height)
                .step_by(self.rows.max(1))
                .map(move |first| Tile {
                    image,
                    images: self.images.min(batch - image),
                    first,
                    rows: self.rows.min(height - first),
                })
        };
        (0..batch)
            .step_by(self.images.max(1))
            .flat_map(of_images)
            .collect()
    }
}

impl Shape {
    /// The lengths of images, `[batch, channels, height, width]`, and weights, `[channels, from, rows, columns]`, under a window.
    pub(super) fn new(input: [usize; 4], weight: [usize; 4], window: Window) -> Self {
        let [_, channels, height, width] = input;
        let [_, _, rows, columns] = weight;
        let length = |size: usize, axis: usize, kernel: usize| {
            let covered = window.dilation[axis] * (kernel - 1) + 1;
            (size + 2 * window.padding[axis] - covered) / window.stride[axis] + 1
        };
        Self {
            channels,
            height,
            width,
            kernel: [rows, columns],
            window,
            out: [length(height, 0, rows), length(width, 1, columns)],
        }
    }

    /// Numbers of a patch.
    pub(super) fn patch(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Pixels of an output channel.
    pub(super) fn pixels(&self) -> usize {
        self.out[0] * self.out[1]
    }

    /// Whether an image is its own patch matrix, and large enough to be multiplied alone.
    pub(super) fn is_whole(&self) -> bool {
        let (stride, padding) = (self.window.stride, self.window.padding);
        let pointwise = self.kernel == [1, 1] && stride == [1, 1] && padding == [0, 0];
        pointwise && self.pixels() >= COLUMNS
    }

    /// The tiles of a batch: as many rows that several patch matrices fit into the cache, but as many rows or images that a
    /// product is worth reading the weights for.
    pub(super) fn tiling(&self, batch: usize) -> Tiling {
        let [height, width] = self.out;
        let line = self.patch() * width;
        let few = PATCHES / TOGETHER / line.max(1);
        let rows = even(height, few.max(COLUMNS.div_ceil(width.max(1))).min(height));
        let most = match rows == height {
            true => COLUMNS.div_ceil(self.pixels().max(1)),
            false => 1,
        };
        let images = even(batch, most);
        let size = (images * rows * width).next_multiple_of(LANES).max(LEAST);
        Tiling {
            images,
            rows,
            width,
            size,
        }
    }

    /// Tiles whose patch matrices are made at a time.
    pub(super) fn together(&self, tiling: Tiling, tiles: usize) -> usize {
        let most = PATCHES / (self.patch() * tiling.size).max(1);
        even(tiles, most.max(TOGETHER)).max(1)
    }

    /// Writes the patch matrices of some tiles, `[tiles, channels * rows * columns, size]`: zeros in the columns that are nobody's.
    pub(super) fn fill_patches(
        &self,
        values: &[f32],
        tiling: Tiling,
        tiles: &[Tile],
        patches: &mut [f32],
    ) {
        let [rows, columns] = self.kernel;
        let of_channel = self.height * self.width;
        let pixels = tiling.pixels();
        let each = patches
            .par_chunks_exact_mut(rows * columns * tiling.size)
            .enumerate();
        each.with_min_len(CHANNELS).for_each(|(number, patches)| {
            let tile = tiles[number / self.channels];
            for image in 0..tile.images {
                let channel = (tile.image + image) * self.channels + number % self.channels;
                let lines = self.lines(&values[channel * of_channel..][..of_channel], tile);
                for (place, patch) in patches.chunks_exact_mut(tiling.size).enumerate() {
                    let patch = &mut patch[image * pixels..][..pixels];
                    self.fill(&lines, [place / columns, place % columns], tile, patch);
                }
            }
            let used = tiling.used(tile);
            if used < tiling.size {
                let each = patches.chunks_exact_mut(tiling.size);
                each.for_each(|patch| patch[used..].fill(0.0));
            }
        });
    }

    /// The lines of a channel that a tile sees, so that the pixels of every kernel place lie side by side.
    fn lines<'a>(&self, channel: &'a [f32], tile: Tile) -> Lines<'a> {
        let step = self.window.stride[1];
        if step == 1 {
            return Lines {
                pixels: channel.into(),
                top: 0,
                part: self.width,
            };
        }
        let covered = self.window.dilation[0] * (self.kernel[0] - 1);
        let first = (tile.first * self.window.stride[0]).saturating_sub(self.window.padding[0]);
        let last = (tile.first + tile.rows) * self.window.stride[0] + covered;
        let last = last.saturating_sub(self.window.padding[0]).min(self.height);
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
        if self.window.stride == [1, 1] && self.out[1] == self.width {
            return self.fill_shifted(&lines.pixels, place, tile, patch);
        }
        let [width, step] = [self.out[1], self.window.stride[1]];
        let offset = |axis: usize| place[axis] * self.window.dilation[axis];
        // The columns of the output whose pixel lies inside the image.
        let (shift, pad) = (offset(1), self.window.padding[1]);
        let first = pad.saturating_sub(shift).div_ceil(step).min(width);
        let last = match (self.width + pad).checked_sub(shift + 1) {
            Some(room) => (room / step + 1).clamp(first, width),
            None => first,
        };
        // The pixel that the first of them sees: in which part of a line, and where there.
        let start = (first * step + shift).saturating_sub(pad);
        let start = (start % step) * lines.part + start / step;
        let of_tile = patch.chunks_exact_mut(width).take(tile.rows);
        for (row, patch) in (tile.first..).zip(of_tile) {
            let from =
                (row * self.window.stride[0] + offset(0)).checked_sub(self.window.padding[0]);
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

    /// The row of a patch matrix where the output is as wide as the image: the image itself, shifted.
    fn fill_shifted(&self, image: &[f32], place: [usize; 2], tile: Tile, patch: &mut [f32]) {
        let width = self.width;
        let [down, right] = [0, 1].map(|axis| {
            (place[axis] * self.window.dilation[axis]) as isize - self.window.padding[axis] as isize
        });
        let patch = &mut patch[..tile.rows * width];
        let start = (tile.first as isize + down) * width as isize + right;
        let end = |place: isize| (place - start).clamp(0, patch.len() as isize) as usize;
        let (first, last) = (end(0), end(image.len() as isize));
        patch[..first].fill(0.0);
        if first < last {
            let from = (start + first as isize) as usize;
            patch[first..last].copy_from_slice(&image[from..][..last - first]);
        }
        patch[last..].fill(0.0);
        // Pixels of the line before or after.
        let outside = right.unsigned_abs().min(width);
        let outside = match right < 0 {
            true => 0..outside,
            false => width - outside..width,
        };
        if !outside.is_empty() {
            for line in patch.chunks_exact_mut(width) {
                line[outside.clone()].fill(0.0);
            }
        }
    }
}
