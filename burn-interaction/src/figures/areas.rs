use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::players::SegmentMap;

use super::pixels::Pixels;

/// The areas of an image that are players: the patches of a grid of rows and columns, or the segments of a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Areas {
    /// Rows and columns of patches.
    Grid([usize; 2]),
    /// The segment of each pixel.
    Segments(SegmentMap),
}

impl From<[usize; 2]> for Areas {
    fn from(grid: [usize; 2]) -> Self {
        Self::Grid(grid)
    }
}

impl From<SegmentMap> for Areas {
    fn from(map: SegmentMap) -> Self {
        Self::Segments(map)
    }
}

impl Areas {
    /// The number of areas.
    pub fn count(&self) -> usize {
        match self {
            Self::Grid([rows, columns]) => rows.saturating_mul(*columns),
            Self::Segments(map) => map.segments(),
        }
    }

    /// An area in words, rows and columns counted from 1: `patch (2, 1)`, or `segment 7` by the name of the segment.
    pub fn name(&self, player: usize) -> String {
        match self {
            Self::Grid([_, columns]) => {
                let columns = (*columns).max(1);
                format!("patch ({}, {})", player / columns + 1, player % columns + 1)
            }
            Self::Segments(map) => match map.names().get(player) {
                Some(name) => format!("segment {name}"),
                None => format!("segment {player}"),
            },
        }
    }

    /// Several areas in words, such as `16 x 16 patches`.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Grid([rows, columns]) => format!("{rows} x {columns} patches"),
            Self::Segments(map) => format!("{} segments", map.segments()),
        }
    }

    /// The word for one area.
    pub(super) fn unit(&self) -> &'static str {
        match self {
            Self::Grid(_) => "patch",
            Self::Segments(_) => "segment",
        }
    }

    /// Refuses areas of another image.
    pub(super) fn check(&self, pixels: Option<&Pixels>) -> Result<()> {
        let fail = |reason: &str| Err(Error::Figure(reason.into()));
        match (self, pixels.map(Pixels::size)) {
            _ if self.count() == 0 => fail("an image needs patches or segments"),
            (Self::Segments(map), Some(size)) if map.size() != size => {
                fail("segments are those of an image of another size")
            }
            _ => Ok(()),
        }
    }

    /// The corners of a patch in a picture of so many pixels, width first; `None` for segments, which have none.
    pub(super) fn corners(
        &self,
        player: usize,
        (width, height): (u32, u32),
    ) -> Option<[(i32, i32); 2]> {
        let Self::Grid([rows, columns]) = self else {
            return None;
        };
        let at = |place: usize, count: usize, length: u32| {
            (place as f64 * f64::from(length) / count as f64).round() as i32
        };
        let (row, column) = (player / columns, player % columns);
        let corner =
            |row: usize, column: usize| (at(column, *columns, width), at(row, *rows, height));
        Some([corner(row, column), corner(row + 1, column + 1)])
    }

    /// The centre of each area in a picture of so many pixels, width first. That of a segment is its own pixel nearest to the mean of its pixels.
    pub(super) fn centres(&self, (width, height): (u32, u32)) -> Vec<(i32, i32)> {
        match self {
            Self::Grid(_) => (0..self.count())
                .filter_map(|player| self.corners(player, (width, height)))
                .map(|[(x, y), (right, below)]| ((x + right) / 2, (y + below) / 2))
                .collect(),
            Self::Segments(map) => {
                let [rows, columns] = map.size();
                let scaled = |(row, column): (usize, usize)| {
                    let at = |place: usize, count: usize, length: u32| {
                        ((place as f64 + 0.5) * f64::from(length) / count as f64) as i32
                    };
                    (at(column, columns, width), at(row, rows, height))
                };
                middles(map).into_iter().map(scaled).collect()
            }
        }
    }

    /// A picture of segments in so many pixels, width first: the colour of each pixel of the map, and lines of a colour where
    /// two areas of different `outline` meet, drawn so many pixels wide.
    pub(super) fn raster(
        map: &SegmentMap,
        (width, height): (u32, u32),
        colour: impl Fn(usize) -> RGBColor,
        outline: impl Fn(Option<usize>, Option<usize>) -> Option<RGBColor>,
        wide: usize,
    ) -> Result<Pixels> {
        let [rows, columns] = map.size();
        let [width, height] = [width as usize, height as usize];
        let pixel = |x: usize, y: usize| (y * rows / height) * columns + x * columns / width;
        let mut bytes = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            for x in 0..width {
                let own = pixel(x, y);
                let beside = [
                    pixel((x + wide).min(width - 1), y),
                    pixel(x, (y + wide).min(height - 1)),
                    pixel(x.saturating_sub(wide - 1), y),
                    pixel(x, y.saturating_sub(wide - 1)),
                ];
                let segment = |at: usize| map.of_pixels()[at];
                let line = beside
                    .into_iter()
                    .filter(|other| segment(*other) != segment(own))
                    .find_map(|other| outline(segment(own), segment(other)));
                let RGBColor(red, green, blue) = line.unwrap_or_else(|| colour(own));
                bytes.extend([red, green, blue]);
            }
        }
        Pixels::new(bytes, [height, width])
    }
}

/// Row and column of the pixel of each segment that lies nearest to the mean of its pixels.
fn middles(map: &SegmentMap) -> Vec<(usize, usize)> {
    let columns = map.size()[1];
    let placed = || {
        let pixels = map.of_pixels().iter().enumerate();
        pixels.filter_map(|(at, segment)| Some(((at / columns, at % columns), (*segment)?)))
    };
    let mut sums = vec![[0.0; 3]; map.segments()];
    for ((row, column), segment) in placed() {
        let [y, x, count] = &mut sums[segment];
        (*y, *x, *count) = (*y + row as f64, *x + column as f64, *count + 1.0);
    }
    let mut nearest = vec![(f64::INFINITY, (0, 0)); map.segments()];
    for ((row, column), segment) in placed() {
        let [y, x, count] = sums[segment];
        let distance = (row as f64 - y / count).hypot(column as f64 - x / count);
        if distance < nearest[segment].0 {
            nearest[segment] = (distance, (row, column));
        }
    }
    nearest.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring around its middle.
    fn ring() -> SegmentMap {
        let labels = [0, 0, 0, 0, 1, 0, 0, 0, 0];
        SegmentMap::new(&labels, [3, 3]).unwrap()
    }

    #[test]
    fn the_centre_of_a_segment_is_one_of_its_pixels() {
        let centres = Areas::from(ring()).centres((30, 30));
        assert_eq!(centres[1], (15, 15));
        assert_ne!(centres[0], (15, 15));
        assert_eq!(Areas::from([1, 2]).centres((30, 10)), [(7, 5), (22, 5)]);
    }

    #[test]
    fn lines_are_drawn_where_segments_meet() {
        let black = RGBColor(0, 0, 0);
        let picture = |wide| {
            let line = |_, _| Some(RGBColor(255, 0, 0));
            let all = Areas::raster(&ring(), (30, 30), |_| black, line, wide).unwrap();
            let text = serde_json::to_string(&all).unwrap();
            assert_eq!(all.size(), [30, 30]);
            text
        };
        assert_ne!(picture(1), picture(3));
    }

    #[test]
    fn areas_keep_the_form_that_grids_had_in_files() {
        assert_eq!(
            serde_json::to_string(&Areas::from([2, 3])).unwrap(),
            "[2,3]"
        );
        for areas in [Areas::from([2, 3]), Areas::from(ring())] {
            let text = serde_json::to_string(&areas).unwrap();
            assert_eq!(serde_json::from_str::<Areas>(&text).unwrap(), areas);
        }
    }
}
