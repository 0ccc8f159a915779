//! The numbers of a batch that are its samples' own, and those that only pad them.

use burn::tensor::Tensor;

use crate::error::{Error, Result};
use crate::input::Input;

/// Which numbers of the rows of a batch pad them.
pub(super) struct Padding {
    elements: usize,
    /// One where a number is a sample's own and zero where it pads, a `[samples, elements]` tensor, and the same on the host; `None`
    /// where nothing pads.
    own: Option<(Tensor<2>, Vec<bool>)>,
}

impl Padding {
    /// Finds what pads the samples of a batch with these rows.
    pub fn of(inputs: &impl Input, rows: &Tensor<2>) -> Result<Self> {
        let [_, elements] = rows.dims();
        let own = match inputs.lengths()? {
            None => None,
            Some(_) => {
                // Inputs keep their padding zero whatever the rows say.
                let kept = inputs.with_rows(rows.ones_like()).rows();
                let mask = kept.map_or_else(|| rows.ones_like(), Tensor::without_autodiff);
                let own = read(mask.clone())?.iter().map(|one| *one > 0.0).collect();
                Some((mask, own))
            }
        };
        Ok(Self { elements, own })
    }

    /// The places of a sample's own numbers in its row.
    pub fn own(&self, sample: usize) -> Vec<usize> {
        let all = 0..self.elements;
        match &self.own {
            None => all.collect(),
            Some((_, own)) => {
                let row = &own[sample * self.elements..][..self.elements];
                all.filter(|place| row[*place]).collect()
            }
        }
    }

    /// Rows whose padding is zero.
    pub fn zero(&self, rows: Tensor<2>) -> Tensor<2> {
        match &self.own {
            None => rows,
            Some((mask, _)) => rows * mask.clone(),
        }
    }
}

/// The numbers of rows, one row after the other.
pub(super) fn read(rows: Tensor<2>) -> Result<Vec<f32>> {
    rows.try_into_vec_as::<f32>()
        .map_err(|e| Error::Execution(e.to_string()))
}
