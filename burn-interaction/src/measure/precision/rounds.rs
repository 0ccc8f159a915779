//! Rounds of samples, with a look at the error after each.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::estimate::Protocol;
use crate::profile::{Allocation, OrderError, Precision, Profile, Reached, Stopped};

use super::influence::Pilot;
use super::{FEWEST, Measurement, Observer, Progress, RAISES, Session, Setting, short, steps};
use crate::measure::Aim;
use crate::measure::exchange::Engine;

/// Each look comes after so many times the samples of the one before; the first after `FIRST` of those that are expected.
const GROWTH: f64 = 1.25;
const FIRST: f64 = 0.8;
/// The share of the error wanted that a bias may have before an order gets more contexts.
const MOST_BIAS: f64 = 0.7;

/// Forwards and time so far, and who is told of them.
pub(super) struct Account<'a, O> {
    observer: &'a mut O,
    aim: Aim,
    start: Instant,
    forwards: u64,
    /// Forwards of a pilot in an earlier call.
    earlier: u64,
    most_time: Option<Duration>,
}

impl<'a, O: Observer> Account<'a, O> {
    pub fn new(observer: &'a mut O, wanted: &Precision) -> Self {
        Self {
            observer,
            aim: Aim {
                wanted: wanted.error(),
                error: None,
                forwards: None,
            },
            start: Instant::now(),
            forwards: 0,
            earlier: 0,
            most_time: wanted.time,
        }
    }

    /// Takes over the forwards of an earlier call before the samples that it kept.
    pub fn given(&mut self, earlier: u64) {
        self.earlier = earlier;
    }

    /// Forwards that are spent, those of this call.
    pub fn spent(&mut self, forwards: u64) {
        self.forwards = self.forwards.max(forwards);
    }

    /// Whether the time allowed is spent.
    pub fn is_late(&self) -> bool {
        self.most_time
            .is_some_and(|most| self.start.elapsed() > most)
    }

    /// The observer of a run that comes after what is spent, which ends where the time allowed does.
    pub fn observer(&mut self) -> Watched<'_, 'a, O> {
        Watched {
            before: self.forwards,
            account: self,
        }
    }

    /// Whether the forwards that are left take an allocation to its samples, from the first on.
    fn affords(&self, allocation: &Allocation) -> bool {
        let most = allocation.wanted.forwards;
        most.is_none_or(|most| self.all().saturating_add(allocation.forwards) <= most)
    }

    /// Forwards of this call and of earlier ones.
    fn all(&self) -> u64 {
        self.earlier + self.forwards
    }

    /// The most samples that a precision allows, by forwards or by time at the pace so far, with which of both binds. `before` them
    /// there were so many forwards, and `each` takes some.
    fn fitting(&self, wanted: &Precision, before: u64, each: f64) -> Option<(usize, Stopped)> {
        let pace = self.start.elapsed().as_secs_f64() / self.forwards.max(1) as f64;
        let by_time = |time: Duration| ((time.as_secs_f64() / pace) as u64, Stopped::Time);
        let left = |most: u64| most.saturating_sub(self.earlier);
        let by_number = wanted.forwards.map(|most| (left(most), Stopped::Forwards));
        let by_time = wanted.time.filter(|_| self.forwards > 0).map(by_time);
        by_number
            .into_iter()
            .chain(by_time)
            .min_by_key(|(most, _)| *most)
            .map(|(most, why)| ((most.saturating_sub(before) as f64 / each) as usize, why))
    }
}

/// The observer of a run that comes after others.
pub(super) struct Watched<'b, 'a, O> {
    account: &'b mut Account<'a, O>,
    /// Forwards that were spent before.
    before: u64,
}

impl<O: Observer> Observer for Watched<'_, '_, O> {
    fn update(&mut self, progress: &Progress) -> ControlFlow<()> {
        let account = &mut *self.account;
        let flow = account.observer.update(&Progress {
            forwards: self.before + progress.forwards,
            elapsed: account.start.elapsed(),
            aim: Some(account.aim),
            ..*progress
        });
        match account.is_late() {
            true => ControlFlow::Break(()),
            false => flow,
        }
    }

    fn warn(&mut self, warning: &str) {
        self.account.observer.warn(warning);
    }
}

/// A measurement with one allocation.
pub(super) struct Rounds<'a, P, E> {
    pub measurement: &'a Measurement<P>,
    pub evaluate: &'a E,
    pub setting: &'a Setting,
    pub protocol: &'a Protocol,
    pub allocation: &'a Allocation,
    /// Whether it goes on from an earlier result, where there is one: that is of the first allocation.
    pub resumed: bool,
}

/// A look at the error after a round.
struct Look {
    errors: Vec<OrderError>,
    /// The largest error over the larger of 1 and J.
    worst: Option<f64>,
}

impl<P, E: Engine> Rounds<'_, P, E> {
    /// Measures until the error is reached or something binds. Goes on with another allocation where this one cannot reach it.
    pub fn run(
        &self,
        account: &mut Account<'_, impl Observer>,
    ) -> Result<ControlFlow<Box<Profile>, Allocation>> {
        let wanted = &self.allocation.wanted;
        let mut session =
            Session::begin(self.measurement, self.protocol, self.evaluate, self.setting)?;
        let places = session.places()?;
        let before = account.forwards;
        let (mut count, mut each) = self.going_on(&mut session, &places, account)?;
        let (mut pilot, mut looks, mut binds) = (Pilot::default(), Vec::new(), None);
        loop {
            if let Some((fitting, why)) = account.fitting(wanted, before, each)
                && fitting < count
            {
                binds = Some(why);
                count = fitting.clamp(session.kept(&places).max(1), count);
            }
            session.profile_mut().precision =
                Some(self.reached(None, Stopped::Interrupted, &looks, account));
            session.request(&places[..count])?;
            account.aim.forwards = Some(before + (each * count as f64) as u64);
            let whole = match wanted.is_of_these() {
                true => {
                    let mut push = |orders: &[usize], parts| pilot.push(parts, orders);
                    session.measure_pairs(&places[..count], &mut account.observer(), &mut push)?
                }
                false => session.measure(&places[..count], &mut account.observer())?,
            };
            let spent = session.profile().forwards();
            account.spent(before + spent);
            let finished = session.profile().samples().len();
            each = spent as f64 / finished.max(1) as f64;
            let look = self.look(session.profile(), &pilot);
            account.aim.error = look.worst;
            looks.extend(look.worst.map(|error| (finished, error)));
            let late = !whole && account.is_late();
            if late {
                session.narrow_to_finished();
            }
            let stopped = match (whole || late, look.worst) {
                (false, _) => Some(Stopped::Interrupted),
                (true, None) if session.profile().is_nothing() => Some(Stopped::NoInteraction),
                (true, Some(error)) if error <= wanted.error => Some(Stopped::Reached),
                (true, _) if late => Some(Stopped::Time),
                _ if binds.is_some() => binds,
                _ => match self.onwards(&look, &session, account)? {
                    Ok(other) => return Ok(ControlFlow::Continue(other)),
                    Err(end) => (count == places.len()).then_some(end),
                },
            };
            if let Some(stopped) = stopped {
                let bias = |e: &OrderError| e.bias > wanted.error * e.relative.max(1.0);
                let stopped = match stopped {
                    Stopped::Samples if look.errors.iter().any(bias) => Stopped::Bias,
                    other => other,
                };
                let reached = self.reached(look.worst, stopped, &looks, account);
                session.profile_mut().precision = Some(reached);
                let profile = session.finish()?;
                return Ok(ControlFlow::Break(Box::new(profile)));
            }
            count = grown(count, places.len());
        }
    }

    /// Takes in the samples of an earlier result, and returns the samples before the first look that it has not passed, with the forwards of
    /// a sample that were known before it.
    fn going_on(
        &self,
        session: &mut Session<'_, E>,
        places: &[usize],
        account: &Account<'_, impl Observer>,
    ) -> Result<(usize, f64)> {
        let (mut count, mut each) = (self.first(places.len()), each(self.allocation));
        if let Some(earlier) = self.measurement.earlier().filter(|_| self.resumed) {
            session.request(places)?;
            session.keep(earlier)?;
            let kept = session.kept(places);
            let wanted = &self.allocation.wanted;
            let other = |reached: &Reached| !reached.allocation.wanted.is_of_error(wanted);
            if kept > 0 && earlier.precision().is_some_and(other) {
                // What another error took may be enough for this one, or nearly.
                count = kept.max(count.min(FEWEST));
            }
            while count < kept {
                let fitting = account.fitting(&self.allocation.wanted, account.forwards, each);
                if fitting.is_some_and(|(fitting, _)| fitting < count) {
                    break;
                }
                each = session.forwards(&places[..count]) as f64 / count as f64;
                count = grown(count, places.len());
            }
            session.narrow(&[]);
        }
        Ok((count, each))
    }

    /// The allocation to go on with after a look that neither reaches the error nor ends the run; `Err` says why this one remains.
    fn onwards(
        &self,
        look: &Look,
        session: &Session<'_, E>,
        account: &Account<'_, impl Observer>,
    ) -> Result<std::result::Result<Allocation, Stopped>> {
        let discarded = account.all().saturating_sub(self.allocation.pilot);
        Ok(match self.other(look, session)? {
            Some(other) if account.affords(&other) => Ok(Allocation { discarded, ..other }),
            None if self.allocation.within.is_none() => Err(Stopped::Samples),
            _ => Err(Stopped::Forwards),
        })
    }

    fn reached(
        &self,
        error: Option<f64>,
        stopped: Stopped,
        looks: &[(usize, f64)],
        account: &Account<'_, impl Observer>,
    ) -> Reached {
        Reached {
            allocation: self.allocation.clone(),
            error,
            stopped,
            looks: looks.to_vec(),
            forwards: account.all(),
        }
    }

    /// Samples before the first look.
    fn first(&self, available: usize) -> usize {
        match self.allocation.wanted.is_of_these() {
            true => available,
            false => {
                let first = (FIRST * self.allocation.samples as f64).ceil() as usize;
                first.max(FEWEST).min(available)
            }
        }
    }

    /// The errors at each order: over the population, or for just these samples.
    fn look(&self, profile: &Profile, pilot: &Pilot) -> Look {
        let mut errors = profile.errors().unwrap_or_default();
        if self.allocation.wanted.is_of_these() {
            let within = match pilot.is_empty() {
                true => profile.within(),
                false => pilot.within(profile.samples().len()),
            };
            for (error, within) in errors.iter_mut().zip(within) {
                error.standard_error = Some(within.sqrt()).filter(|error| !error.is_nan());
            }
        }
        let share = |e: &OrderError| Some(e.standard_error?.hypot(e.bias) / e.relative.max(1.0));
        let shares: Option<Vec<f64>> = errors.iter().map(share).collect();
        Look {
            worst: shares.and_then(|shares| shares.into_iter().reduce(f64::max)),
            errors,
        }
    }

    /// Another allocation: with more contexts at the orders whose bias is most of what is wanted, with more places where these samples
    /// are all that count.
    fn other(&self, look: &Look, session: &Session<'_, E>) -> Result<Option<Allocation>> {
        let allocation = self.allocation;
        if allocation.raised == RAISES || look.errors.is_empty() {
            return Ok(None);
        }
        let raised = allocation.raised + 1;
        let wanted = allocation.wanted.error;
        // By ratio: orders of small samples stand for several.
        let ratios = session.profile().ratios().iter();
        let counts = ratios.map(|ratio| allocation.contexts.at_ratio(short(*ratio)));
        let counts: Vec<usize> = counts.collect();
        let more: Vec<usize> = counts
            .iter()
            .zip(&look.errors)
            .map(|(count, error)| {
                let bias = error.bias / (wanted * error.relative.max(1.0));
                match bias > MOST_BIAS && *count > 1 {
                    true => (*count as f64 * (2.0 * bias).clamp(2.0, 4.0)).ceil() as usize,
                    false => *count,
                }
            })
            .collect();
        if more != counts {
            let sum = |counts: &[usize]| counts.iter().sum::<usize>() as f64;
            let factor = sum(&more) / sum(&counts);
            return Ok(Some(Allocation {
                contexts: steps(session.profile().ratios(), &more)?,
                forwards: (allocation.forwards as f64 * factor) as u64,
                raised,
                ..allocation.clone()
            }));
        }
        if !allocation.wanted.is_of_these() {
            return Ok(None);
        }
        let Some(worst) = look.worst else {
            return Ok(None);
        };
        let factor = 1.2 * (worst / wanted).powi(2);
        let places = (allocation.places as f64 * factor).ceil() as usize;
        let forwards = (allocation.forwards as f64 * factor) as u64;
        Ok(Some(
            match allocation.pairs.starred(places, allocation.arms) {
                Some(pairs) => Allocation {
                    pairs,
                    places,
                    forwards,
                    raised,
                    ..allocation.clone()
                },
                None => Allocation {
                    contexts: allocation.contexts.times(factor),
                    forwards,
                    raised,
                    ..allocation.clone()
                },
            },
        ))
    }
}

/// Forwards of a sample, as an allocation plans them.
fn each(allocation: &Allocation) -> f64 {
    (allocation.forwards as f64 / allocation.samples.max(1) as f64).max(1.0)
}

/// The samples at the look after one with so many.
fn grown(count: usize, available: usize) -> usize {
    ((count as f64 * GROWTH).ceil() as usize).min(available)
}
