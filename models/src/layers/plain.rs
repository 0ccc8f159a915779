//! Layers on plain numbers on the CPU: when they may be, where the numbers lie, and how the work is divided.

use std::ops::Deref;

#[cfg(feature = "flex")]
use burn::backend::{Flex, tensor::FloatTensor};
use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_interaction::internal::{is_cpu, numbers};

/// The numbers of a tensor, row by row: read where they lie, where they lie in order on the CPU, so that a tensor which others hold
/// too is not copied.
pub(crate) enum Numbers {
    #[cfg(feature = "flex")]
    Shared(FloatTensor<Flex>),
    Own(Vec<f32>),
}

impl Numbers {
    /// The numbers of a tensor of 32 bits without gradients.
    pub(crate) fn of<const D: usize>(tensor: Tensor<D>) -> Self {
        #[cfg(feature = "flex")]
        if tensor.dtype() == DType::F32
            && let Ok(tensor) = tensor.clone().try_into_primitive::<Flex>()
        {
            return Self::shared(&tensor);
        }
        Self::Own(numbers(tensor))
    }

    /// The numbers of a tensor of 32 bits of the CPU.
    #[cfg(feature = "flex")]
    pub(super) fn shared(tensor: &FloatTensor<Flex>) -> Self {
        Self::Shared(match tensor.layout().is_contiguous() {
            true => tensor.clone(),
            false => tensor.to_contiguous(),
        })
    }
}

impl Deref for Numbers {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            #[cfg(feature = "flex")]
            Self::Shared(tensor) => {
                let layout = tensor.layout();
                &tensor.storage()[layout.start_offset()..][..layout.num_elements()]
            }
            Self::Own(values) => values,
        }
    }
}

/// A tensor of numbers, of 32 bits whatever the device would take for its own.
pub(crate) fn tensor<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), (device, DType::F32))
}

/// A tensor without gradients as Burn's CPU backend has it.
#[cfg(feature = "flex")]
pub(super) fn to_flex<const D: usize>(tensor: Tensor<D>) -> FloatTensor<Flex> {
    let found = tensor.try_into_primitive::<Flex>();
    found.expect("tensors made of those of the CPU are on the CPU")
}

/// Whether a tensor may be computed on as plain numbers: of 32 bits, on the CPU, without gradients.
pub(crate) fn is_plain<const D: usize>(x: &Tensor<D>) -> bool {
    let device = x.device();
    !device.is_autodiff() && is_cpu(&device) && x.dtype() == DType::F32
}

/// The size of as few equal parts of a length as are no larger than a number, of which the last may be smaller.
pub(super) fn even(length: usize, most: usize) -> usize {
    length.div_ceil(length.div_ceil(most).max(1))
}
