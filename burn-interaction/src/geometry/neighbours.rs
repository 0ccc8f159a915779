use burn::tensor::{Int, Tensor};
use rayon::prelude::*;

use super::distance::{product, square, squared_distances};
use super::host::{indices, numbers};
use crate::device::is_cpu;

/// The `size` points nearest to each centre, itself included where it is a point; of equally near ones, on the CPU, the
/// lowest.
///
/// # Shapes
///
/// - points: `[batch, points, channels]`
/// - centres: `[batch, centres, channels]`
/// - output: `[batch, centres, size]`, indices of points, the nearest first; no gradient passes through them
///
/// # Panics
///
/// Panics if there are fewer than `size` points.
pub fn nearest_neighbours(points: &Tensor<3>, centres: &Tensor<3>, size: usize) -> Tensor<3, Int> {
    nearest(points, centres, size, |product, own, other| {
        -2.0 * product + own + other
    })
}

/// The `size` points nearest to each point, itself included: [`nearest_neighbours`] of the points themselves, rounded as
/// DGCNN's reference rounds.
///
/// # Shapes
///
/// - points: `[batch, points, channels]`
/// - output: `[batch, points, size]`, indices of points
///
/// # Panics
///
/// Panics if there are fewer than `size` points.
pub fn neighbour_graph(points: &Tensor<3>, size: usize) -> Tensor<3, Int> {
    nearest(points, points, size, |product, own, other| {
        other - 2.0 * product + own
    })
}

/// The nearest points by a squared distance that is made of a product, the centre's square and the point's.
fn nearest(
    points: &Tensor<3>,
    centres: &Tensor<3>,
    size: usize,
    distance: impl Fn(f32, f32, f32) -> f32 + Sync,
) -> Tensor<3, Int> {
    let [batch, count, channels] = points.dims();
    let groups = centres.dims()[1];
    assert!(size <= count, "{size} neighbours among {count} points");
    let (points, centres) = (points.clone().detach(), centres.clone().detach());
    let device = points.device().inner();
    if !is_cpu(&device) {
        let distances = squared_distances(centres, points);
        let (_, members) = distances.neg().topk_with_indices(size, 2);
        return members;
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
    indices(members, [batch, groups, size], &device)
}

/// Numbers in the products of a part of the clouds.
const PRODUCTS: usize = 1 << 20;

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

    fn list(found: Tensor<3, Int>) -> Vec<i64> {
        found.try_into_vec_as().unwrap()
    }

    #[test]
    fn neighbours_are_those_of_a_full_sort() {
        let (points, centres) = clouds();
        let found = list(nearest_neighbours(&points, &centres, 7));
        let distances = squared_distances(centres, points);
        let (_, sorted) = distances.neg().topk_with_indices(7, 2);
        let sorted = list(sorted);
        for (found, sorted) in found.chunks(7).zip(sorted.chunks(7)) {
            let set = |rows: &[i64]| {
                rows.iter()
                    .copied()
                    .collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(set(found), set(sorted));
        }
    }
}
