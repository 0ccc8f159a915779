//! The cheapest numbers of samples, places, pairs and contexts that reach an error.

use crate::profile::Component;

use super::components::NOISE;

/// The most places of a sample.
const PLACES: usize = 8;
/// Pairs of a place to choose from.
const ARMS: [usize; 7] = [1, 2, 3, 4, 6, 8, 12];
/// The most contexts of a pair.
const CONTEXTS: usize = 64;
/// The fewest contexts of a pair that tell its noise; and where noise is more than a quarter of the variance of a place in the pilot,
/// as the correction then fails with few.
const FEWEST: [usize; 2] = [3, 8];
/// The fewest contexts of a pair whose noise is told by two halves of them, of two each.
const HALVES: usize = 4;

/// How much larger the errors are, one after the other, among which the least is sought that forwards reach, and their number.
const STEP: f64 = 1.05;
const STEPS: i32 = 100;

/// The prices of samples, places, pairs and contexts, and the variance that each takes away.
#[derive(Clone, Copy)]
pub(super) struct Market<'a> {
    /// The error of J over the larger of 1 and J.
    pub error: f64,
    /// Whether only these samples count.
    pub these: bool,
    /// The samples there are.
    pub available: usize,
    /// The fewest samples whose error is to be trusted.
    pub fewest: usize,
    /// Whether places and their pairs are drawn; else a sample is one place with pairs that are given.
    pub placed: bool,
    /// Whether a sample of the pilot is a single place, whose noise halves of the contexts tell.
    pub single: bool,
    /// The pairs of a place, and the contexts of a pair, in the pilot.
    pub arms: usize,
    pub contexts: f64,
    /// Forwards of a context of one place, by its pairs.
    pub context: fn(usize) -> f64,
    /// Forwards of a context where pairs are given.
    pub given: f64,
    /// Forwards of a sample besides.
    pub besides: f64,
    /// All contexts of a pair at each point, of the sample that has most.
    pub all: &'a [f64],
    /// The variances at each point.
    pub components: &'a [Component],
}

/// Numbers of samples, places, pairs and contexts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shares {
    pub samples: usize,
    pub places: usize,
    pub arms: usize,
    /// By point.
    pub contexts: Vec<usize>,
    /// Forwards of all samples.
    pub forwards: f64,
}

impl Market<'_> {
    /// The cheapest shares that reach the error. Where these take more than `most` forwards, those of the least larger error that do not,
    /// with that error; the fewest that tell anything, without one, where `most` is less than these.
    pub fn within(&self, most: Option<f64>) -> (Shares, Option<f64>) {
        let cheapest = self.cheapest();
        let Some(most) = most.filter(|most| cheapest.forwards > *most) else {
            return (cheapest, None);
        };
        let error = |step: i32| self.error * STEP.powi(step);
        let at = |step: i32| {
            let error = error(step);
            Market { error, ..*self }.cheapest()
        };
        // A larger error costs less.
        let (mut over, mut under) = (0, STEPS);
        while under - over > 1 {
            let step = i32::midpoint(over, under);
            match at(step).forwards > most {
                true => over = step,
                false => under = step,
            }
        }
        let shares = at(under);
        let fits = shares.forwards <= most;
        (shares, fits.then(|| error(under)))
    }

    /// The cheapest shares that reach the error at every point; where none does, those that come nearest with all samples.
    pub fn cheapest(&self) -> Shares {
        let mut best: Option<Shares> = None;
        let mut nearest: Option<(f64, Shares)> = None;
        let arms = if self.placed { &ARMS[..] } else { &ARMS[..1] };
        let places = match (self.placed, self.these) {
            (false, _) => 1..=1,
            // A single place tells nothing of what differs between places.
            (true, true) => 2..=PLACES,
            (true, false) => 1..=PLACES,
        };
        for samples in self.counts() {
            for places in places.clone() {
                for &arms in arms {
                    let (shares, excess) = self.shares(samples, places, arms);
                    if excess > 0.0 {
                        if nearest.as_ref().is_none_or(|(least, _)| excess < *least) {
                            nearest = Some((excess, shares));
                        }
                    } else if best
                        .as_ref()
                        .is_none_or(|best| shares.forwards < best.forwards)
                    {
                        best = Some(shares);
                    }
                }
            }
        }
        let nearest = || nearest.map(|(_, shares)| shares);
        best.or_else(nearest).unwrap_or_else(|| Shares {
            samples: self.available,
            places: 1,
            arms: 1,
            contexts: vec![FEWEST[1]; self.components.len()],
            forwards: 0.0,
        })
    }

    /// The numbers of samples to try.
    fn counts(&self) -> Vec<usize> {
        let mut counts = Vec::new();
        let mut count = self.fewest.min(self.available).max(1);
        while count < self.available && !self.these {
            counts.push(count);
            count = (count + 1).max(count * 21 / 20);
        }
        counts.push(self.available);
        counts
    }

    /// The fewest contexts with so many samples, places and pairs; and by how much the worst point misses the variance wanted.
    fn shares(&self, samples: usize, places: usize, arms: usize) -> (Shares, f64) {
        let mut contexts = Vec::with_capacity(self.components.len());
        let mut worst = f64::NEG_INFINITY;
        let (n, l) = (samples as f64, places as f64);
        let mut forwards = self.besides;
        for (component, &all) in self.components.iter().zip(self.all) {
            let target = (self.error * component.relative.max(1.0)).powi(2);
            let between = match self.these {
                true => 0.0,
                false => component.samples.powi(2),
            };
            let of_place = component.places.powi(2) + component.pairs.powi(2) / arms as f64;
            // The noise of a place with other pairs than in the pilot, as if half of it were the pairs' own.
            let share = 0.5 + 0.5 * self.arms as f64 / arms as f64;
            let noise = component.contexts.powi(2) * if self.placed { share } else { 1.0 };
            let missing = |k: usize| {
                let (k, exact) = (k as f64, k as f64 >= all);
                let rest = if exact {
                    0.0
                } else {
                    noise / l * (self.contexts / k).powf(NOISE)
                };
                // Twice the contexts halve the bias at least, and some quarter it.
                let times = self.contexts / k;
                let bias = if exact {
                    0.0
                } else {
                    component.bias * times.max(times * times)
                };
                let allowed = match bias <= 0.5 * target.sqrt() {
                    true => target - bias * bias,
                    false => 0.0,
                };
                (between + of_place / l + rest) / n - allowed
            };
            let most = (all.min(CONTEXTS as f64) as usize).max(1);
            let in_pilot = component.samples.powi(2)
                + component.places.powi(2)
                + component.pairs.powi(2) / self.arms as f64;
            let noisy = component.contexts.powi(2) > in_pilot / 3.0;
            let halved = self.these && self.single && !self.placed;
            let halves = if halved { HALVES } else { 0 };
            let fewest = FEWEST[usize::from(noisy)].max(halves).min(most);
            let found = (fewest..=most).find(|k| missing(*k) <= 0.0).unwrap_or(most);
            worst = worst.max(missing(found) / target);
            contexts.push(found);
            forwards += found as f64
                * match self.placed {
                    true => l * (self.context)(arms),
                    false => self.given,
                };
        }
        let shares = Shares {
            samples,
            places,
            arms,
            contexts,
            forwards: forwards * n,
        };
        (shares, worst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(ratio: f64, relative: f64, of: [f64; 4]) -> Component {
        Component {
            ratio,
            relative,
            samples: of[0],
            places: of[1],
            pairs: of[2],
            contexts: of[3],
            bias: 0.0,
        }
    }

    fn market(components: &[Component]) -> Market<'_> {
        Market {
            error: 0.05,
            these: false,
            available: 100_000,
            fewest: 20,
            placed: true,
            single: true,
            arms: 2,
            contexts: 4.0,
            context: |arms| 2.0 + 2.0 * arms as f64,
            given: 0.0,
            besides: 0.0,
            all: &[1.0, 1e75, 1.0],
            components,
        }
    }

    #[test]
    fn where_samples_are_free_each_has_one_place() {
        let components = [
            component(0.0, 1.0, [0.3, 0.5, 0.1, 0.0]),
            component(0.5, 0.4, [0.1, 0.4, 0.1, 0.5]),
            component(1.0, 1.0, [0.3, 0.7, 0.1, 0.0]),
        ];
        let found = market(&components).cheapest();
        assert_eq!((found.places, found.arms), (1, 1));
        // The last order alone asks for (.09 + .49 + .01) / .0025 = 236 samples.
        assert!((236..=250).contains(&found.samples), "{found:?}");
        assert_eq!((found.contexts[0], found.contexts[2]), (1, 1));
    }

    #[test]
    fn few_samples_get_many_places_and_just_these_know_no_other_samples() {
        let components = [
            component(0.0, 1.0, [0.2, 0.5, 0.3, 0.0]),
            component(0.5, 0.4, [0.2, 0.4, 0.3, 0.5]),
            component(1.0, 1.0, [0.2, 0.5, 0.3, 0.0]),
        ];
        let few = Market {
            available: 40,
            ..market(&components)
        };
        let found = few.cheapest();
        assert!(found.samples <= 40 && found.places > 1, "{found:?}");
        let these = Market {
            these: true,
            ..market(&components)
        };
        let these = Market {
            available: 40,
            ..these
        };
        let of_these = these.cheapest();
        assert!(of_these.samples == 40 && of_these.forwards < found.forwards);
        // Samples that differ too much for 40 of them.
        let apart = [component(0.0, 1.0, [2.0, 0.5, 0.3, 0.0])];
        let found = Market {
            available: 40,
            all: &[1.0],
            ..market(&apart)
        }
        .cheapest();
        assert_eq!(found.samples, 40);
    }

    #[test]
    fn forwards_that_do_not_reach_the_error_are_shared_out_to_the_least_that_they_do() {
        // Few samples that differ much: the error wanted asks for all places, pairs and contexts of each, and is out of reach.
        let components = [
            component(0.0, 3.0, [2.5, 1.3, 4.0, 0.0]),
            component(0.5, 0.3, [0.3, 0.2, 0.6, 0.9]),
            component(1.0, 1.0, [0.6, 0.4, 0.9, 0.0]),
        ];
        let few = Market {
            error: 0.02,
            available: 200,
            ..market(&components)
        };
        let dear = few.cheapest();
        let most = 20_000.0;
        assert!(dear.forwards > 10.0 * most, "{dear:?}");
        let (shares, error) = few.within(Some(most));
        let error = error.unwrap();
        assert!(
            shares.forwards <= most && shares.samples >= 20,
            "{shares:?}"
        );
        // No plan of a much smaller error costs as little.
        let smaller = Market {
            error: error / (STEP * STEP),
            ..few
        };
        assert!(smaller.cheapest().forwards > most);
        assert_eq!(few.within(Some(dear.forwards)), (dear.clone(), None));
        assert_eq!(few.within(None), (dear, None));
    }

    #[test]
    fn a_bias_asks_for_contexts_and_not_for_samples() {
        let mut noisy = component(0.5, 1.0, [0.1, 0.1, 0.1, 0.1]);
        noisy.bias = 0.0625;
        let found = Market {
            all: &[1e75],
            ..market(&[noisy])
        }
        .cheapest();
        // .0625 with 4 contexts is at most half of .05 with 10.
        assert!(found.contexts[0] >= 10, "{found:?}");
    }

    #[test]
    fn samples_of_a_single_place_have_contexts_for_two_halves() {
        let quiet = [component(0.5, 1.0, [0.1, 0.0, 0.0, 0.01])];
        let given = |these, single| {
            let found = Market {
                these,
                single,
                placed: false,
                available: 40,
                given: 1.0,
                all: &[1e75],
                ..market(&quiet)
            };
            found.cheapest().contexts
        };
        assert_eq!(given(true, true), [4]);
        // Several places tell more than halves do, and other samples more than either.
        assert_eq!(given(true, false), [3]);
        assert_eq!(given(false, true), [3]);
    }
}
