//! Text files of points, with one point a line.

use std::path::Path;

use crate::error::{Error, Result};
use crate::folders;

/// A list of points, with the part of each where the file gives parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PointList {
    pub points: Vec<[f32; 3]>,
    pub parts: Option<Vec<usize>>,
}

/// Reads lines of `columns` or more numbers between `separator`s; the first three are a point, the number at `part` its
/// part.
pub(super) fn read_points(
    path: &Path,
    separator: char,
    columns: usize,
    part: Option<usize>,
) -> Result<PointList> {
    let text = folders::text(path, "")?;
    let mut points = Vec::new();
    let mut parts = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let fail = |reason: String| Error::line(path, index as u64 + 1, reason);
        let values = line
            .split(separator)
            .map(str::trim)
            .filter(|v| !v.is_empty());
        let numbers: Vec<Option<f32>> = values.map(|v| v.parse().ok()).collect();
        let finite = |v: &Option<f32>| v.is_some_and(f32::is_finite);
        if numbers.len() < columns || !numbers[..columns].iter().all(finite) {
            return Err(fail(format!(
                "{columns} finite numbers should be here, not \"{line}\""
            )));
        }
        points.push(std::array::from_fn(|axis| {
            numbers[axis].unwrap_or_default()
        }));
        if let Some(part) = part {
            let value = numbers[part].unwrap_or_default();
            if value < 0.0 || value.fract() != 0.0 {
                return Err(fail(format!("{value} is no number of a part")));
            }
            parts.push(value as usize);
        }
    }
    match points.is_empty() {
        true => Err(Error::line(path, 1, "no points in it")),
        false => Ok(PointList {
            points,
            parts: part.map(|_| parts),
        }),
    }
}

/// Reads whole numbers, one a line.
pub(super) fn read_parts(path: &Path) -> Result<Vec<usize>> {
    let text = folders::text(path, "")?;
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let number = line.trim().parse();
            let reason = || format!("the number of a part should be here, not \"{line}\"");
            number.map_err(|_| Error::line(path, index as u64 + 1, reason()))
        })
        .collect()
}
