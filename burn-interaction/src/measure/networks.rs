use burn::tensor::Device;

use crate::device::kind_of;
use crate::error::{Error, Result};
use crate::estimate::Protocol;
use crate::game::{Classifier, NetworkGames, ROUNDING_VALUES, check_mode, elements, read_logits};
use crate::input::{Input, indices};
use crate::players::Players;
use crate::profile::{Allocation, Axis, Profile};

use super::exchange::Engine;
use super::run::Subjects;
use super::session::{Session, Setting};
use super::team::{Team, guarded};
use super::{Cost, Measurement, Observer, Silent, Targets, precision, run};

impl<P> Measurement<P> {
    pub(super) fn measure(
        &self,
        evaluate: &impl Engine,
        setting: &Setting,
        observer: &mut impl Observer,
    ) -> Result<Profile> {
        if let Some(wanted) = self.wanted() {
            return precision::run(self, wanted, evaluate, setting, observer);
        }
        let mut session = Session::begin(self, &setting.protocol, evaluate, setting)?;
        let places = session.places()?;
        session.request(&places)?;
        if let Some(earlier) = self.earlier() {
            session.keep(earlier)?;
        }
        session.measure(&places, observer)?;
        session.finish()
    }
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
        let (games, setting) = self.network_games(net, inputs, targets.into())?;
        self.measure(&games, &setting, observer)
    }

    /// Runs the pilot of a measurement to a precision and says what it would take, without taking it.
    ///
    /// # Errors
    ///
    /// Fails where [`run`](Measurement::run) does, or where no precision was asked for.
    pub fn plan<N: Classifier<P::Input>>(
        &self,
        net: &N,
        inputs: P::Input,
        targets: impl Into<Targets>,
        observer: &mut impl Observer,
    ) -> Result<Allocation> {
        let (games, setting) = self.network_games(net, inputs, targets.into())?;
        precision::plan(self, &games, &setting, observer)
    }

    /// The games that a network plays on the samples, with the facts that they add to the settings.
    pub(super) fn network_games<'a, N: Classifier<P::Input>>(
        &'a self,
        net: &'a N,
        inputs: P::Input,
        targets: Targets,
    ) -> Result<(Team<NetworkGames<'a, P>>, Setting)> {
        let mut copies = net.copies();
        if copies.is_empty() {
            copies.push((inputs.device(), net));
        }
        let device = copies[0].0.clone();
        guarded(&device, || self.games_of_copies(copies, inputs, targets))
    }

    /// The games of copies of a network, at least one.
    fn games_of_copies<'a>(
        &'a self,
        copies: Vec<(Device, &'a dyn Classifier<P::Input>)>,
        inputs: P::Input,
        targets: Targets,
    ) -> Result<(Team<NetworkGames<'a, P>>, Setting)> {
        let players = &self.players;
        let inputs = match inputs.device() == copies[0].0 {
            true => inputs,
            false => inputs.to_device(&copies[0].0),
        };
        let samples = inputs.samples();
        if samples == 0 {
            return Err(Error::setting(
                "samples",
                0,
                "give at least one sample to measure",
            ));
        }
        players.count(&inputs)?;
        check_mode(copies[0].1, &inputs)?;
        let (targets, chosen) = match targets {
            Targets::Labels(labels) => (labels, "labels"),
            Targets::Predicted => {
                let rows = self.packing()?.most(inputs.elements());
                (predicted(copies[0].1, &inputs, rows)?, "predicted")
            }
        };
        let protocol = self.protocol_of_players();
        let baseline = protocol.baseline.clone().unwrap_or_default();
        let absent = players.absent(&inputs, &baseline)?;
        let setting = Setting {
            described: players.describe(),
            grid: players.grid(),
            device: Some(kind_of(&copies[0].0)),
            targets: Some(chosen),
            protocol,
        };
        let ids = self.ids_of(samples);
        let reward = self.settings().reward;
        let game = |(device, net): (Device, &'a dyn Classifier<P::Input>)| {
            let moved = |input: &P::Input| input.clone().to_device(&device);
            let [inputs, absent] = [moved(&inputs), moved(&absent)];
            let (targets, ids) = (targets.clone(), ids.clone());
            let games = NetworkGames::new(net, players, inputs, absent, targets, ids, reward)?;
            Ok((device, games))
        };
        let games: Vec<_> = copies.into_iter().map(game).collect::<Result<_>>()?;
        Ok((Team::new(games), setting))
    }

    fn protocol_of_players(&self) -> Protocol {
        let own = || self.players.baseline();
        Protocol {
            baseline: Some(self.settings().baseline.clone().unwrap_or_else(own)),
            ..self.settings().clone()
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
        let sheet = self.sheet(&counts, self.players.grid(), self.settings())?;
        let chosen = sheet.measurable()?;
        Axis::new(&self.settings().orders, chosen.iter().map(|s| counts[*s]))?;
        let earlier = self.earlier();
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

/// The classes that a network predicts for whole samples, in batches of so many rows.
fn predicted<I: Input>(net: &dyn Classifier<I>, inputs: &I, rows: usize) -> Result<Vec<usize>> {
    let samples = inputs.samples();
    let mut classes = Vec::with_capacity(samples);
    for first in (0..samples).step_by(rows) {
        let count = rows.min(samples - first);
        let batch = match count == samples {
            true => inputs.clone(),
            false => {
                let places: Vec<i32> = (first..first + count).map(|place| place as i32).collect();
                inputs.select(indices(&places, &inputs.device()))
            }
        };
        classes.extend(read_logits(net.logits(batch), count)?.predictions());
    }
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use burn::tensor::Tensor;

    use super::*;
    use crate::estimate::Pairs;
    use crate::players::Features;

    #[test]
    fn classes_are_predicted_in_batches() {
        let most = AtomicUsize::new(0);
        let net = |rows: Tensor<2>| {
            most.fetch_max(rows.dims()[0], Ordering::Relaxed);
            let sum = rows.sum_dim(1);
            Tensor::cat(vec![sum.zeros_like(), sum], 1)
        };
        let sign = |k: usize| {
            if (k / 3).is_multiple_of(2) {
                1.0_f32
            } else {
                -1.0
            }
        };
        let values: Vec<f32> = (0..90).map(sign).collect();
        let inputs = Tensor::<1>::from_floats(&values[..], &Device::flex());
        let inputs: Tensor<2> = inputs.reshape([30, 3]);
        let run = Measurement::new(Features).pairs(Pairs::all()).batch(4);
        let profile = run.run(&net, inputs, Targets::Predicted).unwrap();
        let classes: Vec<usize> = profile.samples().iter().map(|s| s.target()).collect();
        assert_eq!(classes, [1, 0].repeat(15));
        // Rounding is measured on eight rows at once.
        assert_eq!(most.into_inner(), 8);
    }
}
