use burn::tensor::Device;
use burn_interaction::Sentences;

use super::{Bert, BertConfig, TextConfig, TextFamily, TextSizes, TextVariant, XlNet, XlNetConfig};
use crate::error::Result;
use crate::family::families;

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

impl TextConfig {
    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where the sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<TextNetwork> {
        Ok(match &self.sizes {
            TextSizes::Bert(config) => config.init(device)?.into(),
            TextSizes::XlNet(config) => config.init(device)?.into(),
        })
    }
}
