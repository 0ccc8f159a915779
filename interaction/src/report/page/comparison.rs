//! The page of a comparison.

use burn_interaction::figures::Chart;
use burn_interaction::profile::{Comparison, Difference};
use burn_interaction::{Curves, Profile};

use super::{Page, Part, Section, facts};
use crate::error::Result;
use crate::report::words;

/// The page of some named measurements, each but the first with its differences from the first.
///
/// # Errors
///
/// Fails where two measured other orders, or a picture cannot be drawn.
pub fn comparison(runs: &[(&str, &Profile)]) -> Result<Page> {
    let names: Vec<&str> = runs.iter().map(|(name, _)| *name).collect();
    let title = format!("{} compared", names.join(", "));
    let curves = Curves::new(title.as_str());
    let curves = runs.iter().fold(curves, |curves, (name, profile)| {
        curves.with(*name, profile.strength())
    });
    let mut summary = Vec::new();
    let mut section = Section::new(
        "curves",
        "The curves",
        "J is the strength of an order as a multiple of the mean over all measured orders; S is the strength itself.",
    );
    section.parts.push(Part::Figure {
        svg: Chart::from(&curves).to_svg()?,
        label: "curves of all runs: the numbers are in the tables below".into(),
        photo: false,
    });
    for curve in &curves.curves {
        section
            .parts
            .push(facts::curve(&curve.name, &curve.strength));
    }
    let mut differences = Section::new(
        "differences",
        "The differences",
        "Each run less the first. Where both measured the same samples, differences are taken sample by sample, so that what differs between samples cancels.",
    );
    if let Some(((first, base), others)) = runs.split_first() {
        for (name, profile) in others {
            let found = base.compared(profile)?;
            summary.push(format!(
                "{name} beside {first}: {}.",
                words::changes(&found)
            ));
            if !found.unlike.is_empty() {
                let unlike = found.unlike.join("; ");
                summary.push(format!(
                    "{name} and {first} were measured otherwise: {unlike}."
                ));
            }
            differences.parts.push(table(name, first, &found));
        }
    }
    for curve in &curves.curves {
        let verdict = words::verdict(&curve.strength);
        summary.push(format!("{}: {verdict}", curve.name));
    }
    let origins = runs.iter().zip(&curves.curves).enumerate();
    let origins = origins.map(|(place, ((name, profile), curve))| {
        let mut section = super::measurement::birth(profile, &curve.strength);
        section.heading = format!("Where {name} comes from");
        section.id = format!("origin-{}", place + 1);
        section
    });
    Ok(Page {
        title,
        summary,
        sections: [section, differences].into_iter().chain(origins).collect(),
    })
}

fn table(name: &str, first: &str, comparison: &Comparison) -> Part {
    let shown = |found: Option<Difference>| match found {
        Some(found) => [
            format!("{:+.3}", found.value),
            found
                .interval
                .map_or("-".into(), |(low, high)| format!("{low:+.3} to {high:+.3}")),
        ],
        None => ["-".into(), "-".into()],
    };
    let rows = comparison.points.iter().map(|point| {
        let mut row = vec![format!("{:.2}", point.ratio)];
        row.extend(shown(point.relative));
        let sure = point.relative.is_some_and(|found| found.is_sure());
        row.push(if sure { "differs" } else { "" }.into());
        row.extend(shown(point.absolute));
        row
    });
    let over = match comparison.common {
        0 => "over samples of each".into(),
        common => format!("over the {common} samples of both"),
    };
    let header = ["ratio", "J", "95 % interval", "", "S", "95 % interval"];
    Part::Table {
        caption: format!("{name} less {first}, {over}"),
        header: header.map(String::from).into(),
        rows: rows.collect(),
        folded: false,
    }
}
