//! How often bands cover the truth: a small part of `interaction bench coverage`.

use rand::RngExt;

use crate::coalition::generator;
use crate::estimate::{Estimator, Orders, Pairs};
use crate::game::{Dividends, Enumerated};

use super::Measurement;

const PLAYERS: usize = 8;
const POPULATION: usize = 100;

#[test]
fn bands_cover_the_truth_of_a_population_as_often_as_they_say() {
    let population: Vec<Enumerated> = (0..POPULATION as u64)
        .map(|seed| {
            let game = Dividends::sparse(PLAYERS, 60, 6, seed);
            Enumerated::of(&game).unwrap()
        })
        .collect();
    let base = Measurement::of_games()
        .orders(Orders::all())
        .pairs(Pairs::all());
    let all: Vec<&Enumerated> = population.iter().collect();
    let truth = base.clone().estimator(Estimator::Exact).run_games(&all);
    let truth = truth.unwrap().strength().points;
    const REPEATS: u32 = 500;
    for (estimator, samples) in [(Estimator::Paired, 10), (Estimator::toggled(), 10)] {
        let mut covered = vec![[0_u32; 2]; truth.len()];
        for repeat in 0..u64::from(REPEATS) {
            let mut rng = generator(repeat, 77);
            let drawn: Vec<&Enumerated> = (0..samples)
                .map(|_| &population[rng.random_range(0..POPULATION)])
                .collect();
            let run = base.clone().estimator(estimator).contexts(5).seed(repeat);
            let points = run.run_games(&drawn).unwrap().strength().points;
            for ((covered, point), truth) in covered.iter_mut().zip(points).zip(&truth) {
                let holds = |band: Option<(f64, f64)>, truth: f64| {
                    let (low, high) = band.unwrap();
                    u32::from(low <= truth && truth <= high)
                };
                covered[0] += holds(point.band, truth.raw);
                covered[1] += holds(point.relative_band, truth.relative);
            }
        }
        println!("{estimator:?}, {samples} samples: {covered:?} of {REPEATS}");
        // 0.90 to 0.98, less and more what chance allows at 99.9 % of 500 repeats.
        for share in covered.iter().flatten().map(|c| f64::from(*c) / 500.0) {
            assert!((0.85..=0.995).contains(&share), "{estimator:?}: {share}");
        }
    }
}
