use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::text::{number, spelled};

/// The largest pool of players that are toggled together unless another is asked for.
const POOL: usize = 16;

/// How I^(m)(i, j) is estimated.
///
/// Spelled `exact`, `paired`, `toggled`, `toggled:POOL` or `auto:PLAYERS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    /// All 2^n values.
    ///
    /// # Cost
    ///
    /// 2^n forwards, up to [`EXACT_LIMIT`](super::EXACT_LIMIT) players; all orders and pairs come for the same price.
    ///
    /// # Bias
    ///
    /// None, and no error.
    Exact,
    /// The papers' Monte Carlo: contexts drawn for each pair and order.
    ///
    /// # Cost
    ///
    /// 4 forwards a difference.
    ///
    /// # Bias
    ///
    /// None for I; E|estimate| lies above |I| by the noise.
    Paired,
    /// Bases drawn uniformly, pools of players toggled in each: the default.
    ///
    /// # Cost
    ///
    /// 1.2 to 1.6 forwards a difference where pairs share players ([`Pairs::all`](super::Pairs::all),
    /// [`Pairs::windows`](super::Pairs::windows)), about 2.6 for scattered
    /// [`Pairs::neighbours`](super::Pairs::neighbours) and [`Pairs::random`](super::Pairs::random). With fewer than some five
    /// contexts more, as pairs that chance leaves with fewer than two are given paired ones: a fifth more for two.
    ///
    /// # Bias
    ///
    /// None for I; E|estimate| lies above |I| by the noise. The number of contexts varies about the one asked for,
    /// and is at least two where two are asked for.
    Toggled {
        /// The largest pool of players, at least 2.
        pool: usize,
    },
    /// [`Exact`](Estimator::Exact) where a sample has few players, [`toggled`](Estimator::toggled) where it has more: for
    /// samples that differ in their number of players.
    ///
    /// # Cost
    ///
    /// The cost of the estimator that it becomes.
    ///
    /// # Bias
    ///
    /// The bias of the estimator that it becomes.
    Auto {
        /// The most players that are enumerated.
        exact: usize,
    },
}

impl Estimator {
    /// Toggled with pools of up to 16 players.
    pub const fn toggled() -> Self {
        Self::Toggled { pool: POOL }
    }

    /// The estimator for so many players, never [`Auto`](Estimator::Auto).
    pub fn of(self, players: usize) -> Self {
        match self {
            Self::Auto { exact } if players <= exact => Self::Exact,
            Self::Auto { .. } => Self::toggled(),
            other => other,
        }
    }
}

impl Default for Estimator {
    fn default() -> Self {
        Self::toggled()
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Paired => f.write_str("paired"),
            Self::Toggled { pool: POOL } => f.write_str("toggled"),
            Self::Toggled { pool } => write!(f, "toggled:{pool}"),
            Self::Auto { exact } => write!(f, "auto:{exact}"),
        }
    }
}

impl FromStr for Estimator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || {
            let remedy =
                "give exact, paired, toggled, toggled:POOL, or auto:PLAYERS (exact up to so many)";
            Error::setting("estimator", text, remedy)
        };
        let count = |text: &str| number::<usize>("estimator", text).map_err(|_| refused());
        match text.split_once(':').unwrap_or((text, "")) {
            ("exact", "") => Ok(Self::Exact),
            ("paired", "") => Ok(Self::Paired),
            ("toggled", "") => Ok(Self::toggled()),
            ("toggled", pool) => Ok(Self::Toggled { pool: count(pool)? }),
            ("auto", exact) => Ok(Self::Auto {
                exact: count(exact)?,
            }),
            _ => Err(refused()),
        }
    }
}

spelled!(Estimator);
