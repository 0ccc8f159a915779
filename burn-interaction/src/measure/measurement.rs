use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::estimate::{Pairs, Protocol, sets_protocol};
use crate::players::Players;
use crate::profile::{Allocation, Origin, Precision, Profile};

use super::packing::Packing;
use super::sheet::Sheet;

/// The settings of a result that are not those of a protocol.
pub(super) struct Keeping<'a> {
    pub origin: &'a Origin,
    /// Whether samples have ids of their own.
    pub identified: bool,
    /// The ids of all parts together, where this is one.
    pub whole: Option<&'a [u64]>,
    pub journal: Option<&'a Path>,
}

/// Measures the interactions of a network, or of any game.
///
/// Defaults: the 13 published orders, 200 random pairs, 100 contexts, the toggled estimator, log-odds, seed 0, and the players' own
/// baseline: zero in the network's units for images, tables and series, the centre of each cloud, the mask of a vocabulary. The papers'
/// baseline is fitted by [`Baseline::mean_of_images`](crate::Baseline::mean_of_images) and
/// [`Baseline::mean_of_rows`](crate::Baseline::mean_of_rows). All values are checked when it runs. A [`Protocol`] holds them all.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::{Features, Measurement, Orders, Pairs};
///
/// // Any network: here a closure with two logits, 0 and x0 x1 + x2.
/// let net = |x: Tensor<2>| {
///     let x0 = x.clone().narrow(1, 0, 1);
///     let x1 = x.clone().narrow(1, 1, 1);
///     let z = x0 * x1 + x.narrow(1, 2, 1);
///     Tensor::cat(vec![z.zeros_like(), z], 1)
/// };
/// let inputs = Tensor::ones([1, 3], &Device::flex());
/// let profile = Measurement::new(Features).orders(Orders::all()).pairs(Pairs::all()).run(&net, inputs, vec![1])?;
/// // Players 0 and 1 cooperate at every order, 0 and 2 at none.
/// let sample = &profile.samples()[0];
/// assert_eq!(sample.interaction(0, (0, 1)).unwrap().mean, 1.0);
/// assert_eq!(sample.interaction(1, (0, 2)).unwrap().mean, 0.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Measurement<P> {
    pub(super) players: P,
    protocol: Protocol,
    batch: Option<usize>,
    ids: Option<Vec<u64>>,
    whole: Option<Vec<u64>>,
    names: Vec<Vec<String>>,
    origin: Origin,
    journal: Option<PathBuf>,
    earlier: Option<Profile>,
    precision: Option<Precision>,
    allocation: Option<Allocation>,
}

impl Measurement<()> {
    /// Measures games that are no networks.
    pub fn of_games() -> Self {
        Self::with(())
    }
}

impl<P: Players> Measurement<P> {
    /// Measures networks on inputs with these players.
    pub fn new(players: P) -> Self {
        Self::with(players)
    }
}

impl<P> Measurement<P> {
    fn with(players: P) -> Self {
        Self {
            players,
            protocol: Protocol::default(),
            batch: None,
            ids: None,
            whole: None,
            names: Vec::new(),
            origin: Origin::default(),
            journal: None,
            earlier: None,
            precision: None,
            allocation: None,
        }
    }

    sets_protocol! {
        pairs: Pairs, "The pairs to measure.";
        fewest: usize, "Samples with fewer players are left out and counted. By default 2, as a pair needs them.";
    }

    /// Measures until the error of the corrected J^(m) is at most `precision` times the larger of 1 and J^(m) at every order, at the
    /// least cost, instead of with a budget: contexts, and the number of pairs that are drawn, then follow from a pilot, and samples
    /// are taken in the order in which they are given until that is reached. See [`Precision`].
    ///
    /// Random pairs and neighbours become [`Pairs::stars`] of the same distribution; other pairs stay as they are.
    pub fn precision(mut self, precision: impl Into<Precision>) -> Self {
        self.precision = Some(precision.into());
        self
    }

    /// Takes the allocation of an earlier pilot, see [`plan`](Measurement::plan), instead of running one.
    pub fn allocation(mut self, allocation: Allocation) -> Self {
        self.allocation = Some(allocation);
        self
    }

    /// Rows in a batch. By default as many as give the network about half a million input values, 8 to 4096. Where samples
    /// differ in length each batch holds one length.
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = Some(rows);
        self
    }

    /// The ids of the samples, their places in the data set, one for each in the order of the inputs.
    ///
    /// The draws for a sample are a function of the seed and its id, so that parts measured in other batches, processes
    /// or machines are what one run would have measured, to the bit on CPUs of one kind and elsewhere within rounding, and
    /// [`Profile::merge`] puts them together. Without ids samples are numbered as they are given, and profiles cannot be merged.
    pub fn ids(mut self, ids: impl Into<Vec<u64>>) -> Self {
        self.ids = Some(ids.into());
        self
    }

    /// The ids of all parts together, each once, where these samples are one part of several: merged parts then know what is
    /// missing. Samples that a part leaves out, as they have too few players, are not.
    pub fn part_of(mut self, ids: impl Into<Vec<u64>>) -> Self {
        let mut ids = ids.into();
        ids.sort_unstable();
        self.whole = Some(ids);
        self
    }

    /// The names of the players of each sample, such as columns or words, for tables and pictures.
    pub fn names(mut self, names: impl Into<Vec<Vec<String>>>) -> Self {
        self.names = names.into();
        self
    }

    /// The network, data and machine that are measured, for whoever reads the result.
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Writes each finished sample to this file at once, from which [`resume_from`](Measurement::resume_from) goes on after
    /// a kill at any moment. The file is replaced when the first sample of a run is finished.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// Keeps the samples of an earlier profile and measures the others.
    ///
    /// # Cost
    ///
    /// Three forwards for each sample that is kept: its [`Fingerprint`](crate::game::Fingerprint) is evaluated again, and a
    /// run with another network, data, targets, baseline or players is refused.
    pub fn resume(mut self, earlier: Profile) -> Self {
        self.earlier = Some(earlier);
        self
    }

    /// Goes on from a file, see [`Profile::save_json`] and [`journal`](Measurement::journal).
    ///
    /// # Errors
    ///
    /// Fails where the file is missing or no profile.
    pub fn resume_from(self, path: impl AsRef<Path>) -> Result<Self> {
        Ok(self.resume(Profile::load_json(path)?))
    }

    /// The samples with what is known of them before they are measured.
    pub(super) fn sheet<'a>(
        &'a self,
        counts: &'a [usize],
        grid: Option<[usize; 2]>,
        protocol: &'a Protocol,
    ) -> Result<Sheet<'a>> {
        Sheet::new(self.ids.as_deref(), &self.names, counts, grid, protocol)
    }

    /// The ids of so many samples: those given, or their places.
    pub(super) fn ids_of(&self, samples: usize) -> Vec<u64> {
        let places = || (0..samples as u64).collect();
        self.ids.clone().unwrap_or_else(places)
    }

    pub(super) fn packing(&self) -> Result<Packing> {
        Packing::new(self.batch)
    }

    pub(super) fn settings(&self) -> &Protocol {
        &self.protocol
    }

    /// The settings of a result that are not those of a protocol.
    pub(super) fn keeping(&self) -> Keeping<'_> {
        Keeping {
            origin: &self.origin,
            identified: self.ids.is_some(),
            whole: self.whole.as_deref(),
            journal: self.journal.as_deref(),
        }
    }

    /// The precision that was asked for.
    pub(super) fn wanted(&self) -> Option<&Precision> {
        self.precision.as_ref()
    }

    /// The result that a run goes on from.
    pub(super) fn earlier(&self) -> Option<&Profile> {
        self.earlier.as_ref()
    }

    /// The allocation of an earlier pilot, if it was given or stands in the result that a run goes on from.
    pub(super) fn given_allocation(&self) -> Option<&Allocation> {
        let of_earlier = || Some(&self.earlier.as_ref()?.precision()?.allocation);
        self.allocation.as_ref().or_else(of_earlier)
    }
}
