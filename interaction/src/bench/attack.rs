//! An attack against bare forwards and backwards.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Int, Tensor};
use burn_interaction::Batch;
use burn_interaction::evaluation::Attack;
use burn_interaction_models::MlpConfig;

use crate::error::Result;

use super::in_turn;

/// Rows and features, as many as 1,000 of Census have.
const SHAPE: [usize; 2] = [1000, 12];
/// Steps of an attack.
const STEPS: usize = 100;

/// Prints the time of an attack over that of as many bare forwards and backwards to the input.
///
/// # Errors
///
/// Fails where the device or the attack fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!(
        "100 steps of PGD on 1,000 rows of 12, over 100 bare forwards and backwards (aim 1.2)"
    );
    let inputs = Tensor::<2>::random(SHAPE, Distribution::Default, device);
    let labels = Tensor::<1, Int>::arange(0..SHAPE[0] as i64, device).remainder_scalar(2);
    let batch = Batch::new(inputs.clone(), labels, (0..SHAPE[0] as u64).collect());
    for layers in [5, 8] {
        let config = MlpConfig::new(SHAPE[1], 2).with_layers(layers);
        let net = config.init(device).valid();
        let bare = || {
            for _ in 0..STEPS {
                let x = inputs.clone().autodiff().require_grad();
                let gradients = net.forward(x.clone()).sum().backward();
                let _ = x.grad(&gradients).map(Tensor::into_data);
            }
        };
        let attack = Attack::linf(0.6)
            .step(0.01)
            .steps(STEPS)
            .random_start(false);
        // A failure shows before anything is timed.
        attack.run(&net, batch.clone())?;
        let attacked = || {
            let _ = attack.run(&net, batch.clone());
        };
        let [bare, attacked] = in_turn(repeats, bare, attacked);
        println!(
            "  {:24} {bare:8.1?} bare, {attacked:8.1?} attacked: {:.2}",
            format!("mlp{layers}"),
            attacked.as_secs_f64() / bare.as_secs_f64()
        );
    }
    println!();
    Ok(())
}
