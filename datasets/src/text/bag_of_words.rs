use super::SentenceSet;

/// Multinomial naive Bayes on word pieces: a yardstick for networks that see the order of words, as it tells classes from
/// the words alone.
///
/// A class c gives a sentence `log p(c) + sum over its pieces w of log p(w | c)`, with `p(w | c)` the share of w among the
/// pieces of the class's sentences, each counted once more than it comes.
#[derive(Debug, Clone)]
pub struct BagOfWords {
    /// `log p(c)` of each class.
    classes: Vec<f64>,
    /// `log p(w | c)`, by piece and class.
    pieces: Vec<f64>,
}

impl BagOfWords {
    /// Counts the pieces of these sentences, which are from a vocabulary of this size.
    pub fn fit(set: &SentenceSet, size: usize) -> Self {
        let count = set.texts().classes().len();
        let mut sentences = vec![0.0_f64; count];
        let mut pieces = vec![1.0_f64; size * count];
        let mut totals = vec![size as f64; count];
        for (item, sentence) in set.texts().items().iter().zip(set.sentences()) {
            sentences[item.label] += 1.0;
            totals[item.label] += sentence.pieces.len() as f64;
            for piece in &sentence.pieces {
                pieces[*piece as usize * count + item.label] += 1.0;
            }
        }
        let all: f64 = sentences.iter().sum();
        for counts in pieces.chunks_exact_mut(count) {
            for (count, total) in counts.iter_mut().zip(&totals) {
                *count = (*count / total).ln();
            }
        }
        Self {
            classes: sentences.iter().map(|n| (n / all).ln()).collect(),
            pieces,
        }
    }

    /// The likeliest class of a sentence with these pieces.
    pub fn predict(&self, pieces: &[u32]) -> usize {
        let count = self.classes.len();
        let mut scores = self.classes.clone();
        for piece in pieces {
            let row = &self.pieces[*piece as usize * count..][..count];
            scores
                .iter_mut()
                .zip(row)
                .for_each(|(score, own)| *score += own);
        }
        (0..count).fold(0, |best, c| if scores[c] > scores[best] { c } else { best })
    }

    /// The share of sentences whose class is told rightly.
    pub fn accuracy(&self, set: &SentenceSet) -> f64 {
        let items = set.texts().items().iter().zip(set.sentences());
        let right = items.filter(|(item, sentence)| self.predict(&sentence.pieces) == item.label);
        right.count() as f64 / set.sentences().len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frame, TextItem, Texts, Vocabulary};

    #[test]
    fn shares_of_words_are_those_of_the_formula() {
        let names = ["[UNK]", "[CLS]", "[SEP]", "good", "bad", "film"].map(String::from);
        let vocabulary = Vocabulary::of_pieces(&names, Frame::ClassFirst).unwrap();
        let item = |(text, label): (&str, usize)| TextItem::new(text, label);
        let texts = [("bad film", 0), ("good film", 1), ("good good", 1)].map(item);
        let texts = Texts::new(texts.into(), vec!["no".into(), "yes".into()]).unwrap();
        let set = SentenceSet::new(texts, &vocabulary, None).unwrap();
        let bag = BagOfWords::fit(&set, vocabulary.size());
        // Of class 1: 8 pieces in 2 sentences, good 3 times, and each of the 6 once more.
        let good = bag.pieces[3 * 2 + 1];
        assert!((good - (4.0_f64 / 14.0).ln()).abs() < 1e-12);
        assert!((bag.classes[1] - (2.0_f64 / 3.0).ln()).abs() < 1e-12);
        assert_eq!((bag.predict(&[3]), bag.predict(&[4])), (1, 0));
        assert_eq!(bag.accuracy(&set), 1.0);
    }
}
