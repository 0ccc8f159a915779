use burn::tensor::{Bool, Int, Tensor};
use rayon::prelude::*;

use super::distance::{product, square, squared_distances};
use super::host::{indices, numbers};
use super::lowest;
use crate::device::is_cpu;

/// The first `size` points, in the order of the cloud, within `radius` of each centre; where they are fewer, the first of
/// them again.
///
/// # Shapes
///
/// - points: `[batch, points, 3]`
/// - centres: `[batch, centres, 3]`
/// - output: `[batch, centres, size]`, indices of points
///
/// Around a centre without a point in reach the indices are 0. No gradient passes through them.
pub fn ball_query(
    points: &Tensor<3>,
    centres: &Tensor<3>,
    radius: f64,
    size: usize,
) -> Tensor<3, Int> {
    let [batch, count, _] = points.dims();
    let groups = centres.dims()[1];
    let (points, centres) = (points.clone().detach(), centres.clone().detach());
    let reach = (radius * radius) as f32;
    let device = points.device().inner();
    if !is_cpu(&device) {
        let near = squared_distances(centres, points).lower_equal_elem(reach);
        return first_of(near, size);
    }
    let (p, c) = (numbers(points), numbers(centres));
    let mut members = vec![0; batch * groups * size];
    let each = members.par_chunks_mut((groups * size).max(1));
    let clouds = p
        .par_chunks_exact(3 * count)
        .zip(c.par_chunks_exact(3 * groups));
    each.zip(clouds).for_each(|(members, (p, c))| {
        let squares: Vec<f32> = p.chunks_exact(3).map(square).collect();
        for (members, c) in members.chunks_exact_mut(size).zip(c.chunks_exact(3)) {
            let own = square(c);
            let mut found = 0;
            for (at, (p, other)) in p.chunks_exact(3).zip(&squares).enumerate() {
                if -2.0 * product(c, p) + own + other <= reach {
                    members[found] = at as i32;
                    found += 1;
                    if found == size {
                        break;
                    }
                }
            }
            let first = members[0];
            members[found..].fill(first);
        }
    });
    indices(members, [batch, groups, size], &device)
}

/// Row by row the first places of a `[batch, groups, points]` mask, `[batch, groups, size]`.
fn first_of(mask: Tensor<3, Bool>, size: usize) -> Tensor<3, Int> {
    let [batch, groups, points] = mask.dims();
    let found = lowest(mask.reshape([batch * groups, points]), size);
    found.reshape([batch, groups, size])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    fn clouds() -> (Tensor<3>, Tensor<3>) {
        let normal = Distribution::Normal(0.0, 1.0);
        let points = Tensor::<3>::random([3, 50, 3], normal, &Device::flex());
        let centres = points.clone().narrow(1, 4, 11);
        (points, centres)
    }

    fn list(found: Tensor<3, Int>) -> Vec<i64> {
        found.try_into_vec_as().unwrap()
    }

    #[test]
    fn balls_hold_the_lowest_points_within_reach() {
        let (points, centres) = clouds();
        let found = ball_query(&points, &centres, 1.0, 6);
        let near = squared_distances(centres, points).lower_equal_elem(1.0);
        assert_eq!(list(found), list(first_of(near, 6)));
        let line = Tensor::<3>::from_data(
            [[[0.9, 0.0, 0.0], [5.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0; 3]]],
            &Device::flex(),
        );
        let centre = line.clone().narrow(1, 3, 1);
        let of = |size| list(ball_query(&line, &centre, 1.0, size));
        assert_eq!(of(2), [0, 2]);
        assert_eq!(of(5), [0, 2, 3, 0, 0]);
    }
}
