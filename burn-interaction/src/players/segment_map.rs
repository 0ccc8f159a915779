use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Which segment each pixel of an image belongs to. Files hold it as runs of equal pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Runs", try_from = "Runs")]
pub struct SegmentMap {
    size: [usize; 2],
    of_pixels: Vec<Option<usize>>,
    names: Vec<String>,
}

impl SegmentMap {
    /// The segments of an image of `size` rows and columns by the label of each pixel, row by row: pixels of one label are one
    /// segment, numbered in the order of their labels and named by them. Pixels with a negative label belong to none.
    ///
    /// # Errors
    ///
    /// Fails where there is no pixel, there is not one label for each, or there are less than two segments.
    pub fn new(labels: &[i64], size: [usize; 2]) -> Result<Self> {
        let pixels = size[0].saturating_mul(size[1]);
        if labels.len() != pixels || pixels == 0 {
            return Err(Error::Mismatch {
                what: format!("labels of an image of {}x{} pixels", size[0], size[1]),
                expected: pixels,
                found: labels.len(),
            });
        }
        let own = labels.iter().filter(|label| **label >= 0);
        let mut numbers: BTreeMap<i64, usize> = own.map(|label| (*label, 0)).collect();
        for (number, (_, own)) in numbers.iter_mut().enumerate() {
            *own = number;
        }
        match numbers.len() {
            players @ 0..2 => Err(Error::TooFewPlayers { players }),
            _ => Ok(Self {
                size,
                of_pixels: labels.iter().map(|l| numbers.get(l).copied()).collect(),
                names: numbers.keys().map(i64::to_string).collect(),
            }),
        }
    }

    /// This map with other names of its segments, in the order of their labels, such as those of the classes of a segmentation mask.
    ///
    /// # Errors
    ///
    /// Fails where there is not one name for each segment.
    pub fn named<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        match names.len() == self.segments() {
            true => Ok(Self { names, ..self }),
            false => Err(Error::Mismatch {
                what: "names of segments".into(),
                expected: self.segments(),
                found: names.len(),
            }),
        }
    }

    /// Rows and columns of the image.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The number of segments.
    pub fn segments(&self) -> usize {
        self.names.len()
    }

    /// The name of each segment: its label, unless it was given another.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The segment of each pixel, row by row; `None` for pixels of no segment.
    pub fn of_pixels(&self) -> &[Option<usize>] {
        &self.of_pixels
    }
}

/// Pixels of a map in a file at most.
const LARGEST: usize = 1 << 28;

/// A map as files hold it: the size, runs of pixels of one segment with their lengths, -1 for no segment, and the names of the
/// segments, which files of earlier versions lack.
#[derive(Serialize, Deserialize)]
struct Runs {
    size: [usize; 2],
    runs: Vec<(i64, usize)>,
    #[serde(default)]
    names: Vec<String>,
}

impl From<SegmentMap> for Runs {
    fn from(map: SegmentMap) -> Self {
        let same = |a: &Option<usize>, b: &Option<usize>| a == b;
        let run = |run: &[Option<usize>]| (run[0].map_or(-1, |segment| segment as i64), run.len());
        Self {
            size: map.size,
            runs: map.of_pixels.chunk_by(same).map(run).collect(),
            names: map.names,
        }
    }
}

impl TryFrom<Runs> for SegmentMap {
    type Error = Error;

    fn try_from(Runs { size, runs, names }: Runs) -> Result<Self> {
        // Lengths are not believed before they are known to fit.
        let pixels = size[0].saturating_mul(size[1]);
        let all = runs
            .iter()
            .fold(0_usize, |all, (_, length)| all.saturating_add(*length));
        if all != pixels || pixels > LARGEST {
            return Err(Error::Mismatch {
                what: format!("pixels in the runs of a map of {}x{}", size[0], size[1]),
                expected: pixels.min(LARGEST),
                found: all,
            });
        }
        let pixel = |(segment, length): &(i64, usize)| std::iter::repeat_n(*segment, *length);
        let labels: Vec<i64> = runs.iter().flat_map(pixel).collect();
        let map = Self::new(&labels, size)?;
        match names.is_empty() {
            true => Ok(map),
            false => map.named(names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_numbered_in_the_order_of_their_labels() {
        let map = SegmentMap::new(&[7, 7, -3, 900, 2, 2], [2, 3]).unwrap();
        let expected = [Some(1), Some(1), None, Some(2), Some(0), Some(0)];
        assert_eq!(
            (map.segments(), map.of_pixels(), map.size()),
            (3, &expected[..], [2, 3])
        );
        assert_eq!(map.names(), ["2", "7", "900"]);
        assert!(map.clone().named(["sky", "road"]).is_err());
        let map = map.named(["sky", "road", "cat"]).unwrap();
        assert_eq!(map.names(), ["sky", "road", "cat"]);
    }

    #[test]
    fn maps_survive_a_file() {
        let map = SegmentMap::new(&[5, 5, 5, -1, 6, 6], [3, 2]).unwrap();
        let text = serde_json::to_string(&map).unwrap();
        let expected = r#"{"size":[3,2],"runs":[[0,3],[-1,1],[1,2]],"names":["5","6"]}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<SegmentMap>(&text).unwrap(), map);
        let earlier = r#"{"size":[3,2],"runs":[[0,3],[-1,1],[1,2]]}"#;
        let earlier: SegmentMap = serde_json::from_str(earlier).unwrap();
        assert_eq!(earlier.of_pixels(), map.of_pixels());
        assert_eq!(earlier.names(), ["0", "1"]);
    }

    #[test]
    fn maps_that_are_none_are_refused() {
        assert!(SegmentMap::new(&[0, 1], [1, 3]).is_err());
        assert!(SegmentMap::new(&[], [0, 3]).is_err());
        assert!(SegmentMap::new(&[4, 4, -1], [1, 3]).is_err());
        for text in [
            r#"{"size":[1,2],"runs":[[0,1],[1,18446744073709551615]]}"#,
            r#"{"size":[4294967296,4294967296],"runs":[[0,1],[1,1]]}"#,
            r#"{"size":[1,2],"runs":[]}"#,
            r#"{"size":[1,2],"runs":[[0,1],[1,1]],"names":["one"]}"#,
            r#"{"size":[1000000,1000000],"runs":[[0,999999999999],[1,1]]}"#,
        ] {
            assert!(serde_json::from_str::<SegmentMap>(text).is_err(), "{text}");
        }
    }
}
