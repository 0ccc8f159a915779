use burn::config::Config;
use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation::relu};

use super::head::{Head, HeadConfig};
use super::parts::in_parts;
use super::pointwise::{Pointwise, largest_shifted};
use super::rows_of;
use crate::family::{PointFamily, PointVariant, point_variant};
use crate::layers::batch_norm;
use crate::weights::Reference;

/// Configuration of a [`PointNet`].
#[derive(Config, Debug)]
pub struct PointNetConfig {
    /// Number of classes.
    pub classes: usize,
    /// Channels of the three pointwise layers, in the network and in the T-nets.
    #[config(default = "[64, 128, 1024]")]
    pub widths: [usize; 3],
    /// Widths of the two hidden layers that end the network and the T-nets.
    #[config(default = "[512, 256]")]
    pub hidden: [usize; 2],
    /// Whether there is a second T-net, which turns the features of the first layer.
    #[config(default = true)]
    pub feature_transform: bool,
    /// Whether the network is the paper's plain one: no T-nets, and five pointwise layers, the first width three times.
    #[config(default = false)]
    pub vanilla: bool,
}

/// PointNet: a network on every point alone, and the maximum over all points.
///
/// Reference: fxia22/pointnet.pytorch `PointNetCls` as ada-shen/Interpret_quality has it, with both T-nets; keys
/// `feat.{stn,fstn}`, `feat.{conv,bn}{1-3}`, `fc{1-3}`, `bn{1,2}`. Without T-nets vinits5/learning3d `Classifier` of
/// `PointNet`; keys `feature_model.{conv,bn}{1-5}`, `linear{1-3}`, `bn{1,2}`. Neither the order of the points nor copies of
/// them change the output.
#[derive(Module, Debug)]
pub struct PointNet {
    stn: Option<Transform>,
    convs: Vec<Pointwise<3>>,
    fstn: Option<Transform>,
    head: Head,
}

/// A T-net: a square matrix for each cloud, from all its points.
#[derive(Module, Debug)]
struct Transform {
    convs: Vec<Pointwise<3>>,
    fc1: Linear,
    bn4: BatchNorm,
    fc2: Linear,
    bn5: BatchNorm,
    fc3: Linear,
}

impl PointNetConfig {
    /// Makes the network with random weights.
    pub fn init(&self, device: &Device) -> PointNet {
        let config = match self.vanilla {
            true => HeadConfig::new(0.7),
            false => HeadConfig {
                dropout_before_norm: true,
                ..HeadConfig::new(0.3)
            },
        };
        let transform = |channels| Transform::new(channels, self, device);
        let [first, second, last] = self.widths;
        let turned = self.feature_transform && !self.vanilla;
        PointNet {
            stn: (!self.vanilla).then(|| transform(3)),
            convs: match self.vanilla {
                true => pointwise(3, &[first, first, first, second, last], device),
                false => pointwise(3, &self.widths, device),
            },
            fstn: turned.then(|| transform(first)),
            head: config.init(self.widths[2], self.hidden, self.classes, device),
        }
    }
}

fn pointwise(from: usize, widths: &[usize], device: &Device) -> Vec<Pointwise<3>> {
    let inputs = std::iter::once(&from).chain(widths);
    let layer = |(from, to): (&usize, &usize)| Pointwise::new(*from, *to, true, device);
    inputs.zip(widths).map(layer).collect()
}

impl Transform {
    fn new(channels: usize, config: &PointNetConfig, device: &Device) -> Self {
        let [first, second] = config.hidden;
        Self {
            convs: pointwise(channels, &config.widths, device),
            fc1: LinearConfig::new(config.widths[2], first).init(device),
            bn4: BatchNormConfig::new(first).init(device),
            fc2: LinearConfig::new(first, second).init(device),
            bn5: BatchNormConfig::new(second).init(device),
            fc3: LinearConfig::new(second, channels * channels).init(device),
        }
    }

    /// Turns the points of each cloud by the cloud's own matrix: `[batch, points, channels]` to the same shape.
    fn apply(&self, points: Tensor<3>) -> Tensor<3> {
        let [batch, count, channels] = points.dims();
        let rows = points.clone().reshape([batch * count, channels]);
        let rows = relu(self.convs[1].forward(relu(self.convs[0].forward(rows))));
        let last = &self.convs[2];
        // The maximum of ReLUs is the ReLU of the maximum.
        let x = relu(largest_shifted(last, last.map(rows), count));
        let x = relu(batch_norm(&self.bn4, self.fc1.forward(x)));
        let x = relu(batch_norm(&self.bn5, self.fc2.forward(x)));
        let identity = Tensor::<2>::eye(channels, &x.device()).reshape([1, channels, channels]);
        let matrix = self.fc3.forward(x).reshape([batch, channels, channels]) + identity;
        points.matmul(matrix)
    }
}

impl PointNet {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - clouds: `[batch, 3, points]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, clouds: Tensor<3>) -> Tensor<2> {
        let widest = self.convs.last().map_or(0, Pointwise::outputs);
        let numbers = clouds.dims()[2] * widest;
        in_parts(clouds, numbers, |clouds| self.part(clouds))
    }

    fn part(&self, clouds: Tensor<3>) -> Tensor<2> {
        let [batch, _, count] = clouds.dims();
        let points = match &self.stn {
            Some(stn) => stn.apply(rows_of(clouds)),
            None => rows_of(clouds),
        };
        let mut rows = relu(self.convs[0].forward(points.reshape([batch * count, 3])));
        if let Some(fstn) = &self.fstn {
            let channels = rows.dims()[1];
            let turned = fstn.apply(rows.reshape([batch, count, channels]));
            rows = turned.reshape([batch * count, channels]);
        }
        let last = self.convs.len() - 1;
        for conv in &self.convs[1..last] {
            rows = relu(conv.forward(rows));
        }
        let last = &self.convs[last];
        let features = largest_shifted(last, last.map(rows), count);
        self.head.forward(match self.stn {
            // No ReLU before the maximum.
            Some(_) => features,
            // The maximum of ReLUs is the ReLU of the maximum.
            None => relu(features),
        })
    }
}

impl Reference for PointNet {
    fn name(&self) -> String {
        match self.stn {
            Some(_) => "pointnet".into(),
            None => "pointnet-vanilla".into(),
        }
    }

    fn renames(&self) -> Vec<(String, String)> {
        let convs = |here: &str, there: &str| -> Vec<(String, String)> {
            (0..self.convs.len())
                .flat_map(|k| {
                    let conv = format!("{there}conv{}.", k + 1);
                    [
                        (
                            format!("{here}convs.{k}.bn."),
                            format!("{there}bn{}.", k + 1),
                        ),
                        (format!("{here}convs.{k}."), conv),
                    ]
                })
                .collect()
        };
        if self.stn.is_none() {
            let mut renames = convs("", "feature_model.");
            renames.extend(Head::renames("linear", 1));
            return renames;
        }
        let mut renames = Vec::new();
        for net in ["stn.", "fstn."] {
            renames.extend(convs(net, &format!("feat.{net}")));
            renames.push((net.into(), format!("feat.{net}")));
        }
        renames.extend(convs("", "feat."));
        renames.extend(Head::renames("fc", 1));
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["head.last."]
    }
}

impl PointFamily for PointNet {
    fn variants() -> Vec<PointVariant<Self>> {
        let slim = PointNetConfig::new(1)
            .with_widths([32, 64, 256])
            .with_hidden([128, 64]);
        let of = |name, config: PointNetConfig| {
            point_variant(name, 1, move |classes, device| {
                PointNetConfig {
                    classes,
                    ..config.clone()
                }
                .init(device)
            })
            .copies_change_nothing()
        };
        vec![
            of("pointnet", PointNetConfig::new(1)),
            // What fxia22 trains unless told otherwise.
            of(
                "pointnet-no-feature-transform",
                PointNetConfig::new(1).with_feature_transform(false),
            ),
            of(
                "pointnet-vanilla",
                PointNetConfig::new(1).with_vanilla(true),
            ),
            of("pointnet-slim", slim),
        ]
    }
}
