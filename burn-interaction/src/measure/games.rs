use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::game::{Evaluate, Game, Row};
use crate::profile::Profile;

use super::{Measurement, Silent};

impl Measurement<()> {
    /// Measures several games, each a sample of its own.
    ///
    /// # Errors
    ///
    /// There are no games, a setting does not fit them, or one fails.
    pub fn run_games<G: Game>(&self, games: &[&G]) -> Result<Profile> {
        if games.is_empty() {
            let remedy = "give at least one game to measure";
            return Err(Error::setting("games", 0, remedy));
        }
        let games = Games {
            players: games.iter().map(|game| game.players()).collect(),
            games,
        };
        self.measure(&games, self.settings().clone(), None, &mut Silent)
    }
}

/// Games, each a sample.
struct Games<'a, G> {
    games: &'a [&'a G],
    players: Vec<usize>,
}

impl<G: Game> Evaluate for Games<'_, G> {
    fn players(&self) -> &[usize] {
        &self.players
    }

    fn elements(&self, sample: usize) -> usize {
        self.players[sample]
    }

    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        let mut values = Vec::with_capacity(rows.len());
        for of_game in rows.chunk_by(|a, b| a.sample == b.sample) {
            let coalitions: Vec<Coalition> =
                of_game.iter().map(|row| row.coalition.clone()).collect();
            let found = self.games[of_game[0].sample].values(&coalitions)?;
            if found.len() != coalitions.len() {
                return Err(Error::Mismatch {
                    what: "values of a game, one a coalition".into(),
                    expected: coalitions.len(),
                    found: found.len(),
                });
            }
            values.extend(found);
        }
        Ok(values)
    }
}
