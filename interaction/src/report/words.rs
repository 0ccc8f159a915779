//! Results in plain sentences, for someone who has never heard of interaction orders.

use burn_interaction::profile::{Comparison, Turn, Undecided};
use burn_interaction::{Profile, Strength, Verdict};

use super::numbers::number;

/// The verdict on a curve in plain words.
pub fn verdict(strength: &Strength) -> String {
    if strength.points.iter().all(|point| point.raw == 0.0) {
        return "The output does not depend on any pair of players: there is no interaction to describe.".into();
    }
    if strength.is_rounding() {
        return format!(
            "All that was measured is within the rounding of 32-bit values ({}): the network's inputs hardly act together, and the curve says nothing.",
            number(strength.rounding)
        );
    }
    match strength.verdict() {
        Verdict::U(turn) => format!(
            "The network relies least {}, and most on {}.",
            trough(turn),
            ends(turn.ends)
        ),
        Verdict::Hump(turn) => {
            let size = match middle(turn) {
                m if m < 0.35 => "few others are present, though not the fewest",
                m if m > 0.65 => "most others are present, though not all",
                _ => "about half of the others are present",
            };
            format!("The network relies most on structure between the local and the whole: two parts of the input act together most where {size}.")
        }
        Verdict::Falling { .. } => {
            format!("The network relies more on {LOCAL}, than on whole-scene structure.")
        }
        Verdict::Rising { .. } => {
            format!("The network relies more on {WHOLE}, than on simple local cues.")
        }
        Verdict::Flat { .. } => "The network relies on cues of every size alike: how much two parts of the input act together hardly depends on how many others are present.".into(),
        Verdict::Undecided(why) => format!(
            "What was measured does not decide what the network relies on: {why}. {}",
            remedy(*why, *strength.players.end())
        ),
        other => other.to_string(),
    }
}

/// Low orders in plain words.
const LOCAL: &str =
    "simple local cues, where two parts of the input act together with few others present";
/// High orders in plain words.
const WHOLE: &str = "whole-scene structure, where two parts of the input act together only with nearly all others present";

/// The middle of the ratios that a turn may lie at.
fn middle(turn: &Turn) -> f64 {
    (turn.ratios.0 + turn.ratios.1) / 2.0
}

/// The place of the trough of a U, which is the interaction bottleneck where it is in the middle.
fn trough(turn: &Turn) -> String {
    match middle(turn) {
        ratio if ratio < 0.3 => {
            format!("where few others are present, though not the fewest (ratio {ratio:.2})")
        }
        ratio if ratio > 0.7 => {
            format!("where most others are present, though not all (ratio {ratio:.2})")
        }
        _ => "on structure of middle size, the interaction bottleneck".into(),
    }
}

/// The stronger of the two ends of a U, or both where they are within a quarter of each other.
fn ends((low, high): (f64, f64)) -> String {
    match low / high {
        ratio if ratio > 1.25 => LOCAL.into(),
        ratio if ratio < 0.8 => WHOLE.into(),
        _ => format!("both {LOCAL}, and {WHOLE}"),
    }
}

/// A way out of an undecided curve of samples that have so many players at most.
fn remedy(why: Undecided, players: usize) -> &'static str {
    match why {
        Undecided::FewOrders if players < 4 => {
            "It takes four players for three orders: take more columns, patches, windows or regions."
        }
        Undecided::NoBand(_) => "Measure at least five samples, and two contexts of each pair.",
        Undecided::FewOrders => "Measure at least three orders.",
        Undecided::WithinErrors => "Measure more samples, or ask for --precision.",
        Undecided::TroughAndPeak => "Look at the curve: it turns more than once.",
        _ => "There is nothing to decide.",
    }
}

/// A sentence on a network that was never trained; `None` for others.
pub fn untrained(strength: &Strength) -> Option<String> {
    let untrained = strength.origin.weights.as_deref() == Some("untrained");
    untrained.then(|| {
        "It is untrained: this is the shape that its architecture and its random weights give."
            .into()
    })
}

/// A sentence on how sure the verdict is.
pub fn certainty(strength: &Strength) -> String {
    let technical = format!("In numbers: {}", strength.verdict());
    let part = match strength.complete {
        true => String::new(),
        false => format!(
            " This is a partial result, of {} of {} samples.",
            strength.samples, strength.requested
        ),
    };
    match (strength.no_band, strength.verdict()) {
        (None, Verdict::Undecided(_)) => format!("{technical}.{part}"),
        (None, _) => format!(
            "{technical}; the shape is told at 95 % confidence for the population that the {} samples come from.{part}",
            strength.samples
        ),
        (Some(why), _) => format!("{technical}; there are no bands: {why}.{part}"),
    }
}

/// A sentence on what training changed: the network beside itself before training.
pub fn training(trained: &Profile, untrained: &Profile) -> Option<String> {
    if untrained.samples().len() != trained.samples().len() {
        return Some(format!(
            "The same network untrained is measured on {} of {} samples: --control --resume goes on.",
            untrained.samples().len(),
            trained.samples().len()
        ));
    }
    let comparison = untrained.compared(trained).ok()?;
    let ratio = level(&trained.strength()) / level(&untrained.strength());
    let strength = match ratio {
        r if !r.is_finite() || r <= 0.0 => String::new(),
        r if r >= 1.5 => format!(" Its interactions are {r:.1} times as strong."),
        r if r <= 0.67 => format!(" Its interactions are {:.1} times weaker.", 1.0 / r),
        _ => " Its interactions are about as strong.".into(),
    };
    Some(format!(
        "Beside the same network untrained: {}.{strength}",
        changes(&comparison)
    ))
}

/// The mean corrected strength over the orders.
fn level(strength: &Strength) -> f64 {
    let points = &strength.points;
    let sum: f64 = points.iter().map(|p| p.corrected.unwrap_or(p.raw)).sum();
    sum / points.len() as f64
}

/// The orders whose share of the strength surely differs, in words.
pub fn changes(comparison: &Comparison) -> String {
    let known = |point: &&burn_interaction::profile::OrderDifference| {
        point.relative.is_some_and(|found| found.interval.is_some())
    };
    if comparison.points.iter().filter(known).count() == 0 {
        return "no difference can be told, which takes five samples and two contexts of each pair"
            .into();
    }
    let at = |sign: f64| {
        let sure = comparison.points.iter().filter(|point| {
            let found = point.relative;
            found.is_some_and(|found| found.is_sure() && found.value * sign > 0.0)
        });
        sure.map(|point| point.ratio).collect::<Vec<f64>>()
    };
    let (more, less) = (at(1.0), at(-1.0));
    let part = |word: &str, ratios: &[f64]| {
        (!ratios.is_empty()).then(|| format!("{} {word}", sizes(ratios)))
    };
    let parts = [part("weigh more", &more), part("weigh less", &less)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => "no order's share surely differs".into(),
        false => format!("{}, each told at 95 %", parts.join("; ")),
    }
}

/// Ratios as sizes of context.
fn sizes(ratios: &[f64]) -> String {
    let any = |low: f64, high: f64| ratios.iter().any(|ratio| (low..=high).contains(ratio));
    let named = [
        (any(0.0, 0.3), "low"),
        (any(0.300_001, 0.699_999), "middle"),
        (any(0.7, 1.0), "high"),
    ];
    let named: Vec<&str> = named
        .into_iter()
        .filter(|(any, _)| *any)
        .map(|(_, name)| name)
        .collect();
    let listed: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    format!(
        "{} orders (ratio {})",
        named.join(" and "),
        listed.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use burn_interaction::Measurement;
    use burn_interaction::game::Dividends;

    use super::*;

    fn profile(samples: u64) -> Profile {
        let games: Vec<Dividends> = (0..samples).map(|k| Dividends::random(6, k)).collect();
        let games: Vec<&Dividends> = games.iter().collect();
        Measurement::of_games().run_games(&games).unwrap()
    }

    #[test]
    fn few_samples_decide_nothing_and_the_sentence_says_what_to_do() {
        let strength = profile(2).strength();
        let text = verdict(&strength);
        assert!(
            text.contains("does not decide") && text.contains("five samples"),
            "{text}"
        );
        assert!(certainty(&strength).contains("no bands"));
    }

    #[test]
    fn a_network_beside_itself_differs_nowhere() {
        let profile = profile(6);
        let text = training(&profile, &profile).unwrap();
        assert!(text.contains("no order's share surely differs"), "{text}");
        assert!(text.contains("about as strong"), "{text}");
    }

    #[test]
    fn a_u_is_told_by_its_stronger_end() {
        assert_eq!(ends((0.96, 1.5)), WHOLE);
        assert_eq!(ends((5.0, 2.0)), LOCAL);
        let both = ends((1.6, 1.4));
        assert!(both.contains(LOCAL) && both.contains(WHOLE));
    }

    #[test]
    fn a_trough_is_told_by_its_place() {
        let at = |from: f64, to: f64| {
            trough(&Turn {
                ratios: (from, to),
                value: 0.5,
                error: 0.1,
                ends: (1.0, 2.0),
            })
        };
        assert!(at(0.3, 0.6).contains("the interaction bottleneck"));
        assert!(at(0.7, 0.7).contains("the interaction bottleneck"));
        assert_eq!(
            at(0.05, 0.15),
            "where few others are present, though not the fewest (ratio 0.10)"
        );
        assert!(at(0.75, 0.95).contains("most others are present, though not all (ratio 0.85)"));
    }

    #[test]
    fn three_players_are_told_to_become_more() {
        let game = Dividends::random(3, 1);
        let games = [&game; 6];
        let strength = Measurement::of_games()
            .run_games(&games)
            .unwrap()
            .strength();
        let text = verdict(&strength);
        assert!(
            text.contains("fewer than three orders. It takes four players"),
            "{text}"
        );
        let why = Undecided::FewOrders;
        assert_eq!(remedy(why, 4), "Measure at least three orders.");
    }

    #[test]
    fn ratios_are_named_by_size() {
        assert_eq!(
            sizes(&[0.0, 0.05, 0.5]),
            "low and middle orders (ratio 0.00, 0.05, 0.50)"
        );
        assert_eq!(sizes(&[0.7, 1.0]), "high orders (ratio 0.70, 1.00)");
    }
}
