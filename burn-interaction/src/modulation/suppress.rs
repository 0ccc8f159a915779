use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Tensor, activation::log_softmax};

use crate::game::two_classes;

/// Configuration to create a [suppress loss](SuppressLoss).
#[derive(Config, Debug)]
pub struct SuppressLossConfig {}

impl SuppressLossConfig {
    /// Initialize the loss.
    pub fn init(&self) -> SuppressLoss {
        SuppressLoss::new()
    }
}

/// Suppresses the orders of a signal: minus the mean entropy of its softmax.
///
/// `L = sum_c p_c log p_c` with p = softmax(z) for the class-wise signal z = Delta u, averaged over the batch
/// (arXiv 2512.18607, section 4). It is lowest, at -log(classes), when the signal says nothing about the class.
#[derive(Module, Debug, Default)]
pub struct SuppressLoss {}

impl SuppressLoss {
    /// Create the loss.
    pub fn new() -> Self {
        Self {}
    }

    /// Compute the loss.
    ///
    /// # Shapes
    ///
    /// - delta_u: `[batch, classes]`; a single column is that of class 1 of two, class 0 being at 0
    /// - output: `[1]`
    pub fn forward(&self, delta_u: Tensor<2>) -> Tensor<1> {
        let log = log_softmax(two_classes(delta_u), 1);
        (log.clone().exp() * log).sum_dim(1).mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn is_lowest_for_a_signal_that_says_nothing() {
        let device = Device::flex();
        let loss = |z: [[f32; 4]; 1]| {
            SuppressLoss::new()
                .forward(Tensor::from_floats(z, &device))
                .into_scalar::<f32>()
        };
        assert!((loss([[0.3; 4]]) + 4.0_f32.ln()).abs() < 1e-6);
        assert!(loss([[50.0, 0.0, 0.0, 0.0]]).abs() < 1e-6);
        assert!(loss([[1.0, 0.0, 0.0, 0.0]]) > -4.0_f32.ln());
    }
}
