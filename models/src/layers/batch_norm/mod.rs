//! Batch norms in training on the CPU.
//!
//! Burn turns the tensor so that a channel's numbers lie side by side, several times in each step, which took half of the time in which
//! networks for point clouds train. Here sums and outputs are made in the order in which the numbers lie.

mod channels;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::nn::BatchNorm;
use burn::tensor::{DType, Device, Tensor};

use super::plain::{Numbers, tensor, to_flex};
use channels::{Layout, Statistics};

/// The output of a batch norm, `[batch, channels, ..]`, which follows its input's statistics in training and its own at inference.
pub(crate) fn batch_norm<const D: usize>(norm: &BatchNorm, x: Tensor<D>) -> Tensor<D> {
    let trains = x.device().is_autodiff() && norm.training.is_enabled();
    let output = trains.then(|| tracked(norm, &x)).flatten();
    output.unwrap_or_else(|| norm.forward(x))
}

/// The output in training, where it is computed here: of 32-bit numbers on the CPU without checkpoints.
fn tracked<const D: usize>(norm: &BatchNorm, x: &Tensor<D>) -> Option<Tensor<D>> {
    let (gamma, beta) = (norm.gamma.val(), norm.beta.val());
    let fits = [x.dtype(), gamma.dtype(), beta.dtype()] == [DType::F32; 3];
    let dims = x.dims();
    if !fits || dims.contains(&0) || gamma.dims() != [dims[1]] {
        return None;
    }
    let device = x.device();
    let x = x.clone().try_into_primitive::<Autodiff<Flex>>().ok()?;
    let gamma = gamma.try_into_primitive::<Autodiff<Flex>>().ok()?;
    let beta = beta.try_into_primitive::<Autodiff<Flex>>().ok()?;
    let layout = Layout::of(dims);
    let values = Numbers::shared(x.primitive());
    let statistics = rayon::scope(|_| layout.statistics(&values, norm.epsilon));
    let of_channels = |values: &[f32]| tensor(values.to_vec(), [layout.channels], &device);
    let follow = |running: Tensor<1>, found: &[f32]| {
        running.to_device(&device) * (1.0 - norm.momentum) + of_channels(found) * norm.momentum
    };
    let mean = follow(norm.running_mean.value_sync(), &statistics.mean);
    let variance = follow(norm.running_var.value_sync(), &statistics.variance);
    norm.running_mean.update(mean.detach());
    norm.running_var.update(variance.detach());
    let scale = Numbers::shared(gamma.primitive());
    let scale: Vec<f32> = scale
        .iter()
        .zip(&statistics.over)
        .map(|(a, b)| a * b)
        .collect();
    let shift = Numbers::shared(beta.primitive());
    let of_channel = [&statistics.mean, &scale, &shift[..]];
    let output = rayon::scope(|_| {
        layout.mapped(
            &values,
            &values,
            of_channel,
            |x, _, [mean, scale, shift]| (x - mean) * scale + shift,
        )
    });
    let output = to_flex(tensor(output, dims, &Device::flex()));
    let prepared = Norm::<D>
        .prepare::<NoCheckpointing>([x.node(), gamma.node(), beta.node()])
        .compute_bound()
        .stateful();
    let output = match prepared {
        OpsKind::Tracked(mut prepared) => {
            let state = (
                prepared.checkpoint(&x),
                prepared.checkpoint(&gamma),
                layout,
                statistics,
            );
            prepared.finish(state, output)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(output),
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(output))
}

/// The step backwards of a batch norm: of its input, factors and shifts.
#[derive(Debug)]
struct Norm<const D: usize>;

impl<const D: usize> Backward<Flex, 3> for Norm<D> {
    type State = (NodeId, NodeId, Layout<D>, Statistics);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let (x, gamma, layout, statistics) = ops.state;
        let x = checkpointer.retrieve_node_output::<FloatTensor<Flex>>(x);
        let gamma = checkpointer.retrieve_node_output::<FloatTensor<Flex>>(gamma);
        let [x, gamma, gradient] = [&x, &gamma, &gradient].map(Numbers::shared);
        let [sums, with_x] = rayon::scope(|_| {
            layout.sums(&x, &gradient, &statistics.mean, |x, gradient| {
                [gradient, gradient * x]
            })
        });
        let [of_x, of_gamma, of_beta] = ops.parents;
        let vector = |values| to_flex(tensor(values, [layout.channels], &Device::flex()));
        if let Some(node) = of_x {
            let found = rayon::scope(|_| {
                layout.of_input(&x, &gradient, &statistics, &gamma, [&sums, &with_x])
            });
            let found = tensor::<D>(found, layout.shape, &Device::flex());
            gradients.register::<Flex>(node.id, to_flex(found));
        }
        if let Some(node) = of_gamma {
            let found = with_x.iter().zip(&statistics.over);
            let found = found.map(|(sum, over)| (sum * f64::from(*over)) as f32);
            gradients.register::<Flex>(node.id, vector(found.collect()));
        }
        if let Some(node) = of_beta {
            let found = sums.iter().map(|sum| *sum as f32);
            gradients.register::<Flex>(node.id, vector(found.collect()));
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, Param};
    use burn::nn::BatchNormConfig;
    use burn::tensor::{Distribution, TensorData, module};
    use burn_interaction::internal::numbers;

    use super::*;

    /// Output and gradients, of input, factors and shifts, for a gradient of the output that is the same in any precision.
    fn step<const D: usize>(
        x: Tensor<D>,
        weights: [Tensor<1>; 2],
        output: Tensor<D>,
    ) -> [Vec<f64>; 4] {
        let count = output.dims().iter().product::<usize>();
        let factor: Vec<f32> = (0..count).map(|i| (i as f32 * 0.37).sin() + 0.5).collect();
        let factor = TensorData::new(factor, output.dims());
        let factor = Tensor::<D>::from_data(factor, &output.device()).cast(output.dtype());
        let gradients = (output.clone() * factor).sum().backward();
        let x = x.grad(&gradients).expect("a gradient");
        let [gamma, beta] = weights.map(|x| x.grad(&gradients).expect("a gradient"));
        [of(output.inner()), of(x), of(gamma), of(beta)]
    }

    fn of<const D: usize>(x: Tensor<D>) -> Vec<f64> {
        x.try_into_vec_as().expect("numbers")
    }

    fn is_close(found: &[f64], expected: &[f64], what: &str) {
        let most = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 5e-6 * most, "{what}: {a} for {b}");
        }
    }

    /// Holds a norm of random factors and shifts against Burn's of 64 bits.
    fn assert_exact<const D: usize>(shape: [usize; D]) {
        let device = Device::flex().autodiff();
        let mut norm = BatchNormConfig::new(shape[1]).init(&device);
        let values = || Tensor::<1>::random([shape[1]], Distribution::Normal(1.0, 0.5), &device);
        (norm.gamma, norm.beta) = (Param::from_tensor(values()), Param::from_tensor(values()));
        let x = Tensor::<D>::random(shape, Distribution::Normal(3.0, 2.0), &device);
        let wide = x.clone().cast(DType::F64).detach().require_grad();
        let weights = [norm.gamma.val(), norm.beta.val()];
        let wide_weights = weights
            .clone()
            .map(|x| x.cast(DType::F64).detach().require_grad());
        let x = x.require_grad();
        let found = tracked(&norm, &x).expect("it is computed here");
        let found = step(x, weights, found);
        let [gamma, beta] = wide_weights.clone();
        let exact = module::batch_norm_train(wide.clone(), gamma, beta, norm.epsilon);
        let expected = step(wide, wide_weights, exact.output);
        let name = format!("{shape:?}");
        for (found, expected) in found.iter().zip(&expected) {
            is_close(found, expected, &name);
        }
        let mean = of(norm.running_mean.value_sync().inner());
        is_close(&mean, &of(exact.mean.inner() * 0.1), &name);
        let variance = of(norm.running_var.value_sync().inner());
        is_close(&variance, &of(exact.variance.inner() * 0.1 + 0.9), &name);
    }

    #[test]
    fn steps_equal_those_of_64_bits() {
        assert_exact([700, 24]);
        assert_exact([5, 3]);
        assert_exact([3, 5, 33]);
        assert_exact([9, 8, 32, 31]);
        assert_exact([2, 300, 8, 8]);
        assert_exact([6, 4, 1, 1]);
    }

    #[test]
    fn large_constant_channels_have_no_variance() {
        let device = Device::flex().autodiff();
        let norm = BatchNormConfig::new(2).init(&device);
        for value in [333_333.0, 3.3e7, -33_333.0] {
            let x = Tensor::<4>::full([2, 2, 448, 448], value, &device);
            let output = tracked(&norm, &x).expect("it is computed here");
            assert!(of(output.inner()).iter().all(|x| *x == 0.0), "{value}");
        }
    }

    #[test]
    fn a_norm_that_is_used_twice_has_the_gradients_of_both() {
        let device = Device::flex().autodiff();
        let norm = BatchNormConfig::new(3).init(&device);
        let x = Tensor::<2>::random([50, 3], Distribution::Default, &device).require_grad();
        let twice = |apply: &dyn Fn(Tensor<2>) -> Tensor<2>| {
            let output = apply(apply(x.clone()).tanh() * x.clone());
            let gradients = (output.tanh() * x.clone()).mean().backward();
            let found = [norm.gamma.grad(&gradients), norm.beta.grad(&gradients)];
            found.map(|x| of(x.expect("a gradient")))
        };
        let found = twice(&|x| tracked(&norm, &x).expect("it is computed here"));
        let expected = twice(&|x| norm.forward(x));
        for (found, expected) in found.iter().zip(&expected) {
            is_close(found, expected, "twice");
        }
    }

    #[test]
    fn frozen_factors_have_no_gradient_and_frozen_inputs_need_none() {
        let device = Device::flex().autodiff();
        let mut norm = BatchNormConfig::new(3).init(&device);
        norm.gamma = norm.gamma.no_grad();
        let x = Tensor::<2>::random([6, 3], Distribution::Default, &device);
        let gradients = batch_norm(&norm, x.clone()).sum().backward();
        assert!(norm.gamma.grad(&gradients).is_none() && norm.beta.grad(&gradients).is_some());
        norm.beta = norm.beta.no_grad();
        let x = x.require_grad();
        let gradients = batch_norm(&norm, x.clone()).sum().backward();
        assert!(x.grad(&gradients).is_some());
    }

    #[test]
    fn frozen_norms_keep_their_statistics() {
        let device = Device::flex().autodiff();
        let norm = BatchNormConfig::new(3).init(&device).freeze();
        let x = Tensor::<2>::random([6, 3], Distribution::Default, &device);
        let found = numbers(batch_norm(&norm, x.clone()).inner());
        assert_eq!(found, numbers(norm.forward(x).inner()));
        assert_eq!(numbers(norm.running_mean.value_sync().inner()), [0.0; 3]);
    }
}
