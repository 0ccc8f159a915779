//! Measuring to a precision: a pilot, the cheapest shares of forwards, then rounds of samples until the error is what was wanted.
//!
//! The pilot fixes pairs and contexts and is thrown away, so that the result is that of an ordinary measurement with this protocol.
//! Its error is looked at after numbers of samples that the pilot alone decides, so that the result depends on the seed and not on
//! time, batches or threads.

mod allocate;
mod components;
mod influence;
mod rounds;

use std::ops::ControlFlow;

use crate::coalition::{EXACT_LIMIT, binomial};
use crate::error::{Error, Result};
use crate::estimate::{Contexts, Estimator, Pairs, Plan, Protocol};
use crate::profile::{Allocation, Component, OrderError, Precision, Profile};

use self::allocate::Market;
use self::influence::Pilot;
use self::rounds::{Account, Rounds};

use super::exchange::Engine;
use super::run::BESIDES;
use super::session::{Session, Setting};
use super::{Measurement, Observer, Progress};

/// Samples of a pilot; the first half of them have two places.
const PILOT: usize = 24;
/// The fewest samples whose error is to be trusted.
const FEWEST: usize = 20;
/// Contexts of a pilot where pairs are drawn in stars, which give each pair as many, and where they are given.
const CONTEXTS: [usize; 2] = [8, 12];
/// Pairs of a place in a pilot.
const ARMS: usize = 2;
/// How often an allocation is changed where a bias, or what differs between places, is larger than the pilot told.
const RAISES: usize = 2;

/// Measures to a precision.
pub(super) fn run<P, E: Engine>(
    measurement: &Measurement<P>,
    wanted: &Precision,
    evaluate: &E,
    setting: &Setting,
    observer: &mut impl Observer,
) -> Result<Profile> {
    let mut account = Account::new(observer, wanted);
    let mut allocation = match measurement.given_allocation() {
        Some(given) => {
            account.given(given.pilot + given.discarded);
            aimed(given, wanted)?
        }
        None => allocated(measurement, wanted, evaluate, setting, &mut account)?,
    };
    for turn in 0.. {
        let protocol = allocation.protocol(&setting.protocol);
        let rounds = Rounds {
            measurement,
            evaluate,
            setting,
            protocol: &protocol,
            allocation: &allocation,
            resumed: turn == 0,
        };
        match rounds.run(&mut account)? {
            ControlFlow::Break(profile) => return Ok(*profile),
            ControlFlow::Continue(other) => allocation = other,
        }
    }
    unreachable!("the last round ends")
}

/// An earlier allocation, for another error: with the samples that it should take.
fn aimed(given: &Allocation, wanted: &Precision) -> Result<Allocation> {
    wanted.check()?;
    if given.wanted == *wanted {
        return Ok(given.clone());
    }
    let made_for = given.within.unwrap_or(given.wanted.error());
    let factor = (made_for / wanted.error()).powi(2);
    let times = |count: f64| (count * factor).ceil();
    Ok(Allocation {
        wanted: *wanted,
        within: None,
        samples: times(given.samples as f64) as usize,
        forwards: times(given.forwards as f64) as u64,
        ..given.clone()
    })
}

/// The shares that a measurement would take.
pub(super) fn plan<P, E: Engine>(
    measurement: &Measurement<P>,
    evaluate: &E,
    setting: &Setting,
    observer: &mut impl Observer,
) -> Result<Allocation> {
    let Some(wanted) = measurement.wanted() else {
        let remedy = "ask for one, such as precision(0.05)";
        return Err(Error::setting("precision", "missing", remedy));
    };
    let mut account = Account::new(observer, wanted);
    allocated(measurement, wanted, evaluate, setting, &mut account)
}

/// Runs a pilot and shares out forwards by what it finds.
fn allocated<P, E: Engine>(
    measurement: &Measurement<P>,
    wanted: &Precision,
    evaluate: &E,
    setting: &Setting,
    account: &mut Account<'_, impl Observer>,
) -> Result<Allocation> {
    wanted.check()?;
    let [two, one] = [2, 1].map(|places| pilot_protocol(&setting.protocol, places));
    let session = Session::begin(measurement, &two, evaluate, setting)?;
    let places = session.places()?;
    let players = evaluate.players();
    let enumerated =
        |place: &usize| setting.protocol.estimator.of(players[*place]) == Estimator::Exact;
    // A sample that is enumerated tells nothing of pairs and contexts.
    let (exact, drawn): (Vec<usize>, Vec<usize>) = places.iter().copied().partition(enumerated);
    enumerable(exact.iter().map(|place| players[*place]))?;
    if drawn.is_empty() {
        return Ok(of_enumerated(wanted, setting, &places, players));
    }
    let count = PILOT.min(drawn.len());
    let (first, second) = drawn[..count].split_at(count.div_ceil(2));
    let mut found = Found::default();
    for (protocol, places) in [(&two, first), (&one, second)] {
        if !places.is_empty() {
            let session = Session::begin(measurement, protocol, evaluate, setting)?;
            found.take(session.without_journal(), places, account)?;
        }
    }
    let all = all_contexts(&session, drawn.iter().map(|place| players[*place]));
    let components = found.components(session.profile().ratios(), &all, &two);
    let market = Market {
        error: wanted.error(),
        these: wanted.is_of_these(),
        available: places.len(),
        fewest: FEWEST,
        placed: setting.protocol.pairs.starred(1, 1).is_some(),
        single: found.pilot.has_single_places(),
        arms: ARMS,
        contexts: two.contexts.most() as f64,
        context: match setting.protocol.estimator {
            Estimator::Paired => |arms| 4.0 * arms as f64,
            _ => |arms| 2.0 + 2.0 * arms as f64,
        },
        given: given(evaluate, setting, &two, &drawn)?,
        besides: (BESIDES + evaluate.rounding_values()) as f64,
        all: &all,
        components: &components,
    };
    found.warn(wanted, account);
    let left = wanted.forwards.map(|most| most.saturating_sub(found.spent));
    let (shares, within) = market.within(left.map(|left| left as f64));
    Ok(Allocation {
        wanted: *wanted,
        within,
        samples: shares.samples,
        places: shares.places,
        arms: shares.arms,
        pairs: starred(&setting.protocol.pairs, shares.places, shares.arms),
        contexts: steps(session.profile().ratios(), &shares.contexts)?,
        forwards: shares.forwards as u64,
        pilot: found.spent,
        raised: 0,
        discarded: 0,
        components,
    })
}

/// Refuses samples that have too many players to be enumerated, before anything is priced by them.
fn enumerable(players: impl Iterator<Item = usize>) -> Result<()> {
    match players.max() {
        Some(players) if players > EXACT_LIMIT => Err(Error::TooManyPlayersForExact {
            players,
            limit: EXACT_LIMIT,
        }),
        _ => Ok(()),
    }
}

/// All contexts of a pair at each point of the curve, of the sample that has most there: an order of few contexts in a small sample may have
/// many in a large one.
fn all_contexts<E: Engine>(
    session: &Session<'_, E>,
    players: impl Iterator<Item = usize>,
) -> Vec<f64> {
    let mut most = vec![1.0; session.profile().ratios().len()];
    let mut players: Vec<usize> = players.collect();
    players.sort_unstable();
    players.dedup();
    for players in players {
        let orders = session.orders_at(players);
        for (most, order) in most.iter_mut().zip(orders) {
            *most = f64::max(*most, binomial(players - 2, order));
        }
    }
    most
}

/// The stars of these pairs, or the pairs themselves where they are not drawn one by one.
fn starred(pairs: &Pairs, places: usize, arms: usize) -> Pairs {
    let stars = pairs.starred(places, arms);
    stars.unwrap_or_else(|| pairs.clone())
}

/// The protocol of a pilot whose samples have so many places.
fn pilot_protocol(protocol: &Protocol, places: usize) -> Protocol {
    let placed = protocol.pairs.starred(places, ARMS).is_some();
    Protocol {
        pairs: starred(&protocol.pairs, places, ARMS),
        contexts: Contexts::each(CONTEXTS[usize::from(!placed)]),
        ..protocol.clone()
    }
}

/// The allocation of samples that are enumerated: nothing is drawn but samples, and there is nothing to share out.
fn of_enumerated(
    wanted: &Precision,
    setting: &Setting,
    places: &[usize],
    players: &[usize],
) -> Allocation {
    let forwards = |place: &usize| (1_u64 << players[*place]) + BESIDES;
    let samples = FEWEST.min(places.len());
    Allocation {
        wanted: *wanted,
        within: None,
        samples,
        places: 1,
        arms: 1,
        pairs: setting.protocol.pairs.clone(),
        contexts: setting.protocol.contexts.clone(),
        forwards: places.iter().take(samples).map(forwards).sum(),
        pilot: 0,
        raised: 0,
        discarded: 0,
        components: Vec::new(),
    }
}

/// The samples of a pilot.
#[derive(Default)]
struct Found {
    pilot: Pilot,
    spent: u64,
    /// J at each order and the bias that its correction may leave, of the samples with most places.
    curve: Vec<OrderError>,
}

impl Found {
    /// Measures some samples of the pilot.
    fn take<E: Engine>(
        &mut self,
        mut session: Session<'_, E>,
        places: &[usize],
        account: &mut Account<'_, impl Observer>,
    ) -> Result<()> {
        let mut push = |orders: &[usize], parts| self.pilot.push(parts, orders);
        let whole = session.measure_pairs(places, &mut account.observer(), &mut push)?;
        self.spent += session.profile().forwards();
        account.spent(self.spent);
        if self.curve.is_empty() {
            self.curve = session.profile().errors().unwrap_or_default();
        }
        match whole {
            true => Ok(()),
            false if account.is_late() => {
                let remedy = "the pilot alone takes longer: allow more time";
                Err(Error::setting("time", "spent", remedy))
            }
            false => Err(Error::Interrupted),
        }
    }

    /// Warns where the pilot took all the forwards that are allowed.
    fn warn(&self, wanted: &Precision, account: &mut Account<'_, impl Observer>) {
        let Some(most) = wanted.forwards.filter(|most| *most <= self.spent) else {
            return;
        };
        account.observer().warn(&format!(
            "the pilot alone took {} forwards, and {most} are allowed, which leaves a single sample: allow several times as many as the pilot takes",
            self.spent
        ));
    }

    /// The components of variance at each ratio, at which a sample has at most `all` contexts.
    fn components(&self, ratios: &[f64], all: &[f64], protocol: &Protocol) -> Vec<Component> {
        if self.pilot.is_empty() {
            return Vec::new();
        }
        let contexts = protocol.contexts.most() as f64;
        let exact: Vec<bool> = all.iter().map(|all| *all <= contexts).collect();
        let points = self.curve.iter();
        let (mut curve, mut bias): (Vec<f64>, Vec<f64>) =
            points.map(|p| (p.relative, p.bias)).unzip();
        // There is no J where no order of the pilot shows any strength.
        curve.resize(ratios.len(), 0.0);
        bias.resize(ratios.len(), 0.0);
        self.pilot.components(ratios, [&curve, &bias], &exact)
    }
}

/// A ratio with four digits, upwards, so that it is spelled shortly and still is its own order.
fn short(ratio: f64) -> f64 {
    ((ratio * 1e4 - 1e-6).ceil() / 1e4).clamp(0.0, 1.0)
}

/// Contexts by ratio, from 0 on, without the ratios at which they stay what they are.
fn steps(ratios: &[f64], contexts: &[usize]) -> Result<Contexts> {
    let mut by_ratio: Vec<(f64, usize)> = ratios
        .iter()
        .map(|r| short(*r))
        .zip(contexts.to_vec())
        .collect();
    if let Some(first) = by_ratio.first_mut() {
        first.0 = 0.0;
    }
    by_ratio.dedup_by_key(|(_, contexts)| *contexts);
    Contexts::by_ratio(by_ratio)
}

/// Forwards of a context at one order where pairs are given, on average over the first samples and the orders that are drawn.
fn given<E: Engine>(
    evaluate: &E,
    setting: &Setting,
    protocol: &Protocol,
    places: &[usize],
) -> Result<f64> {
    let contexts = protocol.contexts.most();
    let (mut forwards, mut drawn) = (0.0, 0.0);
    for place in places.iter().take(4) {
        let plan = Plan::new(evaluate.players()[*place], setting.grid, protocol, 0)?;
        if plan.estimator() == Estimator::Exact {
            continue;
        }
        forwards += plan.forwards() as f64;
        let each = |order: &usize| binomial(plan.players() - 2, *order).min(contexts as f64);
        drawn += plan.orders().iter().map(each).sum::<f64>();
    }
    Ok(forwards / f64::max(drawn, 1.0))
}
