//! Groups of points: those near a centre, by radius or by number.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use burn_interaction::is_cpu;
use burn_interaction::points::{farthest_points, lowest, numbers};
use rayon::prelude::*;

/// Groups of rows among `[batch * points, channels]` tensors: `size` rows each, group by group.
#[derive(Debug, Clone)]
pub struct Groups {
    rows: Tensor<1, Int>,
    size: usize,
}

impl Groups {
    /// From the points of each cloud in each group, `[batch, groups, size]`, of clouds of `points`.
    pub fn new(members: Tensor<3, Int>, points: usize) -> Self {
        let [batch, groups, size] = members.dims();
        let first = Tensor::<1, Int>::arange(0..batch as i64, &members.device()) * points as i64;
        let rows = members + first.reshape([batch, 1, 1]);
        Self {
            rows: rows.reshape([batch * groups * size]),
            size,
        }
    }

    /// Rows in each group.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The members' rows: `[batch * points, channels]` to `[batch * groups * size, channels]`.
    pub fn gather(&self, rows: Tensor<2>) -> Tensor<2> {
        let chosen = self.rows.clone();
        rows.select(0, chosen)
    }

    /// The members' rows less what their group's centre has, `[batch * groups, channels]`.
    pub(super) fn gather_less(&self, rows: Tensor<2>, centres: Tensor<2>) -> Tensor<2> {
        less(self.gather(rows), centres)
    }

    /// The largest of the members' rows, channel by channel: `[batch * points, channels]` to `[batch * groups, channels]`.
    ///
    /// Without gradients on the CPU no member's row is copied.
    pub fn largest(&self, rows: Tensor<2>) -> Tensor<2> {
        let [_, channels] = rows.dims();
        let device = rows.device();
        let groups = self.rows.dims()[0] / self.size;
        if device.is_autodiff() || !is_cpu(&device) || channels == 0 {
            return super::pointwise::largest(self.gather(rows), self.size);
        }
        let values = numbers(rows);
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
        Tensor::from_data(TensorData::new(found, [groups, channels]), &device)
    }

    fn from_members(members: Vec<i32>, shape: [usize; 3], points: usize, device: &Device) -> Self {
        let [batch, groups, size] = shape;
        let rows = members.into_iter().enumerate().map(|(at, member)| {
            let cloud = at / (groups * size).max(1);
            member + (cloud * points) as i32
        });
        let rows = TensorData::new(rows.collect::<Vec<i32>>(), [batch * groups * size]);
        Self {
            rows: Tensor::from_data(rows, device),
            size,
        }
    }
}

/// Rows, group by group, less what the group's centre has: `[groups * size, channels]` and `[groups, channels]`.
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

/// Squared distances by the expanded formula of the references, `|a|^2 + |b|^2 - 2 a b`: `[batch, a, channels]` and
/// `[batch, b, channels]` to `[batch, a, b]`.
pub(super) fn squared_distances(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    let squares = |x: &Tensor<3>| (x.clone() * x.clone()).sum_dim(2);
    let (from, to) = (squares(&a), squares(&b).swap_dims(1, 2));
    a.matmul(b.swap_dims(1, 2)) * -2.0 + from + to
}

/// The first `size` points, in the order of the cloud, within `radius` of each centre; where they are fewer, the first of
/// them again.
///
/// # Shapes
///
/// - points: `[batch, points, 3]`
/// - centres: `[batch, centres, 3]`
pub fn ball_query(points: &Tensor<3>, centres: &Tensor<3>, radius: f64, size: usize) -> Groups {
    let [batch, count, _] = points.dims();
    let groups = centres.dims()[1];
    let (points, centres) = (points.clone().detach(), centres.clone().detach());
    let reach = (radius * radius) as f32;
    let device = points.device().inner();
    if !is_cpu(&device) {
        let near = squared_distances(centres, points).lower_equal_elem(reach);
        return Groups::new(first_of(near, size), count);
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
    Groups::from_members(members, [batch, groups, size], count, &device)
}

/// Row by row the first places of a `[batch, groups, points]` mask, `[batch, groups, size]`.
fn first_of(mask: Tensor<3, Bool>, size: usize) -> Tensor<3, Int> {
    let [batch, groups, points] = mask.dims();
    let found = lowest(mask.reshape([batch * groups, points]), size);
    found.reshape([batch, groups, size])
}

/// The `size` points nearest to each centre, itself included where it is a point; of equally near ones, on the CPU, the
/// lowest.
///
/// # Shapes
///
/// - points: `[batch, points, channels]`
/// - centres: `[batch, centres, channels]`
///
/// # Panics
///
/// There are fewer than `size` points.
pub fn nearest_neighbours(points: &Tensor<3>, centres: &Tensor<3>, size: usize) -> Groups {
    nearest(points, centres, size, |product, own, other| {
        -2.0 * product + own + other
    })
}

/// The `size` points nearest to each point, itself included: [`nearest_neighbours`] of the points themselves, rounded as
/// DGCNN's reference rounds.
///
/// # Panics
///
/// There are fewer than `size` points.
pub fn neighbour_graph(points: &Tensor<3>, size: usize) -> Groups {
    nearest(points, points, size, |product, own, other| {
        other - 2.0 * product + own
    })
}

/// With a squared distance made of a product, the centre's square and the point's.
fn nearest(
    points: &Tensor<3>,
    centres: &Tensor<3>,
    size: usize,
    distance: impl Fn(f32, f32, f32) -> f32 + Sync,
) -> Groups {
    let [batch, count, channels] = points.dims();
    let groups = centres.dims()[1];
    assert!(size <= count, "{size} neighbours among {count} points");
    let (points, centres) = (points.clone().detach(), centres.clone().detach());
    let device = points.device().inner();
    if !is_cpu(&device) {
        let distances = squared_distances(centres, points);
        let (_, members) = distances.neg().topk_with_indices(size, 2);
        return Groups::new(members, count);
    }
    let mut members = Vec::with_capacity(batch * groups * size);
    // Few clouds at a time, whose products stay in the cache.
    let part = (PRODUCTS / (groups * count).max(1)).max(1);
    let parts = points.split(part, 0).into_iter();
    for (points, centres) in parts.zip(centres.split(part, 0)) {
        let products =
            (channels > 3).then(|| numbers(centres.clone().matmul(points.clone().swap_dims(1, 2))));
        let search = Search {
            points: &numbers(points),
            centres: &numbers(centres),
            products: products.as_deref(),
            count,
            channels,
            groups,
            size,
        };
        members.extend(search.run(&distance));
    }
    Groups::from_members(members, [batch, groups, size], count, &device)
}

/// Numbers in the products of a part of the clouds.
const PRODUCTS: usize = 1 << 20;

/// Rounded once a step, as by a fused multiply-add: so PyTorch's matrix product adds up on CPUs, and points at the very
/// border of a ball, or equally near but for rounding, are taken as the references take them.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let step =
        |sum: f32, (a, b): (&f32, &f32)| (f64::from(*a) * f64::from(*b) + f64::from(sum)) as f32;
    a.iter().zip(b).fold(0.0, step)
}

fn square(point: &[f32]) -> f32 {
    point.iter().map(|v| v * v).sum()
}

/// Some clouds whose nearest points are looked for.
struct Search<'a> {
    /// `[clouds, count, channels]`
    points: &'a [f32],
    /// `[clouds, groups, channels]`
    centres: &'a [f32],
    /// `[clouds, groups, count]`, where the channels are too many to make them one by one.
    products: Option<&'a [f32]>,
    count: usize,
    channels: usize,
    groups: usize,
    size: usize,
}

impl Search<'_> {
    /// The nearest points of every centre, `[clouds, groups, size]`.
    fn run(&self, distance: &(impl Fn(f32, f32, f32) -> f32 + Sync)) -> Vec<i32> {
        let squares: Vec<f32> = self
            .points
            .chunks_exact(self.channels)
            .map(square)
            .collect();
        let rows = self.centres.len() / self.channels;
        let mut members = vec![0; rows * self.size];
        // A few parts a cloud: enough for the threads, each worth its own room.
        let together = self.groups.div_ceil(4).max(1);
        let each = members.par_chunks_mut(together * self.size).enumerate();
        each.for_each(|(part, members)| {
            let (mut distances, mut best) = (vec![0.0; self.count], vec![0.0; self.size]);
            for (k, members) in members.chunks_exact_mut(self.size).enumerate() {
                let row = part * together + k;
                let first = row / self.groups * self.count;
                let centre = &self.centres[row * self.channels..][..self.channels];
                let own = square(centre);
                let squares = &squares[first..][..self.count];
                let to = distances.iter_mut().zip(squares);
                match self.products {
                    Some(products) => {
                        let products = &products[row * self.count..][..self.count];
                        for ((to, other), product) in to.zip(products) {
                            *to = distance(*product, own, *other);
                        }
                    }
                    None => {
                        let points = self.points[first * self.channels..].chunks(self.channels);
                        for ((to, other), point) in to.zip(points) {
                            *to = distance(product(centre, point), own, *other);
                        }
                    }
                }
                smallest(&distances, &mut best, members);
            }
        });
        members
    }
}

/// Indices of the smallest distances, in order; of equal ones the lowest first. `best` is room for their values.
fn smallest(distances: &[f32], best: &mut [f32], members: &mut [i32]) {
    let last = members.len() - 1;
    best.fill(f32::INFINITY);
    members.fill(0);
    for (at, distance) in distances.iter().enumerate() {
        if *distance < best[last] {
            let mut place = last;
            while place > 0 && best[place - 1] > *distance {
                best[place] = best[place - 1];
                members[place] = members[place - 1];
                place -= 1;
            }
            best[place] = *distance;
            members[place] = at as i32;
        }
    }
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

    fn list(rows: Tensor<1, Int>) -> Vec<i64> {
        rows.try_into_vec_as().unwrap()
    }

    #[test]
    fn balls_hold_the_lowest_points_within_reach() {
        let (points, centres) = clouds();
        let found = ball_query(&points, &centres, 1.0, 6);
        let near = squared_distances(centres, points).lower_equal_elem(1.0);
        let by_tensors = Groups::new(first_of(near, 6), 50);
        assert_eq!(list(found.rows), list(by_tensors.rows));
        let line = Tensor::<3>::from_data(
            [[[0.9, 0.0, 0.0], [5.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0; 3]]],
            &Device::flex(),
        );
        let centre = line.clone().narrow(1, 3, 1);
        let of = |size| list(ball_query(&line, &centre, 1.0, size).rows);
        assert_eq!(of(2), [0, 2]);
        assert_eq!(of(5), [0, 2, 3, 0, 0]);
    }

    #[test]
    fn neighbours_are_those_of_a_full_sort() {
        let (points, centres) = clouds();
        let found = list(nearest_neighbours(&points, &centres, 7).rows);
        let distances = squared_distances(centres, points);
        let (_, sorted) = distances.neg().topk_with_indices(7, 2);
        let sorted = list(Groups::new(sorted, 50).rows);
        for (found, sorted) in found.chunks(7).zip(sorted.chunks(7)) {
            let set = |rows: &[i64]| {
                rows.iter()
                    .copied()
                    .collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(set(found), set(sorted));
        }
    }

    #[test]
    fn the_largest_of_a_group_is_the_same_with_and_without_copies() {
        let (points, centres) = clouds();
        let groups = nearest_neighbours(&points, &centres, 5);
        let rows = points.reshape([150, 3]);
        let copied = super::super::pointwise::largest(groups.gather(rows.clone()), 5);
        assert_eq!(groups.largest(rows).into_data(), copied.into_data());
    }
}
