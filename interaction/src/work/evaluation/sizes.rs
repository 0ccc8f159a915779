/// Forwards that a forward with its backward takes as long as.
pub const WITH_BACKWARD: f64 = 3.0;

/// The sizes that a price follows from, and by which impossible evaluations are told before the training.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Training samples.
    pub train: usize,
    /// Test samples.
    pub test: usize,
    /// Players of a sample.
    pub players: usize,
    /// Rows and columns of players on a grid.
    pub grid: Option<[usize; 2]>,
    /// Whether inputs are numbers, which attacks move.
    pub numeric: bool,
}
