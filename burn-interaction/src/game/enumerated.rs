use crate::coalition::{Coalition, EXACT_LIMIT};
use crate::error::{Error, Result};

use super::Game;

/// How many coalitions a game is asked for at once when all are.
const BLOCK: usize = 4096;

/// A game whose 2^n values are all known: a table of them.
///
/// [`Measurement::enumerate`](crate::Measurement::enumerate) makes one of each sample of a network, and
/// [`Enumerated::of`] one of any game. [`Dividends::of`](super::Dividends::of) finds its Harsanyi dividends.
///
/// ```
/// use burn_interaction::game::{Dividends, Enumerated};
/// use burn_interaction::Coalition;
///
/// // v(0), v({0}), v({1}) and v({0, 1}): two players who are worth more together.
/// let game = Enumerated::new(2, vec![0.0, 1.0, 2.0, 7.0])?;
/// assert_eq!(Dividends::of(&game)?.dividend(&Coalition::full(2)), 4.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Enumerated {
    players: usize,
    values: Vec<f64>,
}

impl Enumerated {
    /// The game with these values: v(S) stands at the number whose one bits are the members of S, see
    /// [`Coalition::from_code`].
    ///
    /// # Errors
    ///
    /// Fails for more than [`EXACT_LIMIT`] players, and where there are not 2^n values.
    pub fn new(players: usize, values: Vec<f64>) -> Result<Self> {
        check(players)?;
        match values.len() == 1 << players {
            true => Ok(Self { players, values }),
            false => Err(Error::Mismatch {
                what: format!("values of all coalitions of {players} players"),
                expected: 1 << players,
                found: values.len(),
            }),
        }
    }

    /// Evaluates every coalition of a game.
    ///
    /// # Cost
    ///
    /// 2^n values, of 8 bytes each.
    ///
    /// # Errors
    ///
    /// Fails for more than [`EXACT_LIMIT`] players, and where the game fails.
    pub fn of(game: &impl Game) -> Result<Self> {
        let players = game.players();
        check(players)?;
        let mut values = Vec::with_capacity(1 << players);
        for start in (0..1_usize << players).step_by(BLOCK) {
            let codes = start..(start + BLOCK).min(1 << players);
            let sets: Vec<_> = codes
                .map(|code| Coalition::from_code(players, code as u64))
                .collect();
            let found = game.values(&sets)?;
            if found.len() != sets.len() {
                return Err(Error::Mismatch {
                    what: "values of a game, one a coalition".into(),
                    expected: sets.len(),
                    found: found.len(),
                });
            }
            values.extend(found);
        }
        Self::new(players, values)
    }

    /// A table to be filled by [`set`](Enumerated::set); the players are at most [`EXACT_LIMIT`].
    pub(crate) fn zeros(players: usize) -> Self {
        Self {
            players,
            values: vec![0.0; 1 << players],
        }
    }

    /// Takes in the values of some coalitions.
    pub(crate) fn set(&mut self, coalitions: &[Coalition], values: &[f64]) {
        for (set, value) in coalitions.iter().zip(values) {
            self.values[set.code()] = *value;
        }
    }

    /// All values: v(S) stands at the number whose one bits are the members of S, see [`Coalition::from_code`].
    pub fn by_code(&self) -> &[f64] {
        &self.values
    }
}

/// Refuses more players than are enumerated.
fn check(players: usize) -> Result<()> {
    match players > EXACT_LIMIT {
        true => Err(Error::TooManyPlayersForExact {
            players,
            limit: EXACT_LIMIT,
        }),
        false => Ok(()),
    }
}

impl Game for Enumerated {
    fn players(&self) -> usize {
        self.players
    }

    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
        let value = |set: &Coalition| match set.players() == self.players {
            true => Ok(self.values[set.code()]),
            false => Err(Error::Mismatch {
                what: "players of a coalition".into(),
                expected: self.players,
                found: set.players(),
            }),
        };
        coalitions.iter().map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{Dividends, Symmetric};

    #[test]
    fn a_table_has_the_values_of_its_game() {
        // More coalitions than are asked for at once.
        let game = Dividends::sparse(13, 40, 5, 3);
        let table = Enumerated::of(&game).unwrap();
        let sets: Vec<_> = [0, 1, 77, 4095, 4096, 8191]
            .map(|code| Coalition::from_code(13, code))
            .into();
        assert_eq!(table.values(&sets).unwrap(), game.values(&sets).unwrap());
        let again = Enumerated::new(13, table.by_code().to_vec()).unwrap();
        assert_eq!(again, table);
    }

    #[test]
    fn tables_of_too_many_players_or_of_another_size_are_refused() {
        let many = Symmetric::new(25, |k| k as f64);
        assert!(matches!(
            Enumerated::of(&many),
            Err(Error::TooManyPlayersForExact { players: 25, .. })
        ));
        assert!(matches!(
            Enumerated::new(3, vec![0.0; 7]),
            Err(Error::Mismatch {
                expected: 8,
                found: 7,
                ..
            })
        ));
        let table = Enumerated::new(3, vec![0.0; 8]).unwrap();
        assert!(matches!(
            table.values(&[Coalition::full(4)]),
            Err(Error::Mismatch { .. })
        ));
    }
}
