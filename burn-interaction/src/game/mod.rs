//! Values of coalitions: one batch of them on one device.
//!
//! Nothing here starts a thread or chooses the size of a batch; [`measure`](crate::measure) does.

mod classifier;
mod copies;
mod enumerated;
mod fingerprint;
mod known;
mod network;
mod reward;

pub use classifier::*;
pub use copies::Copies;
pub use enumerated::*;
pub use fingerprint::*;
pub use known::*;
pub use network::predictions;
pub(crate) use network::*;
pub use reward::*;

use crate::coalition::Coalition;
use crate::error::Result;

/// A cooperative game: a value for each coalition of a fixed number of players.
///
/// Implement it to measure something that is no network; for networks there is [`Classifier`].
///
/// ```
/// use burn_interaction::{Coalition, Game, Measurement, Result};
///
/// /// Pays one as soon as players 0 and 1 meet.
/// struct Meeting;
///
/// impl Game for Meeting {
///     fn players(&self) -> usize {
///         5
///     }
///
///     fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
///         Ok(coalitions.iter().map(|s| f64::from(s.contains(0) && s.contains(1))).collect())
///     }
/// }
///
/// let profile = Measurement::of_games().run_game(&Meeting)?;
/// assert_eq!(profile.samples()[0].interaction(0, (0, 1)).unwrap().mean, 1.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
pub trait Game {
    /// The number of players, n.
    fn players(&self) -> usize;

    /// The values v(S) of these coalitions, in their order.
    ///
    /// # Errors
    ///
    /// Fails with whatever keeps the game from being played; the measurement stops with it.
    fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>>;

    /// A name by which results of this game are told from those of another; empty where it has none.
    fn identity(&self) -> String {
        String::new()
    }
}
