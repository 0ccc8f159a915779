//! Judges claims: paired one-sided t tests over seeds, or unpaired ones where a network is a given one, over its samples and the draws
//! of untrained networks beside it, with Holm's correction over the inequalities of a claim.

use std::fmt;

use burn_interaction::internal::student_within;

/// The level of the tests.
pub const ALPHA: f64 = 0.05;

/// The judgement on a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Every inequality is shown.
    Holds,
    /// The opposite of an inequality is shown.
    Fails,
    /// Neither is shown.
    Undecided,
    /// A number that the claim is on is not measured yet, or is none, as J where no order shows any strength.
    Unmeasured,
}

impl Judgement {
    /// The word for the judgement, which summaries keep.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
            Self::Unmeasured => "not measured",
        }
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One inequality of a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inequality {
    /// Seeds that both sides have; 1 for sides that are not paired, 0 where a side is not measured.
    pub seeds: usize,
    /// The mean of the left side minus the right.
    pub difference: f64,
    /// The standard error of it; `None` where it is not known, as of one seed.
    pub error: Option<f64>,
    /// The probability of so large a difference where there is none: one-sided; `None` where there is no test.
    pub p: Option<f64>,
    /// The kinds of means that are compared where sides are not paired by seeds; `None` for a test over seeds.
    pub unpaired: Option<[Mean; 2]>,
}

/// The kind of mean that one side of an inequality is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mean {
    /// A number of the claim's own, without error.
    Constant,
    /// A mean over so many samples of one network, 0 where they are not counted.
    Samples(usize),
    /// A mean over so many untrained networks.
    Draws(usize),
}

impl Mean {
    /// The degrees of freedom of its error; `None` where it has no error.
    fn freedom(self) -> Option<usize> {
        match self {
            Self::Constant => None,
            Self::Samples(count) | Self::Draws(count) => Some(count.saturating_sub(1)),
        }
    }
}

/// One side of an inequality whose sides are not paired by seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Side {
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean, of draws over these alone; `None` where it is not known.
    pub error: Option<f64>,
    /// The kind of the mean.
    pub of: Mean,
    /// The error that draws share as they are measured on the same samples; `None` where it is not known, and of other means.
    pub shared: Option<Shared>,
}

/// An error over samples that several networks share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// The standard error.
    pub error: f64,
    /// The samples; 0 where they are not counted.
    pub samples: usize,
}

impl Side {
    /// The parts of the error with the degrees of freedom of each; none of a constant, `None` where the error is not known.
    fn parts(&self) -> Option<Vec<(f64, usize)>> {
        let error = self.error?;
        let own = self.of.freedom().map(|freedom| (error, freedom));
        let shared = self.shared.map(|shared| {
            // Samples that are not counted tell no more than the draws do.
            let draws = own.map_or(0, |(_, freedom)| freedom);
            let freedom = match shared.samples {
                0 => draws,
                samples => samples - 1,
            };
            (shared.error, freedom)
        });
        Some(own.into_iter().chain(shared).collect())
    }
}

impl Inequality {
    /// The inequality of differences, one a seed.
    pub fn of(differences: &[f64]) -> Self {
        let seeds = differences.len();
        let (difference, error) = mean(differences);
        Self {
            seeds,
            difference,
            error,
            p: error.map(|error| chance(difference, error, seeds - 1)),
            unpaired: None,
        }
    }

    /// The inequality of two sides that are not paired, by Welch's test. There is none where an error is not known, or of fewer than
    /// two samples or draws, and of samples that are not counted.
    pub fn unpaired(left: Side, right: Side) -> Self {
        let difference = left.mean - right.mean;
        let parts = left.parts().zip(right.parts());
        let parts = parts.map(|(left, right)| [left, right].concat());
        let freedom = parts.as_ref().and_then(|parts| welch(parts));
        let error = parts.map(|parts| {
            let squares = parts.iter().map(|(error, _)| error * error);
            squares.sum::<f64>().sqrt()
        });
        Self {
            seeds: 1,
            difference,
            error,
            p: error
                .zip(freedom)
                .map(|(error, freedom)| chance(difference, error, freedom)),
            unpaired: Some([left.of, right.of]),
        }
    }

    /// Whether there is no test as the samples of a side are not counted.
    pub fn is_uncounted(&self) -> bool {
        self.is_of(Mean::Samples(0))
    }

    /// Whether a side that is not paired is the mean of just this.
    pub fn is_of(&self, mean: Mean) -> bool {
        self.unpaired.is_some_and(|sides| sides.contains(&mean))
    }
}

/// The mean of numbers, and its standard error; `None` for fewer than two numbers.
pub fn mean(numbers: &[f64]) -> (f64, Option<f64>) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    let error = (numbers.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt());
    (mean, error)
}

/// The degrees of freedom of a difference by Welch and Satterthwaite, in whole ones below, of the parts of its error with the degrees
/// of freedom of each; `None` where a part has none, or there is no part.
fn welch(parts: &[(f64, usize)]) -> Option<usize> {
    let least = parts.iter().map(|(_, freedom)| *freedom).min()?;
    if least == 0 {
        return None;
    }
    let square: f64 = parts.iter().map(|(error, _)| error * error).sum();
    let shares = parts
        .iter()
        .map(|(error, freedom)| error.powi(4) / *freedom as f64);
    let freedom = square * square / shares.sum::<f64>();
    // Rounding must not take a degree from a whole number of them.
    Some(match freedom.is_finite() {
        true => ((freedom + 1e-6) as usize).max(1),
        false => least,
    })
}

/// The share of a difference below which its error is rounding.
const ROUNDING: f64 = 1e-9;

/// The probability of so large a difference where there is none: one-sided, by Student's t. Numbers that do not differ among
/// themselves, but for rounding, have no error to hold a difference against: of them it is that of the sign test.
fn chance(difference: f64, error: f64, freedom: usize) -> f64 {
    if difference == 0.0 {
        return 0.5;
    }
    let tail = match error > ROUNDING * difference.abs() {
        true => (1.0 - student_within((difference / error).abs(), freedom)).max(0.0) / 2.0,
        false => 0.5_f64.powi(freedom.min(1000) as i32 + 1),
    };
    match difference > 0.0 {
        true => tail,
        false => 1.0 - tail,
    }
}

/// The judgement on a claim of these inequalities.
pub fn judge(inequalities: &[Inequality]) -> Judgement {
    if inequalities.iter().any(|i| i.seeds == 0) {
        return Judgement::Unmeasured;
    }
    let p: Option<Vec<f64>> = inequalities.iter().map(|i| i.p).collect();
    let Some(p) = p.filter(|p| !p.is_empty()) else {
        return Judgement::Undecided;
    };
    let opposite: Vec<f64> = p.iter().map(|p| 1.0 - p).collect();
    match (rejected(&p), rejected(&opposite)) {
        (_, opposite) if opposite.contains(&true) => Judgement::Fails,
        (shown, _) if !shown.contains(&false) => Judgement::Holds,
        _ => Judgement::Undecided,
    }
}

/// Which hypotheses Holm's procedure rejects: the k-th smallest p is held against alpha / (count - k), as long as all
/// before were rejected.
fn rejected(p: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut rejected = vec![false; p.len()];
    for (rank, place) in order.into_iter().enumerate() {
        let shown = p[place] <= ALPHA / (p.len() - rank) as f64;
        if !shown {
            break;
        }
        rejected[place] = true;
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_is_that_of_the_paired_test() {
        // scipy.stats.ttest_rel(a, b, alternative="greater") of a - b = these.
        let found = Inequality::of(&[0.5, 0.9, -0.1, 0.4, 0.8]);
        assert!((found.difference - 0.5).abs() < 1e-12);
        assert!((found.p.unwrap() - 0.023_438_3).abs() < 1e-6, "{found:?}");
        let other = Inequality::of(&[-0.5, -0.9, 0.1, -0.4, -0.8]);
        assert!((found.p.unwrap() + other.p.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(Inequality::of(&[0.0, 0.0]).p, Some(0.5));
        assert_eq!(Inequality::of(&[1.0]).p, None);
    }

    #[test]
    fn seeds_that_do_not_differ_show_as_much_as_their_number() {
        // Two seeds of a coarse measure may well be alike, five hardly: one of 2^k.
        assert_eq!(Inequality::of(&[1.0; 2]).p, Some(0.25));
        assert_eq!(Inequality::of(&[1.0; 5]).p, Some(1.0 / 32.0));
        assert_eq!(Inequality::of(&[-1.0; 5]).p, Some(31.0 / 32.0));
        // Their error is 2e-17.
        let even = [0.46 - 0.44, 0.48 - 0.46, 0.50 - 0.48];
        assert_eq!(Inequality::of(&even).p, Some(0.125));
        let alike = Inequality::of(&[0.1; 2]);
        assert_eq!(judge(&[alike]), Judgement::Undecided);
        assert_eq!(judge(&[Inequality::of(&[0.1; 5])]), Judgement::Holds);
    }

    fn side(mean: f64, error: f64, of: Mean) -> Side {
        Side {
            mean,
            error: Some(error),
            of,
            shared: None,
        }
    }

    #[test]
    fn one_network_is_tested_over_its_samples() {
        let zero = side(0.0, 0.0, Mean::Constant);
        let over =
            |samples: usize| Inequality::unpaired(side(0.5, 0.2, Mean::Samples(samples)), zero);
        // The density of Student's t with 39 degrees of freedom, integrated from 2.5 on.
        let one = over(40);
        assert!((one.p.unwrap() - 0.008_366_9).abs() < 1e-6, "{one:?}");
        let uncounted = over(0);
        assert!(uncounted.p.is_none() && uncounted.is_uncounted());
        let single = over(1);
        assert!(single.p.is_none() && !single.is_uncounted());
        assert!(!Inequality::of(&[1.0]).is_uncounted());
        assert_eq!(judge(&[uncounted]), Judgement::Undecided);
        let blind = Side {
            error: None,
            ..zero
        };
        assert_eq!(Inequality::unpaired(zero, blind).p, None);
    }

    #[test]
    fn the_draws_of_untrained_networks_are_part_of_the_error() {
        // Welch's t of means .33 and .2 with deviations .03 of 3 and .2 of 100: 4.913538 with 10.5 degrees of freedom. The density
        // of Student's t with 10, integrated from there on.
        let untrained = side(0.33, 0.03 / 3.0_f64.sqrt(), Mean::Draws(3));
        let trained = side(0.2, 0.02, Mean::Samples(100));
        let found = Inequality::unpaired(untrained, trained);
        assert!((found.p.unwrap() - 0.000_305_347).abs() < 1e-8, "{found:?}");
        assert_eq!(found.unpaired, Some([Mean::Draws(3), Mean::Samples(100)]));
        let opposite = Inequality::unpaired(trained, untrained);
        assert!((found.p.unwrap() + opposite.p.unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_draws_share_has_the_freedom_of_their_samples() {
        // .0026^2 / (.01^4 / 2 + .03^4 / 99 + .04^4 / 49) = 6.76e-6 / 6.5427e-8 = 103.3.
        let shared = Shared {
            error: 0.03,
            samples: 100,
        };
        let untrained = Side {
            shared: Some(shared),
            ..side(0.5, 0.01, Mean::Draws(3))
        };
        let trained = side(0.4, 0.04, Mean::Samples(50));
        let parts = [untrained.parts().unwrap(), trained.parts().unwrap()].concat();
        assert_eq!(parts, [(0.01, 2), (0.03, 99), (0.04, 49)]);
        assert_eq!(welch(&parts), Some(103));
        let found = Inequality::unpaired(untrained, trained);
        assert!((found.error.unwrap() - 0.0026_f64.sqrt()).abs() < 1e-12);
        // Of samples that are not counted the draws' own freedom is taken.
        let uncounted = Side {
            shared: Some(Shared {
                samples: 0,
                ..shared
            }),
            ..untrained
        };
        assert_eq!(uncounted.parts().unwrap()[1], (0.03, 2));
    }

    #[test]
    fn holm_steps_down() {
        assert_eq!(rejected(&[0.04, 0.01, 0.03]), [false, true, false]);
        assert_eq!(rejected(&[0.02, 0.01, 0.03]), [true, true, true]);
        assert_eq!(rejected(&[0.2, 0.001]), [false, true]);
    }

    #[test]
    fn claims_hold_fail_or_stay_open() {
        let p = |p: f64| Inequality {
            seeds: 5,
            difference: 0.0,
            error: Some(1.0),
            p: Some(p),
            unpaired: None,
        };
        assert_eq!(judge(&[p(0.001), p(0.01)]), Judgement::Holds);
        assert_eq!(judge(&[p(0.001), p(0.3)]), Judgement::Undecided);
        assert_eq!(judge(&[p(0.001), p(0.999)]), Judgement::Fails);
        assert_eq!(judge(&[p(0.001), p(0.96)]), Judgement::Undecided);
        assert_eq!(judge(&[Inequality::of(&[1.0])]), Judgement::Undecided);
        assert_eq!(judge(&[]), Judgement::Undecided);
        let missing = Inequality::of(&[]);
        assert_eq!(judge(&[p(0.001), missing]), Judgement::Unmeasured);
    }
}
