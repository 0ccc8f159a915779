//! Gradients judged by closed forms, finite differences and measurements of other networks.

use burn::module::{Module, ModuleMapper, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation::tanh};
use rand::RngExt;

use super::gradient::Gradients;
use super::sums::{dot, squared};
use super::terms::interactions;
use super::{Learning, LearningStrength};
use crate::coalition::{Coalition, all_of_size, generator};
use crate::estimate::{Estimator, Orders, Pairs, Plan, Protocol, efficiency_weight};
use crate::evaluation::testing::{Mixed, statistics};
use crate::evaluation::with_gradients;
use crate::game::{Classifier, Dividends, KnownGame, NetworkGames, Reward};
use crate::measure::Measurement;
use crate::players::{Baseline, Features, Players};

/// v(S) is the sum of theta_L over all L in S where inputs are 1 and absent ones 0: the gradient over theta_L is whether L is in S.
#[derive(Module, Debug)]
struct Sums {
    theta: Param<Tensor<1>>,
    #[module(skip)]
    players: usize,
}

impl Sums {
    fn new(players: usize) -> Self {
        let theta = numbers([1, 1 << players], 1).reshape([1 << players]);
        Self {
            theta: Param::from_tensor(theta),
            players,
        }
    }

    fn sets(&self) -> impl Iterator<Item = Coalition> + '_ {
        (0..1 << self.players).map(|code| Coalition::from_code(self.players, code))
    }
}

impl Classifier<Tensor<2>> for Sums {
    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        let product = |set: Coalition| {
            let one = x.clone().narrow(1, 0, 1).ones_like();
            set.members()
                .fold(one, |product, i| product * x.clone().narrow(1, i, 1))
        };
        let products = Tensor::cat(self.sets().map(product).collect(), 1);
        (products * self.theta.val().unsqueeze()).sum_dim(1)
    }
}

/// A network without kinks: 4 features, 3 hidden units, 2 classes.
#[derive(Module, Debug)]
struct Smooth {
    first: Linear,
    last: Linear,
}

impl Smooth {
    fn new() -> Self {
        let linear = |from: usize, to: usize, stream| Linear {
            weight: Param::from_tensor(numbers([from, to], stream)),
            bias: Some(Param::from_tensor(
                numbers([1, to], stream + 1).reshape([to]),
            )),
        };
        Self {
            first: linear(4, 3, 2),
            last: linear(3, 2, 4),
        }
    }
}

impl Classifier<Tensor<2>> for Smooth {
    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.last.forward(tanh(self.first.forward(x)))
    }

    fn training(&self) -> Option<bool> {
        Some(false)
    }
}

/// theta f(x) with one parameter: its gradient is f.
#[derive(Module, Debug)]
struct Scaled {
    theta: Param<Tensor<1>>,
}

impl Scaled {
    fn f(x: Tensor<2>) -> Tensor<2> {
        let weights = Tensor::<1>::from_floats([0.7, -1.2, 0.4, 0.9, -0.3, 1.1], &x.device());
        let sum = (x.clone() * weights.unsqueeze()).sum_dim(1);
        tanh(sum) + x.clone().narrow(1, 0, 1) * x.narrow(1, 5, 1)
    }
}

impl Classifier<Tensor<2>> for Scaled {
    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        Self::f(x) * self.theta.val().unsqueeze()
    }
}

/// Numbers of `-1..1`.
fn numbers(shape: [usize; 2], stream: u64) -> Tensor<2> {
    let mut rng = generator(8, stream);
    let count = shape[0] * shape[1];
    let values: Vec<f32> = (0..count).map(|_| rng.random_range(-1.0..1.0)).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// Every order and pair.
fn whole() -> Learning<Features> {
    let learning = Learning::new(Features).draws(0).parts(false);
    learning.orders(Orders::all()).pairs(Pairs::all())
}

fn near(found: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1e-3);
    assert!(
        (found - expected).abs() <= tolerance * scale,
        "{found}, not {expected}"
    );
}

/// The gradients of I^(m)(i, j) over each theta_L of [`Sums`]: interactions of unanimity games.
fn of_sums(net: &Sums, pair: (usize, usize), order: usize) -> Vec<f64> {
    let of_set = |set: Coalition| {
        Dividends::unanimity(net.players, set.members().collect::<Vec<_>>())
            .interaction(pair, order)
    };
    net.sets().map(of_set).collect()
}

fn pairs(players: usize) -> Vec<(usize, usize)> {
    let of = |i| (i + 1..players).map(move |j| (i, j));
    (0..players).flat_map(of).collect()
}

#[test]
fn strengths_of_a_sum_of_unanimity_games_are_those_of_their_closed_form() {
    let net = Sums::new(5);
    let ones = Tensor::ones([1, 5], &Device::flex());
    let found = whole()
        .reward(Reward::Output)
        .run(&net, ones, vec![0])
        .unwrap();
    assert_eq!((found.players, found.parameters, found.pairs), (5, 32, 10));
    for (order, point) in found.orders.iter().enumerate() {
        let norm = |pair| squared(&of_sums(&net, pair, order)).sqrt();
        let sum: f64 = pairs(5).into_iter().map(norm).sum();
        near(
            point.strength,
            efficiency_weight(5, order) * sum / 10.0,
            1e-6,
        );
        assert!(point.exact && point.standard_error.is_none());
    }
}

#[test]
fn parts_of_a_sum_of_unanimity_games_are_those_of_their_closed_form() {
    let net = Sums::new(5);
    let ones = Tensor::ones([1, 5], &Device::flex());
    let learning = whole().parts(true).reward(Reward::Output);
    let parts = learning.run(&net, ones, vec![0]).unwrap().parts.unwrap();
    // v(N) is the sum of all theta: its gradient is 1 everywhere, and shares are means of the parts' entries.
    let whole = vec![1.0; 32];
    near(parts.whole, 32.0_f64.sqrt(), 1e-6);
    let empty: Vec<f64> = net.sets().map(|set| f64::from(set.is_empty())).collect();
    near(parts.empty.share, dot(&empty, &whole) / 32.0, 1e-6);
    near(parts.empty.norm, 1.0, 1e-6);
    // Five sets of one player, each the effect of one.
    near(parts.individual.share, 5.0 / 32.0, 1e-6);
    near(parts.individual.norm, 5.0_f64.sqrt(), 1e-6);
    for (order, part) in parts.orders.iter().enumerate() {
        let mut sum = vec![0.0; 32];
        for pair in pairs(5) {
            let weight = 2.0 * efficiency_weight(5, order);
            let gradient = of_sums(&net, pair, order);
            sum.iter_mut()
                .zip(gradient)
                .for_each(|(s, g)| *s += weight * g);
        }
        near(part.share, dot(&sum, &whole) / 32.0, 1e-5);
        near(part.norm, squared(&sum).sqrt(), 1e-5);
    }
    near(parts.total(), 1.0, 1e-6);
    assert!(parts.exact);
}

#[test]
fn single_gradients_have_the_mean_and_the_deviation_of_all_of_them() {
    let net = Sums::new(5);
    let ones = Tensor::ones([1, 5], &Device::flex());
    let learning = whole().draws(400).reward(Reward::Output);
    let found = learning.run(&net, ones, vec![0]).unwrap();
    for (order, point) in found.orders.iter().enumerate() {
        // Delta v(i, j, S) contains theta_L where L holds the pair and otherwise members of S only.
        let mut all: Vec<Vec<f64>> = Vec::new();
        for (i, j) in pairs(5) {
            for context in all_of_size(5, order, &[i, j]) {
                let with = context.toggled(i).toggled(j);
                let inside = |set: Coalition| {
                    f64::from(set.contains(i) && set.contains(j) && set.is_subset(&with))
                };
                all.push(net.sets().map(inside).collect());
            }
        }
        let count = all.len() as f64;
        let mean: Vec<f64> = (0..32)
            .map(|l| all.iter().map(|g| g[l]).sum::<f64>() / count)
            .collect();
        let second = all.iter().map(|g| squared(g)).sum::<f64>() / count;
        let (mean_squared, deviation) = (squared(&mean), (second - squared(&mean)).sqrt());
        let zero_mean = point.zero_mean.unwrap();
        assert_eq!(zero_mean.draws, 400);
        near(zero_mean.deviation, deviation, 0.05);
        // 400 draws leave some 2 sqrt(mean_squared / 400) deviation.
        let error = 2.0 * (mean_squared / 400.0).sqrt() * deviation + deviation.powi(2) / 400.0;
        assert!((zero_mean.mean_squared - mean_squared).abs() < 3.0 * error);
        near(
            zero_mean.ratio.unwrap(),
            zero_mean.mean_squared / zero_mean.deviation.powi(2),
            1e-9,
        );
        let square = |pair| squared(&of_sums(&net, pair, order));
        let of_pairs = pairs(5).into_iter().map(square).sum::<f64>() / 10.0;
        near(point.persistence.unwrap(), of_pairs / second, 0.05);
    }
    // One context: the gradient of an interaction is that of its difference.
    near(found.orders[0].persistence.unwrap(), 1.0, 1e-5);
}

#[test]
fn the_gradient_of_a_network_of_one_parameter_is_its_interaction_sampled_or_not() {
    let device = Device::flex();
    let net = Scaled {
        theta: Param::from_tensor(Tensor::from_floats([-2.5], &device)),
    };
    let inputs = numbers([3, 6], 9);
    for contexts in [1024, 3] {
        let learning = Learning::new(Features)
            .contexts(contexts)
            .orders(Orders::all());
        let learning = learning.pairs(Pairs::random(7)).seed(4).ids([5, 1, 8]);
        let learning = learning.reward(Reward::Output).draws(0);
        let found = learning.run(&net, inputs.clone(), vec![0; 3]).unwrap();
        let measurement = Measurement::new(Features)
            .contexts(contexts)
            .orders(Orders::all());
        let measurement = measurement.pairs(Pairs::random(7)).seed(4).ids([5, 1, 8]);
        let measurement = measurement
            .reward(Reward::Output)
            .estimator(Estimator::Paired);
        let profile = measurement
            .run(&Scaled::f, inputs.clone(), vec![0; 3])
            .unwrap();
        for (order, point) in found.orders.iter().enumerate() {
            let strength = profile.strength().points[order].raw;
            near(point.strength, efficiency_weight(6, order) * strength, 1e-4);
            assert_eq!(point.exact, contexts == 1024 || order % 4 == 0);
        }
        let first = &found.samples[0];
        let own = profile.sample(first.id).unwrap().at_order(2).unwrap();
        let mean = own.iter().map(|e| e.mean.abs()).sum::<f64>() / 7.0;
        near(first.strengths[2], efficiency_weight(6, 2) * mean, 1e-4);
        // Parts sum to the whole however their coalitions were chosen.
        near(found.parts.unwrap().total(), 1.0, 1e-5);
    }
}

/// Adds a step to one of a module's parameters, counted as gradients are.
struct Nudge {
    left: i64,
    step: f32,
}

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !param.is_require_grad() {
            return param;
        }
        let (id, value, mapper) = param.consume();
        let count = value.shape().num_elements() as i64;
        let shape = value.shape();
        let mut values = value.try_into_vec_as::<f32>().unwrap();
        if (0..count).contains(&self.left) {
            values[self.left as usize] += self.step;
        }
        self.left -= count;
        let value = Tensor::from_data(TensorData::new(values, shape), &Device::flex());
        Param::from_mapped_value(id, value, mapper)
    }
}

/// Strengths by central differences of measured interactions over every parameter.
fn by_differences<N: Module + Classifier<Tensor<2>>>(
    net: &N,
    parameters: usize,
    inputs: &Tensor<2>,
    targets: &[usize],
    step: f32,
) -> Vec<f64> {
    let all = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all());
    let all = all.estimator(Estimator::Exact);
    let measured = |place: usize, step: f32| {
        let mut nudge = Nudge {
            left: place as i64,
            step,
        };
        // The frozen copy knows which of its numbers are parameters.
        let moved = with_gradients(net).map(&mut nudge).valid();
        all.run(&moved, inputs.clone(), targets.to_vec()).unwrap()
    };
    let [samples, n] = inputs.dims();
    let mut squares = vec![vec![0.0; pairs(n).len() * samples]; n - 1];
    for place in 0..parameters {
        let (up, down) = (measured(place, step), measured(place, -step));
        for (order, squares) in squares.iter_mut().enumerate() {
            let mut places = squares.iter_mut();
            for (up, down) in up.samples().iter().zip(down.samples()) {
                let both = up
                    .at_order(order)
                    .unwrap()
                    .iter()
                    .zip(down.at_order(order).unwrap());
                for ((up, down), square) in both.zip(&mut places) {
                    *square += ((up.mean - down.mean) / f64::from(2.0 * step)).powi(2);
                }
            }
        }
    }
    let norm =
        |squares: &Vec<f64>| squares.iter().map(|s| s.sqrt()).sum::<f64>() / squares.len() as f64;
    let weighted = |(order, squares)| efficiency_weight(n, order) * norm(squares);
    squares.iter().enumerate().map(weighted).collect()
}

#[test]
fn strengths_are_those_of_finite_differences_over_every_parameter() {
    let (net, inputs) = (Smooth::new(), numbers([2, 4], 20));
    let targets = [1, 0];
    let found = whole().run(&net, inputs.clone(), targets.to_vec()).unwrap();
    assert_eq!(found.parameters, 4 * 3 + 3 + 3 * 2 + 2);
    let expected = by_differences(&net, found.parameters, &inputs, &targets, 0.01);
    for (point, expected) in found.orders.iter().zip(expected) {
        near(point.strength, expected, 1e-3);
        assert!(point.standard_error.unwrap() > 0.0);
    }
}

#[test]
fn dropout_and_batch_norm_compute_as_at_inference_and_no_statistic_moves() {
    let device = Device::flex();
    let (net, inputs) = (Mixed::trained(&device), Mixed::inputs(2, &device));
    let targets = vec![2, 0];
    let before = statistics(&net);
    let learning = whole().draws(5).parts(true);
    let found = learning.run(&net, inputs.clone(), targets.clone()).unwrap();
    assert_eq!(statistics(&net), before);
    // Training or not, the numbers are one; and none is left to chance.
    let again = learning
        .run(&net.valid(), inputs.clone(), targets.clone())
        .unwrap();
    assert_eq!(found, again);
    assert_eq!(found.parameters, 4 * 6 + 6 + 2 * 6 + 6 * 3 + 3);
    let expected = by_differences(&net, found.parameters, &inputs, &targets, 2e-3);
    for (point, expected) in found.orders.iter().zip(expected) {
        near(point.strength, expected, 1e-2);
    }
}

#[test]
fn gradients_of_interactions_add_up_to_that_of_the_whole() {
    let (net, inputs) = (with_gradients(&Smooth::new()), numbers([1, 4], 30));
    let parts = whole().parts(true);
    let parts = parts
        .run(&net, inputs.clone(), vec![1])
        .unwrap()
        .parts
        .unwrap();
    let protocol = Protocol {
        orders: Orders::all(),
        pairs: Pairs::all(),
        estimator: Estimator::Paired,
        ..Protocol::default()
    };
    let plan = Plan::new(4, None, &protocol, 0).unwrap();
    let absent = Features.absent(&inputs, &Baseline::Zero).unwrap();
    let games = NetworkGames::new(
        &net,
        &Features,
        inputs,
        absent,
        vec![1],
        vec![0],
        Reward::LogOdds,
    );
    let mut gradients = Gradients {
        games: games.unwrap(),
        net: &net,
        ids: &[0],
        rows: 5,
        forwards: 0,
        backwards: 0,
    };
    let mut of = |sets: &[(Coalition, f64)]| {
        let terms: Vec<_> = sets.iter().map(|(set, weight)| (set, *weight)).collect();
        gradients.of(0, &terms).unwrap()
    };
    let whole = of(&[(Coalition::full(4), 1.0)]);
    let empty = Coalition::empty(4);
    let mut sum = of(&[(empty.clone(), 1.0)]);
    let add = |sum: &mut Vec<f64>, part: &[f64], weight: f64| {
        sum.iter_mut().zip(part).for_each(|(s, p)| *s += weight * p);
    };
    for player in 0..4 {
        let effect = of(&[(Coalition::of(4, [player]), 1.0), (empty.clone(), -1.0)]);
        add(&mut sum, &effect, 1.0);
    }
    let mut orders = vec![vec![0.0; whole.len()]; 3];
    for block in plan.blocks() {
        for (order, terms) in interactions(&block) {
            let owned: Vec<_> = terms
                .iter()
                .map(|(set, weight)| ((*set).clone(), *weight))
                .collect();
            add(
                &mut orders[order],
                &of(&owned),
                2.0 * efficiency_weight(4, order),
            );
        }
    }
    for (order, part) in orders.iter().zip(&parts.orders) {
        add(&mut sum, order, 1.0);
        // Parts are made from mean values of each size, here from each pair.
        near(part.norm, squared(order).sqrt(), 1e-5);
        near(part.share, dot(order, &whole) / squared(&whole), 1e-4);
    }
    for (sum, whole) in sum.iter().zip(&whole) {
        assert!((sum - whole).abs() < 1e-6 * squared(&orders[0]).sqrt().max(1.0));
    }
    near(parts.total(), 1.0, 1e-6);
}

#[test]
fn the_price_is_what_a_run_spends_and_batches_change_rounding_alone() {
    let (net, inputs) = (Smooth::new(), numbers([2, 4], 40));
    let run = |learning: &Learning<Features>| -> LearningStrength {
        let found = learning.run(&net, inputs.clone(), vec![0, 1]).unwrap();
        let cost = learning.cost(&inputs).unwrap();
        assert_eq!(
            (cost.forwards, cost.batches),
            (found.forwards, found.backwards)
        );
        found
    };
    let one = run(&whole().parts(true).draws(3));
    // 2^4 rows for each of 6 pairs, 2^4 for the parts, in each sample; 4 for each draw of each of 3 orders.
    assert_eq!(one.forwards, 2 * (6 * 16 + 16) + 3 * 3 * 4);
    assert_eq!(one.backwards, 2 * (6 * 3 + 5) + 3 * 3);
    let three = run(&whole().parts(true).draws(3).batch(3));
    for (a, b) in one.orders.iter().zip(&three.orders) {
        near(a.strength, b.strength, 1e-5);
    }
    run(&whole().contexts(1).parts(true));
    // The documented price of 12 players.
    let twelve = Learning::new(Features).cost(&numbers([1, 12], 41)).unwrap();
    let (forwards, backwards) = (126_976 + 4 * 1100, 343 + 1100);
    assert_eq!((twelve.forwards, twelve.batches), (forwards, backwards));
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(
        serde_json::from_str::<LearningStrength>(&text).unwrap(),
        one
    );
    let fit = one.effective_players().unwrap();
    assert!(fit.error.is_some() && fit.points.len() == 3);
}

#[test]
fn settings_that_do_not_fit_are_named_with_the_remedy() {
    let (net, inputs) = (Smooth::new(), numbers([2, 4], 50));
    let refused = |learning: Learning<Features>, targets: Vec<usize>| {
        let error = learning.run(&net, inputs.clone(), targets).unwrap_err();
        error.to_string()
    };
    let toggled = refused(whole().estimator(Estimator::toggled()), vec![0, 1]);
    assert!(toggled.contains("use paired"), "{toggled}");
    assert!(refused(whole().batch(0), vec![0, 1]).contains("batch"));
    assert!(refused(whole().contexts(0), vec![0, 1]).contains("contexts"));
    assert!(refused(whole().ids([3]), vec![0, 1]).contains("ids"));
    assert!(refused(whole().ids([3, 3]), vec![0, 1]).contains("more than once"));
    assert!(refused(whole(), vec![0]).contains("one target"));
    assert!(refused(whole(), vec![0, 2]).contains("target class 2"));
    let none = whole().run(&net, Tensor::zeros([0, 4], &Device::flex()), vec![]);
    assert!(none.unwrap_err().to_string().contains("samples"));
    let nan = Tensor::full([1, 4], f32::NAN, &Device::flex());
    let nan = whole().run(&net, nan, vec![0]).unwrap_err().to_string();
    assert!(nan.contains("NaN"), "{nan}");
    // The exact estimator evaluates all contexts, however few are asked for.
    let exact = whole().estimator(Estimator::Exact).contexts(1);
    let exact = exact.run(&net, inputs.clone(), vec![0, 1]).unwrap();
    let all = whole().run(&net, inputs, vec![0, 1]).unwrap();
    assert_eq!(exact.orders, all.orders);
}

/// A network whose logits come from no parameter.
#[derive(Module, Debug)]
struct Bare {
    unused: Param<Tensor<1>>,
}

impl Classifier<Tensor<2>> for Bare {
    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        x
    }
}

#[test]
fn a_network_that_nothing_leads_to_is_refused() {
    let unused = Param::from_tensor(Tensor::ones([1], &Device::flex()));
    let net = Bare { unused };
    let error = whole().run(&net, numbers([1, 4], 60), vec![0]).unwrap_err();
    assert!(error.to_string().contains("no float parameter"), "{error}");
}
