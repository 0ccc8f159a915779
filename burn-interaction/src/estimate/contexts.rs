use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::text::number;

use super::order_at;

/// How many contexts each pair gets, one number for all orders or another from each ratio m / (n - 2) on.
///
/// Spelled as a number such as `100`, or by ratio such as `0:1,0.05:8,0.5:6`. Files hold a single number as a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Contexts(Vec<(f64, usize)>);

impl Contexts {
    /// Contexts of one number for all orders.
    pub fn each(count: usize) -> Self {
        Self(vec![(0.0, count)])
    }

    /// A number from each of these ratios on, up to the next one: a ratio r stands for the order `int(r * (n - 2))`.
    ///
    /// # Errors
    ///
    /// Fails where ratios do not begin at 0, ascend, or stay within `0..=1`.
    pub fn by_ratio(counts: impl Into<Vec<(f64, usize)>>) -> Result<Self> {
        let counts = counts.into();
        let found = Self(counts);
        let ratios = || found.0.iter().map(|(ratio, _)| *ratio);
        let ascend = ratios().zip(ratios().skip(1)).all(|(a, b)| a < b);
        match ratios().next() == Some(0.0) && ascend && ratios().all(|r| r <= 1.0) {
            true => Ok(found),
            false => {
                let remedy = "give a number for each of some ascending ratios from 0 to 1, the first of them 0, such as 0:1,0.05:8";
                Err(Error::setting("contexts", found, remedy))
            }
        }
    }

    /// The contexts of a pair at an order of a game with so many players.
    pub fn at(&self, order: usize, players: usize) -> usize {
        let mut from = self.0.iter().rev();
        let from = from.find(|(ratio, _)| order_at(*ratio, players) <= order);
        from.map_or(0, |(_, count)| *count)
    }

    /// The contexts from the last ratio on that is no larger than this one: those of its order in samples of any size.
    pub(crate) fn at_ratio(&self, ratio: f64) -> usize {
        let from = self.0.iter().rev().find(|(from, _)| *from <= ratio);
        from.map_or(0, |(_, count)| *count)
    }

    /// Contexts multiplied by a factor at every order, rounded up; an order with one keeps it.
    pub(crate) fn times(&self, factor: f64) -> Self {
        let times = |count: usize| match count {
            1 => 1,
            count => (count as f64 * factor).ceil() as usize,
        };
        Self(self.0.iter().map(|(r, c)| (*r, times(*c))).collect())
    }

    /// The largest number at any order.
    pub fn most(&self) -> usize {
        self.0.iter().map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// The smallest number at any order.
    pub fn fewest(&self) -> usize {
        self.0.iter().map(|(_, count)| *count).min().unwrap_or(0)
    }
}

impl From<usize> for Contexts {
    fn from(count: usize) -> Self {
        Self::each(count)
    }
}

impl fmt::Display for Contexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(ratio, count)] = self.0[..]
            && ratio == 0.0
        {
            return write!(f, "{count}");
        }
        let texts: Vec<String> = self.0.iter().map(|(r, c)| format!("{r}:{c}")).collect();
        f.write_str(&texts.join(","))
    }
}

impl FromStr for Contexts {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || {
            let remedy = "give a number, or one from each of some ratios on, such as 0:1,0.05:8";
            Error::setting("contexts", text, remedy)
        };
        if let Ok(count) = number("contexts", text) {
            return Ok(Self::each(count));
        }
        let part = |part: &str| {
            let (ratio, count) = part.split_once(':')?;
            let ratio: f64 = number("contexts", ratio).ok()?;
            Some((ratio, number("contexts", count).ok()?))
        };
        let parts: Option<Vec<(f64, usize)>> = text.split(',').map(part).collect();
        Self::by_ratio(parts.ok_or_else(refused)?)
    }
}

impl Serialize for Contexts {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match self.0[..] {
            [(_, count)] => to.serialize_u64(count as u64),
            _ => to.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Contexts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelled {
            Number(usize),
            Text(String),
        }
        match Spelled::deserialize(from)? {
            Spelled::Number(count) => Ok(Self::each(count)),
            Spelled::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_those_of_the_last_ratio_up_to_an_order() {
        let contexts = Contexts::by_ratio([(0.0, 1), (0.05, 8), (0.5, 6), (1.0, 2)]).unwrap();
        // Ratio 0.05 of 254 is order 12, 0.5 is 127.
        let at = |order| contexts.at(order, 256);
        assert_eq!(
            [0, 11, 12, 126, 127, 253, 254].map(at),
            [1, 1, 8, 8, 6, 6, 2]
        );
        // With four players 0.05 is order 0 as well, and the later one counts.
        assert_eq!([0, 1, 2].map(|order| contexts.at(order, 4)), [8, 6, 2]);
        assert_eq!((contexts.most(), contexts.fewest()), (8, 1));
        assert_eq!(Contexts::each(5).at(3, 9), 5);
        // Fewer than two players have order 0 alone, as two have.
        assert_eq!([0, 1, 2].map(|players| contexts.at(0, players)), [2, 2, 2]);
    }

    #[test]
    fn contexts_are_spelled_one_way_in_files_and_arguments() {
        for (text, json) in [("100", "100"), ("0:1,0.05:8", "\"0:1,0.05:8\"")] {
            let contexts: Contexts = text.parse().unwrap();
            assert_eq!(contexts.to_string(), text);
            assert_eq!(serde_json::to_string(&contexts).unwrap(), json);
            assert_eq!(serde_json::from_str::<Contexts>(json).unwrap(), contexts);
        }
        for bad in [
            "",
            "few",
            "0:1,0.5",
            "0.5:3",
            "0:1,0.5:2,0.4:3",
            "0:1,2:3",
            "0:1,nan:3",
        ] {
            let error = bad.parse::<Contexts>().unwrap_err().to_string();
            assert!(error.contains("contexts"), "{bad}: {error}");
        }
    }
}
