//! The places of windows on grids.

use std::collections::BTreeMap;

use burn_interaction::coalition::generator;
use burn_interaction::{Pair, Pairs};

/// The pairs of a window of this height and width whose left upper corner is a player, on a grid of so many columns.
fn window(corner: usize, columns: usize, [height, width]: [usize; 2]) -> Vec<Pair> {
    let row = move |row: usize| (0..width).map(move |column| corner + row * columns + column);
    let players: Vec<usize> = (0..height).flat_map(row).collect();
    let mut pairs = Vec::new();
    for (k, i) in players.iter().enumerate() {
        pairs.extend(players[k + 1..].iter().map(|j| (*i, *j)));
    }
    pairs
}

#[test]
fn windows_lie_at_every_place_of_a_grid_equally_often() {
    // A window that is higher or wider than the grid ends with it. scipy.stats.chi2.ppf(0.9999, places - 1).
    for ([rows, columns], side, [height, width], places, most) in [
        ([3, 5], 2, [2, 2], 8, 29.88),
        ([5, 3], 2, [2, 2], 8, 29.88),
        ([2, 7], 3, [2, 3], 5, 23.51),
        ([6, 1], 2, [2, 1], 5, 23.51),
    ] {
        let count = height * width * (height * width - 1) / 2;
        let one = Pairs::windows(side, count);
        let mut rng = generator(7, 0);
        let mut found: BTreeMap<usize, u32> = BTreeMap::new();
        for _ in 0..8000 {
            let grid = Some([rows, columns]);
            let pairs = one.resolve(rows * columns, grid, &mut rng).unwrap();
            // Pairs ascend: the first begins with the corner.
            let corner = pairs[0].0;
            assert_eq!(pairs, window(corner, columns, [height, width]));
            *found.entry(corner).or_default() += 1;
        }
        let row = move |row: usize| (0..=columns - width).map(move |column| row * columns + column);
        let corners: Vec<usize> = (0..=rows - height).flat_map(row).collect();
        assert_eq!(corners.len(), places);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), corners);
        let expected = 8000.0 / places as f64;
        let square = |count: &u32| (f64::from(*count) - expected).powi(2) / expected;
        let chi2: f64 = found.values().map(square).sum();
        assert!(chi2 < most, "{rows}x{columns}: {chi2}, {found:?}");
    }
}
