use burn::tensor::Device;
use burn_interaction::{Batch, Measurement, Players, Protocol, Targets};
use burn_interaction_datasets::Samples;

use super::Measure;
use super::samples::{choose, targets};
use crate::error::{Result, usage};
use crate::subject::{Seated, Subject};

/// The samples of a measurement, ready to be measured.
pub struct Chosen<S: Subject> {
    /// The samples with their players.
    pub seated: Seated<S::Players>,
    /// Ids of the samples of all parts together, where this run measures one part.
    pub whole: Option<Vec<u64>>,
    /// The number of players of each sample of all parts together, by which defaults are chosen: every part has those of the whole.
    counts: Vec<usize>,
    /// The inputs.
    pub batch: Batch<S::Input>,
    /// The classes whose values are measured.
    pub targets: Targets,
    /// Notes for the user on samples that are missing.
    pub notes: Vec<String>,
}

impl<S: Subject> Chosen<S> {
    /// Chooses the samples to measure among the candidates: all that are asked for, or those of one part.
    ///
    /// # Errors
    ///
    /// Fails where there are none, a sample cannot be read, or the device fails.
    pub fn of(
        subject: &S,
        samples: &S::Samples,
        net: &S::Net,
        candidates: &[usize],
        measure: &Measure,
        device: &Device,
    ) -> Result<Self> {
        let right = measure.right(subject.about());
        let chosen = choose(net, samples, candidates, measure.samples, right, device)?;
        let mut notes = Vec::new();
        if chosen.len() < measure.samples {
            let kind = if right {
                " rightly classified ones"
            } else {
                ""
            };
            notes.push(format!(
                "{} samples, not {}: there are no more{kind}",
                chosen.len(),
                measure.samples,
            ));
        }
        let mut seated = subject.seated(samples, chosen)?;
        notes.extend(seated.note.take());
        let (mut whole, mut counts) = (None, None);
        if let Some(share) = measure.share {
            let all = samples.read(&seated.indices, 0, device)?;
            counts = Some(seated.players.counts(&all.inputs)?);
            whole = Some(all.ids);
            let places = share.places(seated.indices.len());
            if places.is_empty() {
                let count = seated.indices.len();
                return Err(usage(format!(
                    "--part: there are only {count} samples to share out"
                )));
            }
            seated = Seated {
                players: seated.players.only(&places),
                indices: places.iter().map(|place| seated.indices[*place]).collect(),
                note: None,
            };
        }
        let batch = samples.read(&seated.indices, 0, device)?;
        Ok(Self {
            counts: match counts {
                Some(counts) => counts,
                None => seated.players.counts(&batch.inputs)?,
            },
            batch,
            targets: targets(samples, &seated.indices, measure.predicted),
            seated,
            whole,
            notes,
        })
    }

    /// The protocol of a measurement of these samples.
    ///
    /// # Errors
    ///
    /// Fails where the players do not fit the inputs, or the baseline cannot be fitted.
    pub fn protocol(&self, subject: &S, measure: &Measure) -> Result<Protocol> {
        let grid = self.seated.players.grid().is_some();
        Ok(Protocol {
            baseline: subject.baseline()?,
            ..measure.protocol(subject.about(), &self.counts, grid)
        })
    }

    /// A measurement of these samples, in batches of so many rows where that is given.
    ///
    /// # Errors
    ///
    /// Fails where the players cannot be named.
    pub fn measurement(
        &self,
        subject: &S,
        samples: &S::Samples,
        protocol: Protocol,
        rows: Option<usize>,
        device: &Device,
    ) -> Result<Measurement<S::Players>> {
        let Seated {
            players, indices, ..
        } = &self.seated;
        let names = subject.player_names(samples, players, indices, device)?;
        let mut measurement = Measurement::new(self.seated.players.clone())
            .protocol(protocol)
            .ids(self.batch.ids.clone())
            .names(names);
        if let Some(whole) = &self.whole {
            measurement = measurement.part_of(whole.clone());
        }
        Ok(match rows {
            Some(rows) => measurement.batch(rows),
            None => measurement,
        })
    }
}
