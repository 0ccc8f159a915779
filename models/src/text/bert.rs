use burn::config::Config;
use burn::module::Module;
use burn::nn::{
    Dropout, DropoutConfig, Embedding, EmbeddingConfig, Initializer, LayerNorm, Linear,
};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor};
use burn_interaction::Sentences;

use super::{BertKind, hide, names};
use crate::layers::{FeedForward, SplitAttention, layer_norm, linear, token};
use crate::weights::{Dialect, Reference, renamed};

/// Configuration of a [`Bert`].
#[derive(Config, Debug, PartialEq)]
pub struct BertConfig {
    /// The network of this shape.
    pub kind: BertKind,
    /// Number of classes.
    pub classes: usize,
    /// Word pieces of the vocabulary.
    #[config(default = 30522)]
    pub vocabulary: usize,
    /// Width of the layers.
    #[config(default = 768)]
    pub width: usize,
    /// Width of the embeddings, which differs from that of the layers in ALBERT only.
    #[config(default = 768)]
    pub embedding: usize,
    /// Number of layers, or in ALBERT of applications of the only one.
    #[config(default = 12)]
    pub depth: usize,
    /// Number of attention heads.
    #[config(default = 12)]
    pub heads: usize,
    /// Width inside the MLP blocks.
    #[config(default = 3072)]
    pub hidden: usize,
    /// The longest sentence, in word pieces.
    #[config(default = 512)]
    pub positions: usize,
    /// Number of segments.
    #[config(default = 2)]
    pub segments: usize,
    /// Share of features dropped in training: after the embeddings, attention and feed forward, and before the classifier. Attention
    /// probabilities are kept, of which transformers drops a tenth by default, and each of these places has the same share.
    #[config(default = 0.1)]
    pub dropout: f64,
    /// Whether the GELU is the approximate one; with `None` it is in ALBERT only.
    pub approximate: Option<bool>,
    /// The epsilon of every layer norm.
    #[config(default = 1e-12)]
    pub epsilon: f64,
}

impl BertConfig {
    /// The configuration of `bert-base-uncased`.
    pub fn bert(classes: usize) -> Self {
        Self::new(BertKind::Bert, classes)
    }

    /// The configuration of `distilbert-base-uncased`.
    pub fn distilbert(classes: usize) -> Self {
        Self::new(BertKind::DistilBert, classes).with_depth(6)
    }

    /// The configuration of `albert-base-v2`, which is trained without dropout.
    pub fn albert(classes: usize) -> Self {
        Self::new(BertKind::Albert, classes)
            .with_vocabulary(30_000)
            .with_embedding(128)
            .with_dropout(0.0)
    }

    /// Whether the GELU is the approximate one.
    pub fn is_approximate(&self) -> bool {
        self.approximate.unwrap_or(self.kind == BertKind::Albert)
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where the heads do not divide the width.
    pub fn init(&self, device: &Device) -> crate::error::Result<Bert> {
        crate::transformer::multiple(names::name(self.kind), "a width", self.width, self.heads)?;
        let table = |entries: usize| {
            EmbeddingConfig::new(entries, self.embedding)
                .with_initializer(Initializer::Normal {
                    mean: 0.0,
                    std: 0.02,
                })
                .init(device)
        };
        let albert = self.kind == BertKind::Albert;
        let layers = if albert { 1 } else { self.depth };
        let layer = |_| Layer::new(self, device);
        Ok(Bert {
            embeddings: Embeddings {
                words: table(self.vocabulary),
                positions: table(self.positions),
                segments: (self.kind != BertKind::DistilBert).then(|| table(self.segments)),
                norm: layer_norm(self.embedding, self.epsilon, device),
            },
            mapping: albert.then(|| linear(self.embedding, self.width, true, device)),
            layers: (0..layers).map(layer).collect(),
            pooler: linear(self.width, self.width, true, device),
            classifier: linear(self.width, self.classes, true, device),
            dropout: DropoutConfig::new(self.dropout).init(),
            kind: self.kind,
            depth: self.depth,
        })
    }
}

/// BERT and the networks of its shape, DistilBERT and ALBERT.
///
/// Reference: Hugging Face transformers `BertForSequenceClassification`, `DistilBertForSequenceClassification` and
/// `AlbertForSequenceClassification`, with their keys. Layer norms come after the residual sums; the first piece, `[CLS]`,
/// goes through the pooler to the classifier.
#[derive(Module, Debug)]
pub struct Bert {
    embeddings: Embeddings,
    mapping: Option<Linear>,
    layers: Vec<Layer>,
    pooler: Linear,
    classifier: Linear,
    dropout: Dropout,
    #[module(skip)]
    kind: BertKind,
    #[module(skip)]
    depth: usize,
}

#[derive(Module, Debug)]
struct Embeddings {
    words: Embedding,
    positions: Embedding,
    segments: Option<Embedding>,
    norm: LayerNorm,
}

impl Embeddings {
    /// The features of all pieces, `[batch, length, width]`; positions count padding too.
    fn forward(&self, sentences: &Sentences) -> Tensor<3> {
        let [_, length] = sentences.dims();
        let positions = Tensor::<1, Int>::arange(0..length as i64, &sentences.pieces.device());
        let mut x = self.words.forward(sentences.pieces.clone());
        if let Some(segments) = &self.segments {
            x = x + segments.forward(sentences.segments.clone());
        }
        x = x + self.positions.forward(positions.unsqueeze());
        self.norm.forward(x)
    }
}

#[derive(Module, Debug)]
struct Layer {
    attention: SplitAttention,
    norm1: LayerNorm,
    mlp: FeedForward,
    norm2: LayerNorm,
    dropout: Dropout,
}

impl Layer {
    fn new(config: &BertConfig, device: &Device) -> Self {
        let mlp = FeedForward::new(config.width, config.hidden, device);
        Self {
            attention: SplitAttention::new(config.width, config.heads, device),
            norm1: layer_norm(config.width, config.epsilon, device),
            mlp: match config.is_approximate() {
                true => mlp.approximate(),
                false => mlp,
            },
            norm2: layer_norm(config.width, config.epsilon, device),
            dropout: DropoutConfig::new(config.dropout).init(),
        }
    }

    fn forward(&self, x: Tensor<3>, bias: Tensor<4>) -> Tensor<3> {
        let added = self.attention.forward(x.clone(), Some(bias));
        let x = self.norm1.forward(x + self.dropout.forward(added));
        let added = self.mlp.forward(x.clone());
        self.norm2.forward(x + self.dropout.forward(added))
    }
}

impl Bert {
    /// Class logits, `[batch, classes]`.
    ///
    /// # Panics
    ///
    /// Panics if a sentence is longer than the network's positions, or a word piece is not in the network's vocabulary.
    pub fn forward(&self, sentences: Sentences) -> Tensor<2> {
        let [_, length] = sentences.dims();
        let [positions, _] = self.embeddings.positions.weight.dims();
        assert!(
            length <= positions,
            "{length} word pieces, of which a sentence has at most {positions}"
        );
        let mut x = self.dropout.forward(self.embeddings.forward(&sentences));
        if let Some(mapping) = &self.mapping {
            x = mapping.forward(x);
        }
        let bias = hide(sentences.visible);
        for layer in self.layers.iter().cycle().take(self.depth) {
            x = layer.forward(x, bias.clone());
        }
        let x = self.pooler.forward(token(x, 0));
        let x = match self.kind {
            BertKind::DistilBert => relu(x),
            _ => x.tanh(),
        };
        self.classifier.forward(self.dropout.forward(x))
    }
}

impl Reference for Bert {
    fn name(&self) -> String {
        names::name(self.kind).into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        names::renames(self.kind, self.layers.len())
    }

    fn head(&self) -> &'static [&'static str] {
        &["pooler.", "classifier."]
    }

    fn bases(&self) -> &'static [&'static str] {
        match self.kind {
            BertKind::Bert => &["bert."],
            BertKind::DistilBert => &["distilbert."],
            BertKind::Albert => &["albert."],
        }
    }

    fn dialects(&self) -> Vec<Dialect> {
        vec![Dialect {
            // Files that were made from TensorFlow's.
            mark: "LayerNorm.gamma",
            renames: renamed(&[
                ("LayerNorm.weight", "LayerNorm.gamma"),
                ("LayerNorm.bias", "LayerNorm.beta"),
            ]),
        }]
    }

    fn unneeded(&self) -> &'static [&'static str] {
        // What the files of pretrained networks hold for other tasks, and an index that old files keep.
        &[
            "cls.",
            "predictions.",
            "sop_classifier.",
            "position_ids",
            "vocab_transform.",
            "vocab_layer_norm.",
            "vocab_projector.",
            "qa_outputs.",
        ]
    }
}
