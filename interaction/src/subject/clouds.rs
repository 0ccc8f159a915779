use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::input::Kind;
use burn_interaction::{Baseline, Players, RegionMap, Regions};
use burn_interaction_datasets::{
    CloudAugmentation, CloudItem, CloudSamples, CloudSet, Samples, Split, Up, assemble,
};
use burn_interaction_models::registry::{PointNetwork, ignores_copies, point_network};

use super::{
    About, Absent, Division, Part, Scene, Seated, Seen, Spec, Statistics, Subject, Trained,
    digest_of, labelled,
};
use crate::error::{Result, usage};

/// The names of clouds in a file of regions: digests of their points.
fn digests(items: &[CloudItem]) -> Vec<String> {
    items.iter().map(|item| digest_of(&item.points)).collect()
}

/// Points of a cloud by default, as in the papers.
const POINTS: usize = 1024;
/// Regions of a cloud by default.
const REGIONS: usize = 32;
/// Players up to which clouds are enumerated by default.
const EXACT: usize = 12;

/// A network for point clouds and its clouds.
pub struct Clouds {
    spec: Spec,
    about: About,
    split: Split<Arc<dyn CloudSet>>,
    points: usize,
    up: Option<Up>,
}

/// Opens clouds with as many points as the network was trained with, where its settings say so.
pub fn open(
    spec: Spec,
    trained: Option<&Trained>,
    split: Split<Arc<dyn CloudSet>>,
    mut notes: Vec<String>,
) -> Result<Clouds> {
    let split = Trained::in_order(trained, &spec.classes, split, &mut notes)?;
    let (points, up) = match trained.map(|trained| &trained.statistics) {
        Some(Statistics::Clouds { points, up }) => (*points, *up),
        Some(other) => return Err(other.of_another(Kind::Clouds)),
        None => (POINTS, None),
    };
    let (points, up) = (spec.points.unwrap_or(points), spec.up.or(up));
    if points == 0 {
        return Err(usage("--points 0: a cloud has at least one point"));
    }
    if spec.baseline == Some(Absent::Drop) && !ignores_copies(&spec.model)? {
        return Err(usage(format!(
            "--baseline drop: {} sees the copies that fill a cloud up; only pointnet and pointnet2 do not",
            spec.model
        )));
    }
    let about = About {
        network: spec.model.clone(),
        data: spec.data_and_folder().0.into(),
        classes: split.train.classes().to_vec(),
        weights: spec.weights_file(),
        inputs: match up {
            Some(up) => format!("{points} points, {up} up"),
            None => format!("{points} points"),
        },
        statistics: Statistics::Clouds { points, up },
        features: Vec::new(),
        framing: None,
        categories: Default::default(),
        exact: EXACT,
        fewest: 2,
        notes,
    };
    Ok(Clouds {
        spec,
        about,
        split,
        points,
        up,
    })
}

/// The clouds that have as many parts as most of them, and their parts as regions.
fn by_parts(samples: &CloudSamples, indices: Vec<usize>) -> Result<Seated<RegionMap>> {
    let items = samples.items(&indices, 0)?;
    let maps: Option<Vec<Vec<usize>>> = items.iter().map(CloudItem::regions).collect();
    let Some(maps) = maps else {
        return Err(usage(
            "--regions parts: these clouds have no parts; ShapeNet's and the generated solids have",
        ));
    };
    let count = |map: &Vec<usize>| map.iter().max().map_or(0, |region| region + 1);
    let counts: Vec<usize> = maps.iter().map(count).collect();
    // A single part has no partner.
    let votes = |parts: usize| counts.iter().filter(|c| **c == parts).count();
    let candidates = counts.iter().copied().filter(|parts| *parts > 1);
    let Some(most) = candidates.max_by_key(|parts| (votes(*parts), *parts)) else {
        return Err(usage(
            "--regions parts: each of these clouds has one part only",
        ));
    };
    let (kept, maps): (Vec<usize>, Vec<Vec<usize>>) = indices
        .into_iter()
        .zip(maps)
        .filter(|(_, map)| count(map) == most)
        .unzip();
    let all = counts.len();
    let few = kept.len() < all;
    Ok(Seated {
        players: RegionMap::new(maps)?,
        note: few.then(|| {
            let kept = kept.len();
            format!("measuring the {kept} of {all} clouds that have {most} parts")
        }),
        indices: kept,
    })
}

impl Clouds {
    /// Makes absent regions stay in the cloud, or leave it, as `--baseline` says.
    fn with(&self, regions: Regions) -> Regions {
        match self.spec.baseline {
            Some(Absent::Drop) => regions.dropped(),
            _ => regions,
        }
    }

    fn of(&self, clouds: &Arc<dyn CloudSet>) -> CloudSamples {
        CloudSamples::new(clouds.clone(), self.points).upright(self.up)
    }
}

impl Subject for Clouds {
    type Input = Tensor<3>;
    type Net = PointNetwork;
    type Players = Regions;
    type Samples = CloudSamples;

    fn about(&self) -> &About {
        &self.about
    }

    fn init(&self, device: &Device) -> Result<PointNetwork> {
        let classes = self.about.classes.len();
        Ok(point_network(
            &self.spec.model,
            self.points,
            classes,
            device,
        )?)
    }

    fn samples(&self, part: Part) -> Result<Arc<CloudSamples>> {
        labelled(
            part,
            || Arc::new(self.of(&self.split.train)),
            || Arc::new(self.of(&self.split.test)),
        )
    }

    fn training(&self, augmentation: Option<&str>, seed: u64) -> Result<Arc<CloudSamples>> {
        let varied = match augmentation {
            None => None,
            Some("pointnet2") => Some(CloudAugmentation::pointnet2()),
            Some("dgcnn") => Some(CloudAugmentation::dgcnn()),
            Some(text) => {
                return Err(usage(format!(
                    "--augment {text}: give pointnet2 or dgcnn for point clouds"
                )));
            }
        };
        Ok(Arc::new(self.of(&self.split.train).augmented(varied, seed)))
    }

    fn players(&self) -> Result<Regions> {
        match self.spec.regions {
            None => Ok(self.with(Regions::farthest(REGIONS))),
            Some(Division::Farthest(count)) => Ok(self.with(Regions::farthest(count))),
            _ => Err(usage(
                "--regions: parts and files fit the clouds of one measurement; train with a number",
            )),
        }
    }

    fn seated(&self, samples: &CloudSamples, indices: Vec<usize>) -> Result<Seated<Regions>> {
        match &self.spec.regions {
            None | Some(Division::Farthest(_)) => Ok(Seated {
                players: self.players()?,
                indices,
                note: None,
            }),
            Some(Division::Parts) => {
                let seated = by_parts(samples, indices)?;
                Ok(Seated {
                    players: self.with(Regions::given(seated.players)),
                    indices: seated.indices,
                    note: seated.note,
                })
            }
            Some(Division::File(path)) => {
                let map = RegionMap::load_json(path)?;
                let (given, asked) = (map.clouds().len(), indices.len());
                if given != asked {
                    return Err(usage(format!(
                        "--regions {}: it has the regions of {given} clouds, and {asked} are to be measured, those of all parts together; give the regions of as many",
                        path.display()
                    )));
                }
                let names = digests(&samples.items(&indices, 0)?);
                let mut pairs = map.names().iter().zip(&names);
                if let Some(place) = pairs.position(|(theirs, own)| theirs != own) {
                    return Err(usage(format!(
                        "--regions {}: its cloud {place} is another than the sample in that place: give regions of the same samples and points",
                        path.display()
                    )));
                }
                Ok(Seated {
                    players: self.with(Regions::given(map)),
                    indices,
                    note: None,
                })
            }
        }
    }

    fn baseline(&self) -> Result<Option<Baseline>> {
        Ok(match &self.spec.baseline {
            Some(Absent::Given(baseline)) => Some(baseline.clone()),
            _ => None,
        })
    }

    fn scenes(
        &self,
        samples: &CloudSamples,
        players: &Regions,
        indices: &[usize],
        ids: &[u64],
        device: &Device,
    ) -> Result<Vec<Scene>> {
        let items = samples.items(indices, 0)?;
        let regions = players.map(&assemble(&items, device)?.inputs)?;
        let scene = |id: &u64| {
            let place = items.iter().position(|item| item.id == *id)?;
            let item = &items[place];
            Some(Scene::Cloud {
                players: players.describe(),
                up: samples.up(),
                regions: regions.clouds()[place].clone(),
                class: samples.classes()[item.label].clone(),
                points: item.points.clone(),
            })
        };
        Ok(ids.iter().filter_map(scene).collect())
    }

    fn region_map(
        &self,
        samples: &CloudSamples,
        players: &Regions,
        indices: &[usize],
        device: &Device,
    ) -> Result<Option<RegionMap>> {
        let items = samples.items(indices, 0)?;
        let map = players.map(&assemble(&items, device)?.inputs)?;
        Ok(Some(map.named(digests(&items))?))
    }

    fn seen(&self, _: &CloudSamples, inputs: Tensor<3>) -> Result<Vec<Seen>> {
        let [_, axes, points] = inputs.dims();
        let values = inputs.try_into_vec_as::<f32>();
        let values = values.map_err(|e| usage(format!("reading clouds back: {e:?}")))?;
        let cloud = |cloud: &[f32]| {
            let point = |at: usize| [0, 1, 2].map(|axis| cloud[axis * points + at]);
            Seen::Cloud((0..points).map(point).collect())
        };
        Ok(values.chunks_exact(axes * points).map(cloud).collect())
    }
}
