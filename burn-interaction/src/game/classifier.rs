use burn::tensor::Tensor;

/// A network that turns a batch of inputs into class logits.
///
/// `I` is the input: `Tensor<4>` for images `[batch, channels, height, width]`, `Tensor<2>` for tables
/// `[batch, features]`. Closures `Fn(I) -> Tensor<2>` are classifiers too. On the CPU a measurement asks several threads for
/// logits at once, hence `Sync`, which Burn's modules are.
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::Classifier;
///
/// struct MyNet(Linear);
///
/// impl Classifier<Tensor<2>> for MyNet {
///     fn logits(&self, input: Tensor<2>) -> Tensor<2> {
///         self.0.forward(input)
///     }
/// }
///
/// let net = MyNet(LinearConfig::new(4, 3).init(&Device::flex()));
/// assert_eq!(net.logits(Tensor::zeros([2, 4], &Device::flex())).dims(), [2, 3]);
/// ```
pub trait Classifier<I>: Sync {
    /// The logits of a batch, a `[batch, classes]` tensor. One logit a row is read as a binary classifier.
    fn logits(&self, input: I) -> Tensor<2>;
}

impl<I, F: Fn(I) -> Tensor<2> + Sync> Classifier<I> for F {
    fn logits(&self, input: I) -> Tensor<2> {
        self(input)
    }
}
