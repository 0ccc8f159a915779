//! All 2^n values once; every interaction from sums by coalition size.

use crate::coalition::Coalition;

use super::{Block, Differences, Pair, binomial, block::BLOCK};

/// The largest number of players that is enumerated: 2^24 values a sample.
pub const EXACT_LIMIT: usize = 24;

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

/// Sums of v(T) by size of T: over all T, over those with player i, and over those with i and j.
///
/// With M_k, u_k and w_k these sums at size k, the mean of Delta v(i, j, S) over |S| = m is, each over C(n-2, m):
/// `M[m+2][i,j]` (both), `u[m+1][i] - M[m+1][i,j]` and the same for j (one), and
/// `w[m] - u[m][i] - u[m][j] + M[m][i,j]` (none).
pub(crate) struct SizeSums {
    players: usize,
    /// `[size][i][j]` for i < j, with the diagonal holding u.
    sums: Vec<f64>,
    total: Vec<f64>,
}

impl SizeSums {
    pub fn new(players: usize) -> Self {
        Self {
            players,
            sums: vec![0.0; (players + 1) * players * players],
            total: vec![0.0; players + 1],
        }
    }

    pub fn absorb(&mut self, coalitions: &[Coalition], values: &[f64]) {
        let n = self.players;
        let mut members = Vec::with_capacity(n);
        for (set, value) in coalitions.iter().zip(values) {
            members.clear();
            members.extend(set.members());
            let size = members.len();
            self.total[size] += value;
            let table = &mut self.sums[size * n * n..(size + 1) * n * n];
            for (a, &i) in members.iter().enumerate() {
                let row = &mut table[i * n..(i + 1) * n];
                for &j in &members[a..] {
                    row[j] += value;
                }
            }
        }
    }

    /// I^(m)(i, j), once all values are in.
    pub fn interaction(&self, (i, j): Pair, order: usize) -> f64 {
        let n = self.players;
        let sum = |size: usize, i: usize, j: usize| self.sums[(size * n + i) * n + j];
        let m = order;
        let both = sum(m + 2, i, j);
        let one = sum(m + 1, i, i) + sum(m + 1, j, j) - 2.0 * sum(m + 1, i, j);
        let none = self.total[m] - sum(m, i, i) - sum(m, j, j) + sum(m, i, j);
        (both - one + none) / binomial(n - 2, m)
    }
}
