use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::SeriesSet;

/// Steps of a series at least and at most.
const STEPS: (usize, usize) = (40, 64);
/// Steps of an event, and the steps that lie between the beginnings of two at least.
const EVENT: usize = 5;
const APART: usize = 8;

/// Generated series of two channels in noise, 40 to 64 steps long, in which the order of events matters: a bump in the first channel, and
/// one in the second before it, after it, or not at all.
///
/// Whether the second channel has a bump is a local cue. Which of two bumps comes first no window of time knows alone.
pub fn events(count: usize, seed: u64) -> SeriesSet {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let series = (0..count).map(|_| {
        let label = rng.random_range(0..3);
        let steps = rng.random_range(STEPS.0..=STEPS.1);
        let early = rng.random_range(0..=steps - EVENT - APART);
        let late = rng.random_range(early + APART..=steps - EVENT);
        let places = match label {
            0 => [Some(early), Some(late)],
            1 => [Some(late), Some(early)],
            _ => [Some(early), None],
        };
        let mut values = Vec::with_capacity(2 * steps);
        for place in places {
            values.extend((0..steps).map(|step| {
                let inside = place.is_some_and(|at| (at..at + EVENT).contains(&step));
                let noise: f32 = (0..3).map(|_| rng.random_range(-0.5..0.5)).sum();
                noise + if inside { 2.0 } else { 0.0 }
            }));
        }
        (values, label)
    });
    let series: Vec<(Vec<f32>, usize)> = series.collect();
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    SeriesSet::new(
        names(&["first", "second"]),
        names(&["first, then second", "second, then first", "first alone"]),
        series,
    )
    .expect("series of two channels in three classes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step at which the five steps with the largest sum begin, and that sum.
    fn bump(values: &[f32]) -> (usize, f32) {
        let sums = values
            .windows(EVENT)
            .map(|window| window.iter().sum::<f32>());
        sums.enumerate().fold(
            (0, f32::MIN),
            |most, own| if own.1 > most.1 { own } else { most },
        )
    }

    #[test]
    fn the_order_of_bumps_is_the_class() {
        let set = events(300, 3);
        let mut right = 0;
        for item in set.items() {
            let (first, second) = item.values.split_at(item.values.len() / 2);
            let ((at, _), (other, sum)) = (bump(first), bump(second));
            let class = match (sum > 6.0, at < other) {
                (false, _) => 2,
                (true, true) => 0,
                (true, false) => 1,
            };
            right += usize::from(class == item.label);
        }
        assert!(right >= 297, "{right}");
    }

    #[test]
    fn events_repeat_by_seed_and_fill_every_class() {
        assert_eq!(events(50, 1), events(50, 1));
        assert_ne!(events(50, 1), events(50, 2));
        let set = events(300, 4);
        for class in 0..3 {
            let own = set.items().iter().filter(|item| item.label == class);
            assert!(own.count() > 70);
        }
    }
}
