//! The papers' plain Monte Carlo: for each pair and order, contexts drawn without the pair; four values each.

use crate::coalition::{all_of_size, sample_of_size};

use super::{
    Block, Plan,
    block::{Builder, Place},
};

/// Differences of one order for each pair of the plan: all contexts, or drawn ones.
pub(super) fn blocks(
    plan: &Plan,
    order_index: usize,
    exhaustive: bool,
) -> impl Iterator<Item = Block> {
    let order = plan.orders()[order_index];
    let players = plan.players();
    let mut rng = plan.generator(order_index as u64);
    let mut pairs = plan.pairs().iter().copied().enumerate();
    let mut builder = Builder::default();
    std::iter::from_fn(move || {
        while !builder.is_full() {
            let Some((index, pair)) = pairs.next() else {
                return builder.take();
            };
            let outside = [pair.0, pair.1];
            let place = |draw| Place {
                pair: index,
                order: order_index,
                draw,
            };
            if exhaustive {
                for (draw, context) in all_of_size(players, order, &outside).enumerate() {
                    builder.add(&context, pair, place(draw));
                }
            } else {
                for draw in 0..plan.contexts_at(order) {
                    let context = sample_of_size(players, order, &outside, &mut rng);
                    builder.add(&context, pair, place(draw));
                }
            }
        }
        builder.take()
    })
}
