//! The entries of a tokenizer's settings that change the pieces: each is honoured as transformers does, or refused by name.
//!
//! Where versions 4 and 5 of transformers give other pieces for the same files, the entry is refused.

use serde_json::{Map, Value};
use tokenizers::utils::truncation::TruncationDirection;
use tokenizers::{AddedToken, NormalizerWrapper, Tokenizer};

use super::word_pieces::Names;
use super::{CLASS, END, UNKNOWN};

/// Lengths from which on `model_max_length` stands for no limit.
const NO_LIMIT: f64 = 1e9;

/// The way a tokenizer's class reads its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// BERT's: the settings say how letters are normalised, whatever the tokenizer's file says.
    Bert,
    /// ALBERT's and XLNet's: the tokenizer's file says how letters are normalised.
    SentencePiece,
    /// Any: the tokenizer's file says everything.
    Given,
}

/// The settings of a tokenizer: `tokenizer_config.json` and `special_tokens_map.json` together, and the kind of network.
pub(super) struct Settings<'a> {
    pub config: &'a Map<String, Value>,
    /// The `model_type` of the network beside the tokenizer.
    pub network: Option<&'a str>,
    /// Numbers of pieces that were added to the others, as `added_tokens.json` has them.
    pub added: &'a Map<String, Value>,
    /// Whether the pieces are those of a `vocab.txt`, which says nothing of letters.
    pub listed: bool,
}

/// The way sentences are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cut {
    /// Whether the beginning of a long sentence is cut off, and not its end.
    pub left: bool,
    /// Pieces that a sentence keeps at most.
    pub longest: Option<usize>,
}

impl Settings<'_> {
    /// Changes a tokenizer as the settings say, and tells how it cuts sentences.
    pub fn apply(&self, tokenizer: &mut Tokenizer) -> Result<Cut, String> {
        let cut = self.cut(tokenizer)?;
        match self.class()? {
            Class::Bert => self.normalize(tokenizer)?,
            Class::SentencePiece => self.check_letters(tokenizer)?,
            Class::Given => (),
        }
        self.add(tokenizer)?;
        if self.flag("split_special_tokens")? == Some(true) {
            tokenizer.set_encode_special_tokens(true);
        }
        self.check_names(tokenizer)?;
        Ok(cut)
    }

    /// The names of the special pieces of a `vocab.txt`.
    pub fn names(&self) -> Names {
        super::ROLES.map(|(entry, usual)| self.name(entry).unwrap_or(usual[0]).into())
    }

    fn class(&self) -> Result<Class, String> {
        let class = self.config.get("tokenizer_class").and_then(Value::as_str);
        let Some(class) = class else {
            return Ok(match self.network {
                Some("bert" | "distilbert") => Class::Bert,
                Some("albert" | "xlnet") => Class::SentencePiece,
                _ if self.listed => Class::Bert,
                _ => Class::Given,
            });
        };
        match class.strip_suffix("Fast").unwrap_or(class) {
            "BertTokenizer" | "DistilBertTokenizer" => Ok(Class::Bert),
            "AlbertTokenizer" | "XLNetTokenizer" => Ok(Class::SentencePiece),
            "PreTrainedTokenizer" | "TokenizersBackend" if self.listed => Ok(Class::Bert),
            "PreTrainedTokenizer" | "TokenizersBackend" => Ok(Class::Given),
            _ => Err(format!(
                "tokenizer_class is \"{class}\": the tokenizers here are those of BERT, DistilBERT, ALBERT and XLNet, and PreTrainedTokenizerFast"
            )),
        }
    }

    fn flag(&self, entry: &str) -> Result<Option<bool>, String> {
        match self.config.get(entry) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(format!("{entry} is {other}, not true or false")),
        }
    }

    /// The piece that an entry names, written as it is or with its properties.
    fn name(&self, entry: &str) -> Option<&str> {
        content(self.config.get(entry)?)
    }

    fn cut(&self, tokenizer: &Tokenizer) -> Result<Cut, String> {
        let own = tokenizer.get_truncation().map(|t| t.direction);
        let left = match self.config.get("truncation_side").and_then(Value::as_str) {
            Some("left") => true,
            Some("right") => false,
            Some(other) => {
                return Err(format!("truncation_side is \"{other}\", not left or right"));
            }
            None => own == Some(TruncationDirection::Left),
        };
        let longest = self.config.get("model_max_length").and_then(Value::as_f64);
        let longest = longest.filter(|longest| *longest < NO_LIMIT);
        match longest {
            Some(longest) if longest < 3.0 => Err(format!(
                "model_max_length is {longest}: no piece has room beside those that frame a sentence"
            )),
            _ => Ok(Cut {
                left,
                longest: longest.map(|longest| longest as usize),
            }),
        }
    }

    /// Normalises letters as BERT's classes do: small letters unless the settings say otherwise, with accents taken off where the
    /// settings say so, or say nothing and letters are small.
    fn normalize(&self, tokenizer: &mut Tokenizer) -> Result<(), String> {
        let Some(NormalizerWrapper::BertNormalizer(normalizer)) = tokenizer.get_normalizer() else {
            return Ok(());
        };
        let mut normalizer = *normalizer;
        normalizer.lowercase = self.flag("do_lower_case")?.unwrap_or(true);
        normalizer.strip_accents = self.flag("strip_accents")?;
        normalizer.handle_chinese_chars = self.flag("tokenize_chinese_chars")?.unwrap_or(true);
        let changed = tokenizer.with_normalizer(Some(normalizer));
        changed.map(|_| ()).map_err(|e| e.to_string())
    }

    /// Refuses settings of letters that the tokenizer's own file contradicts.
    fn check_letters(&self, tokenizer: &Tokenizer) -> Result<(), String> {
        let file = serde_json::to_string(&tokenizer.get_normalizer()).unwrap_or_default();
        let does = |step: &str| {
            let lower = step == "Lowercase" && file.contains("\"lowercase\":true");
            lower || file.contains(&format!("\"type\":\"{step}\""))
        };
        for (entry, step, agrees) in [
            ("do_lower_case", "Lowercase", true),
            ("keep_accents", "StripAccents", false),
        ] {
            let given = self.flag(entry)?;
            if given.is_some_and(|given| (given == agrees) != does(step)) {
                let is = if does(step) { "a" } else { "no" };
                return Err(format!(
                    "{entry} is {}, and tokenizer.json has {is} step {step}: make them agree",
                    given.unwrap_or_default()
                ));
            }
        }
        match self.flag("remove_space")? {
            Some(false) => Err("remove_space is false: the tokenizers here remove spaces".into()),
            _ => Ok(()),
        }
    }

    /// Adds the pieces that the settings have beside the vocabulary's.
    fn add(&self, tokenizer: &mut Tokenizer) -> Result<(), String> {
        let mut given: Vec<(u64, AddedToken)> = Vec::new();
        let numbered = self.config.get("added_tokens_decoder");
        for (id, token) in numbered.and_then(Value::as_object).into_iter().flatten() {
            let fail = || format!("added_tokens_decoder: {id} has no piece \"content\"");
            let number = id.parse().map_err(|_| fail())?;
            let text = content(token).ok_or_else(fail)?;
            given.push((number, added(token, text)));
        }
        for (text, id) in self.added {
            let id = id.as_u64();
            let id = id.ok_or_else(|| format!("added_tokens.json: \"{text}\" has no number"))?;
            given.push((id, AddedToken::from(text.clone(), false)));
        }
        given.sort_by_key(|(id, _)| *id);
        for (id, token) in given {
            let known = tokenizer.get_added_tokens_decoder();
            if known.values().any(|known| known.content == token.content) {
                continue;
            }
            let text = token.content.clone();
            add(tokenizer, token)?;
            let found = tokenizer.token_to_id(&text).map(u64::from);
            if found != Some(id) {
                return Err(format!(
                    "the added piece \"{text}\" should have number {id}, and has {}",
                    found.map_or("none".into(), |found| found.to_string())
                ));
            }
        }
        for entry in ["additional_special_tokens", "extra_special_tokens"] {
            let list = match self.config.get(entry) {
                Some(Value::Array(list)) => list.iter().collect(),
                Some(Value::Object(named)) => named.values().collect(),
                _ => Vec::new(),
            };
            for token in list {
                let text = content(token).ok_or_else(|| format!("{entry}: {token} is no piece"))?;
                add(tokenizer, AddedToken::from(text, true))?;
            }
        }
        Ok(())
    }

    /// Refuses names of special pieces that the tokenizer does not use for them.
    fn check_names(&self, tokenizer: &Tokenizer) -> Result<(), String> {
        let frame = tokenizer.encode("", true).map_err(|e| e.to_string())?;
        for (entry, _) in [CLASS, END] {
            let Some(name) = self.name(entry) else {
                continue;
            };
            let id = tokenizer.token_to_id(name);
            if !frame.is_empty() && !id.is_some_and(|id| frame.get_ids().contains(&id)) {
                return Err(format!(
                    "{entry} is \"{name}\", and tokenizer.json frames sentences by {}: make them agree",
                    frame.get_tokens().join(" ")
                ));
            }
        }
        let model = serde_json::to_value(tokenizer.get_model()).unwrap_or_default();
        match (
            self.name(UNKNOWN.0),
            model.get("unk_token").and_then(Value::as_str),
        ) {
            (Some(name), Some(own)) if name != own => Err(format!(
                "{} is \"{name}\", and tokenizer.json takes \"{own}\" for unknown pieces: make them agree",
                UNKNOWN.0
            )),
            _ => Ok(()),
        }
    }
}

/// The text of a piece, written as it is or with its properties.
fn content(token: &Value) -> Option<&str> {
    token.get("content").unwrap_or(token).as_str()
}

/// A piece with the properties that the settings give it.
fn added(token: &Value, text: &str) -> AddedToken {
    let is = |property: &str| token.get(property).and_then(Value::as_bool) == Some(true);
    AddedToken::from(text, is("special"))
        .single_word(is("single_word"))
        .lstrip(is("lstrip"))
        .rstrip(is("rstrip"))
        .normalized(is("normalized"))
}

fn add(tokenizer: &mut Tokenizer, token: AddedToken) -> Result<(), String> {
    let added = match token.special {
        true => tokenizer.add_special_tokens([token]),
        false => tokenizer.add_tokens([token]),
    };
    added.map(|_| ()).map_err(|e| e.to_string())
}
