use burn_interaction::evaluation::Attack;
use burn_interaction::{Copies, Profile};
use serde::{Deserialize, Serialize};

use super::super::Measure;
use super::super::chosen::Chosen;
use super::strengths::RATIO;
use super::{Among, Outcome, Ready, whole};
use crate::error::Result;
use crate::subject::Subject;

/// The interactions of clean and of attacked inputs, order by order: which orders does an attack disrupt?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Disrupting {
    /// The attack.
    pub attack: Attack,
}

impl Disrupting {
    /// Measures both; `None` where that was interrupted.
    pub(super) fn measured<S: Subject>(
        &self,
        ready: &Ready<'_, S>,
        among: Among,
    ) -> Result<Option<Outcome>> {
        let Ready { subject, net, job } = ready;
        let measure = Measure {
            orders: burn_interaction::Orders::all(),
            samples: among.samples.unwrap_or(50),
            part: among.part,
            any: true,
            ..Measure::default()
        };
        let (samples, candidates) = ready.measurable(among.part)?;
        let chosen = Chosen::of(*subject, &samples, net, &candidates, &measure, job.device())?;
        let protocol = chosen.protocol(*subject, &measure)?;
        let measurement = chosen.measurement(*subject, &samples, protocol, None, job.device())?;
        let attacked = self.attack.run(net, chosen.batch.clone())?;
        let copies = Copies::of(net, job.devices)?;
        let mut profiles = Vec::new();
        for inputs in [chosen.batch.inputs.clone(), attacked.inputs] {
            let measured = whole(&measurement, &copies, inputs, &chosen)?;
            let Some(profile) = measured else {
                return Ok(None);
            };
            profiles.push(profile);
        }
        let changed = attacked.samples.iter().filter(|s| s.class != s.clean_class);
        let mut outcome = compared(&profiles[0], &profiles[1]);
        outcome.value("samples", attacked.samples.len() as f64, None);
        let share = changed.count() as f64 / attacked.samples.len() as f64;
        outcome.value("changed class", share, None);
        Ok(Some(outcome))
    }
}

/// The strengths of both, and the mean |difference| of their interactions: the disruption, of which the relative one is in
/// units of the clean strength.
fn compared(clean: &Profile, attacked: &Profile) -> Outcome {
    let mut outcome = Outcome::default();
    let ratios = clean.ratios();
    let strength = |profile: &Profile| -> Vec<f64> {
        profile.strength().points.iter().map(|p| p.raw).collect()
    };
    let [before, after] = [clean, attacked].map(strength);
    let places = 0..ratios.len();
    let disruption: Vec<f64> = places.map(|place| change(clean, attacked, place)).collect();
    let curve = |values: Vec<f64>| ratios.iter().copied().zip(values).collect::<Vec<_>>();
    let over = |values: &[f64]| values.iter().zip(&before).map(|(v, b)| v / b).collect();
    outcome.curve("relative disruption", RATIO, curve(over(&disruption)));
    outcome.curve("attacked over clean", RATIO, curve(over(&after)));
    outcome.curve("disruption", RATIO, curve(disruption));
    outcome.curve("S clean", RATIO, curve(before));
    outcome.curve("S attacked", RATIO, curve(after));
    outcome
}

/// The mean |difference| of the interactions of both at one of their ratios, as strengths are means: over the pairs of each
/// sample, then over samples, whatever their number of pairs.
fn change(clean: &Profile, attacked: &Profile, place: usize) -> f64 {
    let samples = clean.samples().iter().zip(attacked.samples());
    let each = samples.map(|(a, b)| {
        let order = order_at(clean, place, a.players());
        let both = a.at_order(order).zip(b.at_order(order)).into_iter();
        let pairs = both.flat_map(|(a, b)| a.iter().zip(b));
        mean(pairs.map(|(a, b)| (a.mean - b.mean).abs()))
    });
    mean(each)
}

/// The order at one of a profile's ratios, of a sample with so many players.
fn order_at(profile: &Profile, place: usize, players: usize) -> usize {
    match profile.orders().get(place) {
        Some(order) => *order,
        // Samples differ in their number of players, and a ratio is another order in each.
        None => (profile.ratios()[place] * players.saturating_sub(2) as f64) as usize,
    }
}

/// The mean of some numbers; not a number where there are none.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0_f64, 0.0_f64), |(sum, count), value| {
        (sum + value, count + 1.0)
    });
    sum / count
}

#[cfg(test)]
mod tests {
    use burn_interaction::game::{Dividends, KnownGame, Symmetric};
    use burn_interaction::{Measurement, Orders, Pairs};

    use super::super::measured_again;
    use super::*;

    fn all() -> Measurement<()> {
        let all = Measurement::of_games().orders(Orders::all());
        all.pairs(Pairs::all()).contexts(20)
    }

    /// Games c k^3 of the number k of players present, with these numbers of players in all: I^(m) is 6 c (m + 1) for every pair.
    fn cubes(factor: f64, players: &[usize]) -> Profile {
        let cube = move |k: usize| factor * (k as f64).powi(3);
        let games: Vec<_> = players.iter().map(|n| Symmetric::new(*n, cube)).collect();
        let games: Vec<_> = games.iter().collect();
        all().run_games(&games).unwrap()
    }

    /// Games of six players with random dividends.
    fn random(seeds: [u64; 4]) -> (Vec<Dividends>, Profile) {
        let games = seeds.map(|seed| Dividends::random(6, seed));
        let profile = all().run_games(&games.each_ref()).unwrap();
        (games.into(), profile)
    }

    fn near(found: f64, expected: f64) {
        let scale = expected.abs().max(1.0);
        assert!(
            (found - expected).abs() < 1e-9 * scale,
            "{found}, not {expected}"
        );
    }

    #[test]
    fn inputs_that_no_attack_moves_are_not_disrupted() {
        let (_, profile) = random([1, 2, 3, 4]);
        let outcome = compared(&profile, &profile);
        assert_eq!(outcome.curves["disruption"].values, [0.0; 5]);
        assert_eq!(outcome.curves["relative disruption"].values, [0.0; 5]);
        assert_eq!(outcome.curves["attacked over clean"].values, [1.0; 5]);
    }

    #[test]
    fn the_disruption_of_known_games_is_that_of_their_interactions() {
        let (games, clean) = random([1, 2, 3, 4]);
        let (others, attacked) = random([5, 6, 7, 8]);
        let outcome = compared(&clean, &attacked);
        let found = &outcome.curves["disruption"];
        assert_eq!((found.along.as_str(), found.values.len()), (RATIO, 5));
        for (order, found) in found.values.iter().enumerate() {
            let mut sum = 0.0;
            for (game, other) in games.iter().zip(&others) {
                for pair in clean.samples()[0].pairs() {
                    let apart = game.interaction(*pair, order) - other.interaction(*pair, order);
                    sum += apart.abs();
                }
            }
            // Four games of 15 pairs.
            near(*found, sum / 60.0);
        }
    }

    #[test]
    fn a_threefold_cube_is_disrupted_by_twice_its_strength() {
        let outcome = compared(&cubes(1.0, &[9, 9]), &cubes(3.0, &[9, 9]));
        let of = |name: &str| outcome.curves[name].values.iter().enumerate();
        assert_eq!(of("disruption").len(), 8);
        for (order, found) in of("disruption") {
            near(*found, 12.0 * (order + 1) as f64);
        }
        of("relative disruption").for_each(|(_, found)| near(*found, 2.0));
        of("attacked over clean").for_each(|(_, found)| near(*found, 3.0));
    }

    #[test]
    fn samples_of_several_sizes_have_each_its_own_order_at_a_ratio_and_count_alike() {
        let outcome = compared(&cubes(1.0, &[4, 20]), &cubes(3.0, &[4, 20]));
        let found = &outcome.curves["disruption"];
        let ratios = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0];
        assert_eq!(found.places, ratios);
        // [int(r * 2) for r in ratios] and [int(r * 18) for r in ratios] in Python.
        let small = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2];
        let large = [0, 1, 3, 5, 7, 9, 10, 12, 14, 16, 17, 18];
        for (found, (a, b)) in found.values.iter().zip(small.into_iter().zip(large)) {
            // 12 (m + 1) in either, whatever their number of pairs.
            near(*found, 6.0 * f64::from(a + b + 2));
        }
        let relative = outcome.curves["relative disruption"].values.iter();
        relative.for_each(|found| near(*found, 2.0));
    }

    #[test]
    fn a_rising_curve_has_its_left_end_below_and_its_right_end_above_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let profile = cubes(2.0, &[8; 6]);
        profile
            .save_json(folder.path().join("profile.json"))
            .unwrap();
        let outcome = measured_again(folder.path()).unwrap();
        // J(m) = (m + 1) / 4, and ratios m / 6: the middle is of orders 2 to 4.
        for (name, expected) in [
            ("left end over middle", 0.25 - 1.0),
            ("right end over middle", 1.75 - 1.0),
            ("middle of J", 1.0),
            ("depth", 1.0 - 0.5 / 0.25),
        ] {
            let reading = outcome.values[name];
            near(reading.value, expected);
            near(reading.error.unwrap(), 0.0);
        }
        assert_eq!(outcome.words["shape"], "rising");
    }
}
