use rand::RngExt;

use crate::coalition::sample_generator;
use crate::error::{Error, Result};

/// The number that tells random removals from a sample's other draws.
const REMOVALS: u64 = u64::MAX - 2;

/// A sample whose players are to be removed one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seating {
    /// The id of the sample.
    pub id: u64,
    /// The number of players, n.
    pub players: usize,
    /// The grid that the players lie on row by row, `[rows, columns]`, where there is one.
    pub grid: Option<[usize; 2]>,
    /// The seed of the masking.
    pub seed: u64,
    /// Which of several draws for the sample this is, from 0 on.
    pub draw: usize,
}

/// An order in which players are removed from a sample.
///
/// [`Random`] and [`Surroundings`] are two; closures of a [`Seating`] are others, such as an order by a map of attribution.
///
/// ```
/// use burn_interaction::Result;
/// use burn_interaction::evaluation::{Removal, Seating};
///
/// /// Row by row from the last player on.
/// let backwards = |seating: &Seating| Ok((0..seating.players).rev().collect());
/// let seating = Seating { id: 0, players: 3, grid: None, seed: 0, draw: 0 };
/// assert_eq!(backwards.order(&seating)?, [2, 1, 0]);
/// # fn of<R: Removal>(_: &R) {}
/// # of(&backwards);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
pub trait Removal {
    /// The players of a sample, each once, in the order in which they are removed.
    ///
    /// # Errors
    ///
    /// Fails where the sample has no such order.
    fn order(&self, seating: &Seating) -> Result<Vec<usize>>;

    /// How many orders are drawn for a sample, of as many as the masking asks for: one where they are all the same.
    fn draws(&self, _asked: usize) -> usize {
        1
    }
}

impl<F: Fn(&Seating) -> Result<Vec<usize>>> Removal for F {
    fn order(&self, seating: &Seating) -> Result<Vec<usize>> {
        self(seating)
    }
}

/// Players are removed in an order drawn uniformly from the seed, the sample's id and the draw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Random;

impl Removal for Random {
    fn order(&self, seating: &Seating) -> Result<Vec<usize>> {
        let Seating { id, seed, draw, .. } = *seating;
        let mut rng = sample_generator(seed, id, [REMOVALS, draw as u64]);
        let mut order: Vec<usize> = (0..seating.players).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, rng.random_range(0..=place));
        }
        Ok(order)
    }

    fn draws(&self, asked: usize) -> usize {
        asked
    }
}

/// Players are removed from the border of their grid inwards, those farthest from its centre first, so that the centre stays.
///
/// The distance is Euclidean, between the centre of a player's cell and that of the grid, in cells. Players at one distance go
/// in the order of their numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings;

impl Removal for Surroundings {
    fn order(&self, seating: &Seating) -> Result<Vec<usize>> {
        let grid = seating
            .grid
            .filter(|[rows, columns]| rows * columns == seating.players);
        let Some([rows, columns]) = grid else {
            return Err(Error::setting(
                "players",
                "on no grid",
                "surroundings are those of a grid's centre: take Patches, or give an order of your own",
            ));
        };
        // Twice the distance to the centre along each side, in whole cells: ties are exact.
        let squared = |player: &usize| {
            let along = |place: usize, side: usize| (2 * place + 1).abs_diff(side).pow(2);
            along(player / columns, rows) + along(player % columns, columns)
        };
        let mut order: Vec<usize> = (0..seating.players).collect();
        order.sort_by_key(|player| std::cmp::Reverse(squared(player)));
        Ok(order)
    }
}

/// The order of a sample, once it is known to hold every player once.
pub(super) fn checked(removal: &impl Removal, seating: &Seating) -> Result<Vec<usize>> {
    let order = removal.order(seating)?;
    let mut seen = vec![false; seating.players];
    let fresh = |player: &usize| {
        let place = seen.get_mut(*player);
        place.is_some_and(|seen| !std::mem::replace(seen, true))
    };
    match order.len() == seating.players && order.iter().all(fresh) {
        true => Ok(order),
        false => Err(Error::setting(
            "order",
            format!("{order:?} for sample {}", seating.id),
            format!("name each of the {} players once", seating.players),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seating(players: usize, grid: Option<[usize; 2]>, draw: usize) -> Seating {
        Seating {
            id: 4,
            players,
            grid,
            seed: 1,
            draw,
        }
    }

    #[test]
    fn the_centre_is_removed_last_and_ties_go_by_number() {
        let order = Surroundings.order(&seating(9, Some([3, 3]), 0)).unwrap();
        assert_eq!(order, [0, 2, 6, 8, 1, 3, 5, 7, 4]);
        // Of an even grid the four middle cells are equally near.
        let order = Surroundings.order(&seating(16, Some([4, 4]), 0)).unwrap();
        assert_eq!(order[..4], [0, 3, 12, 15]);
        assert_eq!(order[12..], [5, 6, 9, 10]);
        let order = Surroundings.order(&seating(5, Some([1, 5]), 0)).unwrap();
        assert_eq!(order, [0, 4, 1, 3, 2]);
    }

    #[test]
    fn surroundings_need_a_grid() {
        for grid in [None, Some([2, 2])] {
            let error = Surroundings
                .order(&seating(9, grid, 0))
                .unwrap_err()
                .to_string();
            assert!(error.contains("Patches"), "{error}");
        }
    }

    #[test]
    fn each_player_is_first_in_a_random_order_equally_often() {
        let mut first = [0.0_f64; 5];
        for draw in 0..5000 {
            let order = checked(&Random, &seating(5, None, draw)).unwrap();
            first[order[0]] += 1.0;
        }
        let chi2: f64 = first.iter().map(|c| (c - 1000.0).powi(2) / 1000.0).sum();
        // 99.9 % quantile of chi-squared with 4 degrees of freedom.
        assert!(chi2 < 18.47, "{first:?}");
        let [a, b] = [0, 1].map(|draw| Random.order(&seating(50, None, draw)).unwrap());
        assert_ne!(a, b);
        assert_eq!(Random.order(&seating(50, None, 0)).unwrap(), a);
    }

    #[test]
    fn an_order_that_leaves_out_or_repeats_a_player_is_refused() {
        for order in [vec![0, 1], vec![0, 1, 1], vec![0, 1, 3], vec![0, 1, 2, 2]] {
            let own = |_: &Seating| Ok(order.clone());
            let error = checked(&own, &seating(3, None, 0)).unwrap_err().to_string();
            assert!(
                error.contains("sample 4") && error.contains("3 players"),
                "{error}"
            );
        }
    }
}
