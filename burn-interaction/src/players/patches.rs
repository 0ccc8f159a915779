use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::error::{Error, Result};

use super::{Baseline, Players};

/// The patches of an image as players, row by row: inputs are `[batch, channels, height, width]` tensors.
///
/// A grid that does not divide the image gives patches that differ by at most one pixel a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patches {
    rows: usize,
    columns: usize,
}

impl Patches {
    /// A grid of `rows` x `columns` patches. The papers use 16x16 for CIFAR-10 and 14x14 for ImageNet.
    pub fn grid(rows: usize, columns: usize) -> Self {
        Self { rows, columns }
    }

    fn check(&self, height: usize, width: usize) -> Result<()> {
        if self.rows > height || self.columns > width {
            let Self { rows, columns } = *self;
            return Err(Error::GridTooLarge {
                rows,
                columns,
                height,
                width,
            });
        }
        match self.rows * self.columns {
            players @ 0..2 => Err(Error::TooFewPlayers { players }),
            _ => Ok(()),
        }
    }

    /// The player of each pixel, row by row.
    pub fn players_of_pixels(&self, height: usize, width: usize) -> Vec<usize> {
        let pixel =
            |y: usize, x: usize| (y * self.rows / height) * self.columns + x * self.columns / width;
        (0..height)
            .flat_map(|y| (0..width).map(move |x| pixel(y, x)))
            .collect()
    }
}

impl Players for Patches {
    type Input = Tensor<4>;
    /// The player of each pixel, the same in all samples: a `[height * width]` tensor.
    type Places = Tensor<1, Int>;

    fn counts(&self, input: &Tensor<4>) -> Result<Vec<usize>> {
        let [samples, _, height, width] = input.dims();
        self.check(height, width)?;
        Ok(vec![self.rows * self.columns; samples])
    }

    fn grid(&self) -> Option<[usize; 2]> {
        Some([self.rows, self.columns])
    }

    fn places(&self, input: &Tensor<4>) -> Result<Tensor<1, Int>> {
        let [_, _, height, width] = input.dims();
        self.check(height, width)?;
        let places = self.players_of_pixels(height, width);
        let places: Vec<i32> = places.into_iter().map(|p| p as i32).collect();
        let places = TensorData::new(places, [height * width]);
        Ok(Tensor::from_data(places, &input.device().inner()))
    }

    fn absent(&self, input: &Tensor<4>, baseline: &Baseline) -> Result<Tensor<4>> {
        baseline.of_images(input)
    }

    fn compose(
        &self,
        present: Tensor<4>,
        absent: Tensor<4>,
        places: &Tensor<1, Int>,
        presence: Tensor<2, Bool>,
    ) -> Tensor<4> {
        shown(present, absent, presence.select(1, places.clone()))
    }

    fn describe(&self) -> String {
        format!("patches {}x{}", self.rows, self.columns)
    }
}

/// Images with the pixels that are kept, `[rows, pixels]`, from `present` and the others from `absent`, which hold an image for each row or one for
/// all.
pub(super) fn shown(present: Tensor<4>, absent: Tensor<4>, kept: Tensor<2, Bool>) -> Tensor<4> {
    let ([_, channels, height, width], [rows, _]) = (present.dims(), kept.dims());
    let shape = [rows, channels, height, width];
    let kept = kept.reshape([rows, 1, height, width]);
    absent
        .expand(shape)
        .mask_where(kept.expand(shape), present.expand(shape))
}
