//! Sums over the numbers of each channel, and functions of them, in the order in which they lie.

use rayon::prelude::*;

/// Numbers that a core works on at a time, at least.
const TOGETHER: usize = 1 << 14;
/// Numbers that each sum adds up in 32 bits.
const ROWS: usize = 64;
/// Sums that run beside each other over a channel's numbers.
const LANES: usize = 16;

/// Mean and variance of each channel.
#[derive(Debug, Clone)]
pub(super) struct Statistics {
    pub(super) mean: Vec<f32>,
    pub(super) variance: Vec<f32>,
    /// One over the deviation.
    pub(super) over: Vec<f32>,
}

/// How the numbers of channels lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<const D: usize> {
    pub(super) shape: [usize; D],
    pub(super) channels: usize,
    /// Numbers of a channel that lie side by side.
    side_by_side: usize,
}

impl<const D: usize> Layout<D> {
    pub(super) fn of(shape: [usize; D]) -> Self {
        Self {
            shape,
            channels: shape[1],
            side_by_side: shape[2..].iter().product(),
        }
    }

    /// Numbers that are of one channel each, or of all channels once where these lie side by side.
    fn line(&self) -> usize {
        match self.side_by_side {
            1 => self.channels,
            size => size,
        }
    }

    /// Lines that a core works on at a time.
    fn together(&self) -> usize {
        TOGETHER.div_ceil(self.line())
    }

    /// Numbers of a channel.
    fn count(&self) -> f64 {
        (self.shape.iter().product::<usize>() / self.channels) as f64
    }

    pub(super) fn statistics(&self, x: &[f32], epsilon: f64) -> Statistics {
        let means = |sums: Vec<f64>| sums.into_iter().map(|sum| sum / self.count());
        let zero = vec![0.0; self.channels];
        let [sums, _] = self.sums(x, x, &zero, |x, _| [x, 0.0]);
        let rough: Vec<f32> = means(sums).map(|mean| mean as f32).collect();
        // The rounding of the first sums is found beside the squares.
        let [sums, squares] = self.sums(x, x, &rough, |x, _| [x, x * x]);
        let beside: Vec<f64> = means(sums).collect();
        let mean = rough.iter().zip(&beside);
        let mean: Vec<f32> = mean.map(|(a, b)| (f64::from(*a) + b) as f32).collect();
        let variance = means(squares).zip(&beside).map(|(square, b)| {
            let variance = square - b * b;
            // Not the larger of both, which a variance that is no number would lose.
            if variance < 0.0 { 0.0 } else { variance }
        });
        let variance: Vec<f64> = variance.collect();
        let over = variance.iter().map(|v| (1.0 / (v + epsilon).sqrt()) as f32);
        Statistics {
            mean,
            over: over.collect(),
            variance: variance.into_iter().map(|v| v as f32).collect(),
        }
    }

    /// The gradient of the input, from that of the output and its sums, alone and times the input less its mean.
    pub(super) fn of_input(
        &self,
        x: &[f32],
        gradient: &[f32],
        statistics: &Statistics,
        gamma: &[f32],
        [sums, with_x]: [&[f64]; 2],
    ) -> Vec<f32> {
        let over = &statistics.over;
        let count = self.count();
        let scale: Vec<f32> = gamma.iter().zip(over).map(|(a, b)| a * b).collect();
        let mean: Vec<f32> = sums.iter().map(|sum| (sum / count) as f32).collect();
        let slope = with_x.iter().zip(over);
        let slope = slope.map(|(sum, over)| (sum / count * f64::from(*over).powi(2)) as f32);
        let slope: Vec<f32> = slope.collect();
        let of_channel = [&statistics.mean[..], &scale, &mean, &slope];
        self.mapped(
            x,
            gradient,
            of_channel,
            |x, gradient, [centre, scale, mean, slope]| {
                scale * (gradient - mean - (x - centre) * slope)
            },
        )
    }

    /// Two sums for each channel, over terms of two tensors' numbers at a place, the first less the channel's centre.
    pub(super) fn sums(
        &self,
        x: &[f32],
        y: &[f32],
        centre: &[f32],
        term: impl Fn(f32, f32) -> [f32; 2] + Copy + Sync,
    ) -> [Vec<f64>; 2] {
        let (lines, vectors) = (self.together(), pulp::Arch::new());
        let numbers = lines * self.line();
        let parts = x.par_chunks(numbers).zip(y.par_chunks(numbers));
        let parts: Vec<[Vec<f64>; 2]> = parts
            .enumerate()
            .map(|(part, (x, y))| {
                vectors.dispatch(
                    #[inline(always)]
                    || match self.side_by_side {
                        1 => of_rows(x, y, centre, term),
                        size => of_lines([x, y], centre, part * lines, size, term),
                    },
                )
            })
            .collect();
        let mut all = [0, 1].map(|_| vec![0.0; self.channels]);
        for part in &parts {
            for (sums, part) in all.iter_mut().zip(part) {
                sums.iter_mut()
                    .zip(part)
                    .for_each(|(sum, part)| *sum += part);
            }
        }
        all
    }

    /// A function of two tensors' numbers at a place and of numbers of the channel.
    pub(super) fn mapped<const N: usize>(
        &self,
        x: &[f32],
        y: &[f32],
        of_channel: [&[f32]; N],
        function: impl Fn(f32, f32, [f32; N]) -> f32 + Copy + Sync,
    ) -> Vec<f32> {
        let mut output = vec![0.0; x.len()];
        let (lines, vectors) = (self.together(), pulp::Arch::new());
        let numbers = lines * self.line();
        let inputs = x.par_chunks(numbers).zip(y.par_chunks(numbers));
        let all = output.par_chunks_mut(numbers).zip(inputs).enumerate();
        all.for_each(|(part, (output, (x, y)))| {
            vectors.dispatch(
                #[inline(always)]
                || match self.side_by_side {
                    1 => {
                        let channels = self.channels;
                        let of_channel = of_channel.map(|values| &values[..channels]);
                        let inputs = x.chunks_exact(channels).zip(y.chunks_exact(channels));
                        for (output, (x, y)) in output.chunks_exact_mut(channels).zip(inputs) {
                            let (x, y) = (&x[..channels], &y[..channels]);
                            for (channel, output) in output[..channels].iter_mut().enumerate() {
                                let values = of_channel.map(|values| values[channel]);
                                *output = function(x[channel], y[channel], values);
                            }
                        }
                    }
                    size => {
                        let inputs = x.chunks_exact(size).zip(y.chunks_exact(size));
                        let each = output.chunks_exact_mut(size).zip(inputs);
                        for (line, (output, (x, y))) in (part * lines..).zip(each) {
                            let values = of_channel.map(|values| values[line % self.channels]);
                            let inputs = x.iter().zip(y);
                            for (output, (x, y)) in output.iter_mut().zip(inputs) {
                                *output = function(*x, *y, values);
                            }
                        }
                    }
                },
            );
        });
        output
    }
}

/// Sums over rows of one number for each channel.
#[inline(always)]
fn of_rows(
    x: &[f32],
    y: &[f32],
    centre: &[f32],
    term: impl Fn(f32, f32) -> [f32; 2],
) -> [Vec<f64>; 2] {
    let channels = centre.len();
    let [mut first, mut second] = [0, 1].map(|_| vec![0.0_f64; channels]);
    let [mut a, mut b] = [0, 1].map(|_| vec![0.0_f32; channels]);
    let some = channels * ROWS;
    for (x, y) in x.chunks(some).zip(y.chunks(some)) {
        let (a, b) = (&mut a[..channels], &mut b[..channels]);
        a.fill(0.0);
        b.fill(0.0);
        for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact(channels)) {
            for channel in 0..channels {
                let [one, two] = term(x[channel] - centre[channel], y[channel]);
                a[channel] += one;
                b[channel] += two;
            }
        }
        let add = |sums: &mut [f64], some: &[f32]| {
            let each = sums.iter_mut().zip(some);
            each.for_each(|(sum, some)| *sum += f64::from(*some));
        };
        add(&mut first, a);
        add(&mut second, b);
    }
    [first, second]
}

/// Sums over lines of numbers, each of one channel, the first of them with a number of its own.
#[inline(always)]
fn of_lines(
    [x, y]: [&[f32]; 2],
    centre: &[f32],
    first: usize,
    size: usize,
    term: impl Fn(f32, f32) -> [f32; 2],
) -> [Vec<f64>; 2] {
    let channels = centre.len();
    let mut sums = [0, 1].map(|_| vec![0.0_f64; channels]);
    let lines = x.chunks_exact(size).zip(y.chunks_exact(size));
    for (line, (x, y)) in (first..).zip(lines) {
        let channel = line % channels;
        let some = LANES * ROWS;
        for (x, y) in x.chunks(some).zip(y.chunks(some)) {
            let [a, b] = of_some(x, y, centre[channel], &term);
            sums[0][channel] += f64::from(a);
            sums[1][channel] += f64::from(b);
        }
    }
    sums
}

/// Sums over numbers of one channel, by lanes beside each other.
#[inline(always)]
fn of_some(x: &[f32], y: &[f32], centre: f32, term: impl Fn(f32, f32) -> [f32; 2]) -> [f32; 2] {
    let (mut a, mut b) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let mut add = |lane: usize, x: f32, y: f32| {
        let [one, two] = term(x - centre, y);
        a[lane] += one;
        b[lane] += two;
    };
    let (whole_x, rest_x) = x.as_chunks::<LANES>();
    let (whole_y, rest_y) = y.as_chunks::<LANES>();
    for (x, y) in whole_x.iter().zip(whole_y) {
        for lane in 0..LANES {
            add(lane, x[lane], y[lane]);
        }
    }
    for (lane, (x, y)) in rest_x.iter().zip(rest_y).enumerate() {
        add(lane, *x, *y);
    }
    [a, b].map(|lanes| lanes.iter().sum())
}
