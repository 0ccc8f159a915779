//! Who plays: where each player sits in an input, and what stands there when it is absent.
//!
//! Players know neither the size of a batch nor the device it lies on: [`input`](crate::input) does.

mod baseline;
mod either;
mod features;
mod patches;
mod places;
mod regions;
mod segment_map;
mod segments;
mod tokens;
mod windows;

pub use ::either::Either;
pub use baseline::*;
pub use features::*;
pub use patches::*;
pub use places::*;
pub use regions::*;
pub use segment_map::SegmentMap;
pub use segments::*;
pub use tokens::*;
pub use windows::*;

use burn::tensor::{Bool, Tensor};

use crate::error::{Error, Result};
use crate::input::Input;

/// The players of a kind of input.
///
/// Seven methods say who plays; two of them have defaults. Absent players take what [`absent`](Players::absent) holds
/// at their place.
///
/// ```
/// use burn::tensor::{Bool, Device, Int, Tensor};
/// use burn_interaction::input::Input;
/// use burn_interaction::{Baseline, Measurement, Pairs, Players, Result};
///
/// /// Intervals of equal length of a `[batch, channels, steps]` time series.
/// #[derive(Debug, Clone)]
/// struct Intervals(usize);
///
/// impl Players for Intervals {
///     type Input = Tensor<3>;
///     /// The interval of each step, the same in all samples.
///     type Places = Tensor<1, Int>;
///
///     fn counts(&self, input: &Tensor<3>) -> Result<Vec<usize>> {
///         Ok(vec![self.0; input.samples()])
///     }
///
///     fn places(&self, input: &Tensor<3>) -> Result<Tensor<1, Int>> {
///         let steps = input.dims()[2];
///         let interval: Vec<i32> = (0..steps).map(|t| (t * self.0 / steps) as i32).collect();
///         Ok(Tensor::from_data(&interval[..], &input.device()))
///     }
///
///     fn absent(&self, input: &Tensor<3>, _: &Baseline) -> Result<Tensor<3>> {
///         Ok(input.zeros_like())
///     }
///
///     fn compose(
///         &self,
///         present: Tensor<3>,
///         absent: Tensor<3>,
///         places: &Tensor<1, Int>,
///         presence: Tensor<2, Bool>,
///     ) -> Tensor<3> {
///         let ([_, channels, steps], [rows, _]) = (present.dims(), presence.dims());
///         let shape = [rows, channels, steps];
///         let kept = presence.select(1, places.clone()).reshape([rows, 1, steps]);
///         absent.expand(shape).mask_where(kept.expand(shape), present.expand(shape))
///     }
///
///     fn describe(&self) -> String {
///         format!("{} intervals", self.0)
///     }
/// }
///
/// // A network that multiplies the sum of the first half by that of the second.
/// let net = |series: Tensor<3>| {
///     let half = |from| series.clone().narrow(2, from, 4).sum_dim(2).squeeze_dim::<2>(2);
///     half(0) * half(4)
/// };
/// let series = Tensor::ones([1, 1, 8], &Device::flex());
/// let profile = Measurement::new(Intervals(4)).pairs(Pairs::all()).run(&net, series, vec![1])?;
/// let sample = &profile.samples()[0];
/// assert_eq!(sample.interaction(0, (0, 3)).unwrap().mean, 4.0);
/// assert_eq!(sample.interaction(0, (0, 1)).unwrap().mean, 0.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who plays",
    label = "no players",
    note = "take `Patches`, `Segments`, `Features`, `Regions`, `Tokens` or `Windows`, or implement the seven methods of `burn_interaction::Players`; its documentation shows a kind in forty lines"
)]
pub trait Players: Clone + Send + Sync + std::fmt::Debug {
    /// A batch of samples.
    type Input: Input;

    /// Where the players sit in each sample of a batch: found once for a batch, used for every coalition.
    type Places: Places;

    /// The number of players of each sample.
    ///
    /// # Errors
    ///
    /// Fails where these players do not fit the input, or the device fails.
    fn counts(&self, input: &Self::Input) -> Result<Vec<usize>>;

    /// The grid that the players lie on row by row, `[rows, columns]`, where there is one: neighbours are found on it. Each sample
    /// has a player at each place.
    fn grid(&self) -> Option<[usize; 2]> {
        None
    }

    /// The look of absent players where the caller asks for none.
    fn baseline(&self) -> Baseline {
        Baseline::default()
    }

    /// Where the players sit in each sample.
    ///
    /// # Errors
    ///
    /// Fails where these players do not fit the input, or the device fails.
    fn places(&self, input: &Self::Input) -> Result<Self::Places>;

    /// The batch with every player absent.
    ///
    /// # Errors
    ///
    /// Fails where the baseline does not fit the input.
    fn absent(&self, input: &Self::Input, baseline: &Baseline) -> Result<Self::Input>;

    /// The batch in which each row has the players that are `true` in `presence`, a `[rows, players]` tensor, from
    /// `present`, and the others from `absent`; these and `places` hold a sample for each row, or one for all of them. Samples with fewer
    /// players than others have `false` in the columns they lack.
    fn compose(
        &self,
        present: Self::Input,
        absent: Self::Input,
        places: &Self::Places,
        presence: Tensor<2, Bool>,
    ) -> Self::Input;

    /// The players of the samples with these places in the batch alone, for players that are given sample by sample; others are the
    /// same whatever the samples.
    ///
    /// # Panics
    ///
    /// May panic if a place is none of the given samples.
    fn only(&self, _places: &[usize]) -> Self {
        self.clone()
    }

    /// One line about the players, for reports and for results to know them again.
    fn describe(&self) -> String;

    /// The number of players of the largest sample: made of [`counts`](Players::counts), for callers.
    ///
    /// # Errors
    ///
    /// Fails where no sample has two players, or these players do not fit the input.
    fn count(&self, input: &Self::Input) -> Result<usize> {
        match self.counts(input)?.into_iter().max().unwrap_or(0) {
            players @ 0..2 => Err(Error::TooFewPlayers { players }),
            players => Ok(players),
        }
    }
}
