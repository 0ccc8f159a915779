//! Every entry of the four families' files: those that are honoured, those that have no influence on logits, and those that
//! are refused where they differ from what the networks here do.

use serde_json::{Map, Value, json};

/// Entries that a family's network is made by; `entries.rs` reads them.
const HONOURED: [(&str, &[&str]); 4] = [
    ("bert", BERT),
    ("distilbert", DISTILBERT),
    ("albert", ALBERT),
    ("xlnet", XLNET),
];
const BERT: &[&str] = &[
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "hidden_act",
    "hidden_dropout_prob",
    "max_position_embeddings",
    "type_vocab_size",
    "layer_norm_eps",
    "position_embedding_type",
];
const ALBERT: &[&str] = &[
    "vocab_size",
    "embedding_size",
    "hidden_size",
    "num_hidden_layers",
    "num_hidden_groups",
    "num_attention_heads",
    "intermediate_size",
    "inner_group_num",
    "hidden_act",
    "hidden_dropout_prob",
    "max_position_embeddings",
    "type_vocab_size",
    "layer_norm_eps",
    "position_embedding_type",
];
const DISTILBERT: &[&str] = &[
    "vocab_size",
    "max_position_embeddings",
    "n_layers",
    "n_heads",
    "dim",
    "hidden_dim",
    "dropout",
    "activation",
];
const XLNET: &[&str] = &[
    "vocab_size",
    "d_model",
    "n_layer",
    "n_head",
    "d_inner",
    "d_head",
    "ff_activation",
    "attn_type",
    "bi_data",
    "clamp_len",
    "same_length",
    "dropout",
    "layer_norm_eps",
    "summary_type",
    "summary_use_proj",
    "summary_activation",
];

/// Other names of entries, as `attribute_map` of transformers has them: family, name in the file, entry.
const ALIASES: [(&str, &str, &str); 7] = [
    ("distilbert", "hidden_size", "dim"),
    ("distilbert", "num_attention_heads", "n_heads"),
    ("distilbert", "num_hidden_layers", "n_layers"),
    ("xlnet", "n_token", "vocab_size"),
    ("xlnet", "hidden_size", "d_model"),
    ("xlnet", "num_attention_heads", "n_head"),
    ("xlnet", "num_hidden_layers", "n_layer"),
];

/// Entries that say what a file is, and are read elsewhere.
const ABOUT: &[&str] = &[
    "model_type",
    "architectures",
    "id2label",
    "label2id",
    "num_labels",
];

/// Entries that change training, generation, memory, speed or the form of an output, and no logits at inference. Weights
/// are computed with in 32 bits, whatever type they were saved in.
const IDLE: &[&str] = &[
    // Starting weights and dropout.
    "initializer_range",
    "initializer_factor",
    "init",
    "init_range",
    "init_std",
    "attention_probs_dropout_prob",
    "attention_dropout",
    "classifier_dropout",
    "classifier_dropout_prob",
    "seq_classif_dropout",
    "qa_dropout",
    "summary_last_dropout",
    "sinusoidal_pos_embds",
    // Numbers of pieces: padding is hidden by the mask.
    "pad_token_id",
    "bos_token_id",
    "eos_token_id",
    "sep_token_id",
    "cls_token_id",
    "mask_token_id",
    "decoder_start_token_id",
    // Outputs, memory and speed.
    "use_cache",
    "output_attentions",
    "output_hidden_states",
    "output_past",
    "return_dict",
    "use_return_dict",
    "chunk_size_feed_forward",
    "gradient_checkpointing",
    "torchscript",
    "torch_dtype",
    "dtype",
    "use_bfloat16",
    "attn_implementation",
    "_attn_implementation",
    "_attn_implementation_autoset",
    "attention_type",
    // Heads for other tasks.
    "tie_word_embeddings",
    "tie_encoder_decoder",
    "tie_weights_",
    "start_n_top",
    "end_n_top",
    // Memory of earlier pieces in XLNet: there are none before the first. Its biases are each layer's own in every file.
    "mem_len",
    "reuse_len",
    "use_mems",
    "use_mems_eval",
    "use_mems_train",
    "untie_r",
    // Left by the first converters, and read by no network.
    "directionality",
    "pooler_fc_size",
    "pooler_num_attention_heads",
    "pooler_num_fc_layers",
    "pooler_size_per_head",
    "pooler_type",
    "down_scale_factor",
    "gap_size",
    "net_structure_type",
    "num_memory_blocks",
    "layers_to_keep",
    // Where files come from.
    "_name_or_path",
    "name_or_path",
    "_commit_hash",
    "_num_labels",
    "transformers_version",
    "transformers.js_config",
    "finetuning_task",
    "language",
    "tokenizer_class",
    "task_specific_params",
    "prefix",
    "auto_map",
    "model_name",
];

/// Settings of generation that transformers 4 writes for every network.
const GENERATION: &[&str] = &[
    "bad_words_ids",
    "begin_suppress_tokens",
    "cross_attention_hidden_size",
    "diversity_penalty",
    "do_sample",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "exponential_decay_length_penalty",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "length_penalty",
    "max_length",
    "min_length",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_scores",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict_in_generate",
    "suppress_tokens",
    "temperature",
    "tf_legacy_loss",
    "top_k",
    "top_p",
    "typical_p",
];

/// Most rows of a table, which takes memory only when it is read.
const LONGEST: u64 = 1 << 24;
/// Largest width of any kind: every layer's biases are made with it.
const LARGEST: u64 = 1 << 15;
/// Most layers.
const DEEPEST: u64 = 128;
/// Most classes of a configuration that only counts them.
pub(super) const MOST_CLASSES: u64 = 1 << 16;

/// Brings other names of entries to their own; `Err` where both are there and differ.
pub(super) fn own_names(
    kind: &str,
    json: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let mut own = json.clone();
    for (family, alias, entry) in ALIASES {
        if family != kind {
            continue;
        }
        if let Some(value) = own.remove(alias).filter(|value| !value.is_null()) {
            match own.get(entry).filter(|own| !own.is_null()) {
                Some(other) if *other != value => {
                    return Err(format!(
                        "{alias} is {value} and {entry} is {other}, which are one: remove the wrong one"
                    ));
                }
                _ => own.insert(entry.into(), value),
            };
        }
    }
    Ok(own)
}

/// Refuses entries by which a network would do what those here do not, and numbers that no network has. Returns the
/// entries that are not known.
pub(super) fn check(kind: &str, json: &Map<String, Value>) -> Result<Vec<String>, String> {
    let off = |entry: &str, fine: &[Value], known: &str| match json.get(entry) {
        Some(value) if !value.is_null() && !fine.contains(value) => Err(format!(
            "{entry} is {value}: the networks here have {known}"
        )),
        _ => Ok(()),
    };
    off(
        "is_decoder",
        &[json!(false)],
        "false, every piece sees all others",
    )?;
    off(
        "is_encoder_decoder",
        &[json!(false)],
        "false, an encoder alone",
    )?;
    off(
        "add_cross_attention",
        &[json!(false)],
        "false, no second text",
    )?;
    off(
        "pruned_heads",
        &[json!({}), json!([])],
        "all heads: save the pruned network with its own number of heads",
    )?;
    off(
        "quantization_config",
        &[],
        "none: save the weights dequantised",
    )?;
    let classes = [
        json!("single_label_classification"),
        json!("multi_label_classification"),
    ];
    off("problem_type", &classes, "classes, and no regression")?;
    if let [Some(width), Some(heads), Some(head)] =
        ["d_model", "n_head", "d_head"].map(|entry| json.get(entry).and_then(Value::as_u64))
        && kind == "xlnet"
        && head.checked_mul(heads) != Some(width)
    {
        return Err(format!(
            "d_head is {head}: the networks here have d_model / n_head, {width} / {heads}"
        ));
    }
    let honoured = HONOURED.iter().find(|(family, _)| *family == kind);
    let honoured = honoured.map_or(&[][..], |(_, entries)| entries);
    for entry in honoured {
        number(entry, json.get(*entry))?;
    }
    let also = [
        "is_decoder",
        "is_encoder_decoder",
        "add_cross_attention",
        "pruned_heads",
        "quantization_config",
        "problem_type",
    ];
    let lists = [honoured, ABOUT, IDLE, GENERATION, &also];
    let known = |entry: &str| lists.iter().any(|list| list.contains(&entry));
    let unknown = json.keys().filter(|entry| !known(entry));
    Ok(unknown.cloned().collect())
}

/// Refuses a number that no network has.
fn number(entry: &str, value: Option<&Value>) -> Result<(), String> {
    let Some(value) = value.filter(|value| value.is_number()) else {
        return Ok(());
    };
    let told = |due: &str| Err(format!("{entry} is {value}: it is {due}"));
    if entry == "clamp_len" {
        return Ok(());
    }
    if entry.contains("dropout") || entry.ends_with("_eps") {
        let share = value.as_f64().filter(|share| (0.0..1.0).contains(share));
        return match share {
            Some(_) => Ok(()),
            None => told("from 0 up to 1, and less"),
        };
    }
    let most = match entry {
        "vocab_size" | "max_position_embeddings" => LONGEST,
        layers if layers.contains("layer") => DEEPEST,
        _ => LARGEST,
    };
    match value
        .as_u64()
        .is_some_and(|size| (1..=most).contains(&size))
    {
        true => Ok(()),
        false => told(&format!("a whole number from 1 to {most}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn entries_that_change_the_network_are_refused_by_name() {
        for (entry, value) in [
            ("is_decoder", json!(true)),
            ("is_encoder_decoder", json!(true)),
            ("add_cross_attention", json!(true)),
            ("pruned_heads", json!({"0": [1]})),
            ("quantization_config", json!({"bits": 8})),
            ("problem_type", json!("regression")),
            ("num_hidden_layers", json!(1_000_000_000)),
            ("hidden_size", json!(-4)),
            ("vocab_size", json!(1e30)),
            ("layer_norm_eps", json!(-1e-5)),
            ("hidden_dropout_prob", json!(1)),
        ] {
            let error = check("bert", &object(json!({entry: value}))).unwrap_err();
            assert!(error.starts_with(&format!("{entry} is ")), "{error}");
        }
        let wrong = object(json!({"d_model": 16, "n_head": 2, "d_head": 4}));
        assert!(
            check("xlnet", &wrong)
                .unwrap_err()
                .starts_with("d_head is 4")
        );
        for entry in [
            "is_decoder",
            "pruned_heads",
            "quantization_config",
            "problem_type",
        ] {
            assert_eq!(check("bert", &object(json!({entry: null}))), Ok(Vec::new()));
        }
    }

    #[test]
    fn entries_without_influence_pass_and_strange_ones_are_listed() {
        for kind in ["bert", "distilbert", "albert", "xlnet"] {
            let idle = json!({
                "chunk_size_feed_forward": 8, "use_bfloat16": true, "torch_dtype": "float16", "mem_len": 0,
                "reuse_len": 4, "untie_r": false, "sinusoidal_pos_embds": true, "qa_dropout": 0.3, "top_k": 50
            });
            assert_eq!(check(kind, &object(idle)), Ok(Vec::new()), "{kind}");
            let strange = object(json!({"rope_theta": 1e4, "window": 4}));
            assert_eq!(
                check(kind, &strange),
                Ok(vec!["rope_theta".into(), "window".into()])
            );
        }
    }

    #[test]
    fn other_names_of_entries_are_read() {
        let own = own_names(
            "distilbert",
            &object(json!({"hidden_size": 32, "n_heads": 4})),
        )
        .unwrap();
        assert_eq!(Value::Object(own), json!({"dim": 32, "n_heads": 4}));
        let both = object(json!({"n_token": 9, "vocab_size": 8}));
        assert!(
            own_names("xlnet", &both)
                .unwrap_err()
                .contains("n_token is 9 and vocab_size is 8")
        );
        assert!(own_names("bert", &both).is_ok());
    }
}
