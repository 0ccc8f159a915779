//! Learning strengths from drawn contexts and from several samples, against their closed forms.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use burn_interaction::coalition::all_of_size;
use burn_interaction::evaluation::{Learning, LearningStrength};
use burn_interaction::{Classifier, Coalition, Features, Orders, Pair, Pairs, Reward};
use burn_interaction_tests::test_device;

/// v(S) is the sum over all L in S of theta_L times the inputs of L, where absent inputs are 0: the gradient over theta_L is the product
/// of the inputs of L, or zero where one of them is absent.
#[derive(Module, Debug)]
struct Sums {
    theta: Param<Tensor<1>>,
    #[module(skip)]
    players: usize,
}

impl Sums {
    fn new(players: usize, device: &Device) -> Self {
        let theta = Tensor::<1>::ones([1_usize << players], device);
        Self {
            theta: Param::from_tensor(theta),
            players,
        }
    }
}

impl Classifier<Tensor<2>> for Sums {
    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        let product = |set: Coalition| {
            let one = x.clone().narrow(1, 0, 1).ones_like();
            set.members()
                .fold(one, |product, i| product * x.clone().narrow(1, i, 1))
        };
        let products = Tensor::cat(sets(self.players).map(product).collect(), 1);
        (products * self.theta.val().unsqueeze()).sum_dim(1)
    }
}

fn sets(players: usize) -> impl Iterator<Item = Coalition> {
    (0..1_u64 << players).map(move |code| Coalition::from_code(players, code))
}

fn pairs(players: usize) -> Vec<Pair> {
    let of = |i| (i + 1..players).map(move |j| (i, j));
    (0..players).flat_map(of).collect()
}

/// The gradient of Delta v(i, j, S) where all inputs are the same number: theta_L counts where L holds the pair and otherwise members of S
/// only.
fn gradient(players: usize, input: f64, (i, j): Pair, context: &Coalition) -> Vec<f64> {
    let all = context.toggled(i).toggled(j);
    let of_set = |set: Coalition| {
        let counts = set.contains(i) && set.contains(j) && set.is_subset(&all);
        match counts {
            true => input.powi(set.len() as i32),
            false => 0.0,
        }
    };
    sets(players).map(of_set).collect()
}

fn squared(vector: &[f64]) -> f64 {
    vector.iter().map(|v| v * v).sum()
}

/// The weight of an order in Theorem 1.
fn weight(players: usize, order: usize) -> f64 {
    (players - 1 - order) as f64 / (players * (players - 1)) as f64
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{found}, not {expected}"
    );
}

/// All pairs, without parts.
fn learning() -> Learning<Features> {
    let learning = Learning::new(Features).pairs(Pairs::all());
    learning.reward(Reward::Output).parts(false).draws(0)
}

/// The learning strength of rows whose inputs are all ones.
fn of_ones(learning: &Learning<Features>, rows: usize, players: usize) -> LearningStrength {
    let device = test_device();
    let net = Sums::new(players, &device);
    let ones = Tensor::<2>::ones([rows, players], &device);
    learning.run(&net, ones, vec![0; rows]).unwrap()
}

#[test]
fn one_context_has_the_strength_of_a_single_difference() {
    let one = learning().orders(Orders::all()).contexts(1);
    let found = of_ones(&one, 2, 5);
    assert_eq!(found.orders.len(), 4);
    for (m, order) in found.orders.iter().enumerate() {
        // Whichever m others are present: 2^m sets hold the pair and some of them.
        let norm = 2_f64.powi(m as i32).sqrt();
        near(order.strength, weight(5, m) * norm, 1e-5);
        // Orders 0 and 3 have no more contexts than one.
        assert_eq!(order.exact, m == 0 || m == 3);
        assert!(order.persistence.is_none() && order.zero_mean.is_none());
    }
}

#[test]
fn noise_of_contexts_lifts_the_strength_by_as_much_as_two_of_them_differ() {
    // Six players have six contexts of order 2, of which all give the norm of the mean: 1 + 4 (1 / 2)^2 + 6 (1 / 6)^2 = 13 / 6.
    let order = learning().orders(Orders::given([2]));
    let all = of_ones(&order.clone().contexts(6), 1, 6);
    assert!(all.orders[0].exact);
    near(
        all.orders[0].strength,
        weight(6, 2) * (13.0_f64 / 6.0).sqrt(),
        1e-5,
    );
    // The mean of two gradients that have a part in common, over all ways to draw two contexts.
    let contexts: Vec<Coalition> = all_of_size(6, 2, &[0, 1]).collect();
    let mut norms = Vec::new();
    for a in &contexts {
        for b in &contexts {
            let [a, b] = [a, b].map(|context| gradient(6, 1.0, (0, 1), context));
            let mean: Vec<f64> = a.iter().zip(&b).map(|(a, b)| (a + b) / 2.0).collect();
            norms.push(squared(&mean).sqrt());
        }
    }
    let mean = norms.iter().sum::<f64>() / 36.0;
    let variance = norms.iter().map(|norm| (norm - mean).powi(2)).sum::<f64>() / 36.0;
    let two = of_ones(&order.contexts(2), 40, 6);
    assert!(!two.orders[0].exact && two.samples.len() == 40);
    // 40 samples of 15 pairs, each with draws of its own.
    let (norm, error) = (
        two.orders[0].strength / weight(6, 2),
        (variance / 600.0).sqrt(),
    );
    assert!(
        (norm - mean).abs() < 4.5 * error,
        "{norm} +- {error}, not {mean}"
    );
    assert!(mean - (13.0_f64 / 6.0).sqrt() > 10.0 * error);
}

#[test]
fn single_gradients_are_drawn_from_all_samples_alike() {
    let device = test_device();
    let net = Sums::new(4, &device);
    let rows = Tensor::<2>::from_floats([[1.0; 4], [0.5; 4]], &device);
    let learning = learning().orders(Orders::given([1])).draws(2000);
    let found = learning.run(&net, rows, vec![0; 2]).unwrap();
    let mut all = Vec::new();
    for input in [1.0, 0.5] {
        for (i, j) in pairs(4) {
            let contexts = all_of_size(4, 1, &[i, j]);
            all.extend(contexts.map(|context| gradient(4, input, (i, j), &context)));
        }
    }
    // Two samples of six pairs with two contexts.
    assert_eq!(all.len(), 24);
    let coordinate = |l: usize| all.iter().map(|gradient| gradient[l]).sum::<f64>() / 24.0;
    let mean: Vec<f64> = (0..16).map(coordinate).collect();
    let second = all.iter().map(|gradient| squared(gradient)).sum::<f64>() / 24.0;
    let (of_mean, deviation) = (squared(&mean), (second - squared(&mean)).sqrt());
    let zero_mean = found.orders[0].zero_mean.unwrap();
    assert_eq!(zero_mean.draws, 2000);
    near(zero_mean.deviation, deviation, 0.06);
    // 2000 draws leave some 2 sqrt(of_mean / 2000) deviation.
    let error = 2.0 * (of_mean / 2000.0).sqrt() * deviation + deviation.powi(2) / 2000.0;
    let apart = (zero_mean.mean_squared - of_mean).abs();
    assert!(apart < 3.0 * error, "{zero_mean:?}, not {of_mean}");
    // I^(1) has 1 for the pair and a half for each of two triples: times the inputs, 3 / 2 and 9 / 128 in squares.
    let [ones, halves] = [1.5_f64, 9.0 / 128.0].map(|square| weight(4, 1) * square.sqrt());
    near(found.orders[0].strength, (ones + halves) / 2.0, 1e-5);
    near(
        found.orders[0].standard_error.unwrap(),
        (ones - halves) / 2.0,
        1e-5,
    );
}
