//! Networks for point clouds, `[batch, 3, points]` tensors.
//!
//! Inside, features are rows: `[batch * points, channels]` tensors, so that a group of points is a choice of rows and a
//! convolution of kernel 1 a matrix product.
//!
//! # Memory
//!
//! Without gradients a batch goes through in parts whose largest tensor has 2^25 numbers (128 MiB; 4 MiB on the CPU), or in
//! single clouds: a batch of any size takes no more. With gradients the whole batch goes at once. Distances,
//! `[batch, centres, points]`, then grow with the square of the points: 256 MiB for 64 clouds of 1,024 points in DGCNN,
//! GCNN and PointConv, half of that in PointNet++ (and as much again twice for indices, on GPUs), none of which is kept for
//! the backward pass. On the CPU distances are made for 2^20 at a time, except for PointConv's density.

mod dgcnn;
mod grouping;
mod head;
mod parts;
mod pointconv;
mod pointnet;
mod pointnet2;
mod pointwise;

pub use dgcnn::*;
pub use grouping::Groups;
pub use pointconv::*;
pub use pointnet::*;
pub use pointnet2::*;

use burn::tensor::Tensor;

/// Clouds with their points as rows: `[batch, 3, points]` to `[batch, points, 3]`.
fn rows_of(clouds: Tensor<3>) -> Tensor<3> {
    clouds.swap_dims(1, 2)
}
