use burn::nn::{Dropout, Linear};
use burn::tensor::{Tensor, activation::relu};

/// Linear layers with ReLU between them, and dropout before those with the indices `dropped`.
pub(crate) fn dense(
    input: Tensor<2>,
    layers: &[Linear],
    dropout: &Dropout,
    dropped: [usize; 2],
) -> Tensor<2> {
    let mut x = input;
    for (index, linear) in layers.iter().enumerate() {
        if index > 0 {
            x = relu(x);
        }
        if dropped.contains(&index) {
            x = dropout.forward(x);
        }
        x = linear.forward(x);
    }
    x
}
