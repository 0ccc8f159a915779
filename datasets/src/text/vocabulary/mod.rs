//! The word pieces of sentences, by the `tokenizers` crate.

#[cfg(test)]
mod as_transformers;
mod files;
mod settings;
mod word_pieces;

use burn_interaction::Tokens;
use burn_interaction::players::Piece;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use tokenizers::models::ModelWrapper;
use tokenizers::utils::truncation::TruncationDirection;
use tokenizers::{PostProcessor, Tokenizer, TruncationParams};

use self::settings::Cut;
use super::Encoded;
use crate::error::{Error, Result};

/// The place of the piece that stands for the class of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Frame {
    /// The first place, `[CLS] .. [SEP]`: BERT, DistilBERT, ALBERT.
    #[default]
    ClassFirst,
    /// The last place, `.. [SEP] [CLS]`: XLNet.
    ClassLast,
}

/// Names of special pieces: the entry of `tokenizer_config.json` that can give another name, and the usual ones.
const PAD: (&str, [&str; 2]) = ("pad_token", ["[PAD]", "<pad>"]);
const UNKNOWN: (&str, [&str; 2]) = ("unk_token", ["[UNK]", "<unk>"]);
const CLASS: (&str, [&str; 2]) = ("cls_token", ["[CLS]", "<cls>"]);
const END: (&str, [&str; 2]) = ("sep_token", ["[SEP]", "<sep>"]);
const MASK: (&str, [&str; 2]) = ("mask_token", ["[MASK]", "<mask>"]);
/// All special pieces.
const ROLES: [(&str, [&str; 2]); 5] = [PAD, UNKNOWN, CLASS, END, MASK];

/// The entry of `tokenizer_config.json` that lists what a network takes.
const INPUTS: &str = "model_input_names";
/// The name of segments among the inputs.
const SEGMENTS: &str = "token_type_ids";
/// An entry of our own: the second sentences of pairs are of segment 1, although the inputs list no segments.
const PAIRED: &str = "pair_segments";

/// The word pieces of a network for texts, and how sentences become them.
///
/// ```
/// use burn_interaction_datasets::{Frame, Vocabulary, grammar_vocabulary};
///
/// let vocabulary = Vocabulary::of_pieces(&grammar_vocabulary(), Frame::ClassFirst)?;
/// let sentences = vocabulary.encode(&["the dogs are not happy"], Some(128))?;
/// assert_eq!(sentences[0].pieces.len(), 7);
/// assert_eq!(vocabulary.piece(sentences[0].pieces[2]), "dogs");
/// # Ok::<(), burn_interaction_datasets::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Vocabulary {
    tokenizer: Tokenizer,
    frame: Frame,
    /// The contents of `tokenizer_config.json`, where there is one.
    config: Map<String, Value>,
    cut: Cut,
    /// The files that the vocabulary was read from, kept as they are.
    files: Vec<(String, Vec<u8>)>,
    /// Whether the vocabulary was read from one file, without the settings of a folder.
    alone: bool,
}

impl Vocabulary {
    /// Makes a vocabulary of these pieces, in small letters; the rest of a word begins with `##`. `[CLS]`, `[SEP]` and
    /// `[UNK]` must be among them.
    ///
    /// # Errors
    ///
    /// Fails where `[CLS]`, `[SEP]` or `[UNK]` is missing, or a piece comes twice.
    pub fn of_pieces(pieces: &[String], frame: Frame) -> Result<Self> {
        let names = ROLES.map(|(_, usual)| usual[0].into());
        let tokenizer = word_pieces::word_pieces(pieces, &names, frame).map_err(Error::Data)?;
        Ok(Self {
            tokenizer,
            frame,
            config: Map::new(),
            cut: Cut::default(),
            files: Vec::new(),
            alone: false,
        })
    }

    /// The number of pieces.
    pub fn size(&self) -> usize {
        // Added pieces may leave a gap behind the others.
        let added = self.tokenizer.get_added_tokens_decoder();
        let last = added.keys().max().map_or(0, |id| *id as usize + 1);
        last.max(self.tokenizer.get_vocab_size(true))
    }

    /// A piece by its number; empty where no piece has the number.
    pub fn piece(&self, id: u32) -> String {
        self.tokenizer.id_to_token(id).unwrap_or_default()
    }

    /// The number of a special piece, by the name that the configuration gives or a usual one.
    fn special(&self, (entry, usual): (&str, [&str; 2])) -> Option<usize> {
        let given = self.config.get(entry);
        let given = given.map(|given| given.get("content").unwrap_or(given));
        let given = given.and_then(Value::as_str);
        let names = given.into_iter().chain(usual);
        let mut ids = names.filter_map(|name| self.tokenizer.token_to_id(name));
        ids.next().map(|id| id as usize)
    }

    /// The number of the piece that pads; 0 where there is none.
    pub fn pad(&self) -> usize {
        self.special(PAD).unwrap_or(0)
    }

    /// The players of sentences in these pieces.
    pub fn tokens(&self) -> Tokens {
        let unknown = self.special(UNKNOWN);
        let added = self.tokenizer.get_added_tokens_decoder();
        let mut kinds: Vec<Piece> = (0..self.size() as u32)
            .into_par_iter()
            .map(|id| match added.get(&id) {
                Some(token) if token.special && unknown != Some(id as usize) => Piece::Special,
                _ => self.kind(id),
            })
            .collect();
        for role in [PAD, CLASS, END, MASK] {
            if let Some(id) = self.special(role) {
                kinds[id] = Piece::Special;
            }
        }
        Tokens::new(kinds)
            .mask(self.special(MASK))
            .pad(self.special(PAD))
            .unknown(unknown)
    }

    fn kind(&self, id: u32) -> Piece {
        let piece = self.piece(id);
        let continues = match self.tokenizer.get_model() {
            ModelWrapper::WordPiece(model) => piece.starts_with(&model.continuing_subword_prefix),
            ModelWrapper::WordLevel(_) => false,
            // Sentencepiece and its like mark the space before a word.
            _ => {
                !piece.starts_with(['\u{2581}', '\u{120}'])
                    && Some(id as usize) != self.special(UNKNOWN)
            }
        };
        match continues {
            true => Piece::Continues,
            false => Piece::Begins,
        }
    }

    /// Word pieces that a sentence keeps at most, special ones included, where the tokenizer's settings say so.
    pub fn longest(&self) -> Option<usize> {
        self.cut.longest
    }

    /// Puts sentences into word pieces, with the special ones about them; sentences with more pieces than `longest`, or than the
    /// tokenizer's settings allow, are cut at the side that these say. All pieces are of segment 0, unless `tokenizer_config.json` has `token_type_ids` among its `model_input_names`:
    /// as in transformers, whose XLNet puts its class in a segment of its own only then.
    ///
    /// # Errors
    ///
    /// Fails where a sentence has no word pieces, `longest` leaves no room beside the special ones, or the tokenizer fails.
    pub fn encode(&self, texts: &[&str], longest: Option<usize>) -> Result<Vec<Encoded>> {
        let single: Vec<(&str, Option<&str>)> = texts.iter().map(|text| (*text, None)).collect();
        self.encode_pairs(&single, longest)
    }

    /// Puts sentences, or pairs of them, into word pieces as [`encode`](Self::encode) does. The pieces of a second sentence are of segment 1, unless
    /// `tokenizer_config.json` lists `model_input_names` without `token_type_ids`; of a pair that is too long the longer sentence is cut.
    ///
    /// # Errors
    ///
    /// Fails where a sentence or a pair has no word pieces, `longest` leaves no room beside the special ones, or the tokenizer fails.
    pub fn encode_pairs(
        &self,
        texts: &[(&str, Option<&str>)],
        longest: Option<usize>,
    ) -> Result<Vec<Encoded>> {
        let fail = |e: tokenizers::Error| Error::Data(format!("word pieces: {e}"));
        let mut tokenizer = self.tokenizer.clone();
        let longest = longest.into_iter().chain(self.cut.longest).min();
        let pairs = texts.iter().any(|(_, second)| second.is_some());
        let frame = tokenizer.get_post_processor();
        let frame = frame.map_or(0, |processor| processor.added_tokens(pairs));
        if let Some(longest) = longest.filter(|longest| *longest <= frame) {
            return Err(Error::Data(format!(
                "at most {longest} word pieces for a text of which {frame} are special: give more"
            )));
        }
        let truncation = longest.map(|max_length| TruncationParams {
            max_length,
            direction: match self.cut.left {
                true => TruncationDirection::Left,
                false => TruncationDirection::Right,
            },
            ..TruncationParams::default()
        });
        tokenizer.with_truncation(truncation).map_err(fail)?;
        let names = self.config.get(INPUTS).and_then(Value::as_array);
        let paired = names.is_none() || self.config.get(PAIRED) == Some(&json!(true));
        let listed = names.is_some_and(|names| names.contains(&json!(SEGMENTS)));
        let typed = |pair: bool| listed || pair && paired;
        let segments = |pair: bool, types: &[u32]| match typed(pair) {
            true => types.to_vec(),
            false => vec![0; types.len()],
        };
        let encoded: Vec<tokenizers::Result<Encoded>> = texts
            .par_iter()
            .map(|(text, second)| {
                let encoding = match second {
                    Some(second) => tokenizer.encode_fast((*text, *second), true)?,
                    None => tokenizer.encode_fast(*text, true)?,
                };
                Ok(Encoded {
                    pieces: encoding.get_ids().to_vec(),
                    segments: segments(second.is_some(), encoding.get_type_ids()),
                    special: encoding.get_special_tokens_mask().iter().all(|s| *s == 1),
                    cut: !encoding.get_overflowing().is_empty(),
                })
            })
            .collect();
        let mut all = Vec::with_capacity(texts.len());
        for (index, encoded) in encoded.into_iter().enumerate() {
            let encoded = encoded.map_err(fail)?;
            if encoded.special {
                let (text, _) = texts[index];
                return Err(Error::Data(format!(
                    "sentence {index}, \"{text}\", has no word pieces: take it out"
                )));
            }
            all.push(encoded);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::files::FILES;
    use super::*;
    use crate::{grammar, grammar_vocabulary};

    fn pieces(list: &[&str]) -> Vec<String> {
        let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        special
            .iter()
            .chain(list)
            .map(|piece| piece.to_string())
            .collect()
    }

    fn text(vocabulary: &Vocabulary, sentence: &str) -> String {
        let encoded = vocabulary.encode(&[sentence], None).unwrap();
        let pieces = encoded[0].pieces.iter().map(|id| vocabulary.piece(*id));
        pieces.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_second_sentence_of_a_pair_is_of_segment_1() {
        let list = pieces(&["rain", "dry", "wet"]);
        let vocabulary = Vocabulary::of_pieces(&list, Frame::ClassFirst).unwrap();
        let encode = |pair, longest| {
            let mut encoded = vocabulary.encode_pairs(&[pair], longest).unwrap();
            encoded.remove(0)
        };
        let pair = encode(("rain", Some("dry wet")), None);
        assert_eq!(pair.pieces, [2, 5, 3, 6, 7, 3]);
        assert_eq!(pair.segments, [0, 0, 0, 1, 1, 1]);
        for longest in 0..=3 {
            let error = vocabulary.encode_pairs(&[("rain", Some("wet"))], Some(longest));
            let error = error.unwrap_err().to_string();
            let told = format!("at most {longest} word pieces for a text of which 3 are special");
            assert!(error.contains(&told), "{error}");
        }
        // The longer sentence of a pair that is too long is cut.
        let cut = encode(("rain", Some("dry wet")), Some(5));
        assert_eq!((cut.pieces, cut.cut), (vec![2, 5, 3, 6, 3], true));
        let single = encode(("rain", None), None);
        assert_eq!(
            (single.pieces, single.segments),
            (vec![2, 5, 3], vec![0, 0, 0])
        );
    }

    #[test]
    fn segments_and_letters_are_the_same_after_a_vocabulary_is_read_again() {
        let list = pieces(&["rain", "dry", "wet"]);
        let texts = [("rain", Some("dry wet")), ("wet", None)];
        let segments = |vocabulary: &Vocabulary| {
            let encoded = vocabulary.encode_pairs(&texts, None).unwrap();
            encoded.into_iter().map(|e| e.segments).collect::<Vec<_>>()
        };
        for frame in [Frame::ClassFirst, Frame::ClassLast] {
            let folder = tempfile::tempdir().unwrap();
            let one = Vocabulary::of_pieces(&list, frame).unwrap();
            one.save(folder.path()).unwrap();
            let again = Vocabulary::open(folder.path(), frame).unwrap();
            let found = segments(&one);
            assert_eq!(segments(&again), found);
            assert!(found[0].contains(&1) && found[1].iter().all(|segment| *segment == 0));
        }
        // What a network of transformers takes is for it to say: DistilBERT has no segments.
        for (network, typed) in [("bert", true), ("distilbert", false)] {
            let folder = tempfile::tempdir().unwrap();
            let config = format!("{{\"model_type\": \"{network}\"}}");
            std::fs::write(folder.path().join("config.json"), config).unwrap();
            let one = Vocabulary::of_pieces(&list, Frame::ClassFirst).unwrap();
            one.save(folder.path()).unwrap();
            let text = std::fs::read_to_string(folder.path().join(FILES[1])).unwrap();
            assert_eq!(text.contains(SEGMENTS), typed, "{network}");
            let again = Vocabulary::open(folder.path(), Frame::ClassFirst).unwrap();
            assert_eq!(segments(&again), segments(&one), "{network}");
        }
        // A tokenizer.json alone says how letters are normalised, whatever the network of the folder that it is saved to.
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tokenizer.json");
        let one = Vocabulary::of_pieces(&pieces(&["Rain", "rain"]), Frame::ClassFirst).unwrap();
        one.save(folder.path()).unwrap();
        let small = std::fs::read_to_string(&file).unwrap();
        let cased = small.replace("\"lowercase\": true", "\"lowercase\": false");
        assert_ne!(cased, small);
        std::fs::write(&file, cased).unwrap();
        let one = Vocabulary::open(&file, Frame::ClassFirst).unwrap();
        assert_eq!(text(&one, "Rain"), "[CLS] Rain [SEP]");
        let saved = tempfile::tempdir().unwrap();
        std::fs::write(
            saved.path().join("config.json"),
            "{\"model_type\": \"bert\"}",
        )
        .unwrap();
        one.save(saved.path()).unwrap();
        let again = Vocabulary::open(saved.path(), Frame::ClassFirst).unwrap();
        assert_eq!(text(&again, "Rain"), "[CLS] Rain [SEP]");
    }

    #[test]
    fn words_become_the_longest_pieces_there_are() {
        let list = pieces(&["un", "##kind", "kind", "##ness", ",", "naive"]);
        let vocabulary = Vocabulary::of_pieces(&list, Frame::ClassFirst).unwrap();
        let expected = "[CLS] un ##kind ##ness , naive [UNK] [SEP]";
        assert_eq!(text(&vocabulary, "Unkindness, na\u{ef}ve dogs"), expected);
        let last = Vocabulary::of_pieces(&list, Frame::ClassLast).unwrap();
        assert_eq!(text(&last, "kind"), "kind [SEP] [CLS]");
    }

    #[test]
    fn sentences_are_cut_between_their_special_pieces() {
        let vocabulary = Vocabulary::of_pieces(&pieces(&["a"]), Frame::ClassFirst).unwrap();
        let texts = ["a a a", "a a a a", "a"];
        let encoded = vocabulary.encode(&texts, Some(5)).unwrap();
        assert_eq!(encoded[1].pieces, [2, 5, 5, 5, 3]);
        assert_eq!([0, 1, 2].map(|k| encoded[k].cut), [false, true, false]);
        let error = vocabulary
            .encode(&["a", " "], None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("sentence 1") && error.contains("no word pieces"),
            "{error}"
        );
    }

    #[test]
    fn a_learned_vocabulary_is_the_same_each_time_and_after_it_is_read_again() {
        let texts = grammar(200, 1);
        let learned = |size| {
            let texts = texts.items().iter().map(|item| item.text.as_str());
            Vocabulary::learned(texts, size, Frame::ClassFirst).unwrap()
        };
        let (one, two) = (learned(60), learned(60));
        assert_eq!(one.size(), 60);
        let all = |v: &Vocabulary| (0..60).map(|id| v.piece(id)).collect::<Vec<_>>();
        assert_eq!(all(&one), all(&two));
        // Words come whole once there is room for them.
        let sentence = "the teachers are not happy";
        assert!(text(&one, sentence).contains("##"));
        assert_eq!(
            text(&learned(400), sentence),
            format!("[CLS] {sentence} [SEP]")
        );
        for names in [&FILES[..2], &FILES[4..5]] {
            let folder = tempfile::tempdir().unwrap();
            one.save(folder.path()).unwrap();
            for name in FILES.iter().filter(|name| !names.contains(name)) {
                let _ = std::fs::remove_file(folder.path().join(name));
            }
            let again = Vocabulary::open(folder.path(), Frame::ClassFirst).unwrap();
            assert_eq!(all(&one), all(&again));
            assert_eq!(text(&one, sentence), text(&again, sentence));
            assert_eq!(one.tokens(), again.tokens());
        }
    }

    #[test]
    fn a_vocabulary_without_a_mask_has_another_baseline() {
        use burn_interaction::{Baseline, Players};

        let with = Vocabulary::of_pieces(&grammar_vocabulary(), Frame::ClassFirst).unwrap();
        assert_eq!(with.tokens().baseline(), Baseline::Mask);
        let list = ["[UNK]", "[CLS]", "[SEP]", "a"].map(String::from);
        let without = Vocabulary::of_pieces(&list, Frame::ClassFirst).unwrap();
        assert_eq!(without.tokens().baseline(), Baseline::Unknown);
        assert_eq!(without.pad(), 0);
        let error = Vocabulary::of_pieces(&list[1..], Frame::ClassFirst).unwrap_err();
        assert!(error.to_string().contains("no [UNK]"), "{error}");
    }
}
