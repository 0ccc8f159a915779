use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::ImageItem;

/// The way images of any size become squares of one size for evaluation: the shorter side is resized, or both, and the middle
/// cut out, as torchvision's `Resize` and `CenterCrop` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Framing {
    /// Length of the shorter side after resizing, in pixels; at least `side`.
    pub resized: usize,
    /// Side of the square, in pixels.
    pub side: usize,
    /// Whether interpolation is cubic instead of linear.
    #[serde(default)]
    pub cubic: bool,
    /// Whether both sides are resized to the same length, so that an image is squeezed into a square, as transformers'
    /// processors of images do. Otherwise an image keeps its aspect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub squeezed: bool,
}

impl Framing {
    /// A framing that keeps the whole shorter side.
    pub fn whole(side: usize) -> Self {
        Self {
            resized: side,
            side,
            cubic: false,
            squeezed: false,
        }
    }

    /// Frames an image.
    ///
    /// # Panics
    ///
    /// Panics if a side is zero, or the square is larger than the resized image.
    pub fn apply(&self, item: ImageItem) -> ImageItem {
        assert!(
            0 < self.side && self.side <= self.resized,
            "a square of {} pixels out of {}",
            self.side,
            self.resized
        );
        let [_, height, width] = item.size;
        let (to, [top, left]) = self.window([height, width]);
        let item = resize(item, to, self.cubic);
        cut(item, [top, left, self.side, self.side])
    }

    /// Height and width that an image of this size is resized to, and the row and column where the square begins in it.
    pub(super) fn window(&self, [height, width]: [usize; 2]) -> ([usize; 2], [usize; 2]) {
        let long = |short: usize, long: usize| self.resized * long / short;
        let to = match height <= width {
            _ if self.squeezed => [self.resized; 2],
            true => [self.resized, long(height, width)],
            false => [long(width, height), self.resized],
        };
        // torchvision rounds a half pixel to the even side.
        let start = |full: usize| ((full - self.side) as f64 / 2.0).round_ties_even() as usize;
        (to, to.map(start))
    }
}

/// Cuts a part `[top, left, height, width]` out of an image.
fn cut(item: ImageItem, [top, left, height, width]: [usize; 4]) -> ImageItem {
    let [channels, all_height, all_width] = item.size;
    if [height, width] == [all_height, all_width] {
        return item;
    }
    let mut pixels = Vec::with_capacity(channels * height * width);
    for plane in item.pixels.chunks_exact(all_height * all_width) {
        for row in plane.chunks_exact(all_width).skip(top).take(height) {
            pixels.extend_from_slice(&row[left..left + width]);
        }
    }
    ImageItem {
        pixels,
        size: [channels, height, width],
        ..item
    }
}

/// Resizes an image to `[height, width]`, averaging where it shrinks, as Pillow 13 does: along one axis, rounded to whole
/// levels, and then along the other. Rows come first unless the height loses more than twice as many pixels as the width.
fn resize(item: ImageItem, to: [usize; 2], cubic: bool) -> ImageItem {
    let filter = match cubic {
        true => FilterType::CatmullRom,
        false => FilterType::Bilinear,
    };
    let [channels, height, width] = item.size;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let columns_first = height > to[0] && height - to[0] + 2 * to[1] > 2 * width;
    let between = match columns_first {
        true => [to[0], width],
        false => [height, to[1]],
    };
    let mut resizer = Resizer::new();
    let mut pixels = Vec::with_capacity(channels * to[0] * to[1]);
    for plane in item.pixels.chunks_exact(height * width) {
        let mut plane = plane.to_vec();
        // Both in one call would go along columns first.
        for (from, to) in [([height, width], between), (between, to)] {
            if from == to {
                continue;
            }
            let [from, to] = [from, to].map(|sides| sides.map(|side| side as u32));
            let image = ImageRef::new(from[1], from[0], &plane, PixelType::U8);
            let mut resized = Image::new(to[1], to[0], PixelType::U8);
            resizer
                .resize(&image.expect("one byte a pixel"), &mut resized, &options)
                .expect("planes of one byte a pixel");
            plane = resized.into_vec();
        }
        pixels.extend_from_slice(&plane);
    }
    ImageItem {
        pixels,
        size: [channels, to[0], to[1]],
        ..item
    }
}

/// The way training images are varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Augmentation {
    /// A flip of every second image and a shift by up to this many pixels to each side, zero outside: the recipe for small
    /// images, with 4 pixels.
    Shift(usize),
    /// A flip of every second image, and a random part of 0.08 to 1 of the area and an aspect of 3/4 to 4/3 resized to a
    /// square of this side: the recipe for ImageNet.
    ResizedCrop(usize),
}

impl Augmentation {
    pub(super) fn apply(self, item: ImageItem, rng: &mut impl Rng) -> ImageItem {
        let flip = rng.random();
        match self {
            Self::Shift(shift) => {
                let mut by = || rng.random_range(0..=2 * shift) as isize - shift as isize;
                let (down, right) = (by(), by());
                ImageItem {
                    pixels: moved(&item, flip, down, right),
                    ..item
                }
            }
            Self::ResizedCrop(side) => {
                let [_, height, width] = item.size;
                let part = part(height as f64, width as f64, rng).map(|v| v as usize);
                let item = resize(cut(item, part), [side, side], false);
                ImageItem {
                    pixels: moved(&item, flip, 0, 0),
                    ..item
                }
            }
        }
    }
}

/// A random part `[top, left, height, width]`; after ten misfits the middle part of an aspect within bounds.
fn part(height: f64, width: f64, rng: &mut impl Rng) -> [f64; 4] {
    const RATIO: [f64; 2] = [3.0 / 4.0, 4.0 / 3.0];
    for _ in 0..10 {
        let area = height * width * rng.random_range(0.08..=1.0);
        let ratio = rng.random_range(RATIO[0].ln()..=RATIO[1].ln()).exp();
        let (w, h) = ((area * ratio).sqrt().round(), (area / ratio).sqrt().round());
        if (1.0..=width).contains(&w) && (1.0..=height).contains(&h) {
            let mut start = |room: f64| rng.random_range(0..=room as u64) as f64;
            return [start(height - h), start(width - w), h, w];
        }
    }
    let h = height.min((width / RATIO[0]).round());
    let w = width.min((height * RATIO[1]).round());
    [
        ((height - h) / 2.0).floor(),
        ((width - w) / 2.0).floor(),
        h,
        w,
    ]
}

fn moved(item: &ImageItem, flip: bool, down: isize, right: isize) -> Vec<u8> {
    let [channels, height, width] = item.size;
    let mut pixels = vec![0; item.pixels.len()];
    for c in 0..channels {
        for y in 0..height {
            let Some(from_y) = y.checked_add_signed(-down).filter(|y| *y < height) else {
                continue;
            };
            for x in 0..width {
                let Some(from_x) = x.checked_add_signed(-right).filter(|x| *x < width) else {
                    continue;
                };
                let from_x = if flip { width - 1 - from_x } else { from_x };
                pixels[(c * height + y) * width + x] =
                    item.pixels[(c * height + from_y) * width + from_x];
            }
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::super::decode::decode;
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use std::path::Path;

    fn image(height: usize, width: usize) -> ImageItem {
        ImageItem {
            pixels: (0..3 * height * width).map(|k| (k % 251) as u8).collect(),
            size: [3, height, width],
            label: 1,
            id: 0,
        }
    }

    #[test]
    fn images_move_and_flip() {
        let image = ImageItem {
            pixels: vec![1, 2, 3, 4],
            size: [1, 2, 2],
            label: 0,
            id: 0,
        };
        assert_eq!(moved(&image, false, 0, 0), [1, 2, 3, 4]);
        assert_eq!(moved(&image, true, 0, 0), [2, 1, 4, 3]);
        assert_eq!(moved(&image, false, 1, 0), [0, 0, 1, 2]);
        assert_eq!(moved(&image, false, 0, -1), [2, 0, 4, 0]);
    }

    #[test]
    fn frames_are_squares_of_the_middle() {
        let framing = Framing {
            resized: 8,
            side: 6,
            cubic: true,
            squeezed: false,
        };
        for (height, width) in [(16, 20), (20, 16), (5, 9), (8, 8)] {
            assert_eq!(framing.apply(image(height, width)).size, [3, 6, 6]);
        }
        let framed = Framing::whole(4).apply(image(4, 6));
        assert_eq!(framed.pixels[..8], [1, 2, 3, 4, 7, 8, 9, 10]);
        let same = image(7, 7);
        assert_eq!(Framing::whole(7).apply(same.clone()), same);
    }

    fn fixture(name: &str) -> ImageItem {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        decode(&folder.join(name), 0, 0).unwrap()
    }

    /// Refuses an image that is not the one that Pillow made.
    fn check(resized: &ImageItem, expected: &str) {
        let of_pillow = fixture(expected);
        assert_eq!(resized.size, of_pillow.size);
        let pairs = resized.pixels.iter().zip(&of_pillow.pixels);
        let apart: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
        let most = apart.iter().max().copied().unwrap_or(0);
        let other = apart.iter().filter(|apart| **apart > 0).count();
        let share = other as f64 / apart.len() as f64;
        // Its weights have 16 bits, Pillow's 24: a level more or less between the passes is two where weights exceed one.
        assert!(most <= 2 && share < 0.015, "{expected}: {most}, {share}");
    }

    #[test]
    fn resized_images_are_those_of_pillow() {
        for (filter, cubic) in [("linear", false), ("cubic", true)] {
            for (width, height) in [(17, 13), (55, 44), (20, 41), (48, 19)] {
                let resized = resize(fixture("noise.png"), [height, width], cubic);
                check(&resized, &format!("resized-{filter}-{width}x{height}.png"));
            }
        }
    }

    #[test]
    fn an_image_that_is_no_square_is_squeezed_as_by_pillow() {
        for (filter, cubic) in [("linear", false), ("cubic", true)] {
            for (resized, side) in [(16, 16), (48, 48), (32, 26)] {
                let framing = Framing {
                    resized,
                    side,
                    cubic,
                    squeezed: true,
                };
                let squeezed = framing.apply(fixture("noise.png"));
                check(
                    &squeezed,
                    &format!("squeezed-{filter}-{resized}-{side}.png"),
                );
            }
        }
    }

    #[test]
    fn framings_of_earlier_files_keep_the_aspect() {
        let earlier = r#"{"resized":36,"side":32,"cubic":true}"#;
        let framing: Framing = serde_json::from_str(earlier).unwrap();
        assert!(!framing.squeezed && framing.cubic);
        // Digests of settings are those of earlier versions.
        assert_eq!(serde_json::to_string(&framing).unwrap(), earlier);
    }

    #[test]
    fn parts_stay_within_the_image() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (height, width) in [(40.0, 30.0), (1.0, 50.0), (3.0, 3.0)] {
            for _ in 0..200 {
                let [top, left, h, w] = part(height, width, &mut rng);
                assert!(top >= 0.0 && left >= 0.0 && h >= 1.0 && w >= 1.0);
                assert!(top + h <= height && left + w <= width);
            }
        }
        let varied = Augmentation::ResizedCrop(5).apply(image(9, 11), &mut rng);
        assert_eq!((varied.size, varied.label), ([3, 5, 5], 1));
    }
}
