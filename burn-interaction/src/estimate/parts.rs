//! One sample pair by pair, from which a pilot learns how much each step of drawing adds to the variance.

use super::tally::{Part, Tally};
use super::{Estimate, Plan};

/// The parts of one pair at one order: from all its contexts, and from each of two halves of them. `None` where these are
/// fewer than two.
pub(crate) type Halves = [Option<Part>; 3];

/// The parts of one sample.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// The place of each pair.
    pub places: Vec<u32>,
    /// The parts, order by order, one a pair.
    pub orders: Vec<Vec<Halves>>,
}

/// Sums over two halves of the contexts of each pair and order. Contexts are dealt out in turn.
#[derive(Debug, Clone)]
pub(super) struct Halved([Vec<Tally>; 2]);

impl Halved {
    pub fn new(cells: usize) -> Self {
        Self([vec![Tally::default(); cells], vec![Tally::default(); cells]])
    }

    pub fn push(&mut self, cell: usize, value: f64, draw: u32) {
        let [even, odd] = &mut self.0;
        let half = match even[cell].count() > odd[cell].count() {
            true => &mut odd[cell],
            false => &mut even[cell],
        };
        half.push(value, draw);
    }

    /// The parts of a plan whose sums these are, ordered by order and pair.
    pub fn parts(&self, plan: &Plan, sums: &[Tally], estimates: &[Estimate]) -> Parts {
        let pairs = plan.pairs().len();
        let of_order = |(index, order): (usize, &usize)| {
            let cells = index * pairs..(index + 1) * pairs;
            let cell = |cell: usize| match plan.is_exhaustive(*order) {
                true => [Some(Part::known(&estimates[cell])); 3],
                false => {
                    let [even, odd] = &self.0;
                    [&sums[cell], &even[cell], &odd[cell]].map(Tally::part)
                }
            };
            cells.map(cell).collect()
        };
        Parts {
            places: plan.places().to_vec(),
            orders: plan.orders().iter().enumerate().map(of_order).collect(),
        }
    }
}
