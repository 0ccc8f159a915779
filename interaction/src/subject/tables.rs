use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::input::Kind;
use burn_interaction::{Baseline, Features};
use burn_interaction_datasets::{Samples, Split, Standardization, Table};
use burn_interaction_models::Mlp;
use burn_interaction_models::registry::table_network;

use super::{
    About, Absent, Part, Scene, Spec, Statistics, Subject, Trained, digest_of, in_units, labelled,
};
use crate::error::{Result, usage};

/// Players up to which rows are enumerated by default.
const EXACT: usize = 12;

/// A network for tables and its table, standardised.
pub struct Tables {
    spec: Spec,
    about: About,
    train: Arc<Table>,
    test: Arc<Table>,
    baseline: Baseline,
}

/// Opens a table, standardised as the network was trained, or by its training rows.
pub fn open(
    spec: Spec,
    trained: Option<&Trained>,
    split: Split<Table>,
    mut notes: Vec<String>,
) -> Result<Tables> {
    let Split {
        mut train,
        mut test,
    } = Trained::in_order(trained, &spec.classes, split, &mut notes)?;
    if let Some(trained) = trained.filter(|trained| !trained.categories.is_empty()) {
        // The network knows the categories by the numbers that they had then.
        train = train.with_categories(&trained.categories)?;
        test = test.with_categories(&trained.categories)?;
    }
    Trained::check_features(trained, train.names())?;
    let own = Standardization::fit(&train);
    let statistics = match trained.map(|trained| &trained.statistics) {
        None => own.clone(),
        Some(Statistics::Table(statistics)) => {
            if statistics.mean.len() != train.names().len() {
                let reason =
                    "the settings beside the weights are those of a table with other features";
                return Err(usage(reason));
            }
            statistics.clone()
        }
        Some(other) => return Err(other.of_another(Kind::Tables)),
    };
    let baseline = match &spec.baseline {
        Some(Absent::Given(baseline)) => baseline.clone(),
        _ => in_units(&own.mean, &statistics.mean, &statistics.deviation),
    };
    statistics.apply(&mut train);
    statistics.apply(&mut test);
    let about = About {
        network: spec.model.clone(),
        data: spec.data_and_folder().0.into(),
        classes: train.classes().to_vec(),
        weights: spec.weights_file(),
        inputs: digest_of(&statistics),
        statistics: Statistics::Table(statistics),
        features: train.names().to_vec(),
        framing: None,
        categories: train.categories().clone(),
        exact: EXACT,
        fewest: 2,
        notes,
    };
    Ok(Tables {
        spec,
        about,
        train: Arc::new(train),
        test: Arc::new(test),
        baseline,
    })
}

impl Subject for Tables {
    type Input = Tensor<2>;
    type Net = Mlp;
    type Players = Features;
    type Samples = Table;

    fn about(&self) -> &About {
        &self.about
    }

    fn init(&self, device: &Device) -> Result<Mlp> {
        let (inputs, classes) = (self.train.names().len(), self.about.classes.len());
        Ok(table_network(&self.spec.model, inputs, classes, device)?)
    }

    fn samples(&self, part: Part) -> Result<Arc<Table>> {
        labelled(part, || self.train.clone(), || self.test.clone())
    }

    fn players(&self) -> Result<Features> {
        Ok(Features)
    }

    fn baseline(&self) -> Result<Option<Baseline>> {
        Ok(Some(self.baseline.clone()))
    }

    fn scenes(
        &self,
        samples: &Table,
        _: &Features,
        _: &[usize],
        ids: &[u64],
        _: &Device,
    ) -> Result<Vec<Scene>> {
        let scene = |id: &u64| Scene::Row {
            class: samples.classes()[samples.label(*id as usize)].clone(),
            names: samples.names().to_vec(),
        };
        Ok(ids.iter().map(scene).collect())
    }

    fn player_names(
        &self,
        _: &Table,
        _: &Self::Players,
        indices: &[usize],
        _: &Device,
    ) -> Result<Vec<Vec<String>>> {
        Ok(vec![self.train.names().to_vec(); indices.len()])
    }
}
