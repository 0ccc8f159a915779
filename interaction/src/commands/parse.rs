//! The small languages of the arguments.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use burn_interaction::{Baseline, Estimator, Term};

use crate::error::{Result, usage};
use crate::study::MOST_SEEDS;
use crate::subject::{Absent, Division};
use crate::work::Share;

/// The part to compute: the one given, or the one that the variables of a scheduler name.
pub fn part(given: Option<Share>) -> Result<Option<Share>> {
    if given.is_some() {
        return Ok(given);
    }
    let found = Share::of_task(|name| std::env::var(name).ok()).map_err(usage)?;
    if let Some((share, variable)) = found {
        println!("part {share}, as {variable} says; --part 1/1 is the whole");
    }
    Ok(found.map(|(share, _)| share))
}

/// Parses a setting that is spelled as the library spells it.
pub fn setting<T: FromStr<Err = burn_interaction::Error>>(flag: &str, text: &str) -> Result<T> {
    text.parse()
        .map_err(|e| usage(format!("{flag} {text}: {e}")))
}

/// Parses a time such as 90s, 20m or 2h.
pub fn time(flag: &str, text: &str) -> Result<Duration> {
    let refused = || usage(format!("{flag} {text}: give a time such as 90s, 20m or 2h"));
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(refused()),
    };
    let number: f64 = number.parse().map_err(|_| refused())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| refused())
}

/// Parses a number of seeds, which are those from 1 on, or `A..B`, both ends included.
pub fn seeds(text: &str) -> Result<RangeInclusive<u64>> {
    let (first, last) = match text.split_once("..") {
        Some((first, last)) => (one("--seeds", first)?, one("--seeds", last)?),
        None => (1, one("--seeds", text)?),
    };
    if first > last {
        return Err(usage(format!(
            "--seeds {text}: give a number of seeds from 1 on, or a range such as 11..13"
        )));
    }
    match last - first < MOST_SEEDS as u64 {
        true => Ok(first..=last),
        false => Err(usage(format!(
            "--seeds {text}: give {MOST_SEEDS} at the most, each of which trains every network of a study"
        ))),
    }
}

/// Parses an estimator; `None` for `auto`, which depends on the number of players.
pub fn estimator(text: &str) -> Result<Option<Estimator>> {
    match text {
        "auto" => Ok(None),
        _ => setting("--estimator", text).map(Some),
    }
}

/// Parses `data`, `drop`, or a baseline as the library spells it.
pub fn baseline(text: &str) -> Result<Absent> {
    match text {
        "data" => Ok(Absent::Data),
        "drop" => Ok(Absent::Drop),
        text => {
            let given: Result<Baseline, burn_interaction::Error> = text.parse();
            given.map(Absent::Given).map_err(|_| {
                usage(format!(
                    "--baseline {text}: give data (the mean over the training part), zero, mean, values:A,B,..; for images blur:PIXELS too; for point clouds drop too; for texts mask, pad, unk or hide"
                ))
            })
        }
    }
}

/// Parses names between commas, or reads the file with one a line.
pub fn classes(text: &str) -> Result<Vec<String>> {
    let path = std::path::Path::new(text);
    let list = match path.is_file() {
        true => std::fs::read_to_string(path)
            .map_err(|e| usage(format!("--classes {text}: {e}")))?
            .lines()
            .map(|line| line.trim().to_string())
            .collect(),
        false => text
            .split(',')
            .map(|name| name.trim().to_string())
            .collect::<Vec<_>>(),
    };
    let names: Vec<String> = list.into_iter().filter(|name| !name.is_empty()).collect();
    match names.len() < 2 {
        true => Err(usage(format!(
            "--classes {text}: give two names at least, such as cat,dog, or a file with one a line"
        ))),
        false => Ok(names),
    }
}

/// Parses a number of regions, `parts`, or the name of a file of regions.
pub fn regions(text: &str) -> Result<Division> {
    match (text, text.parse()) {
        ("parts", _) => Ok(Division::Parts),
        (_, Ok(count)) => Ok(Division::Farthest(count)),
        (file, _) if file.ends_with(".json") => Ok(Division::File(file.into())),
        _ => Err(usage(format!(
            "--regions {text}: give a number, parts, or a regions.json"
        ))),
    }
}

/// Parses `ROWSxCOLUMNS`, or one number for a square grid.
pub fn grid(text: &str) -> Result<[usize; 2]> {
    let (rows, columns) = text.split_once('x').unwrap_or((text, text));
    Ok([one("--grid", rows)?, one("--grid", columns)?])
}

/// Parses `R1:R2` or `R1:R2:LAMBDA` as a term made by `direction`.
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
    fn seeds_are_a_number_or_a_range() {
        assert_eq!(seeds("3").unwrap(), 1..=3);
        assert_eq!(seeds("11..13").unwrap(), 11..=13);
        for bad in ["0", "3..1", "a", "1..", "-1", "10001", "1..99999999999"] {
            assert!(
                seeds(bad).unwrap_err().to_string().contains("--seeds"),
                "{bad}"
            );
        }
    }

    #[test]
    fn arguments_are_read_and_mistakes_named() {
        assert_eq!(
            estimator("toggled:9").unwrap(),
            Some(Estimator::Toggled { pool: 9 })
        );
        assert_eq!(grid("14x16").unwrap(), [14, 16]);
        assert_eq!(
            baseline("blur:2").unwrap(),
            Absent::Given(Baseline::Blur(2.0))
        );
        assert_eq!(baseline("data").unwrap(), Absent::Data);
        assert_eq!(baseline("drop").unwrap(), Absent::Drop);
        assert_eq!(regions("parts").unwrap(), Division::Parts);
        assert_eq!(regions("7").unwrap(), Division::Farthest(7));
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
            (baseline("grey").unwrap_err(), "--baseline grey"),
            (regions("many").unwrap_err(), "--regions many"),
            (grid("axb").unwrap_err(), "\"a\""),
            (term("0.3", Term::encourage).unwrap_err(), "term 0.3"),
        ] {
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}
