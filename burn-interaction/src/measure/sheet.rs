use crate::error::{Error, Result, some_ids};
use crate::estimate::{Plan, Protocol};
use crate::game::{Evaluate, Fingerprint, Row};
use crate::profile::Profile;

use super::run::Subjects;

/// How far values may move between kinds of device, as a share of the larger of 1 and the largest value.
const SAME_ELSEWHERE: f64 = 1e-3;

/// The samples of a run by their place in the batch: ids, names and plans.
pub(super) struct Sheet<'a> {
    ids: Vec<u64>,
    names: &'a [Vec<String>],
    counts: &'a [usize],
    grid: Option<[usize; 2]>,
    protocol: &'a Protocol,
    /// Whether samples are to be known pair by pair.
    pub parts: bool,
}

impl<'a> Sheet<'a> {
    pub fn new(
        ids: Option<&[u64]>,
        names: &'a [Vec<String>],
        counts: &'a [usize],
        grid: Option<[usize; 2]>,
        protocol: &'a Protocol,
    ) -> Result<Self> {
        let samples = counts.len();
        let ids = match ids {
            Some(ids) => ids.to_vec(),
            None => (0..samples as u64).collect(),
        };
        let one_each = |what: &str, found: usize| match found == samples {
            true => Ok(()),
            false => Err(Error::Mismatch {
                what: what.into(),
                expected: samples,
                found,
            }),
        };
        one_each("ids, one for each sample", ids.len())?;
        if !names.is_empty() {
            one_each("names of players, a list for each sample", names.len())?;
        }
        named(names, counts, &ids)?;
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        let twice = repeated(&sorted);
        match twice.is_empty() {
            true => Ok(Self {
                ids,
                names,
                counts,
                grid,
                protocol,
                parts: false,
            }),
            false => Err(Error::repeated(&twice)),
        }
    }

    /// The places of the samples with enough players.
    pub fn measurable(&self) -> Result<Vec<usize>> {
        let fewest = self.protocol.fewest.max(2);
        let enough = |sample: &usize| self.counts[*sample] >= fewest;
        let chosen: Vec<usize> = (0..self.counts.len()).filter(enough).collect();
        match (chosen.is_empty(), self.counts.iter().copied().max()) {
            (true, Some(players)) if players >= 2 => {
                let remedy = format!("no sample has that many, the largest {players}");
                Err(Error::setting("fewest players", fewest, remedy))
            }
            (true, largest) => Err(Error::TooFewPlayers {
                players: largest.unwrap_or(0),
            }),
            (false, _) => Ok(chosen),
        }
    }

    /// The ids of the samples at other places than these; both are ascending.
    pub fn ids_besides(&self, places: &[usize]) -> Vec<u64> {
        let others = (0..self.ids.len()).filter(|place| places.binary_search(place).is_err());
        let mut ids: Vec<u64> = others.map(|place| self.ids[place]).collect();
        ids.sort_unstable();
        ids
    }

    /// Refuses the ids of all parts together, ascending, where one occurs twice or a sample of this part is none of them.
    pub fn check_whole(&self, whole: &[u64]) -> Result<()> {
        let twice = repeated(whole);
        if !twice.is_empty() {
            return Err(Error::repeated(&twice));
        }
        let is_none = |id: &&u64| whole.binary_search(id).is_err();
        let others: Vec<u64> = self.ids.iter().filter(is_none).copied().collect();
        match others.is_empty() {
            true => Ok(()),
            false => {
                let without = format!("without sample(s) {}", some_ids(&others));
                let remedy = "give it the ids of all parts together, those of this one among them";
                Err(Error::setting("part_of", without, remedy))
            }
        }
    }

    /// Takes the samples of an earlier profile into one of this run, after evaluating each one's fingerprint again.
    pub fn keep(
        &self,
        earlier: &Profile,
        profile: &mut Profile,
        evaluate: &impl Evaluate,
        device: Option<&str>,
    ) -> Result<()> {
        earlier.check(profile)?;
        let others: Vec<u64> = earlier
            .samples()
            .iter()
            .map(|sample| sample.id())
            .filter(|id| profile.requested.binary_search(id).is_err())
            .collect();
        if let Some(first) = others.first() {
            return Err(Error::OtherSamples {
                count: others.len(),
                first: *first,
            });
        }
        let same = device.is_none_or(|device| earlier.origin().devices == [device]);
        let tolerance = if same {
            evaluate.tolerance()
        } else {
            SAME_ELSEWHERE
        };
        for place in 0..self.ids.len() {
            let id = self.ids[place];
            let Some(sample) = earlier.sample(id) else {
                continue;
            };
            let players = self.counts[place];
            if sample.players() != players {
                return Err(Error::AnotherGame {
                    sample: id,
                    what: "number of players".into(),
                    earlier: sample.players().to_string(),
                    now: players.to_string(),
                });
            }
            let coalitions = Fingerprint::coalitions(players, self.protocol.seed, id);
            let rows = coalitions.each_ref().map(|coalition| Row {
                sample: place,
                coalition,
            });
            let values = evaluate.values(&rows)?;
            let now = evaluate.fingerprint(place, [values[0], values[1], values[2]]);
            sample.fingerprint().check(id, &now, tolerance)?;
        }
        profile.samples = earlier.samples.clone();
        profile.origin.join(&earlier.origin);
        Ok(())
    }
}

/// The ids that occur more than once among these, which are ascending.
fn repeated(ids: &[u64]) -> Vec<u64> {
    let pairs = ids.windows(2).filter(|pair| pair[0] == pair[1]);
    pairs.map(|pair| pair[0]).collect()
}

/// Refuses lists of names that are not those of a sample's players: one each, or none at all.
fn named(names: &[Vec<String>], counts: &[usize], ids: &[u64]) -> Result<()> {
    for ((names, players), id) in names.iter().zip(counts).zip(ids) {
        if !names.is_empty() && names.len() != *players {
            return Err(Error::Mismatch {
                what: format!("names of the players of sample {id}, one each or none"),
                expected: *players,
                found: names.len(),
            });
        }
    }
    Ok(())
}

impl Subjects for Sheet<'_> {
    fn id(&self, place: usize) -> u64 {
        self.ids[place]
    }

    fn names(&self, place: usize) -> Vec<String> {
        self.names.get(place).cloned().unwrap_or_default()
    }

    fn plan(&self, place: usize) -> Result<Plan> {
        Plan::new(
            self.counts[place],
            self.grid,
            self.protocol,
            self.ids[place],
        )
    }

    fn seed(&self) -> u64 {
        self.protocol.seed
    }

    fn parts(&self) -> bool {
        self.parts
    }
}

#[cfg(test)]
mod tests {
    use crate::estimate::Pairs;
    use crate::game::Dividends;
    use crate::measure::Measurement;

    #[test]
    fn names_are_those_of_the_players_of_their_sample_or_none() {
        let games = [4, 5].map(|players| Dividends::sparse(players, 6, 2, 0));
        let games: Vec<&Dividends> = games.iter().collect();
        let named = |counts: [usize; 2]| {
            let names = counts.map(|count| vec![String::from("one"); count]);
            let run = Measurement::of_games().pairs(Pairs::all());
            run.ids([3_u64, 9]).names(names).run_games(&games)
        };
        for right in [[4, 5], [0, 5], [0, 0]] {
            named(right).unwrap();
        }
        for (wrong, sample) in [
            ([4, 4], "sample 9"),
            ([4, 6], "sample 9"),
            ([5, 5], "sample 3"),
        ] {
            let error = named(wrong).unwrap_err().to_string();
            assert!(error.contains(sample), "{error}");
        }
    }
}
