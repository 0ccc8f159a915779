use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::grouping::{Groups, farthest_centres};
use super::head::{Head, HeadConfig};
use super::parts::in_parts;
use super::pointwise::SharedMlp;
use super::rows_of;
use crate::family::{PointFamily, PointVariant, point_variant};
use crate::weights::Reference;

/// One set abstraction of PointNet++: centres, and the balls around each.
#[derive(Config, Debug)]
pub struct SetAbstractionConfig {
    /// Farthest-point centres.
    pub centres: usize,
    /// Radii of the balls, one a scale.
    pub radii: Vec<f64>,
    /// Points taken from each ball, one a scale.
    pub samples: Vec<usize>,
    /// Channels of the layers, scale by scale.
    pub widths: Vec<Vec<usize>>,
}

/// Configuration of a [`PointNet2`].
#[derive(Config, Debug)]
pub struct PointNet2Config {
    /// Number of classes.
    pub classes: usize,
    /// The two set abstractions.
    pub levels: [SetAbstractionConfig; 2],
    /// Channels of the layers over the last centres.
    #[config(default = "[256, 512, 1024]")]
    pub widths: [usize; 3],
    /// Widths of the two hidden layers at the end.
    #[config(default = "[512, 256]")]
    pub hidden: [usize; 2],
    /// Whether it is the single-scale form, whose weights are named otherwise and whose features come after the
    /// coordinates.
    #[config(default = false)]
    pub single_scale: bool,
}

impl PointNet2Config {
    /// The configuration with multi-scale grouping (MSG): three radii at each level.
    pub fn msg(classes: usize) -> Self {
        let level = |centres, radii: [f64; 3], samples: [usize; 3], widths: [[usize; 3]; 3]| {
            SetAbstractionConfig::new(
                centres,
                radii.into(),
                samples.into(),
                widths.map(Vec::from).into(),
            )
        };
        Self::new(
            classes,
            [
                level(
                    512,
                    [0.1, 0.2, 0.4],
                    [16, 32, 128],
                    [[32, 32, 64], [64, 64, 128], [64, 96, 128]],
                ),
                level(
                    128,
                    [0.2, 0.4, 0.8],
                    [32, 64, 128],
                    [[64, 64, 128], [128, 128, 256], [128, 128, 256]],
                ),
            ],
        )
    }

    /// The configuration with single-scale grouping (SSG).
    pub fn ssg(classes: usize) -> Self {
        Self::new(
            classes,
            [
                single(512, 0.2, 32, [64, 64, 128]),
                single(128, 0.4, 64, [128, 128, 256]),
            ],
        )
        .with_single_scale(true)
    }

    /// Makes the network with random weights.
    ///
    /// # Panics
    ///
    /// Panics if a level's lists differ in length, or a single-scale level has several scales.
    pub fn init(&self, device: &Device) -> PointNet2 {
        let mut from = 0;
        let mut level = |config: &SetAbstractionConfig| {
            assert!(!self.single_scale || config.radii.len() == 1);
            let level = Level::new(from, config, !self.single_scale, device);
            from = level.outputs();
            level
        };
        let [first, second] = &self.levels;
        let (sa1, sa2) = (level(first), level(second));
        PointNet2 {
            sa3: SharedMlp::new(from + 3, &self.widths, device),
            sa1,
            sa2,
            head: HeadConfig::new(0.4).init(self.widths[2], self.hidden, self.classes, device),
            single_scale: self.single_scale,
        }
    }
}

fn single(centres: usize, radius: f64, samples: usize, widths: [usize; 3]) -> SetAbstractionConfig {
    SetAbstractionConfig::new(centres, vec![radius], vec![samples], vec![widths.into()])
}

/// PointNet++: PointNet on balls around farthest points, twice, and then on the features of the last centres.
///
/// Reference: yanx27/Pointnet_Pointnet2_pytorch as ada-shen/Interpret_quality has it, without normals and with point 0 as
/// the first centre; keys `sa{1,2}.{conv,bn}_blocks` (MSG) or `sa{1,2}.mlp_{convs,bns}` (SSG), `sa3.mlp_{convs,bns}`,
/// `fc{1-3}`, `bn{1,2}`. A ball keeps its first points, so the output depends on the order of the points.
#[derive(Module, Debug)]
pub struct PointNet2 {
    sa1: Level,
    sa2: Level,
    sa3: SharedMlp<4>,
    head: Head,
    #[module(skip)]
    single_scale: bool,
}

#[derive(Module, Debug)]
struct Level {
    scales: Vec<SharedMlp<4>>,
    #[module(skip)]
    config: SetAbstractionConfig,
    /// Whether features come before coordinates.
    #[module(skip)]
    features_first: bool,
}

impl Level {
    fn new(
        from: usize,
        config: &SetAbstractionConfig,
        features_first: bool,
        device: &Device,
    ) -> Self {
        let scale = |widths: &Vec<usize>| SharedMlp::new(from + 3, widths, device);
        let count = config.widths.len();
        assert_eq!((config.radii.len(), config.samples.len()), (count, count));
        Self {
            scales: config.widths.iter().map(scale).collect(),
            config: config.clone(),
            features_first,
        }
    }

    fn outputs(&self) -> usize {
        self.scales.iter().map(SharedMlp::outputs).sum()
    }

    /// Numbers in the largest tensor of one cloud.
    fn numbers(&self) -> usize {
        let scales = self.scales.iter().zip(&self.config.samples);
        let scale = |(mlp, samples): (&SharedMlp<4>, &usize)| samples * mlp.widest();
        self.config.centres * scales.map(scale).max().unwrap_or(0)
    }

    /// Maps points `[batch, points, 3]` and their features `[batch * points, channels]` to the centres and the centres'
    /// features.
    fn forward(&self, points: Tensor<3>, features: Option<Tensor<2>>) -> (Tensor<3>, Tensor<2>) {
        let [batch, count, _] = points.dims();
        let groups = self.config.centres;
        let rows = points.clone().reshape([batch * count, 3]);
        let placed = farthest_centres(points.clone(), groups);
        let centres = placed.clone().reshape([batch * groups, 3]);
        let channels = features.as_ref().map_or(0, |features| features.dims()[1]);
        let (all, at) = match features {
            None => (rows, 0),
            Some(features) if self.features_first => {
                (Tensor::cat(vec![features, rows], 1), channels)
            }
            Some(features) => (Tensor::cat(vec![rows, features], 1), 0),
        };
        let scales = self.scales.iter().enumerate();
        let found = scales.map(|(scale, mlp)| {
            let (radius, size) = (self.config.radii[scale], self.config.samples[scale]);
            let balls = Groups::ball(&points, &placed, radius, size);
            // The first layer is linear in coordinates relative to the centre: it maps each point once, not once for
            // each ball it is in, and the centre's share is taken off.
            let matrix = mlp.first().matrix(all.device().is_autodiff());
            let shares = centres.clone().matmul(matrix.clone().narrow(0, at, 3));
            let mapped = balls.gather_less(all.clone().matmul(matrix), shares);
            mlp.after_map_largest(mapped, size)
        });
        let found = Tensor::cat(found.collect(), 1);
        (placed, found)
    }
}

impl PointNet2 {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - clouds: `[batch, 3, points]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, clouds: Tensor<3>) -> Tensor<2> {
        let numbers = self.sa1.numbers().max(self.sa2.numbers());
        in_parts(clouds, numbers, |clouds| self.part(clouds))
    }

    fn part(&self, clouds: Tensor<3>) -> Tensor<2> {
        let (points, features) = self.sa1.forward(rows_of(clouds), None);
        let (points, features) = self.sa2.forward(points, Some(features));
        let [batch, count, _] = points.dims();
        // All that is left is one group, in coordinates of the cloud.
        let rows = Tensor::cat(vec![points.reshape([batch * count, 3]), features], 1);
        self.head.forward(self.sa3.largest(rows, count))
    }
}

impl Reference for PointNet2 {
    fn name(&self) -> String {
        match self.single_scale {
            true => "pointnet2-ssg".into(),
            false => "pointnet2".into(),
        }
    }

    fn renames(&self) -> Vec<(String, String)> {
        let mut renames = Vec::new();
        for level in [&self.sa1, &self.sa2] {
            for (s, mlp) in level.scales.iter().enumerate() {
                renames.extend(mlp.renames(
                    &format!("scales.{s}."),
                    &match self.single_scale {
                        true => ["mlp_convs.".into(), "mlp_bns.".into()],
                        false => [format!("conv_blocks.{s}."), format!("bn_blocks.{s}.")],
                    },
                ));
            }
        }
        let names = ["sa3.mlp_convs.".into(), "sa3.mlp_bns.".into()];
        renames.splice(0..0, self.sa3.renames("sa3.", &names));
        renames.extend(Head::renames("fc", 1));
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["head.last."]
    }
}

impl PointFamily for PointNet2 {
    fn variants() -> Vec<PointVariant<Self>> {
        let of = |name, config: PointNet2Config| {
            point_variant(name, 1, move |classes, device| {
                PointNet2Config {
                    classes,
                    ..config.clone()
                }
                .init(device)
            })
            .copies_change_nothing()
        };
        let slim = PointNet2Config::new(
            1,
            [
                single(64, 0.3, 16, [16, 16, 32]),
                single(16, 0.6, 16, [32, 32, 64]),
            ],
        );
        let slim = slim
            .with_widths([64, 128, 256])
            .with_hidden([128, 64])
            .with_single_scale(true);
        vec![
            of("pointnet2", PointNet2Config::msg(1)),
            of("pointnet2-ssg", PointNet2Config::ssg(1)),
            of("pointnet2-slim", slim),
        ]
    }
}
