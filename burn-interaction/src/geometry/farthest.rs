use burn::tensor::{Int, Tensor};
use rayon::prelude::*;

use super::host::{indices, numbers};
use crate::device::is_cpu;

/// Farther than any point of a cloud; what the references begin with.
const FAR: f32 = 1e10;

/// Indices of `count` points of each cloud, each as far as can be from those before it; the first is point 0.
///
/// Distances are squared differences, added up over the axes; the first of equally far points is taken, so that a cloud
/// with fewer distinct points than `count` gives point 0 again.
///
/// # Shapes
///
/// - clouds: `[batch, 3, points]`
/// - output: `[batch, count]`
///
/// # Panics
///
/// Panics if the clouds have no points.
pub fn farthest_points(clouds: Tensor<3>, count: usize) -> Tensor<2, Int> {
    let [batch, _, points] = clouds.dims();
    assert!(points > 0, "farthest points of a cloud without points");
    let device = clouds.device();
    if !is_cpu(&device) {
        return by_tensors(clouds, count);
    }
    let mut found = vec![0; batch * count];
    if count > 0 {
        let values = numbers(clouds);
        let clouds = values.par_chunks_exact(3 * points);
        let each = clouds.zip(found.par_chunks_exact_mut(count));
        each.for_each(|(cloud, found)| of_one(cloud, found));
    }
    indices(found, [batch, count], &device)
}

/// The farthest points of one cloud, `[3, points]`.
fn of_one(cloud: &[f32], found: &mut [i32]) {
    let points = cloud.len() / 3;
    let (x, rest) = cloud.split_at(points);
    let (y, z) = rest.split_at(points);
    let mut distances = vec![FAR; points];
    let mut next = 0;
    for found in found {
        *found = next as i32;
        let [cx, cy, cz] = [x[next], y[next], z[next]];
        let axes = x.iter().zip(y).zip(z);
        for (distance, ((x, y), z)) in distances.iter_mut().zip(axes) {
            let [dx, dy, dz] = [x - cx, y - cy, z - cz];
            *distance = distance.min(dx * dx + dy * dy + dz * dz);
        }
        next = first_largest(&distances);
    }
}

/// The place of the largest value, the first of several; in two passes, which vectorise.
fn first_largest(values: &[f32]) -> usize {
    const LANES: usize = 16;
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = if *value > *lane { *value } else { *lane };
        }
    }
    let largest = lanes
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    values.iter().position(|v| *v == largest).unwrap_or(0)
}

fn by_tensors(clouds: Tensor<3>, count: usize) -> Tensor<2, Int> {
    let [batch, _, points] = clouds.dims();
    let device = clouds.device();
    let order = Tensor::<1, Int>::arange(0..points as i64, &device)
        .reshape([1, points])
        .expand([batch, points]);
    let mut distances = Tensor::<2>::full([batch, points], FAR, &device);
    let mut next = Tensor::<2, Int>::zeros([batch, 1], &device);
    let mut found = Vec::with_capacity(count);
    for _ in 0..count {
        found.push(next.clone());
        let at = next.reshape([batch, 1, 1]).expand([batch, 3, 1]);
        let away = clouds.clone() - clouds.clone().gather(2, at);
        let squares = (away.clone() * away).sum_dim(1).squeeze_dim::<2>(1);
        distances = distances.min_pair(squares);
        // Not `argmax`: which of equal values it takes depends on the backend.
        let largest = distances.clone().max_dim(1).expand([batch, points]);
        let others = distances.clone().not_equal(largest);
        next = order.clone().mask_fill(others, points as i64).min_dim(1);
        // A NaN equals nothing.
        next = next.clamp_max(points as i64 - 1);
    }
    match found.is_empty() {
        true => Tensor::zeros([batch, 0], &device),
        false => Tensor::cat(found, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    fn list(found: Tensor<2, Int>) -> Vec<i64> {
        found.try_into_vec_as().unwrap()
    }

    #[test]
    fn the_first_of_equally_far_points_wins_and_then_point_zero_again() {
        let device = Device::flex();
        // On a line: 0, 1, -1, 0, 1.
        let line =
            Tensor::<3>::from_data([[[0.0, 1.0, -1.0, 0.0, 1.0], [0.0; 5], [0.0; 5]]], &device);
        let expected = [0, 1, 2, 0, 0];
        assert_eq!(list(farthest_points(line.clone(), 5)), expected);
        assert_eq!(list(by_tensors(line, 5)), expected);
    }

    #[test]
    fn loops_and_tensors_find_the_same_points() {
        let device = Device::flex();
        let clouds = Tensor::<3>::random([3, 3, 77], Distribution::Normal(0.0, 1.0), &device);
        let found = list(farthest_points(clouds.clone(), 40));
        assert_eq!(found, list(by_tensors(clouds, 40)));
        let distinct: std::collections::HashSet<_> = found[..40].iter().collect();
        assert_eq!(distinct.len(), 40);
    }
}
