//! The indices of game theory, made from orders, against their own definitions.

use crate::coalition::{Coalition, all_of_size};
use crate::error::Error;
use crate::estimate::{Estimator, Orders, Pairs};
use crate::game::{Dividends, Enumerated, Game, Symmetric};
use crate::profile::{Index, Profile, SampleProfile};

use super::Measurement;
use super::axioms::freedom;
use super::closed_forms::all;

fn exact(game: &impl Game) -> SampleProfile {
    let profile = all().estimator(Estimator::Exact).run_game(game).unwrap();
    profile.samples()[0].clone()
}

fn table(players: usize, seed: u64) -> Enumerated {
    Enumerated::of(&Dividends::random(players, seed)).unwrap()
}

fn value(game: &impl Game, set: &Coalition) -> f64 {
    game.values(std::slice::from_ref(set)).unwrap()[0]
}

/// All orders in which players may come.
fn permutations(players: usize) -> Vec<Vec<usize>> {
    let Some(last) = players.checked_sub(1) else {
        return vec![vec![]];
    };
    let shorter = permutations(last);
    let with_last = |order: &Vec<usize>| {
        let order = order.clone();
        (0..=last).map(move |place| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    };
    shorter.iter().flat_map(with_last).collect()
}

/// The Shapley values as mean marginal contributions over all orders in which players may come.
fn by_permutations(game: &impl Game) -> Vec<f64> {
    let players = game.players();
    let orders = permutations(players);
    let mut shares = vec![0.0; players];
    for order in &orders {
        let mut set = Coalition::empty(players);
        for &player in order {
            let before = value(game, &set);
            set.toggle(player);
            shares[player] += (value(game, &set) - before) / orders.len() as f64;
        }
    }
    shares
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// The Shapley interaction index by its definition: the sum over S of `|S|! (n - |S| - 2)! / (n - 1)! Delta v(i, j, S)`.
fn by_factorials(game: &impl Game, (i, j): (usize, usize)) -> f64 {
    let n = game.players();
    let of_size = |size: usize| {
        let weight = factorial(size) * factorial(n - size - 2) / factorial(n - 1);
        let difference = |s: Coalition| {
            let alone = value(game, &s.toggled(i)) + value(game, &s.toggled(j));
            value(game, &s.toggled(i).toggled(j)) - alone + value(game, &s)
        };
        weight * all_of_size(n, size, &[i, j]).map(difference).sum::<f64>()
    };
    (0..=n - 2).map(of_size).sum()
}

#[test]
fn shapley_values_are_mean_contributions_over_all_permutations() {
    for players in 2..=6 {
        let game = table(players, players as u64);
        let shapley = exact(&game).shapley().unwrap();
        for (of, expected) in shapley.players.iter().zip(by_permutations(&game)) {
            assert!((of.shapley.value - expected).abs() < 1e-12);
            assert_eq!(of.shapley.standard_error, Some(0.0));
        }
        assert!(shapley.residual.value.abs() < 1e-12);
    }
}

#[test]
fn parts_of_a_shapley_value_are_mean_contributions_to_sets_of_one_size() {
    let game = table(6, 1);
    let shapley = exact(&game).shapley().unwrap();
    for (player, of) in shapley.players.iter().enumerate() {
        assert_eq!(of.by_order.len(), 6);
        for (size, part) in of.by_order.iter().enumerate() {
            let sets: Vec<_> = all_of_size(6, size, &[player]).collect();
            let gain = |set: &Coalition| value(&game, &set.toggled(player)) - value(&game, set);
            let mean = sets.iter().map(gain).sum::<f64>() / sets.len() as f64;
            assert!(
                (part.value - mean).abs() < 1e-12,
                "player {player}, size {size}"
            );
        }
        assert_eq!(of.by_order[0].value, of.individual);
        let mean = of.by_order.iter().map(|part| part.value).sum::<f64>() / 6.0;
        assert!((of.shapley.value - mean).abs() < 1e-12);
    }
}

#[test]
fn shapley_interactions_are_the_sums_with_factorial_weights() {
    for players in 2..=6 {
        let game = table(players, 7);
        let sample = exact(&game);
        let indices = sample.shapley_interaction().unwrap();
        for (pair, index) in sample.pairs().iter().zip(indices) {
            assert!(
                (index.value - by_factorials(&game, *pair)).abs() < 1e-12,
                "{pair:?}"
            );
        }
    }
}

#[test]
fn indices_of_known_games_have_their_closed_forms() {
    // Unanimity: the members of L share one between them.
    let members = [1, 3, 4, 6];
    let shapley = exact(&Dividends::unanimity(8, members)).shapley().unwrap();
    for (player, of) in shapley.players.iter().enumerate() {
        let share = if members.contains(&player) { 0.25 } else { 0.0 };
        assert!((of.shapley.value - share).abs() < 1e-12);
    }
    // A single player: all is his own.
    let own = exact(&Dividends::unanimity(5, [2])).shapley().unwrap();
    assert_eq!(own.players[2].individual, 1.0);
    assert!((own.players[2].shapley.value - 1.0).abs() < 1e-12);
    // Heads: everybody has the same share.
    let shapley = exact(&Symmetric::new(9, |k| (k as f64).sqrt()))
        .shapley()
        .unwrap();
    assert!(
        shapley
            .players
            .iter()
            .all(|of| (of.shapley.value - 3.0 / 9.0).abs() < 1e-12)
    );
    // Dividends: a(L) is shared out over L, and over the |L| - 1 others of a pair.
    let game = Dividends::sparse(10, 80, 6, 4);
    let sample = exact(&game);
    for (player, of) in sample.shapley().unwrap().players.iter().enumerate() {
        let of_player = game.terms().iter().filter(|(set, _)| set.contains(player));
        let share: f64 = of_player.map(|(set, a)| a / set.len() as f64).sum();
        assert!((of.shapley.value - share).abs() < 1e-12);
    }
    let indices = sample.shapley_interaction().unwrap();
    for (&(i, j), index) in sample.pairs().iter().zip(indices) {
        let both = |set: &Coalition| set.contains(i) && set.contains(j);
        let of_pair = game.terms().iter().filter(|(set, _)| both(set));
        let expected: f64 = of_pair.map(|(set, a)| a / (set.len() - 1) as f64).sum();
        assert!((index.value - expected).abs() < 1e-12);
    }
}

#[test]
fn enough_contexts_give_indices_without_error() {
    let game = table(9, 3);
    let expected = exact(&game).shapley().unwrap();
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        let sampled = all()
            .estimator(estimator)
            .contexts(35)
            .run_game(&game)
            .unwrap();
        let sampled = sampled.samples()[0].shapley().unwrap();
        for (a, b) in sampled.players.iter().zip(&expected.players) {
            assert_eq!(a.individual, b.individual);
            assert_eq!(a.shapley.standard_error, Some(0.0));
            assert!((a.shapley.value - b.shapley.value).abs() < 1e-12);
            let parts = a.by_order.iter().zip(&b.by_order);
            assert!(
                parts
                    .into_iter()
                    .all(|(a, b)| (a.value - b.value).abs() < 1e-12)
            );
        }
    }
}

/// The mean square of errors of an index in units of its standard error.
fn squares(found: impl Iterator<Item = (Index, f64)>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (index, truth) in found {
        sum += ((index.value - truth) / index.standard_error.unwrap()).powi(2);
        count += 1.0;
    }
    sum / count
}

#[test]
fn errors_of_indices_are_as_large_as_they_say() {
    for (estimator, contexts) in [
        (Estimator::Paired, 8),
        (Estimator::Paired, 15),
        (Estimator::toggled(), 8),
        (Estimator::toggled(), 15),
        (Estimator::Toggled { pool: 3 }, 15),
    ] {
        let (mut players, mut parts, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        for seed in 0..100 {
            let game = table(9, seed);
            let truth = exact(&game);
            let run = all().estimator(estimator).contexts(contexts).seed(seed);
            let sample = run.run_game(&game).unwrap().samples()[0].clone();
            let (found, known) = (sample.shapley().unwrap(), truth.shapley().unwrap());
            for (found, known) in found.players.iter().zip(&known.players) {
                players.push((found.shapley, known.shapley.value));
                // Orders 0 and 1 have no more than seven contexts, and no error.
                let both = found.by_order.iter().zip(&known.by_order).skip(3);
                parts.extend(both.map(|(a, b)| (*a, b.value)));
            }
            let found = sample.shapley_interaction().unwrap();
            let known = truth.shapley_interaction().unwrap();
            pairs.extend(found.into_iter().zip(known.iter().map(|index| index.value)));
        }
        let [players, parts, pairs] = [players, parts, pairs].map(|of| squares(of.into_iter()));
        println!("{estimator} {contexts}: {players:.2} {parts:.2} {pairs:.2}");
        assert!((0.75..1.3).contains(&pairs), "{estimator}: {pairs}");
        // Pairs of a player share what is toggled.
        for of in [players, parts].map(|squares| squares / freedom(estimator)) {
            assert!((0.75..1.3).contains(&of), "{estimator}: {of}");
        }
    }
}

#[test]
fn one_context_gives_indices_without_a_known_error() {
    let run = all().estimator(Estimator::Paired).contexts(1);
    let profile = run.run_game(&table(7, 1)).unwrap();
    let sample = &profile.samples()[0];
    let shapley = sample.shapley().unwrap();
    assert_eq!(shapley.residual.standard_error, None);
    let of = &shapley.players[0];
    // Order 0 has a single context, which is all of them.
    let known = of.by_order.iter().map(|part| part.standard_error.is_some());
    assert_eq!(
        known.collect::<Vec<_>>(),
        [true, true, false, false, false, false, false]
    );
    let indices = sample.shapley_interaction().unwrap();
    assert!(indices.iter().all(|index| index.standard_error.is_none()));
}

#[test]
fn indices_that_need_more_than_was_measured_say_so() {
    let game = table(8, 2);
    let sample = |measurement: Measurement<()>| {
        let profile = measurement.run_game(&game).unwrap();
        profile.samples()[0].clone()
    };
    let some_orders = sample(all().orders(Orders::given([0, 3])));
    let error = some_orders.shapley().unwrap_err();
    assert!(
        matches!(error, Error::OrdersMissing { measured: 2, .. }),
        "{error}"
    );
    // Order 0 of all pairs has seen each player alone, other orders none.
    assert_eq!(some_orders.individual().unwrap().len(), 8);
    assert_eq!(sample(all().orders(Orders::given([3]))).individual(), None);
    let some_pairs = sample(all().pairs(Pairs::given([(0, 1), (2, 5)])));
    let error = some_pairs.shapley().unwrap_err().to_string();
    assert!(
        error.contains("2 of 28") && error.contains("Pairs::all()"),
        "{error}"
    );
    let first_order = all()
        .pairs(Pairs::given([(0, 1)]))
        .orders(Orders::given([0]));
    assert_eq!(sample(first_order).individual(), None);
    assert_eq!(some_pairs.shapley_interaction().unwrap().len(), 2);
}

#[test]
fn a_profile_that_was_written_without_single_players_is_read_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.json");
    let profile = all().run_game(&table(7, 3)).unwrap();
    profile.save_json(&path).unwrap();
    assert_eq!(Profile::load_json(&path).unwrap(), profile);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sample = json["samples"][0].as_object_mut().unwrap();
    assert_eq!(sample["singles"].as_array().unwrap().len(), 7);
    sample.remove("singles").unwrap();
    std::fs::write(&path, json.to_string()).unwrap();
    let earlier = Profile::load_json(&path).unwrap();
    let error = earlier.samples()[0].shapley().unwrap_err().to_string();
    assert!(error.contains("measure again"), "{error}");
    assert_eq!(
        earlier.samples()[0].shapley_interaction().unwrap(),
        profile.samples()[0].shapley_interaction().unwrap()
    );
    // A run goes on with it.
    let resumed = all()
        .resume(earlier.clone())
        .run_game(&table(7, 3))
        .unwrap();
    assert_eq!(resumed, earlier);
}

#[test]
fn a_table_of_players_has_a_row_each_and_a_column_for_every_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("players.csv");
    let (small, large) = (table(3, 1), table(5, 2));
    let exact = all().estimator(Estimator::Exact);
    let profile = exact.run_games(&[&small, &large]).unwrap();
    assert_eq!(profile.save_players_csv(&path).unwrap(), 2);
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let header = "sample,n,target,label,player,name,mu,phi,standard_error,residual";
    assert_eq!(
        rows[0].join(","),
        format!("{header},order_0,order_1,order_2,order_3,order_4")
    );
    assert_eq!(rows.len(), 1 + 3 + 5);
    assert!(rows.iter().all(|row| row.len() == 15));
    assert_eq!(rows[3][..6], ["0", "3", "0", "", "2", ""]);
    assert_eq!(rows[3][13..], ["", ""]);
    let number = |text: &str| text.parse::<f64>().unwrap();
    for (row, (game, player)) in [(3, (&small, 2)), (8, (&large, 4))] {
        let phi = number(rows[row][7]);
        assert!((phi - by_permutations(game)[player]).abs() < 1e-12);
        let parts = rows[row][10..].iter().filter(|part| !part.is_empty());
        let parts: Vec<f64> = parts.map(|part| number(part)).collect();
        assert_eq!(parts.len(), game.players());
        assert!((parts.iter().sum::<f64>() / parts.len() as f64 - phi).abs() < 1e-12);
        assert_eq!(number(rows[row][6]), parts[0]);
        assert_eq!(number(rows[row][8]), 0.0);
        assert!(number(rows[row][9]).abs() < 1e-12);
    }
}
