use std::time::Instant;

use burn::module::Module;
use burn_interaction::{Copies, Curves, Estimator, Measurement, Origin, Players, Profile};

use super::chosen::Chosen;
use super::gallery::Curator;
use super::precise::Precise;
use super::price::Price;
use super::samples::{loaded, measured, weights_digest};
use super::{CONTROL, GALLERY, MAIN, Measure, Place, REGIONS, Results, interrupt, write_page};
use crate::error::{Result, usage};
use crate::report::{self, curve_name, seconds, title, write_pictures};
use crate::subject::{Job, Seated, Spec, Subject, contents};

/// The line that says which estimator was found fitting.
fn named(estimator: Estimator) -> String {
    match estimator {
        Estimator::Auto { exact } => format!("exact up to {exact} players, toggled above"),
        Estimator::Exact => "exact".into(),
        _ => "toggled".into(),
    }
}

/// Measures a network, and its untrained control where that is asked for, and writes the results.
pub struct Measuring<'a> {
    /// The network and its data by name.
    pub spec: &'a Spec,
    /// The settings.
    pub measure: &'a Measure,
    /// Where to compute and to write.
    pub place: Place<'a>,
    /// Whether to go on with the run in the folder.
    pub resume: bool,
    /// Whether to say what a precision would take, and stop.
    pub plan_only: bool,
}

/// The outcome of a measurement.
pub struct Measured {
    /// The curves of the network and of its control.
    pub curves: Curves,
    /// The result in plain sentences.
    pub words: Vec<String>,
    /// Whether every sample was measured.
    pub complete: bool,
}

impl Job for Measuring<'_> {
    /// The results; `None` where only a plan was asked for.
    type Output = Option<Measured>;

    fn run<S: Subject>(self, subject: S) -> Result<Option<Measured>> {
        let about = subject.about();
        about.notes.iter().for_each(|note| println!("{note}"));
        let device = self.place.device();
        let part = self.measure.part;
        let samples = subject.samples(part)?;
        if let Some(note) = subject.cut(&samples, part) {
            eprintln!("warning: {note}");
        }
        let (candidates, note) = subject.measurable(&samples, device)?;
        note.iter().for_each(|note| println!("{note}"));
        if candidates.is_empty() {
            let fewer = if about.fewest > 2 {
                ", or a smaller --min-players"
            } else {
                ""
            };
            return Err(usage(format!(
                "nothing to measure in the {} part of {}: take another with --split{fewer}",
                part.name(),
                self.spec.data
            )));
        }
        if self.measure.control && about.weights.is_none() {
            return Err(usage(
                "--control: without --weights the network is the untrained one itself",
            ));
        }
        // Made anew each time, with the same weights: clones of a Burn module share the running statistics of its batch
        // normalisation, and loading writes to those.
        let untrained = || {
            device.seed(self.measure.seed);
            subject.init(device).map(|net| net.valid())
        };
        let net = match &about.weights {
            // Random weights are drawn when they are first used: loaded ones take their place.
            Some(path) => loaded(subject.init(device)?, path, false)?.valid(),
            None => {
                println!("no --weights: measuring an untrained network");
                untrained()?
            }
        };
        let run = Run {
            job: &self,
            subject: &subject,
            samples: &samples,
            results: Results::new(self.place.folder),
        };
        run.both(&net, candidates, untrained)
    }
}

/// A measurement in progress.
struct Run<'a, S: Subject> {
    job: &'a Measuring<'a>,
    subject: &'a S,
    samples: &'a S::Samples,
    results: Results<'a>,
}

impl<S: Subject> Run<'_, S> {
    /// Measures the network, and then its control.
    fn both(
        &self,
        net: &S::Net,
        candidates: Vec<usize>,
        untrained: impl Fn() -> Result<S::Net>,
    ) -> Result<Option<Measured>> {
        let (job, about) = (self.job, self.subject.about());
        // A control that is there goes on with its network, so that both are of the same samples.
        let asked = job.measure.control || (job.resume && self.results.earlier(CONTROL)?.is_some());
        let control = asked && about.weights.is_some();
        let each = self.price(net, &candidates, control)?;
        let chosen = self.choose(net, candidates)?;
        let measurement = self.measurement(&chosen)?;
        let digest = match &about.weights {
            Some(path) => weights_digest(path)?,
            None => "untrained".into(),
        };
        let Some(measurement) = self.precise(measurement, net, &chosen, each)? else {
            return Ok(None);
        };
        let origin = self.origin(digest)?;
        let profile = {
            let measurement = measurement.clone().origin(origin.clone());
            self.one(MAIN, measurement, net, &chosen, each)?
        };
        self.results.write(MAIN, &profile)?;
        self.picture(net, &chosen, each, &profile)?;
        let strength = profile.strength();
        let mut words = vec![report::words::verdict(&strength)];
        words.extend(report::words::untrained(&strength));
        let mut curves = Curves::new(title(&profile)).with(curve_name(&profile), strength);
        // Written before the control begins: what is finished is not to be lost with it.
        self.results.write_curves(&curves)?;
        let mut complete = profile.is_complete();
        if control && !interrupt::requested() {
            println!("measuring the same network untrained");
            let measurement = measurement.origin(Origin {
                weights: Some("untrained".into()),
                ..origin
            });
            match self.one(CONTROL, measurement, &untrained()?, &chosen, each) {
                Ok(control) => {
                    self.results.write(CONTROL, &control)?;
                    complete &= control.is_complete();
                    words.extend(report::words::training(&profile, &control));
                    curves = curves.with(curve_name(&control), control.strength());
                    self.results.write_curves(&curves)?;
                }
                Err(_) if interrupt::requested() => complete = false,
                Err(error) => return Err(error),
            }
        }
        write_page(job.place.folder.path())?;
        Ok(Some(Measured {
            curves,
            words,
            complete: complete && !interrupt::requested(),
        }))
    }

    /// Keeps some samples as they look, and draws them; an interrupt leaves this out, as it takes forwards.
    fn picture(
        &self,
        net: &S::Net,
        chosen: &Chosen<S>,
        each: f64,
        profile: &Profile,
    ) -> Result<()> {
        let (folder, device) = (self.job.place.folder, self.job.place.device());
        let Seated {
            players, indices, ..
        } = &chosen.seated;
        let map = self
            .subject
            .region_map(self.samples, players, indices, device)?;
        if let Some(map) = map {
            map.save_json(folder.file(REGIONS))?;
        }
        if interrupt::requested() || profile.samples().is_empty() {
            return Ok(());
        }
        let curator = Curator {
            subject: self.subject,
            net,
            samples: self.samples,
            chosen,
            each,
            device,
        };
        let Some(gallery) = curator.gallery(profile)? else {
            return Ok(());
        };
        folder.write_json(GALLERY, &gallery)?;
        write_pictures(&gallery, profile, folder.path())
    }

    /// The profile of an earlier run of this name, if this run goes on with it.
    fn earlier(&self, name: &str) -> Result<Option<Profile>> {
        match self.job.resume {
            true => self.results.earlier(name),
            false => Ok(None),
        }
    }

    /// Says what the measurement will cost, and a cheaper one where that is much; returns the seconds of a forward.
    fn price(&self, net: &S::Net, candidates: &[usize], control: bool) -> Result<f64> {
        let (measure, device) = (self.job.measure, self.job.place.device());
        let done = |name: &str| -> Result<usize> {
            Ok(self.earlier(name)?.map_or(0, |p| p.samples().len()))
        };
        let price = Price::of(
            self.subject,
            self.samples,
            net,
            candidates,
            measure,
            [done(MAIN)?, done(CONTROL)?],
            device,
        )?;
        let Some(price) = price else {
            return Ok(0.0);
        };
        println!("{}", price.line(control));
        if let Some(cheaper) = price.cheaper(control)? {
            println!("{cheaper}");
        }
        Ok(price.each)
    }

    /// Chooses the samples to measure, and says which cannot be.
    fn choose(&self, net: &S::Net, candidates: Vec<usize>) -> Result<Chosen<S>> {
        let (measure, device) = (self.job.measure, self.job.place.device());
        let chosen = Chosen::of(
            self.subject,
            self.samples,
            net,
            &candidates,
            measure,
            device,
        )?;
        chosen.notes.iter().for_each(|note| println!("{note}"));
        Ok(chosen)
    }

    fn measurement(&self, chosen: &Chosen<S>) -> Result<Measurement<S::Players>> {
        let (measure, device) = (self.job.measure, self.job.place.device());
        let protocol = chosen.protocol(self.subject, measure)?;
        if measure.estimator.is_none() {
            println!("estimator: {}", named(protocol.estimator));
        }
        chosen.measurement(self.subject, self.samples, protocol, measure.batch, device)
    }

    /// Gives a measurement to a precision its allocation: that of the run in the folder, or a pilot's. `None` where that was all that was
    /// asked for.
    fn precise(
        &self,
        measurement: Measurement<S::Players>,
        net: &S::Net,
        chosen: &Chosen<S>,
        each: f64,
    ) -> Result<Option<Measurement<S::Players>>> {
        let job = self.job;
        let Some(precision) = job.measure.precision else {
            return Ok(Some(measurement));
        };
        let measurement = measurement.precision(precision);
        let earlier = self.earlier(MAIN)?;
        let known = earlier.and_then(|earlier| Some(earlier.precision()?.allocation.clone()));
        let allocation = match known {
            Some(known) => {
                if !known.wanted.is_of_error(&precision) {
                    println!(
                        "going on from another error, which had the plan below: what is there is looked at first, then more of the same"
                    );
                }
                println!("{}", report::plan(&known, each));
                known
            }
            None => Precise {
                net: &Copies::of(net, job.place.devices)?,
                chosen,
                each,
                measure: job.measure,
            }
            .plan(&measurement)?,
        };
        Ok((!job.plan_only).then(|| measurement.allocation(allocation)))
    }

    /// Measures one network, going on with the samples that the folder holds if asked to, and keeping each sample as soon
    /// as it is finished.
    fn one(
        &self,
        name: &str,
        mut measurement: Measurement<S::Players>,
        net: &S::Net,
        chosen: &Chosen<S>,
        each: f64,
    ) -> Result<Profile> {
        let (folder, batch) = (self.job.place.folder, &chosen.batch);
        if self.job.resume {
            match self.results.earlier(name)? {
                Some(earlier) => {
                    let (done, all) = (earlier.samples().len(), batch.ids.len());
                    println!("going on: {done} of {all} samples are there");
                    // A network and its control may have had their contexts raised apart.
                    if let Some(reached) = earlier.precision() {
                        measurement = measurement.allocation(reached.allocation.clone());
                    }
                    measurement = measurement.resume(earlier);
                }
                None => println!(
                    "nothing to go on from in {}: starting",
                    folder.path().display()
                ),
            }
        }
        let cost = measurement.cost(&batch.inputs)?;
        let counts = chosen.seated.players.counts(&batch.inputs)?;
        // A precision has said its price with its plan.
        if self.job.measure.precision.is_none() {
            println!(
                "{} players, {} samples: {} forwards in {} batches, about {}",
                range(&counts),
                cost.samples,
                cost.forwards,
                cost.batches,
                seconds(each * cost.forwards as f64)
            );
        }
        if name == MAIN {
            folder.begin()?;
        }
        let start = Instant::now();
        let measurement = measurement.journal(self.results.journal(name));
        let profile = measured(
            &measurement,
            &Copies::of(net, self.job.place.devices)?,
            batch.clone(),
            chosen.targets.clone(),
            cost,
        )?;
        println!(
            "measured {} of {} samples in {}",
            profile.samples().len(),
            profile.requested(),
            seconds(start.elapsed().as_secs_f64())
        );
        if let Some(reached) = profile.precision() {
            println!("{}", report::reached(reached));
        }
        Ok(profile)
    }

    fn origin(&self, weights: String) -> Result<Origin> {
        let about = self.subject.about();
        let contents = contents(self.job.spec)?;
        Ok(Origin {
            network: Some(about.network.clone()),
            data: Some(about.data.clone()),
            split: Some(self.job.measure.part.name().into()),
            weights: Some(weights),
            inputs: Some(match &contents {
                Some(contents) => format!("{}, {contents}", about.inputs),
                None => about.inputs.clone(),
            }),
            contents,
            targets: None,
            command: Some(report::shell_line(self.job.place.command)),
            classes: about.classes.clone(),
            devices: Vec::new(),
        })
    }
}

/// Writes the number of players, or the fewest and the most where samples differ.
fn range(counts: &[usize]) -> String {
    let fewest = counts.iter().min().copied().unwrap_or(0);
    match counts.iter().max() {
        Some(most) if *most > fewest => format!("{fewest} to {most}"),
        _ => fewest.to_string(),
    }
}
