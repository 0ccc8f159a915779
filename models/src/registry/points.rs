use burn::tensor::{Device, Tensor};

use super::unknown;
use crate::error::{Error, Result};
use crate::family::{PointFamily, PointVariant, families};
use crate::points::*;

families! {
    /// Any network that takes point clouds.
    PointNetwork: Tensor<3>;
    /// PointNet.
    PointNet,
    /// PointNet++ with several scales or one.
    PointNet2,
    /// DGCNN, and GCNN.
    Dgcnn,
    /// PointConv.
    PointConv,
}

type Entry = PointVariant<PointNetwork>;

/// The names of the networks that take point clouds.
pub fn point_networks() -> Vec<&'static str> {
    catalogue().iter().map(|entry| entry.name).collect()
}

fn find(name: &str) -> Result<Entry> {
    let entry = catalogue().into_iter().find(|entry| entry.name == name);
    entry.ok_or_else(|| unknown(name))
}

/// Makes a network for clouds of `points` by name, with random weights. Names with `-slim` are smaller networks for
/// generated data.
///
/// # Errors
///
/// Fails where there is no such network, or the network needs more points.
pub fn point_network(
    name: &str,
    points: usize,
    classes: usize,
    device: &Device,
) -> Result<PointNetwork> {
    let entry = find(name)?;
    if points < entry.least || classes == 0 {
        return Err(Error::Unfit {
            network: name.into(),
            given: format!("clouds of {points} points in {classes} classes"),
            remedy: format!("it needs {} points or more, and classes", entry.least),
        });
    }
    Ok((entry.build)(classes, device))
}

/// Whether copies of a cloud's first point at its end change nothing about a network's output, so that absent regions can
/// be dropped ([`Regions::dropped`](burn_interaction::Regions::dropped)).
///
/// # Errors
///
/// Fails where there is no such network.
pub fn ignores_copies(name: &str) -> Result<bool> {
    Ok(find(name)?.copies)
}
