use burn::tensor::{Bool, Tensor};

use crate::error::{Error, Result};

use super::{Baseline, Players};

/// The columns of a table as players: inputs are `[batch, features]` tensors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Features;

impl Features {
    /// Every column is a player.
    pub fn new() -> Self {
        Self
    }
}

impl Players for Features {
    type Input = Tensor<2>;
    /// Every column is a place of its own.
    type Places = ();

    fn counts(&self, input: &Tensor<2>) -> Result<Vec<usize>> {
        match input.dims() {
            [_, players @ 0..2] => Err(Error::TooFewPlayers { players }),
            [samples, players] => Ok(vec![players; samples]),
        }
    }

    fn places(&self, input: &Tensor<2>) -> Result<()> {
        self.counts(input).map(|_| ())
    }

    fn absent(&self, input: &Tensor<2>, baseline: &Baseline) -> Result<Tensor<2>> {
        baseline.of_rows(input)
    }

    fn compose(
        &self,
        present: Tensor<2>,
        absent: Tensor<2>,
        _: &(),
        presence: Tensor<2, Bool>,
    ) -> Tensor<2> {
        let shape = presence.dims();
        absent
            .expand(shape)
            .mask_where(presence, present.expand(shape))
    }

    fn describe(&self) -> String {
        "features".into()
    }
}
