use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Bool, Int, Tensor};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::file::{load_plain_json, save_plain_json};
use crate::geometry::host::indices;
use crate::geometry::{farthest_points, lowest, nearest_centres};
use crate::input::Input;

use super::{Baseline, Players};

/// The regions of point clouds as players: inputs are `[batch, 3, points]` tensors.
///
/// Each point belongs to the nearest of the cloud's farthest-point centres; the papers use 32 of them on 1,024 points.
/// Absent regions move to the cloud's centre ([`Baseline::Mean`]), or leave the cloud ([`dropped`](Regions::dropped)).
///
/// Points that move to the centre stand where objects have none: the whole cloud is the only coalition without them.
/// Order n - 2 compares it with three that have them, and holds what they mean to the network besides the interaction. A
/// network that takes maxima may show a high order there that dropping takes away.
#[derive(Debug, Clone, PartialEq)]
pub struct Regions {
    from: Origin,
    dropped: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Origin {
    Farthest(usize),
    Given(Arc<RegionMap>),
}

impl Default for Regions {
    /// 32 regions around farthest points.
    fn default() -> Self {
        Self::farthest(32)
    }
}

impl Regions {
    /// This number of regions of each cloud, each around one of the cloud's farthest points.
    pub fn farthest(count: usize) -> Self {
        Self {
            from: Origin::Farthest(count),
            dropped: false,
        }
    }

    /// Given regions, such as the labelled parts of an object, for one batch of clouds: these and no others can be
    /// measured.
    pub fn given(map: RegionMap) -> Self {
        Self {
            from: Origin::Given(Arc::new(map)),
            dropped: false,
        }
    }

    /// Absent regions leave the cloud instead of moving to its centre: those present come first, in their order, and
    /// copies of the first fill up. Where none is left all points are at the baseline.
    ///
    /// The result is the smaller cloud exactly for networks to which copies at the end mean nothing: PointNet and
    /// PointNet++, which take maxima. Networks that count neighbours or densities (DGCNN, GCNN, PointConv) see the copies.
    pub fn dropped(mut self) -> Self {
        self.dropped = true;
        self
    }

    /// The regions of these clouds, to be written or given.
    ///
    /// # Errors
    ///
    /// Fails where the regions do not fit the clouds, or the device fails.
    pub fn map(&self, clouds: &Tensor<3>) -> Result<RegionMap> {
        let points = clouds.dims()[2];
        let places = self.places(clouds)?.try_into_vec_as::<i64>();
        let places = places.map_err(|e| Error::Execution(e.to_string()))?;
        let of_cloud = |cloud: &[i64]| cloud.iter().map(|region| *region as usize).collect();
        Ok(RegionMap {
            regions: self.check(clouds)?,
            clouds: places.chunks_exact(points).map(of_cloud).collect(),
            names: Vec::new(),
        })
    }

    fn check(&self, clouds: &Tensor<3>) -> Result<usize> {
        let [batch, axes, points] = clouds.dims();
        let mismatch = |what: &str, expected, found| {
            Err(Error::Mismatch {
                what: what.into(),
                expected,
                found,
            })
        };
        if axes != 3 {
            return mismatch("axes of a cloud, which is [batch, 3, points]", 3, axes);
        }
        let count = match &self.from {
            Origin::Farthest(count) if *count > points => {
                return Err(Error::setting(
                    "regions",
                    count,
                    format!("a cloud of {points} points has at most as many"),
                ));
            }
            Origin::Farthest(count) => *count,
            Origin::Given(map) if map.clouds.len() != batch => {
                return mismatch("clouds, as regions are given", map.clouds.len(), batch);
            }
            Origin::Given(map) => {
                let mut clouds = map.clouds.iter();
                if let Some(other) = clouds.find(|cloud| cloud.len() != points) {
                    let what = "points of a cloud, as regions are given";
                    return mismatch(what, other.len(), points);
                }
                map.regions
            }
        };
        match count {
            players @ 0..2 => Err(Error::TooFewPlayers { players }),
            count => Ok(count),
        }
    }

    /// Points that are present, `[rows, points]`.
    fn present(places: &Tensor<2, Int>, presence: Tensor<2, Bool>) -> Tensor<2, Bool> {
        let [samples, points] = places.dims();
        match samples {
            1 => presence.select(1, places.clone().reshape([points])),
            _ => presence.gather(1, places.clone()),
        }
    }
}

impl Players for Regions {
    type Input = Tensor<3>;
    /// The region of each point, a `[batch, points]` tensor.
    type Places = Tensor<2, Int>;

    fn counts(&self, input: &Tensor<3>) -> Result<Vec<usize>> {
        Ok(vec![self.check(input)?; input.samples()])
    }

    fn baseline(&self) -> Baseline {
        Baseline::Mean
    }

    fn places(&self, input: &Tensor<3>) -> Result<Tensor<2, Int>> {
        let [batch, _, points] = input.dims();
        let count = self.check(input)?;
        match &self.from {
            Origin::Given(map) => {
                let regions = map.clouds.iter().flatten().map(|r| *r as i32).collect();
                Ok(indices(regions, [batch, points], &input.device().inner()))
            }
            Origin::Farthest(_) => {
                let finite: bool = input.clone().is_finite().all().into_scalar();
                if !finite {
                    return Err(Error::setting(
                        "a coordinate",
                        "NaN or infinite",
                        "clouds have finite coordinates",
                    ));
                }
                let centres = farthest_points(input.clone(), count);
                Ok(nearest_centres(input.clone(), centres))
            }
        }
    }

    fn absent(&self, input: &Tensor<3>, baseline: &Baseline) -> Result<Tensor<3>> {
        baseline.of_clouds(input)
    }

    fn compose(
        &self,
        present: Tensor<3>,
        absent: Tensor<3>,
        places: &Tensor<2, Int>,
        presence: Tensor<2, Bool>,
    ) -> Tensor<3> {
        let [_, axes, points] = present.dims();
        let rows = presence.dims()[0];
        let shape = [rows, axes, points];
        let kept = Self::present(places, presence);
        let (present, absent) = (present.expand(shape), absent.expand(shape));
        if !self.dropped {
            let kept = kept.reshape([rows, 1, points]).expand(shape);
            return absent.mask_where(kept, present);
        }
        let order = lowest(kept.clone(), points);
        let order = order.reshape([rows, 1, points]).expand(shape);
        let some = kept.int().sum_dim(1).greater_elem(0);
        let some = some.reshape([rows, 1, 1]).expand(shape);
        absent.mask_where(some, present.gather(2, order))
    }

    /// The regions of the clouds with these places in the batch alone: given ones are for certain clouds.
    ///
    /// # Panics
    ///
    /// Panics if a place is none of the given clouds.
    fn only(&self, places: &[usize]) -> Self {
        let from = match &self.from {
            Origin::Farthest(count) => Origin::Farthest(*count),
            Origin::Given(map) => Origin::Given(Arc::new(RegionMap {
                regions: map.regions,
                clouds: places
                    .iter()
                    .map(|place| map.clouds[*place].clone())
                    .collect(),
                names: Vec::new(),
            })),
        };
        Self { from, ..*self }
    }

    fn describe(&self) -> String {
        let from = match &self.from {
            Origin::Farthest(count) => format!("regions {count}"),
            Origin::Given(map) => format!("given regions {}", map.regions),
        };
        match self.dropped {
            true => format!("{from}, absent ones dropped"),
            false => from,
        }
    }
}

/// Which region each point of some clouds belongs to: made by [`Regions::map`] or given, kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct RegionMap {
    regions: usize,
    clouds: Vec<Vec<usize>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
}

/// The regions of a file, not yet checked.
#[derive(Deserialize)]
struct Stored {
    regions: usize,
    clouds: Vec<Vec<usize>>,
    #[serde(default)]
    names: Vec<String>,
}

impl TryFrom<Stored> for RegionMap {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let Stored {
            regions,
            clouds,
            names,
        } = stored;
        if let Some(region) = clouds.iter().flatten().find(|region| **region >= regions) {
            let remedy = format!("there are {regions}, numbered from 0");
            return Err(Error::setting("a region", region, remedy));
        }
        let map = Self {
            regions,
            clouds,
            names: Vec::new(),
        };
        map.named(names)
    }
}

impl RegionMap {
    /// Regions 0, 1, .. of every point of every cloud; as many of each cloud.
    ///
    /// # Errors
    ///
    /// Fails where there is no cloud, or a cloud lacks one of the regions that others have.
    pub fn new(clouds: Vec<Vec<usize>>) -> Result<Self> {
        let regions = clouds.iter().flatten().max().map_or(0, |region| region + 1);
        if clouds.is_empty() {
            return Err(Error::setting("regions", "empty", "give those of a cloud"));
        }
        for (index, cloud) in clouds.iter().enumerate() {
            if let Some(missing) = (0..regions).find(|region| !cloud.contains(region)) {
                return Err(Error::setting(
                    "a region",
                    format!("{missing}, of which cloud {index} has no point"),
                    "measure clouds with the same regions together",
                ));
            }
        }
        Ok(Self {
            regions,
            clouds,
            names: Vec::new(),
        })
    }

    /// Gives each cloud a name, such as a digest of its points, by which a reader of the file knows it again; none takes the names off.
    ///
    /// # Errors
    ///
    /// Fails where there are names, and not one for each cloud.
    pub fn named(mut self, names: Vec<String>) -> Result<Self> {
        if !names.is_empty() && names.len() != self.clouds.len() {
            return Err(Error::Mismatch {
                what: "names of clouds, one for each".into(),
                expected: self.clouds.len(),
                found: names.len(),
            });
        }
        self.names = names;
        Ok(self)
    }

    /// The name of each cloud; empty where they have none.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many regions each cloud has.
    pub fn regions(&self) -> usize {
        self.regions
    }

    /// The region of each point, cloud by cloud.
    pub fn clouds(&self) -> &[Vec<usize>] {
        &self.clouds
    }

    /// Writes the regions as JSON.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_plain_json(self, path.as_ref())
    }

    /// Reads regions that [`save_json`](Self::save_json) wrote.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing or holds no regions.
    pub fn load_json(path: impl AsRef<Path>) -> Result<Self> {
        load_plain_json(path.as_ref(), "regions")
    }
}
