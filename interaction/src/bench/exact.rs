//! Exact enumeration against the bare forwards of all coalitions.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::{Classifier, Estimator, Features, Measurement, Orders, Pairs};
use burn_interaction_models::MlpConfig;

use crate::error::Result;

use super::in_turn;

/// Prints the time of all interactions of 16 players over that of the bare 2^16 forwards.
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!("exact enumeration of 16 players on MLP-5, over the bare 2^16 forwards (aim 1.3)");
    const BATCH: usize = 4096;
    let net = MlpConfig::new(16, 2).init(device).valid();
    let row = Tensor::<2>::random([1, 16], Distribution::Default, device);
    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all());
    let measurement = measurement.estimator(Estimator::Exact).batch(BATCH);
    let batch = Tensor::<2>::random([BATCH, 16], Distribution::Default, device);
    let raw = || {
        for _ in 0..(1 << 16) / BATCH {
            let _ = net.logits(batch.clone()).into_data();
        }
    };
    let measured = || {
        measurement
            .run(&net, row.clone(), vec![1])
            .expect("a measurement of 16 players");
    };
    let [raw, measured] = in_turn(repeats, raw, measured);
    println!(
        "  {raw:.1?} bare, {measured:.1?} measured: {:.2}\n",
        measured.as_secs_f64() / raw.as_secs_f64()
    );
    Ok(())
}
