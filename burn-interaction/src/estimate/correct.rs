//! The strength S^(m) without the upward bias of noise.
//!
//! With K contexts a pair, `|estimate of I|` lies above |I| by the noise that flips or inflates it. Two estimators take
//! that away, and where interactions and noise are normal both are right:
//!
//! * *cross*: a group of contexts times the sign of the others', averaged over groups, lies below |I| by as much as
//!   |others| lies above it: the geometric mean of the two. (K contexts make min(K, 8) groups.) It needs no variance, and
//!   differences of one sign need no correction by it: it errs upwards where noise is heavy-tailed.
//! * *moment*: the mean square of I has an unbiased estimate, mean^2 - variance / K: S_K times the root of its share in the
//!   mean square of the estimates. It errs downwards where noise is heavy-tailed.
//!
//! The corrected strength is their mean, as their errors have opposite signs. Relative bias by simulation (300 draws of
//! each pair; the sparse games of `measure/closed_forms.rs`, networks of 10 players, 1,023 random dividends), for 2, 3 and
//! 5 contexts, beside the extrapolation from halves that stood here before:
//!
//! | game | raw | halves | cross | moment | corrected |
//! |---|---|---|---|---|---|
//! | sparse(20, 300, 5) | .26 .19 .12 | .07 .05 .02 | .12 .04 .01 | -.03 -.02 -.01 | .05 .01 .00 |
//! | sparse(20, 60, 8) | .24 .21 .15 | .15 .14 .08 | .17 .12 .05 | -.24 -.18 -.12 | -.03 -.03 -.04 |
//! | sparse(24, 2000, 12) | .31 .22 .14 | .04 .03 .01 | .05 .02 .01 | -.01 -.01 -.01 | .02 .00 .00 |
//! | two-layer networks | .26 .19 .12 | .04 .03 .01 | -.01 .00 .00 | .01 .01 .01 | .00 .00 .00 |
//! | three-layer networks | .30 .21 .13 | .01 .01 .01 | .00 .00 .00 | .04 .03 .02 | .02 .02 .01 |
//! | random dividends | .47 .33 .22 | .00 .01 .02 | .01 .01 .02 | .02 .01 .01 | .01 .01 .02 |
//! | noise of t(3), I of 0.3 | 1.5 1.2 .86 | .54 .43 .20 | .16 .07 .03 | -.06 -.09 -.07 | .05 -.01 -.02 |
//!
//! Root mean square over 15 such populations: halves .18 .17 .09, corrected .07 .03 .02. The bias that may be left is stated as
//! the root of the sum of the squares of a quarter of the two estimators' difference and 1 / 2K of the correction.
//!
//! The noise floor is the difference of two halves of the contexts, scaled to the noise of their mean: .92 .95 .97, .77 .82
//! .87, .97 .97 .99, .96 .98 .99, .97 .99 1.00 and .98 1.00 1.00 of the true mean error for those games.

use super::tally::{Magnitudes, Split, mean};

/// A strength by each way to correct it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Corrected {
    pub cross: f64,
    pub moment: f64,
}

impl Corrected {
    /// The corrected strengths from means over samples.
    pub fn of(raw: f64, split: &Split) -> Self {
        let geometric = (split.cross.max(0.0) * split.others).sqrt();
        let share = match split.squares > 0.0 {
            true => split.unbiased.max(0.0) / split.squares,
            false => 1.0,
        };
        Self {
            // Noise never takes from the mean of magnitudes.
            cross: geometric.min(raw),
            moment: raw * share.min(1.0).sqrt(),
        }
    }

    pub fn value(&self) -> f64 {
        f64::midpoint(self.cross, self.moment)
    }

    /// The square of the strength by both ways, which noise may take below zero: it moves with every part, where the strength stays
    /// at zero.
    pub fn square(raw: f64, split: &Split) -> f64 {
        let moment = match split.squares > 0.0 {
            true => raw * raw * split.unbiased / split.squares,
            false => raw * raw,
        };
        f64::midpoint(split.cross * split.others, moment)
    }
}

/// The bias that may be left in a quantity: from its value by each way to correct, and by the strengths less 1 / 2K of their
/// correction.
pub(crate) fn remaining_bias([cross, moment, less]: [f64; 3], value: f64) -> f64 {
    ((cross - moment) / 4.0).hypot(value - less)
}

/// Whether noise is all that an order shows: an estimator of its strength without noise is not above zero.
fn is_below_noise(split: &Split) -> bool {
    split.squares > 0.0 && (split.cross <= 0.0 || split.unbiased <= 0.0)
}

/// Some samples of one kind at one order: their number and their means.
#[derive(Debug, Clone, Copy)]
struct Group {
    samples: f64,
    raw: f64,
    split: Split,
}

impl Group {
    /// The group of these samples; `None` where there are none.
    fn of(samples: &[&Magnitudes]) -> Option<Self> {
        let (raw, split) = pooled(samples.iter().copied());
        let split = split.filter(|_| !samples.is_empty())?;
        Some(Self {
            samples: samples.len() as f64,
            raw,
            split,
        })
    }

    /// The group less one of its samples; `None` where that was all.
    fn without(&self, sample: &Magnitudes) -> Option<Self> {
        let left = self.samples - 1.0;
        let without = |mean: f64, own: f64| mean + (mean - own) / left;
        let (all, own) = (self.split, sample.split.unwrap_or_default());
        (left > 0.0).then(|| Self {
            samples: left,
            raw: without(self.raw, sample.raw),
            split: Split {
                others: without(all.others, own.others),
                cross: without(all.cross, own.cross),
                squares: without(all.squares, own.squares),
                unbiased: without(all.unbiased, own.unbiased),
                ..all
            },
        })
    }
}

/// The samples of one order, those that are known apart from those with noise: a correction of all together would take the noise of
/// some for that of all, as it is no linear function of the means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    known: Option<Group>,
    noisy: Option<Group>,
}

impl Pool {
    /// The pool of these samples; `None` where nothing is known of the noise of one.
    pub fn of(samples: &[&Magnitudes]) -> Option<Self> {
        let (known, noisy): (Vec<_>, Vec<_>) = samples.iter().partition(|sample| sample.exact);
        samples.iter().all(|s| s.split.is_some()).then(|| Self {
            known: Group::of(&known),
            noisy: Group::of(&noisy),
        })
    }

    /// The pool less one of its samples.
    pub fn without(&self, sample: &Magnitudes) -> Self {
        let less = |group: Option<Group>| group.and_then(|group| group.without(sample));
        match sample.exact {
            true => Self {
                known: less(self.known),
                ..*self
            },
            false => Self {
                noisy: less(self.noisy),
                ..*self
            },
        }
    }

    /// The mean over both groups of what is found of each.
    fn mean(&self, of: impl Fn(&Group) -> f64) -> f64 {
        match (&self.known, &self.noisy) {
            (None, None) => 0.0,
            (Some(one), None) | (None, Some(one)) => of(one),
            (Some(known), Some(noisy)) => {
                let sum = known.samples * of(known) + noisy.samples * of(noisy);
                sum / (known.samples + noisy.samples)
            }
        }
    }

    /// The corrected strength by each way.
    pub fn corrected(&self) -> Corrected {
        let by = |group: &Group| Corrected::of(group.raw, &group.split);
        Corrected {
            cross: self.mean(|group| by(group).cross),
            moment: self.mean(|group| by(group).moment),
        }
    }

    /// Whether noise is all that the samples with noise show.
    pub fn is_below_noise(&self) -> bool {
        self.noisy.is_some_and(|noisy| is_below_noise(&noisy.split))
    }

    /// The share of the correction that few contexts may have missed.
    pub fn missed(&self) -> f64 {
        self.mean(|group| {
            let value = Corrected::of(group.raw, &group.split).value();
            (group.raw - value) / (2.0 * group.split.contexts.max(1.0))
        })
    }
}

/// The mean over samples; `None` for the split if one of them has none.
pub(crate) fn pooled<'a>(
    samples: impl Iterator<Item = &'a Magnitudes> + Clone,
) -> (f64, Option<Split>) {
    (
        mean(samples.clone().map(|s| s.raw)),
        Split::mean(samples.map(|s| s.split)),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tally::Tally;
    use super::super::tally::tests::{normal, tally};
    use super::*;

    fn corrected(pairs: &[Tally]) -> Corrected {
        let sample = Magnitudes::sampled(pairs, pairs.len());
        Corrected::of(sample.raw, &sample.split.unwrap())
    }

    #[test]
    fn differences_of_one_sign_need_no_correction_by_signs() {
        let pairs = [
            tally([1.0, 0.0, 0.0, 3.0, 0.0, 0.0]),
            tally([-1.0, 0.0, -2.0, 0.0, 0.0, 0.0]),
        ];
        let (c, raw) = (corrected(&pairs), 7.0 / 12.0);
        assert!((c.cross - raw).abs() < 1e-12 && c.moment < raw);
    }

    #[test]
    fn normal_interactions_with_normal_noise_are_recovered() {
        let mut rng = crate::coalition::generator(1, 0);
        for (deviation, count) in [(0.0, 6), (0.3, 6), (0.3, 7), (1.0, 2), (1.0, 3), (1.0, 20)] {
            let pairs: Vec<Tally> = (0..20_000)
                .map(|_| {
                    let truth = deviation * normal(&mut rng);
                    tally((0..count).map(|_| truth + normal(&mut rng)))
                })
                .collect();
            let c = corrected(&pairs);
            let truth = deviation * std::f64::consts::FRAC_2_PI.sqrt();
            // Pure noise: the square root magnifies what is left of the variance.
            let tolerance = if deviation == 0.0 { 0.06 } else { 0.015 };
            assert!(
                (c.value() - truth).abs() < tolerance,
                "{deviation} {count}: {c:?}, not {truth}"
            );
        }
    }

    #[test]
    fn samples_that_are_known_are_not_corrected_with_those_that_are_not() {
        let mut rng = crate::coalition::generator(2, 0);
        let known: Vec<_> = (0..20_000)
            .map(|_| crate::estimate::Estimate {
                mean: normal(&mut rng),
                variance: 1.0,
                contexts: 252,
                exact: true,
            })
            .collect();
        let noisy: Vec<Tally> = (0..20_000)
            .map(|_| {
                let truth = 0.3 * normal(&mut rng);
                tally((0..5).map(|_| truth + 2.0 * normal(&mut rng)))
            })
            .collect();
        let known = Magnitudes::exact(&known, known.len());
        let noisy = Magnitudes::sampled(&noisy, noisy.len());
        let pool = Pool::of(&[&known, &noisy]).unwrap();
        let truth = (1.0 + 0.3) / 2.0 * std::f64::consts::FRAC_2_PI.sqrt();
        let value = pool.corrected().value();
        assert!((value - truth).abs() < 0.02, "{value}, not {truth}");
        // The few contexts of those with noise tell the bias.
        let alone = Pool::of(&[&noisy]).unwrap();
        assert!((pool.missed() - alone.missed() / 2.0).abs() < 1e-9);
        assert_eq!(
            pool.without(&known).corrected().value(),
            alone.corrected().value()
        );
        // Two contexts that cancel: the strength of these samples is clamped, whatever is known of others.
        let cancel = Magnitudes::sampled(&[tally([1.0, -1.1]), tally([-2.0, 2.1])], 2);
        assert!(Pool::of(&[&known, &cancel]).unwrap().is_below_noise());
        assert!(!Pool::of(&[&known]).unwrap().is_below_noise());
    }

    #[test]
    fn noise_that_clamps_a_correction_is_told() {
        // Two contexts that cancel, pair by pair.
        let pairs = [tally([1.0, -1.1]), tally([-2.0, 2.1])];
        let split = Magnitudes::sampled(&pairs, 2).split.unwrap();
        assert!(is_below_noise(&split));
        assert_eq!(corrected(&pairs).value(), 0.0);
        let split = Magnitudes::sampled(&[tally([1.0, 1.1])], 1).split.unwrap();
        assert!(!is_below_noise(&split));
    }
}
