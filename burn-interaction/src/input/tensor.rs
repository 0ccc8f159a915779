use burn::tensor::{Device, Int, Tensor};

use super::Input;

/// Samples lie along the first dimension: tables `[batch, features]`, clouds `[batch, 3, points]`, series of one length
/// `[batch, channels, steps]`, images `[batch, channels, height, width]`.
impl<const D: usize> Input for Tensor<D> {
    fn samples(&self) -> usize {
        self.dims()[0]
    }

    fn elements(&self) -> usize {
        self.dims()[1..].iter().product()
    }

    fn device(&self) -> Device {
        Tensor::device(self)
    }

    fn to_device(self, device: &Device) -> Self {
        Tensor::to_device(self, device)
    }

    fn select(&self, samples: Tensor<1, Int>) -> Self {
        Tensor::select(self.clone(), 0, samples)
    }

    fn concat(batches: Vec<Self>) -> Self {
        Tensor::cat(batches, 0)
    }

    fn scaled(self, factors: Tensor<1>) -> Self {
        let mut shape = [1; D];
        shape[0] = factors.dims()[0];
        self * factors.reshape(shape)
    }

    fn rows(&self) -> Option<Tensor<2>> {
        let [samples, elements] = [self.samples(), self.elements()];
        Some(self.clone().reshape([samples, elements]))
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        let mut shape = self.dims();
        shape[0] = rows.dims()[0];
        rows.reshape(shape)
    }
}
