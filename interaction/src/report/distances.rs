//! Which pairs make the low orders, and which the high ones: strength by the distance of the two, or by their columns.

use std::collections::{BTreeMap, BTreeSet};

use burn_interaction::figures::{Areas, Line, Lines, MatrixChart};
use burn_interaction::internal::student_quantile;
use burn_interaction::profile::Group;
use burn_interaction::{Pair, Profile};

use crate::subject::Scene;

/// The confidence of bands, and the fewest samples that have any.
const CONFIDENCE: f64 = 0.95;
const FEWEST: usize = 5;

/// A picture of the strength of pairs.
pub enum Pairs {
    /// By distance.
    Lines(Lines),
    /// By the columns of a table.
    Matrix(MatrixChart),
}

impl Pairs {
    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be drawn.
    pub fn to_svg(&self) -> burn_interaction::Result<String> {
        match self {
            Self::Lines(chart) => chart.to_svg(),
            Self::Matrix(chart) => chart.to_svg(),
        }
    }
}

/// The strength of pairs over all samples of a profile: by distance for patches, words and windows, by column for tables; `None` for clouds and
/// segments, and where all pairs are alike.
pub fn of(scene: &Scene, profile: &Profile) -> Option<Pairs> {
    let in_a_row = |along: &str| lines(profile, |(i, j)| i.abs_diff(j) as u64, along);
    match scene {
        Scene::Image {
            areas: Areas::Grid(grid),
            ..
        } => {
            let columns = grid[1].max(1);
            let distance = |(i, j): Pair| {
                let along = |a: usize, b: usize| a.abs_diff(b) as f64;
                along(i / columns, j / columns).hypot(along(i % columns, j % columns))
            };
            let rounded = |pair| distance(pair).round() as u64;
            lines(profile, rounded, "distance of the two patches, in patches")
        }
        Scene::Sentence { .. } => in_a_row("distance of the two words, in players"),
        Scene::Series { .. } => in_a_row("distance of the two windows, in windows"),
        Scene::Row { names, .. } => matrix(names, profile),
        Scene::Image { .. } | Scene::Cloud { .. } => None,
    }
}

/// The lowest, middle and highest ratio of some groups, named.
fn chosen(groups: &[Group]) -> Vec<(String, f64)> {
    let mut ratios: Vec<f64> = groups.iter().map(|group| group.ratio).collect();
    ratios.dedup();
    let Some(last) = ratios.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut places = vec![0, ratios.len() / 2, last];
    places.dedup();
    let named = |place: usize| {
        let ratio = ratios[place];
        let name = match ratio {
            r if r <= 0.3 => "low",
            r if r < 0.7 => "middle",
            _ => "high",
        };
        (format!("{name}: ratio {ratio:.2}"), ratio)
    };
    places.into_iter().map(named).collect()
}

/// The number of samples that have a pair of each key.
fn counted(profile: &Profile, key: impl Fn(Pair) -> u64) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for sample in profile.samples() {
        let keys: BTreeSet<u64> = sample.pairs().iter().map(|pair| key(*pair)).collect();
        for key in keys {
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    counts
}

fn lines(profile: &Profile, key: impl Fn(Pair) -> u64, along: &str) -> Option<Pairs> {
    let groups = profile.grouped(|_, pair| Some(key(pair)));
    let counts = counted(profile, key);
    // Half of a band over so many samples, for a standard error of one.
    let reach = |group: &Group| {
        let samples = counts.get(&group.key).copied().unwrap_or(0);
        (samples >= FEWEST).then(|| student_quantile(CONFIDENCE, samples - 1))
    };
    let title = "Which pairs are strong: strength by distance, 1 for the mean of the order's pairs";
    let has = |group: &Group| group.relative_error.zip(reach(group)).is_some();
    let banded = groups.iter().any(has);
    let value = match banded {
        true => "relative strength, with 95 % bands",
        false => "relative strength",
    };
    let mut chart = Lines::new(title, along, value);
    let mut longest = 0;
    for (colour, (name, ratio)) in chosen(&groups).into_iter().enumerate() {
        let own = groups.iter().filter(|group| group.ratio == ratio);
        let point = |group: &Group| {
            let relative = group.relative?;
            let error = group.relative_error.zip(reach(group));
            let band = error.map(|(error, reach)| error * reach);
            Some((group.key as f64, relative, band))
        };
        let points: Vec<_> = own.filter_map(point).collect();
        longest = longest.max(points.len());
        chart = chart.line(Line {
            name: match points.is_empty() {
                true => format!("{name}, within noise"),
                false => name,
            },
            points,
            colour,
            dashed: false,
        });
    }
    // A single distance has nothing beside it.
    (longest > 1).then_some(Pairs::Lines(chart))
}

fn matrix(names: &[String], profile: &Profile) -> Option<Pairs> {
    let columns = names.len();
    let key = |(i, j): Pair| (i * columns + j) as u64;
    let groups = profile.grouped(|_, pair| Some(key(pair)));
    let title = "Which pairs are strong: strength over all rows, as a multiple of the order's mean";
    let mut chart = MatrixChart::new(title, names.to_vec()).of_strengths();
    let mut any = false;
    for (name, ratio) in chosen(&groups) {
        let own = groups.iter().filter(|group| group.ratio == ratio);
        let pair = |group: &Group| {
            let key = group.key as usize;
            let relative = group.relative.filter(|relative| *relative > 0.0)?;
            Some(((key / columns, key % columns), relative))
        };
        let pairs: Vec<(Pair, f64)> = own.filter_map(pair).collect();
        any |= !pairs.is_empty();
        chart = chart.pairs(name, pairs);
    }
    any.then_some(Pairs::Matrix(chart))
}

#[cfg(test)]
mod tests {
    use burn_interaction::game::Dividends;
    use burn_interaction::{Measurement, Orders};

    use super::*;

    #[test]
    fn bands_are_of_five_samples_or_more() {
        let games: Vec<Dividends> = (0..5).map(|k| Dividends::random(6, k)).collect();
        let games: Vec<&Dividends> = games.iter().collect();
        for samples in [4, 5] {
            let exact = Measurement::of_games().orders(Orders::all());
            let profile = exact.run_games(&games[..samples]).unwrap();
            let chart = lines(&profile, |(i, j)| i.abs_diff(j) as u64, "distance").unwrap();
            let svg = chart.to_svg().unwrap();
            let banded = samples >= FEWEST;
            assert_eq!(svg.contains("<polygon"), banded, "{samples}");
            assert_eq!(svg.contains("95 % bands"), banded, "{samples}");
        }
    }
}
