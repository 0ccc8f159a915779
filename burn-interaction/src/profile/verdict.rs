//! The shape of a curve of J, told only where its errors allow.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::jackknife::{Estimated, Jackknife};
use super::{NoBand, student};

/// The chance of a wrong shape that a verdict allows.
const LEVEL: f64 = 0.05;
/// A curve within this of its mean is flat.
const FLAT: f64 = 0.2;

/// The shape of the corrected curve of J over the population that the samples come from.
///
/// Differences between orders are judged by the jackknife over samples, with the bias that may be left, one-sided at 5 %
/// shared out over all inner orders that the trough or peak was chosen from (Bonferroni). It is a verdict on the
/// population, hence undecided below five samples even where each is exact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// Both ends lie above the lowest inner order.
    U(Turn),
    /// Both ends lie below the highest inner order.
    Hump(Turn),
    /// The lowest order lies above the highest order, and no inner one clearly outside the two.
    Falling {
        /// J at the first and at the last order.
        ends: (f64, f64),
    },
    /// The highest order lies above the lowest order, and no inner one clearly outside the two.
    Rising {
        /// J at the first and at the last order.
        ends: (f64, f64),
    },
    /// No trough and no peak stands out, and every order lies within a fifth of the mean, its error included.
    Flat {
        /// The largest distance from the mean, its error included.
        within: f64,
    },
    /// Nothing can be said.
    Undecided(Undecided),
}

/// The trough of a U or the peak of a hump.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The order ratios from which to which the curve cannot be told from its turn.
    pub ratios: (f64, f64),
    /// J at the turn.
    pub value: f64,
    /// The error of it.
    pub error: f64,
    /// J at the first and at the last order.
    pub ends: (f64, f64),
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Undecided {
    /// The curve has no errors.
    NoBand(NoBand),
    /// A shape needs at least three orders.
    FewOrders,
    /// There is no interaction at all.
    NoInteraction,
    /// No U, hump or slope is sure, and errors are too large to call the curve flat.
    WithinErrors,
    /// There are both a trough and a peak.
    TroughAndPeak,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBand(why) => why.fmt(f),
            Self::FewOrders => f.write_str("fewer than three orders"),
            Self::NoInteraction => f.write_str("no interaction at all"),
            Self::WithinErrors => f.write_str("no U, hump, slope or flat curve is sure"),
            Self::TroughAndPeak => f.write_str("both a trough and a peak"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = |name: &str, (first, last): (f64, f64)| {
            format!("{name}: from {first:.2} to {last:.2} of the mean")
        };
        match self {
            Self::U(turn) => write!(f, "U: lowest at {turn}"),
            Self::Hump(turn) => write!(f, "hump: highest at {turn}"),
            Self::Falling { ends } => f.write_str(&from("falling", *ends)),
            Self::Rising { ends } => f.write_str(&from("rising", *ends)),
            Self::Flat { within } => write!(f, "flat: within {within:.2} of the mean"),
            Self::Undecided(why) => write!(f, "undecided: {why}"),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two decimals, without zeros at their end.
        let short = |ratio: f64| (100.0 * ratio).round() / 100.0;
        let (from, to) = (short(self.ratios.0), short(self.ratios.1));
        match from == to {
            true => write!(f, "{from}")?,
            false => write!(f, "{from} .. {to}")?,
        }
        let (first, last) = self.ends;
        let (value, error) = (self.value, self.error);
        write!(
            f,
            ", {value:.2} +- {error:.2} of the mean; ends {first:.1} and {last:.1}"
        )
    }
}

impl Verdict {
    pub(super) fn of(
        strength: &Jackknife,
        relative: Option<&Jackknife>,
        ratios: &[f64],
        no_band: Option<NoBand>,
    ) -> Self {
        match (relative, no_band) {
            _ if ratios.len() < 3 => Self::Undecided(Undecided::FewOrders),
            _ if strength.is_nothing() => Self::Undecided(Undecided::NoInteraction),
            (None, _) => Self::Undecided(Undecided::NoBand(NoBand::OneContext)),
            (_, Some(why)) => Self::Undecided(Undecided::NoBand(why)),
            (Some(curve), None) => Judge::new(curve, ratios).verdict(),
        }
    }
}

/// A curve of at least three orders and five samples.
struct Judge<'a> {
    curve: &'a Jackknife,
    ratios: &'a [f64],
    /// The quantile of a one-sided test, shared out over the inner orders.
    guarded: f64,
    /// The quantile of a two-sided test of a single comparison.
    single: f64,
}

impl<'a> Judge<'a> {
    fn new(curve: &'a Jackknife, ratios: &'a [f64]) -> Self {
        let freedom = curve.samples() - 1;
        let choices = (ratios.len() - 2) as f64;
        Self {
            curve,
            ratios,
            guarded: student::quantile(1.0 - 2.0 * LEVEL / choices, freedom),
            single: student::quantile(1.0 - LEVEL, freedom),
        }
    }

    /// Whether one order lies above another by more than `t` errors of their difference.
    fn above(&self, high: usize, low: usize, t: f64) -> bool {
        let difference = self.curve.estimate(|c| c[high] - c[low]);
        difference.is_some_and(|d| d.value > 1e-9 && d.error().is_some_and(|e| d.value > t * e))
    }

    fn verdict(&self) -> Verdict {
        let (curve, last) = (self.curve.curve(), self.ratios.len() - 1);
        let ends = (curve[0], curve[last]);
        let by = |a: &usize, b: &usize| curve[*a].total_cmp(&curve[*b]);
        let (Some(low), Some(high)) = ((1..last).min_by(by), (1..last).max_by(by)) else {
            return Verdict::Undecided(Undecided::FewOrders);
        };
        let t = self.guarded;
        let trough = self.above(0, low, t) && self.above(last, low, t);
        let peak = self.above(high, 0, t) && self.above(high, last, t);
        match (trough, peak) {
            (true, true) => return Verdict::Undecided(Undecided::TroughAndPeak),
            (true, false) => {
                return Verdict::U(self.turn(low, |o| self.above(o, low, self.single)));
            }
            (false, true) => {
                return Verdict::Hump(self.turn(high, |o| self.above(high, o, self.single)));
            }
            (false, false) => {}
        }
        let within = self.within();
        if within <= FLAT {
            return Verdict::Flat { within };
        }
        // Ends are compared both ways: a two-sided test.
        let outside =
            |upper: usize, lower: usize| self.above(high, upper, t) || self.above(lower, low, t);
        if self.above(0, last, self.single) && !outside(0, last) {
            return Verdict::Falling { ends };
        }
        if self.above(last, 0, self.single) && !outside(last, 0) {
            return Verdict::Rising { ends };
        }
        Verdict::Undecided(Undecided::WithinErrors)
    }

    /// The largest distance of an order from the mean, its error included.
    fn within(&self) -> f64 {
        let reach = |order: usize| {
            let e = self.curve.estimate(|c| c[order])?;
            Some((e.value - 1.0).abs() + self.single * e.error()?)
        };
        let orders = 0..self.ratios.len();
        orders.fold(0.0, |most, order| {
            f64::max(most, reach(order).unwrap_or(f64::INFINITY))
        })
    }

    /// The orders on both sides of a turn, up to the first that `differs` from it.
    fn turn(&self, at: usize, differs: impl Fn(usize) -> bool) -> Turn {
        let last = self.ratios.len() - 1;
        let from = (1..at).rev().take_while(|o| !differs(*o)).last();
        let to = (at + 1..last).take_while(|o| !differs(*o)).last();
        let curve = self.curve.curve();
        let estimated = self.curve.estimate(|c| c[at]);
        Turn {
            ratios: (
                self.ratios[from.unwrap_or(at)],
                self.ratios[to.unwrap_or(at)],
            ),
            value: curve[at],
            error: estimated.and_then(|e| e.error()).unwrap_or(f64::NAN),
            ends: (curve[0], curve[last]),
        }
    }
}

/// How far a curve falls below both its ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Depth {
    /// One minus the weakest inner order over the lower end.
    pub value: f64,
    /// The error of it over samples, with the bias that may be left; `None` for one sample.
    pub error: Option<f64>,
}

impl Depth {
    pub(super) fn of(curve: &Jackknife) -> Option<Self> {
        let [first, inner @ .., last] = curve.curve() else {
            return None;
        };
        let (trough, _) = inner.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
        let end = if first <= last { 0 } else { inner.len() + 1 };
        let depth: Estimated = curve.estimate(|c| 1.0 - c[trough + 1] / c[end])?;
        Some(Self {
            value: depth.value,
            error: depth.error(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use crate::estimate::{Estimate, Magnitudes, normal};

    const RATIOS: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

    /// Samples whose exact strengths lie about a curve.
    fn judged(curve: [f64; 6], noise: f64, samples: usize) -> (Verdict, Option<Depth>) {
        let mut rng = generator(2, 0);
        let table: Vec<Vec<Magnitudes>> = curve
            .iter()
            .map(|value| {
                let one = |_| {
                    let estimate = Estimate {
                        mean: value * (1.0 + noise * normal(&mut rng)),
                        variance: 0.0,
                        contexts: 1,
                        exact: true,
                    };
                    Magnitudes::exact(&[estimate], 1)
                };
                (0..samples).map(one).collect()
            })
            .collect();
        let rows: Vec<Vec<&Magnitudes>> = table.iter().map(|row| row.iter().collect()).collect();
        let strength = Jackknife::of(&rows);
        let relative = strength.relative();
        let no_band = (samples < 5).then_some(NoBand::FewSamples);
        (
            Verdict::of(&strength, relative.as_ref(), &RATIOS, no_band),
            relative.as_ref().and_then(Depth::of),
        )
    }

    #[test]
    fn a_curve_that_falls_and_never_rises_is_no_u() {
        let (verdict, depth) = judged([6.9, 4.0, 2.0, 0.9, 0.3, 0.09], 0.1, 10);
        assert!(matches!(verdict, Verdict::Falling { .. }), "{verdict}");
        assert!(depth.unwrap().value < 0.0);
        let (verdict, _) = judged([0.1, 0.3, 0.5, 1.0, 2.0, 3.0], 0.1, 10);
        assert!(matches!(verdict, Verdict::Rising { .. }), "{verdict}");
    }

    #[test]
    fn shapes_are_told_where_errors_allow() {
        let u = [3.4, 1.0, 0.36, 0.37, 0.8, 2.1];
        let (verdict, depth) = judged(u, 0.1, 12);
        let text = verdict.to_string();
        assert!(text.starts_with("U: lowest at 0.4 .. 0.6, 0."), "{text}");
        let depth = depth.unwrap();
        assert!((depth.value - 0.83).abs() < 0.05 && depth.error.unwrap() < 0.05);
        let hump = judged([0.5, 1.0, 2.0, 1.5, 1.0, 0.7], 0.1, 12).0;
        assert!(matches!(hump, Verdict::Hump(_)), "{hump}");
        let flat = judged([1.0; 6], 0.1, 20).0;
        assert!(matches!(flat, Verdict::Flat { .. }), "{flat}");
        let noisy = judged([1.1, 1.0, 0.9, 0.9, 1.0, 1.1], 0.8, 6).0;
        assert_eq!(noisy, Verdict::Undecided(Undecided::WithinErrors));
        assert!(noisy.to_string().ends_with("flat curve is sure"));
    }

    #[test]
    fn no_interaction_is_no_shape() {
        let (verdict, depth) = judged([0.0; 6], 0.1, 12);
        assert_eq!(verdict, Verdict::Undecided(Undecided::NoInteraction));
        assert!(depth.is_none());
    }

    #[test]
    fn four_samples_decide_nothing_however_exact() {
        let (verdict, depth) = judged([3.0, 1.0, 0.1, 0.1, 1.0, 3.0], 0.01, 4);
        let why = Undecided::NoBand(NoBand::FewSamples);
        assert_eq!(verdict, Verdict::Undecided(why));
        assert!(depth.is_some());
    }

    #[test]
    fn curves_without_a_shape_are_seldom_given_one() {
        // Flat curves with noise: a turn is told in at most 5 % of them.
        let mut rng = generator(9, 0);
        let told = (0..400).filter(|_| {
            let table: Vec<Vec<Magnitudes>> = (0..6)
                .map(|_| {
                    let one = |_| {
                        let estimate = Estimate {
                            mean: 1.0 + 0.5 * normal(&mut rng),
                            variance: 0.0,
                            contexts: 1,
                            exact: true,
                        };
                        Magnitudes::exact(&[estimate], 1)
                    };
                    (0..8).map(one).collect()
                })
                .collect();
            let rows: Vec<Vec<&Magnitudes>> =
                table.iter().map(|row| row.iter().collect()).collect();
            let strength = Jackknife::of(&rows);
            let verdict = Verdict::of(&strength, strength.relative().as_ref(), &RATIOS, None);
            matches!(verdict, Verdict::U(_) | Verdict::Hump(_))
        });
        let told = told.count();
        assert!(told <= 20, "{told} of 400");
    }
}
