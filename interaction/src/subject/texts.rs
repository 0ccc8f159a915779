use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use burn_interaction::{Baseline, Players, Sentences, Tokens};
use burn_interaction_datasets::{
    BagOfWords, Frame, Samples, SentenceSet, Split, Texts as TextSet, Vocabulary,
};
use burn_interaction_models::registry::{TextNetwork, text_config};
use burn_interaction_models::{TextConfig, text_weights};

use super::{
    About, Absent, FolderSettings, Part, Scene, Seats, Spec, Statistics, Subject, Word, classes,
    digest_of, names, unknown_entries,
};
use crate::error::{Result, usage};

/// Word pieces of a vocabulary that is learned from the training texts.
const LEARNED: usize = 8000;
/// Word pieces that a sentence keeps where the network has no limit of its own.
const LONGEST: usize = 512;
/// Numbers that embeddings may be rounded up to a multiple of: their rows beyond the vocabulary are unused.
const ROUNDED: [usize; 3] = [8, 64, 128];
/// Sentences of up to 14 players are enumerated: below that, sampling all pairs costs more than 2^n forwards.
const EXACT: usize = 14;
/// Players below which a sentence is left out of a measurement, unless the user says otherwise.
const FEWEST: usize = 6;

/// A network for texts and its texts, with sizes, word pieces and players.
pub struct Texts {
    spec: Spec,
    about: About,
    split: Split<TextSet>,
    config: TextConfig,
    vocabulary: Vocabulary,
    players: Tokens,
}

/// Opens a network from a Hugging Face folder, if `--model` is one or the weights are in one, or else by name. Its word
/// pieces are those of `--vocabulary`, of the folder, of the set, or learned from the training texts.
pub fn open(spec: Spec, split: Split<TextSet>, mut notes: Vec<String>) -> Result<Texts> {
    let Source {
        folder,
        config: own,
        weights,
    } = source(&spec)?;
    let names = match own.as_ref().filter(|own| own.is_classifier()) {
        Some(own) => classes::named(&spec.classes, own.classes(), &holder(&spec))?,
        None => &spec.classes,
    }
    .to_vec();
    let split = match names.is_empty() {
        true => split,
        false => classes::in_order(split, &names, &mut notes)?,
    };
    let train = &split.train;
    let last = match &own {
        Some(config) => config.class_is_last(),
        None => text_config(&spec.model, 1, train.classes())?.class_is_last(),
    };
    let frame = if last {
        Frame::ClassLast
    } else {
        Frame::ClassFirst
    };
    if spec.model_is_folder() {
        notes.push(format!("--model {} is a Hugging Face folder", spec.model));
    }
    let vocabulary = vocabulary(&spec, train, folder.as_deref(), frame, &mut notes)?;
    let config = match own {
        // A pretrained network gets a head for these classes when it is trained.
        Some(config) if !config.is_classifier() => config.with_classes(train.classes()),
        Some(config) => config.with_classes(classes::kept(&names, train.classes())),
        None => text_config(&spec.model, vocabulary.size(), train.classes())?,
    };
    notes.extend(strange(&config));
    check(&config, &vocabulary)?;
    let pieces: Vec<String> = (0..vocabulary.size() as u32)
        .map(|piece| vocabulary.piece(piece))
        .collect();
    let players = match spec.players {
        Some(Seats::Words) => vocabulary.tokens().words(),
        _ => vocabulary.tokens(),
    };
    let about = About {
        network: spec.model_name(),
        data: spec.data_and_folder().0.into(),
        classes: train.classes().to_vec(),
        weights,
        inputs: digest_of(&pieces),
        statistics: Statistics::Texts,
        features: Vec::new(),
        framing: None,
        categories: Default::default(),
        exact: EXACT,
        fewest: spec.fewest.unwrap_or(FEWEST),
        notes,
    };
    Ok(Texts {
        spec,
        about,
        split,
        config,
        vocabulary,
        players,
    })
}

/// The place that a network comes from, as far as it is in files.
struct Source {
    /// The Hugging Face folder of the network, with its configuration and weights in the other fields.
    folder: Option<PathBuf>,
    config: Option<TextConfig>,
    weights: Option<PathBuf>,
}

/// Finds the folder that `--model` names or the weights are in, its configuration, and the weights.
fn source(spec: &Spec) -> Result<Source> {
    let weights = spec.weights.as_deref();
    let is_folder = |path: &Path| path.join("config.json").exists();
    let folder = match (spec.model_is_folder(), weights) {
        (true, _) => Some(Path::new(&spec.model)),
        (false, Some(path)) if path.is_dir() => Some(path),
        (false, path) => path
            .and_then(Path::parent)
            .filter(|folder| is_folder(folder)),
    };
    let config = folder.map(TextConfig::open).transpose()?;
    if let Some(config) = config.as_ref().filter(|_| !spec.model_is_folder()) {
        let kind = spec.model.split('-').next().unwrap_or_default();
        if kind != config.kind() {
            return Err(usage(format!(
                "--model {}: the folder of the weights holds a network of kind {}",
                spec.model,
                config.kind()
            )));
        }
    }
    let weights = match (weights, folder) {
        (Some(file), _) if !file.is_dir() => Some(file.to_path_buf()),
        (Some(folder), _) | (None, Some(folder)) => Some(text_weights(folder)?),
        (None, None) => None,
    };
    Ok(Source {
        folder: folder.map(Path::to_path_buf),
        config,
        weights,
    })
}

/// The place of the configuration that names a network's classes, for messages.
fn holder(spec: &Spec) -> String {
    match (spec.model_is_folder(), &spec.weights) {
        (false, Some(weights)) => format!("--weights {}", weights.display()),
        _ => format!("--model {}", spec.model),
    }
}

/// The vocabulary of a network: the one given, its folder's, the set's own, or one learned from the training texts.
fn vocabulary(
    spec: &Spec,
    train: &TextSet,
    folder: Option<&Path>,
    frame: Frame,
    notes: &mut Vec<String>,
) -> Result<Vocabulary> {
    if let Some(path) = spec.vocabulary.as_deref().or(folder) {
        return Ok(Vocabulary::open(path, frame)?);
    }
    if let Some(pieces) = train.pieces() {
        return Ok(Vocabulary::of_pieces(pieces, frame)?);
    }
    let texts = train.items().iter().flat_map(|item| {
        let both = [Some(item.text.as_str()), item.second.as_deref()];
        both.into_iter().flatten()
    });
    let vocabulary = Vocabulary::learned(texts, LEARNED, frame)?;
    notes.push(format!(
        "learned {} word pieces from the training texts; --vocabulary gives others",
        vocabulary.size()
    ));
    Ok(vocabulary)
}

/// Notes for the user on entries of a configuration that may mean another network.
fn strange(config: &TextConfig) -> Vec<String> {
    let mut notes: Vec<String> = unknown_entries(config.kind(), config.unknown())
        .into_iter()
        .collect();
    if config.is_multi_label() {
        notes.push(
            "config.json says that a text may be of several classes: it is measured as of one"
                .into(),
        );
    }
    notes
}

/// Checks that word pieces fit a network.
fn check(config: &TextConfig, vocabulary: &Vocabulary) -> Result<()> {
    let (pieces, rows) = (vocabulary.size(), config.vocabulary());
    match pieces == rows
        || ROUNDED
            .iter()
            .any(|of| pieces.next_multiple_of(*of) == rows)
    {
        true => Ok(()),
        false => Err(usage(format!(
            "the vocabulary has {pieces} word pieces, the network's embedding {rows}: it is another network's, or cut"
        ))),
    }
}

impl Texts {
    /// Cuts texts into the network's word pieces.
    fn sentences(&self, texts: TextSet) -> Result<SentenceSet> {
        let longest = self.longest();
        let set = SentenceSet::new(texts, &self.vocabulary, Some(longest))?;
        let segments = set.sentences().iter().flat_map(|s| &s.segments).max();
        let segments = segments.map_or(0, |last| *last as usize + 1);
        match self.config.segments() {
            Some(most) if segments > most => Err(usage(format!(
                "the tokenizer numbers {segments} segments, the network has {most}: take the tokenizer of this network"
            ))),
            _ => Ok(set),
        }
    }

    /// Word pieces that a sentence keeps at most.
    fn longest(&self) -> usize {
        let positions = self.config.positions().unwrap_or(LONGEST);
        self.vocabulary
            .longest()
            .map_or(positions, |longest| longest.min(positions))
    }

    /// The words of a sentence: the pieces of each player, joined.
    fn words(&self, set: &SentenceSet, index: usize, device: &Device) -> Result<Vec<Word>> {
        let batch = set.batch(&[index], device);
        let players = self.players.players(&batch.inputs)?;
        let pieces = &set.sentences()[index].pieces;
        let mut words: Vec<Word> = Vec::new();
        for (piece, player) in pieces.iter().zip(players.concat()) {
            let text = self.vocabulary.piece(*piece);
            match words.last_mut() {
                Some((word, before)) if player.is_some() && *before == player => {
                    word.push_str(text.trim_start_matches("##"));
                }
                _ => words.push((text, player)),
            }
        }
        Ok(words)
    }
}

impl Subject for Texts {
    type Input = Sentences;
    type Net = TextNetwork;
    type Players = Tokens;
    type Samples = SentenceSet;

    fn about(&self) -> &About {
        &self.about
    }

    fn init(&self, device: &Device) -> Result<TextNetwork> {
        Ok(self.config.init(device)?)
    }

    fn samples(&self, part: Part) -> Result<Arc<SentenceSet>> {
        let texts = match part {
            Part::Train => self.split.train.clone(),
            Part::Test => self.split.test.clone(),
            Part::Unlabelled => {
                let (name, folder) = self.spec.data_and_folder();
                let set = names::data_set(name)?;
                set.open_unlabelled(folder.unwrap_or(Path::new("")), self.split.train.classes())?
            }
        };
        Ok(Arc::new(self.sentences(texts)?))
    }

    fn cut(&self, samples: &SentenceSet, part: Part) -> Option<String> {
        let (cut, all) = (samples.cut(), samples.sentences().len());
        let part = match part {
            Part::Train => "training",
            other => other.name(),
        };
        (cut > 0).then(|| {
            let longest = self.longest();
            format!(
                "{cut} of {all} {part} sentences have more than {longest} word pieces and are cut there"
            )
        })
    }

    fn players(&self) -> Result<Tokens> {
        Ok(self.players.clone())
    }

    fn measurable(
        &self,
        samples: &SentenceSet,
        device: &Device,
    ) -> Result<(Vec<usize>, Option<String>)> {
        let all: Vec<usize> = (0..samples.sentences().len()).collect();
        let (fewest, mut kept) = (self.about.fewest, Vec::with_capacity(all.len()));
        for chunk in all.chunks(1024) {
            let batch = samples.batch(chunk, device);
            let counts = self.players.counts(&batch.inputs)?;
            let enough = chunk.iter().zip(counts).filter(|(_, n)| *n >= fewest);
            kept.extend(enough.map(|(index, _)| *index));
        }
        let few = all.len() - kept.len();
        let note = (few > 0).then(|| {
            let (all, players) = (all.len(), self.players.describe());
            format!("left out {few} of {all} sentences, which have fewer than {fewest} {players}")
        });
        Ok((kept, note))
    }

    fn baseline(&self) -> Result<Option<Baseline>> {
        Ok(match &self.spec.baseline {
            Some(Absent::Given(baseline)) => Some(baseline.clone()),
            _ => None,
        })
    }

    fn player_names(
        &self,
        samples: &SentenceSet,
        _: &Self::Players,
        indices: &[usize],
        device: &Device,
    ) -> Result<Vec<Vec<String>>> {
        let of = |index: &usize| {
            let words = self.words(samples, *index, device)?;
            let players = words
                .into_iter()
                .filter_map(|(word, player)| player.map(|_| word));
            Ok(players.collect())
        };
        indices.iter().map(of).collect()
    }

    fn scenes(
        &self,
        samples: &SentenceSet,
        players: &Tokens,
        _: &[usize],
        ids: &[u64],
        device: &Device,
    ) -> Result<Vec<Scene>> {
        let scene = |id: &u64| {
            let index = *id as usize;
            Ok(Scene::Sentence {
                players: players.describe(),
                class: samples.classes()[samples.label(index)].clone(),
                words: self.words(samples, index, device)?,
            })
        };
        ids.iter().map(scene).collect()
    }

    fn yardstick(&self, train: &SentenceSet, test: &SentenceSet) -> Option<String> {
        let bag = BagOfWords::fit(train, self.vocabulary.size());
        Some(format!(
            "a bag of these words, without their order, tells {:.1} % of the test sentences rightly (naive Bayes)",
            100.0 * bag.accuracy(test)
        ))
    }

    fn settings(&self) -> Option<FolderSettings<'_>> {
        Some(FolderSettings::Texts(&self.config, &self.vocabulary))
    }
}
