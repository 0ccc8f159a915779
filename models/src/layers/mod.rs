//! Parts that several networks share.

mod attention;
#[cfg(feature = "flex")]
mod batch_norm;
mod conv;
mod direct;
mod embed;
mod feed_forward;
mod gelu;
mod head;
mod plain;
mod pool;
mod residual;
mod softmax;

pub(crate) use attention::*;
#[cfg(feature = "flex")]
pub(crate) use batch_norm::batch_norm;
pub use conv::convolve;
pub(crate) use conv::*;
pub(crate) use direct::*;
pub(crate) use embed::*;
pub(crate) use feed_forward::*;
pub(crate) use gelu::*;
pub(crate) use head::*;
pub(crate) use plain::{Numbers, is_plain, tensor as plain_tensor};
pub(crate) use pool::*;
pub(crate) use residual::*;

/// The output of a batch norm, which builds without the CPU leave to Burn.
#[cfg(not(feature = "flex"))]
pub(crate) fn batch_norm<const D: usize>(
    norm: &burn::nn::BatchNorm,
    x: burn::tensor::Tensor<D>,
) -> burn::tensor::Tensor<D> {
    norm.forward(x)
}
