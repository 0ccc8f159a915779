//! Indices in point clouds, batched and on the device: farthest points, nearest centres, balls, neighbours.
//!
//! One place for players and for networks, and for users with clouds of their own. On the CPU indices are found by plain
//! loops over each cloud, elsewhere by tensor operations; both give the same ones. Ties follow the references: the first of
//! several farthest points wins, and the lowest of several indices. No gradient passes through an index.
//!
//! Clouds are `[batch, 3, points]` tensors, as networks take them; functions that work on features of any width take
//! points as rows, `[batch, points, channels]`.
//!
//! ```
//! use burn::tensor::{Device, Distribution, Tensor};
//! use burn_interaction::geometry::{farthest_points, nearest_centres};
//!
//! let clouds = Tensor::<3>::random([2, 3, 100], Distribution::Normal(0.0, 1.0), &Device::flex());
//! let centres = farthest_points(clouds.clone(), 8);
//! assert_eq!(nearest_centres(clouds, centres).dims(), [2, 100]);
//! ```

mod ball;
mod distance;
mod farthest;
pub(crate) mod host;
mod lowest;
mod nearest;
mod neighbours;

pub use ball::ball_query;
pub use distance::squared_distances;
pub use farthest::farthest_points;
pub use lowest::lowest;
pub use nearest::nearest_centres;
pub use neighbours::{nearest_neighbours, neighbour_graph};
