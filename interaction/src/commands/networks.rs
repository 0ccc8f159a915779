//! `interaction networks`: lists the networks.

use burn_interaction::input::Kind;
use burn_interaction_models::registry::{networks, preprocessing};

use crate::error::Result;

/// Prints every network's name, and the images that its published weights expect.
///
/// # Errors
///
/// Never fails.
pub fn run() -> Result<()> {
    println!(
        "for images, with what their published weights expect: side, share of the image, mean, deviation"
    );
    for name in networks(Kind::Images) {
        let p = preprocessing(name)?;
        let list = |values: [f32; 3]| values.map(|v| format!("{v}")).join(" ");
        println!(
            "  {name:22} {:3}  {:5.3} {:9} {:17}  {}",
            p.size,
            p.crop,
            format!("{:?}", p.filter).to_lowercase(),
            list(p.mean),
            list(p.deviation)
        );
    }
    println!("a slash gives a network of patches another patch side: vit-tiny/8, swin-tiny/2");
    println!("for point clouds; those that are slim are smaller, for generated data");
    println!("  {}", networks(Kind::Clouds).join(", "));
    println!("for texts; or a Hugging Face folder with one of them, a path with a separator");
    println!("  {}", networks(Kind::Texts).join(", "));
    println!("for tables; mlpK with any number K of Linear layers from 2");
    println!("  {}", networks(Kind::Tables).join(", "));
    Ok(())
}
