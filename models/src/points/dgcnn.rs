use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor, activation::leaky_relu};

use super::grouping::Groups;
use super::head::{Head, HeadConfig};
use super::parts::in_parts;
use super::pointwise::{Pointwise, largest};
use super::rows_of;
use crate::family::{PointFamily, PointVariant, point_variant};
use crate::weights::Reference;

/// Slope of every activation where it is negative.
const SLOPE: f64 = 0.2;

/// Configuration of a [`Dgcnn`].
#[derive(Config, Debug)]
pub struct DgcnnConfig {
    /// Number of classes.
    pub classes: usize,
    /// Neighbours of each point, the point itself among them.
    #[config(default = 20)]
    pub neighbours: usize,
    /// Channels of the four edge convolutions.
    #[config(default = "[64, 64, 128, 256]")]
    pub widths: [usize; 4],
    /// Channels of the layer over the outputs of all edge convolutions.
    #[config(default = 1024)]
    pub embedding: usize,
    /// Widths of the two hidden layers at the end.
    #[config(default = "[512, 256]")]
    pub hidden: [usize; 2],
    /// Whether neighbours are found anew in the features of each layer; otherwise the neighbours in space serve all layers
    /// (GCNN).
    #[config(default = true)]
    pub dynamic: bool,
}

/// DGCNN: convolutions over the edges from each point to its nearest neighbours, in the features of each layer. GCNN takes
/// the neighbours in space instead, and the same weights fit both.
///
/// Reference: antao97/dgcnn.pytorch as ada-shen/Interpret_quality has it (`DGCNN_cls`, `GCNN_cls`); keys `conv{1-5}.{0,1}`,
/// `bn{1-7}`, `linear{1-3}`, where `bn1` to `bn5` are second names of `conv1.1` to `conv5.1`. The order of the points does
/// not change the output.
#[derive(Module, Debug)]
pub struct Dgcnn {
    convs: Vec<Pointwise<4>>,
    conv5: Pointwise<3>,
    head: Head,
    #[module(skip)]
    neighbours: usize,
    #[module(skip)]
    dynamic: bool,
}

impl DgcnnConfig {
    /// Makes the network with random weights.
    pub fn init(&self, device: &Device) -> Dgcnn {
        let mut from = 3;
        let convs = self.widths.map(|to| {
            // On an edge: the neighbour's difference, and the point itself.
            let conv = Pointwise::new(2 * from, to, false, device);
            from = to;
            conv
        });
        let config = HeadConfig {
            slope: SLOPE,
            first_bias: false,
            ..HeadConfig::new(0.5)
        };
        let all = self.widths.iter().sum();
        Dgcnn {
            convs: convs.into(),
            conv5: Pointwise::new(all, self.embedding, false, device),
            head: config.init(2 * self.embedding, self.hidden, self.classes, device),
            neighbours: self.neighbours,
            dynamic: self.dynamic,
        }
    }
}

impl Dgcnn {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - clouds: `[batch, 3, points]`
    /// - output: `[batch, classes]`
    ///
    /// # Panics
    ///
    /// Panics if a cloud has fewer points than neighbours.
    pub fn forward(&self, clouds: Tensor<3>) -> Tensor<2> {
        let count = clouds.dims()[2];
        let numbers = count * count.max(self.conv5.outputs());
        in_parts(clouds, numbers, |clouds| self.part(clouds))
    }

    fn part(&self, clouds: Tensor<3>) -> Tensor<2> {
        let points = rows_of(clouds);
        let [batch, count, _] = points.dims();
        let mut groups = Groups::graph(&points, self.neighbours);
        let mut rows = points.reshape([batch * count, 3]);
        let mut found = Vec::with_capacity(self.convs.len());
        for (index, conv) in self.convs.iter().enumerate() {
            if index > 0 && self.dynamic {
                let channels = rows.dims()[1];
                let features = rows.clone().reshape([batch, count, channels]);
                groups = Groups::graph(&features, self.neighbours);
            }
            rows = edges(conv, rows, &groups);
            found.push(rows.clone());
        }
        let rows = leaky_relu(self.conv5.forward(Tensor::cat(found, 1)), SLOPE);
        let features = rows.dims()[1];
        let rows = rows.reshape([batch, count, features]);
        let most = rows.clone().max_dim(1).squeeze_dim::<2>(1);
        let mean = rows.mean_dim(1).squeeze_dim::<2>(1);
        self.head.forward(Tensor::cat(vec![most, mean], 1))
    }
}

/// The largest of a map of `[neighbour - point, point]` over each point's neighbours: `[points, from]` to `[points, to]`.
///
/// The map is linear, so it is computed once for each point, a share for its part as a neighbour and one for its part as
/// the point, and not once for each edge.
fn edges(conv: &Pointwise<4>, rows: Tensor<2>, groups: &Groups) -> Tensor<2> {
    let training = rows.device().is_autodiff();
    let [count, from] = rows.dims();
    let matrix = conv.matrix(training);
    let as_neighbour = matrix.clone().narrow(0, 0, from);
    let as_point = matrix.narrow(0, from, from) - as_neighbour.clone();
    let own = rows.clone().matmul(as_point);
    let others = rows.matmul(as_neighbour);
    if !training {
        // Norm and activation only grow with their input, the scale being in the matrix.
        return leaky_relu(conv.shift(groups.largest(others) + own), SLOPE);
    }
    let (size, to) = (groups.size(), own.dims()[1]);
    let others = groups.gather(others).reshape([count, size, to]);
    let all = (others + own.reshape([count, 1, to])).reshape([count * size, to]);
    largest(leaky_relu(conv.shift(all), SLOPE), size)
}

impl Reference for Dgcnn {
    fn name(&self) -> String {
        if self.dynamic { "dgcnn" } else { "gcnn" }.into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        let convs = (0..4).map(|k| (format!("convs.{k}."), format!("conv{}.", k + 1)));
        let convs = convs.chain([("conv5.".into(), "conv5.".into())]);
        let parts = convs.flat_map(|(here, there)| {
            [
                (format!("{here}bn."), format!("{there}1.")),
                (here, format!("{there}0.")),
            ]
        });
        parts.chain(Head::renames("linear", 6)).collect()
    }

    fn head(&self) -> &'static [&'static str] {
        &["head.last."]
    }

    fn aliases(&self) -> Vec<(String, String)> {
        let norm = |k| (format!("conv{k}.1."), format!("bn{k}."));
        (1..=5).map(norm).collect()
    }
}

impl PointFamily for Dgcnn {
    fn variants() -> Vec<PointVariant<Self>> {
        let of = |name, dynamic, config: DgcnnConfig| {
            let config = config.with_dynamic(dynamic);
            point_variant(name, config.neighbours, move |classes, device| {
                DgcnnConfig {
                    classes,
                    ..config.clone()
                }
                .init(device)
            })
        };
        let full = DgcnnConfig::new(1);
        let slim = DgcnnConfig::new(1)
            .with_neighbours(10)
            .with_widths([16, 16, 32, 64])
            .with_embedding(256)
            .with_hidden([128, 64]);
        vec![
            of("dgcnn", true, full.clone()),
            of("dgcnn-slim", true, slim.clone()),
            of("gcnn", false, full),
            of("gcnn-slim", false, slim),
        ]
    }
}
