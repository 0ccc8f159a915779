//! Convolutions with gradients on the CPU, by the matrices of patches that inference uses.
//!
//! Burn's own step backwards is a convolution whose kernel is as large as the image, and a transposed one that scatters; both pass over
//! memory more than they compute where channels are few. Here the gradient of the weights is the output's gradient times the
//! patches, and that of the input, where the kernel moves by single pixels, a convolution with the weights turned round.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{NodeId, checkpoint::strategy::NoCheckpointing};
use burn::backend::ops::{ConvOptions, ModuleOps};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::nn::conv::Conv2d;
use burn::tensor::{DType, Tensor};
use burn_interaction::internal::numbers;

use super::super::plain::{Numbers, tensor, to_flex};
use super::patches::{Shape, Tile, Tiling, Window};
use super::{Finish, convolved, with_scratch};

/// The step backwards of a convolution of images and weights.
#[derive(Debug)]
struct Convolution;

impl Backward<Flex, 2> for Convolution {
    type State = (NodeId, NodeId, Window);

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let (input, weight, window) = ops.state;
        let input = checkpointer.retrieve_node_output::<FloatTensor<Flex>>(input);
        let weight = checkpointer.retrieve_node_output::<FloatTensor<Flex>>(weight);
        let [input, weight, gradient] = [input, weight, gradient].map(of_flex);
        let [of_input, of_weight] = ops.parents;
        if let Some(node) = of_input {
            let found = of_images(input.clone(), weight.clone(), gradient.clone(), window);
            gradients.register::<Flex>(node.id, to_flex(found));
        }
        if let Some(node) = of_weight {
            let shape = Shape::new(input.dims(), weight.dims(), window);
            let found = with_scratch(|patches| {
                rayon::scope(|_| of_weights(&shape, input, gradient, patches))
            });
            let found = found.reshape(weight.dims());
            gradients.register::<Flex>(node.id, to_flex(found));
        }
    }
}

fn of_flex(tensor: FloatTensor<Flex>) -> Tensor<4> {
    Tensor::from_primitive::<Flex>(tensor)
}

/// The output of a convolution whose gradients may be asked for, `[batch, channels, height, width]`, where it is computed here: of
/// 32-bit numbers on the CPU without checkpoints, in one group, with the same padding on opposite sides.
pub(crate) fn tracked(conv: &Conv2d, input: &Tensor<4>) -> Option<Tensor<4>> {
    let window = Window::of(conv, input.dims())?;
    let weight = conv.weight.val();
    if [input.dtype(), weight.dtype()] != [DType::F32; 2] {
        return None;
    }
    let input = input.clone().try_into_primitive::<Autodiff<Flex>>().ok()?;
    let weight = weight.try_into_primitive::<Autodiff<Flex>>().ok()?;
    let prepared = Convolution
        .prepare::<NoCheckpointing>([input.node(), weight.node()])
        .compute_bound()
        .stateful();
    let output = forward(
        of_flex(input.primitive().clone()),
        of_flex(weight.primitive().clone()),
        window,
    );
    let output = match prepared {
        OpsKind::Tracked(mut prepared) => {
            let state = (
                prepared.checkpoint(&input),
                prepared.checkpoint(&weight),
                window,
            );
            prepared.finish(state, to_flex(output))
        }
        OpsKind::UnTracked(prepared) => prepared.finish(to_flex(output)),
    };
    let output = Tensor::<4>::from_primitive::<Autodiff<Flex>>(output);
    Some(match &conv.bias {
        Some(bias) => output + bias.val().reshape([1, -1, 1, 1]),
        None => output,
    })
}

/// The convolution alone.
fn forward(input: Tensor<4>, weight: Tensor<4>, window: Window) -> Tensor<4> {
    let shape = Shape::new(input.dims(), weight.dims(), window);
    let to = weight.dims()[0];
    let finish = Finish {
        scale: &vec![1.0; to],
        shift: &vec![0.0; to],
        residual: None,
        relu: false,
        pixels: shape.pixels(),
    };
    // One job for the cores instead of one for each of its parts, which would wake them as often.
    with_scratch(|patches| rayon::scope(|_| convolved(&shape, weight, input, &finish, patches)))
}

/// The gradient of the input, from that of the output: Burn's for strides, and for paddings wider than the kernel reaches.
fn of_images(
    input: Tensor<4>,
    weight: Tensor<4>,
    gradient: Tensor<4>,
    window: Window,
) -> Tensor<4> {
    let [_, _, rows, columns] = weight.dims();
    let around = |axis: usize, kernel: usize| {
        (window.dilation[axis] * (kernel - 1)).checked_sub(window.padding[axis])
    };
    if let ([1, 1], Some(down), Some(right)) = (window.stride, around(0, rows), around(1, columns))
    {
        let turned = weight.flip([2, 3]).swap_dims(0, 1);
        let window = Window {
            padding: [down, right],
            ..window
        };
        return forward(gradient, turned, window);
    }
    let options = ConvOptions::new(window.stride, window.padding, window.dilation, 1);
    let [input, weight, gradient] = [input, weight, gradient].map(to_flex);
    of_flex(Flex::conv2d_x_backward(input, weight, gradient, options))
}

/// The gradient of the weights, `[channels, patch]`, from that of the output.
fn of_weights(
    shape: &Shape,
    input: Tensor<4>,
    gradient: Tensor<4>,
    patches: &mut Vec<f32>,
) -> Tensor<2> {
    let ([batch, to, _, _], device) = (gradient.dims(), gradient.device());
    let tiling = shape.tiling(batch);
    let tiles = tiling.tiles(batch, shape.out[0]);
    let values = Numbers::of(input);
    // The output's gradient is taken as it stands, where a tile is an image.
    let is_whole = tiling.images == 1 && tiling.size == shape.pixels();
    let apart = (!is_whole).then(|| Numbers::of(gradient.clone()));
    let whole = gradient.reshape([batch, to, shape.pixels()]);
    let mut sum = tensor(
        vec![0.0; shape.patch() * to],
        [1, shape.patch(), to],
        &device,
    );
    for tiles in tiles.chunks(shape.together(tiling, tiles.len())) {
        patches.resize(tiles.len() * shape.patch() * tiling.size, 0.0);
        shape.fill_patches(&values, tiling, tiles, patches);
        let size = [tiles.len(), shape.patch(), tiling.size];
        let matrices = tensor(std::mem::take(patches), size, &device);
        let outputs = match &apart {
            None => whole.clone().narrow(0, tiles[0].image, tiles.len()),
            Some(gradient) => {
                let outputs = of_tiles(gradient, shape.pixels(), to, tiling, tiles);
                tensor(outputs, [tiles.len(), to, tiling.size], &device)
            }
        };
        // Burn copies what is turned round, and the patches are the larger.
        let product = matrices.clone().matmul(outputs.swap_dims(1, 2));
        sum = sum + product.sum_dim(0);
        *patches = numbers(matrices);
    }
    sum.squeeze_dim::<2>(0).swap_dims(0, 1)
}

/// The output's gradient of some tiles, `[tiles, channels, size]`, with zeros in the columns that are nobody's.
fn of_tiles(
    gradient: &[f32],
    pixels: usize,
    to: usize,
    tiling: Tiling,
    tiles: &[Tile],
) -> Vec<f32> {
    let mut found = vec![0.0; tiles.len() * to * tiling.size];
    for (tile, found) in tiles.iter().zip(found.chunks_exact_mut(to * tiling.size)) {
        let inside = tile.first * tiling.width..(tile.first + tile.rows) * tiling.width;
        for (channel, found) in found.chunks_exact_mut(tiling.size).enumerate() {
            for image in 0..tile.images {
                let channel = &gradient[((tile.image + image) * to + channel) * pixels..];
                found[image * tiling.pixels()..][..inside.len()]
                    .copy_from_slice(&channel[inside.clone()]);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, Param};
    use burn::nn::PaddingConfig2d;
    use burn::nn::conv::Conv2dConfig;
    use burn::tensor::{Device, Distribution, TensorData, module};

    use super::*;

    /// Output and gradients, of input and weights, for a gradient of the output that is the same in any precision.
    fn step(
        [input, weight]: [Tensor<4>; 2],
        convolved: impl FnOnce(Tensor<4>) -> Tensor<4>,
    ) -> [Vec<f64>; 3] {
        let output = convolved(input.clone());
        let count = output.dims().iter().product::<usize>();
        let factor: Vec<f32> = (0..count).map(|i| (i as f32 * 0.37).sin() + 0.5).collect();
        let factor = TensorData::new(factor, output.dims());
        let factor = Tensor::<4>::from_data(factor, &output.device()).cast(output.dtype());
        let gradients = (output.clone() * factor).sum().backward();
        let of = |x: Tensor<4>| x.grad(&gradients).expect("a gradient");
        [output.inner(), of(input), of(weight)].map(|x| x.try_into_vec_as().expect("numbers"))
    }

    /// The largest errors of output and gradients over their largest numbers, beside Burn's of 64 bits.
    fn errors(config: Conv2dConfig, shape: [usize; 4]) -> [f64; 3] {
        let device = Device::flex().autodiff();
        let mut conv = config.init(&device);
        let input = Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device);
        let leaves = [input, conv.weight.val().detach()];
        let exact = leaves
            .clone()
            .map(|x| x.cast(DType::F64).detach().require_grad());
        let [input, weight] = leaves.map(Tensor::require_grad);
        conv.weight = Param::from_tensor(weight);
        let found = step([input, conv.weight.val()], |x| {
            tracked(&conv, &x).expect("it is computed here")
        });
        let window = Window::of(&conv, shape).expect("it is computed here");
        let options = ConvOptions::new(window.stride, window.padding, window.dilation, 1);
        let [_, weight] = exact.clone();
        let bias = conv.bias.map(|bias| bias.val().detach().cast(DType::F64));
        let expected = step(exact, |x| module::conv2d(x, weight, bias, options));
        [0, 1, 2].map(|part| {
            let (found, expected) = (&found[part], &expected[part]);
            assert_eq!(found.len(), expected.len());
            let most = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            let pairs = found.iter().zip(expected);
            pairs.fold(0.0_f64, |worst, (a, b)| worst.max((a - b).abs())) / most
        })
    }

    #[test]
    fn gradients_equal_those_of_64_bits() {
        let new = |from, to, kernel| Conv2dConfig::new([from, to], kernel);
        let pad = |a, b| PaddingConfig2d::Explicit(a, b, a, b);
        let cases = [
            (new(3, 5, [3, 3]).with_padding(pad(1, 1)), [7, 3, 9, 11]),
            (
                new(8, 8, [3, 3]).with_padding(pad(1, 1)).with_bias(false),
                [5, 8, 32, 32],
            ),
            // Rows of an image in tiles.
            (new(64, 5, [3, 3]).with_padding(pad(1, 1)), [2, 64, 100, 97]),
            (
                new(3, 5, [3, 3])
                    .with_stride([2, 2])
                    .with_padding(pad(1, 1)),
                [2, 3, 9, 10],
            ),
            (new(4, 6, [1, 1]), [3, 4, 17, 18]),
            (new(4, 6, [1, 1]).with_stride([2, 2]), [3, 4, 5, 6]),
            (
                new(2, 3, [11, 11])
                    .with_stride([4, 4])
                    .with_padding(pad(2, 2)),
                [2, 2, 23, 31],
            ),
            (
                new(2, 3, [3, 3])
                    .with_dilation([2, 3])
                    .with_padding(pad(2, 1)),
                [2, 2, 8, 8],
            ),
            // Several images side by side, the last tile of fewer.
            (new(40, 6, [3, 3]).with_padding(pad(1, 1)), [23, 40, 6, 7]),
            // A padding wider than the kernel.
            (new(1, 2, [3, 3]).with_padding(pad(3, 4)), [2, 1, 4, 5]),
        ];
        for (number, (config, input)) in cases.into_iter().enumerate() {
            let found = errors(config, input);
            assert!(found.iter().all(|d| *d < 2e-6), "case {number}: {found:?}");
        }
    }

    #[test]
    fn parts_of_larger_tensors_have_the_gradients_of_their_copies() {
        let device = Device::flex().autodiff();
        let conv = Conv2dConfig::new([3, 2], [3, 3]).init(&device);
        let all = Tensor::<4>::random([9, 5, 8, 7], Distribution::Default, &device);
        let part = all.swap_dims(2, 3).narrow(0, 2, 4).narrow(1, 1, 3);
        let copy = Tensor::from_data(part.clone().into_data(), &device);
        let [of_part, of_copy] = [part, copy].map(|x: Tensor<4>| {
            let gradients = tracked(&conv, &x)
                .expect("it is computed here")
                .sum()
                .backward();
            numbers(conv.weight.grad(&gradients).expect("a gradient"))
        });
        assert_eq!(of_part, of_copy);
    }

    #[test]
    fn a_frozen_convolution_has_the_gradient_of_its_input_alone() {
        let device = Device::flex().autodiff();
        let conv = Conv2dConfig::new([2, 3], [3, 3]).init(&device).no_grad();
        let input = Tensor::<4>::ones([1, 2, 5, 5], &device).require_grad();
        let output = tracked(&conv, &input).expect("it is computed here");
        let gradients = output.sum().backward();
        assert!(input.grad(&gradients).is_some() && conv.weight.grad(&gradients).is_none());
        let output = tracked(&conv, &input.detach()).expect("it is computed here");
        assert!(!output.is_require_grad());
    }

    #[test]
    fn values_that_are_no_numbers_stay_with_their_image() {
        let device = Device::flex().autodiff();
        let conv = Conv2dConfig::new([40, 6], [3, 3])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .init(&device);
        let lost = Tensor::<4>::full([3, 40, 6, 7], f32::NAN, &device);
        let _ = tracked(&conv, &lost);
        let input = Tensor::<4>::ones([2, 40, 6, 7], &device);
        let gradients = tracked(&conv, &input)
            .expect("it is computed here")
            .sum()
            .backward();
        let found = numbers(conv.weight.grad(&gradients).expect("a gradient"));
        assert!(found.iter().all(|x| x.is_finite()));
    }
}
