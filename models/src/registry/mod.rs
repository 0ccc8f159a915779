//! Every network by name, for commands and tests.

mod family;
mod images;
mod points;
mod preprocessing;
mod tables;
mod texts;

pub use family::*;
pub use images::*;
pub use points::*;
pub use preprocessing::*;
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
    }
}

/// The kind of data that the network of a name takes; `None` where there is no such network.
pub fn kind_of(name: &str) -> Option<Kind> {
    let base = name.split_once('/').map_or(name, |(base, _)| base);
    let kinds = [Kind::Images, Kind::Clouds, Kind::Texts];
    let found = kinds.into_iter().find(|kind| match kind {
        Kind::Images => networks(*kind).contains(&base),
        _ => networks(*kind).contains(&name),
    });
    found.or_else(|| tables::layers(name).map(|_| Kind::Tables))
}

/// Makes one enum of the families that take the same input.
macro_rules! families {
    (
        $(#[$title:meta])*
        $Network:ident: $Input:ty;
        $($(#[$doc:meta])* $Family:ident,)*
    ) => {
        $(#[$title])*
        #[derive(burn::module::Module, Debug)]
        #[allow(clippy::large_enum_variant)]
        pub enum $Network {
            $($(#[$doc])* $Family($Family),)*
        }

        $(
            impl burn_interaction::Classifier<$Input> for $Family {
                fn logits(&self, input: $Input) -> burn::tensor::Tensor<2> {
                    self.forward(input)
                }

                fn training(&self) -> Option<bool> {
                    Some(burn_interaction::game::training_flags(self))
                }
            }

            impl From<$Family> for $Network {
                fn from(net: $Family) -> Self {
                    Self::$Family(net)
                }
            }
        )*

        impl burn_interaction::Classifier<$Input> for $Network {
            fn logits(&self, input: $Input) -> burn::tensor::Tensor<2> {
                match self {
                    $(Self::$Family(net) => net.forward(input),)*
                }
            }

            fn training(&self) -> Option<bool> {
                Some(burn_interaction::game::training_flags(self))
            }
        }

        impl $crate::Reference for $Network {
            fn name(&self) -> String {
                match self {
                    $(Self::$Family(net) => net.name(),)*
                }
            }

            fn renames(&self) -> Vec<(String, String)> {
                match self {
                    $(Self::$Family(net) => net.renames(),)*
                }
            }

            fn aliases(&self) -> Vec<(String, String)> {
                match self {
                    $(Self::$Family(net) => net.aliases(),)*
                }
            }

            fn unneeded(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$Family(net) => net.unneeded(),)*
                }
            }

            fn head(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$Family(net) => net.head(),)*
                }
            }

            fn dialects(&self) -> Vec<$crate::Dialect> {
                match self {
                    $(Self::$Family(net) => net.dialects(),)*
                }
            }

            fn adapt(&self, weight: $crate::Weight) -> $crate::Weight {
                match self {
                    $(Self::$Family(net) => net.adapt(weight),)*
                }
            }
        }

        /// The networks of every family.
        fn catalogue() -> Vec<Entry> {
            let mut entries = Vec::new();
            $(entries.extend($Family::variants().into_iter().map(|variant| variant.boxed()));)*
            entries
        }
    };
}
use families;

fn unknown(name: &str) -> Error {
    Error::UnknownNetwork {
        name: name.into(),
        available: format!(
            "{} for images, {} for point clouds, {} for texts, mlp5 and mlp8 for tables",
            image_networks().join(", "),
            point_networks().join(", "),
            text_networks().join(", ")
        ),
    }
}
