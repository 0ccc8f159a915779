//! Ways to draw pairs, each pair with the place that it was drawn at.

use std::collections::BTreeMap;

use rand::seq::{SliceRandom, index};
use rand::{Rng, RngExt};

use crate::coalition::Pair;

use super::grid::{Grid, all_pairs};

/// Pairs that are not drawn, all at one place.
pub(super) fn one_place(pairs: impl IntoIterator<Item = Pair>) -> BTreeMap<Pair, u32> {
    pairs.into_iter().map(|pair| (pair, 0)).collect()
}

/// `count` different ones of the candidates, uniformly, each at a place of its own; all of them when there are no more than that.
pub(super) fn choose(
    count: usize,
    candidates: Vec<Pair>,
    rng: &mut impl Rng,
) -> BTreeMap<Pair, u32> {
    let count = count.min(candidates.len());
    index::sample(rng, candidates.len(), count)
        .into_iter()
        .zip(0..)
        .map(|(k, place)| (candidates[k], place))
        .collect()
}

/// Proposals until there are `count` different pairs, each proposal at a place of its own; or all the `available` ones.
pub(super) fn gather(
    count: usize,
    available: Vec<Pair>,
    mut propose: impl FnMut() -> Vec<Pair>,
) -> BTreeMap<Pair, u32> {
    if available.len() <= count {
        return one_place(available);
    }
    let mut chosen = BTreeMap::new();
    for place in 0.. {
        if chosen.len() >= count {
            break;
        }
        for pair in propose() {
            if chosen.len() < count {
                chosen.entry(pair).or_insert(place);
            }
        }
    }
    chosen
}

/// Stars of pairs: one player with several others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stars {
    /// How far the others lie on the grid; `None` for any distance, with or without a grid.
    pub radius: Option<usize>,
    /// How many stars.
    pub places: usize,
    /// How many others.
    pub arms: usize,
}

impl Stars {
    /// The pairs of the stars, each pair at the first place that has it. All pairs there are where the stars have as many.
    pub fn placed(
        self,
        players: usize,
        grid: Option<&Grid>,
        rng: &mut impl Rng,
    ) -> BTreeMap<Pair, u32> {
        let near = |pair: &Pair| match (grid, self.radius) {
            (Some(grid), Some(radius)) => grid.distance(*pair) <= radius,
            _ => true,
        };
        let available = all_pairs(players).filter(near).count();
        if available <= self.places.saturating_mul(self.arms) {
            return one_place(all_pairs(players).filter(near));
        }
        let mut chosen = BTreeMap::new();
        for place in 0..self.places as u32 {
            let before = chosen.len();
            // A place whose pairs are all taken is drawn again: fewer are taken than there are.
            while chosen.len() == before && self.arms > 0 {
                for pair in self.draw(players, grid, rng) {
                    chosen.entry(pair).or_insert(place);
                }
            }
        }
        chosen
    }

    fn draw(self, players: usize, grid: Option<&Grid>, rng: &mut impl Rng) -> Vec<Pair> {
        let centre = rng.random_range(0..players);
        let mut others = match (grid, self.radius) {
            (Some(grid), Some(radius)) => grid.near(centre, radius),
            _ => (0..players).filter(|other| *other != centre).collect(),
        };
        others.shuffle(rng);
        if let Some(grid) = grid {
            others.sort_by_key(|other| grid.squares((centre, *other)));
        }
        // Near and far ones in their shares: evenly spaced from a random start, so that each is as likely as any other.
        let count = self.arms.min(others.len());
        let step = others.len() as f64 / count.max(1) as f64;
        let start: f64 = rng.random();
        (0..count)
            .map(|arm| others[(((arm as f64 + start) * step) as usize).min(others.len() - 1)])
            .map(|other| (centre.min(other), centre.max(other)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use crate::estimate::Pairs;

    #[test]
    fn stars_are_distributed_as_the_papers_pairs() {
        // How often each pair of a 5x4 grid is drawn: by single neighbours, and by stars of three.
        let grid = Some([5, 4]);
        let mut shares = [BTreeMap::<Pair, f64>::new(), BTreeMap::new()];
        let kinds = [Pairs::neighbours(2, 1), Pairs::stars(Some(2), 1, 3)];
        for (pairs, shares) in kinds.iter().zip(&mut shares) {
            let mut rng = generator(1, 0);
            let mut drawn = 0.0;
            while drawn < 120_000.0 {
                for pair in pairs.resolve(20, grid, &mut rng).unwrap() {
                    *shares.entry(pair).or_default() += 1.0;
                    drawn += 1.0;
                }
            }
        }
        let grid = Grid::of(grid, 20).unwrap();
        for pair in all_pairs(20) {
            let (i, j) = pair;
            // i uniform, then j uniform in its window; or the other way round.
            let near = |player| grid.near(player, 2).len() as f64;
            let truth = match grid.distance(pair) <= 2 {
                true => (1.0 / near(i) + 1.0 / near(j)) / 20.0,
                false => 0.0,
            };
            for shares in &shares {
                let found = shares.get(&pair).copied().unwrap_or(0.0) / 120_000.0;
                let chance = (truth / 120_000.0).sqrt();
                assert!(
                    (found - truth).abs() <= 5.0 * chance,
                    "{pair:?}: {found}, not {truth}"
                );
            }
        }
    }

    #[test]
    fn stars_have_a_place_each_and_a_player_in_common() {
        let mut rng = generator(2, 0);
        for radius in [Some(2), None] {
            let pairs = Pairs::stars(radius, 5, 3);
            let placed = pairs.placed(256, Some([16, 16]), &mut rng).unwrap();
            for place in 0..5 {
                let of: Vec<Pair> = placed
                    .iter()
                    .filter(|(_, p)| **p == place)
                    .map(|(pair, _)| *pair)
                    .collect();
                assert!((1..=3).contains(&of.len()));
                let (a, b) = of[0];
                assert!(
                    [a, b]
                        .iter()
                        .any(|c| of.iter().all(|p| p.0 == *c || p.1 == *c))
                );
            }
        }
        // More than there are: all of them.
        let pairs = Pairs::stars(Some(1), 9, 9).resolve(4, Some([2, 2]), &mut rng);
        assert_eq!(pairs.unwrap().len(), 6);
        let pairs = Pairs::stars(None, 3, 9).resolve(4, None, &mut rng);
        assert_eq!(pairs.unwrap().len(), 6);
    }
}
