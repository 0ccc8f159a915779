//! Toggled differences: a base T drawn uniformly among the sets of one size, and a pool of players toggled in it.
//!
//! For players i, j of a pool chosen independently of T, the values of T, T xor {i}, T xor {j} and T xor {i, j} form
//! one difference. Its context T \ {i, j} has |T| - |T and {i, j}| members and is uniform among the sets of that size
//! without the pair: unbiased. One base serves every pair of the pool. How many contexts a pair gets is random; one that is
//! left with none, or with a single one though more are asked for, is given paired draws up to two, as noise can only be
//! told from two.
//!
//! An order by itself is served by stars instead where these need fewer values, as they do for pools with few pairs.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::coalition::{Coalition, Generator, Pair, sample_of_size};

use super::block::{Builder, Place};
use super::stars::Star;
use super::{Block, Plan};

/// Players toggled together, and the plan's pairs among them.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    players: Vec<usize>,
    /// Indices into the plan's pairs.
    pairs: Vec<usize>,
}

/// Covers the pairs by pools of at most `size` players, each pair in one pool, few pools first.
///
/// Greedy: a pool starts with the first uncovered pair and takes in the player that adds most uncovered pairs.
pub(super) fn pools(pairs: &[Pair], players: usize, size: usize) -> Vec<Pool> {
    let mut uncovered: Vec<BTreeSet<(usize, usize)>> = vec![BTreeSet::new(); players];
    for (index, &(i, j)) in pairs.iter().enumerate() {
        uncovered[i].insert((j, index));
        uncovered[j].insert((i, index));
    }
    let mut pools = Vec::new();
    for &(start, _) in pairs {
        while !uncovered[start].is_empty() {
            pools.push(grow(start, size.max(2), &mut uncovered));
        }
    }
    pools
}

fn grow(start: usize, size: usize, uncovered: &mut [BTreeSet<(usize, usize)>]) -> Pool {
    let mut pool = Pool {
        players: Vec::new(),
        pairs: Vec::new(),
    };
    let mut gain = vec![0_usize; uncovered.len()];
    let mut next = Some(start);
    while let Some(player) = next {
        let inside: Vec<_> = uncovered[player]
            .iter()
            .copied()
            .filter(|(other, _)| pool.players.contains(other))
            .collect();
        for (other, pair) in inside {
            uncovered[player].remove(&(other, pair));
            uncovered[other].remove(&(player, pair));
            pool.pairs.push(pair);
        }
        pool.players.push(player);
        gain[player] = 0;
        for (other, _) in &uncovered[player] {
            if !pool.players.contains(other) {
                gain[*other] += 1;
            }
        }
        // The lowest number among equals, so that the pools are the same on every machine.
        let best = (0..gain.len()).max_by_key(|p| (gain[*p], std::cmp::Reverse(*p)));
        next = best.filter(|p| gain[*p] > 0 && pool.players.len() < size);
    }
    pool
}

/// Bases of one size, and the orders their differences count for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bases {
    /// The size of each base.
    pub size: usize,
    /// How many bases a pool gets.
    pub count: usize,
    /// First and last order served.
    pub orders: (usize, usize),
}

/// The chance that a pair has `inside` of its two members in a uniform set of `size` among `players`.
fn chance(players: usize, size: usize, inside: usize) -> f64 {
    let (n, s) = (players as f64, size as f64);
    let ways = match inside {
        0 => (n - s) * (n - s - 1.0),
        1 => 2.0 * s * (n - s),
        _ => s * (s - 1.0),
    };
    ways / (n * (n - 1.0))
}

/// How some orders of a pool are served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    Bases(Bases),
    /// Stars, for the order.
    Stars(usize),
}

/// Ways that give each pair of a pool its contexts, on average, at each of `orders`.
///
/// Three and more consecutive orders share their bases: with as many bases at every size from the first order to the
/// last plus two, each order gets (n+1)/(n-1) contexts a base, and as many as the order of them that is asked for most. An order
/// by itself uses the stars, or the size whose fitting pairs cost least: |T| = m (pair outside), m + 1 (split) or m + 2 (inside).
pub(super) fn ways(plan: &Plan, orders: &[usize], pool: &Pool, stars: &[Star]) -> Vec<Way> {
    let players = plan.players();
    let mut ways = Vec::new();
    for run in orders.chunk_by(|a, b| a + 1 == *b) {
        let (first, last) = (run[0], run[run.len() - 1]);
        if run.len() >= 3 {
            let contexts = run.iter().map(|order| plan.contexts_at(*order)).max();
            let contexts = contexts.unwrap_or(0) as f64;
            let count = (contexts * (players - 1) as f64 / (players + 1) as f64).ceil() as usize;
            ways.extend((first..=last + 2).map(|size| {
                Way::Bases(Bases {
                    size,
                    count,
                    orders: (first, last),
                })
            }));
        } else {
            ways.extend(run.iter().map(|order| single(*order, plan, pool, stars)));
        }
    }
    ways
}

fn single(order: usize, plan: &Plan, pool: &Pool, stars: &[Star]) -> Way {
    let (toggles, pairs) = (pool.players.len() as f64, pool.pairs.len() as f64);
    let players = plan.players();
    let values_per_difference = |inside: usize| {
        let size = order + inside;
        let share = match inside {
            0 => 1.0 - size as f64 / players as f64,
            1 => 1.0,
            _ => size as f64 / players as f64,
        };
        let differences = pairs * chance(players, size, inside);
        (1.0 + toggles * share + differences) / differences
    };
    let inside = (0..=2)
        .min_by(|a, b| values_per_difference(*a).total_cmp(&values_per_difference(*b)))
        .unwrap_or(0);
    let of_stars: usize = stars.iter().map(Star::values).sum();
    if of_stars as f64 <= pairs * values_per_difference(inside) {
        return Way::Stars(order);
    }
    let size = order + inside;
    let contexts = plan.contexts_at(order) as f64;
    Way::Bases(Bases {
        size,
        count: (contexts / chance(players, size, inside)).ceil() as usize,
        orders: (order, order),
    })
}

/// The differences of `orders` (those of the plan that are sampled), pool by pool: those of its bases and stars, then paired
/// draws for the pairs that have fewer than two contexts at an order although two are asked for.
pub(super) fn blocks(
    plan: &Plan,
    orders: Vec<usize>,
    pool_size: usize,
) -> impl Iterator<Item = Block> {
    let mut rng = plan.generator(u64::MAX);
    let mut work = pools(plan.pairs(), plan.players(), pool_size)
        .into_iter()
        .flat_map(move |pool| {
            let stars = Star::parts(plan.pairs(), &pool.pairs);
            let ways = ways(plan, &orders, &pool, &stars);
            let sampled = orders.iter().flat_map(|o| plan.orders().binary_search(o));
            let pool = Rc::new(RefCell::new(Drawn::new(pool, stars, sampled.collect())));
            let last = Work::TopUp(pool.clone());
            ways.into_iter()
                .flat_map(move |way| match way {
                    Way::Bases(bases) => {
                        std::iter::repeat_n(Work::Base(pool.clone(), bases), bases.count)
                    }
                    Way::Stars(order) => std::iter::repeat_n(
                        Work::Stars(pool.clone(), order),
                        plan.contexts_at(order),
                    ),
                })
                .chain(std::iter::once(last))
        });
    let mut builder = Builder::default();
    std::iter::from_fn(move || {
        while !builder.is_full() {
            match work.next() {
                None => return builder.take(),
                Some(Work::Base(pool, bases)) => {
                    let base = sample_of_size(plan.players(), bases.size, &[], &mut rng);
                    pool.borrow_mut().toggle(plan, &base, bases, &mut builder);
                }
                Some(Work::Stars(pool, order)) => {
                    pool.borrow_mut().star(plan, order, &mut rng, &mut builder);
                }
                Some(Work::TopUp(pool)) => {
                    pool.borrow_mut().top_up(plan, &mut rng, &mut builder);
                }
            }
        }
        builder.take()
    })
}

/// The work for a pool: bases to draw, or stars for an order, then draws for the pairs that still lack contexts.
#[derive(Clone)]
enum Work {
    Base(Rc<RefCell<Drawn>>, Bases),
    Stars(Rc<RefCell<Drawn>>, usize),
    TopUp(Rc<RefCell<Drawn>>),
}

/// A pool, and how many contexts its pairs have so far.
struct Drawn {
    pool: Pool,
    stars: Vec<Star>,
    /// Indices of the plan's sampled orders, ascending.
    orders: Vec<usize>,
    /// Contexts by pair of the pool and order.
    contexts: Vec<usize>,
    draws: usize,
}

impl Drawn {
    fn new(pool: Pool, stars: Vec<Star>, orders: Vec<usize>) -> Self {
        Self {
            contexts: vec![0; pool.pairs.len() * orders.len()],
            pool,
            stars,
            orders,
            draws: 0,
        }
    }

    /// The differences of the pool's pairs in one base.
    fn toggle(&mut self, plan: &Plan, base: &Coalition, bases: Bases, builder: &mut Builder) {
        for (position, &index) in self.pool.pairs.iter().enumerate() {
            let pair = plan.pairs()[index];
            let inside = usize::from(base.contains(pair.0)) + usize::from(base.contains(pair.1));
            let served = bases.orders.0..=bases.orders.1;
            if let Some(order) = bases
                .size
                .checked_sub(inside)
                .filter(|o| served.contains(o))
                && let Ok(order) = plan.orders().binary_search(&order)
                && let Ok(column) = self.orders.binary_search(&order)
            {
                self.contexts[position * self.orders.len() + column] += 1;
                let place = Place {
                    pair: index,
                    order,
                    draw: self.draws,
                };
                builder.add(base, pair, place);
            }
        }
        self.draws += 1;
    }

    /// A difference of each of the pool's pairs at one order.
    fn star(&mut self, plan: &Plan, order: usize, rng: &mut Generator, builder: &mut Builder) {
        let Ok(index) = plan.orders().binary_search(&order) else {
            return;
        };
        for star in &self.stars {
            star.draw(plan, index, self.draws, rng, builder);
        }
        if let Ok(column) = self.orders.binary_search(&index) {
            for contexts in self.contexts.chunks_mut(self.orders.len()) {
                contexts[column] += 1;
            }
        }
        self.draws += 1;
    }

    /// Draws contexts for each pair and order that has fewer than two, or than are asked for.
    fn top_up(&mut self, plan: &Plan, rng: &mut Generator, builder: &mut Builder) {
        for (cell, contexts) in self.contexts.iter().enumerate() {
            let pair_index = self.pool.pairs[cell / self.orders.len()];
            let order = self.orders[cell % self.orders.len()];
            let pair = plan.pairs()[pair_index];
            let size = plan.orders()[order];
            for _ in *contexts..plan.contexts_at(size).min(2) {
                let context = sample_of_size(plan.players(), size, &[pair.0, pair.1], rng);
                let place = Place {
                    pair: pair_index,
                    order,
                    draw: self.draws,
                };
                builder.add(&context, pair, place);
                self.draws += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use crate::estimate::Protocol;
    use crate::estimate::{Differences, Estimator, Orders, Pairs};

    #[test]
    fn pools_cover_every_pair_once() {
        for pairs in [
            Pairs::all(),
            Pairs::random(30),
            Pairs::windows(3, 72),
            Pairs::neighbours(2, 100),
        ] {
            let pairs = pairs
                .resolve(64, Some([8, 8]), &mut generator(5, 0))
                .unwrap();
            let pools = pools(&pairs, 64, 9);
            let mut seen: Vec<usize> = pools.iter().flat_map(|p| p.pairs.clone()).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..pairs.len()).collect::<Vec<_>>());
            for pool in pools {
                assert!(pool.players.len() <= 9);
                let inside = |p: &usize| {
                    pool.players.contains(&pairs[*p].0) && pool.players.contains(&pairs[*p].1)
                };
                assert!(pool.pairs.iter().all(inside));
            }
        }
    }

    #[test]
    fn one_window_is_one_pool() {
        let pairs = Pairs::windows(3, 36)
            .resolve(256, Some([16, 16]), &mut generator(0, 0))
            .unwrap();
        assert_eq!(pools(&pairs, 256, 16).len(), 1);
    }

    #[test]
    fn low_orders_use_pairs_outside_middle_ones_split_pairs_and_high_ones_pairs_inside() {
        let pairs = Pairs::windows(3, 36)
            .resolve(256, Some([16, 16]), &mut generator(0, 0))
            .unwrap();
        let protocol = Protocol {
            orders: Orders::given([12, 127, 241]),
            pairs: Pairs::given(pairs),
            contexts: 10.into(),
            ..Protocol::default()
        };
        let plan = Plan::new(256, None, &protocol, 0).unwrap();
        let pool = &pools(plan.pairs(), 256, 9)[0];
        let stars = Star::parts(plan.pairs(), &pool.pairs);
        let ways = ways(&plan, plan.orders(), pool, &stars);
        let sizes: Vec<usize> = ways
            .iter()
            .map(|way| match way {
                Way::Bases(bases) => bases.size,
                Way::Stars(_) => panic!("stars"),
            })
            .collect();
        assert_eq!(sizes, [12, 128, 243]);
    }

    #[test]
    fn no_pair_has_fewer_contexts_than_two_or_than_asked_for() {
        for (contexts, pairs) in [(1, Pairs::all()), (2, Pairs::all()), (3, Pairs::random(30))] {
            let orders = Orders::given([1, 5, 6, 7, 8, 12]);
            let estimator = Estimator::toggled();
            let protocol = Protocol {
                orders: orders.clone(),
                pairs: pairs.clone(),
                estimator,
                contexts: contexts.into(),
                seed: 3,
                ..Protocol::default()
            };
            let plan = Plan::new(16, None, &protocol, 0).unwrap();
            let mut counts = vec![0; plan.pairs().len() * plan.orders().len()];
            for block in plan.blocks() {
                let Differences::Listed(list) = block.differences else {
                    panic!()
                };
                for d in list {
                    counts[d.pair as usize * plan.orders().len() + d.order as usize] += 1;
                }
            }
            let fewest = counts.into_iter().min().unwrap();
            assert!(fewest >= contexts.min(2), "{contexts}: {fewest}");
        }
    }
}
