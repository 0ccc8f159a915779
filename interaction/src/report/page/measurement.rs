//! The page of a measurement.

use burn_interaction::figures::Chart;
use burn_interaction::{Curves, Profile, Strength};

use super::{Page, Part, Section, facts, samples};
use crate::error::Result;
use crate::report::gallery::{Gallery, InContexts};
use crate::report::numbers::signed;
use crate::report::{curve_name, distances, title, words};

/// A measurement as its folder holds it.
pub struct Measurement {
    /// The network's own profile.
    pub profile: Profile,
    /// The profile of the same network untrained.
    pub control: Option<Profile>,
    /// The samples as they look.
    pub gallery: Option<Gallery>,
}

impl Measurement {
    fn curves(&self, strength: &Strength) -> Curves {
        let profile = &self.profile;
        let curves = Curves::new(title(profile)).with(curve_name(profile), strength.clone());
        match &self.control {
            Some(control) => curves.with(curve_name(control), control.strength()),
            None => curves,
        }
    }
}

/// The page of a measurement, with more sections between its samples and its origin, such as that of the network's training.
///
/// # Errors
///
/// Fails where a picture cannot be drawn.
pub fn measurement(measurement: &Measurement, more: Vec<Section>) -> Result<Page> {
    let profile = &measurement.profile;
    let strength = profile.strength();
    let mut summary = vec![words::verdict(&strength), words::certainty(&strength)];
    summary.extend(words::untrained(&strength));
    if let Some(control) = &measurement.control {
        summary.extend(words::training(profile, control));
    }
    let mut sections = Vec::new();
    if let Some(gallery) = &measurement.gallery {
        sections.extend(idea(gallery)?);
    }
    sections.push(curves(measurement, &strength)?);
    if let Some(gallery) = &measurement.gallery {
        sections.extend(all_samples(gallery, profile)?);
        sections.extend(pairs(gallery, profile)?);
    }
    sections.extend(more);
    sections.push(birth(profile, &strength));
    Ok(Page {
        title: title(profile),
        summary,
        sections,
    })
}

/// The idea of an order on one sample.
fn idea(gallery: &Gallery) -> Result<Option<Section>> {
    let mut section = Section::new(
        "idea",
        "What an order is",
        "The order of an interaction is the number of other players that are present when two of them act together. Below, one pair of players stays, and more and more of the others join it.",
    );
    section.words.push(
        "\u{394}v is what the two add to the network's answer together, beyond what each adds alone: above zero they help each other, below zero they hinder each other. Its mean over all contexts of one size is the interaction of that order; the few drawn here estimate it.".into(),
    );
    if let Some(chart) = gallery.contexts_chart() {
        section.parts.push(Part::Figure {
            svg: chart.to_svg()?,
            label: "a pair of players in contexts of a small, a middle and a large size".into(),
            photo: true,
        });
        section.parts.extend(gallery.contexts.as_ref().map(table));
    }
    if let Some(chart) = gallery.masks_chart() {
        section.parts.push(Part::Figure {
            svg: chart.to_svg()?,
            label: "the sample with random patches and with its surroundings hidden".into(),
            photo: true,
        });
    }
    Ok((!section.parts.is_empty()).then_some(section))
}

/// The numbers of a pair in growing contexts.
fn table(contexts: &InContexts) -> Part {
    let rows = contexts.orders.iter().map(|order| {
        let each = order.contexts.iter().map(|context| context.difference);
        let (low, high) = each.fold((f64::MAX, f64::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        vec![
            order.order.to_string(),
            order.contexts.len().to_string(),
            signed(order.mean()),
            signed(low),
            signed(high),
        ]
    });
    let header = ["order", "contexts", "mean \u{394}v", "least", "most"];
    Part::Table {
        caption: "The numbers of the pair in its contexts".into(),
        header: header.map(String::from).into(),
        rows: rows.collect(),
        folded: true,
    }
}

fn curves(measurement: &Measurement, strength: &Strength) -> Result<Section> {
    let curves = measurement.curves(strength);
    let mut section = Section::new(
        "curves",
        "How strong each order is",
        "From left to right two players have more and more company. J is the strength of an order as a multiple of the mean over all measured orders: it shows the shape. S is the strength itself, in units of the network's output.",
    );
    if measurement.control.is_none() {
        section.words.push("An untrained network has a shape of its own: measure it too, with --control, to see what training did.".into());
    }
    section.parts.push(Part::Figure {
        svg: Chart::from(&curves).to_svg()?,
        label: format!(
            "curves of {}: the numbers are in the table below",
            curves.title
        ),
        photo: false,
    });
    for curve in &curves.curves {
        section
            .parts
            .push(facts::curve(&curve.name, &curve.strength));
    }
    section
        .words
        .extend(facts::efficiency(&measurement.profile));
    Ok(section)
}

fn all_samples(gallery: &Gallery, profile: &Profile) -> Result<Option<Section>> {
    let mut section = Section::new(
        "samples",
        "Single samples",
        "The pairs that stand out from noise at each order, of which one in twenty is noise on average. Move the slider to go from a few other players present to nearly all; point at a place for its value.",
    );
    for exhibit in &gallery.samples {
        if let Some(sample) = profile.sample(exhibit.id) {
            section
                .parts
                .push(samples::slider(exhibit, sample, &profile.origin().classes)?);
        }
    }
    Ok((!section.parts.is_empty()).then_some(section))
}

fn pairs(gallery: &Gallery, profile: &Profile) -> Result<Option<Section>> {
    let first = gallery.samples.first();
    let Some(chart) = first.and_then(|first| distances::of(&first.scene, profile)) else {
        return Ok(None);
    };
    let mut section = Section::new(
        "pairs",
        "Which pairs make the orders",
        "The strength of pairs over all measured samples, as a multiple of the mean of their order. Squares are averaged, and the noise of sampling is taken off them where a pair has two contexts or more.",
    );
    let is_matrix = matches!(chart, distances::Pairs::Matrix(_));
    if !is_matrix {
        section.words.push("Bands hold the strength over the population that the samples come from with 95 % confidence, by Student's t; below five samples there are none.".into());
    }
    section.parts.push(Part::Figure {
        svg: chart.to_svg()?,
        label: "the strength of pairs at a low, a middle and a high order".into(),
        // Greys stand for strengths: the darker, the stronger.
        photo: is_matrix,
    });
    Ok(Some(section))
}

/// The section on how a result came to be.
pub fn birth(profile: &Profile, strength: &Strength) -> Section {
    let mut section = Section::new(
        "origin",
        "Where this comes from",
        "Everything that made these numbers. The digest of the weights is that of their file.",
    );
    section.parts.push(facts::origin(profile, strength));
    if let Some(command) = &profile.origin().command {
        section.words.push(
            "The command below makes them again, to the bit on the same kind of device.".into(),
        );
        section.parts.push(Part::Command {
            text: command.clone(),
        });
    }
    section
}
