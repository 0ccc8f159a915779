#![doc = include_str!("../README.md")]
//!
//! # Layers
//!
//! Data flows downwards; each module knows only those above it.
//!
//! ```text
//! coalition   sets of players, pairs, seeded draws
//! points      geometry of point clouds
//! players     features, patches, regions, tokens; baselines
//! game        classifier, reward, fingerprint; games with known interactions
//! estimate    protocol: orders, pairs, estimator; plans: exact, paired, toggled
//! profile     interactions with their noise and origin, merged; strength of orders, bands, verdict; JSON, CSV
//! measure     the runner: price, batches, progress, going on with earlier results
//! modulation  signals and losses                    training    wrapper, probe, metrics      (feature `train`)
//! figures     SVG and PNG                           (feature `figures`)
//! ```
//!
//! # Features
#![doc = document_features::document_features!()]

pub mod coalition;
mod device;
mod digest;
mod error;
pub mod estimate;
#[cfg(feature = "figures")]
pub mod figures;
mod file;
pub mod game;
pub mod geometry;
pub mod input;
#[doc(hidden)]
pub mod internal;
pub mod measure;
pub mod modulation;
pub mod players;
pub mod profile;
mod text;
#[cfg(feature = "train")]
pub mod training;

pub use burn;

pub use coalition::{Coalition, Pair};
pub use device::{NamedDevice, compiled_backends, device, devices};
pub use digest::digest;
pub use error::{Error, Result};
pub use estimate::{Estimate, Estimator, Orders, Pairs, Plan, Protocol};
pub use game::{Classifier, Game, Reward};
pub use input::{Batch, Sentences};
pub use measure::{Cost, Efficiency, Measurement, Observer, Progress, Targets};
pub use modulation::{Draw, EncourageLoss, Modulation, SuppressLoss, Term};
pub use players::{Baseline, Features, Patches, Players, RegionMap, Regions, Tokens};
pub use profile::{
    Curves, Depth, NoBand, Origin, Profile, SampleProfile, Strength, StrengthPoint, Verdict,
};
