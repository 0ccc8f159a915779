//! Networks for point clouds, `[batch, 3, points]` tensors.
//!
//! Inside, features are rows: `[batch * points, channels]` tensors, so that a group of points is a choice of rows and a
//! convolution of kernel 1 a matrix product. Where the network runs without gradients, the batch goes through in parts
//! whose largest tensor has 2^25 numbers (128 MiB).

mod dgcnn;
mod grouping;
mod head;
mod parts;
mod pointconv;
mod pointnet;
mod pointnet2;
mod pointwise;

pub use dgcnn::*;
pub use grouping::{Groups, ball_query, nearest_neighbours};
pub use pointconv::*;
pub use pointnet::*;
pub use pointnet2::*;

use burn::tensor::Tensor;

/// Clouds with their points as rows: `[batch, 3, points]` to `[batch, points, 3]`.
fn rows_of(clouds: Tensor<3>) -> Tensor<3> {
    clouds.swap_dims(1, 2)
}
