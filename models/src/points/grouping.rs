//! Groups of points that are near a centre, by radius or by number.

use burn::tensor::{Int, Tensor};
use burn_interaction::geometry::{
    ball_query, farthest_points, nearest_neighbours, neighbour_graph,
};
use rayon::prelude::*;

use crate::layers::{Numbers, is_plain, plain_tensor};

/// Groups of rows among `[batch * points, channels]` tensors: `size` rows each, group by group.
#[derive(Debug, Clone)]
pub struct Groups {
    rows: Tensor<1, Int>,
    size: usize,
}

impl Groups {
    /// Makes groups from the points of each cloud in each group, `[batch, groups, size]`, of clouds of `points`.
    pub fn new(members: Tensor<3, Int>, points: usize) -> Self {
        let [batch, groups, size] = members.dims();
        let first = Tensor::<1, Int>::arange(0..batch as i64, &members.device()) * points as i64;
        let rows = members + first.reshape([batch, 1, 1]);
        Self {
            rows: rows.reshape([batch * groups * size]),
            size,
        }
    }

    /// The first `size` points within `radius` of each centre, see [`ball_query`].
    ///
    /// # Shapes
    ///
    /// - points: `[batch, points, 3]`
    /// - centres: `[batch, centres, 3]`
    pub fn ball(points: &Tensor<3>, centres: &Tensor<3>, radius: f64, size: usize) -> Self {
        Self::new(ball_query(points, centres, radius, size), points.dims()[1])
    }

    /// The `size` points nearest to each centre, see [`nearest_neighbours`].
    ///
    /// # Shapes
    ///
    /// - points: `[batch, points, channels]`
    /// - centres: `[batch, centres, channels]`
    ///
    /// # Panics
    ///
    /// Panics if there are fewer than `size` points.
    pub fn nearest(points: &Tensor<3>, centres: &Tensor<3>, size: usize) -> Self {
        Self::new(nearest_neighbours(points, centres, size), points.dims()[1])
    }

    /// The `size` points nearest to each point, the point included, see [`neighbour_graph`].
    ///
    /// # Shapes
    ///
    /// - points: `[batch, points, channels]`
    ///
    /// # Panics
    ///
    /// Panics if there are fewer than `size` points.
    pub fn graph(points: &Tensor<3>, size: usize) -> Self {
        Self::new(neighbour_graph(points, size), points.dims()[1])
    }

    /// Rows in each group.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Copies the members' rows: `[batch * points, channels]` to `[batch * groups * size, channels]`.
    pub fn gather(&self, rows: Tensor<2>) -> Tensor<2> {
        let chosen = self.rows.clone();
        rows.select(0, chosen)
    }

    /// The members' rows less the row of their group's centre, of `[batch * groups, channels]`.
    pub(super) fn gather_less(&self, rows: Tensor<2>, centres: Tensor<2>) -> Tensor<2> {
        less(self.gather(rows), centres)
    }

    /// The largest of the members' rows, channel by channel: `[batch * points, channels]` to `[batch * groups, channels]`.
    ///
    /// No member's row is copied where numbers are of 32 bits, on the CPU and without gradients.
    pub fn largest(&self, rows: Tensor<2>) -> Tensor<2> {
        let [_, channels] = rows.dims();
        let device = rows.device();
        let groups = self.rows.dims()[0] / self.size;
        if !is_plain(&rows) || channels == 0 {
            return super::pointwise::largest(self.gather(rows), self.size);
        }
        let values = Numbers::of(rows);
        let members = self.rows.clone().try_into_vec_as::<i32>();
        let members = members.unwrap_or_else(|error| panic!("reading indices: {error}"));
        let mut found = vec![0.0_f32; groups * channels];
        let each = found.par_chunks_exact_mut(channels);
        let each = each.zip(members.par_chunks_exact(self.size));
        each.for_each(|(found, members)| {
            let row = |member: i32| &values[member as usize * channels..][..channels];
            found.copy_from_slice(row(members[0]));
            for member in &members[1..] {
                for (found, value) in found.iter_mut().zip(row(*member)) {
                    *found = if *value > *found { *value } else { *found };
                }
            }
        });
        plain_tensor(found, [groups, channels], &device)
    }
}

/// Rows, group by group, less the row of the group's centre: `[groups * size, channels]` and `[groups, channels]`.
pub(super) fn less(rows: Tensor<2>, centres: Tensor<2>) -> Tensor<2> {
    let ([count, channels], [groups, _]) = (rows.dims(), centres.dims());
    let rows = rows.reshape([groups, count / groups, channels]);
    (rows - centres.reshape([groups, 1, channels])).reshape([count, channels])
}

/// The coordinates of farthest points: `[batch, points, 3]` to `[batch, count, 3]`.
pub(super) fn farthest_centres(points: Tensor<3>, count: usize) -> Tensor<3> {
    let [batch, all, _] = points.dims();
    let chosen = farthest_points(points.clone().swap_dims(1, 2), count);
    let chosen = Groups::new(chosen.reshape([batch, count, 1]), all);
    let rows = points.reshape([batch * all, 3]);
    chosen.gather(rows).reshape([batch, count, 3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{DType, Device, Distribution};

    #[test]
    fn the_largest_of_a_group_is_the_same_with_and_without_copies() {
        let normal = Distribution::Normal(0.0, 1.0);
        let points = Tensor::<3>::random([3, 50, 3], normal, &Device::flex());
        let centres = points.clone().narrow(1, 4, 11);
        let groups = Groups::nearest(&points, &centres, 5);
        let rows = points.reshape([150, 3]);
        let copied = super::super::pointwise::largest(groups.gather(rows.clone()), 5);
        assert_eq!(
            groups.largest(rows.clone()).into_data(),
            copied.clone().into_data()
        );
        let precise = groups.largest(rows.cast(DType::F64));
        assert_eq!(precise.dtype(), DType::F64);
        assert_eq!(precise.into_data(), copied.cast(DType::F64).into_data());
    }
}
