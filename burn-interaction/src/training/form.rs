use std::fmt;
use std::marker::PhantomData;

use crate::input::Batch;

/// The form of the batches that a [`Modulated`](super::Modulated) takes from its loader.
pub trait BatchForm<I, T>: fmt::Debug + Clone + Send + Sync + 'static {
    /// A batch as the loader makes it.
    type Batch: Into<Batch<I, T>> + Send + 'static;
}

/// Batches as this crate has them: [`Batch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlainBatches;

impl<I: Send + 'static, T: Send + 'static> BatchForm<I, T> for PlainBatches {
    type Batch = Batch<I, T>;
}

/// Batches of a type of the user's own, which become [`Batch`]es.
pub struct OwnBatches<C>(PhantomData<fn(C)>);

impl<C> OwnBatches<C> {
    /// Batches of this type.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Default for OwnBatches<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Clone for OwnBatches<C> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<C> fmt::Debug for OwnBatches<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<C>())
    }
}

impl<I, T, C: Into<Batch<I, T>> + Send + 'static> BatchForm<I, T> for OwnBatches<C> {
    type Batch = C;
}
