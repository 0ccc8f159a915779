use burn::tensor::Device;

use super::unknown;
use crate::error::{Error, Result};
use crate::series::{Fcn, FcnConfig};

/// The networks for time series, with the channels of their blocks.
const NETWORKS: [(&str, [usize; 3]); 2] = [("fcn", [128, 256, 128]), ("fcn-slim", [16, 32, 16])];

/// The names of the networks that take time series.
pub fn series_networks() -> Vec<&'static str> {
    NETWORKS.iter().map(|(name, _)| *name).collect()
}

/// Makes a network for time series by name, with random weights. Names with `-slim` are smaller networks for generated data.
///
/// # Errors
///
/// Fails where there is no such network, or the network would have no channels or no classes.
pub fn series_network(name: &str, channels: usize, classes: usize, device: &Device) -> Result<Fcn> {
    let entry = NETWORKS.iter().find(|(own, _)| *own == name);
    let (_, widths) = entry.ok_or_else(|| unknown(name))?;
    if channels == 0 || classes == 0 {
        return Err(Error::Unfit {
            network: name.into(),
            given: format!("{channels} channels and {classes} classes"),
            remedy: "it needs channels and classes".into(),
        });
    }
    Ok(FcnConfig::new(channels, classes)
        .with_widths(*widths)
        .init(device))
}
