//! Tokenizers in files, read and written.

use std::path::Path;

use burn_interaction::internal::put;
use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;
use tokenizers::models::ModelWrapper;

use super::settings::Settings;
use super::word_pieces::word_pieces;
use super::{Frame, INPUTS, PAIRED, ROLES, SEGMENTS, Vocabulary};
use crate::error::{Error, Result};
use crate::folders::{bytes, unmarked};

/// The files of a tokenizer in a Hugging Face folder, of which some may be missing.
pub(super) const FILES: [&str; 6] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "spiece.model",
];

impl Vocabulary {
    /// Reads a Hugging Face folder, a `tokenizer.json` or a `vocab.txt` of word pieces, one a line. `frame` is for a
    /// `vocab.txt`, which does not say.
    ///
    /// A folder's `tokenizer.json` is read if it is there, else its `vocab.txt`. Whatever `tokenizer_config.json`,
    /// `special_tokens_map.json` and `added_tokens.json` say about letters, accents, special and added pieces, and the side and
    /// length of cuts, is honoured as transformers does; BERT's classes let `do_lower_case`, which is true unless it is given,
    /// overrule the `tokenizer.json`. A sentencepiece model alone is not read: transformers
    /// write it as a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// Fails where there is no tokenizer, the tokenizer is cut or of another kind or class, or an entry of its settings is one that
    /// is not honoured here: the message names the entry.
    pub fn open(path: impl AsRef<Path>, frame: Frame) -> Result<Self> {
        let path = path.as_ref();
        // The tokenizers crate panics on some settings that do not fit each other, when they are read or first used.
        std::panic::catch_unwind(|| Self::read(path, frame)).unwrap_or_else(|_| {
            let reason = "no tokenizer: its settings do not fit each other";
            Err(Error::file(path, reason))
        })
    }

    fn read(path: &Path, frame: Frame) -> Result<Self> {
        let is_folder = path.is_dir();
        let (folder, names): (&Path, Vec<&str>) = match path.file_name().and_then(|n| n.to_str()) {
            Some(name) if !is_folder => (path.parent().unwrap_or(Path::new("")), vec![name]),
            _ => (path, FILES.to_vec()),
        };
        let mut files = Vec::new();
        for name in names {
            let file = folder.join(name);
            if !is_folder || file.exists() {
                files.push((name.to_string(), bytes(&file, "")?));
            }
        }
        let found = |end: &str| files.iter().find(|(name, _)| name.ends_with(end));
        let entries = |name: &str| -> Result<Map<String, Value>> {
            let file = folder.join(name);
            match found(name).filter(|_| is_folder) {
                Some((_, bytes)) => object(bytes).map_err(|e| Error::file(&file, e)),
                None => Ok(Map::new()),
            }
        };
        let mut config = entries("special_tokens_map.json")?;
        config.extend(entries("tokenizer_config.json")?);
        let network = std::fs::read(folder.join("config.json")).ok();
        let network = network.filter(|_| is_folder).and_then(|b| object(&b).ok());
        let json = found(".json").filter(|(name, _)| !is_folder || name == FILES[0]);
        let settings = Settings {
            config: &config,
            network: network
                .as_ref()
                .and_then(|network| network.get("model_type")?.as_str()),
            added: &entries("added_tokens.json")?,
            listed: json.is_none(),
        };
        let mut tokenizer = if let Some((name, bytes)) = json {
            tokenizer_of(bytes)
                .map_err(|e| Error::file(&folder.join(name), format!("no tokenizer: {e}")))?
        } else if let Some((name, bytes)) = found(".txt") {
            let file = folder.join(name);
            word_pieces(&lines(&file, bytes)?, &settings.names(), frame)
                .map_err(|reason| Error::file(&file, reason))?
        } else if let Some((name, _)) = found(".model") {
            return Err(Error::file(
                &folder.join(name),
                "sentencepiece models are not read: write a tokenizer.json beside it with transformers' AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)",
            ));
        } else {
            let reason =
                "no tokenizer: it is a tokenizer.json or a vocab.txt, or a folder with one of them";
            return Err(Error::file(path, reason));
        };
        let fail = |reason: String| Error::file(path, reason);
        let cut = settings.apply(&mut tokenizer).map_err(fail)?;
        tokenizer.with_padding(None);
        let whole = tokenizer.with_truncation(None);
        whole.map_err(|e| fail(e.to_string()))?;
        match tokenizer.get_vocab_size(true) {
            0 => Err(fail("no pieces in it".into())),
            _ => Ok(Self {
                tokenizer,
                frame,
                config,
                cut,
                files,
                alone: !is_folder,
            }),
        }
    }

    /// Writes the files of the tokenizer to a folder: the files that it was read from, or a `tokenizer.json`, a
    /// `tokenizer_config.json` and, for word pieces, a `vocab.txt`.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            put(&path, bytes).map_err(|e| Error::io(&path, e, ""))
        };
        let as_they_are = self.files.iter().any(|(name, _)| name == FILES[0]);
        if as_they_are {
            let mut files = self.files.iter();
            files.try_for_each(|(name, bytes)| write(name, bytes))?;
            if !self.alone {
                return Ok(());
            }
        } else {
            let text = self.tokenizer.to_string(true);
            let text = text.map_err(|e| Error::Data(format!("the tokenizer: {e}")))?;
            write(FILES[0], text.as_bytes())?;
        }
        let mut config = self.config.clone();
        // The class that reads a tokenizer.json whatever the network.
        config.insert("tokenizer_class".into(), json!("PreTrainedTokenizerFast"));
        if !config.contains_key(INPUTS) {
            let (names, mark) = inputs(folder);
            config.insert(INPUTS.into(), names);
            config.extend(mark.map(|mark| (mark.into(), json!(true))));
        }
        if self.frame == Frame::ClassLast {
            // The reference reads the class off the last place.
            config.insert("padding_side".into(), json!("left"));
        }
        for (entry, usual) in ROLES {
            if let Some(id) = self.special((entry, usual)) {
                config.insert(entry.into(), json!(self.piece(id as u32)));
            }
        }
        let text = serde_json::to_string_pretty(&config).unwrap_or_default();
        write(FILES[1], (text + "\n").as_bytes())?;
        if !as_they_are && matches!(self.tokenizer.get_model(), ModelWrapper::WordPiece(_)) {
            let pieces: Vec<String> = (0..self.size() as u32).map(|id| self.piece(id)).collect();
            write("vocab.txt", (pieces.join("\n") + "\n").as_bytes())?;
        }
        Ok(())
    }
}

/// The `model_input_names` of a tokenizer that had none, which keep the segments of its sentences and pairs, and the mark that this takes.
fn inputs(folder: &Path) -> (Value, Option<&'static str>) {
    let network = std::fs::read(folder.join("config.json")).ok();
    let network = network.and_then(|bytes| object(&bytes).ok());
    let kind = network
        .as_ref()
        .and_then(|network| network.get("model_type")?.as_str());
    match kind {
        // The pieces of a lone sentence are of segment 0 all the same.
        Some("bert" | "albert") => (json!(["input_ids", SEGMENTS, "attention_mask"]), None),
        // DistilBERT has no segments, and XLNet's class would be of a segment of its own.
        _ => (json!(["input_ids", "attention_mask"]), Some(PAIRED)),
    }
}

/// The tokenizer of a `tokenizer.json`.
fn tokenizer_of(bytes: &[u8]) -> Result<Tokenizer, String> {
    // The tokenizers crate panics where JSON breaks off within a decoder.
    let entries = object(bytes)?;
    check_template(entries.get("post_processor").unwrap_or(&Value::Null))?;
    Tokenizer::from_bytes(bytes).map_err(|e| e.to_string())
}

/// Refuses templates with a special piece that they do not list, on which the tokenizers crate panics.
fn check_template(processor: &Value) -> Result<(), String> {
    for part in ["single", "pair"] {
        for piece in processor[part].as_array().into_iter().flatten() {
            if let Some(id) = piece["SpecialToken"]["id"].as_str()
                && processor["special_tokens"].get(id).is_none()
            {
                return Err(format!(
                    "its template names {id}, which is none of its special tokens"
                ));
            }
        }
    }
    let mut inner = processor["processors"].as_array().into_iter().flatten();
    inner.try_for_each(check_template)
}

/// The entries of a JSON file.
fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(unmarked(bytes)).map_err(|e| e.to_string())
}

/// The pieces of a `vocab.txt`, whose numbers are those of their lines.
fn lines(path: &Path, bytes: &[u8]) -> Result<Vec<String>> {
    let bytes = unmarked(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let piece = |(index, line): (usize, &[u8])| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line);
        let text = text.map_err(|_| Error::line(path, index as u64 + 1, "no UTF-8 in it"))?;
        Ok(text.to_string())
    };
    bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(piece)
        .collect()
}
