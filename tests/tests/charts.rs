//! The numbers and the places of points in charts, against the closed forms of the games that they show.

use burn_interaction::Strength;
use burn_interaction::figures::Chart;
use burn_interaction::game::Symmetric;

use crate::bands::{exact, powers};

/// A point of a chart: where it lies, in pixels from the left and from above, and what is told of it.
#[derive(Debug)]
struct Mark {
    x: f64,
    y: f64,
    told: String,
}

/// The points of the chart of one curve, panel by panel.
fn marks(name: &str, strength: &Strength) -> Vec<Mark> {
    let svg = Chart::new("a chart")
        .curve(name, strength)
        .to_svg()
        .unwrap();
    let mark = |text: &str| {
        let between = |before: &str, after: &str| {
            let rest = text.split(before).nth(1).unwrap();
            rest.split(after).next().unwrap().to_string()
        };
        let number = |name: &str| -> f64 { between(&format!(" {name}=\""), "\"").parse().unwrap() };
        Mark {
            x: number("x") + number("width") / 2.0,
            y: number("y") + number("height") / 2.0,
            told: between("<title>", "</title>"),
        }
    };
    svg.split("<rect class=\"value\"")
        .skip(1)
        .map(mark)
        .collect()
}

/// Whether points lie at these ratios and, from the lowest to the highest, at these heights, to a pixel.
fn check_places(marks: &[Mark], heights: &[f64]) {
    assert_eq!(marks.len(), heights.len());
    let last = marks.len() - 1;
    let (left, right) = (marks[0].x, marks[last].x);
    assert!(right - left > 500.0, "{marks:?}");
    let by_height = |a: &usize, b: &usize| heights[*a].total_cmp(&heights[*b]);
    let lowest = (0..=last).min_by(by_height).unwrap();
    let highest = (0..=last).max_by(by_height).unwrap();
    let (foot, top) = (marks[lowest].y, marks[highest].y);
    // Pixels are counted from above.
    assert!(foot - top > 50.0, "{marks:?}");
    let rise = heights[highest] - heights[lowest];
    for (order, mark) in marks.iter().enumerate() {
        let along = left + (right - left) * order as f64 / last as f64;
        assert!((mark.x - along).abs() <= 1.0, "{mark:?}: {along}");
        let up = foot - (foot - top) * (heights[order] - heights[lowest]) / rise;
        assert!((mark.y - up).abs() <= 1.5, "{mark:?}: {up}");
    }
}

/// The strength of a game of players who only count, with these I^(m) of every pair.
fn curved(curve: &[f64]) -> Strength {
    // Second differences of the values are the curve.
    let mut values = vec![0.0, 0.0];
    for (order, interaction) in curve.iter().enumerate() {
        values.push(2.0 * values[order + 1] - values[order] + interaction);
    }
    let game = Symmetric::new(curve.len() + 1, move |size: usize| values[size]);
    exact().run_game(&game).unwrap().strength()
}

#[test]
fn points_tell_strengths_and_bands_and_rise_with_them() {
    // S(m) is 6 (m + 1) c for c = 1..=5, and J(m) is (m + 1) / 4 in each.
    let games = powers(8, 3, 1..=5);
    let games: Vec<_> = games.iter().collect();
    let strength = exact().run_games(&games).unwrap().strength();
    let marks = marks("cubes", &strength);
    assert_eq!(marks.len(), 14, "{marks:?}");
    let (relative, absolute) = marks.split_at(7);
    // scipy.stats.t.ppf(0.975, 4) of the mean factor, which has a variance of 5 / 2 over five.
    let reach = 2.776_445_105_197_793_4 * 0.5_f64.sqrt();
    for (m, (relative, absolute)) in relative.iter().zip(absolute).enumerate() {
        let (ratio, scale) = (m as f64 / 6.0, (m + 1) as f64);
        let j = scale / 4.0;
        let expected =
            format!("cubes, ratio {ratio:.2}: relative strength J {j:.3}, {j:.3} to {j:.3}");
        assert_eq!(relative.told, expected);
        let [s, low, high] = [3.0, 3.0 - reach, 3.0 + reach].map(|factor| 6.0 * scale * factor);
        let expected = format!("cubes, ratio {ratio:.2}: strength S {s:.3}, {low:.3} to {high:.3}");
        assert_eq!(absolute.told, expected);
    }
    let rising: Vec<f64> = (1..=7_i32).map(f64::from).collect();
    check_places(relative, &rising);
    check_places(absolute, &rising);
}

#[test]
fn a_point_lies_the_higher_the_larger_its_value() {
    let curve = [4.0, 2.0, 1.0, 0.5, 1.0, 2.0, 7.0];
    let marks = marks("u", &curved(&curve));
    assert_eq!(marks.len(), 14, "{marks:?}");
    for (k, mark) in marks.iter().enumerate() {
        let (m, is_relative) = (k % 7, k < 7);
        // The mean is 2.5, and a single sample has no bands.
        let (label, value) = match is_relative {
            true => ("relative strength J", curve[m] / 2.5),
            false => ("strength S", curve[m]),
        };
        let expected = format!("u, ratio {:.2}: {label} {value:.3}", m as f64 / 6.0);
        assert_eq!(mark.told, expected);
    }
    check_places(&marks[..7], &curve);
    check_places(&marks[7..], &curve);
}

#[test]
fn strengths_over_decades_rise_with_their_logarithms() {
    let curve: Vec<f64> = (0..7).map(|m| 4_f64.powi(m)).collect();
    let marks = marks("powers", &curved(&curve));
    assert_eq!(marks.len(), 14, "{marks:?}");
    assert_eq!(marks[7].told, "powers, ratio 0.00: strength S 1.000");
    assert_eq!(marks[13].told, "powers, ratio 1.00: strength S 4096.000");
    check_places(&marks[..7], &curve);
    let even: Vec<f64> = (0..7_i32).map(f64::from).collect();
    check_places(&marks[7..], &even);
}
