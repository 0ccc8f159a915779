use serde::{Deserialize, Serialize};

use crate::coalition::{Coalition, sample_generator, sample_of_size};
use crate::error::{Error, Result};

/// The number that tells the draw of a fingerprint's coalition from a sample's other draws.
const STREAM: u64 = 2;

/// Facts by which a sample's game is recognised: whoever measures it again, elsewhere or later, finds the same.
///
/// A fingerprint catches another network, other data, targets, baseline or players, whatever the names say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The class whose value is measured.
    pub target: usize,
    /// The players in their own words, with a digest of where they sit in the sample.
    pub players: String,
    /// v(empty), v(all), and v(T) for one T of n / 2 players drawn from the seed and the sample's id.
    pub values: [f64; 3],
}

impl Fingerprint {
    /// The coalitions whose values a fingerprint holds.
    pub(crate) fn coalitions(players: usize, seed: u64, id: u64) -> [Coalition; 3] {
        let mut rng = sample_generator(seed, id, [STREAM, 0]);
        [
            Coalition::empty(players),
            Coalition::full(players),
            sample_of_size(players, players / 2, &[], &mut rng),
        ]
    }

    /// Compares with the fingerprint found now: values may differ by `tolerance` times the larger of 1 and the largest of them.
    ///
    /// # Errors
    ///
    /// The error names the first thing that differs, with both values.
    pub(crate) fn check(&self, id: u64, now: &Self, tolerance: f64) -> Result<()> {
        let differ = |what: &str, earlier: String, now: String| {
            Err(Error::AnotherGame {
                sample: id,
                what: what.into(),
                earlier,
                now,
            })
        };
        if self.target != now.target {
            let (earlier, now) = (self.target.to_string(), now.target.to_string());
            return differ("target class", earlier, now);
        }
        if self.players != now.players {
            return differ("players", self.players.clone(), now.players.clone());
        }
        let names = [
            "value of no player",
            "value of all players",
            "value of half of the players",
        ];
        let scale = self
            .values
            .iter()
            .fold(1.0_f64, |most, v| most.max(v.abs()));
        for ((name, earlier), now) in names.into_iter().zip(self.values).zip(now.values) {
            // Not a number is near to none.
            let near = (earlier - now).abs() <= tolerance * scale;
            if !near {
                return differ(name, earlier.to_string(), now.to_string());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint() -> Fingerprint {
        Fingerprint {
            target: 3,
            players: "patches 4x4 0123".into(),
            values: [0.5, -20.0, 1.0],
        }
    }

    #[test]
    fn another_target_players_or_value_is_named() {
        let one = fingerprint();
        one.check(7, &one, 1e-5).unwrap();
        let near = Fingerprint {
            values: [0.5 + 1e-4, -20.0, 1.0],
            ..one.clone()
        };
        one.check(7, &near, 1e-5).unwrap();
        for (other, what) in [
            (
                Fingerprint {
                    target: 1,
                    ..one.clone()
                },
                "target class",
            ),
            (
                Fingerprint {
                    players: "features".into(),
                    ..one.clone()
                },
                "players",
            ),
            (
                Fingerprint {
                    values: [0.5, -20.0, 1.001],
                    ..one.clone()
                },
                "half of the players",
            ),
            (
                Fingerprint {
                    values: [0.5, f64::MAX, 1.0],
                    ..one.clone()
                },
                "all players",
            ),
            (
                Fingerprint {
                    values: [0.5, f64::NAN, 1.0],
                    ..one.clone()
                },
                "all players",
            ),
        ] {
            let error = one.check(7, &other, 1e-5).unwrap_err().to_string();
            assert!(
                error.contains(what) && error.contains("sample 7"),
                "{error}"
            );
        }
    }
}
