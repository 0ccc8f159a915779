//! Layers on plain numbers, at inference on the CPU: when they may be, and how they divide their work.

use burn::tensor::{DType, Tensor};
use burn_interaction::internal::is_cpu;

/// Whether a tensor may be computed on as plain numbers: of 32 bits, on the CPU, without gradients.
pub(super) fn is_plain<const D: usize>(x: &Tensor<D>) -> bool {
    let device = x.device();
    !device.is_autodiff() && is_cpu(&device) && x.dtype() == DType::F32
}

/// The size of as few equal parts of a length as are no larger than a number, of which the last may be smaller.
pub(super) fn even(length: usize, most: usize) -> usize {
    length.div_ceil(length.div_ceil(most).max(1))
}
