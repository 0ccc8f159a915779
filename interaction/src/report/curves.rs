use std::fmt::Write;

use burn_interaction::{Curves, Profile, Strength, StrengthPoint};

use super::numbers::number;

/// The name of a profile's curve, which says whether the network was trained.
pub fn curve_name(profile: &Profile) -> &'static str {
    match profile.origin().weights.as_deref() {
        Some("untrained") => "untrained",
        _ => "trained",
    }
}

/// The title of a profile's curves: its network and its data.
pub fn title(profile: &Profile) -> String {
    let origin = profile.origin();
    let [network, data] =
        [&origin.network, &origin.data].map(|name| name.as_deref().unwrap_or("unknown"));
    format!("{network} on {data}")
}

/// Writes curves as a chart, then sentences on them, then a table of each.
pub fn table(curves: &Curves, words: &[String]) -> String {
    let mut text = format!(
        "\n{}: relative strength J of each order\n\n{}\n",
        curves.title,
        curves.text(12)
    );
    for sentence in words {
        text.push_str(sentence);
        text.push_str("\n\n");
    }
    for curve in &curves.curves {
        // Writing to a string never fails.
        let _ = one(&mut text, &curve.name, &curve.strength);
    }
    text
}

fn one(text: &mut String, name: &str, strength: &Strength) -> std::fmt::Result {
    let Strength {
        points,
        samples,
        complete,
        ..
    } = strength;
    let partial = if *complete { "" } else { ", partial" };
    writeln!(text, "{name} ({samples} samples{partial})")?;
    writeln!(
        text,
        "  order  ratio          S  corrected   +- error  noise floor         J  J corrected   +- error"
    )?;
    for point in points {
        writeln!(text, "{}", row(point))?;
    }
    if let Some(why) = strength.no_band {
        writeln!(text, "  no bands: {why}")?;
    }
    if points.iter().all(|p| p.raw == 0.0) {
        writeln!(
            text,
            "  no interaction at all: this network's output does not depend on the players\n"
        )
    } else if strength.is_rounding() {
        writeln!(
            text,
            "  no more than the rounding of 32-bit values, {}: this curve says nothing\n",
            number(strength.rounding)
        )
    } else {
        writeln!(text, "  {}", strength.verdict())?;
        theory(text, strength)
    }
}

/// Writes the fit of Theorem 1 to the curve, where there is one.
fn theory(text: &mut String, strength: &Strength) -> std::fmt::Result {
    let Some(fit) = strength.effective_players() else {
        return writeln!(text);
    };
    let error = fit
        .error
        .map_or(String::new(), |error| format!(" +- {error:.1}"));
    let at = if fit.at_limit {
        ", an end of the range that was searched"
    } else {
        ""
    };
    let end = fit.right_end.map_or(String::new(), |end| {
        let times = match end.exp() {
            times if times < 0.01 => number(times),
            times => format!("{times:.2}"),
        };
        format!("; the right end is {times} times theory's")
    });
    writeln!(
        text,
        "  Theorem 1 is nearest with n' = {:.1}{error} players{at}, off by a factor of {:.1} on the whole{end}\n",
        fit.players,
        fit.residual.exp()
    )
}

fn row(p: &StrengthPoint) -> String {
    let known = |value: Option<f64>| value.map_or("-".into(), number);
    let share = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.3}"));
    let [corrected, error, floor] = [p.corrected, p.error, p.noise_floor].map(known);
    let [j, j_error] = [p.relative_corrected, p.relative_error].map(share);
    let order = p.order.map_or("-".into(), |order| order.to_string());
    let noise = if p.below_noise { "  below noise" } else { "" };
    format!(
        "  {order:>5}  {:5.2}  {:>9}  {corrected:>9}  {error:>9}  {floor:>11}  {:8.3}  {j:>11}  {j_error:>9}{noise}",
        p.ratio,
        number(p.raw),
        p.relative,
    )
}
