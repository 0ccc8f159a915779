use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::game::{Classifier, NetworkGames};
use crate::input::Input;
use crate::players::Players;

/// Input values in a batch by default, and the rows that they are at least and at most.
const ELEMENTS: usize = 1 << 19;
const ROWS: (usize, usize) = (8, 4096);

/// The rows of a batch whose samples have so many input values.
pub(super) fn rows_of(elements: usize) -> usize {
    (ELEMENTS / elements.max(1)).clamp(ROWS.0, ROWS.1)
}

/// Gradients over all parameters of a network, of weighted sums of values.
pub(super) struct Gradients<'a, P: Players, N> {
    pub games: NetworkGames<'a, P>,
    pub net: &'a N,
    /// Ids of the samples, for errors.
    pub ids: &'a [u64],
    /// Rows of a batch: a sum of more coalitions is several backwards, added up on the host.
    pub rows: usize,
    pub forwards: u64,
    pub backwards: u64,
}

impl<P: Players, N: Module + Classifier<P::Input>> Gradients<'_, P, N> {
    /// The gradient of the sum of weight v(T) over the terms, in the order in which the network's parameters are visited.
    ///
    /// # Errors
    ///
    /// Fails where the value of a coalition or the gradient is not finite, or depends on no parameter.
    pub fn of(&mut self, sample: usize, terms: &[(&Coalition, f64)]) -> Result<Vec<f64>> {
        let mut whole: Vec<f64> = Vec::new();
        for terms in terms.chunks(self.rows) {
            let sum = self.games.weighted(sample, terms)?;
            if !sum.is_tracked() {
                let remedy = "its values depend on no float parameter, so that there is nothing to learn: \
                              measure a network whose parameters lead to its logits";
                return Err(Error::setting("parameters", "none", remedy));
            }
            let part = read(self.net, &sum.backward())?;
            self.forwards += terms.len() as u64;
            self.backwards += 1;
            match whole.is_empty() {
                true => whole = part.into_iter().map(f64::from).collect(),
                false => {
                    let both = whole.iter_mut().zip(part);
                    both.for_each(|(sum, part)| *sum += f64::from(part));
                }
            }
        }
        match whole.iter().find(|value| !value.is_finite()) {
            None => Ok(whole),
            Some(value) => Err(Error::GradientNotFinite {
                sample: self.ids[sample],
                value: *value,
            }),
        }
    }
}

/// The gradients of all float parameters that require them, one after the other; zero where one had no part in the value.
fn read(net: &impl Module, gradients: &burn::tensor::Gradients) -> Result<Vec<f32>> {
    struct Reader<'a> {
        gradients: &'a burn::tensor::Gradients,
        found: Vec<Tensor<1>>,
    }

    impl ModuleVisitor for Reader<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            // Running statistics are visited too.
            if !value.is_require_grad() {
                return;
            }
            let count = value.shape().num_elements();
            let found = value.grad(self.gradients);
            let gradient = found.unwrap_or_else(|| value.inner().zeros_like());
            self.found.push(gradient.reshape([count]));
        }
    }

    let mut reader = Reader {
        gradients,
        found: Vec::new(),
    };
    net.visit(&mut reader);
    // One tensor, so that the device is waited for once.
    let all = Tensor::cat(reader.found, 0).try_into_vec_as::<f32>();
    all.map_err(|e| Error::Execution(e.to_string()))
}

/// The number of float parameters that require gradients.
pub(super) fn parameters(net: &impl Module) -> usize {
    struct Counter(usize);

    impl ModuleVisitor for Counter {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            if value.is_require_grad() {
                self.0 += value.shape().num_elements();
            }
        }
    }

    let mut counter = Counter(0);
    net.visit(&mut counter);
    counter.0
}

/// The rows of a batch of these inputs: as many as asked for, else as many as fit.
pub(super) fn batch_rows(asked: Option<usize>, inputs: &impl Input) -> Result<usize> {
    match asked {
        Some(0) => Err(Error::setting("batch", 0, "a batch has at least one row")),
        Some(rows) => Ok(rows),
        None => Ok(rows_of(inputs.elements())),
    }
}
