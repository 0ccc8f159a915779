#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
//!
//! # Layers
//!
//! Each module knows only those above it, and those on one line not each other; a test keeps that.
//!
//! ```text
//! error                        who has to change something: the caller, the data, the machine
//! text, digest, device, file   spelling of settings; digests; devices by name; files that appear whole
//! coalition                    sets of players, pairs, seeded draws
//! input                        batches of samples: tensors, sentences, series; kinds of data
//! geometry                     indices in point clouds: farthest, nearest, balls, neighbours
//! players                      features, patches, segments, regions, tokens, windows; baselines
//! game                         classifier, reward, fingerprint; games with known values or interactions
//! estimate                     protocol: orders, pairs, estimator; plans; sums over contexts, correction for noise
//! profile                      interactions with their noise and origin, merged; indices; strength of orders, bands, verdict
//! measure                      the runner: price, batches, threads, progress, going on with earlier results
//! modulation                   signals and losses
//! evaluation                   what a network can do: attack, masking, fit; how strongly it learns each order
//! training, figures            wrapper, probe, metrics (feature `train`); SVG and PNG (feature `figures`)
//! guide                        no code: what an order is, reading a curve, traps, steering, symbols
//! internal                     hidden: tools that the crates of this workspace share
//! ```
//!
//! # Features
#![doc = document_features::document_features!()]

pub mod coalition;
mod device;
mod digest;
mod error;
pub mod estimate;
pub mod evaluation;
#[cfg(feature = "figures")]
pub mod figures;
mod file;
pub mod game;
pub mod geometry;
pub mod guide;
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
pub use device::{NamedDevice, compiled_backends, device, device_list, devices};
pub use digest::digest;
pub use error::{Error, Result};
pub use estimate::{Contexts, Estimate, Estimator, Orders, Pairs, Plan, Protocol};
pub use game::{Classifier, Copies, Game, Reward};
pub use input::{Batch, Sentences, Series};
pub use measure::{Cost, Efficiency, Measurement, Observer, Progress, Targets};
pub use modulation::{Draw, EncourageLoss, Modulation, SuppressLoss, Term};
pub use players::{
    Baseline, Features, Patches, Players, RegionMap, Regions, SegmentMap, Segments, Tokens, Windows,
};
pub use profile::{
    Curves, Depth, NoBand, Origin, Precision, Profile, SampleProfile, Strength, StrengthPoint,
    Verdict,
};
