use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use burn_interaction::figures::SentenceChart;
use burn_interaction::{Batch, Pair, Players, Profile, SampleProfile, Sentences, Tokens};
use burn_interaction_datasets::{Frame, SentenceSet, Texts, Vocabulary, grammar_vocabulary};
use burn_interaction_models::registry::text_config;
use burn_interaction_models::{TextConfig, text_weights};

use crate::cli::Subject;
use crate::error::{Result, usage};
use crate::output::{Folder, TrainedWith};

use super::{Samples, Statistics};

/// Word pieces of a vocabulary that is learned from the training texts.
const LEARNED: usize = 8000;
/// Word pieces that a sentence keeps where the network has no limit of its own.
const LONGEST: usize = 512;
/// Embeddings may have as many more rows as bring the pieces of the vocabulary to a multiple of one of these.
const ROUNDED: [usize; 3] = [8, 64, 128];
/// Pairs shown at an order.
const SHOWN: usize = 5;

/// How the texts of a set come to a network: its sizes, its word pieces, and who plays on them.
#[derive(Debug, Clone)]
pub struct TextView {
    /// The network's sizes and classes.
    pub config: TextConfig,
    /// Its word pieces.
    pub vocabulary: Vocabulary,
    /// Who plays.
    pub players: Tokens,
    /// Its weights; `None` for a network with random ones.
    pub weights: Option<PathBuf>,
}

impl TextView {
    /// A network from a Hugging Face folder, if `--model` or `weights` is in one, or by name. Word pieces are those of the
    /// folder, of `--vocabulary`, of the grammar, or learned from the training texts.
    ///
    /// # Errors
    ///
    /// There is no such network or no tokenizer, or classes and word pieces do not fit the network.
    pub fn new(
        subject: &Subject,
        train: &Texts,
        weights: Option<&Path>,
        trained: Option<&TrainedWith>,
    ) -> Result<Self> {
        if let Some(other) = trained.map(|trained| &trained.statistics)
            && *other != Statistics::Texts
        {
            return Err(other.of_another("a network for texts"));
        }
        let Source {
            folder,
            config: own,
            weights,
        } = source(subject, weights)?;
        let last = match &own {
            Some(config) => config.class_is_last(),
            None => text_config(&subject.model, 1, train.classes())?.class_is_last(),
        };
        let frame = if last {
            Frame::ClassLast
        } else {
            Frame::ClassFirst
        };
        let vocabulary = vocabulary(subject, train, folder.as_deref(), frame)?;
        let config = match own {
            // A pretrained network gets a head for these classes when it is trained.
            Some(config) if !config.is_classifier() => config.with_classes(train.classes()),
            Some(config) => config,
            None => text_config(&subject.model, vocabulary.size(), train.classes())?,
        };
        check(&config, &vocabulary, train)?;
        let players = vocabulary.tokens();
        Ok(Self {
            config,
            players: match subject.players.as_str() {
                "words" => players.words(),
                _ => players,
            },
            vocabulary,
            weights,
        })
    }

    /// Texts in the network's word pieces, telling how many are cut.
    ///
    /// # Errors
    ///
    /// One has no word pieces, or more segments than the network.
    pub fn sentences(&self, texts: Texts, part: &str) -> Result<SentenceSet> {
        let longest = self.config.positions().unwrap_or(LONGEST);
        let set = SentenceSet::new(texts, &self.vocabulary, Some(longest))?;
        if set.cut() > 0 {
            eprintln!(
                "warning: {} of {} {part} sentences have more than {longest} word pieces and are cut there",
                set.cut(),
                set.sentences().len()
            );
        }
        let segments = set.sentences().iter().flat_map(|s| &s.segments).max();
        let segments = segments.map_or(0, |last| *last as usize + 1);
        match self.config.segments() {
            Some(most) if segments > most => Err(usage(format!(
                "the tokenizer numbers {segments} segments, the network has {most}: take the tokenizer of this network"
            ))),
            _ => Ok(set),
        }
    }

    /// Writes the configuration and the tokenizer beside the weights, as transformers read them.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn save(&self, folder: &Folder) -> Result<()> {
        self.config.save(folder.path())?;
        Ok(self.vocabulary.save(folder.path())?)
    }
}

/// Where a network comes from.
struct Source {
    /// Its Hugging Face folder, and what stands in there.
    folder: Option<PathBuf>,
    config: Option<TextConfig>,
    weights: Option<PathBuf>,
}

/// The folder that `--model` names or the weights are in, its configuration, and the weights.
fn source(subject: &Subject, weights: Option<&Path>) -> Result<Source> {
    let is_folder = |path: &Path| path.join("config.json").exists();
    let model = Path::new(&subject.model);
    let is_name = !(is_folder(model) || subject.model.contains(['/', '\\']));
    let folder = match (is_name, weights) {
        (false, _) => Some(model),
        (true, Some(path)) if path.is_dir() => Some(path),
        (true, path) => path
            .and_then(Path::parent)
            .filter(|folder| is_folder(folder)),
    };
    let config = folder.map(TextConfig::open).transpose()?;
    if let Some(config) = config.as_ref().filter(|_| is_name) {
        let kind = subject.model.split('-').next().unwrap_or_default();
        if kind != config.kind() {
            return Err(usage(format!(
                "--model {}: the folder of the weights holds a network of kind {}",
                subject.model,
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

/// The word pieces of a network: given, its folder's, the grammar's, or learned.
fn vocabulary(
    subject: &Subject,
    train: &Texts,
    folder: Option<&Path>,
    frame: Frame,
) -> Result<Vocabulary> {
    if let Some(path) = subject.vocabulary.as_deref().or(folder) {
        return Ok(Vocabulary::open(path, frame)?);
    }
    if subject.data == "grammar" {
        return Ok(Vocabulary::of_pieces(&grammar_vocabulary(), frame)?);
    }
    let texts = train.items().iter().map(|item| item.text.as_str());
    let vocabulary = Vocabulary::learned(texts, LEARNED, frame)?;
    println!(
        "learned {} word pieces from the training texts; --vocabulary gives others",
        vocabulary.size()
    );
    Ok(vocabulary)
}

/// Whether word pieces and classes fit a network.
fn check(config: &TextConfig, vocabulary: &Vocabulary, texts: &Texts) -> Result<()> {
    let (pieces, rows) = (vocabulary.size(), config.vocabulary());
    if pieces != rows
        && ROUNDED
            .iter()
            .all(|of| pieces.next_multiple_of(*of) != rows)
    {
        return Err(usage(format!(
            "the vocabulary has {pieces} word pieces, the network's embedding {rows}: it is another network's, or cut"
        )));
    }
    let (own, classes) = (config.classes().len(), texts.classes().len());
    match own == classes {
        true => Ok(()),
        false => Err(usage(format!(
            "the network tells {own} classes apart, the data have {classes}: {}",
            texts.classes().join(", ")
        ))),
    }
}

/// Sentences as they come to a network.
pub struct SentenceSamples {
    set: Arc<SentenceSet>,
    view: TextView,
    /// Those that count.
    kept: Vec<usize>,
}

impl SentenceSamples {
    /// The sentences of a set.
    pub fn new(set: Arc<SentenceSet>, view: &TextView) -> Self {
        Self {
            kept: (0..set.sentences().len()).collect(),
            set,
            view: view.clone(),
        }
    }

    /// Only those with at least so many players, telling how many are left out.
    ///
    /// # Errors
    ///
    /// The device fails.
    pub fn of_at_least(mut self, players: usize, device: &Device) -> Result<Self> {
        let all = self.kept.len();
        let mut kept = Vec::with_capacity(all);
        for chunk in self.kept.chunks(1024) {
            let batch = self.set.batch(chunk, device);
            let counts = self.view.players.counts(&batch.inputs)?;
            let enough = chunk
                .iter()
                .zip(counts)
                .filter(|(_, count)| *count >= players);
            kept.extend(enough.map(|(index, _)| *index));
        }
        if kept.len() < all {
            println!(
                "left out {} of {all} sentences, which have fewer than {players} {}",
                all - kept.len(),
                self.view.players.describe()
            );
        }
        self.kept = kept;
        Ok(self)
    }

    fn indices(&self, indices: &[usize]) -> Vec<usize> {
        indices.iter().map(|index| self.kept[*index]).collect()
    }

    /// The pieces of a sentence, those of one player together.
    fn words(&self, index: usize, device: &Device) -> Result<Vec<(String, Option<usize>)>> {
        let batch = self.set.batch(&[index], device);
        let players = self.view.players.players(&batch.inputs)?;
        let pieces = &self.set.sentences()[index].pieces;
        let mut words: Vec<(String, Option<usize>)> = Vec::new();
        for (piece, player) in pieces.iter().zip(players.concat()) {
            let text = self.view.vocabulary.piece(*piece);
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

/// Adds the strongest pairs of a sentence at its lowest, middle and highest measured order.
fn picture(chart: SentenceChart, sample: &SampleProfile) -> SentenceChart {
    let orders = sample.orders();
    let shown: BTreeMap<usize, &str> = [
        (orders.len() / 2, "middle"),
        (orders.len() - 1, "high"),
        (0, "low"),
    ]
    .into();
    let strongest = |order: usize| -> Vec<(Pair, f64)> {
        let estimates = sample.at_order(order).unwrap_or_default();
        let pairs = sample.pairs().iter().copied().zip(estimates);
        let measured = pairs.filter(|(_, estimate)| estimate.contexts > 0);
        let mut pairs: Vec<(Pair, f64)> = measured.map(|(pair, e)| (pair, e.mean)).collect();
        pairs.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        pairs.truncate(SHOWN);
        pairs
    };
    let panels: Vec<_> = shown
        .into_iter()
        .map(|(at, name)| (name, orders[at], strongest(orders[at])))
        .collect();
    let sizes = panels
        .iter()
        .flat_map(|(_, _, pairs)| pairs)
        .map(|(_, mean)| mean.abs());
    let most = sizes.fold(f64::MIN_POSITIVE, f64::max);
    panels
        .into_iter()
        .fold(chart, |chart, (name, order, pairs)| {
            let first = pairs.first().map_or(0.0, |(_, mean)| *mean);
            let name = format!(
                "{name}: order {order} of 0 to {}, strongest {first:+.3}",
                sample.players() - 2
            );
            chart.pairs(
                name,
                pairs.into_iter().map(|(pair, mean)| (pair, mean / most)),
            )
        })
}

impl Samples for SentenceSamples {
    type Players = Tokens;
    type Input = Sentences;

    fn count(&self) -> usize {
        self.kept.len()
    }

    fn classes(&self) -> &[String] {
        self.set.texts().classes()
    }

    fn elements(&self) -> usize {
        // About the width of an embedding for each piece.
        128 * self.set.longest()
    }

    fn label(&self, index: usize) -> usize {
        self.set.texts().items()[self.kept[index]].label
    }

    fn length(&self, index: usize) -> usize {
        self.set.length(self.kept[index])
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Sentences>> {
        Ok(self.set.batch(&self.indices(indices), device))
    }

    /// The words or pieces that each player stands for.
    fn names(&self, indices: &[usize], device: &Device) -> Result<Vec<Vec<String>>> {
        let of = |index: &usize| {
            let words = self.words(self.kept[*index], device)?;
            let players = words
                .into_iter()
                .filter_map(|(word, player)| player.map(|_| word));
            Ok(players.collect())
        };
        indices.iter().map(of).collect()
    }

    /// `sentence.svg` and `sentence.png` of the first sentence: the pairs that interact most at low, middle and high order.
    fn write_pictures(
        &self,
        _: &Tokens,
        _: &[usize],
        profile: &Profile,
        folder: &Folder,
        device: &Device,
    ) -> Result<()> {
        let Some(sample) = profile.samples().first() else {
            return Ok(());
        };
        let index = sample.id() as usize;
        let item = &self.set.texts().items()[index];
        let class = &self.set.texts().classes()[item.label];
        let title = format!("{class}: {} as players", self.view.players.describe());
        let chart = picture(
            SentenceChart::new(title, self.words(index, device)?),
            sample,
        );
        chart.save_svg(folder.file("sentence.svg"))?;
        chart.save_png(folder.file("sentence.png"))?;
        Ok(())
    }
}
