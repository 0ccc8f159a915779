//! Which coalitions make up a gradient, and with which weights.

use rand::RngExt;
use rand::seq::index;

use crate::coalition::{Coalition, Pair, all_of_size, binomial, sample_generator, sample_of_size};
use crate::estimate::{Block, Difference, Differences, Plan};

/// The numbers that tell the draws here from a sample's other ones.
const SIZES: u64 = 3;
const SINGLE: u64 = 4;

/// Coalitions with the weights of their values in a sum.
pub(super) type Terms<'a> = Vec<(&'a Coalition, f64)>;

/// The terms of I^(m)(i, j) for each pair and order of a block, the mean of its differences, with the index of the order in the
/// plan. A block of the paired estimator holds all differences of a pair and order.
pub(super) fn interactions(block: &Block) -> Vec<(usize, Terms<'_>)> {
    let Differences::Listed(differences) = &block.differences else {
        return Vec::new();
    };
    let groups = differences.chunk_by(|a, b| (a.order, a.pair) == (b.order, b.pair));
    let terms = |group: &[Difference]| {
        let share = 1.0 / group.len() as f64;
        let parts = group.iter().flat_map(|d| {
            let signs = [
                (d.both, 1.0),
                (d.first, -1.0),
                (d.second, -1.0),
                (d.neither, 1.0),
            ];
            signs.map(|(index, sign)| (&block.coalitions[index as usize], sign * share))
        });
        parts.collect()
    };
    groups
        .map(|group| (group[0].order as usize, terms(group)))
        .collect()
}

/// Coalitions of one size whose mean is E v(T) over |T| = size: all of them where there are no more than `most`, else the first
/// `size` players of `most` random permutations, the same ones for every size.
pub(super) fn of_size(
    players: usize,
    size: usize,
    most: usize,
    (seed, id): (u64, u64),
) -> Vec<Coalition> {
    if are_all(players, size, most) {
        return all_of_size(players, size, &[]).collect();
    }
    let prefix = |draw: u64| {
        let mut rng = sample_generator(seed, id, [SIZES, draw]);
        let order = index::sample(&mut rng, players, players);
        Coalition::of(players, order.into_iter().take(size))
    };
    (0..most as u64).map(prefix).collect()
}

/// Whether the coalitions of a size are no more than `most`.
pub(super) fn are_all(players: usize, size: usize, most: usize) -> bool {
    binomial(players, size) <= most as f64
}

/// One draw of a sample, a pair of it and a context, each uniform: the index of the sample, and the four coalitions of
/// Delta v(i, j, S) with their signs.
pub(super) fn single(
    plans: &[Plan],
    order: usize,
    seed: u64,
    draw: u64,
) -> (usize, [(Coalition, f64); 4]) {
    let mut rng = sample_generator(seed, draw, [SINGLE, order as u64]);
    let sample = rng.random_range(0..plans.len());
    let plan = &plans[sample];
    let (i, j): Pair = plan.pairs()[rng.random_range(0..plan.pairs().len())];
    let context = sample_of_size(plan.players(), order, &[i, j], &mut rng);
    let (first, second) = (context.toggled(i), context.toggled(j));
    let both = first.toggled(j);
    let terms = [(both, 1.0), (first, -1.0), (second, -1.0), (context, 1.0)];
    (sample, terms)
}

/// Terms that lend their coalitions.
pub(super) fn lent(terms: &[(Coalition, f64)]) -> Terms<'_> {
    terms.iter().map(|(set, weight)| (set, *weight)).collect()
}

/// Coalitions with equal weights that sum to one.
pub(super) fn mean_of(sets: &[Coalition]) -> Terms<'_> {
    let share = 1.0 / sets.len() as f64;
    sets.iter().map(|set| (set, share)).collect()
}
