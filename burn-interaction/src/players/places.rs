use burn::tensor::{Int, Tensor};

use crate::digest::short_digest;
use crate::error::{Error, Result};
use crate::input::Input;

/// Where players sit in the samples of a batch.
///
/// Players whose places are the same in all samples have `()` or a `Tensor<1, Int>` of a sample's size; others have a
/// `Tensor<2, Int>` with a row for each sample, in which a negative number is a place that belongs to no player.
pub trait Places: Clone + Send + Sync {
    /// The places in the samples with these indices, a `[rows]` tensor.
    fn select(&self, samples: Tensor<1, Int>) -> Self;

    /// The places of a batch cut to a length that none of its samples exceeds.
    fn shorten(self, _length: usize) -> Self {
        self
    }

    /// A digest for each sample of where its players sit, by which a result knows them again.
    ///
    /// The default digests the size of a sample, for places that follow from it.
    ///
    /// # Errors
    ///
    /// Fails where the device fails.
    fn digests<I: Input>(&self, input: &I) -> Result<Vec<String>> {
        let size = input.elements() as u64;
        Ok(vec![short_digest(&[&size.to_le_bytes()]); input.samples()])
    }
}

/// Every element of a sample is a place of its own.
impl Places for () {
    fn select(&self, _: Tensor<1, Int>) {}
}

/// The player of each place, the same in all samples: `[places]`.
impl Places for Tensor<1, Int> {
    fn select(&self, _: Tensor<1, Int>) -> Self {
        self.clone()
    }
}

/// The player of each place of each sample: `[samples, places]`.
impl Places for Tensor<2, Int> {
    fn select(&self, samples: Tensor<1, Int>) -> Self {
        Tensor::select(self.clone(), 0, samples)
    }

    fn shorten(self, length: usize) -> Self {
        self.narrow(1, 0, length)
    }

    /// The digest of each row, without the padding that depends on the samples beside it.
    fn digests<I: Input>(&self, input: &I) -> Result<Vec<String>> {
        let [samples, width] = self.dims();
        let lengths = input.lengths()?.unwrap_or_else(|| vec![width; samples]);
        let values = self.clone().try_into_vec_as::<i64>();
        let values = values.map_err(|e| Error::Execution(e.to_string()))?;
        let row = |(row, length): (&[i64], usize)| {
            let bytes = row[..length.min(width)]
                .iter()
                .flat_map(|place| place.to_le_bytes());
            short_digest(&[&bytes.collect::<Vec<u8>>()])
        };
        Ok(values.chunks(width.max(1)).zip(lengths).map(row).collect())
    }
}
