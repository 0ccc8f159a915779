use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Images;

const SIDE: usize = 16;
const CLASSES: [&str; 4] = ["across", "down", "falling", "rising"];

/// The chance that a local cue tells the truth; otherwise it points to a class at random.
const LOCAL: f64 = 0.6;
const GLOBAL: f64 = 0.85;

/// Strokes of 3x3 pixels, one a class: the local cue.
const STROKES: [[u8; 9]; 4] = [
    [0, 0, 0, 1, 1, 1, 0, 0, 0],
    [0, 1, 0, 0, 1, 0, 0, 1, 0],
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0, 0, 1, 0, 1, 0, 1, 0, 0],
];

/// Generated colour images of 16x16 pixels in 4 classes, `count` of them in turn of classes.
///
/// The class is a direction and shows twice. Locally: four small strokes lie about, each of the class's direction more
/// often than not. Globally: two blobs lie far apart along it, both bright or both dark, which no small part of the image
/// tells. Places, colours and noise mean nothing.
pub fn scenes(count: usize, seed: u64) -> Images {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut pixels, mut labels) = (
        Vec::with_capacity(count * 3 * SIDE * SIDE),
        Vec::with_capacity(count),
    );
    for index in 0..count {
        let class = index % CLASSES.len();
        pixels.extend(scene(class, &mut rng));
        labels.push(class as u8);
    }
    Images {
        size: [3, SIDE, SIDE],
        classes: CLASSES.map(String::from).into(),
        pixels,
        labels,
        notes: Vec::new(),
        numbers: None,
    }
}

fn scene(class: usize, rng: &mut impl Rng) -> Vec<u8> {
    let mut light = vec![0.5_f32; SIDE * SIDE];
    let global = told(class, GLOBAL, rng);
    let (dx, dy) = [(1.0, 0.0), (0.0, 1.0), (0.7, 0.7), (0.7, -0.7)][global];
    let centre = (SIDE as f32 - 1.0) / 2.0;
    let (x, y) = (
        centre + rng.random_range(-2.5..2.5),
        centre + rng.random_range(-2.5..2.5),
    );
    let apart = rng.random_range(4.0..5.0);
    let sign = if rng.random() { 1.0 } else { -1.0 };
    blob(&mut light, x - apart * dx, y - apart * dy, 0.35 * sign);
    blob(&mut light, x + apart * dx, y + apart * dy, 0.35 * sign);
    for _ in 0..4 {
        let stroke = STROKES[told(class, LOCAL, rng)];
        let (left, top) = (rng.random_range(0..SIDE - 2), rng.random_range(0..SIDE - 2));
        let sign = if rng.random() { 0.3 } else { -0.3 };
        for (k, on) in stroke.iter().enumerate() {
            light[(top + k / 3) * SIDE + left + k % 3] += sign * f32::from(*on);
        }
    }
    let tint: [f32; 3] = std::array::from_fn(|_| rng.random_range(0.8..1.2));
    let mut pixel = |light: f32, tint: f32| {
        let noise: f32 = rng.random_range(-0.06..0.06);
        ((light * tint + noise).clamp(0.0, 1.0) * 255.0).round() as u8
    };
    tint.iter()
        .flat_map(|tint| light.iter().map(|l| pixel(*l, *tint)).collect::<Vec<_>>())
        .collect()
}

fn told(class: usize, reliability: f64, rng: &mut impl Rng) -> usize {
    match rng.random_bool(reliability) {
        true => class,
        false => rng.random_range(0..CLASSES.len()),
    }
}

fn blob(light: &mut [f32], x: f32, y: f32, height: f32) {
    for (index, value) in light.iter_mut().enumerate() {
        let (dx, dy) = ((index % SIDE) as f32 - x, (index / SIDE) as f32 - y);
        *value += height * (-(dx * dx + dy * dy) / 9.0).exp();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::data::dataset::Dataset;

    #[test]
    fn scenes_repeat_by_seed_and_share_out_the_classes() {
        let images = scenes(40, 1);
        assert_eq!(images, scenes(40, 1));
        assert_ne!(images, scenes(40, 2));
        assert_eq!((0..40).filter(|k| images.label(*k) == 2).count(), 10);
        assert_eq!(images.len(), 40);
    }
}
