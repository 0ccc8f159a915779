//! Word pieces in BERT's manner: from a list, or learned from texts.

use std::collections::BTreeSet;

use serde_json::{Map, json};
use tokenizers::models::TrainerWrapper;
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainerBuilder};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    AddedToken, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer, Tokenizer,
};

use super::{Frame, ROLES, Vocabulary};
use crate::error::{Error, Result};

impl Vocabulary {
    /// Learns a vocabulary of at most so many pieces from texts, as BERT's was learned: pairs of pieces that are most
    /// frequent are joined.
    ///
    /// # Errors
    ///
    /// Fails where there is too little text.
    pub fn learned<'a>(
        texts: impl Iterator<Item = &'a str>,
        size: usize,
        frame: Frame,
    ) -> Result<Self> {
        let fail = |e: tokenizers::Error| Error::Data(format!("learning a vocabulary: {e}"));
        let normalizer = BertNormalizer::new(true, true, None, true);
        let texts: Vec<&str> = texts.collect();
        // The library numbers letters within words as a hash map gives them, which then decides between equally frequent
        // pairs: named beforehand they have an order.
        let mut letters = BTreeSet::new();
        for text in &texts {
            letters.extend(letters_within(text, &normalizer).map_err(fail)?);
        }
        let special = ROLES.map(|(_, names)| names[0].to_string());
        let letters = letters.iter().map(|letter| format!("##{letter}"));
        let named = special.into_iter().chain(letters);
        let trainer = WordPieceTrainerBuilder::new()
            .vocab_size(size)
            .min_frequency(2)
            .show_progress(false)
            .special_tokens(named.map(|name| AddedToken::from(name, true)).collect())
            .build();
        let mut learner = Tokenizer::new(WordPiece::default());
        learner.with_normalizer(Some(normalizer)).map_err(fail)?;
        learner.with_pre_tokenizer(Some(BertPreTokenizer));
        let mut trainer = TrainerWrapper::WordPieceTrainer(trainer);
        learner
            .train(&mut trainer, texts.into_iter())
            .map_err(fail)?;
        let mut pieces: Vec<(u32, String)> = learner
            .get_vocab(true)
            .into_iter()
            .map(|(piece, id)| (id, piece))
            .collect();
        pieces.sort();
        let pieces: Vec<String> = pieces.into_iter().map(|(_, piece)| piece).collect();
        Self::of_pieces(&pieces, frame)
    }
}

/// The letters of a text that do not begin a word.
fn letters_within(text: &str, normalizer: &BertNormalizer) -> tokenizers::Result<Vec<char>> {
    let mut normalized = NormalizedString::from(text);
    normalizer.normalize(&mut normalized)?;
    let mut words = PreTokenizedString::from(normalized);
    BertPreTokenizer.pre_tokenize(&mut words)?;
    let words = words.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
    let within = |(word, ..): &(&str, _, _)| word.chars().skip(1).collect::<Vec<_>>();
    Ok(words.iter().flat_map(within).collect())
}

/// The names of the special pieces, in the order of [`ROLES`](super::ROLES).
pub(super) type Names = [String; 5];

/// Makes BERT's tokenizer with these pieces, of small letters.
pub(super) fn word_pieces(
    pieces: &[String],
    names: &Names,
    frame: Frame,
) -> Result<Tokenizer, String> {
    let mut numbers = Map::new();
    for (id, piece) in pieces.iter().enumerate() {
        if numbers.insert(piece.clone(), json!(id)).is_some() {
            return Err(format!(
                "the piece \"{piece}\" comes twice, the second time as number {id}"
            ));
        }
    }
    let [pad, unknown, class, end, mask] = names;
    for needed in [unknown, class, end] {
        if !numbers.contains_key(needed) {
            return Err(format!("no {needed} among its {} pieces", pieces.len()));
        }
    }
    let special = |name: &str| json!({"SpecialToken": {"id": name, "type_id": 0}});
    let sentence = json!({"Sequence": {"id": "A", "type_id": 0}});
    let second = json!({"Sequence": {"id": "B", "type_id": 1}});
    let last = json!({"SpecialToken": {"id": class, "type_id": 2}});
    let after = json!({"SpecialToken": {"id": end, "type_id": 1}});
    let (single, pair) = match frame {
        Frame::ClassFirst => (
            json!([special(class), sentence, special(end)]),
            json!([special(class), sentence, special(end), second, after]),
        ),
        Frame::ClassLast => (
            json!([sentence, special(end), last]),
            json!([sentence, special(end), second, after, last]),
        ),
    };
    let named = |name: &str| json!({"id": name, "ids": [numbers[name]], "tokens": [name]});
    let added = [pad, unknown, class, end, mask].into_iter();
    let added = added.filter_map(|name| {
        Some(json!({
            "id": numbers.get(name)?, "content": name, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true,
        }))
    });
    let tokenizer = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added.collect::<Vec<_>>(),
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing", "single": single, "pair": pair,
            "special_tokens": {class: named(class), end: named(end)},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {
            "type": "WordPiece", "unk_token": unknown, "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": numbers,
        },
    });
    Tokenizer::from_bytes(tokenizer.to_string()).map_err(|e| e.to_string())
}
