//! Point clouds: regions as players, on a network loaded by name, with a picture of one cloud.
//!
//! `cargo run --release --example regions_of_a_cloud`, with another device than the CPU `-- DEVICE` behind it.

use burn::module::Module;
use std::sync::Arc;

use burn_interaction::figures::CloudChart;
use burn_interaction::{Measurement, Pairs, Regions, device};
use burn_interaction_datasets::{CloudSamples, Samples, solids};
use burn_interaction_models::registry::point_network;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = device(&name)?;
    device.seed(1);
    // Untrained; `burn_interaction_models::load` reads weights into it.
    let net = point_network("pointnet-slim", 256, 7, &device)?.valid();
    // A chair and a table.
    let set = CloudSamples::new(Arc::new(solids(14, 7)), 256);
    let clouds = set.read(&[5, 6], 0, &device)?;

    let players = Regions::farthest(12);
    let measurement = Measurement::new(players.clone())
        .pairs(Pairs::all())
        .contexts(4)
        .seed(7);
    println!("{} forwards", measurement.cost(&clouds.inputs)?.forwards);
    let profile = measurement.run(&net, clouds.inputs.clone(), vec![5, 6])?;
    for point in profile.strength().points {
        println!("m/(n-2) {:.2}: S {:.5}", point.ratio, point.raw);
    }

    // The regions can be kept, and given to another measurement of the same clouds.
    let map = players.map(&clouds.inputs)?;
    let chair = &set.items(&[5], 0)?[0];
    let found = profile.samples()[0].interaction(0, (0, 1)).unwrap();
    let svg = CloudChart::new("a chair")
        .regions("regions", &chair.points, &map.clouds()[0])
        .pair(
            format!("0 and 1 alone: {:+.4}", found.mean),
            &chair.points,
            &map.clouds()[0],
            (0, 1),
            found.mean.signum(),
        )
        .to_svg()?;
    println!("a picture of {} bytes", svg.len());
    Ok(())
}
