use std::ops::ControlFlow;

use burn::tensor::Device;
use burn_interaction::{Measurement, Orders, Pairs, Players, Progress, Targets};
use burn_interaction_datasets::Samples;

use super::measure::PILOT_SAMPLES;
use super::samples::{rows, targets};
use super::{Measure, interrupt};
use crate::error::Result;
use crate::report::seconds;
use crate::subject::{Seated, Subject};

/// Samples that stand for all when a price is made.
const TRIAL: usize = 4;
/// Seconds beyond which a cheaper variant is named.
pub const LONG: f64 = 600.0;
/// Most seconds that the measurement takes which is suggested after a training.
const SUGGESTED: f64 = 180.0;

/// The price of a measurement in time, estimated before its samples are chosen.
pub struct Price<'a, S: Subject> {
    /// Seconds of a forward.
    pub each: f64,
    /// Forwards of the network, and of its control, that are left to do.
    forwards: [f64; 2],
    /// The number of samples that could be measured.
    candidates: usize,
    /// Forwards that choose the samples.
    choosing: f64,
    trial: Trial<'a, S>,
    measure: &'a Measure,
}

/// A few samples that stand for all.
struct Trial<'a, S: Subject> {
    subject: &'a S,
    players: S::Players,
    inputs: S::Input,
    ids: Vec<u64>,
    targets: Targets,
}

impl<'a, S: Subject> Price<'a, S> {
    /// The price of a job on these candidates of which so many are done by the network and by its control, from the first of them; `None` where their players are given for the chosen
    /// samples alone.
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the data, a sample cannot be read, or the network cannot be measured.
    pub fn of(
        subject: &'a S,
        samples: &S::Samples,
        net: &S::Net,
        candidates: &[usize],
        measure: &'a Measure,
        done: [usize; 2],
        device: &Device,
    ) -> Result<Option<Self>> {
        let all = measure.samples.min(candidates.len());
        let Some(seated) = seated(subject, samples, &candidates[..all]) else {
            return Ok(None);
        };
        let places: Vec<usize> = (0..seated.indices.len().min(TRIAL)).collect();
        if places.is_empty() {
            return Ok(None);
        }
        let indices = &seated.indices[..places.len()];
        let batch = samples.read(indices, 0, device)?;
        let trial = Trial {
            subject,
            players: seated.players.only(&places),
            targets: targets(samples, indices, measure.predicted),
            inputs: batch.inputs,
            ids: batch.ids,
        };
        let right = measure.right(subject.about());
        let choosing = if right { all.max(rows(samples)) } else { 0 };
        let left = |done: usize| match measure.precision {
            Some(_) => PILOT_SAMPLES.min(all),
            None => measure.measured(all).saturating_sub(done),
        };
        Ok(Some(Self {
            each: trial.timing(net, measure)?,
            forwards: [
                trial.forwards(measure, left(done[0]))?,
                trial.forwards(measure, left(done[1]))?,
            ],
            choosing: choosing.min(samples.count()) as f64,
            candidates: candidates.len(),
            trial,
            measure,
        }))
    }

    /// Forwards that are left in all, with those of the control if there is one.
    fn left(&self, control: bool) -> f64 {
        let [own, its] = self.forwards;
        self.choosing + own + if control { its } else { 0.0 }
    }

    /// Forwards of another run in all, with those of the control if there is one.
    fn all(&self, forwards: f64, control: bool) -> f64 {
        self.choosing + forwards * if control { 2.0 } else { 1.0 }
    }

    /// One line on the price.
    pub fn line(&self, control: bool) -> String {
        if self.measure.precision.is_some() {
            let first = self.left(false);
            return format!(
                "price: first about {} forwards, {}, then as many as the error wanted needs",
                round(first),
                seconds(self.each * first)
            );
        }
        let all = self.left(control);
        format!(
            "price: about {} forwards, {}{}",
            round(all),
            seconds(self.each * all),
            if control { ", control included" } else { "" }
        )
    }

    /// The arguments of a cheaper variant, where the price exceeds ten minutes.
    pub fn cheaper(&self, control: bool) -> Result<Option<String>> {
        if self.measure.precision.is_some() || self.each * self.left(control) <= LONG {
            return Ok(None);
        }
        let found = self.within(LONG, control)?;
        Ok(found.map(|(flags, forwards)| {
            let all = self.all(forwards, control);
            let time = self.each * all;
            let long = if time > LONG {
                ", the cheapest there is"
            } else {
                ""
            };
            let instead = match self.measure.published {
                true => " in place of --published",
                false => "",
            };
            // A precision has no parts.
            let error = match self.measure.share {
                Some(_) => "",
                None => "; or ask for an error, such as --precision 0.05, instead of --contexts",
            };
            format!(
                "cheaper{instead}:{flags}: about {} forwards, {}{long}{error}",
                round(all),
                seconds(time)
            )
        }))
    }

    /// Arguments that bring the price below so many seconds, none where it is already, with the forwards of one network;
    /// the cheapest variant where no variant is cheap enough.
    pub fn within(&self, most: f64, control: bool) -> Result<Option<(String, f64)>> {
        let fits = |forwards: f64| self.each * self.all(forwards, control) <= most;
        if self.each * self.left(control) <= most {
            return Ok(Some((String::new(), self.forwards[0])));
        }
        let mut cheapest: Option<(String, f64)> = None;
        for variant in VARIANTS {
            let grid = self.trial.players.grid().is_some();
            let (measure, flags) = variant.of(self.measure, self.candidates, grid);
            let samples = measure.measured(measure.samples.min(self.candidates));
            let forwards = self.trial.forwards(&measure, samples)?;
            let least = cheapest.as_ref().map(|(_, least)| *least);
            if least.is_none_or(|least| forwards < least)
                && self.all(forwards, control) < self.left(control)
            {
                cheapest = Some((flags, forwards));
            }
            if cheapest.as_ref().is_some_and(|(_, least)| fits(*least)) {
                break;
            }
        }
        Ok(cheapest)
    }
}

/// The first of these samples that can be measured, with their players, and no more of them than needed; `None` where players were given for
/// other samples.
fn seated<S: Subject>(
    subject: &S,
    samples: &S::Samples,
    first: &[usize],
) -> Option<Seated<S::Players>> {
    let mut looked = TRIAL.min(first.len());
    loop {
        // Given regions may fit the chosen clouds and not these.
        let seated = subject.seated(samples, first[..looked].to_vec()).ok();
        let enough = seated.as_ref().is_some_and(|s| s.indices.len() >= TRIAL);
        if enough || looked == first.len() {
            return seated;
        }
        looked = (2 * looked).min(first.len());
    }
}

/// Arguments with which a measurement of a network and its control takes minutes at most; `None` where nothing can be measured.
///
/// # Errors
///
/// Fails where the network cannot be measured, or the device fails.
pub fn suggested<S: Subject>(
    subject: &S,
    net: &S::Net,
    samples: &S::Samples,
    device: &Device,
) -> Result<Option<String>> {
    let measure = Measure::default();
    let (candidates, _) = subject.measurable(samples, device)?;
    if candidates.is_empty() {
        return Ok(None);
    }
    let price = Price::of(subject, samples, net, &candidates, &measure, [0; 2], device)?;
    let within = price
        .map(|price| price.within(SUGGESTED, true))
        .transpose()?;
    Ok(within.flatten().map(|(flags, _)| flags))
}

impl<S: Subject> Trial<'_, S> {
    fn measurement(&self, measure: &Measure) -> Result<Measurement<S::Players>> {
        let counts = self.players.counts(&self.inputs)?;
        let grid = self.players.grid().is_some();
        let protocol = measure.protocol(self.subject.about(), &counts, grid);
        let measurement = Measurement::new(self.players.clone())
            .protocol(protocol)
            .ids(self.ids.clone());
        Ok(match measure.batch {
            Some(rows) => measurement.batch(rows),
            None => measurement,
        })
    }

    /// Forwards of so many samples, if all were like those of the trial.
    fn forwards(&self, measure: &Measure, samples: usize) -> Result<f64> {
        let cost = self.measurement(measure)?.cost(&self.inputs)?;
        Ok(cost.forwards as f64 / self.ids.len() as f64 * samples as f64)
    }

    /// Seconds of a forward: over the batches of three seconds, sixteen at most, without the first, which warms up. A run of
    /// less than a second is repeated once, warm.
    fn timing(&self, net: &S::Net, measure: &Measure) -> Result<f64> {
        let first = self.timed(net, measure)?;
        match first.last() {
            Some((gone, _)) if *gone < 1.0 && !interrupt::requested() => {
                Ok(rate(&self.timed(net, measure)?))
            }
            _ => Ok(rate(first.get(1..).unwrap_or(&first))),
        }
    }

    /// Seconds and forwards since the beginning, after each batch.
    fn timed(&self, net: &S::Net, measure: &Measure) -> Result<Vec<(f64, u64)>> {
        let mut seen = vec![(0.0, 0)];
        let mut observer = |progress: &Progress| {
            let gone = progress.elapsed.as_secs_f64();
            seen.push((gone, progress.forwards));
            match gone > 3.0 || seen.len() > 18 || interrupt::requested() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let (inputs, targets) = (self.inputs.clone(), self.targets.clone());
        let measurement = self.measurement(measure)?;
        match measurement.run_observed(net, inputs, targets, &mut observer) {
            Ok(_) | Err(burn_interaction::Error::Interrupted) => Ok(seen),
            // What is wrong shows before anything of an earlier run is replaced.
            Err(error) => Err(error.into()),
        }
    }
}

/// The time of a forward from the first to the last of these marks; from the beginning on where there is one alone.
///
/// Batches differ in size: a few small ones do not say what a forward takes.
fn rate(seen: &[(f64, u64)]) -> f64 {
    match (seen.first(), seen.last()) {
        (Some(first), Some(last)) if last.1 > first.1 => {
            (last.0 - first.0) / (last.1 - first.1) as f64
        }
        (Some(only), _) => only.0 / only.1.max(1) as f64,
        _ => 0.0,
    }
}

/// Smaller settings that a costly measurement is offered.
struct Variant {
    contexts: usize,
    samples: usize,
    /// Stars, each of three pairs: of neighbours, or of any players where these lie on no grid.
    stars: Option<usize>,
    /// Whether only five orders are measured.
    few: bool,
}

const VARIANTS: [Variant; 5] = [
    Variant {
        contexts: 20,
        samples: 50,
        stars: None,
        few: false,
    },
    Variant {
        contexts: 10,
        samples: 20,
        stars: None,
        few: false,
    },
    Variant {
        contexts: 5,
        samples: 20,
        stars: Some(12),
        few: false,
    },
    Variant {
        contexts: 5,
        samples: 12,
        stars: Some(12),
        few: true,
    },
    Variant {
        contexts: 5,
        samples: 6,
        stars: Some(3),
        few: true,
    },
];

impl Variant {
    /// Applies the settings of the variant where they are smaller, and gives the arguments for them.
    fn of(&self, measure: &Measure, candidates: usize, grid: bool) -> (Measure, String) {
        let mut smaller = match measure.published {
            // The arguments stand in place of --published.
            true => Measure {
                published: false,
                estimator: None,
                ..measure.clone()
            },
            false => measure.clone(),
        };
        let mut flags = String::new();
        if self.contexts < measure.contexts.most() {
            smaller.contexts = self.contexts.into();
            flags += &format!(" --contexts {}", self.contexts);
        }
        if self.samples < measure.samples.min(candidates) {
            smaller.samples = self.samples;
            flags += &format!(" --samples {}", self.samples);
        }
        if let Some(places) = self.stars {
            let pairs = Pairs::stars(grid.then_some(2), places, 3);
            flags += &format!(" --pairs {pairs}");
            smaller.pairs = Some(pairs);
        }
        if self.few {
            smaller.orders = Orders::ratios([0.0, 0.25, 0.5, 0.75, 1.0]);
            flags += &format!(" --orders {}", smaller.orders);
        }
        (smaller, flags)
    }
}

/// Rounds a count to three significant digits.
fn round(count: f64) -> u64 {
    let unit = 10_f64.powi((count.max(1.0).log10().floor() as i32 - 2).max(0));
    ((count / unit).round() * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_name_the_arguments_that_give_them() {
        let measure = Measure::default();
        let (smaller, flags) = VARIANTS[3].of(&measure, 100, true);
        assert_eq!(
            flags,
            " --contexts 5 --samples 12 --pairs stars:2:12:3 --orders r:0,0.25,0.5,0.75,1"
        );
        assert_eq!((smaller.contexts, smaller.samples), (5.into(), 12));
        let few = Measure {
            contexts: 3.into(),
            samples: 2,
            ..measure
        };
        assert_eq!(VARIANTS[0].of(&few, 100, false).1, "");
        // Of three samples twenty are no fewer.
        let flags = VARIANTS[1].of(&Measure::default(), 3, true).1;
        assert_eq!(flags, " --contexts 10");
        // In place of the published setting, which has an estimator of its own.
        let (smaller, flags) = VARIANTS[1].of(&Measure::published(), 100, true);
        assert_eq!(flags, " --contexts 10 --samples 20");
        let plain = Measure {
            contexts: 10.into(),
            samples: 20,
            ..Measure::default()
        };
        assert_eq!(smaller, plain);
        assert_eq!([12.4, 1234.0, 987_654.0].map(round), [12, 1230, 988_000]);
    }

    #[test]
    fn the_rate_is_that_of_all_batches() {
        let seen = [(0.0, 0), (1.0, 1000), (1.1, 1001), (1.2, 1009)];
        assert!((rate(&seen) - 1.2 / 1009.0).abs() < 1e-12);
        assert_eq!((rate(&[(2.0, 4)]), rate(&[])), (0.5, 0.0));
    }
}
