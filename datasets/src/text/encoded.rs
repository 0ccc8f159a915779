/// A sentence in word pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The numbers of the sentence's pieces, special ones included.
    pub pieces: Vec<u32>,
    /// The segment of each piece.
    pub segments: Vec<u32>,
    /// Whether the sentence has special pieces only.
    pub(super) special: bool,
    /// Whether pieces at the end of the sentence were left out, as there were too many.
    pub cut: bool,
}
