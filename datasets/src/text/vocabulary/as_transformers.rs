//! Tokenizers with every setting that changes pieces, against the pieces that transformers 4.57 and 5.24 both give.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Frame, Vocabulary};

const PIECES: [&str; 28] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "schone", "schöne", "Schöne", "ubung", "übung",
    "Ubung", "Übung", "a", "b", "c", "d", "e", "中", "国", "##国", "中国", "[X]", "sep", "[", "]",
    "<s>", "</s>", "<u>",
];

/// The file that holds the pieces.
#[derive(Clone, Copy, PartialEq)]
enum File {
    List,
    /// A `tokenizer.json` of small letters.
    Small,
    /// A `tokenizer.json` of letters as they are.
    Cased,
}

use File::{Cased, List, Small};

fn tokenizer(lowercase: bool) -> Value {
    let numbers: serde_json::Map<String, Value> = PIECES
        .iter()
        .zip(0..)
        .map(|(piece, id): (_, usize)| (piece.to_string(), json!(id)))
        .collect();
    let special = |id: usize| {
        json!({"id": id, "content": PIECES[id], "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true})
    };
    let frame = |name: &str| json!({"SpecialToken": {"id": name, "type_id": 0}});
    let named = |id: usize| json!({"id": PIECES[id], "ids": [id], "tokens": [PIECES[id]]});
    let sentence = json!({"Sequence": {"id": "A", "type_id": 0}});
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": (0..5).map(special).collect::<Vec<_>>(),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": lowercase},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [frame("[CLS]"), sentence, frame("[SEP]")],
            "pair": [frame("[CLS]"), sentence, frame("[SEP]"), {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": named(2), "[SEP]": named(3)}},
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": numbers},
    })
}

/// A folder with pieces, settings and more files.
fn folder(file: File, settings: &Value, more: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("vocab.txt", &(PIECES.join("\n") + "\n"));
    if file != List {
        write("tokenizer.json", &tokenizer(file == Small).to_string());
    }
    write("config.json", r#"{"model_type": "bert"}"#);
    write("tokenizer_config.json", &settings.to_string());
    more.iter().for_each(|(name, text)| write(name, text));
    folder
}

/// The settings of BERT's class with these entries.
fn bert(more: Value) -> Value {
    let mut all = json!({"tokenizer_class": "BertTokenizer"});
    let entries = all.as_object_mut().unwrap();
    entries.extend(more.as_object().unwrap().clone());
    all
}

fn pieces(folder: &TempDir, text: &str) -> String {
    let vocabulary = Vocabulary::open(folder.path(), Frame::ClassFirst).unwrap();
    let encoded = vocabulary.encode(&[text], Some(512)).unwrap();
    let pieces = encoded[0].pieces.iter().map(|id| vocabulary.piece(*id));
    pieces.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_setting_gives_the_pieces_of_transformers() {
    let new = json!({"28": {"content": "[NEW]", "special": true, "lstrip": false, "rstrip": false,
        "normalized": false, "single_word": false}});
    let renamed = json!({"cls_token": "<s>", "sep_token": "</s>", "unk_token": "<u>"});
    let fast = json!({"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": false});
    let distil = json!({"tokenizer_class": "DistilBertTokenizerFast", "do_lower_case": false});
    let umlauts = "Schöne Übung";
    let cases: [(File, Value, &str, &str); 22] = [
        (List, bert(json!({})), umlauts, "schone ubung"),
        (
            List,
            bert(json!({"strip_accents": false})),
            umlauts,
            "schöne übung",
        ),
        (
            List,
            bert(json!({"do_lower_case": false})),
            umlauts,
            "Schöne Übung",
        ),
        (
            List,
            bert(json!({"do_lower_case": false, "strip_accents": true})),
            umlauts,
            "[UNK] Ubung",
        ),
        (Cased, bert(json!({})), umlauts, "schone ubung"),
        (Cased, json!({}), umlauts, "schone ubung"),
        (
            Small,
            bert(json!({"do_lower_case": false})),
            umlauts,
            "Schöne Übung",
        ),
        (Small, fast, umlauts, "schone ubung"),
        (Small, distil, umlauts, "Schöne Übung"),
        (
            Small,
            bert(json!({"strip_accents": false})),
            umlauts,
            "schöne übung",
        ),
        (Small, bert(json!({})), "a中国", "a 中 国"),
        (
            Small,
            bert(json!({"tokenize_chinese_chars": false})),
            "a 中国",
            "a 中国",
        ),
        (
            Small,
            bert(json!({"truncation_side": "left", "model_max_length": 5})),
            "a b c d e",
            "c d e",
        ),
        (
            Small,
            bert(json!({"model_max_length": 5})),
            "a b c d e",
            "a b c",
        ),
        (
            Small,
            bert(json!({"model_max_length": 1e30})),
            "a b c d e",
            "a b c d e",
        ),
        (
            Small,
            bert(json!({"additional_special_tokens": ["[X]", "[Y]"]})),
            "a [X] b [Y]",
            "a [X] b [Y]",
        ),
        (Small, bert(json!({})), "a [X] b", "a [ [UNK] ] b"),
        (
            List,
            bert(json!({"added_tokens_decoder": new.clone()})),
            "a [NEW] b",
            "a [NEW] b",
        ),
        (
            Small,
            bert(json!({"added_tokens_decoder": new})),
            "a [NEW] b",
            "a [NEW] b",
        ),
        (
            Small,
            bert(json!({"split_special_tokens": true})),
            "a [SEP] b",
            "a [ sep ] b",
        ),
        (List, bert(renamed), "a zzz b", "a <u> b"),
        // Entries without influence on the pieces of these classes.
        (
            Small,
            bert(json!({"do_basic_tokenize": false, "never_split": ["a"], "padding_side": "left"})),
            "a]",
            "a ]",
        ),
    ];
    for (file, settings, text, expected) in cases {
        let found = pieces(&folder(file, &settings, &[]), text);
        let [first, last] = match settings.get("cls_token") {
            Some(_) => ["<s>", "</s>"],
            None => ["[CLS]", "[SEP]"],
        };
        assert_eq!(found, format!("{first} {expected} {last}"), "{settings}");
    }
    for file in [List, Small] {
        let more = [("added_tokens.json", r#"{"fresh": 28}"#)];
        let found = pieces(&folder(file, &bert(json!({})), &more), "a fresh b");
        assert_eq!(found, "[CLS] a fresh b [SEP]");
    }
}

#[test]
fn settings_that_are_not_honoured_are_refused_by_name() {
    let numbered = |id: &str| json!({id: {"content": "[NEW]"}});
    for (file, settings, expected) in [
        (
            Small,
            json!({"tokenizer_class": "RobertaTokenizer"}),
            "tokenizer_class is \"RobertaTokenizer\"",
        ),
        (
            Small,
            json!({"tokenizer_class": "BertJapaneseTokenizer"}),
            "BertJapaneseTokenizer",
        ),
        // Versions 4 and 5 of transformers frame sentences differently here.
        (
            Small,
            bert(json!({"cls_token": "<s>"})),
            "cls_token is \"<s>\"",
        ),
        (
            Small,
            bert(json!({"unk_token": "<u>"})),
            "unk_token is \"<u>\"",
        ),
        (
            Small,
            bert(json!({"do_lower_case": "no"})),
            "do_lower_case is \"no\"",
        ),
        (
            Small,
            bert(json!({"truncation_side": "middle"})),
            "truncation_side is \"middle\"",
        ),
        (
            Small,
            bert(json!({"model_max_length": 2})),
            "model_max_length is 2",
        ),
        (
            Small,
            bert(json!({"added_tokens_decoder": numbered("40")})),
            "should have number 40, and has 28",
        ),
        (
            Small,
            bert(json!({"added_tokens_decoder": numbered("x")})),
            "added_tokens_decoder: x",
        ),
        (
            Small,
            json!({"tokenizer_class": "AlbertTokenizer", "do_lower_case": false}),
            "do_lower_case is false, and tokenizer.json has",
        ),
        (
            Small,
            json!({"tokenizer_class": "XLNetTokenizerFast", "remove_space": false}),
            "remove_space is false",
        ),
    ] {
        let folder = folder(file, &settings, &[]);
        let error = Vocabulary::open(folder.path(), Frame::ClassFirst).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(expected), "{settings}: {error}");
    }
}
