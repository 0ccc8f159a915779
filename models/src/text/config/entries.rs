//! The entries of each network's `config.json`, read and written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::TextSizes;
use crate::text::{BertConfig, BertKind, XlNetConfig};

/// Entries of BERT's and ALBERT's files that have an influence on the logits.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct BertEntries {
    vocab_size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding_size: Option<usize>,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: String,
    hidden_dropout_prob: f64,
    attention_probs_dropout_prob: f64,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
    #[serde(skip_serializing)]
    position_embedding_type: String,
    #[serde(skip_serializing)]
    num_hidden_groups: usize,
    #[serde(skip_serializing)]
    inner_group_num: usize,
}

impl Default for BertEntries {
    fn default() -> Self {
        Self {
            vocab_size: 30522,
            embedding_size: None,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: "gelu".into(),
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            position_embedding_type: "absolute".into(),
            num_hidden_groups: 1,
            inner_group_num: 1,
        }
    }
}

impl BertEntries {
    /// ALBERT's own defaults, which are the sizes of its largest network.
    fn albert() -> Self {
        Self {
            vocab_size: 30000,
            embedding_size: Some(128),
            hidden_size: 4096,
            num_attention_heads: 64,
            intermediate_size: 16384,
            hidden_act: "gelu_new".into(),
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            ..Self::default()
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct DistilBertEntries {
    vocab_size: usize,
    max_position_embeddings: usize,
    n_layers: usize,
    n_heads: usize,
    dim: usize,
    hidden_dim: usize,
    dropout: f64,
    activation: String,
}

impl Default for DistilBertEntries {
    fn default() -> Self {
        Self {
            vocab_size: 30522,
            max_position_embeddings: 512,
            n_layers: 6,
            n_heads: 12,
            dim: 768,
            hidden_dim: 3072,
            dropout: 0.1,
            activation: "gelu".into(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct XlNetEntries {
    vocab_size: usize,
    d_model: usize,
    n_layer: usize,
    n_head: usize,
    d_inner: usize,
    #[serde(skip_deserializing)]
    d_head: usize,
    ff_activation: String,
    attn_type: String,
    bi_data: bool,
    clamp_len: i64,
    same_length: bool,
    dropout: f64,
    layer_norm_eps: f64,
    summary_type: String,
    summary_use_proj: bool,
    summary_activation: String,
}

impl Default for XlNetEntries {
    fn default() -> Self {
        Self {
            vocab_size: 32000,
            d_model: 1024,
            n_layer: 24,
            n_head: 16,
            d_inner: 4096,
            d_head: 64,
            ff_activation: "gelu".into(),
            attn_type: "bi".into(),
            bi_data: false,
            clamp_len: -1,
            same_length: false,
            dropout: 0.1,
            layer_norm_eps: 1e-12,
            summary_type: "last".into(),
            summary_use_proj: true,
            summary_activation: "tanh".into(),
        }
    }
}

/// The reason why a file is not read: an entry has a value that the networks here do not have.
fn refuse<T: std::fmt::Debug>(entry: &str, value: T, known: &str) -> String {
    format!("{entry} is {value:?}: the networks here have {known}")
}

/// Whether a GELU is the approximate one.
fn approximate(entry: &str, name: &str) -> Result<bool, String> {
    match name {
        "gelu" => Ok(false),
        "gelu_new" | "gelu_pytorch_tanh" => Ok(true),
        other => Err(refuse(entry, other, "gelu, gelu_new and gelu_pytorch_tanh")),
    }
}

fn activation(approximate: bool) -> String {
    if approximate { "gelu_new" } else { "gelu" }.into()
}

/// The entries of a file over the defaults of its network.
fn entries<T: Serialize + for<'a> Deserialize<'a>>(
    defaults: T,
    json: &Map<String, Value>,
) -> Result<T, String> {
    let fail = |e: serde_json::Error| e.to_string();
    let Value::Object(mut all) = serde_json::to_value(defaults).map_err(fail)? else {
        return Err("no entries".into());
    };
    // Null stands for a default.
    let given = json.iter().filter(|(_, value)| !value.is_null());
    all.extend(given.map(|(key, value)| (key.clone(), value.clone())));
    serde_json::from_value(Value::Object(all)).map_err(fail)
}

impl TextSizes {
    /// The sizes that the entries of a `config.json` give, under their own names.
    pub(super) fn read(json: &Map<String, Value>, classes: usize) -> Result<Self, String> {
        let kind = match json.get("model_type").and_then(Value::as_str) {
            Some("bert") => BertKind::Bert,
            Some("distilbert") => BertKind::DistilBert,
            Some("albert") => BertKind::Albert,
            Some("xlnet") => return Self::read_xlnet(json, classes),
            other => {
                let known = "bert, distilbert, albert and xlnet";
                return Err(refuse("model_type", other.unwrap_or_default(), known));
            }
        };
        let config = BertConfig::new(kind, classes);
        if kind == BertKind::DistilBert {
            let e = entries(DistilBertEntries::default(), json)?;
            return Ok(Self::Bert(
                config
                    .with_vocabulary(e.vocab_size)
                    .with_width(e.dim)
                    .with_embedding(e.dim)
                    .with_depth(e.n_layers)
                    .with_heads(e.n_heads)
                    .with_hidden(e.hidden_dim)
                    .with_positions(e.max_position_embeddings)
                    .with_dropout(e.dropout)
                    .with_approximate(Some(approximate("activation", &e.activation)?)),
            ));
        }
        let e = entries(
            match kind {
                BertKind::Albert => BertEntries::albert(),
                _ => BertEntries::default(),
            },
            json,
        )?;
        if e.position_embedding_type != "absolute" {
            let given = &e.position_embedding_type;
            return Err(refuse(
                "position_embedding_type",
                given,
                "absolute positions",
            ));
        }
        if kind == BertKind::Albert && (e.num_hidden_groups, e.inner_group_num) != (1, 1) {
            let groups = (e.num_hidden_groups, e.inner_group_num);
            let entry = "num_hidden_groups, inner_group_num";
            return Err(refuse(entry, groups, "one layer for all"));
        }
        Ok(Self::Bert(
            config
                .with_vocabulary(e.vocab_size)
                .with_width(e.hidden_size)
                .with_embedding(match kind {
                    BertKind::Albert => e.embedding_size.unwrap_or(128),
                    _ => e.hidden_size,
                })
                .with_depth(e.num_hidden_layers)
                .with_heads(e.num_attention_heads)
                .with_hidden(e.intermediate_size)
                .with_positions(e.max_position_embeddings)
                .with_segments(e.type_vocab_size)
                .with_dropout(e.hidden_dropout_prob)
                .with_epsilon(e.layer_norm_eps)
                .with_approximate(Some(approximate("hidden_act", &e.hidden_act)?)),
        ))
    }

    fn read_xlnet(json: &Map<String, Value>, classes: usize) -> Result<Self, String> {
        let e = entries(XlNetEntries::default(), json)?;
        let summary = (
            e.summary_type.as_str(),
            e.summary_use_proj,
            e.summary_activation.as_str(),
        );
        if summary != ("last", true, "tanh") {
            return Err(refuse(
                "summary",
                summary,
                "the last piece, a projection and tanh",
            ));
        }
        if e.attn_type != "bi" || e.bi_data || e.same_length || e.clamp_len > 0 {
            let attention = (e.attn_type, e.bi_data, e.same_length, e.clamp_len);
            let entry = "attn_type, bi_data, same_length, clamp_len";
            return Err(refuse(entry, attention, "bi, false, false, -1"));
        }
        if approximate("ff_activation", &e.ff_activation)? {
            return Err(refuse("ff_activation", e.ff_activation, "gelu"));
        }
        Ok(Self::XlNet(
            XlNetConfig::new(classes)
                .with_vocabulary(e.vocab_size)
                .with_width(e.d_model)
                .with_depth(e.n_layer)
                .with_heads(e.n_head)
                .with_hidden(e.d_inner)
                .with_dropout(e.dropout)
                .with_epsilon(e.layer_norm_eps),
        ))
    }

    /// Writes these sizes as the entries of a `config.json`.
    pub(super) fn write(&self) -> Value {
        match self {
            Self::Bert(c) if c.kind == BertKind::DistilBert => json!(DistilBertEntries {
                vocab_size: c.vocabulary,
                max_position_embeddings: c.positions,
                n_layers: c.depth,
                n_heads: c.heads,
                dim: c.width,
                hidden_dim: c.hidden,
                dropout: c.dropout,
                activation: activation(c.is_approximate()),
            }),
            Self::Bert(c) => json!(BertEntries {
                vocab_size: c.vocabulary,
                embedding_size: (c.kind == BertKind::Albert).then_some(c.embedding),
                hidden_size: c.width,
                num_hidden_layers: c.depth,
                num_attention_heads: c.heads,
                intermediate_size: c.hidden,
                hidden_act: activation(c.is_approximate()),
                hidden_dropout_prob: c.dropout,
                attention_probs_dropout_prob: c.dropout,
                max_position_embeddings: c.positions,
                type_vocab_size: c.segments,
                layer_norm_eps: c.epsilon,
                ..BertEntries::default()
            }),
            Self::XlNet(c) => json!(XlNetEntries {
                vocab_size: c.vocabulary,
                d_model: c.width,
                n_layer: c.depth,
                n_head: c.heads,
                d_inner: c.hidden,
                d_head: c.width / c.heads,
                dropout: c.dropout,
                layer_norm_eps: c.epsilon,
                ..XlNetEntries::default()
            }),
        }
    }

    /// `model_type`, and the name of the network for classification.
    pub(super) fn names(&self) -> [&'static str; 2] {
        match self {
            Self::Bert(config) => match config.kind {
                BertKind::Bert => ["bert", "BertForSequenceClassification"],
                BertKind::DistilBert => ["distilbert", "DistilBertForSequenceClassification"],
                BertKind::Albert => ["albert", "AlbertForSequenceClassification"],
            },
            Self::XlNet(_) => ["xlnet", "XLNetForSequenceClassification"],
        }
    }
}
