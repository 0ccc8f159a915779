use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use rand::{Rng, RngExt, seq::index};

use crate::coalition::Pair;
use crate::error::{Error, Result};
use crate::text::{number, spelled};

/// Which pairs of players to measure. Drawn anew for every sample, from the seed and the sample's id.
///
/// Spelled `all`, `random:N`, `neighbours:RADIUS:N`, `windows:SIDE:N`, or a list such as `0-1,4-7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    All,
    Random { count: usize },
    Neighbours { radius: usize, count: usize },
    Windows { side: usize, count: usize },
    Given(Vec<Pair>),
}

impl Pairs {
    /// All n(n - 1)/2 pairs.
    pub fn all() -> Self {
        Self(Kind::All)
    }

    /// `count` different pairs drawn uniformly.
    pub fn random(count: usize) -> Self {
        Self(Kind::Random { count })
    }

    /// The papers' pairs on a grid: i uniform, j uniform in the window of `radius` around i, clamped at the border;
    /// duplicates are rejected. The papers use radius 2.
    pub fn neighbours(radius: usize, count: usize) -> Self {
        Self(Kind::Neighbours { radius, count })
    }

    /// All pairs inside randomly placed `side` x `side` windows of a grid, until there are `count`.
    ///
    /// Pairs in one window share players, which the toggled estimator turns into about 1.3 values a difference.
    pub fn windows(side: usize, count: usize) -> Self {
        Self(Kind::Windows { side, count })
    }

    /// The pairs of a list.
    pub fn given(pairs: impl Into<Vec<Pair>>) -> Self {
        Self(Kind::Given(pairs.into()))
    }

    /// The pairs for one sample, ascending and each once. `grid` is the players' grid, `[rows, columns]`, where
    /// they have one.
    ///
    /// # Errors
    ///
    /// Fails for fewer than two players, no pairs, a pair that is none, or neighbours of players without a grid.
    pub fn resolve(
        &self,
        players: usize,
        grid: Option<[usize; 2]>,
        rng: &mut impl Rng,
    ) -> Result<Vec<Pair>> {
        if players < 2 {
            return Err(Error::TooFewPlayers { players });
        }
        let pairs = match &self.0 {
            Kind::All => all_pairs(players).collect(),
            Kind::Random { count } => choose(*count, all_pairs(players).collect(), rng),
            Kind::Neighbours { radius, count } => {
                let grid = Grid::of(grid)?;
                let near = all_pairs(players)
                    .filter(|p| grid.distance(*p) <= *radius)
                    .collect();
                gather(*count, near, || vec![grid.neighbours(*radius, rng)])
            }
            Kind::Windows { side, count } => {
                let grid = Grid::of(grid)?;
                let near = all_pairs(players)
                    .filter(|p| grid.distance(*p) < *side)
                    .collect();
                gather(*count, near, || grid.window(*side, rng))
            }
            Kind::Given(given) => {
                let check = |&(i, j): &Pair| match i != j && i < players && j < players {
                    true => Ok((i.min(j), i.max(j))),
                    false => Err(Error::PairOutOfRange {
                        pair: (i, j),
                        players,
                    }),
                };
                given.iter().map(check).collect::<Result<BTreeSet<_>>>()?
            }
        };
        match pairs.is_empty() {
            true => Err(Error::NoPairs),
            false => Ok(pairs.into_iter().collect()),
        }
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::All => f.write_str("all"),
            Kind::Random { count } => write!(f, "random:{count}"),
            Kind::Neighbours { radius, count } => write!(f, "neighbours:{radius}:{count}"),
            Kind::Windows { side, count } => write!(f, "windows:{side}:{count}"),
            Kind::Given(pairs) => {
                let texts: Vec<String> = pairs.iter().map(|(i, j)| format!("{i}-{j}")).collect();
                f.write_str(&texts.join(","))
            }
        }
    }
}

impl FromStr for Pairs {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || {
            let remedy = "give all, N, random:N, neighbours:RADIUS:N, windows:SIDE:N, or pairs such as 0-1,4-7";
            Error::setting("pairs", text, remedy)
        };
        let count = |text: &str| number::<usize>("pairs", text).map_err(|_| refused());
        let pair = |text: &str| {
            let (i, j) = text.split_once('-').ok_or_else(refused)?;
            Ok((count(i)?, count(j)?))
        };
        match text.split(':').collect::<Vec<_>>()[..] {
            ["all"] => Ok(Self::all()),
            ["random", n] => Ok(Self::random(count(n)?)),
            ["neighbours", radius, n] => Ok(Self::neighbours(count(radius)?, count(n)?)),
            ["windows", side, n] => Ok(Self::windows(count(side)?, count(n)?)),
            [given] if given.contains('-') => Ok(Self::given(
                given.split(',').map(pair).collect::<Result<Vec<_>>>()?,
            )),
            [n] => Ok(Self::random(count(n)?)),
            _ => Err(refused()),
        }
    }
}

spelled!(Pairs);

fn all_pairs(players: usize) -> impl Iterator<Item = Pair> {
    (0..players).flat_map(move |i| (i + 1..players).map(move |j| (i, j)))
}

/// `count` different ones of the candidates, uniformly; all of them when there are no more than that.
fn choose(count: usize, candidates: Vec<Pair>, rng: &mut impl Rng) -> BTreeSet<Pair> {
    let count = count.min(candidates.len());
    index::sample(rng, candidates.len(), count)
        .into_iter()
        .map(|k| candidates[k])
        .collect()
}

/// Proposals until there are `count` different pairs, or all the `available` ones.
fn gather(
    count: usize,
    available: Vec<Pair>,
    mut propose: impl FnMut() -> Vec<Pair>,
) -> BTreeSet<Pair> {
    if available.len() <= count {
        return available.into_iter().collect();
    }
    let mut chosen = BTreeSet::new();
    while chosen.len() < count {
        for pair in propose() {
            if chosen.len() < count {
                chosen.insert(pair);
            }
        }
    }
    chosen
}

struct Grid {
    rows: usize,
    columns: usize,
}

impl Grid {
    fn of(grid: Option<[usize; 2]>) -> Result<Self> {
        let [rows, columns] = grid.ok_or_else(|| {
            Error::setting(
                "pairs",
                "neighbours or windows",
                "these players lie on no grid: use all, random or given pairs",
            )
        })?;
        Ok(Self { rows, columns })
    }

    fn distance(&self, (i, j): Pair) -> usize {
        let rows = (i / self.columns).abs_diff(j / self.columns);
        rows.max((i % self.columns).abs_diff(j % self.columns))
    }

    fn neighbours<R: Rng>(&self, radius: usize, rng: &mut R) -> Pair {
        let (row, column) = (
            rng.random_range(0..self.rows),
            rng.random_range(0..self.columns),
        );
        let near = |centre: usize, end: usize, rng: &mut R| {
            rng.random_range(centre.saturating_sub(radius)..(centre + radius + 1).min(end))
        };
        loop {
            let other = (near(row, self.rows, rng), near(column, self.columns, rng));
            if other != (row, column) {
                let (i, j) = (
                    row * self.columns + column,
                    other.0 * self.columns + other.1,
                );
                return (i.min(j), i.max(j));
            }
        }
    }

    fn window(&self, side: usize, rng: &mut impl Rng) -> Vec<Pair> {
        let (height, width) = (side.min(self.rows), side.min(self.columns));
        let top = rng.random_range(0..=self.rows - height);
        let left = rng.random_range(0..=self.columns - width);
        let player = |k: usize| (top + k / width) * self.columns + left + k % width;
        all_pairs(height * width)
            .map(|(a, b)| (player(a), player(b)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;

    #[test]
    fn neighbours_are_within_the_radius_and_different() {
        let pairs = Pairs::neighbours(2, 200)
            .resolve(256, Some([16, 16]), &mut generator(0, 0))
            .unwrap();
        assert_eq!(pairs.len(), 200);
        for (i, j) in pairs {
            assert!(i < j && (i / 16).abs_diff(j / 16) <= 2 && (i % 16).abs_diff(j % 16) <= 2);
        }
    }

    #[test]
    fn windows_share_players() {
        let pairs = Pairs::windows(3, 36)
            .resolve(256, Some([16, 16]), &mut generator(0, 0))
            .unwrap();
        let players: BTreeSet<_> = pairs.iter().flat_map(|p| [p.0, p.1]).collect();
        assert_eq!((pairs.len(), players.len()), (36, 9));
    }

    #[test]
    fn asking_for_more_pairs_than_there_are_gives_all() {
        let mut rng = generator(0, 0);
        assert_eq!(
            Pairs::random(100).resolve(4, None, &mut rng).unwrap().len(),
            6
        );
        assert_eq!(
            Pairs::random(5).resolve(10, None, &mut rng).unwrap().len(),
            5
        );
        assert_eq!(
            Pairs::neighbours(1, 100)
                .resolve(4, Some([2, 2]), &mut rng)
                .unwrap()
                .len(),
            6
        );
        assert_eq!(Pairs::all().resolve(12, None, &mut rng).unwrap().len(), 66);
    }

    #[test]
    fn bad_pairs_are_refused() {
        let mut rng = generator(0, 0);
        let mut refuse = |pairs: Pairs, grid| pairs.resolve(4, grid, &mut rng).unwrap_err();
        assert!(matches!(
            refuse(Pairs::given([(1, 1)]), None),
            Error::PairOutOfRange { .. }
        ));
        assert!(matches!(
            refuse(Pairs::given([(0, 4)]), None),
            Error::PairOutOfRange { .. }
        ));
        assert!(matches!(refuse(Pairs::given([]), None), Error::NoPairs));
        assert!(matches!(refuse(Pairs::random(0), None), Error::NoPairs));
        assert!(matches!(
            refuse(Pairs::neighbours(0, 3), Some([2, 2])),
            Error::NoPairs
        ));
        assert!(matches!(
            refuse(Pairs::neighbours(2, 3), None),
            Error::Setting { .. }
        ));
    }
}
