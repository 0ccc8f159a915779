//! The small languages of the arguments.

use std::str::FromStr;

use burn_interaction::{Baseline, Estimator, Term};
use burn_interaction_datasets::{Augmentation, CloudAugmentation};
use burn_interaction_models::registry::ImageSize;

use crate::error::{Result, usage};

/// A setting that is spelled as the library spells it.
pub fn setting<T: FromStr<Err = burn_interaction::Error>>(flag: &str, text: &str) -> Result<T> {
    text.parse()
        .map_err(|e| usage(format!("{flag} {text}: {e}")))
}

/// An estimator; `None` for `auto`, which depends on the number of players.
pub fn estimator(text: &str) -> Result<Option<Estimator>> {
    match text {
        "auto" => Ok(None),
        _ => setting("--estimator", text).map(Some),
    }
}

/// What `--baseline` asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Absent {
    /// Nothing: what suits the kind of data.
    Own,
    /// The mean of each variable over the training part.
    Data,
    /// This one.
    Given(Baseline),
}

/// `data`, or a baseline as the library spells it.
pub fn baseline(text: Option<&str>) -> Result<Absent> {
    match text {
        None => Ok(Absent::Own),
        Some("data") => Ok(Absent::Data),
        Some(text) => {
            let given: Result<Baseline, burn_interaction::Error> = text.parse();
            given.map(Absent::Given).map_err(|_| {
                usage(format!(
                    "--baseline {text}: give data (the mean over the training part), zero, mean, values:A,B,..; for images blur:PIXELS too; for point clouds drop too; for texts mask, pad, unk or hide"
                ))
            })
        }
    }
}

impl Absent {
    /// The baseline for inputs that have no mean over the data: the players' own without `--baseline`.
    ///
    /// # Errors
    ///
    /// It is the mean over the data.
    pub fn without_mean(self, kind: &str) -> Result<Option<Baseline>> {
        match self {
            Self::Own => Ok(None),
            Self::Given(baseline) => Ok(Some(baseline)),
            Self::Data => Err(usage(format!(
                "--baseline data: {kind} have no variables with a mean over the data; it is for images and tables"
            ))),
        }
    }

    /// The baseline for inputs whose mean over the data can be fitted, their default.
    ///
    /// # Errors
    ///
    /// It cannot be fitted.
    pub fn or_mean(self, fit: impl FnOnce() -> Result<Baseline>) -> Result<Baseline> {
        match self {
            Self::Own | Self::Data => fit(),
            Self::Given(baseline) => Ok(baseline),
        }
    }
}

/// One of several parts of a run, `i/n` with i from 1: every n-th sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    number: usize,
    of: usize,
}

impl Part {
    /// The places of this part among so many samples.
    pub fn places(self, samples: usize) -> Vec<usize> {
        (self.number - 1..samples).step_by(self.of).collect()
    }
}

impl FromStr for Part {
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

/// `pointnet2` or `dgcnn`.
pub fn cloud_augmentation(text: &str) -> Result<CloudAugmentation> {
    match text {
        "pointnet2" => Ok(CloudAugmentation::pointnet2()),
        "dgcnn" => Ok(CloudAugmentation::dgcnn()),
        _ => Err(usage(format!(
            "--augment {text}: give pointnet2 or dgcnn for point clouds"
        ))),
    }
}

/// `crop`, or a number of pixels to shift by.
pub fn augmentation(text: &str, size: ImageSize) -> Result<Augmentation> {
    match (text, text.parse()) {
        ("crop", _) if size.height == size.width => Ok(Augmentation::ResizedCrop(size.height)),
        ("crop", _) => Err(usage(
            "--augment crop: it makes squares, and these images are none; give --image SIDE",
        )),
        (_, Ok(shift)) => Ok(Augmentation::Shift(shift)),
        _ => Err(usage(format!(
            "--augment {text}: give crop, or a number of pixels such as 4"
        ))),
    }
}

/// `ROWSxCOLUMNS`, or one number for a square grid.
pub fn grid(text: &str) -> Result<(usize, usize)> {
    let (rows, columns) = text.split_once('x').unwrap_or((text, text));
    Ok((one("--grid", rows)?, one("--grid", columns)?))
}

/// `R1:R2` or `R1:R2:LAMBDA`, as a term made by `direction`.
pub fn term(text: &str, direction: fn(std::ops::Range<f64>) -> Term) -> Result<Term> {
    let numbers: Vec<f64> = text
        .split(':')
        .map(|part| one("term", part))
        .collect::<Result<_>>()?;
    match numbers[..] {
        [r1, r2] => Ok(direction(r1..r2)),
        [r1, r2, weight] => Ok(direction(r1..r2).weight(weight)),
        _ => Err(usage(format!(
            "term {text}: give R1:R2 or R1:R2:LAMBDA, such as 0.3:0.7:1.0"
        ))),
    }
}

fn one<T: FromStr>(flag: &str, text: &str) -> Result<T> {
    text.trim()
        .parse()
        .map_err(|_| usage(format!("{flag}: \"{text}\" is not a number that fits here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_and_mistakes_named() {
        assert_eq!(
            estimator("toggled:9").unwrap(),
            Some(Estimator::Toggled { pool: 9 })
        );
        assert_eq!(grid("14x16").unwrap(), (14, 16));
        assert_eq!(
            baseline(Some("blur:2")).unwrap(),
            Absent::Given(Baseline::Blur(2.0))
        );
        assert_eq!(baseline(Some("data")).unwrap(), Absent::Data);
        assert_eq!(baseline(None).unwrap(), Absent::Own);
        let parts = [1, 2, 3].map(|i| format!("{i}/3").parse::<Part>().unwrap().places(7));
        assert_eq!(parts, [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
        for bad in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(bad.parse::<Part>().is_err(), "{bad}");
        }
        assert_eq!(
            term("0.3:0.7:2", Term::encourage).unwrap(),
            Term::encourage(0.3..0.7).weight(2.0)
        );
        for (error, what) in [
            (
                setting::<burn_interaction::Pairs>("--pairs", "near").unwrap_err(),
                "--pairs near",
            ),
            (estimator("best").unwrap_err(), "--estimator best"),
            (baseline(Some("grey")).unwrap_err(), "--baseline grey"),
            (baseline(Some("drop")).unwrap_err(), "--baseline drop"),
            (grid("axb").unwrap_err(), "\"a\""),
            (term("0.3", Term::encourage).unwrap_err(), "term 0.3"),
        ] {
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}
