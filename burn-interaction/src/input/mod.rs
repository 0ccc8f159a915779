//! A batch of samples: how many there are, how long each is, and how to choose, cut and join them.
//!
//! This folder knows no player: [`Players`](crate::Players) say who sits where in an input.

mod batch;
mod kind;
mod sentences;
mod series;
mod tensor;

pub use batch::Batch;
pub use kind::Kind;
pub use sentences::Sentences;
pub use series::Series;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::error::Result;

/// A batch of samples as a network takes it.
///
/// Float tensors are inputs, with samples along their first dimension, and so are [`Sentences`] and [`Series`]. A struct of several
/// tensors, such as an image with a table, becomes one by this trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no batch of samples",
    label = "cannot be measured",
    note = "float tensors with samples along their first dimension are inputs, and so are `Sentences` and `Series`; a struct of several tensors becomes one by `burn_interaction::input::Input`, as `examples/two_inputs.rs` shows"
)]
pub trait Input: Clone + Send + Sync + 'static {
    /// The number of samples.
    fn samples(&self) -> usize;

    /// The number of values of one sample, which bounds how many rows go into a batch.
    fn elements(&self) -> usize;

    /// The length of each sample where a batch is padded to its longest; `None` where all samples have one size.
    ///
    /// # Errors
    ///
    /// Fails where the device fails while lengths are read.
    fn lengths(&self) -> Result<Option<Vec<usize>>> {
        Ok(None)
    }

    /// The device that the batch lies on.
    fn device(&self) -> Device;

    /// The batch on another device.
    fn to_device(self, device: &Device) -> Self;

    /// The samples with these indices, a `[rows]` tensor, as a new batch.
    fn select(&self, samples: Tensor<1, Int>) -> Self;

    /// The batch without the padding beyond a length that none of its samples exceeds.
    fn shorten(self, _length: usize) -> Self {
        self
    }

    /// Batches of samples of one size, joined in their order; at least one.
    fn concat(batches: Vec<Self>) -> Self;

    /// Each sample multiplied by its factor, a `[samples]` tensor: a measurement finds by it how values are rounded.
    ///
    /// Inputs that are no numbers, such as word pieces, stay as they are.
    fn scaled(self, _factors: Tensor<1>) -> Self {
        self
    }

    /// The samples as rows of numbers, a `[samples, elements]` tensor, for what moves inputs about, such as an
    /// [`Attack`](crate::evaluation::Attack); `None` for inputs that are no numbers, such as word pieces.
    fn rows(&self) -> Option<Tensor<2>> {
        None
    }

    /// A batch like this one of other numbers, rows as [`rows`](Input::rows) gives them: gradients of the batch pass through
    /// to the rows.
    ///
    /// Inputs that give no rows stay as they are.
    fn with_rows(&self, _rows: Tensor<2>) -> Self {
        self.clone()
    }
}

/// Places of samples as [`Input::select`] takes them.
pub(crate) fn indices(places: &[i32], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::new(places.to_vec(), [places.len()]), device)
}
