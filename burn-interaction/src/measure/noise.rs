//! The noise that one context, few or all tell of.

use crate::estimate::{Estimator, Pairs};
use crate::game::Dividends;
use crate::profile::NoBand;

use super::closed_forms::all;

#[test]
fn one_context_has_neither_noise_floor_nor_correction() {
    let game = Dividends::random(9, 1);
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        let profile = all().estimator(estimator).contexts(1).run_game(&game);
        let strength = profile.unwrap().strength();
        let last = strength.points.len() - 1;
        for point in &strength.points[1..last] {
            let known = (point.corrected, point.noise_floor, point.error);
            assert_eq!(known, (None, None, None));
            assert_eq!(
                (point.relative_corrected, point.relative_band),
                (None, None)
            );
        }
        // The ends have a single context, which is all of them.
        for point in [&strength.points[0], &strength.points[last]] {
            assert_eq!(point.noise_floor, Some(0.0));
            assert!((point.corrected.unwrap() - point.raw).abs() < 1e-12);
        }
        assert_eq!(strength.no_band, Some(NoBand::OneContext));
        assert_eq!(strength.depth(), None);
    }
}

#[test]
fn exact_and_exhaustive_orders_have_the_same_variance_and_no_error() {
    let game = Dividends::random(8, 5);
    let exact = all().estimator(Estimator::Exact).run_game(&game).unwrap();
    let paired = all()
        .estimator(Estimator::Paired)
        .contexts(20)
        .run_game(&game);
    let (exact, paired) = (&exact.samples()[0], &paired.unwrap().samples()[0].clone());
    for order in 0..=6 {
        let both = exact
            .at_order(order)
            .unwrap()
            .iter()
            .zip(paired.at_order(order).unwrap());
        for (a, b) in both {
            assert!(a.exact && b.exact && a.contexts == b.contexts);
            assert!((a.variance - b.variance).abs() < 1e-9);
            assert_eq!((a.standard_error(), b.standard_error()), (0.0, 0.0));
        }
    }
    // Contexts differ in the middle, and there is one at each end.
    assert!(exact.at_order(3).unwrap().iter().all(|e| e.variance > 0.01));
    assert!(exact.at_order(6).unwrap().iter().all(|e| e.variance == 0.0));
}

#[test]
fn differences_fluctuate_between_the_ends_and_not_at_them() {
    let game = Dividends::random(9, 6);
    let points = |estimator, contexts| {
        let measurement = all().estimator(estimator).contexts(contexts);
        measurement.run_game(&game).unwrap().strength().points
    };
    let exact = points(Estimator::Exact, 1);
    let fluctuation = |order: usize| exact[order].fluctuation.unwrap();
    assert_eq!((fluctuation(0), fluctuation(7)), (0.0, 0.0));
    assert!((1..7).all(|order| fluctuation(order) > 0.5));
    // Drawn contexts find about the same.
    for estimator in [Estimator::Paired, Estimator::toggled()] {
        for (drawn, exact) in points(estimator, 15).iter().zip(&exact).skip(2).take(4) {
            let ratio = drawn.fluctuation.unwrap() / exact.fluctuation.unwrap();
            assert!((0.8..1.25).contains(&ratio), "{estimator:?}: {ratio}");
        }
    }
}

#[test]
fn one_sample_has_the_error_of_its_pairs_and_no_band() {
    let game = Dividends::random(10, 2);
    let some = all().pairs(Pairs::random(15)).contexts(5);
    let strength = some.run_game(&game).unwrap().strength();
    assert!(
        strength
            .points
            .iter()
            .all(|p| p.measurement_error.unwrap() > 0.0)
    );
    assert!(
        strength
            .points
            .iter()
            .all(|p| p.band.is_none() && p.standard_error.is_none())
    );
    assert_eq!(strength.no_band, Some(NoBand::FewSamples));
    assert!(
        strength
            .verdict()
            .to_string()
            .contains("fewer than five samples")
    );
    let exact = all().estimator(Estimator::Exact);
    let strength = exact.run_game(&game).unwrap().strength();
    assert!(
        strength
            .points
            .iter()
            .all(|p| p.measurement_error == Some(0.0))
    );
}
