//! `interaction networks`: lists the networks.

use burn_interaction::input::Kind;
use burn_interaction_models::registry::{networks, others, preprocessing, published};

use crate::error::Result;

/// Prints every network's name, and the images that its published weights expect.
///
/// # Errors
///
/// Never fails.
pub fn run() -> Result<()> {
    for kind in Kind::ALL {
        match kind {
            Kind::Images => images()?,
            kind => println!("for {kind}\n  {}", networks(kind).join(", ")),
        }
        println!("  {}", others(kind));
    }
    Ok(())
}

/// Prints the networks for images, a line each.
fn images() -> Result<()> {
    println!(
        "for images, with what their published weights expect: side, share of the image, mean, deviation"
    );
    for name in networks(Kind::Images) {
        let p = preprocessing(name)?;
        let list = |values: [f32; 3]| values.map(|v| format!("{v}")).join(" ");
        println!(
            "  {name:22} {:3}  {:5.3} {:9} {:17}  {:17}  {}",
            p.size,
            p.crop,
            format!("{:?}", p.filter).to_lowercase(),
            list(p.mean),
            list(p.deviation),
            published(name).map_or("", |_| "--weights pretrained")
        );
    }
    Ok(())
}
