use burn::config::Config;
use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation::relu};
use burn_interaction::geometry::squared_distances;

use super::grouping::{Groups, farthest_centres, less};
use super::head::{Head, HeadConfig};
use super::parts::in_parts;
use super::pointwise::{SharedMlp, largest};
use super::rows_of;
use crate::family::{PointFamily, PointVariant, point_variant};
use crate::layers::batch_norm;
use crate::weights::Reference;

/// Channels of the weights that are learned from relative coordinates.
const WEIGHTS: usize = 16;

/// One level of a [`PointConv`].
#[derive(Config, Debug)]
pub struct PointConvLevelConfig {
    /// Farthest-point centres and the nearest points around each; `None` for one group of all points.
    pub groups: Option<[usize; 2]>,
    /// Channels of the layers.
    pub widths: [usize; 3],
    /// Bandwidth of the density estimate.
    pub bandwidth: f64,
}

/// Configuration of a [`PointConv`].
#[derive(Config, Debug)]
pub struct PointConvConfig {
    /// Number of classes.
    pub classes: usize,
    /// The three levels.
    pub levels: [PointConvLevelConfig; 3],
    /// Widths of the two hidden layers at the end.
    #[config(default = "[512, 256]")]
    pub hidden: [usize; 2],
}

impl PointConvConfig {
    /// The configuration with the published sizes.
    pub fn published(classes: usize) -> Self {
        Self::new(
            classes,
            [
                level([512, 32], [64, 64, 128], 0.1),
                level([128, 64], [128, 128, 256], 0.2),
                PointConvLevelConfig::new([256, 512, 1024], 0.4),
            ],
        )
    }

    /// Makes the network with random weights.
    pub fn init(&self, device: &Device) -> PointConv {
        let mut from = 0;
        let levels = self.levels.clone().map(|config| {
            let level = Level::new(from, config, device);
            from = level.mlp.outputs();
            level
        });
        PointConv {
            levels: levels.into(),
            head: HeadConfig::new(0.7).init(from, self.hidden, self.classes, device),
        }
    }
}

fn level(groups: [usize; 2], widths: [usize; 3], bandwidth: f64) -> PointConvLevelConfig {
    PointConvLevelConfig::new(widths, bandwidth).with_groups(Some(groups))
}

/// PointConv: convolutions whose weights are a network of relative coordinates, with points weighted by the inverse of
/// their density.
///
/// Reference: DylanWusee/pointconv_pytorch `PointConvDensityClsSsg` as ada-shen/Interpret_quality has it, without normals;
/// keys `sa{1-3}.{mlp_convs,mlp_bns,weightnet,densitynet,linear,bn_linear}`, `fc{1-3}`, `bn{1,2}`. The order of the points
/// matters only in which point is the first, and which of several coincident ones.
///
/// The density net ends in ReLU, as the reference's does: in an untrained network it often is zero everywhere, which makes
/// the output constant. Training overcomes this, as batch statistics centre the input of the ReLU.
#[derive(Module, Debug)]
pub struct PointConv {
    levels: Vec<Level>,
    head: Head,
}

#[derive(Module, Debug)]
struct Level {
    mlp: SharedMlp<4>,
    weightnet: SharedMlp<4>,
    densitynet: SharedMlp<4>,
    linear: Linear,
    bn_linear: BatchNorm,
    #[module(skip)]
    config: PointConvLevelConfig,
}

/// The tensors of a level's groups.
struct Grouped {
    /// Centres, `[batch, groups, 3]`.
    centres: Tensor<3>,
    /// Features after the first map, `[batch * groups * size, channels]`.
    mapped: Tensor<2>,
    /// Coordinates relative to the centre, `[batch * groups * size, 3]`.
    relative: Tensor<2>,
    /// Inverse densities, `[batch * groups * size, 1]`.
    density: Tensor<2>,
    size: usize,
}

impl Level {
    fn new(from: usize, config: PointConvLevelConfig, device: &Device) -> Self {
        let last = config.widths[2];
        Self {
            mlp: SharedMlp::new(from + 3, &config.widths, device),
            weightnet: SharedMlp::new(3, &[8, 8, WEIGHTS], device),
            // The reference has a sigmoid for the last layer that its code never reaches: a ReLU there too.
            densitynet: SharedMlp::new(1, &[16, 8, 1], device),
            linear: LinearConfig::new(WEIGHTS * last, last).init(device),
            bn_linear: BatchNormConfig::new(last).init(device),
            config,
        }
    }

    /// Maps points `[batch, points, 3]` and their features `[batch * points, channels]` to centres and the weighted sums of
    /// their groups, `[batch * groups, channels * 16]`.
    fn weighted(&self, points: Tensor<3>, features: Option<Tensor<2>>) -> (Tensor<3>, Tensor<2>) {
        let Grouped {
            centres,
            mapped,
            relative,
            density,
            size,
        } = self.group(points, features);
        let groups = density.dims()[0] / size;
        let most = largest(density.clone(), size).reshape([groups, 1, 1]);
        let density = (density.reshape([groups, size, 1]) / most).reshape([groups * size, 1]);
        let rows = self.mlp.after_map(mapped) * self.densitynet.forward(density);
        let channels = self.mlp.outputs();
        let rows = rows.reshape([groups, size, channels]).swap_dims(1, 2);
        let weights = self.weightnet.forward(relative);
        let sums = rows.matmul(weights.reshape([groups, size, WEIGHTS]));
        (centres, sums.reshape([groups, channels * WEIGHTS]))
    }

    /// Maps weighted sums to features.
    fn features(&self, sums: Tensor<2>) -> Tensor<2> {
        relu(batch_norm(&self.bn_linear, self.linear.forward(sums)))
    }

    fn group(&self, points: Tensor<3>, features: Option<Tensor<2>>) -> Grouped {
        let [batch, count, _] = points.dims();
        let density = inverse_density(points.clone(), self.config.bandwidth);
        let rows = points.clone().reshape([batch * count, 3]);
        let all = match features {
            None => rows.clone(),
            Some(features) => Tensor::cat(vec![rows.clone(), features], 1),
        };
        let matrix = self.mlp.first().matrix(all.device().is_autodiff());
        let for_centre = matrix.clone().narrow(0, 0, 3);
        let mapped = all.matmul(matrix);
        let (centres, groups, [mapped, rows, density], size) = match self.config.groups {
            None => {
                let centres = points.mean_dim(1);
                (centres, 1, [mapped, rows, density], count)
            }
            Some([groups, size]) => {
                let centres = farthest_centres(points.clone(), groups);
                let near = Groups::nearest(&points, &centres, size);
                let members = [mapped, rows, density].map(|rows| near.gather(rows));
                (centres, groups, members, size)
            }
        };
        let of_centre = centres.clone().reshape([batch * groups, 3]);
        // The first layer is linear: the centre's share is taken off what each point gives.
        let share = of_centre.clone().matmul(for_centre);
        Grouped {
            mapped: less(mapped, share),
            relative: less(rows, of_centre),
            centres,
            density,
            size,
        }
    }

    /// Numbers in the largest tensor of one cloud of so many points.
    fn numbers(&self, points: usize) -> usize {
        let [groups, size] = self.config.groups.unwrap_or([1, points]);
        let members = groups * size * self.mlp.widest();
        let weighted = groups * WEIGHTS * self.mlp.outputs();
        members.max(weighted).max(points * points)
    }
}

/// The inverse of the mean of Gaussians around all points, the point's own included: `[batch, points, 3]` to
/// `[batch * points, 1]`.
fn inverse_density(points: Tensor<3>, bandwidth: f64) -> Tensor<2> {
    let [batch, count, _] = points.dims();
    let squares = squared_distances(points.clone(), points);
    let near = (squares * (-0.5 / (bandwidth * bandwidth))).exp();
    let density = near.mean_dim(2) / (2.5 * bandwidth);
    density.recip().reshape([batch * count, 1])
}

impl PointConv {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - clouds: `[batch, 3, points]`
    /// - output: `[batch, classes]`
    ///
    /// # Panics
    ///
    /// Panics if a level has fewer points than a group of it needs.
    pub fn forward(&self, clouds: Tensor<3>) -> Tensor<2> {
        let mut points = clouds.dims()[2];
        let mut numbers = 0;
        for level in &self.levels {
            numbers = numbers.max(level.numbers(points));
            points = level.config.groups.map_or(1, |[groups, _]| groups);
        }
        // The last map is the largest: it is read once for the whole batch.
        let sums = in_parts(clouds, numbers, |clouds| self.sums(clouds));
        let last = self.levels.last().expect("three levels");
        self.head.forward(last.features(sums))
    }

    /// Computes the weighted sums of the last level.
    fn sums(&self, clouds: Tensor<3>) -> Tensor<2> {
        let (last, levels) = self.levels.split_last().expect("three levels");
        let (mut points, mut features) = (rows_of(clouds), None);
        for level in levels {
            let (centres, sums) = level.weighted(points, features);
            (points, features) = (centres, Some(level.features(sums)));
        }
        last.weighted(points, features).1
    }
}

impl Reference for PointConv {
    fn name(&self) -> String {
        "pointconv".into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        let mut renames = Vec::new();
        for (k, level) in self.levels.iter().enumerate() {
            let (here, there) = (format!("levels.{k}."), format!("sa{}.", k + 1));
            let nets = [
                (&level.mlp, "mlp.", ""),
                (&level.weightnet, "weightnet.", "weightnet."),
                (&level.densitynet, "densitynet.", "densitynet."),
            ];
            for (mlp, field, name) in nets {
                let lists = ["mlp_convs.", "mlp_bns."].map(|list| format!("{there}{name}{list}"));
                renames.extend(mlp.renames(&format!("{here}{field}"), &lists));
            }
            renames.push((here, there));
        }
        renames.extend(Head::renames("fc", 1));
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["head.last."]
    }
}

impl PointFamily for PointConv {
    fn variants() -> Vec<PointVariant<Self>> {
        let of = |name, config: PointConvConfig| {
            let least = config.levels[0].groups.map_or(1, |[_, size]| size);
            point_variant(name, least, move |classes, device| {
                PointConvConfig {
                    classes,
                    ..config.clone()
                }
                .init(device)
            })
        };
        let slim = PointConvConfig::new(
            1,
            [
                level([64, 16], [16, 16, 32], 0.1),
                level([16, 16], [32, 32, 64], 0.2),
                PointConvLevelConfig::new([64, 64, 128], 0.4),
            ],
        );
        vec![
            of("pointconv", PointConvConfig::published(1)),
            of("pointconv-slim", slim.with_hidden([64, 32])),
        ]
    }
}
