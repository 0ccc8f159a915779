//! Balls of the two norms: steps, projections and random points.

use burn::tensor::Tensor;
use rand::{Rng, RngExt};

use super::attack::Norm;

/// The way that a step goes: of length 1 in the norm where the gradient is not zero.
pub(super) fn direction(norm: Norm, gradient: Tensor<2>) -> Tensor<2> {
    match norm {
        Norm::Linf => gradient.sign(),
        Norm::L2 => {
            let length = lengths(gradient.clone());
            let zero = length.clone().equal_elem(0.0);
            gradient / length.mask_fill(zero, 1.0)
        }
    }
}

/// Moves of samples, `[samples, elements]`, brought to the nearest ones of at most this length.
pub(super) fn into_ball(norm: Norm, epsilon: f64, moved: Tensor<2>) -> Tensor<2> {
    match norm {
        Norm::Linf => moved.clamp(-epsilon, epsilon),
        Norm::L2 => {
            // No move is lengthened, and none has a length of exactly zero.
            let length = lengths(moved.clone()).clamp_min(1e-30);
            moved * (length.recip() * epsilon).clamp_max(1.0)
        }
    }
}

/// The Euclidean length of each row, `[rows, 1]`, without squares that underflow.
fn lengths(rows: Tensor<2>) -> Tensor<2> {
    let most = rows.clone().abs().max_dim(1);
    let scale = most.clone().mask_fill(most.clone().equal_elem(0.0), 1.0);
    let rows = rows / scale.clone();
    rows.powi_scalar(2).sum_dim(1).sqrt() * scale
}

/// A point drawn uniformly from the unit ball of so many dimensions.
pub(super) fn point(norm: Norm, elements: usize, rng: &mut impl Rng) -> Vec<f32> {
    if norm == Norm::Linf {
        let one = |_| rng.random_range(-1.0_f64..1.0) as f32;
        return (0..elements).map(one).collect();
    }
    // A normal vector has a uniform direction; the radius of a uniform point is a root of a uniform number.
    let way: Vec<f64> = (0..elements).map(|_| normal(rng)).collect();
    let length = way
        .iter()
        .map(|v| v * v)
        .sum::<f64>()
        .sqrt()
        .max(f64::MIN_POSITIVE);
    let radius = rng.random::<f64>().powf(1.0 / elements.max(1) as f64);
    way.iter().map(|v| (v / length * radius) as f32).collect()
}

/// A standard normal number, by Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use burn::tensor::Device;

    fn rows(values: [[f32; 2]; 3]) -> Tensor<2> {
        Tensor::from_data(values, &Device::flex())
    }

    fn numbers(rows: Tensor<2>) -> Vec<f32> {
        rows.try_into_vec_as().unwrap()
    }

    #[test]
    fn a_step_has_length_one_however_small_the_gradient_and_none_where_it_is_zero() {
        let gradient = rows([[3.0, -4.0], [3e-30, 4e-30], [0.0, 0.0]]);
        let linf = numbers(direction(Norm::Linf, gradient.clone()));
        assert_eq!(linf, [1.0, -1.0, 1.0, 1.0, 0.0, 0.0]);
        let l2 = numbers(direction(Norm::L2, gradient));
        for (found, expected) in l2.iter().zip([0.6, -0.8, 0.6, 0.8, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-6, "{l2:?}");
        }
    }

    #[test]
    fn only_moves_beyond_the_ball_are_shortened() {
        let moved = rows([[3.0, -4.0], [0.1, 0.2], [0.0, 0.0]]);
        let linf = numbers(into_ball(Norm::Linf, 0.5, moved.clone()));
        assert_eq!(linf, [0.5, -0.5, 0.1, 0.2, 0.0, 0.0]);
        let l2 = numbers(into_ball(Norm::L2, 0.5, moved.clone()));
        for (found, expected) in l2.iter().zip([0.3, -0.4, 0.1, 0.2, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-6, "{l2:?}");
        }
        for norm in [Norm::Linf, Norm::L2] {
            assert_eq!(numbers(into_ball(norm, 0.0, moved.clone())), [0.0; 6]);
        }
    }

    #[test]
    fn starts_fill_the_ball_evenly() {
        let (draws, elements) = (4000, 3);
        for norm in [Norm::Linf, Norm::L2] {
            let mut rng = generator(2, 0);
            let points = (0..draws).map(|_| point(norm, elements, &mut rng));
            let moves: Vec<f32> = points.flatten().collect();
            let size = |point: &[f32]| match norm {
                Norm::Linf => point.iter().fold(0.0_f32, |most, v| most.max(v.abs())),
                Norm::L2 => point.iter().map(|v| v * v).sum::<f32>().sqrt(),
            };
            let sizes: Vec<f32> = moves.chunks(elements).map(size).collect();
            assert!(sizes.iter().all(|size| *size <= 1.0 + 1e-6));
            // The share within half the radius is 2^-3 of the volume, in either norm; 4 standard errors.
            let inner = sizes.iter().filter(|size| **size < 0.5).count() as f64 / f64::from(draws);
            assert!((inner - 0.125).abs() < 4.0 * (0.125_f64 * 0.875 / f64::from(draws)).sqrt());
            let above = moves.iter().filter(|v| **v > 0.0).count() as f64 / moves.len() as f64;
            assert!((above - 0.5).abs() < 4.0 * (0.25 / moves.len() as f64).sqrt());
        }
    }
}
