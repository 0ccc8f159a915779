#![cfg_attr(docsrs, feature(doc_cfg))]
//! Data sets for [burn-interaction](burn_interaction): loaders for real on-disk formats, and generated sets that need no
//! download.
//!
//! Tables: [`census`], [`commercial`] and the generated [`rules`]. Images: [`Cifar10`], [`tiny_imagenet`], [`imagenet`]
//! (any class folders) and the generated [`scenes`]. Point clouds: [`modelnet`], [`shapenet`] and the generated [`solids`].
//! Texts: [`sst2`], [`cola`], [`ag_news`] and the generated [`grammar`], in the word pieces of a [`Vocabulary`]. Time series: [`ucr`],
//! [`series_csv`] and the generated [`events`].
//! People's own files: [`own_table`], [`own_images`], [`own_sentences`] and [`npz`], by [`Columns`].
//! All are Burn [`Dataset`](burn::data::dataset::Dataset)s. [`Samples`] says how the samples of a set become tensors, and a
//! [`Loader`] hands them to a trainer, working ahead of it. [`registry`] opens any set by name, with notes on what was passed
//! over or left out, and the `download` module fetches sets that have a public address.
//!
//! ```
//! use burn::data::dataset::Dataset;
//! use burn_interaction_datasets::{Normalization, scenes};
//!
//! let images = scenes(100, 7);
//! assert_eq!((images.len(), images.classes().len()), (100, 4));
//! let device = burn_interaction::device("flex").unwrap();
//! let batch = images.batch(&[0, 1, 2], &Normalization::fit(&images)?, &device);
//! assert_eq!(batch.inputs.dims(), [3, 3, 16, 16]);
//! # Ok::<(), burn_interaction_datasets::Error>(())
//! ```

mod cache;
mod clouds;
#[cfg(feature = "download")]
pub mod download;
mod error;
mod folders;
mod images;
mod loader;
mod own;
pub mod registry;
mod samples;
mod series;
mod standard;
mod table;
mod text;

pub use burn_interaction::input::Kind;
pub use clouds::*;
pub use error::*;
pub use images::*;
pub use loader::*;
pub use own::*;
pub use samples::*;
pub use series::*;
pub use standard::Standardization;
pub use table::*;
pub use text::*;

/// The program of README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
