use std::fmt::{Display, Formatter};
use std::str::FromStr;

use burn::data::dataset::Dataset;

use crate::error::{Error, Result};

/// A cloud: points of one object's surface, and the object's class.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudItem {
    /// The points of the cloud.
    pub points: Vec<[f32; 3]>,
    /// The part that each point belongs to, as the set numbers them, where it has parts.
    pub parts: Option<Vec<usize>>,
    /// The class of the object.
    pub label: usize,
    /// The place of the object in the data set, by which results name it.
    pub id: u64,
}

impl CloudItem {
    /// Moves and scales the cloud into the unit sphere: the mean of the points at the origin, the farthest at distance one.
    pub fn normalized(mut self) -> Self {
        let count = self.points.len().max(1) as f64;
        let mean: [f64; 3] = std::array::from_fn(|axis| {
            let sum: f64 = self.points.iter().map(|p| f64::from(p[axis])).sum();
            sum / count
        });
        // Differences and squares of large coordinates are beyond 32 bits.
        let centred = |point: &[f32; 3]| -> [f64; 3] {
            std::array::from_fn(|axis| f64::from(point[axis]) - mean[axis])
        };
        let square = |point| centred(point).iter().map(|v| v * v).sum::<f64>();
        let radius = self.points.iter().map(square).fold(0.0, f64::max).sqrt();
        let scale = if radius > 0.0 { radius } else { 1.0 };
        for point in &mut self.points {
            *point = centred(point).map(|value| (value / scale) as f32);
        }
        self
    }

    /// The parts that occur in the cloud, numbered 0, 1, .. in their order: regions for
    /// [`RegionMap`](burn_interaction::RegionMap). `None` where the set has no parts.
    pub fn regions(&self) -> Option<Vec<usize>> {
        let parts = self.parts.as_ref()?;
        let mut names = parts.clone();
        names.sort_unstable();
        names.dedup();
        let number = |part: &usize| names.binary_search(part).unwrap_or_default();
        Some(parts.iter().map(number).collect())
    }
}

/// An axis that can point up, spelled `x`, `y` or `z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Up {
    /// The first axis.
    X,
    /// The second axis, as in ShapeNet, in the HDF5 files of ModelNet40 and in its resampled points.
    Y,
    /// The third axis, as in ModelNet's meshes.
    Z,
}

impl Up {
    /// The number of the axis: 0, 1 or 2.
    pub fn axis(self) -> usize {
        self as usize
    }
}

impl FromStr for Up {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "x" => Ok(Self::X),
            "y" => Ok(Self::Y),
            "z" => Ok(Self::Z),
            _ => Err(Error::Data(format!("no axis \"{text}\": give x, y or z"))),
        }
    }
}

impl Display for Up {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(["x", "y", "z"][self.axis()])
    }
}

/// Objects with class labels, as clouds of any number of points: also Burn's [`Dataset`] of [`CloudItem`]s of 1,024 points.
pub trait CloudSet: Dataset<CloudItem> {
    /// The names of the classes.
    fn classes(&self) -> &[String];

    /// The class of an object, without reading it.
    fn label(&self, index: usize) -> usize;

    /// The axis that points up in the set's objects, for pictures: 0, 1 or 2.
    fn up(&self) -> usize {
        2
    }

    /// Notes for a user on how the set was read, such as the number of files that were passed over.
    fn notes(&self) -> &[String] {
        &[]
    }

    /// Takes this number of points of an object, as they are in the object's file. Each draw gives other points. Without a
    /// draw, a list of points gives its first points, as the references take them, and a surface the points of draw 0.
    ///
    /// # Errors
    ///
    /// Fails where the file of the object is missing or holds no object.
    fn cloud(&self, index: usize, points: usize, draw: Option<u64>) -> Result<CloudItem>;
}

/// Points in the clouds of a [`Dataset`].
pub(super) const POINTS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_of_any_size_come_into_the_unit_sphere() {
        let cloud = |large: f32| CloudItem {
            points: vec![[large, 0.0, 1e-3], [-large, 0.0, 1e-3]],
            parts: None,
            label: 0,
            id: 0,
        };
        for large in [f32::MAX, 1.0, 1e-30] {
            let points = cloud(large).normalized().points;
            assert_eq!(points, [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], "{large}");
        }
        assert_eq!(cloud(0.0).normalized().points, [[0.0; 3]; 2]);
    }
}
