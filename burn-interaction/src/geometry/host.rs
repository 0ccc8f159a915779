//! Numbers and indices on the host, for loops on the CPU.

use burn::tensor::{Device, Int, Tensor, TensorData};

/// The numbers of a float tensor, row by row.
///
/// # Panics
///
/// Panics if the numbers cannot be read back as 32-bit floats.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let values = tensor.try_into_vec_as::<f32>();
    values.unwrap_or_else(|error| panic!("reading a tensor on the CPU: {error}"))
}

/// Indices that were found on the host, as a tensor.
pub(crate) fn indices<const D: usize>(
    values: Vec<i32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
