//! The birth of a result as a list of facts, and its numbers as tables.

use burn_interaction::{Estimator, Profile, SampleProfile, Strength};

use super::Part;
use crate::report::numbers::number;

/// Everything about where a result comes from.
pub fn origin(profile: &Profile, strength: &Strength) -> Part {
    let (origin, protocol) = (profile.origin(), profile.protocol());
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".into());
    let players = match (profile.players().start(), profile.players().end()) {
        (low, high) if low == high => format!("{low} ({})", profile.described()),
        (low, high) => format!("{low} to {high} ({})", profile.described()),
    };
    let samples = match profile.is_complete() {
        true => profile.samples().len().to_string(),
        false => format!(
            "{} of {}: partial",
            profile.samples().len(),
            profile.requested()
        ),
    };
    let mut items = vec![
        ("network", known(&origin.network)),
        ("weights", known(&origin.weights)),
        ("data", known(&origin.data)),
        ("part of the data", known(&origin.split)),
        ("samples", samples),
        ("players of a sample", players),
        ("pairs", protocol.pairs.to_string()),
        (
            "contexts of a pair",
            match protocol.estimator {
                Estimator::Exact => "all".into(),
                _ => protocol.contexts.to_string(),
            },
        ),
        ("estimator", protocol.estimator.to_string()),
        ("value of a coalition", protocol.reward.to_string()),
    ];
    if let Some(baseline) = &protocol.baseline {
        items.push(("absent players", baseline.to_string()));
    }
    items.push(("classes measured", known(&origin.targets)));
    items.push(("seed", protocol.seed.to_string()));
    items.push(("forwards", profile.forwards().to_string()));
    if !origin.devices.is_empty() {
        items.push(("computed on", origin.devices.join(", ")));
    }
    if let Some(reached) = profile.precision() {
        let wanted = reached.allocation.wanted.error();
        let found = reached.error.map_or("unknown".into(), number);
        items.push((
            "error of J, reached and wanted",
            format!("{found}, {wanted}"),
        ));
    }
    items.push(("rounding alone would show", number(strength.rounding)));
    let named = |(name, value): (&str, String)| (name.to_string(), value);
    Part::Facts {
        items: items.into_iter().map(named).collect(),
    }
}

/// The numbers of a curve.
pub fn curve(name: &str, strength: &Strength) -> Part {
    let shown = |value: Option<f64>| value.map_or("-".to_string(), number);
    let band = |band: Option<(f64, f64)>| {
        band.map_or("-".into(), |(low, high)| format!("{low:.3} to {high:.3}"))
    };
    let rows = strength.points.iter().map(|point| {
        vec![
            format!("{:.2}", point.ratio),
            point.order.map_or("-".into(), |order| order.to_string()),
            shown(point.relative_corrected),
            shown(point.relative_error),
            band(point.relative_band),
            shown(point.corrected),
            number(point.raw),
            shown(point.noise_floor),
            if point.below_noise { "noise alone" } else { "" }.into(),
        ]
    });
    let header = [
        "ratio",
        "order",
        "J corrected",
        "error",
        "95 % band",
        "S corrected",
        "S raw",
        "noise floor",
        "",
    ];
    Part::Table {
        caption: format!("The numbers of {name}"),
        header: header.map(String::from).into(),
        rows: rows.collect(),
        folded: true,
    }
}

/// A sentence on whether the orders of the samples add up to what the network gains from its whole input; `None` where not all orders and
/// pairs of a sample were measured exactly.
pub fn efficiency(profile: &Profile) -> Option<String> {
    let mut largest: Option<(f64, f64)> = None;
    let mut counted = 0;
    let exact = |sample: &&SampleProfile| {
        let mut orders = sample
            .orders()
            .iter()
            .filter_map(|order| sample.at_order(*order));
        orders.all(|estimates| estimates.iter().all(|estimate| estimate.exact))
    };
    for sample in profile.samples().iter().filter(exact) {
        let Ok(shapley) = sample.shapley() else {
            continue;
        };
        counted += 1;
        let [empty, full, _] = sample.fingerprint().values;
        let off = (shapley.residual.value.abs(), (full - empty).abs());
        if largest.is_none_or(|(most, _)| off.0 > most) {
            largest = Some(off);
        }
    }
    let (residual, gain) = largest?;
    Some(format!(
        "Check: the orders of {counted} samples were measured exactly, and add up to v(all) - v(none), as they must; they miss it by at most {} of {}, which is rounding.",
        number(residual),
        number(gain)
    ))
}
