//! Fluctuation over contexts and errors over pairs, against games whose differences are counted one by one.

use burn_interaction::coalition::all_of_size;
use burn_interaction::game::{Dividends, KnownGame};
use burn_interaction::{Coalition, Game, Pair, Pairs};

use crate::bands::{exact, near};

/// Delta v(i, j, S) for every context S of an order.
fn differences(game: &impl Game, (i, j): Pair, order: usize) -> Vec<f64> {
    let difference = |s: Coalition| {
        let sets = [s.toggled(i).toggled(j), s.toggled(i), s.toggled(j), s];
        let v = game.values(&sets).unwrap();
        v[0] - v[1] - v[2] + v[3]
    };
    let contexts = all_of_size(game.players(), order, &[i, j]);
    contexts.map(difference).collect()
}

#[test]
fn fluctuation_is_the_deviation_over_contexts_in_units_of_the_strength() {
    let games = [1, 2, 3].map(|seed| Dividends::random(6, seed));
    let profile = exact().run_games(&games.each_ref()).unwrap();
    let points = profile.strength().points;
    assert_eq!(points.len(), 5);
    for point in points {
        let (mut deviations, mut strengths) = (0.0, 0.0);
        for game in &games {
            for pair in profile.samples()[0].pairs() {
                let all = differences(game, *pair, point.order.unwrap());
                let count = all.len() as f64;
                let mean = all.iter().sum::<f64>() / count;
                let squares: f64 = all.iter().map(|d| (d - mean).powi(2)).sum();
                deviations += (squares / count).sqrt();
                strengths += mean.abs();
            }
        }
        // Both are means over the same 45 pairs.
        near(point.raw, strengths / 45.0);
        near(point.fluctuation.unwrap(), deviations / strengths);
    }
}

#[test]
fn the_error_of_drawn_pairs_is_that_of_a_part_of_all_of_them() {
    // Pairs of four players that interact by 1, 3 and -5 at every order; the other three do not.
    let term = |pair: [usize; 2], a: f64| (Coalition::of(4, pair), a);
    let terms = vec![term([0, 1], 1.0), term([0, 2], 3.0), term([2, 3], -5.0)];
    let game = Dividends::new(4, terms);
    let of = |pairs: Pairs| exact().pairs(pairs).run_game(&game).unwrap().strength();
    // |I| of 1, 3 and 5 have a variance of 4, and are three of six.
    let drawn = of(Pairs::given([(0, 1), (0, 2), (2, 3)]));
    assert_eq!(drawn.points.len(), 3);
    for point in drawn.points {
        near(point.raw, 3.0);
        near(
            point.measurement_error.unwrap(),
            (4.0_f64 / 3.0 * 0.5).sqrt(),
        );
    }
    // All pairs have no error, and a single one tells none.
    for (pairs, error) in [(Pairs::all(), Some(0.0)), (Pairs::given([(0, 1)]), None)] {
        for point in of(pairs).points {
            assert_eq!(point.measurement_error, error);
        }
    }
}

#[test]
fn errors_of_samples_add_up_in_squares() {
    let games = [1, 2].map(|seed| Dividends::random(8, seed));
    let pairs = [(0, 1), (1, 6), (2, 5), (3, 7), (4, 5)];
    let some = exact().pairs(Pairs::given(pairs));
    let profile = some.run_games(&games.each_ref()).unwrap();
    for point in profile.strength().points {
        let order = point.order.unwrap();
        let variance = |game: &Dividends| {
            let sizes = pairs.map(|pair| game.interaction(pair, order).abs());
            let mean = sizes.iter().sum::<f64>() / 5.0;
            let squares: f64 = sizes.iter().map(|size| (size - mean).powi(2)).sum();
            // Five of 28 pairs.
            squares / 4.0 / 5.0 * (1.0 - 5.0 / 28.0)
        };
        let both: f64 = games.iter().map(variance).sum();
        near(point.measurement_error.unwrap(), both.sqrt() / 2.0);
    }
}
