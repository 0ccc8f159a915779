use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::error::{Error, Result};

use super::Input;

/// A batch of time series as networks take them: all have the length of the longest, and shorter ones are padded at their end.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::Series;
///
/// // Two series of one channel, of three steps and of two.
/// let values = Tensor::<3>::from_floats([[[1.0, 2.0, 3.0]], [[4.0, 5.0, 0.0]]], &Device::flex());
/// let series = Series::padded(values, &[3, 2])?;
/// let steps = series.present().int().sum_dim(1);
/// assert_eq!(steps.try_into_vec_as::<i64>().unwrap(), [3, 2]);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Series {
    /// The values of each channel at each step, a `[batch, channels, steps]` tensor; padding is zero.
    pub values: Tensor<3>,
    /// The number of steps of each series, a `[batch]` tensor.
    pub lengths: Tensor<1, Int>,
}

impl Series {
    /// Series of one length.
    pub fn new(values: Tensor<3>) -> Self {
        let [batch, _, steps] = values.dims();
        let lengths = Tensor::<1, Int>::full([batch], steps as i64, &values.device().inner());
        Self { values, lengths }
    }

    /// Series of these lengths, whose values beyond become zero.
    ///
    /// # Errors
    ///
    /// Fails where there is not one length for each series, or a series has no step or more than there are.
    pub fn padded(values: Tensor<3>, lengths: &[usize]) -> Result<Self> {
        let [batch, _, steps] = values.dims();
        if lengths.len() != batch {
            return Err(Error::Mismatch {
                what: "lengths of series, one for each".into(),
                expected: batch,
                found: lengths.len(),
            });
        }
        if let Some(length) = lengths.iter().find(|length| !(1..=steps).contains(length)) {
            let remedy = format!("a series has between 1 and {steps} steps here");
            return Err(Error::setting("length of a series", length, remedy));
        }
        let data: Vec<i32> = lengths.iter().map(|length| *length as i32).collect();
        let data = TensorData::new(data, [batch]);
        let series = Self {
            lengths: Tensor::from_data(data, &values.device().inner()),
            values,
        };
        Ok(series.clone().kept(series.values))
    }

    /// The number of series, of channels, and of steps of the longest.
    pub fn dims(&self) -> [usize; 3] {
        self.values.dims()
    }

    /// Which steps are no padding, a `[batch, steps]` tensor.
    pub fn present(&self) -> Tensor<2, Bool> {
        let [batch, _, steps] = self.dims();
        let step = Tensor::<1, Int>::arange(0..steps as i64, &self.lengths.device());
        let step = step.reshape([1, steps]).expand([batch, steps]);
        step.lower(
            self.lengths
                .clone()
                .reshape([batch, 1])
                .expand([batch, steps]),
        )
    }

    /// Values at the steps of each series, `[batch, channels, steps]` with any number of channels, and zero where these are padded: for
    /// networks whose layers must not see padding, and for new values of the series.
    pub fn masked(&self, values: Tensor<3>) -> Tensor<3> {
        let ([batch, channels, _], [_, _, steps]) = (values.dims(), self.dims());
        let padding = self.present().bool_not().reshape([batch, 1, steps]);
        values.mask_fill(padding.expand([batch, channels, steps]), 0.0)
    }

    /// The mean of values over the steps of each series: `[batch, channels, steps]` to `[batch, channels]`.
    pub fn mean(&self, values: Tensor<3>) -> Tensor<2> {
        let [batch, channels, _] = values.dims();
        let steps = self.lengths.clone().float().reshape([batch, 1]);
        let sum = self.masked(values).sum_dim(2).reshape([batch, channels]);
        sum / steps
    }

    /// Gives the series other values, which are zero at padding.
    fn kept(self, values: Tensor<3>) -> Self {
        let values = self.masked(values);
        Self { values, ..self }
    }
}

impl Input for Series {
    fn samples(&self) -> usize {
        self.dims()[0]
    }

    fn elements(&self) -> usize {
        let [_, channels, steps] = self.dims();
        channels * steps
    }

    fn lengths(&self) -> Result<Option<Vec<usize>>> {
        let lengths = self.lengths.clone().try_into_vec_as::<i64>();
        let lengths = lengths.map_err(|e| Error::Execution(e.to_string()))?;
        Ok(Some(lengths.into_iter().map(|l| l as usize).collect()))
    }

    fn device(&self) -> Device {
        self.values.device()
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            values: self.values.to_device(device),
            lengths: self.lengths.to_device(device),
        }
    }

    fn select(&self, samples: Tensor<1, Int>) -> Self {
        Self {
            values: self.values.clone().select(0, samples.clone()),
            lengths: self.lengths.clone().select(0, samples),
        }
    }

    fn shorten(self, length: usize) -> Self {
        Self {
            values: self.values.narrow(2, 0, length),
            lengths: self.lengths,
        }
    }

    fn concat(batches: Vec<Self>) -> Self {
        let (values, lengths) = batches
            .into_iter()
            .map(|batch| (batch.values, batch.lengths))
            .unzip();
        Self {
            values: Tensor::cat(values, 0),
            lengths: Tensor::cat(lengths, 0),
        }
    }

    fn scaled(self, factors: Tensor<1>) -> Self {
        let batch = self.samples();
        Self {
            values: self.values * factors.reshape([batch, 1, 1]),
            lengths: self.lengths,
        }
    }

    fn rows(&self) -> Option<Tensor<2>> {
        Some(self.values.clone().flatten(1, 2))
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        let values = rows.reshape(self.dims());
        self.clone().kept(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Series {
        let values = Tensor::<3>::from_floats(
            [
                [[1.0, 2.0, 9.0, 9.0], [3.0, 4.0, 9.0, 9.0]],
                [[5.0, 6.0, 7.0, 8.0], [1.0; 4]],
            ],
            &Device::flex(),
        );
        Series::padded(values, &[2, 4]).unwrap()
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    #[test]
    fn padding_is_zero_and_counts_in_no_mean() {
        let series = series();
        let first = numbers(series.values.clone())[..8].to_vec();
        assert_eq!(first, [1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0]);
        let means = numbers(series.mean(series.values.clone()));
        assert_eq!(means, [1.5, 3.5, 6.5, 1.0]);
        // Rows that move padding leave it zero.
        let moved = series.with_rows(series.rows().unwrap() + 1.0);
        assert_eq!(numbers(moved.values)[..4], [2.0, 3.0, 0.0, 0.0]);
    }

    #[test]
    fn batches_are_chosen_cut_and_joined_with_their_lengths() {
        let device = Device::flex();
        let series = series();
        let first = series.select(Tensor::from_ints([0], &device)).shorten(2);
        assert_eq!(
            (first.dims(), first.lengths().unwrap()),
            ([1, 2, 2], Some(vec![2]))
        );
        let both = Series::concat(vec![first.clone(), first]);
        assert_eq!(
            (both.samples(), both.lengths().unwrap()),
            (2, Some(vec![2, 2]))
        );
        let doubled = series.scaled(Tensor::from_floats([2.0, 1.0], &device));
        assert_eq!(numbers(doubled.values)[..2], [2.0, 4.0]);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let values = || Tensor::<3>::zeros([2, 1, 3], &Device::flex());
        assert!(Series::padded(values(), &[3]).is_err());
        assert!(Series::padded(values(), &[0, 3]).is_err());
        assert!(Series::padded(values(), &[3, 4]).is_err());
        assert_eq!(Series::new(values()).lengths().unwrap(), Some(vec![3, 3]));
    }
}
