use burn::tensor::Device;

use super::unknown;
use crate::error::{Error, Result};
use crate::mlp::{Mlp, MlpConfig};

/// Layers of a network at most: what is deeper is a typing mistake.
const DEEPEST: usize = 256;

/// The number of layers of a table network, from its name.
pub(super) fn layers(name: &str) -> Option<usize> {
    let layers = name.strip_prefix("mlp")?.parse().ok()?;
    (2..=DEEPEST).contains(&layers).then_some(layers)
}

/// Makes a table network by name, `mlp5`, `mlp8` or `mlp` and any other number of layers, with random weights.
///
/// # Errors
///
/// Fails where there is no such network, among them those of 2 to 256 layers, or the network would have no inputs or no classes.
pub fn table_network(name: &str, inputs: usize, classes: usize, device: &Device) -> Result<Mlp> {
    let layers = layers(name).ok_or_else(|| unknown(name))?;
    if inputs == 0 || classes == 0 {
        return Err(Error::Unfit {
            network: name.into(),
            given: format!("{inputs} features and {classes} classes"),
            remedy: "it needs features and classes".into(),
        });
    }
    Ok(MlpConfig::new(inputs, classes)
        .with_layers(layers)
        .init(device))
}
