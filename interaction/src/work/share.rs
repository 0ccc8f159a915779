use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of several parts of a run, `i/n` with i from 1: every n-th sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    number: usize,
    of: usize,
}

impl Share {
    /// The places of the share's samples among so many samples.
    pub fn places(self, samples: usize) -> Vec<usize> {
        (self.number - 1..samples).step_by(self.of).collect()
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((number, of)) if number >= 1 && number <= of => Ok(Self { number, of }),
            _ => Err("give i/n with i from 1 to n, such as 3/16".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_take_every_sample_once() {
        let parts = [1, 2, 3].map(|i| format!("{i}/3").parse::<Share>().unwrap().places(7));
        assert_eq!(parts, [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
        for bad in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }
}
