//! Families of networks: what a network says of itself for the registry. Knows no network.

mod images;
mod points;
mod preprocessing;

pub use images::*;
pub use points::*;
pub use preprocessing::*;

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

        impl $crate::weights::Reference for $Network {
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

            fn bases(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$Family(net) => net.bases(),)*
                }
            }

            fn dialects(&self) -> Vec<$crate::weights::Dialect> {
                match self {
                    $(Self::$Family(net) => net.dialects(),)*
                }
            }

            fn joins(&self) -> &'static [(&'static str, &'static [&'static str])] {
                match self {
                    $(Self::$Family(net) => net.joins(),)*
                }
            }

            fn adapt(&self, weight: $crate::weights::Weight) -> $crate::weights::Weight {
                match self {
                    $(Self::$Family(net) => net.adapt(weight),)*
                }
            }
        }

        /// The networks of every family.
        pub(crate) fn catalogue() -> Vec<Entry> {
            let mut entries = Vec::new();
            $(entries.extend($Family::variants().into_iter().map(|variant| variant.boxed()));)*
            entries
        }
    };
}
pub(crate) use families;
