use std::sync::Arc;

use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::error::{Error, Result};
use crate::input::Sentences;

use super::{Baseline, Players};

/// The part that a word piece has in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// No part of a sentence: always present, as the first and the last piece are, and padding.
    Special,
    /// The beginning of a word, or a whole one.
    Begins,
    /// The rest of a word, or a part of it.
    Continues,
}

/// The word pieces of a sentence as players, or its words: inputs are [`Sentences`].
///
/// Special pieces are always present, and so is whatever attention does not see. Absent players become the vocabulary's
/// mask where it has one, else its unknown piece; [`Baseline::Pad`] and [`Baseline::Hidden`] are others. Sentences differ
/// in their number of players, so that their orders are compared by ratio, see [`Profile`](crate::Profile).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::players::Piece::{Begins, Continues, Special};
/// use burn_interaction::{Players, Sentences, Tokens};
///
/// // [CLS] un ##kind [SEP] [MASK]
/// let vocabulary = [Special, Begins, Continues, Special, Special];
/// let tokens = Tokens::new(vocabulary).mask(4);
/// let sentence = Sentences::new(Tensor::from_ints([[0, 1, 2, 1, 3]], &Device::flex()));
/// assert_eq!(tokens.count(&sentence)?, 3);
/// assert_eq!(tokens.words().count(&sentence)?, 2);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    vocabulary: Arc<[Piece]>,
    mask: Option<usize>,
    pad: Option<usize>,
    unknown: Option<usize>,
    words: bool,
}

impl Tokens {
    /// The players of sentences in these pieces, in the order of their numbers: every piece that is not special.
    pub fn new(vocabulary: impl Into<Arc<[Piece]>>) -> Self {
        Self {
            vocabulary: vocabulary.into(),
            mask: None,
            pad: None,
            unknown: None,
            words: false,
        }
    }

    /// The number of the piece that hides another, such as `[MASK]`.
    pub fn mask(mut self, piece: impl Into<Option<usize>>) -> Self {
        self.mask = piece.into();
        self
    }

    /// The number of the piece that pads, such as `[PAD]`.
    pub fn pad(mut self, piece: impl Into<Option<usize>>) -> Self {
        self.pad = piece.into();
        self
    }

    /// The number of the piece for what the vocabulary has no pieces for, such as `[UNK]`.
    pub fn unknown(mut self, piece: impl Into<Option<usize>>) -> Self {
        self.unknown = piece.into();
        self
    }

    /// Takes whole words as players.
    pub fn words(mut self) -> Self {
        self.words = true;
        self
    }

    /// The player that each piece of each sentence belongs to, up to the last visible one; `None` for what is always present.
    ///
    /// # Errors
    ///
    /// Fails where a piece is not of the vocabulary, or the device fails.
    pub fn players(&self, sentences: &Sentences) -> Result<Vec<Vec<Option<usize>>>> {
        let [_, length] = sentences.dims();
        let read = |tensor: Tensor<2, Int>| {
            let values = tensor.try_into_vec_as::<i64>();
            values.map_err(|e| Error::Execution(e.to_string()))
        };
        let pieces = read(sentences.pieces.clone())?;
        let visible = read(sentences.visible.clone().int())?;
        let rows = pieces
            .chunks(length.max(1))
            .zip(visible.chunks(length.max(1)));
        rows.map(|(pieces, visible)| self.of_sentence(pieces, visible))
            .collect()
    }

    fn of_sentence(&self, pieces: &[i64], visible: &[i64]) -> Result<Vec<Option<usize>>> {
        let length = visible
            .iter()
            .rposition(|seen| *seen != 0)
            .map_or(0, |last| last + 1);
        let mut players = Vec::with_capacity(length);
        let mut count = 0;
        for (piece, seen) in pieces.iter().zip(visible).take(length) {
            let kind = self.kind(*piece)?;
            if kind == Piece::Special || *seen == 0 {
                players.push(None);
                continue;
            }
            if kind == Piece::Begins || !self.words || count == 0 {
                count += 1;
            }
            players.push(Some(count - 1));
        }
        Ok(players)
    }

    fn kind(&self, piece: i64) -> Result<Piece> {
        let kind = usize::try_from(piece)
            .ok()
            .and_then(|id| self.vocabulary.get(id));
        kind.copied().ok_or_else(|| {
            let last = self.vocabulary.len().saturating_sub(1);
            Error::setting(
                "word piece",
                piece,
                format!("the vocabulary has the pieces 0 to {last}"),
            )
        })
    }
}

/// The number of players of these pieces, of which a word may have several.
fn count(players: &[Option<usize>]) -> usize {
    let last = players.iter().flatten().max();
    last.map_or(0, |player| player + 1)
}

impl Players for Tokens {
    type Input = Sentences;
    /// The player of each piece, a `[batch, length]` tensor; -1 for those that are always present.
    type Places = Tensor<2, Int>;

    fn counts(&self, input: &Sentences) -> Result<Vec<usize>> {
        let players = self.players(input)?;
        Ok(players.iter().map(|players| count(players)).collect())
    }

    fn baseline(&self) -> Baseline {
        match self.mask {
            Some(_) => Baseline::Mask,
            None => Baseline::Unknown,
        }
    }

    fn places(&self, input: &Sentences) -> Result<Tensor<2, Int>> {
        let [samples, length] = input.dims();
        let mut places = Vec::with_capacity(samples * length);
        for players in self.players(input)? {
            let place = |at: usize| players.get(at).copied().flatten();
            places.extend((0..length).map(|at| place(at).map_or(-1, |player| player as i32)));
        }
        let places = TensorData::new(places, [samples, length]);
        Ok(Tensor::from_data(places, &input.pieces.device()))
    }

    /// Every piece is replaced, special ones too: those are never taken from here.
    fn absent(&self, input: &Sentences, baseline: &Baseline) -> Result<Sentences> {
        let piece = match baseline {
            Baseline::Mask => self.mask,
            Baseline::Pad => self.pad,
            Baseline::Unknown => self.unknown,
            Baseline::Hidden => {
                let visible = input
                    .visible
                    .clone()
                    .bool_not()
                    .bool_and(input.visible.clone());
                return Ok(Sentences {
                    visible,
                    ..input.clone()
                });
            }
            other => return Err(other.unfit("texts: use mask, pad, unk or hide")),
        };
        let piece = piece.ok_or_else(|| {
            baseline.unfit(
                "this vocabulary, which has no such piece: use another of mask, pad, unk and hide",
            )
        })?;
        Ok(Sentences {
            pieces: input.pieces.zeros_like() + piece as i64,
            ..input.clone()
        })
    }

    fn compose(
        &self,
        present: Sentences,
        absent: Sentences,
        places: &Tensor<2, Int>,
        presence: Tensor<2, Bool>,
    ) -> Sentences {
        let [rows, players] = presence.dims();
        let [_, length] = places.dims();
        let shape = [rows, length];
        // One more column is for the pieces that are always present.
        let places = places.clone();
        let always = places.clone().lower_elem(0);
        let places = places.mask_fill(always, players as i64);
        let presence = presence.int();
        let always = Tensor::ones([rows, 1], &presence.device());
        let presence = Tensor::cat(vec![presence, always], 1);
        let kept = presence.gather(1, places.expand(shape)).equal_elem(1);
        let pieces = absent.pieces.expand(shape);
        let seen = absent.visible.expand(shape);
        Sentences {
            pieces: pieces.mask_where(kept.clone(), present.pieces.expand(shape)),
            // What is hidden in the whole sentence stays hidden.
            visible: seen.bool_or(kept).bool_and(present.visible.expand(shape)),
            segments: present.segments.expand(shape),
        }
    }

    fn describe(&self) -> String {
        let players = if self.words { "words" } else { "word pieces" };
        players.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Begins, Continues, Special};
    use burn::tensor::Device;

    fn sentence(pieces: &[i32], visible: &[bool]) -> Sentences {
        let (device, shape) = (Device::flex(), [1, pieces.len()]);
        let pieces = TensorData::new(pieces.to_vec(), shape);
        let mut sentence = Sentences::new(Tensor::from_data(pieces, &device));
        let visible = TensorData::new(visible.to_vec(), shape);
        sentence.visible = Tensor::from_data(visible, &device);
        sentence
    }

    #[test]
    fn what_is_special_or_hidden_is_no_player() {
        let tokens = Tokens::new([Special, Begins, Continues]);
        let players = |tokens: &Tokens, pieces: &[i32], visible: &[bool]| {
            tokens
                .players(&sentence(pieces, visible))
                .unwrap()
                .remove(0)
        };
        let all = [true; 5];
        let pieces = [0, 2, 2, 1, 2];
        let found = players(&tokens, &pieces, &all);
        assert_eq!(found, [None, Some(0), Some(1), Some(2), Some(3)]);
        // A sentence may begin within a word.
        let found = players(&tokens.clone().words(), &pieces, &all);
        assert_eq!(found, [None, Some(0), Some(0), Some(1), Some(1)]);
        let found = players(&tokens, &pieces, &[false, true, false, true, false]);
        assert_eq!(found, [None, Some(0), None, Some(1)]);
        let hidden = sentence(&pieces, &[false; 5]);
        assert_eq!(tokens.counts(&hidden).unwrap(), [0]);
        assert!(matches!(
            tokens.count(&hidden),
            Err(Error::TooFewPlayers { players: 0 })
        ));
    }

    #[test]
    fn absent_players_are_replaced_and_special_pieces_stay() {
        let tokens = Tokens::new([Special, Begins, Begins]).mask(2);
        let input = sentence(&[0, 1, 1, 0], &[true; 4]);
        let compose = |baseline: &Baseline, presence: [bool; 2]| {
            let absent = tokens.absent(&input, baseline).unwrap();
            let places = tokens.places(&input).unwrap();
            let presence = TensorData::new(presence.to_vec(), [1, 2]);
            let presence = Tensor::from_data(presence, &Device::flex());
            let made = tokens.compose(input.clone(), absent, &places, presence);
            let read = |tensor: Tensor<2, Int>| tensor.try_into_vec_as::<i64>().unwrap();
            (read(made.pieces), read(made.visible.int()))
        };
        let made = compose(&Baseline::Mask, [false, true]);
        assert_eq!(made, (vec![0, 2, 1, 0], vec![1, 1, 1, 1]));
        let made = compose(&Baseline::Hidden, [true, false]);
        assert_eq!(made, (vec![0, 1, 1, 0], vec![1, 1, 0, 1]));
    }
}
