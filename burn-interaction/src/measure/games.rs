use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::estimate::Protocol;
use crate::game::{Evaluate, Fingerprint, Game, Row};
use crate::profile::Profile;

use super::exchange::{AtOnce, Engine, Exchange};
use super::session::Setting;
use super::{Measurement, Observer, Silent};

impl<P> Measurement<P> {
    /// Measures a game.
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the game, or where the game fails or is no function of the coalition.
    pub fn run_game<G: Game>(&self, game: &G) -> Result<Profile> {
        self.run_games(&[game])
    }

    /// Measures several games, each a sample of its own.
    ///
    /// # Errors
    ///
    /// Fails where there are no games, a setting does not fit them, or one fails or is no function of the coalition.
    pub fn run_games<G: Game>(&self, games: &[&G]) -> Result<Profile> {
        self.run_games_observed(games, &mut Silent)
    }

    /// Measures several games and tells an observer how it goes.
    ///
    /// # Errors
    ///
    /// Fails where [`run_games`](Measurement::run_games) does, or where the observer stops before anything is measured.
    pub fn run_games_observed<G: Game>(
        &self,
        games: &[&G],
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        if games.is_empty() {
            let remedy = "give at least one game to measure";
            return Err(Error::setting("games", 0, remedy));
        }
        let games = Games {
            players: games.iter().map(|game| game.players()).collect(),
            games,
        };
        let protocol = self.settings();
        let baseline = protocol.baseline.clone().unwrap_or_default();
        let setting = Setting {
            protocol: Protocol {
                baseline: Some(baseline),
                ..protocol.clone()
            },
            described: "game".into(),
            grid: None,
            device: None,
            targets: None,
        };
        self.measure(&games, &setting, observer)
    }
}

/// Games, each a sample.
struct Games<'a, G> {
    games: &'a [&'a G],
    players: Vec<usize>,
}

/// Games are asked one batch after the other, as nobody knows whether they bear several threads.
impl<G: Game> Engine for Games<'_, G> {
    fn exchange(&self, work: &mut dyn FnMut(&mut dyn Exchange) -> Result<()>) -> Result<()> {
        work(&mut AtOnce::new(self))
    }
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

    fn fingerprint(&self, sample: usize, values: [f64; 3]) -> Fingerprint {
        let identity = self.games[sample].identity();
        Fingerprint {
            target: 0,
            players: format!("game {identity}").trim_end().into(),
            values,
        }
    }

    /// Games compute in 64 bits.
    fn rounding(&self, _: usize, _: &Coalition, largest: f64) -> Result<f64> {
        Ok(4.0 * f64::EPSILON * largest)
    }

    fn rounding_values(&self) -> u64 {
        0
    }

    fn tolerance(&self) -> f64 {
        1e-5
    }
}
