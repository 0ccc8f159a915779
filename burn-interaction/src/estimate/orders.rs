use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::text::{joined, numbers, spelled};

/// The ratios of the papers' order grid: the orders are `int(r * (n - 2))`.
pub const PUBLISHED_RATIOS: [f64; 13] = [
    0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0,
];

/// Which orders m to measure. An order counts the context only, the pair is not in it: `0..=n - 2`.
///
/// Spelled `published`, `all`, a list such as `0,5,10`, or ratios of n - 2 such as `r:0,0.5,1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    All,
    Ratios(Vec<f64>),
    Given(Vec<usize>),
}

impl Orders {
    /// Every order.
    pub fn all() -> Self {
        Self(Kind::All)
    }

    /// The 13 orders of the papers, [`PUBLISHED_RATIOS`].
    pub fn published() -> Self {
        Self::ratios(PUBLISHED_RATIOS)
    }

    /// The orders `int(r * (n - 2))` for ratios r in `0..=1`.
    pub fn ratios(ratios: impl Into<Vec<f64>>) -> Self {
        Self(Kind::Ratios(ratios.into()))
    }

    /// The orders of a list.
    pub fn given(orders: impl Into<Vec<usize>>) -> Self {
        Self(Kind::Given(orders.into()))
    }

    /// The orders for a game of `players`, ascending and each once.
    ///
    /// # Errors
    ///
    /// Fails for fewer than two players, no orders, a ratio outside `0..=1`, or an order above `players - 2`.
    pub fn resolve(&self, players: usize) -> Result<Vec<usize>> {
        if players < 2 {
            return Err(Error::TooFewPlayers { players });
        }
        let last = players - 2;
        let mut orders: Vec<usize> = match &self.0 {
            Kind::All => (0..=last).collect(),
            Kind::Ratios(ratios) => {
                let ratios = checked(ratios)?;
                ratios.iter().map(|r| order_at(*r, players)).collect()
            }
            Kind::Given(orders) => orders.clone(),
        };
        orders.sort_unstable();
        orders.dedup();
        match orders.last() {
            None => Err(Error::setting("orders", "empty", "name at least one order")),
            Some(&order) if order > last => Err(Error::OrderOutOfRange { order, players }),
            Some(_) => Ok(orders),
        }
    }

    /// The ratios at which games of different numbers of players are compared, ascending: those asked for, or the
    /// published ones where all orders are.
    ///
    /// # Errors
    ///
    /// Fails where orders are given by number, there are none, or a ratio is outside `0..=1`.
    pub fn common(&self) -> Result<Vec<f64>> {
        let mut ratios = match &self.0 {
            Kind::All => PUBLISHED_RATIOS.to_vec(),
            Kind::Ratios(ratios) => checked(ratios)?.to_vec(),
            Kind::Given(orders) => {
                let remedy = "samples with different numbers of players have no order in common: give ratios";
                return Err(Error::setting("orders", format!("{orders:?}"), remedy));
            }
        };
        ratios.sort_by(f64::total_cmp);
        ratios.dedup();
        match ratios.is_empty() {
            true => Err(Error::setting("orders", "empty", "name at least one order")),
            false => Ok(ratios),
        }
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::All => f.write_str("all"),
            Kind::Ratios(ratios) if *ratios == PUBLISHED_RATIOS => f.write_str("published"),
            Kind::Ratios(ratios) => write!(f, "r:{}", joined(ratios)),
            Kind::Given(orders) => f.write_str(&joined(orders)),
        }
    }
}

impl FromStr for Orders {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let remedy = "give published, all, a list such as 0,5,10, or ratios such as r:0,0.5,1";
        let refused = |_| Error::setting("orders", text, remedy);
        match (text, text.strip_prefix("r:")) {
            ("published", _) => Ok(Self::published()),
            ("all", _) => Ok(Self::all()),
            (_, Some(ratios)) => numbers("orders", ratios)
                .map(|ratios: Vec<f64>| Self::ratios(ratios))
                .map_err(refused),
            _ => numbers("orders", text)
                .map(|orders: Vec<usize>| Self::given(orders))
                .map_err(refused),
        }
    }
}

spelled!(Orders);

/// The order of a ratio, `int(r * (n - 2))`.
pub(crate) fn order_at(ratio: f64, players: usize) -> usize {
    (ratio * players.saturating_sub(2) as f64) as usize
}

fn checked(ratios: &[f64]) -> Result<&[f64]> {
    match ratios.iter().find(|r| !(0.0..=1.0).contains(*r)) {
        Some(r) => Err(Error::setting("order ratio", r, "ratios run from 0 to 1")),
        None => Ok(ratios),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_orders_of_256_players_are_those_of_the_papers() {
        // [int(r * 254) for r in (0, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, 1)] in Python.
        let python = [0, 12, 25, 50, 76, 101, 127, 152, 177, 203, 228, 241, 254];
        assert_eq!(Orders::published().resolve(256).unwrap(), python);
    }

    #[test]
    fn few_players_share_orders() {
        assert_eq!(Orders::published().resolve(4).unwrap(), [0, 1, 2]);
        assert_eq!(Orders::all().resolve(2).unwrap(), [0]);
    }

    #[test]
    fn games_of_different_sizes_share_ratios() {
        assert_eq!(Orders::all().common().unwrap(), PUBLISHED_RATIOS);
        assert_eq!(
            Orders::ratios([1.0, 0.0, 1.0]).common().unwrap(),
            [0.0, 1.0]
        );
        for orders in [
            Orders::given([1]),
            Orders::ratios([]),
            Orders::ratios([2.0]),
        ] {
            assert!(orders.common().is_err(), "{orders:?}");
        }
    }

    #[test]
    fn bad_orders_are_refused() {
        assert!(matches!(
            Orders::given([3]).resolve(4),
            Err(Error::OrderOutOfRange {
                order: 3,
                players: 4
            })
        ));
        assert!(Orders::ratios([1.1]).resolve(4).is_err());
        assert!(Orders::ratios([f64::NAN]).resolve(4).is_err());
        assert!(Orders::given([]).resolve(4).is_err());
        assert!(matches!(
            Orders::all().resolve(1),
            Err(Error::TooFewPlayers { players: 1 })
        ));
    }
}
