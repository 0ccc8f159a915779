use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use rand::Rng;

use crate::coalition::Pair;
use crate::error::{Error, Result};
use crate::text::{number, spelled};

use super::drawing::{Stars, choose, gather, one_place};
use super::grid::{Grid, all_pairs};

/// Which pairs of players to measure. Drawn anew for every sample, from the seed and the sample's id.
///
/// Spelled `all`, `random:N`, `neighbours:RADIUS:N`, `stars:RADIUS:PLACES:ARMS`, `stars:any:PLACES:ARMS`, `windows:SIDE:N`, or a
/// list such as `0-1,4-7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    All,
    Random { count: usize },
    Neighbours { radius: usize, count: usize },
    Stars(Stars),
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

    /// Stars: at each of `places` a player i uniform, and `arms` different players j uniform in the window of `radius` around i,
    /// clamped at the border, or among all players without a radius. Near and far ones have their shares in each star.
    ///
    /// Each pair has the distribution of [`neighbours`](Pairs::neighbours), or of [`random`](Pairs::random), so that the mean over
    /// them is that of the papers' pairs. The pairs of a star share players, which the toggled estimator turns into 2 + 2 / arms
    /// values a difference. A pair that is drawn twice counts once.
    pub fn stars(radius: Option<usize>, places: usize, arms: usize) -> Self {
        Self(Kind::Stars(Stars {
            radius,
            places,
            arms,
        }))
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
    /// Fails for fewer than two players, no pairs, a pair that is none, or neighbours of players without a grid or on one with
    /// another number of places.
    pub fn resolve(
        &self,
        players: usize,
        grid: Option<[usize; 2]>,
        rng: &mut impl Rng,
    ) -> Result<Vec<Pair>> {
        let placed = self.placed(players, grid, rng)?;
        Ok(placed.into_keys().collect())
    }

    /// The pairs for one sample with the number of the place that each was drawn at: pairs of one star or window lie at one
    /// place, and so do all pairs where none are drawn.
    pub(super) fn placed(
        &self,
        players: usize,
        grid: Option<[usize; 2]>,
        rng: &mut impl Rng,
    ) -> Result<BTreeMap<Pair, u32>> {
        if players < 2 {
            return Err(Error::TooFewPlayers { players });
        }
        let all = |near: &dyn Fn(Pair) -> bool| all_pairs(players).filter(|p| near(*p)).collect();
        let pairs = match &self.0 {
            Kind::All => one_place(all_pairs(players)),
            Kind::Random { count } => choose(*count, all_pairs(players).collect(), rng),
            Kind::Neighbours { radius, count } => {
                let grid = Grid::of(grid, players)?;
                let near = all(&|p| grid.distance(p) <= *radius);
                gather(*count, near, || vec![grid.neighbours(*radius, rng)])
            }
            Kind::Stars(stars) => {
                let grid = stars.radius.map(|_| Grid::of(grid, players)).transpose()?;
                stars.placed(players, grid.as_ref(), rng)
            }
            Kind::Windows { side, count } => {
                let grid = Grid::of(grid, players)?;
                let near = all(&|p| grid.distance(p) < *side);
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
                one_place(given.iter().map(check).collect::<Result<BTreeSet<_>>>()?)
            }
        };
        match pairs.is_empty() {
            true => Err(Error::NoPairs),
            false => Ok(pairs),
        }
    }

    /// The stars of these pairs with other numbers of places and arms, which have the same distribution; `None` for pairs that are
    /// not drawn one by one.
    pub(crate) fn starred(&self, places: usize, arms: usize) -> Option<Self> {
        match self.0 {
            Kind::Random { .. } => Some(Self::stars(None, places, arms)),
            Kind::Neighbours { radius, .. } => Some(Self::stars(Some(radius), places, arms)),
            Kind::Stars(Stars { radius, .. }) => Some(Self::stars(radius, places, arms)),
            _ => None,
        }
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::All => f.write_str("all"),
            Kind::Random { count } => write!(f, "random:{count}"),
            Kind::Neighbours { radius, count } => write!(f, "neighbours:{radius}:{count}"),
            Kind::Stars(Stars {
                radius,
                places,
                arms,
            }) => match radius {
                Some(radius) => write!(f, "stars:{radius}:{places}:{arms}"),
                None => write!(f, "stars:any:{places}:{arms}"),
            },
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
            let remedy = "give all, N, random:N, neighbours:RADIUS:N, stars:RADIUS:PLACES:ARMS (or stars:any:..), windows:SIDE:N, or pairs such as 0-1,4-7";
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
            ["stars", radius, places, arms] => {
                let radius = match radius {
                    "any" => None,
                    number => Some(count(number)?),
                };
                Ok(Self::stars(radius, count(places)?, count(arms)?))
            }
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
    fn a_grid_with_other_places_than_players_is_refused() {
        let on = |pairs: &Pairs, grid| pairs.resolve(4, Some(grid), &mut generator(0, 0));
        for pairs in [
            Pairs::neighbours(2, 1),
            Pairs::stars(Some(2), 1, 1),
            Pairs::windows(2, 1),
        ] {
            assert!(on(&pairs, [2, 2]).is_ok() && on(&pairs, [1, 4]).is_ok());
            for [rows, columns] in [[16, 16], [1, 2], [0, 4], [usize::MAX, 2]] {
                let error = on(&pairs, [rows, columns]).unwrap_err().to_string();
                let named = error.contains(&format!("grid is {rows}x{columns}"));
                assert!(named && error.contains("4 players"), "{error}");
            }
        }
        // Others look at no grid.
        assert_eq!(on(&Pairs::stars(None, 9, 9), [16, 16]).unwrap().len(), 6);
        assert_eq!(on(&Pairs::all(), [16, 16]).unwrap().len(), 6);
    }

    #[test]
    fn the_largest_numbers_are_numbers_too() {
        let most = usize::MAX;
        for (pairs, count) in [
            (Pairs::neighbours(most, 1), 1),
            (Pairs::stars(Some(most), 1, 1), 1),
            (Pairs::stars(Some(1), most, 2), 6),
        ] {
            let found = pairs.resolve(4, Some([2, 2]), &mut generator(0, 0));
            assert_eq!(found.unwrap().len(), count, "{pairs}");
        }
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
            refuse(Pairs::stars(None, 0, 3), None),
            Error::NoPairs
        ));
        assert!(matches!(
            refuse(Pairs::stars(None, 3, 0), None),
            Error::NoPairs
        ));
        assert!(matches!(
            refuse(Pairs::stars(Some(1), 3, 1), None),
            Error::Setting { .. }
        ));
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
