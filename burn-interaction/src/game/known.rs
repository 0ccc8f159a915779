//! Games whose interactions are known in closed form: they judge every estimator.

use rand::RngExt;

use crate::coalition::{Coalition, Pair, generator, ln_binomial};
use crate::error::Result;

use super::{Enumerated, Game};

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

    /// The Harsanyi dividends of a game: `a(L) = sum over T in L of (-1)^(|L| - |T|) v(T)`, a(empty) = v(empty) among them.
    /// Those that are exactly zero are left out.
    ///
    /// The result is the same game, v(S) being the sum of a(L) over L in S, and knows its interactions by
    /// [`KnownGame::interaction`].
    ///
    /// # Cost
    ///
    /// 2^n values, n 2^(n-1) subtractions, and some 60 bytes for each of the dividends. A value of the result is a sum over
    /// all of them: keep an [`Enumerated`] for values.
    ///
    /// # Errors
    ///
    /// Fails for more than [`EXACT_LIMIT`](crate::coalition::EXACT_LIMIT) players, and where the game fails.
    pub fn of(game: &impl Game) -> Result<Self> {
        let players = game.players();
        let table = Enumerated::of(game)?;
        let mut values = table.by_code().to_vec();
        // The Moebius transform, one player after the other.
        for player in 0..players {
            let bit = 1_usize << player;
            for code in (0..values.len()).filter(|code| code & bit != 0) {
                values[code] -= values[code ^ bit];
            }
        }
        let terms = values.into_iter().enumerate().filter(|(_, a)| *a != 0.0);
        let term = |(code, a)| (Coalition::from_code(players, code as u64), a);
        Ok(Self::new(players, terms.map(term).collect()))
    }

    /// The dividends, each with its coalition: in ascending [code](Coalition::from_code) as [`of`](Dividends::of) finds them,
    /// else as they were given.
    pub fn terms(&self) -> &[(Coalition, f64)] {
        &self.terms
    }

    /// The dividend a(L) of one coalition; zero where it has none.
    pub fn dividend(&self, of: &Coalition) -> f64 {
        let terms = self.terms.iter().filter(|(set, _)| set == of);
        terms.map(|(_, a)| a).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// v of a table of uniform numbers, with nothing that a dividend would know.
    fn table(players: usize, seed: u64) -> Enumerated {
        let mut rng = generator(seed, 9);
        let values = (0..1 << players).map(|_| rng.random_range(-3.0..3.0));
        Enumerated::new(players, values.collect()).unwrap()
    }

    #[test]
    fn dividends_are_those_of_inclusion_and_exclusion() {
        for players in [0, 1, 2, 6] {
            let game = table(players, 1);
            let dividends = Dividends::of(&game).unwrap();
            assert_eq!(dividends.terms().len(), 1 << players);
            for (set, found) in dividends.terms() {
                let members: Vec<usize> = set.members().collect();
                let mut expected = 0.0;
                for chosen in 0_u32..1 << members.len() {
                    let inside = (0..members.len()).filter(|k| chosen >> k & 1 == 1);
                    let inside = Coalition::of(players, inside.map(|k| members[k]));
                    let sign = if (set.len() - inside.len()).is_multiple_of(2) {
                        1.0
                    } else {
                        -1.0
                    };
                    expected += sign * game.values(&[inside]).unwrap()[0];
                }
                assert!(
                    (found - expected).abs() < 1e-12,
                    "{set:?}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn dividends_of_dividends_are_the_ones_given() {
        let given = Dividends::random(8, 4);
        let found = Dividends::of(&given).unwrap();
        for (set, a) in given.terms() {
            assert!((found.dividend(set) - a).abs() < 1e-12);
        }
        let unanimity = Dividends::of(&Dividends::unanimity(8, [1, 4, 5])).unwrap();
        assert_eq!(unanimity.terms(), [(Coalition::of(8, [1, 4, 5]), 1.0)]);
    }

    #[test]
    fn interactions_by_dividends_are_means_over_contexts() {
        let game = table(7, 2);
        let dividends = Dividends::of(&game).unwrap();
        for (i, j) in [(0, 1), (2, 6)] {
            for order in 0..=5 {
                let difference = |s: Coalition| {
                    let sets = [s.toggled(i).toggled(j), s.toggled(i), s.toggled(j), s];
                    let v = game.values(&sets).unwrap();
                    v[0] - v[1] - v[2] + v[3]
                };
                let sets = crate::coalition::all_of_size(7, order, &[i, j]);
                let all: Vec<f64> = sets.map(difference).collect();
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                assert!((dividends.interaction((i, j), order) - mean).abs() < 1e-12);
            }
        }
    }
}
