use burn::tensor::{Int, Tensor, activation::log_softmax};

/// Encourages the orders of a signal: the cross entropy of its softmax with the label.
///
/// `L = -log softmax(z)_y` for the class-wise signal z = Delta u, averaged over the batch
/// (arXiv 2512.18607, section 4).
#[derive(Debug, Clone, Copy, Default)]
pub struct EncourageLoss;

impl EncourageLoss {
    /// Create the loss.
    pub fn new() -> Self {
        Self
    }

    /// Compute the loss.
    ///
    /// # Shapes
    ///
    /// - delta_u: `[batch, classes]`
    /// - targets: `[batch]`
    /// - output: `[1]`
    pub fn forward(&self, delta_u: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        let batch = delta_u.dims()[0];
        let picked = log_softmax(delta_u, 1).gather(1, targets.reshape([batch, 1]));
        picked.mean().neg()
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
}
