use std::collections::HashMap;

use crate::coalition::{Coalition, Pair};

/// Blocks are closed at about this many coalitions, or at the end of a pair that has more: memory grows with the contexts of one pair
/// alone.
pub(super) const BLOCK: usize = 4096;

/// A piece of a plan: distinct coalitions to evaluate, and the differences that their values form.
#[derive(Debug, Clone)]
pub struct Block {
    /// The coalitions; their values are given back in this order.
    pub coalitions: Vec<Coalition>,
    /// The differences that the values form.
    pub differences: Differences,
}

/// The differences that the values of a block form.
#[derive(Debug, Clone)]
pub enum Differences {
    /// Second differences Delta v(i, j, S), each of a pair and an order of the plan.
    Listed(Vec<Difference>),
    /// The table of all 2^n values, from which every interaction follows once it is full.
    Enumerated,
}

/// One Delta v(i, j, S) = v(S+i+j) - v(S+i) - v(S+j) + v(S); the values are indices into the block.
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    /// Index of the pair among the plan's pairs.
    pub pair: u32,
    /// Index of the order among the plan's orders.
    pub order: u32,
    /// Number of the draw that its context comes from: differences of one draw may share values, others are independent.
    pub draw: u32,
    /// v(S+i+j).
    pub both: u32,
    /// v(S+i).
    pub first: u32,
    /// v(S+j).
    pub second: u32,
    /// v(S).
    pub neither: u32,
}

impl Difference {
    /// The value of the difference, given the values of its block.
    pub fn value(&self, values: &[f64]) -> f64 {
        let v = |index: u32| values[index as usize];
        v(self.both) - v(self.first) - v(self.second) + v(self.neither)
    }
}

/// Where a difference belongs: indices of its pair and order in the plan, and the number of its draw.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub pair: usize,
    pub order: usize,
    pub draw: usize,
}

/// Collects differences, evaluating each coalition once however many differences it serves.
#[derive(Default)]
pub(super) struct Builder {
    index: HashMap<Coalition, u32>,
    coalitions: Vec<Coalition>,
    differences: Vec<Difference>,
}

impl Builder {
    pub fn is_full(&self) -> bool {
        self.coalitions.len() >= BLOCK
    }

    /// The difference of `pair` in the context `base` without the pair, whichever of the two `base` holds.
    pub fn add(&mut self, base: &Coalition, pair: Pair, place: Place) {
        let (i, j) = pair;
        let mut value = |with_i: bool, with_j: bool| {
            let mut set = base.clone();
            if base.contains(i) != with_i {
                set.toggle(i);
            }
            if base.contains(j) != with_j {
                set.toggle(j);
            }
            if let Some(known) = self.index.get(&set) {
                return *known;
            }
            let new = self.coalitions.len() as u32;
            self.coalitions.push(set.clone());
            self.index.insert(set, new);
            new
        };
        let difference = Difference {
            pair: place.pair as u32,
            order: place.order as u32,
            draw: place.draw as u32,
            neither: value(false, false),
            first: value(true, false),
            second: value(false, true),
            both: value(true, true),
        };
        self.differences.push(difference);
    }

    /// The block so far, if there is anything in it; the builder starts again empty.
    pub fn take(&mut self) -> Option<Block> {
        let whole = std::mem::take(self);
        (!whole.differences.is_empty()).then_some(Block {
            coalitions: whole.coalitions,
            differences: Differences::Listed(whole.differences),
        })
    }
}
