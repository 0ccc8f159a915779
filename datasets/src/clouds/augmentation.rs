use rand::{Rng, RngExt};

use super::CloudItem;

/// How training clouds are varied, as their authors do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloudAugmentation {
    /// Range of the factor that a cloud is scaled by.
    pub scale: [f32; 2],
    /// Whether each axis has a factor of its own.
    pub each_axis: bool,
    /// Most that a cloud is moved along each axis.
    pub shift: f32,
    /// Largest share of points that are dropped; copies of the first point take their place.
    pub dropout: f32,
}

impl CloudAugmentation {
    /// The augmentation that PointNet++ is trained with: scaled by 0.8 to 1.25, moved by up to 0.1, up to 7/8 of the points
    /// dropped.
    pub fn pointnet2() -> Self {
        Self {
            scale: [0.8, 1.25],
            each_axis: false,
            shift: 0.1,
            dropout: 0.875,
        }
    }

    /// The augmentation that DGCNN is trained with: each axis scaled by 2/3 to 3/2, moved by up to 0.2.
    pub fn dgcnn() -> Self {
        Self {
            scale: [2.0 / 3.0, 1.5],
            each_axis: true,
            shift: 0.2,
            dropout: 0.0,
        }
    }

    pub(super) fn apply(&self, mut item: CloudItem, rng: &mut impl Rng) -> CloudItem {
        let [least, most] = self.scale;
        let mut scale = [rng.random_range(least..=most); 3];
        if self.each_axis {
            scale = [(); 3].map(|()| rng.random_range(least..=most));
        }
        let shift = [(); 3].map(|()| rng.random_range(-self.shift..=self.shift));
        let dropped = rng.random_range(0.0..=self.dropout);
        let first = item.points.first().copied();
        for (index, point) in item.points.iter_mut().enumerate() {
            if index > 0 && rng.random::<f32>() < dropped {
                *point = first.unwrap_or(*point);
                if let Some(parts) = &mut item.parts {
                    parts[index] = parts[0];
                }
            }
        }
        for point in &mut item.points {
            for axis in 0..3 {
                point[axis] = point[axis] * scale[axis] + shift[axis];
            }
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn clouds_are_scaled_moved_and_thinned_within_bounds() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let item = CloudItem {
            points: (0..200).map(|k| [1.0, 0.5, k as f32 / 200.0]).collect(),
            parts: Some((0..200).collect()),
            label: 1,
            id: 0,
        };
        let recipe = CloudAugmentation::pointnet2();
        let whole = CloudAugmentation {
            dropout: 0.0,
            ..recipe
        };
        let mut shares = Vec::new();
        for _ in 0..40 {
            let points = whole.apply(item.clone(), &mut rng).points;
            let scale = (points[199][2] - points[0][2]) / (199.0 / 200.0);
            assert!((0.799..1.251).contains(&scale), "{scale}");
            assert!((points[0][0] - scale).abs() < 0.101 && points[9][1] == points[0][1]);
            let parts = recipe.apply(item.clone(), &mut rng).parts.unwrap();
            shares.push(parts[1..].iter().filter(|part| **part == 0).count());
        }
        assert!(*shares.iter().min().unwrap() < 30 && *shares.iter().max().unwrap() > 120);
        let varied = CloudAugmentation::dgcnn().apply(item.clone(), &mut rng);
        let mut coordinates: Vec<f32> = varied.points.iter().map(|point| point[2]).collect();
        coordinates.dedup();
        assert_eq!(coordinates.len(), 200, "no point is dropped");
    }
}
