use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::error::{Error, Result};
use crate::input::{Input, Series};

use super::{Baseline, Players};

/// Windows of time as players: inputs are [`Series`], `[batch, channels, steps]` with a length for each.
///
/// Padding belongs to no window. Absent windows are zero unless a [`Baseline`] says otherwise.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::{Players, Series, Windows};
///
/// let values = Tensor::<3>::zeros([2, 1, 12], &Device::flex());
/// let series = Series::padded(values, &[12, 5])?;
/// // Six windows of each series, or as many as it has steps; and windows of four steps.
/// assert_eq!(Windows::count(6).counts(&series)?, [6, 5]);
/// assert_eq!(Windows::steps(4).counts(&series)?, [3, 2]);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Count(usize),
    Steps(usize),
}

impl Windows {
    /// This number of windows of each series, whose lengths differ by at most a step; a series of fewer steps has a window for each.
    pub fn count(windows: usize) -> Self {
        Self {
            by: By::Count(windows),
        }
    }

    /// Windows of this many steps, the last of which may be shorter: series differ in their number of players, so that their
    /// orders are compared by ratio, see [`Profile`](crate::Profile).
    pub fn steps(steps: usize) -> Self {
        Self {
            by: By::Steps(steps),
        }
    }

    /// The window of each step of a series of this length.
    pub fn of_steps(&self, length: usize) -> impl Iterator<Item = usize> + use<> {
        let (windows, by) = (self.windows(length), self.by);
        (0..length).map(move |step| match by {
            By::Count(_) => step * windows / length,
            By::Steps(steps) => step / steps.max(1),
        })
    }

    /// The number of windows of a series of this length.
    pub fn windows(&self, length: usize) -> usize {
        match self.by {
            By::Count(windows) => windows.min(length),
            By::Steps(steps) => length.div_ceil(steps.max(1)),
        }
    }

    fn lengths(&self, input: &Series) -> Result<Vec<usize>> {
        if let By::Steps(0) = self.by {
            return Err(Error::setting(
                "steps of a window",
                0,
                "a window has at least one",
            ));
        }
        let [batch, _, steps] = input.dims();
        let lengths = input.lengths()?.unwrap_or_else(|| vec![steps; batch]);
        match lengths.iter().find(|length| **length > steps) {
            None => Ok(lengths),
            Some(longer) => Err(Error::Mismatch {
                what: "steps of a series, which is as long as it says".into(),
                expected: *longer,
                found: steps,
            }),
        }
    }
}

impl Players for Windows {
    type Input = Series;
    /// The window of each step, a `[batch, steps]` tensor; -1 for padding.
    type Places = Tensor<2, Int>;

    fn counts(&self, input: &Series) -> Result<Vec<usize>> {
        let lengths = self.lengths(input)?;
        Ok(lengths.into_iter().map(|l| self.windows(l)).collect())
    }

    fn places(&self, input: &Series) -> Result<Tensor<2, Int>> {
        let [batch, _, steps] = input.dims();
        let mut places = vec![-1; batch * steps];
        for (row, length) in places.chunks_mut(steps.max(1)).zip(self.lengths(input)?) {
            for (place, window) in row.iter_mut().zip(self.of_steps(length)) {
                *place = window as i32;
            }
        }
        let places = TensorData::new(places, [batch, steps]);
        Ok(Tensor::from_data(places, &input.device().inner()))
    }

    fn absent(&self, input: &Series, baseline: &Baseline) -> Result<Series> {
        baseline.of_series(input)
    }

    fn compose(
        &self,
        present: Series,
        absent: Series,
        places: &Tensor<2, Int>,
        presence: Tensor<2, Bool>,
    ) -> Series {
        let rows = presence.dims()[0];
        let [_, channels, steps] = present.dims();
        let shape = [rows, channels, steps];
        // Padding is zero in both.
        let places = places.clone().clamp_min(0).expand([rows, steps]);
        let kept = presence.gather(1, places).reshape([rows, 1, steps]);
        let values = absent.values.expand(shape);
        Series {
            values: values.mask_where(kept.expand(shape), present.values.expand(shape)),
            lengths: present.lengths.expand([rows]),
        }
    }

    fn describe(&self) -> String {
        match self.by {
            By::Count(windows) => format!("{windows} windows"),
            By::Steps(steps) => format!("windows of {steps} steps"),
        }
    }
}

/// The windows of a series by their first and last step, such as `steps 5 to 9`, from the window of each step.
pub fn window_names(windows: &[usize]) -> Vec<String> {
    let mut from = 0;
    let name = |window: &[usize]| {
        let (first, last) = (from, from + window.len() - 1);
        from = last + 1;
        match first == last {
            true => format!("step {first}"),
            false => format!("steps {first} to {last}"),
        }
    };
    windows.chunk_by(|a, b| a == b).map(name).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::Measurement;
    use crate::estimate::{Orders, Pairs};

    fn series(lengths: &[usize]) -> Series {
        let steps = *lengths.iter().max().unwrap();
        let values: Vec<f32> = (0..lengths.len() * steps).map(|k| (k % 7) as f32).collect();
        let values = TensorData::new(values, [lengths.len(), 1, steps]);
        Series::padded(Tensor::from_data(values, &Device::flex()), lengths).unwrap()
    }

    #[test]
    fn windows_are_of_equal_length_and_padding_is_in_none() {
        let places = |windows: Windows, lengths: &[usize]| {
            let places = windows.places(&series(lengths)).unwrap();
            places.try_into_vec_as::<i64>().unwrap()
        };
        assert_eq!(
            places(Windows::count(2), &[5, 3]),
            [0, 0, 0, 1, 1, 0, 0, 1, -1, -1]
        );
        assert_eq!(
            places(Windows::steps(2), &[5, 3]),
            [0, 0, 1, 1, 2, 0, 0, 1, -1, -1]
        );
        assert!(Windows::steps(0).counts(&series(&[3])).is_err());
    }

    #[test]
    fn a_series_has_the_same_interactions_whatever_pads_it() {
        // A network that multiplies the mean over the steps with itself.
        let net = |series: Series| {
            let mean = series.mean(series.values.clone());
            mean.clone() * mean.clone() * mean
        };
        let measure = |series: Series| {
            let count = series.samples();
            Measurement::new(Windows::count(4))
                .orders(Orders::all())
                .pairs(Pairs::all())
                .run(&net, series, vec![0; count])
                .unwrap()
        };
        let padded = measure(series(&[8, 12]));
        let first = series(&[8, 12]).select(Tensor::from_ints([0], &Device::flex()));
        let alone = measure(first.shorten(8));
        for order in 0..3 {
            let of =
                |profile: &crate::Profile| profile.samples()[0].at_order(order).map(<[_]>::to_vec);
            assert!(of(&alone).is_some());
            assert_eq!(of(&padded), of(&alone));
        }
    }

    #[test]
    fn absent_windows_take_the_mean_of_their_series() {
        let series = series(&[4, 2]);
        let absent = Windows::count(2).absent(&series, &Baseline::Mean).unwrap();
        let values = absent.values.try_into_vec_as::<f32>().unwrap();
        assert_eq!(values, [1.5, 1.5, 1.5, 1.5, 4.5, 4.5, 0.0, 0.0]);
        let refused = Windows::count(2).absent(&series, &Baseline::Blur(1.0));
        assert!(refused.unwrap_err().to_string().contains("time series"));
    }

    #[test]
    fn windows_are_named_by_their_steps() {
        let names = |windows: Windows, length| {
            let windows: Vec<usize> = windows.of_steps(length).collect();
            window_names(&windows)
        };
        assert_eq!(
            names(Windows::count(3), 7),
            ["steps 0 to 2", "steps 3 to 4", "steps 5 to 6"]
        );
        assert_eq!(names(Windows::steps(1), 2), ["step 0", "step 1"]);
    }
}
