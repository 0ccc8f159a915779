use burn::tensor::{Int, Tensor};

use super::host::{indices, numbers};
use crate::device::is_cpu;

/// The nearest of each cloud's centres to each of its points; the lowest of equally near ones.
///
/// # Shapes
///
/// - clouds: `[batch, 3, points]`
/// - centres: `[batch, centres]`, indices of points
/// - output: `[batch, points]`, numbers of centres
pub fn nearest_centres(clouds: Tensor<3>, centres: Tensor<2, Int>) -> Tensor<2, Int> {
    let [batch, _, points] = clouds.dims();
    let count = centres.dims()[1];
    let device = clouds.device();
    let at = centres.reshape([batch, 1, count]).expand([batch, 3, count]);
    let centres = clouds.clone().gather(2, at);
    if !is_cpu(&device) {
        return by_tensors(clouds, centres);
    }
    let (clouds, centres) = (numbers(clouds), numbers(centres));
    let each = clouds
        .chunks_exact(3 * points)
        .zip(centres.chunks_exact(3 * count));
    let nearest = each.flat_map(|(cloud, centres)| of_one(cloud, centres));
    indices(nearest.collect(), [batch, points], &device)
}

fn of_one(cloud: &[f32], centres: &[f32]) -> Vec<i32> {
    let (points, count) = (cloud.len() / 3, centres.len() / 3);
    let nearest = |point: usize| {
        let (mut best, mut at) = (f32::INFINITY, 0);
        for centre in 0..count {
            let away = |axis: usize| cloud[axis * points + point] - centres[axis * count + centre];
            let [dx, dy, dz] = [away(0), away(1), away(2)];
            let distance = dx * dx + dy * dy + dz * dz;
            if distance < best {
                (best, at) = (distance, centre as i32);
            }
        }
        at
    };
    (0..points).map(nearest).collect()
}

/// The nearest centres by tensor operations, with centres as points: `[batch, 3, centres]`.
fn by_tensors(clouds: Tensor<3>, centres: Tensor<3>) -> Tensor<2, Int> {
    let [batch, _, points] = clouds.dims();
    let count = centres.dims()[2];
    let device = clouds.device();
    let away = clouds.reshape([batch, 3, points, 1]) - centres.reshape([batch, 3, 1, count]);
    let squares = (away.clone() * away).sum_dim(1).squeeze_dim::<3>(1);
    let least = squares.clone().min_dim(2).expand([batch, points, count]);
    let order = Tensor::<1, Int>::arange(0..count as i64, &device)
        .reshape([1, 1, count])
        .expand([batch, points, count]);
    let others = squares.not_equal(least);
    let nearest = order.mask_fill(others, count as i64).min_dim(2);
    nearest.squeeze_dim::<2>(2).clamp_max(count as i64 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::farthest_points;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn loops_and_tensors_agree_and_ties_go_to_the_lower_centre() {
        let device = Device::flex();
        let list = |found: Tensor<2, Int>| found.try_into_vec_as::<i64>().unwrap();
        let clouds = Tensor::<3>::random([2, 3, 60], Distribution::Normal(0.0, 1.0), &device);
        let centres = farthest_points(clouds.clone(), 7);
        let at = centres.clone().reshape([2, 1, 7]).expand([2, 3, 7]);
        let placed = by_tensors(clouds.clone(), clouds.clone().gather(2, at));
        assert_eq!(list(nearest_centres(clouds, centres)), list(placed));
        let line = Tensor::<3>::from_data([[[0.0, 2.0, 1.0], [0.0; 3], [0.0; 3]]], &device);
        let centres = Tensor::<2, Int>::from_data([[1, 0]], &device);
        assert_eq!(list(nearest_centres(line, centres)), [1, 0, 0]);
    }
}
