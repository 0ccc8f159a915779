//! Tokenizers in files, read and written.

use std::path::Path;

use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;
use tokenizers::models::ModelWrapper;

use super::word_pieces::word_pieces;
use super::{CLASS, END, Frame, MASK, PAD, UNKNOWN, Vocabulary};
use crate::error::{Error, Result};

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
    /// A folder's `tokenizer.json` is read if it is there, else its `vocab.txt`; `tokenizer_config.json` says whether the
    /// latter is of small letters, and which pieces are special. A sentencepiece model alone is not read: transformers
    /// write it as a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// Fails where there is no tokenizer, or the tokenizer is cut or of another kind.
    pub fn open(path: impl AsRef<Path>, frame: Frame) -> Result<Self> {
        let path = path.as_ref();
        let is_folder = path.is_dir();
        let (folder, names): (&Path, Vec<&str>) = match path.file_name().and_then(|n| n.to_str()) {
            Some(name) if !is_folder => (path.parent().unwrap_or(Path::new("")), vec![name]),
            _ => (path, FILES.to_vec()),
        };
        let mut files = Vec::new();
        for name in names {
            let file = folder.join(name);
            match std::fs::read(&file) {
                Ok(bytes) => files.push((name.to_string(), bytes)),
                Err(e) if is_folder && e.kind() == std::io::ErrorKind::NotFound => (),
                Err(e) => return Err(Error::io(&file, e, "")),
            }
        }
        let found = |end: &str| files.iter().find(|(name, _)| name.ends_with(end));
        let mut config = Map::new();
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            if let Some((_, bytes)) = found(name).filter(|_| is_folder) {
                let entries: Map<String, Value> = serde_json::from_slice(bytes)
                    .map_err(|e| Error::file(&folder.join(name), e.to_string()))?;
                config.extend(entries);
            }
        }
        let json = found(".json").filter(|(name, _)| !is_folder || name == FILES[0]);
        let tokenizer = if let Some((name, bytes)) = json {
            Tokenizer::from_bytes(bytes)
                .map_err(|e| Error::file(&folder.join(name), format!("no tokenizer: {e}")))?
        } else if let Some((name, bytes)) = found(".txt") {
            let file = folder.join(name);
            let lower = config.get("do_lower_case").and_then(Value::as_bool);
            word_pieces(&lines(&file, bytes)?, lower.unwrap_or(true), frame)
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
        Self::new(tokenizer, frame, config, files).map_err(|reason| Error::file(path, reason))
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
            std::fs::write(&path, bytes).map_err(|e| Error::io(&path, e, ""))
        };
        let as_they_are = self.files.iter().any(|(name, _)| name == FILES[0]);
        if as_they_are {
            return self
                .files
                .iter()
                .try_for_each(|(name, bytes)| write(name, bytes));
        }
        let text = self.tokenizer.to_string(true);
        let text = text.map_err(|e| Error::Data(format!("the tokenizer: {e}")))?;
        write(FILES[0], text.as_bytes())?;
        let mut config = self.config.clone();
        // The class that reads a tokenizer.json whatever the network.
        config.insert("tokenizer_class".into(), json!("PreTrainedTokenizerFast"));
        config.insert(
            "model_input_names".into(),
            json!(["input_ids", "attention_mask"]),
        );
        if self.frame == Frame::ClassLast {
            // The reference reads the class off the last place.
            config.insert("padding_side".into(), json!("left"));
        }
        for (entry, usual) in [PAD, UNKNOWN, CLASS, END, MASK] {
            if let Some(id) = self.special((entry, usual)) {
                config.insert(entry.into(), json!(self.piece(id as u32)));
            }
        }
        let text = serde_json::to_string_pretty(&config).unwrap_or_default();
        write(FILES[1], (text + "\n").as_bytes())?;
        if matches!(self.tokenizer.get_model(), ModelWrapper::WordPiece(_)) {
            let pieces: Vec<String> = (0..self.size() as u32).map(|id| self.piece(id)).collect();
            write("vocab.txt", (pieces.join("\n") + "\n").as_bytes())?;
        }
        Ok(())
    }
}

/// The pieces of a `vocab.txt`, whose numbers are those of their lines.
fn lines(path: &Path, bytes: &[u8]) -> Result<Vec<String>> {
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
