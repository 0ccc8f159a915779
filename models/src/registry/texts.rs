use burn_interaction::Sentences;

use super::{families, unknown};
use crate::error::{Error, Result};
use crate::text::{Bert, BertConfig, TextConfig, TextSizes, XlNet, XlNetConfig};
use crate::weights::Reference;

/// One network of a family: its name and its sizes for a number of classes.
pub struct TextVariant {
    name: &'static str,
    sizes: fn(usize) -> TextSizes,
}

impl TextVariant {
    fn boxed(self) -> Entry {
        self
    }
}

/// A family of networks for texts.
pub trait TextFamily: Reference + burn_interaction::Classifier<Sentences> {
    /// The networks of the family.
    fn variants() -> Vec<TextVariant>;
}

families! {
    /// Any network that takes sentences.
    TextNetwork: Sentences;
    /// The networks of BERT's shape: BERT, DistilBERT and ALBERT.
    Bert,
    /// XLNet.
    XlNet,
}

type Entry = TextVariant;

impl TextFamily for Bert {
    fn variants() -> Vec<TextVariant> {
        fn slim(config: BertConfig) -> TextSizes {
            let config = config.with_width(128).with_depth(2).with_heads(2);
            TextSizes::Bert(config.with_hidden(512).with_positions(128))
        }
        fn variant(name: &'static str, sizes: fn(usize) -> TextSizes) -> TextVariant {
            TextVariant { name, sizes }
        }
        vec![
            variant("bert", |classes| TextSizes::Bert(BertConfig::bert(classes))),
            variant("distilbert", |classes| {
                TextSizes::Bert(BertConfig::distilbert(classes))
            }),
            variant("albert", |classes| {
                TextSizes::Bert(BertConfig::albert(classes))
            }),
            variant("bert-slim", |classes| {
                slim(BertConfig::bert(classes).with_embedding(128))
            }),
            variant("distilbert-slim", |classes| {
                slim(BertConfig::distilbert(classes).with_embedding(128))
            }),
            variant("albert-slim", |classes| {
                slim(BertConfig::albert(classes).with_embedding(64))
            }),
        ]
    }
}

impl TextFamily for XlNet {
    fn variants() -> Vec<TextVariant> {
        let slim = |classes| {
            let config = XlNetConfig::new(classes).with_width(128).with_depth(2);
            TextSizes::XlNet(config.with_heads(2).with_hidden(512))
        };
        vec![
            TextVariant {
                name: "xlnet",
                sizes: |classes| TextSizes::XlNet(XlNetConfig::new(classes)),
            },
            TextVariant {
                name: "xlnet-slim",
                sizes: slim,
            },
        ]
    }
}

/// The names of the networks that take texts.
pub fn text_networks() -> Vec<&'static str> {
    catalogue().iter().map(|entry| entry.name).collect()
}

/// The configuration of a network for texts by name, with a vocabulary of this size and these classes. Names with `-slim`
/// are smaller networks, to be trained from scratch.
///
/// # Errors
///
/// Fails where there is no such network, or the network would have no vocabulary or no classes.
pub fn text_config(name: &str, vocabulary: usize, classes: &[String]) -> Result<TextConfig> {
    let entry = catalogue().into_iter().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| unknown(name))?;
    if vocabulary == 0 || classes.is_empty() {
        return Err(Error::Unfit {
            network: name.into(),
            given: format!("{vocabulary} word pieces and {} classes", classes.len()),
            remedy: "it needs a vocabulary and classes".into(),
        });
    }
    let sizes = match (entry.sizes)(classes.len()) {
        TextSizes::Bert(config) => TextSizes::Bert(config.with_vocabulary(vocabulary)),
        TextSizes::XlNet(config) => TextSizes::XlNet(config.with_vocabulary(vocabulary)),
    };
    Ok(TextConfig::new(sizes, classes))
}
