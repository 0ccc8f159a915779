use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::{Copies, Measurement, Orders, Pairs, Patches};
use burn_interaction_models::registry::{ImageSize, image_network};

use super::in_turn;
use crate::error::Result;

const SIDE: usize = 32;

/// Prints the time of a measurement with the device given twice over that with the device alone (floor 1 on the CPU, whose cores one device keeps busy).
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    let net = image_network("resnet20", ImageSize::square(SIDE), 10, device)?.valid();
    let images = Tensor::<4>::random([4, 3, SIDE, SIDE], Distribution::Default, device);
    let twice = Copies::of(&net, &[device.clone(), device.clone()])?;
    let measurement = Measurement::new(Patches::grid(16, 16))
        .orders(Orders::ratios([0.1, 0.5, 0.9]))
        .pairs(Pairs::random(20))
        .contexts(8)
        .batch(64);
    let forwards = measurement.cost(&images)?.forwards as f64;
    let labels = || vec![0, 1, 2, 3];
    let (mut one, mut two) = (None, None);
    let times = in_turn(
        repeats,
        || one = Some(measurement.run(&net, images.clone(), labels())),
        || two = Some(measurement.run(&twice, images.clone(), labels())),
    );
    let equal = match (one, two) {
        (Some(one), Some(two)) => one?.samples() == two?.samples(),
        _ => false,
    };
    let [one, two] = times.map(|time| time.as_secs_f64());
    println!(
        "devices: one {:.0} forwards/s; the same device twice takes {:.2} of its time, {}\n",
        forwards / one,
        two / one,
        match equal {
            true => "to the same bits",
            false => "to other bits",
        }
    );
    Ok(())
}
