//! Max pools, at inference on the CPU without the indices that gradients need.

use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::padding;
use super::plain::{Numbers, is_plain, tensor};

/// A max pool of square windows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxPool {
    kernel: usize,
    stride: usize,
    padding: usize,
    ceil: bool,
}

impl MaxPool {
    pub(crate) fn new(kernel: usize, stride: usize, padding: usize) -> Self {
        Self {
            kernel,
            stride,
            padding,
            ceil: false,
        }
    }

    /// Keeps the last window where it reaches beyond the image.
    pub(crate) fn ceil(self) -> Self {
        Self { ceil: true, ..self }
    }

    /// Pools `[batch, channels, height, width]`.
    ///
    /// # Panics
    ///
    /// Panics if no whole window lies on the map, unless the last one may reach beyond it.
    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [.., height, width] = x.dims();
        let (least, kernel) = (height.min(width) + 2 * self.padding, self.kernel);
        assert!(
            self.ceil || least >= kernel,
            "a map of {height}x{width} is too small for a pool of {kernel}x{kernel}: give larger images"
        );
        if !is_plain(&x) {
            return self.of_burn(x);
        }
        let device = x.device();
        let [batch, channels, height, width] = x.dims();
        let out = [height, width].map(|length| self.windows(length));
        let mut output = vec![f32::NEG_INFINITY; batch * channels * out[0] * out[1]];
        let each = output.par_chunks_exact_mut((out[0] * out[1]).max(1));
        let input = Numbers::of(x);
        each.zip(input.par_chunks_exact((height * width).max(1)))
            .for_each_init(
                || vec![0.0; width],
                |line, (output, input)| self.channel(input, line, output),
            );
        tensor(output, [batch, channels, out[0], out[1]], &device)
    }

    fn of_burn(&self, x: Tensor<4>) -> Tensor<4> {
        MaxPool2dConfig::new([self.kernel, self.kernel])
            .with_strides([self.stride, self.stride])
            .with_padding(padding(self.padding))
            .with_ceil_mode(self.ceil)
            .init()
            .forward(x)
    }

    /// Windows along an axis; the last one begins inside the image or the padding before it.
    fn windows(&self, length: usize) -> usize {
        let room = (length + 2 * self.padding).saturating_sub(self.kernel);
        match self.ceil {
            false => room / self.stride + 1,
            true => {
                let count = room.div_ceil(self.stride) + 1;
                let last = (count - 1) * self.stride;
                count - usize::from(last >= length + self.padding)
            }
        }
    }

    /// Pools one channel: windows of rows into a line, then windows of that line. The output begins as the least number there is.
    fn channel(&self, input: &[f32], line: &mut [f32], output: &mut [f32]) {
        let width = line.len();
        let height = input.len() / width;
        let columns = self.windows(width);
        for (row, output) in output.chunks_exact_mut(columns).enumerate() {
            let first = row * self.stride;
            let last = (first + self.kernel).saturating_sub(self.padding);
            let first = first.saturating_sub(self.padding);
            line.fill(f32::NEG_INFINITY);
            for input in input[first * width..last.min(height) * width].chunks_exact(width) {
                line.iter_mut()
                    .zip(input)
                    .for_each(|(line, b)| *line = larger(*line, *b));
            }
            for place in 0..self.kernel {
                // The windows that have this place inside the image.
                let first = self
                    .padding
                    .saturating_sub(place)
                    .div_ceil(self.stride)
                    .min(columns);
                let seen = &line[(first * self.stride + place)
                    .saturating_sub(self.padding)
                    .min(width)..];
                let output = &mut output[first..];
                match self.stride {
                    1 => raise(output, seen.iter()),
                    step => raise(output, seen.iter().step_by(step)),
                }
            }
        }
    }
}

/// Raises numbers to others where these are larger.
fn raise<'a>(numbers: &mut [f32], others: impl Iterator<Item = &'a f32>) {
    let all = numbers.iter_mut().zip(others);
    all.for_each(|(a, b)| *a = larger(*a, *b));
}

/// The larger of both, or what is no number, so that it is not lost.
fn larger(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use burn_interaction::internal::numbers;

    use super::*;

    #[test]
    fn pools_equal_those_of_burn() {
        let pools = [
            MaxPool::new(3, 1, 1),
            MaxPool::new(3, 2, 1),
            MaxPool::new(2, 2, 0),
            MaxPool::new(3, 2, 0).ceil(),
            MaxPool::new(2, 2, 0).ceil(),
            MaxPool::new(3, 2, 1).ceil(),
            MaxPool::new(5, 3, 2).ceil(),
        ];
        for pool in pools {
            for [height, width] in [[9, 11], [8, 8], [7, 6], [3, 5]] {
                if height.min(width) + 2 * pool.padding < pool.kernel {
                    continue;
                }
                let normal = Distribution::Normal(0.0, 1.0);
                let x = Tensor::<4>::random([2, 3, height, width], normal, &Device::flex());
                let (found, expected) = (pool.forward(x.clone()), pool.of_burn(x));
                assert_eq!(found.dims(), expected.dims(), "{pool:?} {height} {width}");
                assert_eq!(numbers(found), numbers(expected), "{pool:?}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "a map of 1x1 is too small for a pool of 3x3")]
    fn a_map_smaller_than_a_window_is_refused() {
        MaxPool::new(3, 2, 0).forward(Tensor::ones([1, 1, 1, 1], &Device::flex()));
    }

    #[test]
    fn values_that_are_no_numbers_are_not_lost() {
        let x = Tensor::<4>::from_floats([[[[1.0, f32::NAN], [2.0, 3.0]]]], &Device::flex());
        let found = numbers(MaxPool::new(2, 2, 0).forward(x.clone()));
        assert!(found[0].is_nan());
        let found = numbers(MaxPool::new(2, 1, 1).forward(x));
        assert!(found[2].is_nan() && found[4].is_nan() && found[8] == 3.0);
    }
}
