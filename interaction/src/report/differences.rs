//! The differences of measurements as text and as rows.

use std::fmt::Write;
use std::path::Path;

use burn_interaction::profile::{Comparison, Difference};

use super::numbers::number;
use super::words;
use crate::error::{Result, usage};

/// A table of the differences of two measurements, with a sentence on what is sure about them.
pub fn differences(first: &str, second: &str, comparison: &Comparison) -> String {
    let mut text = format!("{second} less {first}, ");
    let over = match comparison.common {
        0 => "samples apart, errors added in squares".to_string(),
        count => format!("over the {count} samples that both measured"),
    };
    // Writing to a string never fails.
    let _ = writeln!(
        text,
        "{over}\n  order  ratio          J   +- error                   S   +- error"
    );
    for point in &comparison.points {
        let order = point.order.map_or("-".into(), |order| order.to_string());
        let known = |difference: Option<Difference>| match difference {
            Some(found) => (
                format!("{:+.3}", found.value),
                found
                    .error
                    .map_or("-".into(), |error| format!("{error:.3}")),
            ),
            None => ("-".into(), "-".into()),
        };
        let absolute = point.absolute.map_or(("-".into(), "-".into()), |found| {
            let error = found.error.map_or("-".into(), number);
            let sign = if found.value < 0.0 { '-' } else { '+' };
            (format!("{sign}{}", number(found.value.abs())), error)
        });
        let (j, j_error) = known(point.relative);
        let sure = point.relative.is_some_and(|found| found.is_sure());
        // Said of J, behind whose error it stands.
        let mark = if sure { "  differs" } else { "" };
        let _ = writeln!(
            text,
            "  {order:>5}  {:5.2}  {j:>9}  {j_error:>9}{mark:<9}  {:>9}  {:>9}",
            point.ratio, absolute.0, absolute.1
        );
    }
    if !comparison.unlike.is_empty() {
        let _ = writeln!(
            text,
            "  measured otherwise: {}",
            comparison.unlike.join("; ")
        );
    }
    let _ = writeln!(
        text,
        "  {}",
        format_args!("{second} beside {first}: {}", words::changes(comparison))
    );
    text
}

/// Writes a row for each run, order and strength.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub fn differences_csv(path: &Path, first: &str, rows: &[(&str, Comparison)]) -> Result<()> {
    let fail = |e: csv::Error| usage(format!("writing {}: {e}", path.display()));
    let mut writer = csv::Writer::from_path(path).map_err(fail)?;
    let header = [
        "run",
        "compared_with",
        "common_samples",
        "order",
        "ratio",
        "strength",
        "difference",
        "error",
        "low",
        "high",
    ];
    writer.write_record(header).map_err(fail)?;
    for (name, comparison) in rows {
        for point in &comparison.points {
            for (strength, found) in [("J", point.relative), ("S", point.absolute)] {
                let Some(found) = found else { continue };
                let text = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
                let row = [
                    name.to_string(),
                    first.to_string(),
                    comparison.common.to_string(),
                    point.order.map_or(String::new(), |order| order.to_string()),
                    point.ratio.to_string(),
                    strength.to_string(),
                    found.value.to_string(),
                    text(found.error),
                    text(found.interval.map(|i| i.0)),
                    text(found.interval.map(|i| i.1)),
                ];
                writer.write_record(row).map_err(fail)?;
            }
        }
    }
    writer.flush().map_err(|e| fail(e.into()))
}

#[cfg(test)]
mod tests {
    use burn_interaction::profile::OrderDifference;

    use super::*;

    #[test]
    fn a_sure_difference_of_j_is_marked_behind_its_error() {
        let found = |value: f64| Difference {
            value,
            error: Some(0.1),
            interval: Some((value - 0.2, value + 0.2)),
        };
        let point = |order: usize, value: f64| OrderDifference {
            order: Some(order),
            ratio: 0.5,
            relative: Some(found(value)),
            absolute: Some(found(-3.0)),
        };
        let comparison = Comparison {
            points: vec![point(0, 0.5), point(1, 0.1)],
            common: 6,
            unlike: Vec::new(),
        };
        let text = differences("a", "b", &comparison);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].contains("+0.500      0.100  differs "), "{text}");
        assert!(!lines[3].contains("differs"), "{text}");
        // The numbers stand below the names of their columns.
        for line in &lines[1..4] {
            assert_eq!(line.chars().count(), lines[1].chars().count(), "{text}");
        }
    }
}
