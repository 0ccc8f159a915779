/// Forwards that a forward with its backward takes as long as.
pub const WITH_BACKWARD: f64 = 3.0;

/// The sizes that a price follows from, and by which impossible evaluations are told before the training.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Training samples.
    pub train: usize,
    /// Test samples.
    pub test: usize,
    /// Players of the smallest sample that is measured.
    pub fewest: usize,
    /// Players of the largest sample.
    pub players: usize,
    /// Rows and columns of players on a grid.
    pub grid: Option<[usize; 2]>,
    /// Whether inputs are numbers, which attacks move.
    pub numeric: bool,
}

impl Sizes {
    /// Players of the smallest of so many samples at most: a single one is of one size, and may be of any.
    pub(super) fn fewest_of(self, samples: Option<usize>) -> usize {
        match samples {
            Some(1) => self.players,
            _ => self.fewest,
        }
    }
}
