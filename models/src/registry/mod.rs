//! Every network by name, for commands and tests.

mod images;
mod points;
mod published;
mod series;
mod tables;
mod texts;

pub use crate::family::*;
pub use crate::text::{TextFamily, TextNetwork, TextVariant};
pub use images::*;
pub use points::*;
pub use published::*;
pub use series::*;
pub use tables::*;
pub use texts::*;

use burn_interaction::input::Kind;

use crate::error::Error;

/// The names of the networks that take data of this kind. Tables have the paper's two networks here, but [`table_network`]
/// makes `mlp` with any other number of layers too.
pub fn networks(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Images => image_networks(),
        Kind::Clouds => point_networks(),
        Kind::Texts => text_networks(),
        Kind::Tables => vec!["mlp5", "mlp8"],
        Kind::Series => series_networks(),
    }
}

/// The names of networks besides those of [`networks`], in words, or which of them are small.
pub fn others(kind: Kind) -> &'static str {
    match kind {
        Kind::Images => {
            "a slash gives a network of patches another patch side: vit-tiny/8, swin-tiny/2"
        }
        Kind::Clouds | Kind::Series => "those that are slim are smaller, for generated data",
        Kind::Texts => {
            "a Hugging Face folder of one of them is a path with a separator, such as ./bert"
        }
        Kind::Tables => "mlpK with K Linear layers from 2 to 256",
    }
}

/// The kind of data that the network of a name takes; `None` where there is no such network.
pub fn kind_of(name: &str) -> Option<Kind> {
    let base = name.split_once('/').map_or(name, |(base, _)| base);
    let found = Kind::ALL.into_iter().find(|kind| match kind {
        Kind::Images => networks(*kind).contains(&base),
        _ => networks(*kind).contains(&name),
    });
    found.or_else(|| tables::layers(name).map(|_| Kind::Tables))
}

fn unknown(name: &str) -> Error {
    Error::UnknownNetwork {
        name: name.into(),
        available: Kind::ALL
            .map(|kind| format!("{} for {kind}", networks(kind).join(", ")))
            .join(", "),
    }
}
