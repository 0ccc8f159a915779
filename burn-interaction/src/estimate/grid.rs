use std::ops::Range;

use rand::{Rng, RngExt};

use crate::coalition::Pair;
use crate::error::{Error, Result};

/// Players on a grid, row by row.
pub(super) struct Grid {
    rows: usize,
    columns: usize,
}

impl Grid {
    /// The grid of so many players who lie on one.
    ///
    /// # Errors
    ///
    /// Fails where they lie on none, or on one with another number of places.
    pub fn of(grid: Option<[usize; 2]>, players: usize) -> Result<Self> {
        let [rows, columns] = grid.ok_or_else(|| {
            Error::setting(
                "pairs",
                "neighbours, windows or stars",
                "these players lie on no grid: use all, random or given pairs, or stars:any",
            )
        })?;
        match rows.checked_mul(columns) == Some(players) {
            true => Ok(Self { rows, columns }),
            false => {
                let remedy = format!(
                    "a sample has {players} players, one for each place: let Players::grid give as many rows and columns, or none"
                );
                Err(Error::setting("grid", format!("{rows}x{columns}"), remedy))
            }
        }
    }

    /// The distance of two players: the larger of that in rows and that in columns.
    pub fn distance(&self, (i, j): Pair) -> usize {
        let rows = (i / self.columns).abs_diff(j / self.columns);
        rows.max((i % self.columns).abs_diff(j % self.columns))
    }

    /// The squared distance of two players.
    pub fn squares(&self, (i, j): Pair) -> usize {
        let rows = (i / self.columns).abs_diff(j / self.columns);
        let columns = (i % self.columns).abs_diff(j % self.columns);
        rows * rows + columns * columns
    }

    /// A uniform player, and one uniform among the others in the window of this radius around him, clamped at the border.
    pub fn neighbours<R: Rng>(&self, radius: usize, rng: &mut R) -> Pair {
        let (row, column) = (
            rng.random_range(0..self.rows),
            rng.random_range(0..self.columns),
        );
        loop {
            let [rows, columns] = self.around([row, column], radius);
            let other = (rng.random_range(rows), rng.random_range(columns));
            if other != (row, column) {
                let (i, j) = (
                    row * self.columns + column,
                    other.0 * self.columns + other.1,
                );
                return (i.min(j), i.max(j));
            }
        }
    }

    /// The rows and columns of the window of this radius around a place, clamped at the border.
    fn around(&self, [row, column]: [usize; 2], radius: usize) -> [Range<usize>; 2] {
        let near = |centre: usize, end: usize| {
            centre.saturating_sub(radius)..centre.saturating_add(radius).min(end - 1) + 1
        };
        [near(row, self.rows), near(column, self.columns)]
    }

    /// The other players in the window of this radius around a player, clamped at the border.
    pub fn near(&self, player: usize, radius: usize) -> Vec<usize> {
        let [rows, columns] = self.around([player / self.columns, player % self.columns], radius);
        rows.flat_map(|row| {
            columns
                .clone()
                .map(move |column| row * self.columns + column)
        })
        .filter(|other| *other != player)
        .collect()
    }

    /// All pairs of a uniformly placed window.
    pub fn window(&self, side: usize, rng: &mut impl Rng) -> Vec<Pair> {
        let (height, width) = (side.min(self.rows), side.min(self.columns));
        let top = rng.random_range(0..=self.rows - height);
        let left = rng.random_range(0..=self.columns - width);
        let player = |k: usize| (top + k / width) * self.columns + left + k % width;
        all_pairs(height * width)
            .map(|(a, b)| (player(a), player(b)))
            .collect()
    }
}

/// All pairs of so many players, ascending.
pub(super) fn all_pairs(players: usize) -> impl Iterator<Item = Pair> {
    (0..players).flat_map(move |i| (i + 1..players).map(move |j| (i, j)))
}
