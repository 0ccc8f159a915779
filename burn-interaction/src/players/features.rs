use burn::tensor::{Bool, Device, Int, Tensor};

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

    fn samples(&self, input: &Tensor<2>) -> usize {
        input.dims()[0]
    }

    fn count(&self, input: &Tensor<2>) -> Result<usize> {
        match input.dims()[1] {
            players @ 0..2 => Err(Error::TooFewPlayers { players }),
            players => Ok(players),
        }
    }

    fn elements(&self, input: &Tensor<2>) -> usize {
        input.dims()[1]
    }

    fn device(&self, input: &Tensor<2>) -> Device {
        input.device()
    }

    fn places(&self, input: &Tensor<2>) -> Result<()> {
        self.count(input).map(|_| ())
    }

    fn select_places(&self, _: &(), _: Tensor<1, Int>) {}

    fn absent(&self, input: &Tensor<2>, baseline: &Baseline) -> Result<Tensor<2>> {
        baseline.of_rows(input)
    }

    fn select(&self, input: &Tensor<2>, samples: Tensor<1, Int>) -> Tensor<2> {
        input.clone().select(0, samples)
    }

    fn concat(&self, batches: Vec<Tensor<2>>) -> Tensor<2> {
        Tensor::cat(batches, 0)
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

    fn scaled(&self, input: Tensor<2>, factors: Tensor<1>) -> Tensor<2> {
        input * factors.reshape([-1, 1])
    }

    fn describe(&self) -> String {
        "features".into()
    }
}
