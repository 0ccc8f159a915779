use rand::{Rng, RngExt, SeedableRng, seq::index};
use rand_chacha::ChaCha8Rng;

use super::Coalition;

/// The generator behind every draw: ChaCha with 8 rounds, whose output is the same on every platform.
pub type Generator = ChaCha8Rng;

/// The generator of one numbered stream under a seed.
///
/// Streams are independent, so what is drawn for one sample depends neither on the samples before it nor on how
/// rows are batched.
pub fn generator(seed: u64, stream: u64) -> Generator {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// The generator of what is drawn for one sample: a function of the seed, the sample's id and two numbers that tell draws
/// of one sample apart, such as its pairs from its contexts, or one epoch from the next.
///
/// Nothing else enters, so that a sample's draws are the same in any batch, part or process that it is measured in.
pub fn sample_generator(seed: u64, id: u64, part: [u64; 2]) -> Generator {
    let mut key = [0; 32];
    for (bytes, number) in key.chunks_exact_mut(8).zip([seed, id, part[0], part[1]]) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A coalition drawn uniformly among those of `size` members that leave out the players in `without`.
///
/// # Panics
///
/// Panics if fewer than `size` players are left.
pub fn sample_of_size(
    players: usize,
    size: usize,
    without: &[usize],
    rng: &mut impl Rng,
) -> Coalition {
    let mut without = without.to_vec();
    without.sort_unstable();
    let left = players - without.len();
    assert!(size <= left, "a coalition of {size} out of {left} players");
    // Player numbers with the excluded ones skipped over.
    let rank = |mut player: usize| {
        for &gap in &without {
            player += usize::from(player >= gap);
        }
        player
    };
    Coalition::of(
        players,
        index::sample(rng, left, size).into_iter().map(rank),
    )
}

/// Two nested coalitions, the first `smaller` and the first `larger` players of one random permutation.
///
/// # Panics
///
/// Panics unless `smaller <= larger <= players`.
pub fn sample_nested(
    players: usize,
    smaller: usize,
    larger: usize,
    rng: &mut impl Rng,
) -> (Coalition, Coalition) {
    assert!(smaller <= larger && larger <= players);
    let mut order: Vec<usize> = (0..players).collect();
    // Fisher-Yates on the first `larger` places is a uniform partial permutation.
    for place in 0..larger {
        order.swap(place, rng.random_range(place..players));
    }
    (
        Coalition::of(players, order[..smaller].iter().copied()),
        Coalition::of(players, order[..larger].iter().copied()),
    )
}

/// Every coalition of `size` members out of those not in `without`, in lexicographic order.
pub fn all_of_size(
    players: usize,
    size: usize,
    without: &[usize],
) -> impl Iterator<Item = Coalition> + use<> {
    let free: Vec<usize> = (0..players).filter(|p| !without.contains(p)).collect();
    let mut next = (size <= free.len()).then(|| (0..size).collect::<Vec<_>>());
    std::iter::from_fn(move || {
        let chosen = next.take()?;
        let set = Coalition::of(players, chosen.iter().map(|c| free[*c]));
        // The rightmost place that can still move up, then everything after it close behind.
        next = (0..size)
            .rev()
            .find(|p| chosen[*p] + size - p < free.len())
            .map(|place| {
                let mut after = chosen;
                let first = after[place] + 1;
                for (step, entry) in after[place..].iter_mut().enumerate() {
                    *entry = first + step;
                }
                after
            });
        Some(set)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn every_subset_of_a_size_is_drawn_equally_often() {
        let mut rng = generator(1, 0);
        let mut seen: HashMap<Coalition, usize> = HashMap::new();
        let draws = 20_000;
        for _ in 0..draws {
            *seen
                .entry(sample_of_size(7, 2, &[3, 0], &mut rng))
                .or_default() += 1;
        }
        assert_eq!(seen.len(), 10);
        let expected = draws as f64 / 10.0;
        let chi2: f64 = seen
            .values()
            .map(|c| (*c as f64 - expected).powi(2) / expected)
            .sum();
        // 99.9 % quantile of chi-squared with 9 degrees of freedom.
        assert!(chi2 < 27.88, "{chi2}");
        assert!(seen.keys().all(|s| !s.contains(3) && !s.contains(0)));
    }

    #[test]
    fn enumeration_counts_the_binomial_coefficient() {
        for (size, count) in [(0, 1), (1, 5), (2, 10), (5, 1)] {
            let all: HashSet<_> = all_of_size(7, size, &[1, 6]).collect();
            assert_eq!(all.len(), count);
            assert!(
                all.iter()
                    .all(|s| s.len() == size && !s.contains(1) && !s.contains(6))
            );
        }
        assert_eq!(all_of_size(3, 2, &[0, 1]).count(), 0);
    }

    #[test]
    fn nested_pairs_are_nested_and_every_member_is_equally_likely() {
        let mut rng = generator(9, 4);
        let mut counts = [0.0; 6];
        for _ in 0..6000 {
            let (small, large) = sample_nested(6, 2, 4, &mut rng);
            assert!(small.is_subset(&large) && small.len() == 2 && large.len() == 4);
            small.members().for_each(|m| counts[m] += 1.0);
        }
        assert!(
            counts
                .iter()
                .all(|c| (c - 2000.0_f64).abs() < 4.0 * 2000.0_f64.sqrt())
        );
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let draw = |stream| sample_of_size(100, 50, &[], &mut generator(3, stream));
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
    }

    #[test]
    fn each_number_of_a_sample_s_generator_gives_other_draws() {
        let draw =
            |seed, id, part| sample_of_size(100, 50, &[], &mut sample_generator(seed, id, part));
        let first = draw(3, 5, [0, 0]);
        assert_eq!(first, draw(3, 5, [0, 0]));
        for other in [
            draw(5, 3, [0, 0]),
            draw(3, 6, [0, 0]),
            draw(3, 5, [1, 0]),
            draw(3, 5, [0, 1]),
        ] {
            assert_ne!(first, other);
        }
    }
}
