use crate::coalition::{EXACT_LIMIT, Generator, Pair, binomial, sample_generator};
use crate::error::{Error, Result};

use super::{Contexts, Estimator, Protocol};

/// The numbers that tell the draws of a sample's pairs from those of its contexts.
const PAIRS: u64 = 0;
const CONTEXTS: u64 = 1;

/// The coalitions to evaluate for one sample, and the differences they form.
///
/// A plan is a function of its protocol and the sample's id, so that its price is known before a network runs. It is walked
/// in pieces of some thousand coalitions, or of the contexts of one pair where these are more, so that neither time before the first
/// forward nor memory grows with the budget.
///
/// ```
/// use burn_interaction::{Orders, Pairs, Plan, Protocol};
///
/// let protocol = Protocol { orders: Orders::given([0]), pairs: Pairs::all(), ..Protocol::default() };
/// // The empty set, 12 single players and 66 pairs.
/// assert_eq!(Plan::new(12, None, &protocol, 0)?.forwards(), 79);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    players: usize,
    orders: Vec<usize>,
    pairs: Vec<Pair>,
    places: Vec<u32>,
    estimator: Estimator,
    contexts: Contexts,
    seed: u64,
    id: u64,
}

impl Plan {
    /// A plan for the sample with this id, a game of `players` who may lie on a `grid` of `[rows, columns]`.
    ///
    /// # Errors
    ///
    /// Fails where [`Orders::resolve`](super::Orders::resolve) or [`Pairs::resolve`](super::Pairs::resolve) does, and for
    /// zero contexts, pools of fewer than two players, or more than [`EXACT_LIMIT`] players to enumerate.
    pub fn new(
        players: usize,
        grid: Option<[usize; 2]>,
        protocol: &Protocol,
        id: u64,
    ) -> Result<Self> {
        let (contexts, seed) = (protocol.contexts.clone(), protocol.seed);
        if contexts.fewest() == 0 {
            return Err(Error::setting(
                "contexts",
                contexts,
                "draw at least one context for each pair and order",
            ));
        }
        let estimator = protocol.estimator.of(players);
        match estimator {
            Estimator::Exact if players > EXACT_LIMIT => {
                return Err(Error::TooManyPlayersForExact {
                    players,
                    limit: EXACT_LIMIT,
                });
            }
            Estimator::Toggled { pool } if pool < 2 => {
                return Err(Error::setting(
                    "pool",
                    pool,
                    "a pool holds at least the two players of a pair",
                ));
            }
            _ => {}
        }
        // Pairs and contexts are drawn apart: more contexts leave the pairs as they are.
        let mut rng = sample_generator(seed, id, [PAIRS, 0]);
        let orders = protocol.orders.resolve(players)?;
        let (pairs, places) = protocol
            .pairs
            .placed(players, grid, &mut rng)?
            .into_iter()
            .unzip();
        Ok(Self {
            players,
            orders,
            pairs,
            places,
            estimator,
            contexts,
            seed,
            id,
        })
    }

    /// The number of players.
    pub fn players(&self) -> usize {
        self.players
    }

    /// The orders, ascending.
    pub fn orders(&self) -> &[usize] {
        &self.orders
    }

    /// The pairs, ascending.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// The number of the place of each pair, see [`Pairs::placed`](super::Pairs::placed).
    pub(crate) fn places(&self) -> &[u32] {
        &self.places
    }

    /// The estimator, never [`Estimator::Auto`].
    pub fn estimator(&self) -> Estimator {
        self.estimator
    }

    /// Contexts asked for at each pair and order.
    pub fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    /// Contexts asked for of each pair at an order.
    pub(super) fn contexts_at(&self, order: usize) -> usize {
        self.contexts.at(order, self.players)
    }

    /// Whether all contexts of an order are evaluated, so that its interactions are exact: always for
    /// [`Estimator::Exact`], else where C(n - 2, m) is at most the contexts asked for.
    pub fn is_exhaustive(&self, order: usize) -> bool {
        self.estimator == Estimator::Exact
            || binomial(self.players - 2, order) <= self.contexts_at(order) as f64
    }

    /// The generator of one part of the contexts.
    pub(super) fn generator(&self, part: u64) -> Generator {
        sample_generator(self.seed, self.id, [CONTEXTS, part])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{Differences, Orders, Pairs};

    fn plan(
        players: usize,
        orders: Orders,
        pairs: Pairs,
        estimator: Estimator,
        contexts: usize,
    ) -> Plan {
        let side = players.isqrt();
        let protocol = Protocol {
            orders,
            pairs,
            estimator,
            contexts: contexts.into(),
            seed: 7,
            ..Protocol::default()
        };
        Plan::new(players, Some([side, side]), &protocol, 0).unwrap()
    }

    fn counts(plan: &Plan) -> (u64, u64) {
        let mut differences = 0;
        for block in plan.blocks() {
            if let Differences::Listed(list) = block.differences {
                differences += list.len() as u64;
            }
        }
        (plan.forwards(), differences)
    }

    #[test]
    fn exact_costs_of_small_plans() {
        let paired = Estimator::Paired;
        let toggled = Estimator::toggled();
        let table = [
            // Order 0 of all 66 pairs of 12 players: the empty set, 12 single players, 66 pairs.
            (
                plan(12, Orders::given([0]), Pairs::all(), paired, 100),
                (79, 66),
            ),
            (
                plan(12, Orders::given([0]), Pairs::all(), toggled, 1),
                (79, 66),
            ),
            // Order n - 2: the full set and what is left without one or two players.
            (
                plan(12, Orders::given([10]), Pairs::all(), toggled, 5),
                (79, 66),
            ),
            // One pair of 256 players at order 127: 50 contexts, four values each.
            (
                plan(
                    256,
                    Orders::given([127]),
                    Pairs::given([(0, 1)]),
                    paired,
                    50,
                ),
                (200, 50),
            ),
            // Enumeration: 2^12, whatever the orders.
            (
                plan(12, Orders::published(), Pairs::all(), Estimator::Exact, 1),
                (4096, 0),
            ),
            // All ten contexts of order 1 of one pair of 12: sizes 1, 2, 2 and 3.
            (
                plan(12, Orders::given([1]), Pairs::given([(3, 4)]), paired, 10),
                (40, 10),
            ),
        ];
        for (row, (plan, expected)) in table.iter().enumerate() {
            assert_eq!(counts(plan), *expected, "row {row}");
        }
    }

    #[test]
    fn toggled_needs_at_most_1_6_values_a_difference_in_windows() {
        for order in [12, 127, 241] {
            let plan = plan(
                256,
                Orders::given([order]),
                Pairs::windows(3, 36),
                Estimator::toggled(),
                100,
            );
            let (values, differences) = counts(&plan);
            assert!(
                (values as f64) < 1.6 * differences as f64,
                "order {order}: {values} for {differences}"
            );
            // The contexts asked for, within four standard deviations of their random number.
            let expected = 36.0 * 100.0;
            assert!(
                (differences as f64 - expected).abs() < 0.1 * expected,
                "order {order}: {differences}"
            );
        }
    }

    #[test]
    fn consecutive_orders_share_their_bases() {
        let plan = plan(
            36,
            Orders::given((10..=20).collect::<Vec<_>>()),
            Pairs::all(),
            Estimator::toggled(),
            50,
        );
        let (values, differences) = counts(&plan);
        let per_order = differences as f64 / 11.0 / 630.0;
        assert!((45.0..60.0).contains(&per_order), "{per_order}");
        assert!(
            (values as f64) < 1.5 * differences as f64,
            "{values} for {differences}"
        );
    }

    #[test]
    fn every_difference_has_the_context_it_claims() {
        for estimator in [Estimator::Paired, Estimator::toggled()] {
            let plan = plan(16, Orders::all(), Pairs::windows(2, 20), estimator, 7);
            for block in plan.blocks() {
                let Differences::Listed(list) = block.differences else {
                    panic!()
                };
                let distinct: std::collections::HashSet<_> = block.coalitions.iter().collect();
                assert_eq!(distinct.len(), block.coalitions.len());
                for d in list {
                    let (i, j) = plan.pairs()[d.pair as usize];
                    let context = &block.coalitions[d.neither as usize];
                    assert_eq!(context.len(), plan.orders()[d.order as usize]);
                    assert!(!context.contains(i) && !context.contains(j));
                    assert_eq!(block.coalitions[d.first as usize], context.toggled(i));
                    assert_eq!(block.coalitions[d.second as usize], context.toggled(j));
                    assert_eq!(
                        block.coalitions[d.both as usize],
                        context.toggled(i).toggled(j)
                    );
                }
            }
        }
    }

    #[test]
    fn zero_contexts_and_too_many_players_are_refused() {
        let new = |players, estimator, contexts: usize| {
            let protocol = Protocol {
                orders: Orders::all(),
                pairs: Pairs::all(),
                estimator,
                contexts: contexts.into(),
                ..Protocol::default()
            };
            Plan::new(players, None, &protocol, 0).unwrap_err()
        };
        assert!(matches!(
            new(4, Estimator::Paired, 0),
            Error::Setting {
                name: "contexts",
                ..
            }
        ));
        assert!(matches!(
            new(25, Estimator::Exact, 1),
            Error::TooManyPlayersForExact { .. }
        ));
        assert!(matches!(
            new(4, Estimator::Toggled { pool: 1 }, 1),
            Error::Setting { name: "pool", .. }
        ));
        assert!(matches!(
            new(1, Estimator::Exact, 1),
            Error::TooFewPlayers { players: 1 }
        ));
        assert!(matches!(
            new(0, Estimator::Paired, 1),
            Error::TooFewPlayers { players: 0 }
        ));
    }
}
