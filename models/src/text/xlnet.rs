use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::{
    Dropout, DropoutConfig, Embedding, EmbeddingConfig, Initializer, LayerNorm, Linear,
};
use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Device, Int, Tensor};
use burn_interaction::Sentences;

use super::HIDDEN;
use crate::layers::{FeedForward, layer_norm, linear, table};
use crate::weights::{Reference, renamed};

/// Configuration of an [`XlNet`]; the defaults are the sizes of `xlnet-base-cased`.
#[derive(Config, Debug, PartialEq)]
pub struct XlNetConfig {
    /// Number of classes.
    pub classes: usize,
    /// Word pieces of the vocabulary.
    #[config(default = 32000)]
    pub vocabulary: usize,
    /// Width of the layers.
    #[config(default = 768)]
    pub width: usize,
    /// Number of layers.
    #[config(default = 12)]
    pub depth: usize,
    /// Number of attention heads.
    #[config(default = 12)]
    pub heads: usize,
    /// Width inside the MLP blocks.
    #[config(default = 3072)]
    pub hidden: usize,
    /// Share of features dropped in training: after the embeddings, attention and feed forward, and before the classifier. The reference
    /// drops attention probabilities, positions and the inside of the feed forward, too.
    #[config(default = 0.1)]
    pub dropout: f64,
    /// The epsilon of every layer norm.
    #[config(default = 1e-12)]
    pub epsilon: f64,
}

impl XlNetConfig {
    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where the heads do not divide the width, or the width is odd.
    pub fn init(&self, device: &Device) -> crate::error::Result<XlNet> {
        crate::transformer::multiple("xlnet", "a width", self.width, self.heads)?;
        crate::transformer::multiple("xlnet", "a width", self.width, 2)?;
        let words = EmbeddingConfig::new(self.vocabulary, self.width);
        let words = words.with_initializer(Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        });
        let layer = |_| Layer {
            rel_attn: RelativeAttention::new(self, device),
            ff: FeedForward::new(self.width, self.hidden, device),
            norm: layer_norm(self.width, self.epsilon, device),
            dropout: DropoutConfig::new(self.dropout).init(),
        };
        Ok(XlNet {
            words: words.init(device),
            mask_emb: table([1, 1, self.width], device),
            layers: (0..self.depth).map(layer).collect(),
            summary: linear(self.width, self.width, true, device),
            logits_proj: linear(self.width, self.classes, true, device),
            dropout: DropoutConfig::new(self.dropout).init(),
        })
    }
}

/// XLNet for classification: attention by relative position and segment.
///
/// Reference: Hugging Face transformers `XLNetForSequenceClassification`, with its keys. Sentences end with `<sep> <cls>`,
/// and the last visible piece goes to the classifier: padding may stand on the left, as the reference has it, or on the
/// right, as only distances between pieces count. Of the two streams only that of the content is needed, so that `mask_emb`
/// is idle.
#[derive(Module, Debug)]
pub struct XlNet {
    words: Embedding,
    mask_emb: Param<Tensor<3>>,
    layers: Vec<Layer>,
    summary: Linear,
    logits_proj: Linear,
    dropout: Dropout,
}

#[derive(Module, Debug)]
struct Layer {
    rel_attn: RelativeAttention,
    ff: FeedForward,
    norm: LayerNorm,
    dropout: Dropout,
}

/// Attention with biases by distance and segment. Projections are kept as the reference keeps them,
/// `[width, heads, head width]`, that of the output too.
#[derive(Module, Debug)]
struct RelativeAttention {
    q: Param<Tensor<3>>,
    k: Param<Tensor<3>>,
    v: Param<Tensor<3>>,
    o: Param<Tensor<3>>,
    r: Param<Tensor<3>>,
    r_r_bias: Param<Tensor<2>>,
    r_s_bias: Param<Tensor<2>>,
    r_w_bias: Param<Tensor<2>>,
    seg_embed: Param<Tensor<3>>,
    layer_norm: LayerNorm,
}

/// Tensors about a batch of sentences that all layers use.
struct Relations {
    /// Sinusoids of the distances `length, .., 1 - length`: `[1, 2 * length, width]`.
    distances: Tensor<3>,
    /// Numbers that are one where two pieces are of different segments: `[batch, 1, length, length]`.
    differ: Tensor<4>,
    /// Bias added to the scores of hidden keys: `[batch, 1, length, length]`.
    bias: Tensor<4>,
}

impl Relations {
    fn of(sentences: &Sentences, width: usize) -> Self {
        let [batch, length] = sentences.dims();
        let device = sentences.pieces.device();
        let segments = sentences.segments.clone();
        let row = segments.clone().reshape([batch, 1, length, 1]);
        let column = segments.reshape([batch, 1, 1, length]);
        let shape = [batch, 1, length, length];
        let differ = row.expand(shape).not_equal(column.expand(shape)).float();
        // Every piece sees itself, padding too.
        let itself = Tensor::<2>::eye(length, &device).reshape([1, 1, length, length]);
        let hidden = sentences.visible.clone().bool_not().float();
        let bias = hidden.reshape([batch, 1, 1, length]) * (itself * -1.0 + 1.0) * HIDDEN;
        Self {
            distances: sinusoids(length, width, &device),
            differ,
            bias,
        }
    }
}

/// Sines and then cosines of each distance, with frequencies `10000^(-2t / width)`.
fn sinusoids(length: usize, width: usize, device: &Device) -> Tensor<3> {
    let distances = Tensor::<1, Int>::arange(1 - length as i64..length as i64 + 1, device)
        .float()
        .flip([0]);
    let frequencies: Vec<f32> = (0..width / 2)
        .map(|t| 10000_f64.powf(-2.0 * t as f64 / width as f64) as f32)
        .collect();
    let frequencies = Tensor::<1>::from_floats(frequencies.as_slice(), device);
    let angles = distances.reshape([2 * length, 1]) * frequencies.reshape([1, width / 2]);
    Tensor::cat(vec![angles.clone().sin(), angles.cos()], 1).unsqueeze()
}

impl RelativeAttention {
    fn new(config: &XlNetConfig, device: &Device) -> Self {
        let (heads, width) = (config.heads, config.width / config.heads);
        let projection = || table([config.width, heads, width], device);
        let bias = || table([heads, width], device);
        Self {
            q: projection(),
            k: projection(),
            v: projection(),
            o: projection(),
            r: projection(),
            r_r_bias: bias(),
            r_s_bias: bias(),
            r_w_bias: bias(),
            seg_embed: table([2, heads, width], device),
            layer_norm: layer_norm(config.width, config.epsilon, device),
        }
    }

    /// Projects tokens to heads: `[batch, tokens, width]` to `[batch, heads, tokens, head width]`.
    fn project(x: Tensor<3>, projection: &Param<Tensor<3>>) -> Tensor<4> {
        let [width, heads, head] = projection.dims();
        let [batch, tokens, _] = x.dims();
        let matrix = projection.val().reshape([1, width, heads * head]);
        x.matmul(matrix)
            .reshape([batch, tokens, heads, head])
            .swap_dims(1, 2)
    }

    fn forward(&self, x: Tensor<3>, relations: &Relations) -> Tensor<3> {
        let [batch, length, width] = x.dims();
        let [_, heads, head] = self.q.dims();
        let [q, k, v] = [&self.q, &self.k, &self.v].map(|p| Self::project(x.clone(), p));
        let r = Self::project(relations.distances.clone(), &self.r);
        let with = |bias: &Param<Tensor<2>>| q.clone() + bias.val().reshape([1, heads, 1, head]);
        let content = with(&self.r_w_bias).matmul(k.transpose());
        let position = shift(with(&self.r_r_bias).matmul(r.transpose()));
        let segment = self.seg_embed.val().permute([1, 2, 0]).unsqueeze();
        let segment = with(&self.r_s_bias).matmul(segment);
        let same = segment.clone().narrow(3, 0, 1);
        let other = segment.narrow(3, 1, 1);
        let segment = same.clone() + relations.differ.clone() * (other - same);
        let scores = (content + position + segment) / (head as f64).sqrt();
        let shares = softmax(scores + relations.bias.clone(), 3);
        let out = shares.matmul(v).swap_dims(1, 2);
        let out = out.reshape([batch, length, heads * head]);
        let matrix = self.o.val().reshape([1, width, heads * head]).transpose();
        out.matmul(matrix)
    }
}

/// Turns scores by distance, `[batch, heads, length, 2 * length]` with column t for distance `length - t`, into scores by
/// key: column `length - i + j` of row i.
fn shift(scores: Tensor<4>) -> Tensor<4> {
    let [batch, heads, length, columns] = scores.dims();
    // Read row by row with one column less, each row begins one place later.
    scores
        .reshape([batch, heads, columns, length])
        .narrow(2, 1, columns - 1)
        .reshape([batch, heads, length, columns - 1])
        .narrow(3, 0, length)
}

/// The place of the last visible piece of each sentence, `[batch, 1]`.
fn last(visible: &Tensor<2, Bool>) -> Tensor<2, Int> {
    let [_, length] = visible.dims();
    let places = Tensor::<1, Int>::arange(0..length as i64, &visible.device());
    (visible.clone().int() * places.unsqueeze()).max_dim(1)
}

impl XlNet {
    /// Class logits, `[batch, classes]`.
    ///
    /// # Panics
    ///
    /// Panics if a word piece is not in the vocabulary.
    pub fn forward(&self, sentences: Sentences) -> Tensor<2> {
        let [batch, _] = sentences.dims();
        let [_, width] = self.words.weight.dims();
        let last = last(&sentences.visible);
        let relations = Relations::of(&sentences, width);
        let mut x = self.dropout.forward(self.words.forward(sentences.pieces));
        for layer in &self.layers {
            let added = layer.rel_attn.forward(x.clone(), &relations);
            let attended = x + layer.dropout.forward(added);
            x = layer.rel_attn.layer_norm.forward(attended);
            let added = layer.ff.forward(x.clone());
            x = layer.norm.forward(x + layer.dropout.forward(added));
        }
        let last = last.reshape([batch, 1, 1]).expand([batch, 1, width]);
        let x = self
            .summary
            .forward(x.gather(1, last).reshape([batch, width]));
        let x = x.tanh();
        self.logits_proj.forward(self.dropout.forward(x))
    }
}

impl Reference for XlNet {
    fn name(&self) -> String {
        "xlnet".into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        let mut renames: Vec<(String, String)> = Vec::new();
        for layer in 0..self.layers.len() {
            let (here, there) = (
                format!("layers.{layer}."),
                format!("transformer.layer.{layer}."),
            );
            for (own, theirs) in [
                ("ff.fc1.", "ff.layer_1."),
                ("ff.fc2.", "ff.layer_2."),
                ("norm.", "ff.layer_norm."),
                ("rel_attn.", "rel_attn."),
            ] {
                renames.push((format!("{here}{own}"), format!("{there}{theirs}")));
            }
        }
        renames.extend(renamed(&[
            ("words.", "transformer.word_embedding."),
            ("mask_emb", "transformer.mask_emb"),
            ("summary.", "sequence_summary.summary."),
        ]));
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["summary.", "logits_proj."]
    }

    fn bases(&self) -> &'static [&'static str] {
        &["transformer."]
    }

    fn unneeded(&self) -> &'static [&'static str] {
        &["lm_loss."]
    }
}
