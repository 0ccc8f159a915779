//! The `config.json` of Hugging Face folders.

mod entries;
mod known;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{BertConfig, BertKind, XlNetConfig};
use crate::error::Result;

/// The sizes of a network for texts.
#[derive(Debug, Clone, PartialEq)]
pub enum TextSizes {
    /// The sizes of BERT, DistilBERT or ALBERT.
    Bert(BertConfig),
    /// The sizes of XLNet.
    XlNet(XlNetConfig),
}

/// The contents of the `config.json` in a Hugging Face folder: the sizes of a network, the names of its classes, and any
/// other entries.
#[derive(Debug, Clone, PartialEq)]
pub struct TextConfig {
    pub(super) sizes: TextSizes,
    classes: Vec<String>,
    /// The entries of the file, all of which are kept if the configuration was read from one.
    json: Map<String, Value>,
    /// The entries of the file that no network of its family is known to have.
    unknown: Vec<String>,
}

impl TextConfig {
    /// The configuration of a network of these sizes that tells these classes apart.
    pub fn new(sizes: TextSizes, classes: &[String]) -> Self {
        let mut json = Map::new();
        if let Value::Object(entries) = sizes.write() {
            json.extend(entries);
        }
        json.insert("model_type".into(), sizes.names()[0].into());
        let config = Self {
            sizes,
            classes: classes.into(),
            json,
            unknown: Vec::new(),
        };
        config.name_classes()
    }

    /// Parses the text of a `config.json`; `Err` tells the fault of the text.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let json: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| format!("no configuration: {e}"))?;
        let classes = class_names(&json)?;
        let family = json.get("model_type").and_then(Value::as_str);
        let family = family.unwrap_or_default();
        let own = known::own_names(family, &json)?;
        let unknown = known::check(family, &own)?;
        let sizes = TextSizes::read(&own, classes.len())?;
        Ok(Self {
            unknown,
            sizes,
            classes,
            json,
        })
    }

    /// The text of a `config.json`.
    pub(super) fn text(&self) -> String {
        let mut json = self.json.clone();
        let [_, architecture] = self.sizes.names();
        json.insert("architectures".into(), json!([architecture]));
        let text = serde_json::to_string_pretty(&json).unwrap_or_default();
        text + "\n"
    }

    /// Whether the folder holds a head for classification, as far as `architectures` says; pretrained networks have other
    /// heads.
    pub fn is_classifier(&self) -> bool {
        let named = self.json.get("architectures").and_then(Value::as_array);
        let mut names = named.into_iter().flatten().filter_map(Value::as_str);
        names.all(|name| name.ends_with("ForSequenceClassification"))
    }

    /// Makes the configuration of the same network with a head for other classes.
    pub fn with_classes(mut self, classes: &[String]) -> Self {
        if self.classes == classes {
            return self;
        }
        self.classes = classes.into();
        self.sizes = match self.sizes {
            TextSizes::Bert(config) => TextSizes::Bert(BertConfig {
                classes: classes.len(),
                ..config
            }),
            TextSizes::XlNet(config) => TextSizes::XlNet(XlNetConfig {
                classes: classes.len(),
                ..config
            }),
        };
        self.name_classes()
    }

    /// Brings the entries of the classes up to date.
    fn name_classes(mut self) -> Self {
        name_classes(&mut self.json, &self.classes);
        self
    }

    /// Entries of the file that no network of its family is known to have. They are kept, and change nothing here: whether
    /// they should have is for the reader of the file to say.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Whether a sample may be of several classes, as `problem_type` says: the logits are then no choice between classes.
    pub fn is_multi_label(&self) -> bool {
        let kind = self.json.get("problem_type").and_then(Value::as_str);
        kind == Some("multi_label_classification")
    }

    /// The name of the kind of network: bert, distilbert, albert or xlnet.
    pub fn kind(&self) -> &'static str {
        self.sizes.names()[0]
    }

    /// The sizes of the network.
    pub fn sizes(&self) -> &TextSizes {
        &self.sizes
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Word pieces of the vocabulary.
    pub fn vocabulary(&self) -> usize {
        match &self.sizes {
            TextSizes::Bert(config) => config.vocabulary,
            TextSizes::XlNet(config) => config.vocabulary,
        }
    }

    /// The longest sentence in word pieces, where there is a limit.
    pub fn positions(&self) -> Option<usize> {
        match &self.sizes {
            TextSizes::Bert(config) => Some(config.positions),
            TextSizes::XlNet(_) => None,
        }
    }

    /// Segments that pieces can be of, where there is a limit.
    pub fn segments(&self) -> Option<usize> {
        match &self.sizes {
            TextSizes::Bert(config) if config.kind != BertKind::DistilBert => Some(config.segments),
            _ => None,
        }
    }

    /// Whether the piece that stands for the class comes at the end of a sentence.
    pub fn class_is_last(&self) -> bool {
        matches!(self.sizes, TextSizes::XlNet(_))
    }
}

/// Names the classes in the entries of a configuration.
pub(crate) fn name_classes(json: &mut Map<String, Value>, classes: &[String]) {
    let numbered = |(id, name): (usize, &String)| (id.to_string(), name.clone());
    let names: BTreeMap<_, _> = classes.iter().enumerate().map(numbered).collect();
    let ids: BTreeMap<_, usize> = classes.iter().zip(0..).collect();
    json.remove("num_labels");
    json.insert("id2label".into(), json!(names));
    json.insert("label2id".into(), json!(ids));
}

/// The names of the classes: `id2label`, or as many as `num_labels`, of which there are two where nothing is said.
pub(crate) fn class_names(json: &Map<String, Value>) -> Result<Vec<String>, String> {
    let Some(names) = json.get("id2label").filter(|names| !names.is_null()) else {
        let count = json.get("num_labels").filter(|count| !count.is_null());
        let count = count.map_or(Some(2), Value::as_u64);
        let fine = count.filter(|count| (1..=known::MOST_CLASSES).contains(count));
        let count = fine.ok_or_else(|| {
            format!(
                "num_labels: it is a whole number from 1 to {}",
                known::MOST_CLASSES
            )
        })?;
        return Ok((0..count).map(|id| format!("LABEL_{id}")).collect());
    };
    let names: BTreeMap<usize, String> =
        serde_json::from_value(names.clone()).map_err(|e| format!("id2label: {e}"))?;
    match names.keys().copied().eq(0..names.len()) && !names.is_empty() {
        true => Ok(names.into_values().collect()),
        false => Err("id2label: the classes are not numbered from 0 on".into()),
    }
}
