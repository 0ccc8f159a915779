//! The small languages of the arguments.

use burn_interaction::estimate::PUBLISHED_RATIOS;
use burn_interaction::{Baseline, Estimator, Orders, Pairs, Reward, Term};
use burn_interaction_datasets::{Augmentation, CloudAugmentation};
use burn_interaction_models::registry::ImageSize;

use crate::error::{Result, usage};

/// `published`, `all`, a list of orders such as `0,5,10`, or of ratios such as `r:0,0.5,1`.
pub fn orders(text: &str) -> Result<Orders> {
    match text {
        "published" => Ok(Orders::ratios(PUBLISHED_RATIOS)),
        "all" => Ok(Orders::all()),
        _ => match text.strip_prefix("r:") {
            Some(ratios) => Ok(Orders::ratios(list::<f64>("--orders", ratios)?)),
            None => Ok(Orders::given(list::<usize>("--orders", text)?)),
        },
    }
}

/// `all`, `random:N`, `neighbours:R:N`, `windows:S:N` or a list of pairs such as `0-1,4-7`.
pub fn pairs(text: &str) -> Result<Pairs> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |text: &str| one::<usize>("--pairs", text);
    match parts.as_slice() {
        ["all"] => Ok(Pairs::all()),
        ["random", count] => Ok(Pairs::random(number(count)?)),
        ["neighbours", radius, count] => Ok(Pairs::neighbours(number(radius)?, number(count)?)),
        ["windows", side, count] => Ok(Pairs::windows(number(side)?, number(count)?)),
        [count] if count.parse::<usize>().is_ok() => Ok(Pairs::random(number(count)?)),
        [given] if given.contains('-') => {
            let pair = |text: &str| {
                let (i, j) = text.split_once('-').ok_or_else(|| bad_pairs(text))?;
                Ok((number(i)?, number(j)?))
            };
            Ok(Pairs::given(
                given.split(',').map(pair).collect::<Result<Vec<_>>>()?,
            ))
        }
        _ => Err(bad_pairs(text)),
    }
}

fn bad_pairs(text: &str) -> crate::Error {
    usage(format!(
        "--pairs {text}: give all, N, random:N, neighbours:RADIUS:N, windows:SIDE:N, or pairs such as 0-1,4-7"
    ))
}

/// `exact`, `paired`, `toggled` or `toggled:POOL`; `None` for `auto`.
pub fn estimator(text: &str) -> Result<Option<Estimator>> {
    match (text, text.strip_prefix("toggled:")) {
        ("auto", _) => Ok(None),
        ("exact", _) => Ok(Some(Estimator::Exact)),
        ("paired", _) => Ok(Some(Estimator::Paired)),
        ("toggled", _) => Ok(Some(Estimator::toggled())),
        (_, Some(pool)) => Ok(Some(Estimator::Toggled {
            pool: one("--estimator", pool)?,
        })),
        _ => Err(usage(format!(
            "--estimator {text}: give auto, exact, paired, toggled or toggled:POOL"
        ))),
    }
}

/// `log-odds`, `log-probability` or `logit`.
pub fn reward(text: &str) -> Result<Reward> {
    match text {
        "log-odds" => Ok(Reward::LogOdds),
        "log-probability" => Ok(Reward::LogProbability),
        "logit" => Ok(Reward::Logit),
        _ => Err(usage(format!(
            "--reward {text}: give log-odds, log-probability or logit"
        ))),
    }
}

/// `zero`, `mean`, `blur:PIXELS`, `values:A,B,..`, or of texts `mask`, `pad`, `unk`, `hide`; `None` for the players' own.
pub fn baseline(text: Option<&str>) -> Result<Option<Baseline>> {
    let Some(text) = text else { return Ok(None) };
    Ok(Some(match text.split_once(':').unwrap_or((text, "")) {
        ("zero", "") => Baseline::Zero,
        ("mean", "") => Baseline::Mean,
        ("mask", "") => Baseline::Mask,
        ("pad", "") => Baseline::Pad,
        ("unk", "") => Baseline::Unknown,
        ("hide", "") => Baseline::Hidden,
        ("blur", sigma) => Baseline::Blur(one("--baseline", sigma)?),
        ("values", values) => Baseline::Values(list("--baseline", values)?),
        _ => {
            return Err(usage(format!(
                "--baseline {text}: give zero, mean, values:A,B,..; for images blur:PIXELS too; for point clouds drop too; for texts mask, pad, unk or hide"
            )));
        }
    }))
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

fn one<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T> {
    text.trim()
        .parse()
        .map_err(|_| usage(format!("{flag}: \"{text}\" is not a number that fits here")))
}

fn list<T: std::str::FromStr>(flag: &str, text: &str) -> Result<Vec<T>> {
    text.split(',').map(|part| one(flag, part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_and_mistakes_named() {
        assert_eq!(orders("published").unwrap(), Orders::published());
        assert_eq!(orders("0,5").unwrap(), Orders::given([0, 5]));
        assert_eq!(orders("r:0,0.5").unwrap(), Orders::ratios([0.0, 0.5]));
        assert_eq!(
            pairs("neighbours:2:200").unwrap(),
            Pairs::neighbours(2, 200)
        );
        assert_eq!(pairs("50").unwrap(), Pairs::random(50));
        assert_eq!(pairs("0-1,4-7").unwrap(), Pairs::given([(0, 1), (4, 7)]));
        assert_eq!(
            estimator("toggled:9").unwrap(),
            Some(Estimator::Toggled { pool: 9 })
        );
        assert_eq!(grid("14x16").unwrap(), (14, 16));
        assert_eq!(baseline(Some("blur:2")).unwrap(), Some(Baseline::Blur(2.0)));
        assert_eq!(baseline(Some("hide")).unwrap(), Some(Baseline::Hidden));
        assert_eq!(
            term("0.3:0.7:2", Term::encourage).unwrap(),
            Term::encourage(0.3..0.7).weight(2.0)
        );
        for (error, what) in [
            (orders("low").unwrap_err(), "\"low\""),
            (pairs("near").unwrap_err(), "--pairs near"),
            (estimator("best").unwrap_err(), "--estimator best"),
            (reward("gold").unwrap_err(), "--reward gold"),
            (baseline(Some("grey")).unwrap_err(), "--baseline grey"),
            (baseline(Some("drop")).unwrap_err(), "--baseline drop"),
            (grid("axb").unwrap_err(), "\"a\""),
            (term("0.3", Term::encourage).unwrap_err(), "term 0.3"),
        ] {
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}
