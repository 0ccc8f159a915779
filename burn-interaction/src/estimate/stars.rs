//! Stars of pairs: pairs that have one player in common, evaluated together.
//!
//! The context of a pair (c, j) of order m is uniform among the sets of m players without c and j. One draw serves all arms of
//! the star: let A be uniform among the sets of m players without c and the first arm a, and B = A + a. An arm j outside A has
//! the context A, one inside has B - j. Exchanging j for a is a bijection between the sets without a and those without j, so
//! that the context is uniform for each arm: unbiased. The values of A, A + c, B and B + c are those of the first arm, and each
//! other arm adds two.

use std::collections::{BTreeMap, BTreeSet};

use crate::coalition::{Coalition, Generator, Pair, sample_of_size};

use super::Plan;
use super::block::{Builder, Place};

/// A player and others, each of which forms a pair of a plan with it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Star {
    centre: usize,
    /// The other players, each with the index of its pair in the plan.
    arms: Vec<(usize, usize)>,
}

impl Star {
    /// Parts some pairs of a plan into stars, each pair in one: the player with most pairs left is the next centre, the lowest
    /// number among equals.
    pub fn parts(plan: &[Pair], pairs: &[usize]) -> Vec<Self> {
        let mut of_player: BTreeMap<usize, BTreeSet<(usize, usize)>> = BTreeMap::new();
        for &index in pairs {
            let (i, j) = plan[index];
            of_player.entry(i).or_default().insert((j, index));
            of_player.entry(j).or_default().insert((i, index));
        }
        let mut stars = Vec::new();
        loop {
            let most =
                |(player, arms): &(&usize, &BTreeSet<_>)| (arms.len(), std::cmp::Reverse(**player));
            let next = of_player.iter().max_by_key(most);
            let Some((&centre, arms)) = next.filter(|(_, arms)| !arms.is_empty()) else {
                return stars;
            };
            let arms: Vec<(usize, usize)> = arms.iter().copied().collect();
            of_player.remove(&centre);
            for &(arm, index) in &arms {
                if let Some(left) = of_player.get_mut(&arm) {
                    left.remove(&(centre, index));
                }
            }
            stars.push(Self { centre, arms });
        }
    }

    /// The values that a draw needs.
    pub fn values(&self) -> usize {
        2 + 2 * self.arms.len()
    }

    /// The pairs, as indices into those of the plan.
    #[cfg(test)]
    fn pairs(&self) -> impl Iterator<Item = usize> + '_ {
        self.arms.iter().map(|(_, pair)| *pair)
    }

    /// One difference of each pair at an order of the plan, given by its index.
    pub fn draw(
        &self,
        plan: &Plan,
        order: usize,
        draw: usize,
        rng: &mut Generator,
        builder: &mut Builder,
    ) {
        let (players, size) = (plan.players(), plan.orders()[order]);
        let (first, _) = self.arms[0];
        let without: Coalition = sample_of_size(players, size, &[self.centre, first], rng);
        let with = without.toggled(first);
        for &(arm, pair) in &self.arms {
            let base = match without.contains(arm) {
                true => &with,
                false => &without,
            };
            let place = Place { pair, order, draw };
            builder.add(base, plan.pairs()[pair], place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use crate::estimate::{Differences, Estimator, Orders, Pairs, Protocol};

    /// The plan of a star with centre 0 at one order.
    fn plan(players: usize, order: usize, contexts: usize) -> Plan {
        let protocol = Protocol {
            orders: Orders::given([order]),
            pairs: Pairs::given([(0, 1), (0, 2), (0, 5)]),
            estimator: Estimator::toggled(),
            contexts: contexts.into(),
            seed: 4,
            ..Protocol::default()
        };
        Plan::new(players, None, &protocol, 0).unwrap()
    }

    #[test]
    fn every_arm_of_a_star_has_every_context_equally_often() {
        // C(6, 3) = 20 contexts; with more asked for they would be enumerated, so draws are made by hand.
        let plan = plan(8, 3, 10);
        let stars = Star::parts(plan.pairs(), &[0, 1, 2]);
        assert_eq!(stars.len(), 1);
        let mut rng = generator(1, 0);
        let mut counts: BTreeMap<(u32, Vec<usize>), f64> = BTreeMap::new();
        const DRAWS: usize = 20_000;
        for draw in 0..DRAWS {
            let mut builder = Builder::default();
            stars[0].draw(&plan, 0, draw, &mut rng, &mut builder);
            let block = builder.take().unwrap();
            assert_eq!(block.coalitions.len(), 8);
            let Differences::Listed(list) = block.differences else {
                panic!()
            };
            for d in list {
                let context: Vec<usize> = block.coalitions[d.neither as usize].members().collect();
                *counts.entry((d.pair, context)).or_default() += 1.0;
            }
        }
        assert_eq!(counts.len(), 3 * 20);
        let expected = DRAWS as f64 / 20.0;
        for (key, count) in counts {
            assert!(
                (count - expected).abs() < 5.0 * expected.sqrt(),
                "{key:?}: {count}"
            );
        }
    }

    #[test]
    fn a_star_costs_two_values_a_difference_and_two_more() {
        for order in [5, 25, 45] {
            let plan = plan(52, order, 5);
            assert_eq!(plan.forwards(), 5 * 8, "order {order}");
        }
    }

    #[test]
    fn pairs_are_parted_into_stars_with_most_arms_first() {
        let pairs = [(0, 3), (1, 3), (2, 3), (2, 4), (5, 6)];
        let stars = Star::parts(&pairs, &[0, 1, 2, 3, 4]);
        let centres: Vec<usize> = stars.iter().map(|star| star.centre).collect();
        assert_eq!(centres, [3, 2, 5]);
        let mut seen: Vec<usize> = stars.iter().flat_map(Star::pairs).collect();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4]);
        assert_eq!(stars.iter().map(Star::values).sum::<usize>(), 8 + 4 + 4);
    }
}
