use burn::module::{Flag, Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use crate::error::{Error, Result};
use crate::input::{Input, indices};

/// A network that turns a batch of inputs into class logits.
///
/// `I` is the input: `Tensor<4>` for images `[batch, channels, height, width]`, `Tensor<2>` for tables
/// `[batch, features]`. Closures `Fn(I) -> Tensor<2>` are classifiers too: over a trained module they capture `model.valid()`, and the type of
/// their argument is written, as in `|images: Tensor<4>| net.forward(images)`. On the CPU a measurement asks several threads for
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no classifier of `{I}`",
    label = "gives no logits of `{I}`",
    note = "implement `burn_interaction::Classifier<{I}>`: one method, `fn logits(&self, input: {I}) -> Tensor<2>`",
    note = "a closure is a classifier where the type of its argument is written and all that it captures is `Sync`: `let net = model.valid(); move |input: {I}| net.forward(input)`",
    note = "the input must be the one that the players have: `Tensor<4>` for `Patches`, `Tensor<2>` for `Features`, `Tensor<3>` for `Regions`, `Sentences` for `Tokens`, `Series` for `Windows`"
)]
pub trait Classifier<I>: Sync {
    /// The logits of a batch, a `[batch, classes]` tensor.
    ///
    /// A single logit z a row is that of class 1 of two, class 0 being at 0. For regression it is the predicted value, see
    /// [`Reward::Output`](super::Reward::Output).
    fn logits(&self, input: I) -> Tensor<2>;

    /// Whether a dropout or batch norm is switched to training; `None` where nobody knows, as of a closure.
    ///
    /// A network that computes as in training is refused by a measurement: its values depend on dropout and on the batch,
    /// and its running statistics would move. Without an answer every network on an autodiff device is taken to be training.
    /// Implementations for Burn modules answer `Some(training_flags(self))`, by which frozen networks can be measured on
    /// an autodiff device too.
    fn training(&self) -> Option<bool> {
        None
    }

    /// The copies of the network on several devices, as [`Copies`](super::Copies) has them; none where it is one network, which computes
    /// where its inputs lie.
    fn copies(&self) -> Vec<(Device, &dyn Classifier<I>)> {
        Vec::new()
    }
}

/// Whether a training flag of a module is on: that of a dropout or a batch norm, say.
pub fn training_flags(module: &impl Module) -> bool {
    struct Finder(bool);

    impl ModuleVisitor for Finder {
        fn visit_flag(&mut self, flag: &Param<Flag>) {
            self.0 |= flag.val().is_enabled();
        }
    }

    let mut finder = Finder(false);
    module.visit(&mut finder);
    finder.0
}

/// Refuses a network that computes as in training: on inputs of an autodiff device before its running statistics move, on others by a
/// forward of one sample, which moves them once where its parameters alone are on such a device.
pub(crate) fn check_mode<I: Input>(net: &dyn Classifier<I>, inputs: &I) -> Result<()> {
    let why = match net.training() {
        Some(false) => return Ok(()),
        Some(true) => "a dropout or batch norm is switched to training on an autodiff device",
        None => "its logits are on an autodiff device, and it does not say that it is frozen",
    };
    let device = inputs.device();
    if device.is_autodiff() {
        return Err(Error::Training { why });
    }
    let first = indices(&[0], &device);
    match net.logits(inputs.select(first)).is_autodiff() {
        true => Err(Error::Training { why }),
        false => Ok(()),
    }
}

impl<I, F: Fn(I) -> Tensor<2> + Sync> Classifier<I> for F {
    fn logits(&self, input: I) -> Tensor<2> {
        self(input)
    }
}
