use burn::module::Module;
use burn::tensor::Tensor;

use crate::error::{Error, Result};
use crate::game::Classifier;

/// A copy of a network that computes as at inference on an autodiff device, and whose parameters all require gradients.
///
/// Dropout and batch norm take the training path where their input is on an autodiff device *and* their flag is on. In the
/// copy every flag is off, so that its logits are those of `net.valid()`, and no forward moves a running statistic. These are
/// the copy's own besides: clones of a module share them, the copy does not. Its parameters are new leaves, without the graph
/// or the gradients of the original, and every float parameter requires gradients, those that were frozen too; running
/// statistics do not. The original stays as it is, but for statistics that its last training forward left pending, which
/// Burn adds up in every [`valid`](Module::valid).
///
/// Where only the gradient of an input is wanted `net.valid()` does: parameters without autodiff are constants, which costs
/// no backward of their own.
///
/// ```
/// use burn::module::Module;
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::evaluation::with_gradients;
///
/// let device = Device::flex();
/// let net = with_gradients(&LinearConfig::new(3, 2).init(&device).valid());
/// let gradients = net.forward(Tensor::<2>::ones([4, 3], &device.autodiff())).sum().backward();
/// let of_bias = net.bias.unwrap().val().grad(&gradients).unwrap();
/// assert_eq!(of_bias.try_into_vec_as::<f32>().unwrap(), [4.0, 4.0]);
/// ```
pub fn with_gradients<M: Module>(net: &M) -> M {
    // `valid` gives the copy statistics of its own, `train` brings it to the autodiff device, `freeze` switches flags off.
    net.valid().train().freeze().set_require_grad(true)
}

/// A classifier of which its owner says that it computes as at inference, on an autodiff device too.
///
/// Gradients in evaluation need a network whose training flags are off. Burn modules tell by
/// [`Classifier::training`]; a closure cannot, and is wrapped in this where it is a function of its input alone. What a
/// classifier says of itself goes before what is said of it here.
///
/// ```
/// use burn::tensor::Tensor;
/// use burn_interaction::Classifier;
/// use burn_interaction::evaluation::Frozen;
///
/// let net = |x: Tensor<2>| x * 2.0;
/// assert_eq!(Classifier::<Tensor<2>>::training(&net), None);
/// assert_eq!(Classifier::<Tensor<2>>::training(&Frozen(net)), Some(false));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Frozen<N>(pub N);

impl<I, N: Classifier<I>> Classifier<I> for Frozen<N> {
    fn logits(&self, input: I) -> Tensor<2> {
        self.0.logits(input)
    }

    fn training(&self) -> Option<bool> {
        Some(self.0.training().unwrap_or(false))
    }
}

/// Refuses a network that may take the training path on an autodiff device, before its running statistics move.
pub(super) fn check_frozen<I, N: Classifier<I>>(net: &N) -> Result<()> {
    let why = match net.training() {
        Some(false) => return Ok(()),
        Some(true) => "a dropout or batch norm is switched to training",
        None => {
            "it does not say otherwise: implement Classifier::training, or wrap a closure in evaluation::Frozen"
        }
    };
    Err(Error::Training { why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::testing::{Mixed, statistics};
    use burn::module::{ModuleVisitor, Param};
    use burn::tensor::{Device, Gradients};

    /// The numbers of parameters with a gradient that is not zero, with another, and without.
    struct Counted<'a>(&'a Gradients, [usize; 3]);

    impl ModuleVisitor for Counted<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let largest = |g: Tensor<D>| g.abs().max().into_scalar::<f32>();
            self.1[match param.val().grad(self.0).map(largest) {
                Some(most) if most > 0.0 => 0,
                Some(_) => 1,
                None => 2,
            }] += 1;
        }
    }

    #[test]
    fn a_copy_with_gradients_computes_as_at_inference_and_moves_no_statistic() {
        let device = Device::flex();
        let net = Mixed::trained(&device);
        let x = Mixed::inputs(7, &device);
        let (before, expected) = (statistics(&net), net.valid().forward(x.clone()));
        let copy = with_gradients(&net);
        let found = copy.forward(x.autodiff());
        let apart = (found.clone().inner() - expected).abs().max();
        assert!(apart.into_scalar::<f32>() < 1e-6);
        let gradients = found.slice([0..7, 0..1]).sum().backward();
        let mut counted = Counted(&gradients, [0; 3]);
        copy.visit(&mut counted);
        // Two linear layers and a norm of two tensors each; the running mean and variance are no parameters.
        assert_eq!(counted.1, [6, 0, 2]);
        assert_eq!(statistics(&net), before);
        assert_eq!(statistics(&copy), before);
    }

    #[test]
    fn a_copy_shares_no_running_statistic_with_its_original() {
        let device = Device::flex();
        let net = Mixed::trained(&device);
        let copy = with_gradients(&net);
        let before = statistics(&copy);
        // Training forwards of the original: a clone's statistics would move along.
        for _ in 0..2 {
            net.forward(Mixed::inputs(9, &device).autodiff());
        }
        assert_ne!(statistics(&net.valid()), before);
        assert_eq!(statistics(&copy), before);
    }

    #[test]
    fn networks_that_may_be_training_are_refused_with_the_remedy() {
        let net = Mixed::trained(&Device::flex());
        let error = check_frozen(&net).unwrap_err().to_string();
        assert!(error.contains(".valid()"), "{error}");
        check_frozen(&net.valid()).unwrap();
        check_frozen(&net.clone().freeze()).unwrap();
        let closure = |x: Tensor<2>| x;
        let error = check_frozen(&closure).unwrap_err().to_string();
        assert!(error.contains("Frozen"), "{error}");
        check_frozen(&Frozen(closure)).unwrap();
        // What is said of a network does not go before what it says.
        assert!(check_frozen(&Frozen(net)).is_err());
    }
}
