//! Reference networks for [burn-interaction](burn_interaction), weight-compatible with their PyTorch originals.
//!
//! Each network has a `Config` with the sizes of its paper as defaults, implements
//! [`Classifier`](burn_interaction::Classifier), and knows the key names of its reference ([`Reference`]). [`load`] reads
//! PyTorch checkpoints, safetensors and Burn's own packs, [`save`] writes the latter two; [`open_text`] and [`save_text`]
//! read and write Hugging Face folders, [`open_image`] reads those of networks for images. [`registry`] names every network for commands.
//!
//! ```
//! use burn_interaction_models::registry::{ImageSize, image_network};
//! use burn_interaction_models::{load, save};
//!
//! # let folder = std::env::temp_dir().join("burn-interaction-doc");
//! # std::fs::create_dir_all(&folder).unwrap();
//! let device = burn_interaction::device("flex").unwrap();
//! let net = image_network("resnet20", ImageSize::cifar(), 10, &device)?;
//! let file = folder.join("resnet20.safetensors");
//! save(&net, &file)?;
//! let (net, report) = load(net, &file)?;
//! assert_eq!(report.loaded, 97);
//! # Ok::<(), burn_interaction_models::Error>(())
//! ```

mod cnn;
mod error;
mod family;
mod folders;
mod layers;
mod mlp;
pub mod points;
pub mod registry;
mod series;
mod text;
mod transformer;
mod weights;

pub use cnn::*;
pub use error::*;
pub use folders::*;
pub use layers::convolve;
pub use mlp::*;
pub use points::{
    Dgcnn, DgcnnConfig, PointConv, PointConvConfig, PointConvLevelConfig, PointNet, PointNet2,
    PointNet2Config, PointNetConfig, SetAbstractionConfig,
};
pub use series::*;
pub use text::*;
pub use transformer::*;
pub use weights::*;

/// The program of README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
