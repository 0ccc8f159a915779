use std::f64::consts::TAU;

use burn::data::dataset::{Dataset, DatasetError};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::set::POINTS;
use super::{CloudItem, CloudSet, Mesh};
use crate::error::{Error, Result};

const CLASSES: [&str; 7] = [
    "sphere", "box", "cylinder", "cone", "torus", "chair", "table",
];

/// Standard deviation of the noise of each coordinate; solids are about two across.
const NOISE: f64 = 0.02;

/// Quads around a round surface.
const AROUND: usize = 24;

/// Generated solids and surfaces in 7 classes, `count` of them in turn of classes: sphere, box, cylinder, cone, torus, and
/// chairs and tables put together of boxes.
///
/// Each object has proportions of its own, is turned about the vertical axis and tilted a little; points are drawn
/// uniformly by area, with noise. Faces of solids, and boards and legs of furniture, are parts.
pub fn solids(count: usize, seed: u64) -> Solids {
    Solids {
        count,
        seed,
        classes: CLASSES.map(String::from).into(),
    }
}

/// Generated objects, see [`solids`], each made when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solids {
    count: usize,
    seed: u64,
    classes: Vec<String>,
}

impl CloudSet for Solids {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        index % CLASSES.len()
    }

    fn cloud(&self, index: usize, points: usize, draw: Option<u64>) -> Result<CloudItem> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(index as u64);
        let label = self.label(index);
        let solid = Solid::of_class(label, &mut rng);
        let turn = rotation(rng.random_range(0.0..TAU), rng.random_range(-0.15..0.15));
        let parts = solid.parts;
        let mesh = Mesh::new(solid.vertices, solid.triangles)
            .map_err(|(_, reason)| Error::Data(format!("solid {index}: {reason}")))?;
        let mut rng = ChaCha8Rng::seed_from_u64(draw.unwrap_or(self.seed));
        rng.set_stream(index as u64 + (1 << 40));
        let drawn: Vec<_> = (0..points).map(|_| mesh.draw(&mut rng)).collect();
        let place = |point: [f32; 3], rng: &mut ChaCha8Rng| {
            let axis = |row: &[f64; 3]| {
                let turned: f64 = row.iter().zip(point).map(|(r, v)| r * f64::from(v)).sum();
                (turned + NOISE * normal(rng)) as f32
            };
            turn.each_ref().map(axis)
        };
        Ok(CloudItem {
            parts: Some(drawn.iter().map(|(_, triangle)| parts[*triangle]).collect()),
            points: drawn
                .into_iter()
                .map(|(point, _)| place(point, &mut rng))
                .collect(),
            label,
            id: index as u64,
        })
    }
}

impl Dataset<CloudItem> for Solids {
    fn get(&self, index: usize) -> std::result::Result<CloudItem, DatasetError> {
        self.cloud(index, POINTS, None).map_err(DatasetError::new)
    }

    fn len(&self) -> usize {
        self.count
    }
}

/// A standard normal number, by Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (TAU * rng.random::<f64>()).cos()
}

/// The rotation about the vertical axis, and then about the first axis.
fn rotation(about: f64, tilt: f64) -> [[f64; 3]; 3] {
    let ((s, c), (st, ct)) = (about.sin_cos(), tilt.sin_cos());
    [[c, -s, 0.0], [ct * s, ct * c, -st], [st * s, st * c, ct]]
}

/// A surface under construction, with the part of each of its triangles.
#[derive(Default)]
struct Solid {
    vertices: Vec<[f64; 3]>,
    triangles: Vec<[usize; 3]>,
    parts: Vec<usize>,
}

impl Solid {
    fn of_class(class: usize, rng: &mut impl Rng) -> Self {
        let mut solid = Self::default();
        let mut between = |least: f64, most: f64| rng.random_range(least..most);
        match CLASSES[class] {
            "sphere" => {
                let axes = [between(0.8, 1.1), between(0.8, 1.1), between(0.8, 1.1)];
                solid.round(0, |around, up| {
                    let (s, z) = (TAU / 2.0 * up).sin_cos();
                    [
                        axes[0] * s * around.cos(),
                        axes[1] * s * around.sin(),
                        axes[2] * z,
                    ]
                });
            }
            "box" => {
                let half = [between(0.5, 1.0), between(0.5, 1.0), between(0.5, 1.0)];
                solid.cuboid(half.map(|h| -h), half, [0, 1, 2, 3, 4, 5]);
            }
            "cylinder" => {
                let (radius, half) = (between(0.5, 0.9), between(0.6, 1.1));
                solid.round(0, |around, up| {
                    [
                        radius * around.cos(),
                        radius * around.sin(),
                        half * (2.0 * up - 1.0),
                    ]
                });
                solid.disc(1, radius, half);
                solid.disc(2, radius, -half);
            }
            "cone" => {
                let (radius, half) = (between(0.6, 1.0), between(0.7, 1.1));
                solid.round(0, |around, up| {
                    let radius = radius * (1.0 - up);
                    [
                        radius * around.cos(),
                        radius * around.sin(),
                        half * (2.0 * up - 1.0),
                    ]
                });
                solid.disc(1, radius, -half);
            }
            "torus" => {
                let (ring, tube) = (between(0.65, 0.85), between(0.15, 0.35));
                solid.round(0, |around, up| {
                    let (s, c) = (TAU * up).sin_cos();
                    let radius = ring + tube * c;
                    [radius * around.cos(), radius * around.sin(), tube * s]
                });
            }
            "chair" => {
                let (w, d) = (between(0.4, 0.6), between(0.4, 0.6));
                let (seat, back) = (between(-0.2, 0.1), between(0.7, 1.0));
                let thick = between(0.05, 0.12);
                solid.cuboid([-w, -d, seat], [w, d, seat + thick], [0; 6]);
                solid.cuboid([-w, d - thick, seat + thick], [w, d, back], [1; 6]);
                solid.legs([w, d], [-0.9, seat], between(0.04, 0.08), 2);
            }
            _ => {
                let (w, d) = (between(0.6, 1.0), between(0.5, 0.9));
                let (top, thick) = (between(0.1, 0.5), between(0.05, 0.12));
                solid.cuboid([-w, -d, top], [w, d, top + thick], [0; 6]);
                solid.legs([w, d], [-0.7, top], between(0.04, 0.09), 1);
            }
        }
        solid
    }

    fn triangle(&mut self, corners: [usize; 3], part: usize) {
        self.triangles.push(corners);
        self.parts.push(part);
    }

    /// Adds a surface around the vertical axis, whose points `place` gives for an angle and a number from 0 to 1.
    fn round(&mut self, part: usize, place: impl Fn(f64, f64) -> [f64; 3]) {
        const UP: usize = AROUND / 2;
        let first = self.vertices.len();
        for up in 0..=UP {
            for around in 0..AROUND {
                let angle = TAU * around as f64 / AROUND as f64;
                self.vertices.push(place(angle, up as f64 / UP as f64));
            }
        }
        for up in 0..UP {
            for around in 0..AROUND {
                let at = |up: usize, around: usize| first + up * AROUND + around % AROUND;
                let (a, b) = (at(up, around), at(up, around + 1));
                let (c, d) = (at(up + 1, around), at(up + 1, around + 1));
                self.triangle([a, b, d], part);
                self.triangle([a, d, c], part);
            }
        }
    }

    fn disc(&mut self, part: usize, radius: f64, height: f64) {
        let centre = self.vertices.len();
        self.vertices.push([0.0, 0.0, height]);
        for around in 0..AROUND {
            let (s, c) = (TAU * around as f64 / AROUND as f64).sin_cos();
            self.vertices.push([radius * c, radius * s, height]);
            let next = centre + 1 + (around + 1) % AROUND;
            self.triangle([centre, centre + 1 + around, next], part);
        }
    }

    /// Adds a box between two corners, with the part of each of its faces.
    fn cuboid(&mut self, low: [f64; 3], high: [f64; 3], parts: [usize; 6]) {
        let first = self.vertices.len();
        for corner in 0..8 {
            let side = |axis: usize| [low[axis], high[axis]][(corner >> axis) & 1];
            self.vertices.push(std::array::from_fn(side));
        }
        for (face, part) in parts.into_iter().enumerate() {
            let (axis, side) = (face / 2, face % 2);
            let (u, v) = (1 << ((axis + 1) % 3), 1 << ((axis + 2) % 3));
            let at = first + (side << axis);
            self.triangle([at, at + u, at + u + v], part);
            self.triangle([at, at + u + v, at + v], part);
        }
    }

    /// Adds four legs at the corners of a board, each a part, from `first` on.
    fn legs(&mut self, [w, d]: [f64; 2], [from, to]: [f64; 2], half: f64, first: usize) {
        for leg in 0..4 {
            let x = if leg & 1 == 0 { half - w } else { w - half };
            let y = if leg & 2 == 0 { half - d } else { d - half };
            let part = [first + leg; 6];
            self.cuboid([x - half, y - half, from], [x + half, y + half, to], part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solids_repeat_by_seed_and_share_out_the_classes() {
        let set = solids(14, 3);
        assert_eq!((set.len(), set.label(9)), (14, 2));
        let cloud = |set: &Solids, draw| set.cloud(5, 40, draw).unwrap();
        assert_eq!(cloud(&set, None), cloud(&solids(14, 3), None));
        assert_ne!(cloud(&set, None).points, cloud(&set, Some(1)).points);
        assert_ne!(cloud(&set, None).points, cloud(&solids(14, 4), None).points);
    }

    #[test]
    fn surfaces_have_the_areas_of_their_formulas() {
        // Twenty-four flat sides come close to round.
        let area = |class: usize, build: &dyn Fn(&mut Solid)| {
            let mut solid = Solid::default();
            build(&mut solid);
            assert_eq!(solid.parts.len(), solid.triangles.len(), "{class}");
            Mesh::new(solid.vertices, solid.triangles).unwrap().area()
        };
        let cuboid = area(1, &|s| s.cuboid([0.0; 3], [1.0, 2.0, 3.0], [0; 6]));
        assert!((cuboid - 22.0).abs() < 1e-9, "{cuboid}");
        let torus = area(4, &|s| {
            s.round(0, |around, up| {
                let (sin, cos) = (TAU * up).sin_cos();
                let radius = 0.75 + 0.25 * cos;
                [radius * around.cos(), radius * around.sin(), 0.25 * sin]
            })
        });
        let expected = TAU * 0.75 * TAU * 0.25;
        assert!((torus / expected - 1.0).abs() < 0.03, "{torus} {expected}");
    }

    #[test]
    fn furniture_has_parts_that_points_lie_on() {
        let set = solids(700, 1);
        for (class, parts) in [(0, 1), (1, 6), (2, 3), (3, 2), (4, 1), (5, 6), (6, 5)] {
            let cloud = set.cloud(class, 2000, None).unwrap();
            let regions = cloud.regions().unwrap();
            assert_eq!(
                regions.iter().max(),
                Some(&(parts - 1)),
                "{}",
                CLASSES[class]
            );
        }
    }
}
