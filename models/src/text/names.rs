//! The key names of Hugging Face's networks.

/// The networks that share BERT's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum BertKind {
    /// BERT itself.
    Bert,
    /// DistilBERT: no segments, and ReLU instead of tanh before the classifier.
    DistilBert,
    /// ALBERT: one layer applied again and again, on narrow embeddings, with the approximate GELU.
    Albert,
}

pub(super) fn name(kind: BertKind) -> &'static str {
    match kind {
        BertKind::Bert => "bert",
        BertKind::DistilBert => "distilbert",
        BertKind::Albert => "albert",
    }
}

/// Names of weights within a layer, here and in BERT, DistilBERT and ALBERT.
const LAYER: [(&str, [&str; 3]); 8] = [
    (
        "attention.query.",
        [
            "attention.self.query.",
            "attention.q_lin.",
            "attention.query.",
        ],
    ),
    (
        "attention.key.",
        ["attention.self.key.", "attention.k_lin.", "attention.key."],
    ),
    (
        "attention.value.",
        [
            "attention.self.value.",
            "attention.v_lin.",
            "attention.value.",
        ],
    ),
    (
        "attention.out.",
        [
            "attention.output.dense.",
            "attention.out_lin.",
            "attention.dense.",
        ],
    ),
    (
        "norm1.",
        [
            "attention.output.LayerNorm.",
            "sa_layer_norm.",
            "attention.LayerNorm.",
        ],
    ),
    ("mlp.fc1.", ["intermediate.dense.", "ffn.lin1.", "ffn."]),
    ("mlp.fc2.", ["output.dense.", "ffn.lin2.", "ffn_output."]),
    (
        "norm2.",
        [
            "output.LayerNorm.",
            "output_layer_norm.",
            "full_layer_layer_norm.",
        ],
    ),
];

pub(super) fn renames(kind: BertKind, layers: usize) -> Vec<(String, String)> {
    let name = name(kind);
    let mut renames = Vec::new();
    for layer in 0..layers {
        let there = match kind {
            BertKind::Bert => format!("bert.encoder.layer.{layer}."),
            BertKind::DistilBert => format!("distilbert.transformer.layer.{layer}."),
            BertKind::Albert => "albert.encoder.albert_layer_groups.0.albert_layers.0.".into(),
        };
        for (here, names) in LAYER {
            let own = names[kind as usize];
            renames.push((format!("layers.{layer}.{here}"), format!("{there}{own}")));
        }
    }
    for (here, there) in [
        ("words.", "word_embeddings."),
        ("positions.", "position_embeddings."),
        ("segments.", "token_type_embeddings."),
        ("norm.", "LayerNorm."),
    ] {
        let here = format!("embeddings.{here}");
        renames.push((here, format!("{name}.embeddings.{there}")));
    }
    renames.push((
        "mapping.".into(),
        format!("{name}.encoder.embedding_hidden_mapping_in."),
    ));
    let pooler = match kind {
        BertKind::Bert => "bert.pooler.dense.",
        BertKind::DistilBert => "pre_classifier.",
        BertKind::Albert => "albert.pooler.",
    };
    renames.push(("pooler.".into(), pooler.into()));
    renames
}
