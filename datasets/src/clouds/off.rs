//! A reader of OFF files, which hold meshes.

use std::path::Path;

use super::Mesh;
use crate::error::{Error, Result};
use crate::folders;

impl Mesh {
    /// Reads an OFF file. Polygons become triangles around their first corner. Lines may have comments after `#`, and
    /// the counts may stand on the first line, with or without a space (`OFF3514 3546 0`).
    ///
    /// # Errors
    ///
    /// Fails where the file is missing, cut, no OFF file, or holds no surface; the message names the line.
    pub fn read_off(path: impl AsRef<Path>) -> Result<Self> {
        read(path.as_ref())
    }
}

/// The lines of a file that hold something, without comments, and their numbers.
struct Lines<'a> {
    path: &'a Path,
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    number: u64,
}

impl<'a> Lines<'a> {
    fn next(&mut self, wanted: &str) -> Result<&'a str> {
        for (index, line) in self.lines.by_ref() {
            self.number = index as u64 + 1;
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                return Ok(line);
            }
        }
        self.number += 1;
        Err(self.fail(format!("the file ends where {wanted} should be")))
    }

    fn fail(&self, reason: impl Into<String>) -> Error {
        Error::line(self.path, self.number, reason)
    }
}

fn read(path: &Path) -> Result<Mesh> {
    let text = folders::text(path, "")?;
    let mut lines = Lines {
        path,
        lines: text.lines().enumerate(),
        number: 0,
    };
    let first = lines.next("OFF")?;
    let Some(rest) = first.strip_prefix("OFF") else {
        return Err(lines.fail("no OFF file: it does not begin with OFF"));
    };
    let counts = match rest.trim() {
        "" => lines.next("the numbers of vertices and faces")?,
        counts => counts,
    };
    let mut counts = counts.split_whitespace().map(str::parse::<usize>);
    let (Some(Ok(vertices)), Some(Ok(faces))) = (counts.next(), counts.next()) else {
        return Err(lines.fail("the numbers of vertices and faces should be here"));
    };
    // A number that the file cannot hold would only take memory: a vertex takes 6 bytes or more, a face 8.
    let most = text.len();
    let mut points = Vec::with_capacity(vertices.min(most / 6));
    for index in 0..vertices {
        let line = lines.next(&format!("vertex {index} of {vertices}"))?;
        let mut values = line.split_whitespace().map(str::parse::<f64>);
        let point: [Option<f64>; 3] = std::array::from_fn(|_| {
            values
                .next()
                .and_then(|v| v.ok())
                .filter(|v| (*v as f32).is_finite())
        });
        let [Some(x), Some(y), Some(z)] = point else {
            let reason =
                format!("vertex {index} should be three finite numbers of 32 bits, not \"{line}\"");
            return Err(lines.fail(reason));
        };
        points.push([x, y, z]);
    }
    let mut triangles = Vec::with_capacity(faces.min(most / 8));
    let mut from_lines = Vec::with_capacity(faces.min(most / 8));
    for index in 0..faces {
        let line = lines.next(&format!("face {index} of {faces}"))?;
        let corners = corners(line).ok_or_else(|| {
            let reason = "should be the number of its corners and as many vertices";
            lines.fail(format!("face {index} {reason}, not \"{line}\""))
        })?;
        if let Some(corner) = corners.iter().find(|corner| **corner >= vertices) {
            let reason = format!("face {index} has vertex {corner}, but there are {vertices}");
            return Err(lines.fail(reason));
        }
        for pair in corners.windows(2).skip(1) {
            triangles.push([corners[0], pair[0], pair[1]]);
            from_lines.push(lines.number);
        }
    }
    Mesh::new(points, triangles).map_err(|(triangle, reason)| {
        let line = from_lines.get(triangle).copied().unwrap_or(lines.number);
        Error::line(path, line, reason)
    })
}

/// The corners of a face, without the colour that may follow them.
fn corners(line: &str) -> Option<Vec<usize>> {
    let mut numbers = line.split_whitespace().map(str::parse::<usize>);
    let count = numbers.next()?.ok()?;
    // Not more than the line can hold.
    let corners: Vec<usize> = numbers
        .take(count)
        .collect::<std::result::Result<_, _>>()
        .ok()?;
    (corners.len() == count && count > 0).then_some(corners)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Mesh> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.off");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    const SQUARE: &str = "0 0 0\n2 0 0\n2 2 0\n0 2 0\n";

    #[test]
    fn every_form_of_header_comment_and_polygon_is_read() {
        for head in [
            "OFF\n4 1 0\n",
            "OFF4 1 0\n",
            "OFF 4 1 0\n",
            "# a square\nOFF # here\n\n# counts\n4 1 0 # edges unknown\n",
            "OFF\r\n4 1\r\n",
            "\u{feff}OFF\n4 1 0\n",
        ] {
            let mesh = parse(&format!("{head}{SQUARE}4 0 1 2 3 255 0 0\n")).unwrap();
            assert_eq!(mesh.triangles(), [[0, 1, 2], [0, 2, 3]], "{head}");
            assert_eq!((mesh.vertices().len(), mesh.area()), (4, 4.0));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            (String::new(), "line 1"),
            ("PLY\n4 1 0\n".into(), "line 1: no OFF file"),
            ("OFF\nmany\n".into(), "line 2: the numbers"),
            (format!("OFF\n4 0 0\n{SQUARE}"), "line 6: no faces"),
            (
                format!("OFF\n4 1 0\n{SQUARE}3 0 1 4\n"),
                "line 7: face 0 has vertex 4",
            ),
            (
                format!("OFF\n4 2 0\n{SQUARE}3 0 1 2\n"),
                "line 8: the file ends",
            ),
            (format!("OFF\n4 1 0\n{SQUARE}3 0 1\n"), "line 7: face 0"),
            (format!("OFF\n4 1 0\n{SQUARE}3 0 -1 2\n"), "line 7: face 0"),
            (
                format!("OFF\n4 2 0\n{SQUARE}3 0 0 1\n3 2 2 2\n"),
                "line 7: the faces have an area of 0",
            ),
            (
                "OFF\n3 1 0\n0 0 0\n1 nan 0\n0 1 0\n3 0 1 2\n".into(),
                "line 4: vertex 1",
            ),
            (
                "OFF\n3 1 0\n0 0 0\n1 inf 0\n0 1 0\n3 0 1 2\n".into(),
                "line 4: vertex 1",
            ),
            (
                "OFF\n3 1 0\n0 0 0\n1 21e38 0\n0 1 0\n3 0 1 2\n".into(),
                "line 4: vertex 1",
            ),
            ("OFF\n3 1 0\n0 0 0\n1 0\n".into(), "line 4: vertex 1"),
            (
                "OFF\n99999999999999 1 0\n0 0 0\n".into(),
                "line 4: the file ends",
            ),
            (
                format!("OFF\n4 1 0\n{SQUARE}18446744073709551615 0 1 2\n"),
                "line 7: face 0",
            ),
        ] {
            let error = parse(&text).unwrap_err().to_string();
            assert!(
                error.contains("a.off, ") && error.contains(expected),
                "{expected}: {error}"
            );
        }
    }
}
