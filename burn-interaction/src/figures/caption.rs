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

/// A text in lines, broken at spaces.
pub(super) fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
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
    }
}
