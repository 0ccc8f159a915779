//! Forwards of the networks for point clouds, and the share of them that finds and gathers groups of points.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::Classifier;
use burn_interaction::geometry::farthest_points;
use burn_interaction_models::points::Groups;
use burn_interaction_models::registry::point_network;

use crate::error::Result;

use super::in_turn;

/// Clouds in a batch; each has `POINTS` points.
const BATCH: usize = 8;
const POINTS: usize = 1024;

/// One step on a cloud's points besides arithmetic on their features, in the sizes of a network.
enum Step {
    /// Farthest points: the number of points, and of those chosen.
    Farthest(usize, usize),
    /// Balls: points, centres, radius, points in a ball, and channels of the gathered rows.
    Balls(usize, usize, f64, usize, usize),
    /// Nearest neighbours: points and their channels, centres, neighbours of each centre, and channels of the gathered
    /// rows.
    Nearest([usize; 2], usize, usize, usize),
    /// The neighbour graph, with only the largest of each point's gathered rows: points and their channels, neighbours of
    /// each point, and channels of the rows.
    NearestLargest([usize; 2], usize, usize),
}

fn steps(network: &str) -> Vec<Step> {
    use Step::*;
    let edges = |channels, to| NearestLargest([POINTS, channels], 20, to);
    match network {
        "pointnet2" => {
            let mut steps = vec![Farthest(POINTS, 512), Farthest(512, 128)];
            for (radius, size, to) in [(0.1, 16, 32), (0.2, 32, 64), (0.4, 128, 64)] {
                steps.push(Balls(POINTS, 512, radius, size, to));
            }
            for (radius, size, to) in [(0.2, 32, 64), (0.4, 64, 128), (0.8, 128, 128)] {
                steps.push(Balls(512, 128, radius, size, to));
            }
            steps
        }
        "pointnet2-ssg" => vec![
            Farthest(POINTS, 512),
            Balls(POINTS, 512, 0.2, 32, 64),
            Farthest(512, 128),
            Balls(512, 128, 0.4, 64, 128),
        ],
        "dgcnn" => vec![edges(3, 64), edges(64, 64), edges(64, 128), edges(128, 256)],
        "gcnn" => vec![edges(3, 64)],
        "pointconv" => vec![
            Farthest(POINTS, 512),
            Nearest([POINTS, 3], 512, 32, 64 + 3 + 1),
            Farthest(512, 128),
            Nearest([512, 3], 128, 64, 128 + 3 + 1),
        ],
        _ => Vec::new(),
    }
}

impl Step {
    /// Makes the tensors of the step beforehand, and returns the step alone, for timing.
    fn prepare(&self, device: &Device) -> Box<dyn Fn() + '_> {
        let rows = |points: usize, channels: usize| {
            let ball = Distribution::Uniform(-0.6, 0.6);
            Tensor::<3>::random([BATCH, points, channels], ball, device)
        };
        let flat = |points: usize, channels: usize| {
            rows(points, channels).reshape([BATCH * points, channels])
        };
        let gathered = |groups: Groups, rows: &Tensor<2>| {
            let _ = groups.gather(rows.clone()).into_data();
        };
        match *self {
            Self::Farthest(from, count) => {
                let clouds = rows(from, 3).swap_dims(1, 2);
                Box::new(move || {
                    let _ = farthest_points(clouds.clone(), count).into_data();
                })
            }
            Self::Balls(from, around, radius, size, to) => {
                let (points, features) = (rows(from, 3), flat(from, to));
                let centres = points.clone().narrow(1, 0, around);
                Box::new(move || {
                    gathered(Groups::ball(&points, &centres, radius, size), &features);
                })
            }
            Self::Nearest([from, channels], around, size, to) => {
                let (points, features) = (rows(from, channels), flat(from, to));
                let centres = points.clone().narrow(1, 0, around);
                Box::new(move || {
                    gathered(Groups::nearest(&points, &centres, size), &features);
                })
            }
            Self::NearestLargest([from, channels], size, to) => {
                let (points, features) = (rows(from, channels), flat(from, to));
                Box::new(move || {
                    let groups = Groups::graph(&points, size);
                    let _ = groups.largest(features.clone()).into_data();
                })
            }
        }
    }
}

/// Prints clouds a second of each network, and the share of its time that groups take.
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!(
        "forwards of {BATCH} clouds of {POINTS} points, and the share of finding and gathering groups"
    );
    for name in [
        "pointnet",
        "pointnet2",
        "pointnet2-ssg",
        "dgcnn",
        "gcnn",
        "pointconv",
    ] {
        let net = point_network(name, POINTS, 10, device)?.valid();
        let ball = Distribution::Uniform(-0.6, 0.6);
        let clouds = Tensor::<3>::random([BATCH, 3, POINTS], ball, device);
        let steps = steps(name);
        let steps: Vec<_> = steps.iter().map(|step| step.prepare(device)).collect();
        let forward = || {
            let _ = net.logits(clouds.clone()).into_data();
        };
        let grouping = || steps.iter().for_each(|step| step());
        let [forward, grouping] = in_turn(repeats, forward, grouping);
        println!(
            "  {name:14} {:8.1} clouds/s, groups {:4.1} %",
            BATCH as f64 / forward.as_secs_f64(),
            100.0 * grouping.as_secs_f64() / forward.as_secs_f64()
        );
    }
    println!();
    Ok(())
}
