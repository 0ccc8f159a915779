use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::figures::CloudChart;
use burn_interaction::{
    Baseline, Batch, Pair, Players, Profile, RegionMap, Regions, SampleProfile,
};
use burn_interaction_datasets::Samples as _;
use burn_interaction_datasets::{self as datasets, CloudItem, CloudSet, assemble};
use burn_interaction_models::registry::ignores_copies;

use crate::cli::Subject;
use crate::error::{Result, usage};
use crate::output::{Folder, TrainedWith};
use crate::parse;

use super::{Samples, Statistics};

/// Points of a cloud, as in the papers.
const POINTS: usize = 1024;

/// Which regions of clouds are players.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Choice {
    Farthest(usize),
    Parts,
    File(PathBuf),
}

/// How the clouds of a set come to a network, and who plays on them.
#[derive(Debug, Clone)]
pub struct CloudView {
    /// Points of each.
    pub points: usize,
    regions: Choice,
    dropped: bool,
    /// The axis that points up.
    up: usize,
}

impl CloudView {
    /// As the network was trained where `trained` says so, else with `--points`; players as `--regions` and `--baseline`
    /// say.
    ///
    /// # Errors
    ///
    /// An argument means nothing, or the settings are those of another network.
    pub fn new(subject: &Subject, trained: Option<&TrainedWith>) -> Result<Self> {
        let points = match (trained.map(|trained| &trained.statistics), subject.points) {
            (Some(Statistics::Clouds { points }), None) => *points,
            (Some(Statistics::Clouds { .. }) | None, Some(points)) => points,
            (None, None) => POINTS,
            (Some(other), _) => return Err(other.of_another("a network for point clouds")),
        };
        if points == 0 {
            return Err(usage("--points 0: a cloud has at least one point"));
        }
        let regions = match subject.regions.as_deref() {
            None => Choice::Farthest(32),
            Some("parts") => Choice::Parts,
            Some(text) => match text.parse() {
                Ok(count) => Choice::Farthest(count),
                Err(_) if text.ends_with(".json") => Choice::File(text.into()),
                Err(_) => {
                    return Err(usage(format!(
                        "--regions {text}: give a number, parts, or a regions.json"
                    )));
                }
            },
        };
        let dropped = subject.baseline.as_deref() == Some("drop");
        if dropped && !ignores_copies(&subject.model)? {
            return Err(usage(format!(
                "--baseline drop: {} sees the copies that fill a cloud up; only pointnet and pointnet2 do not",
                subject.model
            )));
        }
        Ok(Self {
            points,
            regions,
            dropped,
            // ShapeNet's objects stand on their second axis.
            up: if subject.data.starts_with("shapenet") {
                1
            } else {
                2
            },
        })
    }

    /// Regions for training, where every batch holds other clouds.
    ///
    /// # Errors
    ///
    /// `--regions` gives those of certain clouds.
    pub fn training_players(&self) -> Result<Regions> {
        match &self.regions {
            Choice::Farthest(_) => Ok(self.players()),
            _ => Err(usage(
                "--regions: parts and files fit the clouds of one measurement; train with a number",
            )),
        }
    }

    /// What absent regions look like, if `--baseline` says so; dropped ones look like nothing.
    ///
    /// # Errors
    ///
    /// It means nothing.
    pub fn baseline(&self, subject: &Subject) -> Result<Option<Baseline>> {
        parse::baseline(subject.baseline.as_deref().filter(|_| !self.dropped))?
            .without_mean("point clouds")
    }

    /// The players, before it is known which clouds they are on.
    pub fn players(&self) -> Regions {
        match self.regions {
            Choice::Farthest(count) => self.with(Regions::farthest(count)),
            _ => self.with(Regions::default()),
        }
    }

    fn with(&self, regions: Regions) -> Regions {
        match self.dropped {
            true => regions.dropped(),
            false => regions,
        }
    }
}

/// Clouds as they come to a network.
pub struct CloudSamples {
    clouds: Arc<dyn CloudSet>,
    samples: datasets::CloudSamples,
    view: CloudView,
}

impl CloudSamples {
    /// The clouds of a set, seen so.
    pub fn new(clouds: Arc<dyn CloudSet>, view: &CloudView) -> Self {
        Self {
            samples: datasets::CloudSamples::new(clouds.clone(), view.points),
            clouds,
            view: view.clone(),
        }
    }

    fn items(&self, indices: &[usize]) -> Result<Vec<CloudItem>> {
        Ok(self.samples.items(indices, 0)?)
    }

    /// The clouds that have as many parts as most of them, and their parts as regions.
    fn parts(&self, indices: Vec<usize>) -> Result<(Regions, Vec<usize>)> {
        let items = self.items(&indices)?;
        let maps: Option<Vec<Vec<usize>>> = items.iter().map(CloudItem::regions).collect();
        let Some(maps) = maps else {
            return Err(usage(
                "--regions parts: these clouds have no parts; ShapeNet's and the generated solids have",
            ));
        };
        let count = |map: &Vec<usize>| map.iter().max().map_or(0, |region| region + 1);
        let counts: Vec<usize> = maps.iter().map(count).collect();
        // One part alone has no partner.
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
        if kept.len() < counts.len() {
            println!(
                "measuring the {} of {} clouds that have {most} parts",
                kept.len(),
                counts.len()
            );
        }
        Ok((self.view.with(Regions::given(RegionMap::new(maps)?)), kept))
    }
}

/// Adds a cloud's regions, and the pair of them that interacts most at low, middle and high order.
fn picture(
    chart: CloudChart,
    item: &CloudItem,
    regions: &[usize],
    sample: &SampleProfile,
    orders: &[usize],
) -> CloudChart {
    let count = regions.iter().max().map_or(0, |region| region + 1);
    let mut chart = chart.regions(format!("{count} regions"), &item.points, regions);
    let found = |pair: Pair| -> Vec<(usize, f64)> {
        let of = |order: &usize| Some((*order, sample.interaction(*order, pair)?));
        let each = orders.iter().filter_map(of);
        let each = each.filter(|(_, estimate)| estimate.contexts > 0);
        each.map(|(order, estimate)| (order, estimate.mean))
            .collect()
    };
    let size = |pair: Pair| {
        let sizes = found(pair).into_iter().map(|(_, mean)| mean.abs());
        sizes.fold(0.0, f64::max)
    };
    let pairs = sample.pairs().iter().copied();
    let Some(pair) = pairs.max_by(|a, b| size(*a).total_cmp(&size(*b))) else {
        return chart;
    };
    let (found, most) = (found(pair), size(pair).max(f64::MIN_POSITIVE));
    let mut shown = vec![0, found.len() / 2, found.len().saturating_sub(1)];
    shown.dedup();
    for (order, mean) in shown.into_iter().filter_map(|at| found.get(at)) {
        let value = match mean.abs() < 0.01 {
            true => format!("{mean:+.1e}"),
            false => format!("{mean:+.3}"),
        };
        let name = format!("regions {} and {}, order {order}: {value}", pair.0, pair.1);
        chart = chart.pair(name, &item.points, regions, pair, mean / most);
    }
    chart
}

impl Samples for CloudSamples {
    type Players = Regions;
    type Input = Tensor<3>;

    fn count(&self) -> usize {
        self.clouds.len()
    }

    fn classes(&self) -> &[String] {
        self.clouds.classes()
    }

    fn elements(&self) -> usize {
        3 * self.view.points
    }

    fn label(&self, index: usize) -> usize {
        self.clouds.label(index)
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Tensor<3>>> {
        Ok(self.samples.read(indices, 0, device)?)
    }

    fn players(&self, players: &Regions, indices: Vec<usize>) -> Result<(Regions, Vec<usize>)> {
        match &self.view.regions {
            Choice::Farthest(_) => Ok((players.clone(), indices)),
            Choice::Parts => self.parts(indices),
            Choice::File(path) => {
                let map = RegionMap::load_json(path)?;
                let (given, asked) = (map.clouds().len(), indices.len());
                if given != asked {
                    return Err(usage(format!(
                        "--regions {}: it has the regions of {given} clouds, and {asked} are to be measured, those of all parts together; give the regions of as many",
                        path.display()
                    )));
                }
                Ok((self.view.with(Regions::given(map)), indices))
            }
        }
    }

    fn part(&self, players: &Regions, places: &[usize]) -> Regions {
        players.only(places)
    }

    /// `regions.json`, and `cloud.svg` and `cloud.png` of the first cloud: its regions, and the pair that interacts most at
    /// low, middle and high order.
    fn write_pictures(
        &self,
        players: &Regions,
        indices: &[usize],
        profile: &Profile,
        folder: &Folder,
        device: &Device,
    ) -> Result<()> {
        let items = self.items(indices)?;
        let map = players.map(&assemble(&items, device)?.inputs)?;
        map.save_json(folder.file("regions.json"))?;
        let sample = profile.samples().first();
        let place = sample.and_then(|sample| items.iter().position(|item| item.id == sample.id()));
        let (Some(sample), Some(place)) = (sample, place) else {
            return Ok(());
        };
        let item = &items[place];
        let class = &self.clouds.classes()[item.label];
        let chart = CloudChart::new(format!("{class}, {}", players.describe())).up(self.view.up);
        let chart = picture(chart, item, &map.clouds()[place], sample, profile.orders());
        chart.save_svg(folder.file("cloud.svg"))?;
        chart.save_png(folder.file("cloud.png"))?;
        Ok(())
    }
}
