//! Judges claims: paired one-sided t tests over seeds, or over the samples of one given network, with Holm's correction over the
//! inequalities of a claim.

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
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
        })
    }
}

/// One inequality of a claim, over seeds, or over the samples of one network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inequality {
    /// Seeds that both sides have.
    pub seeds: usize,
    /// The mean of the left side minus the right.
    pub difference: f64,
    /// The standard error of it; `None` for fewer than two seeds.
    pub error: Option<f64>,
    /// The probability of so large a difference where there is none: one-sided; `None` for fewer than two seeds, or samples where
    /// it is over samples.
    pub p: Option<f64>,
    /// The samples of one network that the test is over, 0 where they are not counted; `None` for a test over seeds.
    pub samples: Option<usize>,
}

impl Inequality {
    /// The inequality of differences, one a seed.
    pub fn of(differences: &[f64]) -> Self {
        let seeds = differences.len();
        let count = seeds as f64;
        let mean = differences.iter().sum::<f64>() / count.max(1.0);
        if seeds < 2 {
            return Self {
                seeds,
                difference: mean,
                error: None,
                p: None,
                samples: None,
            };
        }
        let squares: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        Self {
            seeds,
            difference: mean,
            error: Some(error),
            p: Some(chance(mean, error, seeds - 1)),
            samples: None,
        }
    }

    /// The inequality of one network whose difference has this error over so many samples. Of fewer than two, and of none that are
    /// counted, there is no test.
    pub fn over_samples(difference: f64, error: f64, samples: usize) -> Self {
        let freedom = samples.saturating_sub(1);
        Self {
            seeds: 1,
            difference,
            error: Some(error),
            p: (freedom > 0).then(|| chance(difference, error, freedom)),
            samples: Some(samples),
        }
    }

    /// Whether there is no test as the samples are not counted.
    pub fn is_uncounted(&self) -> bool {
        self.samples == Some(0)
    }
}

/// The probability of so large a difference where there is none: one-sided, by Student's t.
fn chance(difference: f64, error: f64, freedom: usize) -> f64 {
    match (difference / error, difference == 0.0) {
        (_, true) => 0.5,
        (t, _) if t.is_infinite() => f64::from(u8::from(difference < 0.0)),
        (t, _) => {
            let tail = (1.0 - student_within(t.abs(), freedom)) / 2.0;
            if t > 0.0 { tail } else { 1.0 - tail }
        }
    }
}

/// The judgement on a claim of these inequalities.
pub fn judge(inequalities: &[Inequality]) -> Judgement {
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
        assert_eq!(Inequality::of(&[1.0, 1.0]).p, Some(0.0));
        assert_eq!(Inequality::of(&[0.0, 0.0]).p, Some(0.5));
        assert_eq!(Inequality::of(&[1.0]).p, None);
        // The density of Student's t with 39 degrees of freedom, integrated from 2.5 on.
        let one = Inequality::over_samples(0.5, 0.2, 40);
        assert!((one.p.unwrap() - 0.008_366_9).abs() < 1e-6, "{one:?}");
        let uncounted = Inequality::over_samples(0.5, 0.2, 0);
        assert!(uncounted.p.is_none() && uncounted.is_uncounted());
        let single = Inequality::over_samples(0.5, 0.2, 1);
        assert!(single.p.is_none() && !single.is_uncounted());
        assert!(!Inequality::of(&[1.0]).is_uncounted());
        assert_eq!(judge(&[uncounted]), Judgement::Undecided);
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
            samples: None,
        };
        assert_eq!(judge(&[p(0.001), p(0.01)]), Judgement::Holds);
        assert_eq!(judge(&[p(0.001), p(0.3)]), Judgement::Undecided);
        assert_eq!(judge(&[p(0.001), p(0.999)]), Judgement::Fails);
        assert_eq!(judge(&[p(0.001), p(0.96)]), Judgement::Undecided);
        assert_eq!(judge(&[Inequality::of(&[1.0])]), Judgement::Undecided);
        assert_eq!(judge(&[]), Judgement::Undecided);
    }
}
