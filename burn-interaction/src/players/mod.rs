//! Who plays: where each player sits in an input, and what stands there when it is absent.

mod baseline;
mod features;
mod patches;
mod regions;
mod tokens;

pub use baseline::*;
pub use features::*;
pub use patches::*;
pub use regions::*;
pub use tokens::*;

use burn::tensor::{Bool, Device, Int, Tensor};

use crate::digest::short_digest;
use crate::error::{Error, Result};

/// The players of a kind of input.
///
/// An input of this trait is a batch of samples. Absent players take what [`absent`](Players::absent) holds at
/// their place.
pub trait Players: Clone + Send + Sync + std::fmt::Debug {
    /// A batch of samples.
    type Input: Clone + Send + Sync;

    /// Where the players sit in each sample of a batch: found once for a batch, used for every coalition.
    type Places: Clone + Send + Sync;

    /// The number of samples in a batch.
    fn samples(&self, input: &Self::Input) -> usize;

    /// The number of players in each sample of the batch; the largest where they differ.
    ///
    /// # Errors
    ///
    /// These players do not fit the input.
    fn count(&self, input: &Self::Input) -> Result<usize>;

    /// The number of players of each sample. All have the same unless this says otherwise.
    ///
    /// # Errors
    ///
    /// As [`count`](Players::count).
    fn counts(&self, input: &Self::Input) -> Result<Vec<usize>> {
        Ok(vec![self.count(input)?; self.samples(input)])
    }

    /// The number of elements of one sample, which bounds how many go into a batch.
    fn elements(&self, input: &Self::Input) -> usize;

    /// The length of each sample where a batch is padded to its longest; `None` where all samples have one size.
    ///
    /// # Errors
    ///
    /// As [`count`](Players::count).
    fn lengths(&self, _input: &Self::Input) -> Result<Option<Vec<usize>>> {
        Ok(None)
    }

    /// The device of the batch.
    fn device(&self, input: &Self::Input) -> Device;

    /// The grid that the players lie on, `[rows, columns]`, where there is one: neighbours are found on it.
    fn grid(&self) -> Option<[usize; 2]> {
        None
    }

    /// What absent players look like unless the caller says otherwise.
    fn baseline(&self) -> Baseline {
        Baseline::default()
    }

    /// Where the players sit in each sample.
    ///
    /// # Errors
    ///
    /// These players do not fit the input.
    fn places(&self, input: &Self::Input) -> Result<Self::Places>;

    /// The places in the samples with these indices, an `[rows]` tensor.
    fn select_places(&self, places: &Self::Places, samples: Tensor<1, Int>) -> Self::Places;

    /// The batch with every player absent.
    ///
    /// # Errors
    ///
    /// The baseline does not fit the input.
    fn absent(&self, input: &Self::Input, baseline: &Baseline) -> Result<Self::Input>;

    /// The samples with these indices, an `[rows]` tensor, as a new batch.
    fn select(&self, input: &Self::Input, samples: Tensor<1, Int>) -> Self::Input;

    /// A batch without the padding beyond this length, which none of its samples exceeds.
    fn shorten(&self, input: Self::Input, _length: usize) -> Self::Input {
        input
    }

    /// The places of such a batch.
    fn shorten_places(&self, places: Self::Places, _length: usize) -> Self::Places {
        places
    }

    /// Batches of samples of one size, one after the other.
    fn concat(&self, batches: Vec<Self::Input>) -> Self::Input;

    /// For each row the players that are `true` in `presence`, a `[rows, players]` tensor, from `present`, and the
    /// others from `absent`; these and `places` hold a sample for each row, or one for all of them. Samples with fewer
    /// players than others have `false` in the columns they lack.
    fn compose(
        &self,
        present: Self::Input,
        absent: Self::Input,
        places: &Self::Places,
        presence: Tensor<2, Bool>,
    ) -> Self::Input;

    /// One line about the players, for reports.
    fn describe(&self) -> String;

    /// A digest of where the players sit in each sample, by which a result knows them again.
    ///
    /// By default one of the size of a sample, for players whose places follow from it.
    ///
    /// # Errors
    ///
    /// The device fails.
    fn digests(&self, input: &Self::Input, _places: &Self::Places) -> Result<Vec<String>> {
        let size = self.elements(input) as u64;
        Ok(vec![
            short_digest(&[&size.to_le_bytes()]);
            self.samples(input)
        ])
    }

    /// Each sample multiplied by its factor, a `[batch]` tensor, to find how values are rounded; as it is, where inputs are
    /// no numbers that could be scaled.
    fn scaled(&self, input: Self::Input, _factors: Tensor<1>) -> Self::Input {
        input
    }
}

/// A digest of each row of a tensor of places.
fn digests_of_rows(places: &Tensor<2, Int>) -> Result<Vec<String>> {
    let [_, width] = places.dims();
    let values = places.clone().try_into_vec_as::<i64>();
    let values = values.map_err(|e| Error::Execution(e.to_string()))?;
    let row = |row: &[i64]| {
        let bytes: Vec<u8> = row.iter().flat_map(|place| place.to_le_bytes()).collect();
        short_digest(&[&bytes])
    };
    Ok(values.chunks(width.max(1)).map(row).collect())
}
