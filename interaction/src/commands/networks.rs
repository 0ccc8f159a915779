//! `interaction networks`: lists the networks.

use burn_interaction::input::Kind;
use burn_interaction_models::registry::{
    Preprocessing, Published, networks, others, preprocessing, published,
};

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

/// Prints the networks for images, a line each, and one more where the weights that are fetched expect images of another preparation.
fn images() -> Result<()> {
    println!(
        "for images, with what their published weights expect: side, share of the image, mean, deviation"
    );
    for name in networks(Kind::Images) {
        let own = preprocessing(name)?;
        let fetched = published(name).map(|Published { preprocessing, .. }| preprocessing);
        let pretrained = "--weights pretrained";
        match fetched {
            None => println!("{}", line(name, own, "")),
            Some(fetched) if fetched == own => println!("{}", line(name, own, pretrained)),
            Some(fetched) => {
                println!("{}", line(name, own, ""));
                println!("{}", line("", fetched, pretrained));
            }
        }
    }
    Ok(())
}

/// A network's line: its name, the preparation of its images, and a remark.
fn line(name: &str, images: Preprocessing, remark: &str) -> String {
    let list = |values: [f32; 3]| values.map(|v| format!("{v}")).join(" ");
    let text = format!(
        "  {name:22} {:3}  {:5.3} {:9} {:17}  {:17}  {remark}",
        images.size,
        images.crop,
        format!("{:?}", images.filter).to_lowercase(),
        list(images.mean),
        list(images.deviation),
    );
    text.trim_end().into()
}
