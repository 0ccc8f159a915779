use std::path::{Path, PathBuf};

use crate::device::kind_of;
use crate::error::{Error, Result};
use crate::estimate::{Pairs, Protocol, sets_protocol};
use crate::game::{
    Classifier, Evaluate, NetworkGames, ROUNDING_VALUES, check_mode, elements, read_logits,
};
use crate::input::Input;
use crate::players::Players;
use crate::profile::{Axis, Journal, Origin, Profile};

use super::lanes::Lanes;
use super::packing::Packing;
use super::run::Subjects;
use super::sheet::Sheet;
use super::{Cost, Observer, Silent, Targets, run};

/// Measures the interactions of a network, or of any game.
///
/// Defaults: the 13 published orders, 200 random pairs, 100 contexts, the toggled estimator, log-odds, the players' own
/// baseline, seed 0. All values are checked when it runs. A [`Protocol`] holds them all.
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
    players: P,
    protocol: Protocol,
    batch: Option<usize>,
    ids: Option<Vec<u64>>,
    whole: Option<Vec<u64>>,
    names: Vec<Vec<String>>,
    origin: Origin,
    journal: Option<PathBuf>,
    earlier: Option<Profile>,
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
        }
    }

    sets_protocol! {
        pairs: Pairs, "The pairs to measure.";
        fewest: usize, "Samples with fewer players are left out and counted. By default 2, as a pair needs them.";
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
    /// or machines are what one run would have measured, and [`Profile::merge`] puts them together. Without ids samples are
    /// numbered as they are given, and profiles cannot be merged.
    pub fn ids(mut self, ids: impl Into<Vec<u64>>) -> Self {
        self.ids = Some(ids.into());
        self
    }

    /// The ids of all parts together, where these samples are one part of several: merged parts then know what is missing.
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
    fn sheet<'a>(
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

    pub(super) fn measure(
        &self,
        evaluate: &impl Evaluate,
        setting: Setting,
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        let counts = evaluate.players();
        let sheet = self.sheet(counts, setting.grid, &setting.protocol)?;
        let chosen = sheet.measurable()?;
        let mut requested: Vec<u64> = chosen.iter().map(|place| sheet.id(*place)).collect();
        requested.sort_unstable();
        let mut origin = self.origin.clone();
        origin.targets = setting.targets.map(String::from);
        if let Some(device) = &setting.device {
            origin.computed_on(device);
        }
        let mut profile = Profile {
            axis: Axis::new(&self.protocol.orders, chosen.iter().map(|s| counts[*s]))?,
            protocol: setting.protocol.clone(),
            origin,
            described: setting.described,
            identified: self.ids.is_some(),
            requested,
            whole: self.whole.clone(),
            left_out: counts.len() - chosen.len(),
            samples: Vec::new(),
        };
        let packing = self.packing()?;
        if let Some(earlier) = &self.earlier {
            sheet.keep(earlier, &mut profile, evaluate, setting.device.as_deref())?;
        }
        let kept = |place: &usize| profile.sample(sheet.id(*place)).is_some();
        let missing: Vec<usize> = chosen.into_iter().filter(|place| !kept(place)).collect();
        let mut journal: Option<Journal> = None;
        let mut finished = |sample| {
            // Begun with the first sample: a run that fails before leaves nothing behind, and nothing of another is lost.
            match (&mut journal, &self.journal) {
                (Some(journal), _) => journal.add(&sample)?,
                (None, Some(path)) => {
                    let mut begun = Journal::create(path, &profile)?;
                    begun.add(&sample)?;
                    journal = Some(begun);
                }
                (None, None) => {}
            }
            profile.samples.push(sample);
            Ok(())
        };
        run::run(evaluate, &sheet, &missing, packing, observer, &mut finished)?;
        profile.samples.sort_by_key(|sample| sample.id());
        match profile.samples.is_empty() {
            true => Err(Error::Interrupted),
            false => Ok(profile),
        }
    }
}

/// The facts that a run adds to the settings of a measurement.
pub(super) struct Setting {
    pub protocol: Protocol,
    pub described: String,
    pub grid: Option<[usize; 2]>,
    pub device: Option<String>,
    /// How the targets of a network were chosen; `None` for games.
    pub targets: Option<&'static str>,
}

impl<P: Players> Measurement<P> {
    /// Measures a network on a batch of samples.
    ///
    /// # Cost
    ///
    /// See [`cost`](Measurement::cost); besides, one forward, and one a sample for [`Targets::Predicted`]. On the CPU the
    /// rows of a batch are shared out over as many threads as there are cores.
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the inputs, a target is no class of the network, the network is in training mode, or a value
    /// is not finite or no function of the coalition.
    pub fn run<N: Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
    ) -> Result<Profile> {
        self.run_observed(net, inputs, targets, &mut Silent)
    }

    /// Measures a network and tells an observer how it goes.
    ///
    /// # Errors
    ///
    /// Fails where [`run`](Measurement::run) does, or where the observer stops before the first sample is complete.
    pub fn run_observed<N: Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        let (games, setting) = self.games(net, inputs, targets.into())?;
        self.measure(&games, setting, observer)
    }

    /// The games that a network plays on the samples, with the facts that they add to the settings.
    pub(super) fn games<'a, N: Classifier<P::Input>>(
        &'a self,
        net: &'a N,
        inputs: P::Input,
        targets: Targets,
    ) -> Result<(Lanes<NetworkGames<'a, P, N>>, Setting)> {
        let players = &self.players;
        let samples = inputs.samples();
        if samples == 0 {
            return Err(Error::setting(
                "samples",
                0,
                "give at least one sample to measure",
            ));
        }
        players.count(&inputs)?;
        check_mode(net, &inputs)?;
        let (targets, chosen) = match targets {
            Targets::Labels(labels) => (labels, "labels"),
            Targets::Predicted => {
                let logits = net.logits(inputs.clone());
                (read_logits(logits, samples)?.predictions(), "predicted")
            }
        };
        let protocol = self.protocol_of_players();
        let baseline = protocol.baseline.clone().unwrap_or_default();
        let absent = players.absent(&inputs, &baseline)?;
        let device = inputs.device();
        let setting = Setting {
            described: players.describe(),
            grid: players.grid(),
            device: Some(kind_of(&device)),
            targets: Some(chosen),
            protocol,
        };
        let ids = self.ids_of(samples);
        let reward = self.protocol.reward;
        let games = NetworkGames::new(net, players, inputs, absent, targets, ids, reward)?;
        Ok((Lanes::of_device(games, &device), setting))
    }

    fn protocol_of_players(&self) -> Protocol {
        let own = || self.players.baseline();
        Protocol {
            baseline: Some(self.protocol.baseline.clone().unwrap_or_else(own)),
            ..self.protocol.clone()
        }
    }

    /// The price of [`run`](Measurement::run) on these samples: the plan of each, twelve forwards for its fingerprint and
    /// its rounding, and three for each sample that an earlier profile holds.
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the inputs.
    pub fn cost(&self, inputs: &P::Input) -> Result<Cost> {
        let own = self.protocol_of_players();
        self.players
            .absent(inputs, &own.baseline.unwrap_or_default())?;
        let counts = self.players.counts(inputs)?;
        let lengths = inputs.lengths()?;
        let whole = inputs.elements();
        let elements = elements(whole, lengths.as_deref(), counts.len());
        let sheet = self.sheet(&counts, self.players.grid(), &self.protocol)?;
        let chosen = sheet.measurable()?;
        Axis::new(&self.protocol.orders, chosen.iter().map(|s| counts[*s]))?;
        let earlier = self.earlier.as_ref();
        let kept = |place: &usize| {
            let sample = earlier.and_then(|earlier| earlier.sample(sheet.id(*place)));
            sample.is_some()
        };
        let (kept, missing): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(kept);
        let mut packing = self.packing()?;
        let mut cost = Cost {
            forwards: 3 * kept.len() as u64 + ROUNDING_VALUES * missing.len() as u64,
            batches: (kept.len() + missing.len()) as u64,
            samples: missing.len(),
        };
        for place in missing {
            for _ in 0..sheet.plan(place)?.forwards() + run::BESIDES {
                cost.forwards += 1;
                cost.batches += u64::from(packing.add(elements[place]).is_some());
            }
        }
        cost.batches += u64::from(packing.rows() > 0);
        Ok(cost)
    }
}
