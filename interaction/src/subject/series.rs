use std::sync::Arc;

use burn::tensor::Device;
use burn_interaction::input::Kind;
use burn_interaction::players::window_names;
use burn_interaction::{Baseline, Players, Series as Batch, Windows};
use burn_interaction_datasets::{Samples, SeriesSet, Split, Standardization};
use burn_interaction_models::Fcn;
use burn_interaction_models::registry::series_network;

use super::{
    About, Absent, Part, Scene, Seats, Seen, Spec, Statistics, Subject, Trained, digest_of,
    in_units, labelled,
};
use crate::error::{Result, usage};

/// Windows of a series by default.
const WINDOWS: usize = 12;
/// Players up to which series are enumerated by default.
const EXACT: usize = 12;
/// Players of a series at least: below them its orders are too few to be compared with those of others.
const FEWEST: usize = 4;

/// A network for time series and its series, standardised.
pub struct Series {
    spec: Spec,
    about: About,
    train: Arc<SeriesSet>,
    test: Arc<SeriesSet>,
    baseline: Baseline,
    players: Windows,
}

/// Opens time series, standardised as the network was trained, or by the training part.
pub fn open(
    spec: Spec,
    trained: Option<&Trained>,
    split: Split<SeriesSet>,
    mut notes: Vec<String>,
) -> Result<Series> {
    let Split { train, test } = Trained::in_order(trained, &spec.classes, split, &mut notes)?;
    Trained::check_features(trained, train.channels())?;
    let own = train.statistics();
    let statistics: Standardization = match trained.map(|trained| &trained.statistics) {
        None => own.clone(),
        Some(Statistics::Series(statistics)) => statistics.clone(),
        Some(other) => return Err(other.of_another(Kind::Series)),
    };
    let (train, test) = (
        train.standardized(&statistics)?,
        test.standardized(&statistics)?,
    );
    let baseline = match &spec.baseline {
        Some(Absent::Given(baseline)) => baseline.clone(),
        _ => in_units(&own.mean, &statistics.mean, &statistics.deviation),
    };
    let about = About {
        network: spec.model.clone(),
        data: spec.data_and_folder().0.into(),
        classes: train.classes().to_vec(),
        weights: spec.weights_file(),
        inputs: digest_of(&statistics),
        statistics: Statistics::Series(statistics),
        features: train.channels().to_vec(),
        framing: None,
        categories: Default::default(),
        exact: EXACT,
        fewest: spec.fewest.unwrap_or(match spec.players {
            // So few windows were asked for.
            Some(Seats::Windows(windows)) => windows.min(FEWEST),
            _ => FEWEST,
        }),
        notes,
    };
    let players = match spec.players {
        Some(Seats::Steps(steps)) => Windows::steps(steps),
        Some(Seats::Windows(windows)) => Windows::count(windows),
        _ => Windows::count(WINDOWS),
    };
    Ok(Series {
        spec,
        about,
        train: Arc::new(train),
        test: Arc::new(test),
        baseline,
        players,
    })
}

impl Subject for Series {
    type Input = Batch;
    type Net = Fcn;
    type Players = Windows;
    type Samples = SeriesSet;

    fn about(&self) -> &About {
        &self.about
    }

    fn init(&self, device: &Device) -> Result<Fcn> {
        let (channels, classes) = (self.train.channels().len(), self.about.classes.len());
        Ok(series_network(&self.spec.model, channels, classes, device)?)
    }

    fn samples(&self, part: Part) -> Result<Arc<SeriesSet>> {
        labelled(part, || self.train.clone(), || self.test.clone())
    }

    fn players(&self) -> Result<Windows> {
        Ok(self.players)
    }

    fn measurable(&self, samples: &SeriesSet, _: &Device) -> Result<(Vec<usize>, Option<String>)> {
        let all = samples.count();
        let windows = |index: &usize| self.players.windows(samples.steps(*index));
        let fewest = self.about.fewest;
        let kept: Vec<usize> = (0..all).filter(|index| windows(index) >= fewest).collect();
        let few = all - kept.len();
        let note = (few > 0).then(|| {
            format!("left out {few} of {all} series, which have fewer than {fewest} windows")
        });
        Ok((kept, note))
    }

    fn baseline(&self) -> Result<Option<Baseline>> {
        Ok(Some(self.baseline.clone()))
    }

    fn player_names(
        &self,
        samples: &SeriesSet,
        players: &Windows,
        indices: &[usize],
        _: &Device,
    ) -> Result<Vec<Vec<String>>> {
        let names = |index: &usize| {
            let windows = players.of_steps(samples.steps(*index));
            window_names(&windows.collect::<Vec<usize>>())
        };
        Ok(indices.iter().map(names).collect())
    }

    fn scenes(
        &self,
        samples: &SeriesSet,
        players: &Windows,
        _: &[usize],
        ids: &[u64],
        _: &Device,
    ) -> Result<Vec<Scene>> {
        let scene = |id: &u64| {
            let index = *id as usize;
            let steps = samples.steps(index);
            let values = samples.items()[index].values.chunks_exact(steps);
            let names = samples.channels().iter().cloned();
            Scene::Series {
                players: players.describe(),
                class: samples.classes()[samples.label(index)].clone(),
                channels: names.zip(values.map(<[f32]>::to_vec)).collect(),
                windows: players.of_steps(steps).collect(),
            }
        };
        Ok(ids.iter().map(scene).collect())
    }

    fn seen(&self, _: &SeriesSet, inputs: Batch) -> Result<Vec<Seen>> {
        let [_, channels, steps] = inputs.dims();
        let failed = |e: String| usage(format!("reading series back: {e}"));
        let lengths = inputs.lengths.clone().try_into_vec_as::<i64>();
        let lengths = lengths.map_err(|e| failed(format!("{e:?}")))?;
        let values = inputs.values.try_into_vec_as::<f32>();
        let values = values.map_err(|e| failed(format!("{e:?}")))?;
        let series = |(series, length): (&[f32], i64)| {
            let channel = |channel: &[f32]| channel[..length as usize].to_vec();
            Seen::Series(series.chunks_exact(steps).map(channel).collect())
        };
        let each = values.chunks_exact((channels * steps).max(1));
        Ok(each.zip(lengths).map(series).collect())
    }
}
