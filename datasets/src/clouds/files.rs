use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::data::dataset::{Dataset, DatasetError};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::lists::{PointList, read_parts, read_points};
use super::set::POINTS;
use super::{CloudItem, CloudSet, Mesh};
use crate::cache::Cache;
use crate::error::{Error, Result};

/// Bytes of surfaces and points that [`CloudFiles`] keeps unless told otherwise.
const CACHE: usize = 1 << 30;

/// Labelled files of objects, read when they are asked for; read objects stay in memory up to a bound.
#[derive(Debug)]
pub struct CloudFiles {
    files: Vec<(Form, usize)>,
    classes: Vec<String>,
    up: usize,
    cache: Cache<Arc<Object>>,
    notes: Vec<String>,
}

/// The form of an object on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// An OFF mesh, from which points are drawn.
    Mesh(PathBuf),
    /// A list of points with normals: lines of `x,y,z,nx,ny,nz`.
    Normals(PathBuf),
    /// A list of points with normals and parts: lines of `x y z nx ny nz part`.
    Parts(PathBuf),
    /// A list of points, with lines of `x y z`, and a list of their parts in another file.
    PointsAndParts(PathBuf, PathBuf),
}

impl Form {
    fn path(&self) -> &Path {
        match self {
            Self::Mesh(path)
            | Self::Normals(path)
            | Self::Parts(path)
            | Self::PointsAndParts(path, _) => path,
        }
    }

    fn read(&self) -> Result<Object> {
        let list = match self {
            Self::Mesh(path) => return Ok(Object::Surface(Mesh::read_off(path)?)),
            Self::Normals(path) => read_points(path, ',', 6, None)?,
            Self::Parts(path) => read_points(path, ' ', 7, Some(6))?,
            Self::PointsAndParts(path, labels) => {
                let list = read_points(path, ' ', 3, None)?;
                let parts = read_parts(labels)?;
                if parts.len() != list.points.len() {
                    let points = list.points.len();
                    let reason = format!("{} parts of {points} points", parts.len());
                    return Err(Error::file(labels, reason));
                }
                PointList {
                    parts: Some(parts),
                    ..list
                }
            }
        };
        Ok(Object::Points(list))
    }
}

#[derive(Debug)]
enum Object {
    Surface(Mesh),
    Points(PointList),
}

impl Object {
    fn bytes(&self) -> usize {
        match self {
            Self::Surface(mesh) => 24 * mesh.vertices.len() + 32 * mesh.triangles.len(),
            Self::Points(list) => 20 * list.points.len(),
        }
    }

    fn cloud(&self, points: usize, draw: Option<u64>, [label, index]: [usize; 2]) -> CloudItem {
        match self {
            Self::Surface(mesh) => {
                let drawn = mesh.sample(points, draw.unwrap_or(0));
                CloudItem {
                    points: drawn.into_iter().map(|(point, _)| point).collect(),
                    parts: None,
                    label,
                    id: index as u64,
                }
            }
            Self::Points(list) => {
                let all = list.points.len();
                let mut chosen: Vec<usize> = match draw {
                    None => (0..all).take(points).collect(),
                    Some(seed) => {
                        let mut rng = ChaCha8Rng::seed_from_u64(seed);
                        sample(&mut rng, all, points.min(all)).into_vec()
                    }
                };
                // A list that is too short is gone through again.
                chosen.extend((chosen.len()..points).map(|k| k % all));
                CloudItem {
                    points: chosen.iter().map(|k| list.points[*k]).collect(),
                    parts: (list.parts.as_ref())
                        .map(|parts| chosen.iter().map(|k| parts[*k]).collect()),
                    label,
                    id: index as u64,
                }
            }
        }
    }
}

impl CloudFiles {
    pub(super) fn new(files: Vec<(Form, usize)>, classes: Vec<String>) -> Self {
        Self {
            files,
            classes,
            up: 2,
            cache: Cache::new(CACHE),
            notes: Vec::new(),
        }
    }

    /// Declares which axis of the objects points up.
    pub(super) fn standing_on(mut self, up: usize) -> Self {
        self.up = up;
        self
    }

    /// Adds notes on how the files were found.
    pub(super) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Keeps at most this many bytes of surfaces and points in memory. The default is 1 GiB; zero keeps none.
    pub fn cached(mut self, bytes: usize) -> Self {
        self.cache = Cache::new(bytes);
        self
    }

    /// The file of an object.
    pub fn path(&self, index: usize) -> &Path {
        self.files[index].0.path()
    }

    /// Bytes of surfaces and points in memory.
    pub fn cached_bytes(&self) -> usize {
        self.cache.bytes()
    }
}

impl CloudSet for CloudFiles {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        self.files[index].1
    }

    fn up(&self) -> usize {
        self.up
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn cloud(&self, index: usize, points: usize, draw: Option<u64>) -> Result<CloudItem> {
        let (form, label) = &self.files[index];
        let bytes = |object: &Arc<Object>| object.bytes();
        let read = || form.read().map(Arc::new);
        let object = self.cache.get_or(index, bytes, read)?;
        Ok(object.cloud(points, draw, [*label, index]))
    }
}

impl Dataset<CloudItem> for CloudFiles {
    fn get(&self, index: usize) -> std::result::Result<CloudItem, DatasetError> {
        self.cloud(index, POINTS, None).map_err(DatasetError::new)
    }

    fn len(&self) -> usize {
        self.files.len()
    }
}
