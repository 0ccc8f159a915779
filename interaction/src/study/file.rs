//! A study as it is written: TOML that anyone can write and change.

use burn_interaction_datasets::Up;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::Value;
use crate::subject::{Absent, Part, Seats};
use crate::work::{Attacking, Disrupting, Fitting, Gradients, Masked, Optimizer, Strengths};

/// The form of study files that this version reads.
pub const SCHEMA: u32 = 1;

/// A study: networks on data, variants of their training, measures of what comes out, and the claims to be judged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Study {
    /// The form of the file, [`SCHEMA`].
    pub schema: Spanned<u32>,
    /// The name, of letters, digits and dashes.
    pub name: Spanned<String>,
    /// The title of tables and pictures.
    pub title: String,
    /// The table, figure or section that the study is of.
    pub source: String,
    /// A few words on what is shown.
    pub about: String,
    /// Choices that the source leaves open, which are the study's own.
    #[serde(default)]
    pub ours: Vec<String>,
    /// The sizes that it can be run in.
    pub scales: Scales,
    /// The training of every network, unless a subject or a variant says otherwise.
    pub training: Tuning,
    /// Networks and their data.
    #[serde(rename = "subject")]
    pub subjects: Vec<SubjectEntry>,
    /// Variants of each network's training.
    #[serde(rename = "variant")]
    pub variants: Vec<Variant>,
    /// Measures of each trained network.
    #[serde(rename = "measure")]
    pub measures: Vec<MeasureEntry>,
    /// Pictures of curves of several variants or measures, besides those of each measure.
    #[serde(rename = "picture", default)]
    pub pictures: Vec<Picture>,
    /// Claims that the numbers are held against.
    #[serde(rename = "claim", default)]
    pub claims: Vec<Claim>,
}

/// The sizes of a study.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scales {
    /// A size that runs in a minute, on generated data: whether everything works.
    pub smoke: Scale,
    /// A size for a laptop, 90 minutes at most, some studies in two parts.
    pub laptop: Scale,
    /// The size of the source.
    pub published: Scale,
}

/// One size of a study.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scale {
    /// Repetitions of each training with seeds 1, 2, ..
    pub seeds: Spanned<usize>,
    /// The subjects by name.
    pub subjects: Spanned<Vec<Spanned<String>>>,
    /// Epochs of every training, in place of those of the study.
    pub epochs: Option<Spanned<usize>>,
    /// Training samples at most.
    pub training_samples: Option<Spanned<usize>>,
    /// Samples of every measure at most.
    pub samples: Option<Spanned<usize>>,
}

/// The value of an entry without its place.
pub fn value<T: Copy>(entry: &Option<Spanned<T>>) -> Option<T> {
    entry.as_ref().map(|entry| *entry.get_ref())
}

/// Settings of a training; absent ones are those of the study, of the subject, or of the `train` command, in this order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tuning {
    /// Epochs.
    pub epochs: Option<Spanned<usize>>,
    /// Samples in a batch.
    pub batch: Option<Spanned<usize>>,
    /// Learning rate at the start; it falls tenfold to the end.
    pub learning_rate: Option<Spanned<f64>>,
    /// Weight decay.
    pub weight_decay: Option<Spanned<f32>>,
    /// The optimizer, `sgd` or `adamw`.
    pub optimizer: Option<Optimizer>,
    /// How training samples are varied, as `train --augment` takes it.
    pub augment: Option<String>,
    /// Training samples at most; all where absent, and those of the scale where these are fewer.
    pub samples: Option<Spanned<usize>>,
}

/// A network and its data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SubjectEntry {
    /// The name.
    pub name: Spanned<String>,
    /// The network, as `train --model` takes it; a Hugging Face folder, such as `./minilm`, lies below `--weights-root`.
    pub model: Spanned<String>,
    /// The data set, without its folder.
    pub data: Spanned<String>,
    /// Trained weights below `--weights-root`: training starts from them, and with 0 epochs they are measured as they are.
    pub weights: Option<Spanned<String>>,
    /// The start of the weights' SHA-256 in hexadecimal digits, which a file has to have.
    pub sha256: Option<Spanned<String>>,
    /// Rows and columns of the patches of images.
    pub grid: Option<[usize; 2]>,
    /// The players, where data of a kind have several, as `train --players` takes them; a file of labels by its whole path.
    pub players: Option<Seats>,
    /// The column of the class of one's own files.
    pub label: Option<String>,
    /// The columns of the input of one's own files.
    #[serde(default)]
    pub input: Vec<String>,
    /// Points of each cloud.
    pub points: Option<usize>,
    /// The axis that clouds are turned to point up with.
    pub up: Option<Up>,
    /// The names of the network's classes, in its order.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The stand-in for absent players.
    pub baseline: Option<Absent>,
    /// Settings of its training.
    #[serde(default)]
    pub training: Tuning,
}

/// A variant of every network's training.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// The name.
    pub name: Spanned<String>,
    /// A label for tables; the name where absent.
    pub label: Option<String>,
    /// Whether the network is left as it is before training: a control.
    #[serde(default)]
    pub untrained: bool,
    /// The terms that encourage or suppress orders.
    #[serde(default)]
    pub terms: Vec<Spanned<TermEntry>>,
    /// Settings of its training.
    #[serde(default)]
    pub training: Tuning,
}

/// A term: `{ suppress = [0.7, 1.0] }` or `{ encourage = [0.3, 0.7], weight = 10.0 }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TermEntry {
    /// The two shares of players between which the signal is encouraged.
    pub encourage: Option<[f64; 2]>,
    /// The two shares of players between which the signal is suppressed.
    pub suppress: Option<[f64; 2]>,
    /// The weight lambda, 1 where absent.
    pub weight: Option<f64>,
    /// The factor of v(S1): `sizes`, `ratios`, or a number.
    pub coefficient: Option<Factor>,
    /// Nested pairs drawn for each sample and step, 1 where absent.
    pub draws: Option<usize>,
}

/// The factor of v(S1) in a term's signal.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", untagged)]
pub enum Factor {
    /// A number; 0 leaves v(S2) alone.
    Number(f64),
    /// A ratio.
    Ratio(Ratio),
}

/// The ratio that is the factor of v(S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ratio {
    /// The ratio of sizes, k2 / k1.
    Sizes,
    /// The ratio of shares, r2 / r1.
    Ratios,
}

/// A measure of each trained network: a name, its samples, and one of the kinds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MeasureEntry {
    /// The name.
    pub name: Spanned<String>,
    /// A label for tables; the name where absent.
    pub label: Option<String>,
    /// The subjects that it is made of; all where absent.
    pub subjects: Option<Vec<Spanned<String>>>,
    /// The variants that it is made of; all where absent.
    pub variants: Option<Vec<Spanned<String>>>,
    /// Samples at most; all where absent. They are taken of each class in turn, so that an accuracy over some of them is one of classes in
    /// equal shares.
    pub samples: Option<Spanned<usize>>,
    /// The part of the data, `test` where absent.
    pub part: Option<Part>,
    /// The share of the training after which the network is measured: 0.25, 0.5, 0.75 or 1, its end, where absent.
    pub at: Option<Spanned<f64>>,
    /// The epoch after which the network is measured on its way: 1, 2, 5, 10, 20, 50 and so on. Trainings that end there or before
    /// are not measured.
    pub epoch: Option<Spanned<usize>>,
    /// The numbers that tables show; all where absent.
    pub shown: Option<Vec<Value>>,
    /// The pictures that are drawn, each of the curves named; one of each curve where absent.
    pub pictures: Option<Vec<Vec<String>>>,
    /// The strengths of orders.
    pub orders: Option<Spanned<Strengths>>,
    /// Training and validation loss and accuracy by epoch.
    pub fit: Option<Spanned<Fitting>>,
    /// Accuracy under attack.
    pub attack: Option<Spanned<Attacking>>,
    /// The strengths of orders on clean and on attacked inputs.
    pub attacked_orders: Option<Spanned<Disrupting>>,
    /// Accuracy when players are masked.
    pub masking: Option<Spanned<Masked>>,
    /// The empirical learning strength of orders.
    pub learning: Option<Spanned<Gradients>>,
}

/// A picture: one curve of several variants, or of several measures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Picture {
    /// The name, of which files are called.
    pub name: Spanned<String>,
    /// The title; that of the study where absent.
    pub title: Option<String>,
    /// The curve, such as `J`.
    pub curve: String,
    /// The lines, in the order of their colours.
    pub lines: Spanned<Vec<Spanned<PictureLine>>>,
}

/// A line of a picture.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PictureLine {
    /// The variant.
    pub variant: String,
    /// The measure.
    pub measure: String,
    /// The label; those of measure and variant where absent.
    pub label: Option<String>,
}

/// A claim: numbers that should descend.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Claim {
    /// The claim in words.
    pub text: String,
    /// The section of the source.
    pub section: String,
    /// The measure of every item that names none.
    pub measure: Option<Spanned<String>>,
    /// The number of every item that names none.
    pub value: Option<Value>,
    /// The subjects that it is judged on; all that are measured where absent.
    pub subjects: Option<Vec<Spanned<String>>>,
    /// The items, largest first.
    pub descending: Spanned<Vec<Spanned<Item>>>,
    /// The items that are held against each other: neighbours where absent.
    #[serde(default)]
    pub compare: Among,
    /// The source's numbers for the items, by subject.
    #[serde(default)]
    pub published: std::collections::BTreeMap<Spanned<String>, Vec<f64>>,
}

/// The items of a claim that are held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Among {
    /// Each item against the next: they descend.
    #[default]
    Neighbours,
    /// The first item against each other one: it is the largest.
    First,
    /// Each other item against the last: that is the smallest.
    Last,
}

impl Among {
    /// The places of the larger and the smaller item of each inequality among so many items.
    pub fn pairs(self, items: usize) -> Vec<[usize; 2]> {
        let last = items.saturating_sub(1);
        let pair = |place: usize| match self {
            Self::Neighbours => [place, place + 1],
            Self::First => [0, place + 1],
            Self::Last => [place, last],
        };
        (0..last).map(pair).collect()
    }
}

/// One number in a claim: of a variant, or a constant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Item {
    /// The variant.
    pub variant: Option<String>,
    /// The measure.
    pub measure: Option<String>,
    /// The number.
    pub value: Option<Value>,
    /// A number of the claim's own.
    pub constant: Option<f64>,
    /// A number that is added.
    pub plus: f64,
}

/// An item with all its fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WholeItem {
    variant: Option<String>,
    measure: Option<String>,
    value: Option<Value>,
    constant: Option<f64>,
    #[serde(default)]
    plus: f64,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Item;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "a variant's name, or a table of variant, measure, value, constant, plus",
                )
            }

            fn visit_str<E: de::Error>(self, variant: &str) -> Result<Item, E> {
                Ok(Item {
                    variant: Some(variant.into()),
                    ..Item::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
                let whole = WholeItem::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Item {
                    variant: whole.variant,
                    measure: whole.measure,
                    value: whole.value,
                    constant: whole.constant,
                    plus: whole.plus,
                })
            }
        }

        deserializer.deserialize_any(Items)
    }
}
