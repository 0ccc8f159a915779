use burn::tensor::{Bool, Int, Tensor};
use either::Either;

use crate::error::Result;
use crate::input::Input;

use super::{Baseline, Places, Players};

/// Places of players of one of two kinds.
impl<A: Places, B: Places> Places for Either<A, B> {
    fn select(&self, samples: Tensor<1, Int>) -> Self {
        self.as_ref()
            .map_either_with(samples, |s, a| a.select(s), |s, b| b.select(s))
    }

    fn shorten(self, length: usize) -> Self {
        self.map_either(|a| a.shorten(length), |b| b.shorten(length))
    }

    fn digests<I: Input>(&self, input: &I) -> Result<Vec<String>> {
        either::for_both!(self, places => places.digests(input))
    }
}

/// Players of one of two kinds, chosen while a program runs: such as patches, or the segments of a file.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::players::{Either, SegmentMap};
/// use burn_interaction::{Patches, Players, Segments};
///
/// let chosen = |map: Option<SegmentMap>| match map {
///     None => Either::Left(Patches::grid(4, 4)),
///     Some(map) => Either::Right(Segments::shared(map)),
/// };
/// let images = Tensor::zeros([1, 3, 8, 8], &Device::flex());
/// assert_eq!(chosen(None).counts(&images)?, [16]);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
impl<A: Players, B: Players<Input = A::Input>> Players for Either<A, B> {
    type Input = A::Input;
    type Places = Either<A::Places, B::Places>;

    fn counts(&self, input: &A::Input) -> Result<Vec<usize>> {
        either::for_both!(self, players => players.counts(input))
    }

    fn grid(&self) -> Option<[usize; 2]> {
        either::for_both!(self, players => players.grid())
    }

    fn baseline(&self) -> Baseline {
        either::for_both!(self, players => players.baseline())
    }

    fn places(&self, input: &A::Input) -> Result<Self::Places> {
        Ok(match self {
            Either::Left(players) => Either::Left(players.places(input)?),
            Either::Right(players) => Either::Right(players.places(input)?),
        })
    }

    fn absent(&self, input: &A::Input, baseline: &Baseline) -> Result<A::Input> {
        either::for_both!(self, players => players.absent(input, baseline))
    }

    fn only(&self, places: &[usize]) -> Self {
        match self {
            Either::Left(players) => Either::Left(players.only(places)),
            Either::Right(players) => Either::Right(players.only(places)),
        }
    }

    /// Composes as the players do whose places these are.
    ///
    /// # Panics
    ///
    /// Panics if the places are those of the other kind of players.
    fn compose(
        &self,
        present: A::Input,
        absent: A::Input,
        places: &Self::Places,
        presence: Tensor<2, Bool>,
    ) -> A::Input {
        match (self, places) {
            (Either::Left(players), Either::Left(places)) => {
                players.compose(present, absent, places, presence)
            }
            (Either::Right(players), Either::Right(places)) => {
                players.compose(present, absent, places, presence)
            }
            _ => panic!("the places are not those of these players"),
        }
    }

    fn describe(&self) -> String {
        either::for_both!(self, players => players.describe())
    }
}
