use std::ops::ControlFlow;
use std::path::PathBuf;

use burn::tensor::Device;
use burn_interaction::{
    Baseline, Batch, Classifier, Curves, Estimator, Measurement, Origin, Pairs, Players, Profile,
    Progress, Protocol, Targets, digest,
};
use burn_interaction_models::Reference;

use crate::cli::DiscoverArgs;
use crate::data::Samples;
use crate::error::{Result, usage};
use crate::output::Folder;
use crate::results::{CONTROL, MAIN, Results, curve_name, title};
use crate::{interrupt, measuring, parse};

use super::{report, seconds};

/// Players up to which all pairs are measured by default.
const ALL_PAIRS_BY_DEFAULT: usize = 16;
/// Players up to which all pairs are measured by default where they lie on no grid: toggling all pairs costs less than
/// toggling two in five of them alone.
const ALL_PAIRS_OFF_GRID: usize = 64;

/// What a measurement is made with, whatever the data.
pub(super) struct Job<'a> {
    pub args: &'a DiscoverArgs,
    pub weights: Option<PathBuf>,
    /// What absent players look like; `None` for the players' own.
    pub baseline: Option<Baseline>,
    /// Players up to which samples are enumerated unless the arguments say otherwise.
    pub exact: usize,
    /// Players below which samples are left out.
    pub fewest: usize,
    /// A digest of how samples become inputs.
    pub inputs: String,
    pub folder: &'a Folder,
    pub device: &'a Device,
}

/// The samples of a run, ready to be measured.
struct Chosen<S: Samples> {
    players: S::Players,
    /// Places in the data set of those that this run measures.
    indices: Vec<usize>,
    /// Ids of all parts together, where this run measures one.
    whole: Option<Vec<u64>>,
    batch: Batch<S::Input>,
    targets: Targets,
}

impl Job<'_> {
    /// Measures a network, and its untrained control, and writes what comes of it.
    pub fn run<M, S>(
        &self,
        init: impl Fn() -> Result<M>,
        players: S::Players,
        samples: &S,
    ) -> Result<()>
    where
        M: Reference + Classifier<S::Input>,
        S: Samples,
    {
        let Self { args, device, .. } = self;
        // Made anew each time, with the same weights: clones of a Burn module share the running statistics of its batch
        // normalisation, and loading writes to those.
        let untrained = || {
            device.seed(args.place.seed);
            init().map(|net| net.valid())
        };
        let net = match &self.weights {
            // Random weights are drawn when they are first used: loaded ones take their place.
            Some(path) => measuring::loaded(init()?, path, false)?.valid(),
            None => {
                println!("no --weights: measuring an untrained network");
                untrained()?
            }
        };
        let results = Results::new(self.folder);
        let chosen = self.choose(&net, players, samples)?;
        let measurement = self.measurement(&chosen, samples)?;
        let trained = self.weights.is_some();
        let digest = match &self.weights {
            Some(path) => digest(path)?,
            None => "untrained".into(),
        };
        let measured = measurement.clone().origin(self.origin(samples, digest));
        let profile = self.measure(&results, MAIN, measured, &net, &chosen)?;
        results.write(MAIN, &profile)?;
        let Chosen {
            players, indices, ..
        } = &chosen;
        samples.write_pictures(players, indices, &profile, self.folder, device)?;
        let mut curves =
            Curves::new(title(&profile)).with(curve_name(&profile), profile.strength());
        // Written before the control begins: what is finished is not to be lost with it.
        results.write_curves(&curves)?;
        let mut complete = profile.is_complete();
        // A control that is there goes on with its network, so that both are of the same samples.
        let control = args.control || (args.resume && results.earlier(CONTROL)?.is_some());
        if control && trained && !interrupt::requested() {
            println!("measuring the same network untrained");
            let origin = self.origin(samples, "untrained".into());
            let net = untrained()?;
            let control =
                self.measure(&results, CONTROL, measurement.origin(origin), &net, &chosen);
            match control {
                Ok(control) => {
                    results.write(CONTROL, &control)?;
                    complete &= control.is_complete();
                    curves = curves.with(curve_name(&control), control.strength());
                    results.write_curves(&curves)?;
                }
                Err(_) if interrupt::requested() => complete = false,
                Err(error) => return Err(error),
            }
        }
        report(&curves);
        println!("wrote {}", self.folder.list());
        match complete && !interrupt::requested() {
            true => Ok(()),
            false => Err(usage(
                "interrupted: the results are partial; the same command with --resume goes on",
            )),
        }
    }

    /// The samples that are measured, all or those of one part.
    fn choose<S: Samples>(
        &self,
        net: &impl Classifier<S::Input>,
        players: S::Players,
        samples: &S,
    ) -> Result<Chosen<S>> {
        let Self { args, device, .. } = self;
        if samples.count() == 0 {
            return Err(usage(format!(
                "nothing to measure in the {} part of {}: take another with --split",
                args.split, args.subject.data
            )));
        }
        let right = self.weights.is_some() && !args.any && args.split != "unlabelled";
        let chosen = measuring::choose(net, samples, args.samples, right, device)?;
        if chosen.len() < args.samples {
            println!(
                "{} samples, not {}: there are no more{}",
                chosen.len(),
                args.samples,
                if right {
                    " rightly classified ones"
                } else {
                    ""
                }
            );
        }
        let (mut players, mut indices) = samples.players(&players, chosen)?;
        let mut whole = None;
        if let Some(part) = args.part {
            whole = Some(samples.batch(&indices, device)?.ids);
            let places = part.places(indices.len());
            if places.is_empty() {
                let count = indices.len();
                return Err(usage(format!(
                    "--part: there are only {count} samples to share out"
                )));
            }
            players = samples.part(&players, &places);
            indices = places.iter().map(|place| indices[*place]).collect();
        }
        Ok(Chosen {
            batch: samples.batch(&indices, device)?,
            targets: measuring::targets(samples, &indices, args.target == "predicted"),
            players,
            indices,
            whole,
        })
    }

    /// Measures, going on with what the folder holds if asked to, and keeping each sample as soon as it is finished.
    fn measure<S: Samples>(
        &self,
        results: &Results,
        name: &str,
        mut measurement: Measurement<S::Players>,
        net: &impl Classifier<S::Input>,
        chosen: &Chosen<S>,
    ) -> Result<Profile> {
        let Chosen {
            players,
            batch,
            targets,
            ..
        } = chosen;
        if self.args.resume {
            match results.earlier(name)? {
                Some(earlier) => {
                    let (done, all) = (earlier.samples().len(), batch.ids.len());
                    println!("going on: {done} of {all} samples are there");
                    measurement = measurement.resume(earlier);
                }
                None => println!(
                    "nothing to go on from in {}: starting",
                    self.folder.path().display()
                ),
            }
        }
        let cost = measurement.cost(&batch.inputs)?;
        let counts = players.counts(&batch.inputs)?;
        let each = timing(&measurement, net, chosen)?;
        println!(
            "{} players, {} samples: {} forwards in {} batches, about {}",
            range(&counts),
            cost.samples,
            cost.forwards,
            cost.batches,
            seconds(each * cost.forwards as f64)
        );
        if name == MAIN {
            self.folder.begin()?;
        }
        let start = std::time::Instant::now();
        let measurement = measurement.journal(results.journal(name));
        let profile = measuring::measure(&measurement, net, batch.clone(), targets.clone(), cost)?;
        println!(
            "measured {} of {} samples in {}",
            profile.samples().len(),
            profile.requested(),
            seconds(start.elapsed().as_secs_f64())
        );
        Ok(profile)
    }

    /// The names of the network and of the data, without their places on this machine.
    fn names(&self) -> (&str, &str) {
        let subject = &self.args.subject;
        let model = subject.model.trim_end_matches('/');
        let data = subject.data.split(':').next().unwrap_or_default();
        (
            model
                .rsplit(std::path::MAIN_SEPARATOR)
                .next()
                .unwrap_or(model),
            data,
        )
    }

    fn origin<S: Samples>(&self, samples: &S, weights: String) -> Origin {
        let (model, data) = self.names();
        Origin {
            network: Some(model.into()),
            data: Some(data.into()),
            split: Some(self.args.split.clone()),
            weights: Some(weights),
            inputs: Some(self.inputs.clone()),
            targets: None,
            command: Some(std::env::args().collect::<Vec<_>>().join(" ")),
            classes: samples.classes().to_vec(),
            devices: Vec::new(),
        }
    }

    fn measurement<S: Samples>(
        &self,
        chosen: &Chosen<S>,
        samples: &S,
    ) -> Result<Measurement<S::Players>> {
        let args = self.args;
        let Chosen {
            players,
            indices,
            whole,
            batch,
            ..
        } = chosen;
        let counts = players.counts(&batch.inputs)?;
        let protocol = Protocol {
            orders: parse::setting("--orders", &args.orders)?,
            pairs: self.pairs(&counts, players.grid().is_some())?,
            estimator: self.estimator(&counts)?,
            contexts: args.contexts,
            seed: args.place.seed,
            reward: parse::setting("--reward", &args.reward)?,
            baseline: self.baseline.clone(),
            fewest: self.fewest,
        };
        let mut measurement = Measurement::new(players.clone())
            .protocol(protocol)
            .ids(batch.ids.clone())
            .names(samples.names(indices, self.device)?);
        if let Some(whole) = whole {
            measurement = measurement.part_of(whole.clone());
        }
        Ok(match args.batch {
            Some(rows) => measurement.batch(rows),
            None => measurement,
        })
    }

    fn pairs(&self, counts: &[usize], grid: bool) -> Result<Pairs> {
        let most = counts.iter().copied().max().unwrap_or(0);
        match &self.args.pairs {
            Some(text) => parse::setting("--pairs", text),
            None if most <= ALL_PAIRS_BY_DEFAULT => Ok(Pairs::all()),
            None if grid => Ok(Pairs::windows(3, 200)),
            None if most <= ALL_PAIRS_OFF_GRID => Ok(Pairs::all()),
            None => Ok(Pairs::random(200)),
        }
    }

    fn estimator(&self, counts: &[usize]) -> Result<Estimator> {
        if let Some(given) = parse::estimator(&self.args.estimator)? {
            return Ok(given);
        }
        let exact = self.exact;
        let [fewest, most] =
            [counts.iter().min(), counts.iter().max()].map(|n| n.copied().unwrap_or(0));
        let (chosen, name) = match (most <= exact, fewest < most) {
            // Parts of one run may differ in their largest sample, and still are of one protocol.
            (_, true) => {
                let name = format!("exact up to {exact} players, toggled above");
                (Estimator::Auto { exact }, name)
            }
            (true, false) => (Estimator::Exact, "exact".into()),
            (false, false) => (Estimator::toggled(), "toggled".into()),
        };
        println!("estimator: {name}");
        Ok(chosen)
    }
}

/// The number of players, or the fewest and the most.
fn range(counts: &[usize]) -> String {
    let fewest = counts.iter().min().copied().unwrap_or(0);
    match counts.iter().max() {
        Some(most) if *most > fewest => format!("{fewest} to {most}"),
        _ => fewest.to_string(),
    }
}

/// Seconds a forward, from the first batches of the run itself: three seconds of them, or sixteen, after two that warm
/// up; of fewer where there are no more.
fn timing<S: Samples>(
    measurement: &Measurement<S::Players>,
    net: &impl Classifier<S::Input>,
    chosen: &Chosen<S>,
) -> Result<f64> {
    let mut seen: Vec<(f64, u64)> = Vec::new();
    let mut observer = |progress: &Progress| {
        seen.push((progress.elapsed.as_secs_f64(), progress.forwards));
        let gone = progress.elapsed.as_secs_f64() - seen[0].0;
        match gone > 3.0 || seen.len() > 18 || interrupt::requested() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let (inputs, targets) = (chosen.batch.inputs.clone(), chosen.targets.clone());
    match measurement.run_observed(net, inputs, targets, &mut observer) {
        Ok(_) | Err(burn_interaction::Error::Interrupted) => {}
        // What is wrong shows before anything of an earlier run is replaced.
        Err(error) => return Err(error.into()),
    }
    let warm = if seen.len() > 4 { 1 } else { 0 };
    Ok(match (seen.get(warm), seen.last()) {
        (Some(first), Some(last)) if last.1 > first.1 => {
            (last.0 - first.0) / (last.1 - first.1) as f64
        }
        (Some(only), _) => only.0 / only.1.max(1) as f64,
        _ => 0.0,
    })
}
