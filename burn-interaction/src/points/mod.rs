//! Geometry of point clouds, batched and on the device: farthest points, nearest centres, the lowest indices of a mask.
//!
//! Clouds are `[batch, 3, points]` tensors. Ties follow the references: the first of several farthest points wins, and
//! the lowest of several indices. On the CPU device indices are found by plain loops over each cloud, elsewhere by tensor
//! operations; both give the same ones.

mod farthest;
mod lowest;
mod nearest;

pub use farthest::farthest_points;
pub use lowest::lowest;
pub use nearest::nearest_centres;

use burn::tensor::{Device, Int, Tensor, TensorData};

/// A float tensor's numbers, row by row: for loops on the CPU, see [`is_cpu`](crate::is_cpu).
///
/// # Panics
///
/// The numbers cannot be read back as 32-bit floats.
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
