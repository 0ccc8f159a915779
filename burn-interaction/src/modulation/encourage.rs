use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Int, Tensor};

use super::cross_entropy;

/// Configuration to create a [encourage loss](EncourageLoss).
#[derive(Config, Debug)]
pub struct EncourageLossConfig {}

impl EncourageLossConfig {
    /// Initialize the loss.
    pub fn init(&self) -> EncourageLoss {
        EncourageLoss::new()
    }
}

/// Encourages the orders of a signal: the cross entropy of its softmax with the label.
///
/// `L = -log softmax(z)_y` for the class-wise signal z = Delta u, averaged over the batch
/// (arXiv 2512.18607, section 4).
#[derive(Module, Debug, Default)]
pub struct EncourageLoss {}

impl EncourageLoss {
    /// Create the loss.
    pub fn new() -> Self {
        Self {}
    }

    /// Compute the loss.
    ///
    /// # Shapes
    ///
    /// - delta_u: `[batch, classes]`; a single column is that of class 1 of two, class 0 being at 0
    /// - targets: `[batch]`
    /// - output: `[1]`
    ///
    /// # Panics
    ///
    /// May panic, on the CPU at once, if a label is no class of the logits: labels stay on the device, which would wait if they were read.
    pub fn forward(&self, delta_u: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        cross_entropy(delta_u, targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn equals_the_cross_entropy_by_hand() {
        let device = Device::flex();
        let z = Tensor::from_floats([[1.0, 2.0, 0.5], [0.0, 0.0, 3.0]], &device);
        let y = Tensor::from_ints([1, 0], &device);
        let by_hand = |z: [f64; 3], y: usize| z.iter().map(|v| v.exp()).sum::<f64>().ln() - z[y];
        let expected = (by_hand([1.0, 2.0, 0.5], 1) + by_hand([0.0, 0.0, 3.0], 0)) / 2.0;
        let loss: f32 = EncourageLoss::new().forward(z, y).into_scalar();
        assert!((f64::from(loss) - expected).abs() < 1e-6);
    }

    #[test]
    fn a_single_logit_is_that_of_a_binary_classifier() {
        let device = Device::flex();
        let z = Tensor::from_floats([[1.5], [-0.5]], &device);
        let loss = |labels: [i64; 2]| -> f64 {
            let labels = Tensor::from_ints(labels, &device);
            EncourageLoss::new()
                .forward(z.clone(), labels)
                .into_scalar::<f32>()
                .into()
        };
        // Binary cross entropy with logits.
        let of = |z: f64, label: i64| (1.0 + (if label == 1 { -z } else { z }).exp()).ln();
        for labels in [[0, 0], [1, 0], [1, 1]] {
            let expected = (of(1.5, labels[0]) + of(-0.5, labels[1])) / 2.0;
            assert!((loss(labels) - expected).abs() < 1e-6, "{labels:?}");
        }
    }
}
