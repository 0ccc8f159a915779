use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A surface of triangles, from which points are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    pub(super) vertices: Vec<[f64; 3]>,
    pub(super) triangles: Vec<[usize; 3]>,
    /// Cumulative areas: that of all triangles up to each.
    pub(super) areas: Vec<f64>,
}

impl Mesh {
    /// Makes a surface. The error is the index of the triangle at fault, where one is, and the reason.
    ///
    /// # Errors
    ///
    /// Fails where there are no triangles, a triangle names a vertex that is not there or has a corner that is not finite
    /// in 32 bits, or all have no area.
    pub fn new(
        vertices: Vec<[f64; 3]>,
        triangles: Vec<[usize; 3]>,
    ) -> std::result::Result<Self, (usize, String)> {
        let mut total = 0.0;
        let mut areas = Vec::with_capacity(triangles.len());
        for (index, corners) in triangles.iter().enumerate() {
            let mut points = [[0.0; 3]; 3];
            for (point, corner) in points.iter_mut().zip(corners) {
                let Some(vertex) = vertices.get(*corner) else {
                    let reason = format!("vertex {corner} of {}", vertices.len());
                    return Err((index, reason));
                };
                if vertex.iter().any(|v| !(*v as f32).is_finite()) {
                    return Err((index, format!("vertex {corner} is not finite in 32 bits")));
                }
                *point = *vertex;
            }
            total += area(points);
            areas.push(total);
        }
        if triangles.is_empty() {
            return Err((
                0,
                "no faces: a surface is needed to draw points from".into(),
            ));
        }
        if !(total.is_finite() && total > 0.0) {
            let reason = format!("the faces have an area of {total}: no points can be drawn");
            return Err((0, reason));
        }
        Ok(Self {
            vertices,
            triangles,
            areas,
        })
    }

    /// The vertices of the surface.
    pub fn vertices(&self) -> &[[f64; 3]] {
        &self.vertices
    }

    /// The corners of each triangle, as indices of vertices.
    pub fn triangles(&self) -> &[[usize; 3]] {
        &self.triangles
    }

    /// The area of the surface.
    pub fn area(&self) -> f64 {
        self.areas.last().copied().unwrap_or(0.0)
    }

    /// Points drawn uniformly by area, each with the index of its triangle; the same for the same seed.
    pub fn sample(&self, points: usize, seed: u64) -> Vec<([f32; 3], usize)> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..points).map(|_| self.draw(&mut rng)).collect()
    }

    pub(super) fn draw(&self, rng: &mut impl Rng) -> ([f32; 3], usize) {
        let at = rng.random_range(0.0..self.area());
        let last = self.areas.len() - 1;
        let triangle = self.areas.partition_point(|area| *area <= at).min(last);
        let [a, b, c] = self.triangles[triangle].map(|corner| self.vertices[corner]);
        // Uniform in the triangle: the root makes up for it being narrow at the corner.
        let (across, along): (f64, f64) = (rng.random::<f64>().sqrt(), rng.random());
        let weights = [1.0 - across, across * (1.0 - along), across * along];
        let axis = |k: usize| (weights[0] * a[k] + weights[1] * b[k] + weights[2] * c[k]) as f32;
        (std::array::from_fn(axis), triangle)
    }
}

fn area([a, b, c]: [[f64; 3]; 3]) -> f64 {
    let side = |p: [f64; 3]| [p[0] - a[0], p[1] - a[1], p[2] - a[2]];
    let (u, v) = (side(b), side(c));
    let cross = [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    cross.iter().map(|v| v * v).sum::<f64>().sqrt() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a strip of triangles with areas 1/2, 1, 3/2, .. and one without area.
    fn strip() -> Mesh {
        let mut vertices = Vec::new();
        let mut triangles = Vec::new();
        for k in 0..6 {
            let x = 10.0 * f64::from(k);
            let first = vertices.len();
            let height = f64::from(k) + 1.0;
            vertices.extend([[x, 0.0, 0.0], [x + 1.0, 0.0, 0.0], [x, height, 1.0]]);
            triangles.push([first, first + 1, first + 2]);
            triangles.push([first, first, first + 1]);
        }
        Mesh::new(vertices, triangles).unwrap()
    }

    #[test]
    fn points_are_uniform_by_area() {
        let mesh = strip();
        let drawn = mesh.sample(60_000, 3);
        // Each triangle with area in four parts of equal area: by the middles of its sides.
        let mut counts = vec![[0.0; 4]; mesh.triangles.len()];
        for (point, triangle) in &drawn {
            let [a, b, c] = mesh.triangles[*triangle].map(|corner| mesh.vertices[corner]);
            let along = (f64::from(point[0]) - a[0]) / (b[0] - a[0]);
            let up = f64::from(point[1]) / c[1];
            assert!(along > -1e-4 && up > -1e-4 && along + up < 1.0 + 1e-4);
            let part = match (along > 0.5, up > 0.5, along + up < 0.5) {
                (true, ..) => 0,
                (_, true, _) => 1,
                (_, _, true) => 2,
                _ => 3,
            };
            counts[*triangle][part] += 1.0;
        }
        let mut before = 0.0;
        let (mut statistic, mut cells) = (0.0, 0);
        for (counts, until) in counts.iter().zip(&mesh.areas) {
            let expected = 60_000.0 * (until - before) / mesh.area() / 4.0;
            before = *until;
            if expected == 0.0 {
                assert_eq!(*counts, [0.0; 4], "points on a triangle without area");
                continue;
            }
            statistic += counts
                .iter()
                .map(|n| (n - expected).powi(2) / expected)
                .sum::<f64>();
            cells += 4;
        }
        // 24 cells: chi-squared with 23 degrees of freedom exceeds 49.7 once in a thousand times.
        assert_eq!(cells, 24);
        assert!(statistic < 49.7, "chi-squared {statistic}");
    }

    #[test]
    fn points_repeat_by_seed() {
        let mesh = strip();
        assert_eq!(mesh.sample(50, 1), mesh.sample(50, 1));
        assert_ne!(mesh.sample(50, 1), mesh.sample(50, 2));
    }
}
