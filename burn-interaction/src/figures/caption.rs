//! The words below a chart: what was measured, how, and what the bands are.

use crate::estimate::Estimator;
use crate::profile::Strength;

/// Characters of a line.
const LINE: usize = 128;

/// The lines below curves: first all that they have in common, then what each has of its own, then the bands.
pub(super) fn caption(curves: &[(&str, &Strength)]) -> Vec<String> {
    let Some((_, first)) = curves.first() else {
        return Vec::new();
    };
    let facts: Vec<Vec<String>> = curves.iter().map(|(_, s)| facts(s)).collect();
    let common: Vec<bool> = (0..facts[0].len())
        .map(|k| facts.iter().all(|own| own[k] == facts[0][k]))
        .collect();
    let some = |own: &[String], shared: bool| -> String {
        let chosen = own.iter().zip(&common);
        let chosen = chosen.filter(|(fact, common)| **common == shared && !fact.is_empty());
        let chosen: Vec<&str> = chosen.map(|(fact, _)| fact.as_str()).collect();
        chosen.join(", ")
    };
    let mut lines = vec![some(&facts[0], true)];
    for ((name, _), own) in curves.iter().zip(&facts) {
        let own = some(own, false);
        if !own.is_empty() {
            lines.push(format!("{name}: {own}"));
        }
    }
    lines.push(bands(curves));
    if first.players.start() != first.players.end() {
        lines.push(
            "The samples differ in their number of players: an order is a share of each one's own."
                .into(),
        );
    }
    lines.iter().flat_map(|line| wrapped(line)).collect()
}

/// Facts on a curve, the same ones for each; empty where there is nothing to say.
fn facts(strength: &Strength) -> Vec<String> {
    let Strength {
        protocol, origin, ..
    } = strength;
    let known = |name: &Option<String>| name.clone().unwrap_or_default();
    let split = origin.split.as_ref().map(|split| format!("{split} part"));
    let players = match (strength.players.start(), strength.players.end()) {
        (low, high) if low == high => format!("n = {low} {}", strength.described),
        (low, high) => format!("n = {low} to {high} {}", strength.described),
    };
    let samples = match strength.complete {
        true => format!("{} samples", strength.samples),
        false => format!(
            "partial: {} of {} samples",
            strength.samples, strength.requested
        ),
    };
    let precision = strength
        .precision
        .as_ref()
        .map_or(String::new(), |reached| {
            let wanted = reached.allocation.wanted.error();
            match reached.error {
                Some(error) => format!("error {error:.3} of {wanted} wanted"),
                None => format!("error {wanted} wanted"),
            }
        });
    vec![
        match (known(&origin.network), known(&origin.data)) {
            (network, data) if network.is_empty() || data.is_empty() => network + &data,
            (network, data) => format!("{network} on {data}"),
        },
        split.unwrap_or_default(),
        players,
        samples,
        format!("{} estimator", protocol.estimator),
        format!("pairs {}", protocol.pairs),
        match protocol.estimator {
            Estimator::Exact => "all contexts".into(),
            _ => format!("contexts {}", protocol.contexts),
        },
        precision,
        format!("reward {}", protocol.reward),
        protocol
            .baseline
            .as_ref()
            .map_or(String::new(), |baseline| format!("baseline {baseline}")),
        format!("seed {}", protocol.seed),
    ]
}

/// A sentence on the bands of curves.
fn bands(curves: &[(&str, &Strength)]) -> String {
    let without: Vec<String> = curves
        .iter()
        .filter_map(|(name, s)| Some(format!("{name} has no band: {}", s.no_band?)))
        .collect();
    let confidence = curves.iter().find(|(_, s)| s.no_band.is_none());
    let with = confidence.map(|(_, s)| {
        format!(
            "Lines are corrected for noise, thin ones are not; bands hold the corrected curve of the population with {:.0} % confidence.",
            100.0 * s.confidence
        )
    });
    with.into_iter()
        .chain(without)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text in the lines of a caption, broken at spaces.
pub(super) fn wrapped(text: &str) -> Vec<String> {
    broken(text, LINE)
}

/// The pixels that text of a size takes, by the width of a letter on average.
pub(super) fn wide(text: &str, size: u32) -> u32 {
    9 * size * text.chars().count() as u32 / 20
}

/// A text of a size in lines of at most so many pixels, broken at spaces.
pub(super) fn fitted(text: &str, width: u32, size: u32) -> Vec<String> {
    broken(text, (20 * width / (9 * size)) as usize)
}

/// A text in lines of at most so many characters, broken at spaces, and within words that are longer.
fn broken(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(most.max(1)) {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + piece.len() <= most => {
                    line.push(' ');
                    line.extend(piece);
                }
                _ => lines.push(piece.iter().collect()),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Measurement;
    use crate::game::Dividends;

    fn strength(samples: u64) -> Strength {
        let games: Vec<Dividends> = (0..samples).map(|k| Dividends::random(6, k)).collect();
        let games: Vec<&Dividends> = games.iter().collect();
        let measured = Measurement::of_games().run_games(&games);
        measured.unwrap().strength()
    }

    #[test]
    fn a_caption_says_what_curves_have_in_common_and_what_each_has_of_its_own() {
        let (five, eight) = (strength(5), strength(8));
        let text = caption(&[("one", &five), ("two", &eight)]).join("\n");
        for part in [
            "n = 6",
            "one: 5 samples",
            "two: 8 samples",
            "seed 0",
            "95 % confidence",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.matches("seed").count(), 1);
    }

    #[test]
    fn partial_results_and_missing_bands_are_told() {
        let mut few = strength(3);
        few.complete = false;
        few.requested = 6;
        let text = caption(&[("net", &few)]).join(" ");
        assert!(text.contains("partial: 3 of 6 samples"), "{text}");
        assert!(text.contains("net has no band"), "{text}");
        assert!(!text.contains("confidence"), "{text}");
    }

    #[test]
    fn long_lines_are_broken() {
        let words = "word ".repeat(60);
        let lines = wrapped(&words);
        assert!(lines.len() > 2 && lines.iter().all(|line| line.len() <= LINE));
        // A title of size 20 over 200 pixels, with a word that no line holds.
        let title = format!("a net on {}", "x".repeat(50));
        let lines = fitted(&title, 200, 20);
        assert_eq!(lines[0], "a net on");
        assert!(lines.len() > 2 && lines.iter().all(|line| wide(line, 20) <= 200));
        assert!(fitted("", 200, 20).is_empty());
    }
}
