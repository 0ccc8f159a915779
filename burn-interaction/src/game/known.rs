//! Games whose interactions are known in closed form: they judge every estimator.

use rand::RngExt;

use crate::coalition::{Coalition, Pair, generator, ln_binomial};
use crate::error::Result;

use super::Game;

/// A game that knows its own I^(m)(i, j).
pub trait KnownGame: Game {
    /// The interaction of `pair` at `order`, in closed form.
    fn interaction(&self, pair: Pair, order: usize) -> f64;
}

/// A sum of unanimity games: v(S) is the sum of the dividends a(L) of all L inside S.
///
/// `I^(m)(i,j) = sum over L in N\{i,j} of [C(m,|L|) / C(n-2,|L|)] a(L+i+j)`.
#[derive(Debug, Clone)]
pub struct Dividends {
    players: usize,
    terms: Vec<(Coalition, f64)>,
}

impl Dividends {
    /// The game with these dividends.
    ///
    /// # Panics
    ///
    /// Panics if a coalition is of another number of players.
    pub fn new(players: usize, terms: Vec<(Coalition, f64)>) -> Self {
        assert!(terms.iter().all(|(set, _)| set.players() == players));
        Self { players, terms }
    }

    /// The unanimity game: one as soon as all of `members` are present.
    pub fn unanimity(players: usize, members: impl IntoIterator<Item = usize>) -> Self {
        Self::new(players, vec![(Coalition::of(players, members), 1.0)])
    }

    /// A dividend for each of the 2^n coalitions, uniform in `-1..1`.
    pub fn random(players: usize, seed: u64) -> Self {
        let mut rng = generator(seed, 0);
        let terms = (0..1 << players).map(|code| {
            (
                Coalition::from_code(players, code),
                rng.random_range(-1.0..1.0),
            )
        });
        Self::new(players, terms.collect())
    }

    /// `count` dividends of random coalitions of 1 to `largest` members, uniform in `-1..1`.
    pub fn sparse(players: usize, count: usize, largest: usize, seed: u64) -> Self {
        let mut rng = generator(seed, 0);
        let terms = (0..count).map(|_| {
            let size = rng.random_range(1..=largest);
            (
                crate::coalition::sample_of_size(players, size, &[], &mut rng),
                rng.random_range(-1.0..1.0),
            )
        });
        Self::new(players, terms.collect())
    }
}

impl Game for Dividends {
    fn players(&self) -> usize {
        self.players
    }

    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
        let value = |set: &Coalition| {
            self.terms
                .iter()
                .filter(|(l, _)| l.is_subset(set))
                .map(|(_, a)| a)
                .sum()
        };
        Ok(coalitions.iter().map(value).collect())
    }
}

impl KnownGame for Dividends {
    fn interaction(&self, (i, j): Pair, order: usize) -> f64 {
        let with_pair = self
            .terms
            .iter()
            .filter(|(set, _)| set.contains(i) && set.contains(j));
        with_pair
            .map(|(set, a)| {
                let rest = set.len() - 2;
                a * (ln_binomial(order, rest) - ln_binomial(self.players - 2, rest)).exp()
            })
            .sum()
    }
}

/// A game that only counts heads: v(S) = f(|S|), so `I^(m) = f(m+2) - 2 f(m+1) + f(m)` for every pair.
#[derive(Debug, Clone, Copy)]
pub struct Symmetric<F> {
    players: usize,
    f: F,
}

impl<F: Fn(usize) -> f64> Symmetric<F> {
    /// The game of `players` with this value of their number.
    pub fn new(players: usize, f: F) -> Self {
        Self { players, f }
    }
}

impl<F: Fn(usize) -> f64> Game for Symmetric<F> {
    fn players(&self) -> usize {
        self.players
    }

    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
        Ok(coalitions.iter().map(|s| (self.f)(s.len())).collect())
    }
}

impl<F: Fn(usize) -> f64> KnownGame for Symmetric<F> {
    fn interaction(&self, _: Pair, order: usize) -> f64 {
        (self.f)(order + 2) - 2.0 * (self.f)(order + 1) + (self.f)(order)
    }
}
