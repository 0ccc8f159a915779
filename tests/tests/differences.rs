//! Differences of two measurements of games that count heads, against their closed forms.

use std::ops::RangeInclusive;

use burn_interaction::profile::Difference;
use burn_interaction::{Origin, Profile};

use crate::bands::{exact, near, powers};

/// scipy.stats.t.ppf(0.975, 5): that of six samples.
const T: f64 = 2.570_581_835_636_314_6;

/// Games c k^power of six players, as samples of a set of this name.
fn measured(power: i32, factors: RangeInclusive<u32>, data: &str) -> Profile {
    let games = powers(6, power, factors);
    let games: Vec<_> = games.iter().collect();
    let origin = Origin {
        data: Some(data.into()),
        ..Origin::default()
    };
    exact().origin(origin).run_games(&games).unwrap()
}

fn check(found: Difference, value: f64, error: f64) {
    near(found.value, value);
    near(found.error.unwrap(), error);
    let (low, high) = found.interval.unwrap();
    near(low, value - T * error);
    near(high, value + T * error);
}

#[test]
fn errors_of_other_samples_add_up_in_squares_and_exchange_changes_the_sign_alone() {
    // S is 2 c at every order: 7 on average over c = 1..=6, with a variance of 14.
    let first = measured(2, 1..=6, "one set");
    // Eight samples with a variance of 24; the smaller number tells the degrees of freedom.
    let error = (14.0_f64 / 6.0 + 24.0 / 8.0).sqrt();
    for (factors, value, sure) in [(3..=10, 6.0, true), (2..=9, 4.0, false)] {
        let second = measured(2, factors, "another set");
        let (there, back) = (first.compared(&second), second.compared(&first));
        let (there, back) = (there.unwrap(), back.unwrap());
        assert_eq!((there.common, back.common), (0, 0));
        assert_eq!(there.points.len(), 5);
        for (there, back) in there.points.iter().zip(&back.points) {
            let [forth, back] = [there, back].map(|point| point.absolute.unwrap());
            check(forth, value, error);
            check(back, -value, error);
            assert_eq!((forth.is_sure(), back.is_sure()), (sure, sure));
            // J is 1 everywhere.
            let relative = there.relative.unwrap();
            near(relative.value, 0.0);
            near(relative.error.unwrap(), 0.0);
        }
    }
}

#[test]
fn the_same_samples_have_the_error_of_what_differs_in_each() {
    // From squares to cubes S of sample c rises from 2 c to 6 c (m + 1), by (6 m + 4) c: c is 3.5 on average, with a variance of 3.5.
    let (first, second) = (measured(2, 1..=6, "a set"), measured(3, 1..=6, "a set"));
    let found = first.compared(&second).unwrap();
    assert_eq!((found.common, found.points.len()), (6, 5));
    let other = measured(3, 1..=6, "another set");
    let apart = first.compared(&other).unwrap();
    let of_mean = (3.5_f64 / 6.0).sqrt();
    for (m, (point, apart)) in found.points.iter().zip(&apart.points).enumerate() {
        let (before, after) = (2.0_f64, 6.0 * (m + 1) as f64);
        let rise = after - before;
        let paired = point.absolute.unwrap();
        check(paired, 3.5 * rise, rise * of_mean);
        assert!(paired.is_sure());
        let unpaired = before.hypot(after) * of_mean;
        check(apart.absolute.unwrap(), 3.5 * rise, unpaired);
        // J rises from 1 to (m + 1) / 3 in each of them.
        let relative = point.relative.unwrap();
        near(relative.value, (m + 1) as f64 / 3.0 - 1.0);
        near(relative.error.unwrap(), 0.0);
    }
}

#[test]
fn what_differs_alike_in_all_samples_has_no_error() {
    let first = measured(2, 1..=6, "a set");
    // The same games: no difference, to the last bit.
    for point in first.compared(&first).unwrap().points {
        for found in [point.absolute.unwrap(), point.relative.unwrap()] {
            assert_eq!((found.value, found.error), (0.0, Some(0.0)));
            assert_eq!(found.interval, Some((0.0, 0.0)));
            assert!(!found.is_sure());
        }
    }
    // S is larger by 2 in each.
    let second = measured(2, 2..=7, "a set");
    for point in first.compared(&second).unwrap().points {
        let found = point.absolute.unwrap();
        check(found, 2.0, 0.0);
        assert!(found.is_sure());
    }
}

#[test]
fn fewer_than_five_samples_are_sure_of_nothing() {
    let (first, second) = (measured(2, 1..=4, "a set"), measured(3, 11..=14, "a set"));
    let found = first.compared(&second).unwrap();
    assert_eq!(found.common, 0);
    for point in found.points {
        let found = point.absolute.unwrap();
        assert!(found.error.is_some() && found.interval.is_none());
        assert!(!found.is_sure());
    }
}
