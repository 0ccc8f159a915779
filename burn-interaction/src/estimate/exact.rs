//! All 2^n values once; every interaction, and the fluctuation of its differences, from their table.

use crate::coalition::{Coalition, Pair};
use crate::game::{Enumerated, Game};

use super::{Block, Differences, block::BLOCK};

/// The 2^n coalitions in ascending code order, in blocks.
pub(super) fn blocks(players: usize) -> impl Iterator<Item = Block> {
    let total = 1_u64 << players;
    (0..total).step_by(BLOCK).map(move |start| Block {
        coalitions: (start..total.min(start + BLOCK as u64))
            .map(|code| Coalition::from_code(players, code))
            .collect(),
        differences: Differences::Enumerated,
    })
}

/// The mean and the variance of Delta v(i, j, S) over all contexts S of one order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Spread {
    pub mean: f64,
    pub variance: f64,
}

/// Mean and variance of every order `0..=n - 2` of a pair, once all values are in: I^(m)(i, j) is the mean.
///
/// One pass over the 2^(n-2) contexts. The variance is the population's, divided by the number of contexts: these
/// are all there are. Differences are taken from the first of their order, so that squares lose no digits.
pub(super) fn spreads(table: &Enumerated, (i, j): Pair) -> Vec<Spread> {
    let (players, values) = (table.players(), table.by_code());
    let (low, high) = (i.min(j), i.max(j));
    let [first, second] = [1_usize << low, 1_usize << high];
    let mut sums = vec![(0.0, 0.0, 0.0, 0.0); players - 1];
    for packed in 0..1_usize << (players - 2) {
        // The bits of the other players, with a gap for each of the pair.
        let gap = insert_zero(packed, low);
        let context = insert_zero(gap, high);
        let v = |set: usize| values[context | set];
        let difference = v(first | second) - v(first) - v(second) + v(0);
        let (count, origin, sum, squares) = &mut sums[packed.count_ones() as usize];
        if *count == 0.0 {
            *origin = difference;
        }
        let step = difference - *origin;
        *count += 1.0;
        *sum += step;
        *squares += step * step;
    }
    let spread = |(count, origin, sum, squares): (f64, f64, f64, f64)| Spread {
        mean: origin + sum / count,
        variance: (squares / count - (sum / count).powi(2)).max(0.0),
    };
    sums.into_iter().map(spread).collect()
}

fn insert_zero(bits: usize, place: usize) -> usize {
    let below = bits & ((1 << place) - 1);
    (bits ^ below) << 1 | below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::all_of_size;
    use crate::game::Dividends;

    #[test]
    fn spreads_are_those_of_the_differences_one_by_one() {
        let game = Dividends::random(7, 4);
        let mut table = Enumerated::zeros(7);
        for block in blocks(7) {
            let values = game.values(&block.coalitions).unwrap();
            table.set(&block.coalitions, &values);
        }
        for (i, j) in [(0, 6), (2, 3)] {
            for (order, spread) in spreads(&table, (i, j)).into_iter().enumerate() {
                let difference = |s: Coalition| {
                    let sets = [s.toggled(i).toggled(j), s.toggled(i), s.toggled(j), s];
                    let v = game.values(&sets).unwrap();
                    v[0] - v[1] - v[2] + v[3]
                };
                let all: Vec<f64> = all_of_size(7, order, &[i, j]).map(difference).collect();
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                let squares: f64 = all.iter().map(|d| (d - mean).powi(2)).sum();
                assert!((spread.mean - mean).abs() < 1e-12);
                assert!((spread.variance - squares / all.len() as f64).abs() < 1e-12);
            }
        }
    }
}
