//! The numbers of a claim's items side by side: paired by seeds, or over samples and draws where a network is a given one.

use super::super::file::Among;
use super::super::judge::{Inequality, Mean, Shared, Side, mean};

/// The number of an item for one seed.
#[derive(Clone, Copy)]
pub struct Number {
    /// The seed of the training.
    pub seed: u64,
    /// The value.
    pub value: f64,
    /// The error over samples, where it is known.
    pub error: Option<f64>,
    /// The samples; 0 where they are not counted.
    pub samples: usize,
    /// Whether it is of an untrained or a trained network beside one with given weights: a draw, whatever its samples.
    pub drawn: bool,
}

/// The numbers of an item.
pub enum Numbers {
    /// A constant, whatever the seed.
    Constant(f64),
    /// One for each finished seed.
    Seeds(Vec<Number>),
}

impl Numbers {
    /// The inequality that these lie above the others: over seeds, or of a network with `given` weights over its samples and the
    /// draws of those beside it.
    fn above(&self, other: &Self, given: bool) -> Inequality {
        if !given {
            let pairs = self.pairs(other);
            let differences = pairs.iter().map(|(left, right)| left - right);
            return Inequality::of(&differences.collect::<Vec<f64>>());
        }
        match (self.side(), other.side()) {
            (Some(left), Some(right)) => Inequality::unpaired(left, right),
            _ => Inequality::of(&[]),
        }
    }

    /// The numbers as one side that is not paired; `None` where nothing is measured.
    fn side(&self) -> Option<Side> {
        let numbers = match self {
            Self::Constant(c) => {
                return Some(Side {
                    mean: *c,
                    error: Some(0.0),
                    of: Mean::Constant,
                    shared: None,
                });
            }
            Self::Seeds(numbers) => numbers,
        };
        match &numbers[..] {
            [] => None,
            [one] if !one.drawn => Some(Side {
                mean: one.value,
                error: one.error,
                of: Mean::Samples(one.samples),
                shared: None,
            }),
            draws => {
                let values: Vec<f64> = draws.iter().map(|number| number.value).collect();
                let (mean, between) = mean(&values);
                // Draws are measured on samples of one list: their error over these, where it is known, is
                // common to them, and their spread hides it.
                let own: Option<Vec<f64>> = draws.iter().map(|number| number.error).collect();
                let fewest = draws.iter().map(|number| number.samples).min();
                Some(Side {
                    mean,
                    error: between,
                    of: Mean::Draws(draws.len()),
                    shared: own.map(|own| Shared {
                        error: own.iter().sum::<f64>() / own.len() as f64,
                        samples: fewest.unwrap_or(0),
                    }),
                })
            }
        }
    }

    /// The values for the seeds that both have.
    fn pairs(&self, other: &Self) -> Vec<(f64, f64)> {
        match (self, other) {
            (Self::Seeds(left), Self::Seeds(right)) => {
                let of = |seed: u64| right.iter().find(|number| number.seed == seed);
                let pairs = left.iter();
                let pairs = pairs.filter_map(|number| Some((number.value, of(number.seed)?.value)));
                pairs.collect()
            }
            (Self::Seeds(left), Self::Constant(c)) => {
                left.iter().map(|number| (number.value, *c)).collect()
            }
            (Self::Constant(c), Self::Seeds(right)) => {
                right.iter().map(|number| (*c, number.value)).collect()
            }
            (Self::Constant(left), Self::Constant(right)) => vec![(*left, *right)],
        }
    }

    /// The means of these and of the others: over the seeds that both have, or each over its own where they are not `paired`.
    fn means(&self, other: &Self, paired: bool) -> [f64; 2] {
        if !paired {
            return [self.mean(), other.mean()];
        }
        let pairs = self.pairs(other);
        let count = pairs.len() as f64;
        let left: f64 = pairs.iter().map(|(left, _)| left).sum();
        let right: f64 = pairs.iter().map(|(_, right)| right).sum();
        [left / count, right / count]
    }

    fn mean(&self) -> f64 {
        match self {
            Self::Constant(c) => *c,
            Self::Seeds(numbers) if numbers.is_empty() => f64::NAN,
            Self::Seeds(numbers) => {
                numbers.iter().map(|number| number.value).sum::<f64>() / numbers.len() as f64
            }
        }
    }
}

/// Items of a claim as they are compared.
pub struct Compared {
    /// The mean of each item.
    pub means: Vec<f64>,
    /// The inequalities between items.
    pub inequalities: Vec<Inequality>,
    /// The means of both sides of each inequality.
    pub sides: Vec<[f64; 2]>,
}

/// Compares items in pairs over the seeds that both have: a seed that a third item lacks counts too. The means in one line
/// are over the seeds that all items have. A network with `given` weights has no seeds, and those beside it have their own.
pub fn compared(items: Vec<Numbers>, among: Among, given: bool) -> Compared {
    let pairs = among.pairs(items.len());
    let pairs = || {
        pairs
            .iter()
            .map(|[left, right]| (&items[*left], &items[*right]))
    };
    let inequalities = pairs().map(|(left, right)| left.above(right, given));
    let inequalities = inequalities.collect();
    let sides = pairs().map(|(left, right)| left.means(right, !given));
    let sides = sides.collect();
    let items = match given {
        true => items,
        false => paired(items),
    };
    Compared {
        means: items.iter().map(Numbers::mean).collect(),
        inequalities,
        sides,
    }
}

/// Leaves the numbers of the seeds that all items have, so that means in one line are of the same seeds.
fn paired(mut items: Vec<Numbers>) -> Vec<Numbers> {
    let seeds: Vec<Vec<u64>> = items
        .iter()
        .filter_map(|numbers| match numbers {
            Numbers::Constant(_) => None,
            Numbers::Seeds(own) => Some(own.iter().map(|number| number.seed).collect()),
        })
        .collect();
    for numbers in &mut items {
        if let Numbers::Seeds(own) = numbers {
            own.retain(|number| seeds.iter().all(|seeds| seeds.contains(&number.seed)));
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An item with these values by seed, each of so many samples with an error of .02.
    fn seeds(numbers: &[(u64, f64)], samples: usize) -> Numbers {
        let number = |(seed, value): &(u64, f64)| Number {
            seed: *seed,
            value: *value,
            error: Some(0.02),
            samples,
            drawn: numbers.len() > 1,
        };
        Numbers::Seeds(numbers.iter().map(number).collect())
    }

    #[test]
    fn means_are_of_the_seeds_that_are_compared() {
        let left = seeds(&[(1, 1.0), (2, 2.0), (3, 9.0)], 0);
        let right = seeds(&[(2, 1.0), (1, 0.0)], 0);
        let found = compared(
            vec![left, right, Numbers::Constant(0.0)],
            Among::Neighbours,
            false,
        );
        assert_eq!(found.means, [1.5, 0.5, 0.0]);
        let inequality = found.inequalities[0];
        assert_eq!((inequality.seeds, inequality.difference), (2, 1.0));
        assert_eq!(found.sides, [[1.5, 0.5], [0.5, 0.0]]);
    }

    #[test]
    fn an_inequality_is_over_all_seeds_that_its_own_items_have() {
        let low = seeds(&[(1, 2.0), (2, 3.0), (3, 4.0), (4, 7.0)], 0);
        let normal = seeds(&[(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)], 0);
        let middle = seeds(&[(1, 0.0), (2, 0.5)], 0);
        let found = compared(vec![low, normal, middle], Among::Neighbours, false);
        let counts = found.inequalities.iter().map(|i| i.seeds);
        assert_eq!(counts.collect::<Vec<_>>(), [4, 2]);
        assert_eq!(found.means, [2.5, 1.5, 0.25]);
        // A row of claims.csv adds up.
        assert_eq!(found.sides, [[4.0, 2.5], [1.5, 0.25]]);
        for (inequality, [left, right]) in found.inequalities.iter().zip(&found.sides) {
            assert_eq!(inequality.difference, left - right);
        }
    }

    #[test]
    fn given_networks_are_judged_over_as_many_samples_as_were_measured() {
        let of = |samples: usize| {
            let found = compared(
                vec![seeds(&[(1, 0.54)], samples), Numbers::Constant(0.5)],
                Among::Neighbours,
                true,
            );
            found.inequalities[0]
        };
        // Student's t at 2 has a tail of .147 with one degree of freedom, and of .023 with 999.
        let p = of(1000).p.unwrap();
        assert!((0.02..0.03).contains(&p), "{p}");
        assert!(of(0).is_uncounted());
    }

    #[test]
    fn untrained_networks_beside_a_given_one_are_draws() {
        let given = || seeds(&[(1, 0.2)], 100);
        let untrained = seeds(&[(1, 0.30), (2, 0.33), (3, 0.36)], 100);
        let found = compared(vec![untrained, given()], Among::Neighbours, true);
        assert!((found.means[0] - 0.33).abs() < 1e-12 && found.means[1] == 0.2);
        assert_eq!(found.sides[0], [found.means[0], 0.2]);
        let inequality = found.inequalities[0];
        let kinds = [Mean::Draws(3), Mean::Samples(100)];
        assert_eq!(inequality.unpaired, Some(kinds));
        let error = inequality.error.unwrap();
        // Of the draws .03 / sqrt(3) among them and .02 over samples, of the given network .02.
        assert!((error - 0.033_166_2).abs() < 1e-6, "{error}");
        // A single draw tells nothing of how others would be.
        let lone = Number {
            seed: 1,
            value: 0.33,
            error: Some(0.02),
            samples: 100,
            drawn: true,
        };
        let found = compared(
            vec![Numbers::Seeds(vec![lone]), given()],
            Among::Neighbours,
            true,
        );
        assert_eq!(found.inequalities[0].p, None);
        assert!(found.inequalities[0].is_of(Mean::Draws(1)));
        // Without a draw nothing is compared.
        let none = compared(vec![seeds(&[], 100), given()], Among::Neighbours, true);
        assert_eq!(none.inequalities[0].seeds, 0);
    }

    #[test]
    fn the_largest_is_above_and_the_smallest_below_each_other_item() {
        let items = || {
            let of = |value: f64| seeds(&[(1, value), (2, value + 0.5)], 0);
            vec![of(5.0), of(7.0), of(1.0)]
        };
        let differences = |among: Among| -> Vec<f64> {
            let found = compared(items(), among, false);
            assert_eq!(found.means, [5.25, 7.25, 1.25]);
            found.inequalities.iter().map(|i| i.difference).collect()
        };
        assert_eq!(differences(Among::Neighbours), [-2.0, 6.0]);
        assert_eq!(differences(Among::First), [-2.0, 4.0]);
        assert_eq!(differences(Among::Last), [4.0, 6.0]);
        assert!(Among::First.pairs(0).is_empty() && Among::Last.pairs(1).is_empty());
    }
}
