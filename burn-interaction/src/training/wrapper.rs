use std::sync::Arc;

use burn::module::{Module, ModuleDisplay, ModuleVisitor};
use burn::train::{InferenceStep, TrainOutput, TrainStep};

use crate::error::Error;
use crate::game::{Classifier, two_classes};
use crate::input::Batch;
use crate::modulation::{Draw, Modulation, Term, cross_entropy};
use crate::players::Players;

use super::{Epoch, InteractionOutput, Probe};

/// Makes any classifier trainable in a Burn `Learner`, with a modulation loss and a probe.
///
/// Batches are [`Batch`]es of the players' inputs, outputs are [`InteractionOutput`]s. Without terms it trains by plain
/// cross entropy. Masked forwards run in training mode, as in the reference recipe: dropout draws anew in each of them,
/// and a network with batch normalisation gets its forwards one after the other ([`Batching::Separate`](crate::modulation::Batching::Separate)), so that each
/// has its own statistics; others get them as one batch.
///
/// ```no_run
/// # use burn::nn::{Linear, LinearConfig};
/// # use burn::module::Module;
/// # use burn::tensor::{Device, Tensor};
/// use burn_interaction::{Classifier, Features, Term};
/// use burn_interaction::training::{Modulated, Probe};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     linear: Linear,
/// }
///
/// impl Classifier<Tensor<2>> for Net {
///     fn logits(&self, input: Tensor<2>) -> Tensor<2> {
///         self.linear.forward(input)
///     }
/// }
///
/// let net = Net { linear: LinearConfig::new(12, 2).init(&Device::flex()) };
/// let model = Modulated::new(net, Features)
///     .with(Term::suppress(0.7..1.0))
///     .probe(Probe::new().samples(32).contexts(8));
/// ```
#[derive(Module, Debug)]
pub struct Modulated<M: Module, P: Players + 'static> {
    /// The classifier.
    pub net: M,
    #[module(skip)]
    steering: Steering<P>,
}

#[derive(Debug, Clone)]
struct Steering<P> {
    players: P,
    modulation: Modulation,
    probe: Option<Probe>,
    batch_norm: bool,
    names: Vec<Arc<str>>,
    seed: u64,
    epoch: Epoch,
}

impl<M: Module + ModuleDisplay, P: Players + 'static> Modulated<M, P> {
    /// Wraps a classifier: no terms, no probe.
    pub fn new(net: M, players: P) -> Self {
        Self {
            steering: Steering {
                batch_norm: has_batch_norm(&net),
                players,
                modulation: Modulation::none(),
                probe: None,
                names: Vec::new(),
                seed: 0,
                epoch: Epoch::new(),
            },
            net,
        }
        .named()
    }

    /// Adds a term.
    pub fn with(mut self, term: Term) -> Self {
        self.steering.modulation = self.steering.modulation.with(term);
        self.named()
    }

    /// Takes a whole modulation, in place of the terms so far.
    pub fn modulation(mut self, modulation: Modulation) -> Self {
        self.steering.modulation = modulation;
        self.named()
    }

    /// Names the losses of the modulation for the metrics.
    fn named(mut self) -> Self {
        let terms = self.steering.modulation.terms().iter();
        let terms = terms.map(|term| term.name().into());
        self.steering.names = std::iter::once("task".into()).chain(terms).collect();
        self
    }

    /// Measures in validation what the order metrics read.
    pub fn probe(mut self, probe: Probe) -> Self {
        self.steering.probe = Some(probe);
        self
    }

    /// The seed of the nested coalitions, which are drawn from it, the epoch and the ids of the samples.
    pub fn seed(mut self, seed: u64) -> Self {
        self.steering.seed = seed;
        self
    }

    /// The epoch that training is in: its owner sets it where training goes on from a checkpoint. Without, the model
    /// counts from the first.
    pub fn epoch(mut self, epoch: Epoch) -> Self {
        self.steering.epoch = epoch;
        self
    }

    /// The players.
    pub fn players(&self) -> &P {
        &self.steering.players
    }
}

impl<M, P> TrainStep for Modulated<M, P>
where
    M: Module + ModuleDisplay + Classifier<P::Input>,
    P: Players + 'static,
{
    type Input = Batch<P::Input>;
    type Output = InteractionOutput;

    /// # Panics
    ///
    /// Panics if the terms, the players or the baseline do not fit the batch; [`Modulation::check`] tells beforehand.
    fn step(&self, batch: Batch<P::Input>) -> TrainOutput<InteractionOutput> {
        let steering = &self.steering;
        let draw = Draw {
            seed: steering.seed,
            epoch: steering.epoch.trained(),
        };
        let targets = batch.targets.clone();
        let (modulation, players) = (&steering.modulation, &steering.players);
        let batching = modulation.batching_for(steering.batch_norm);
        let loss = modulation.loss_with(&self.net, players, batch, draw, batching);
        let loss = loss.unwrap_or_else(|error| panic!("modulated training step: {error}"));
        let mut output =
            InteractionOutput::new(loss.total.clone(), two_classes(loss.logits), targets);
        let terms = std::iter::once(loss.task).chain(loss.terms);
        output.terms = steering.names.iter().cloned().zip(terms).collect();
        TrainOutput::new(self, loss.total.backward(), output)
    }
}

impl<M, P> InferenceStep for Modulated<M, P>
where
    M: Module + ModuleDisplay + Classifier<P::Input>,
    P: Players + 'static,
{
    type Input = Batch<P::Input>;
    type Output = InteractionOutput;

    /// # Panics
    ///
    /// Panics if the probe's settings do not fit the batch; [`Probe::cost`] tells beforehand.
    fn step(&self, batch: Batch<P::Input>) -> InteractionOutput {
        let steering = &self.steering;
        steering.epoch.validated();
        let reading = steering.probe.as_ref().and_then(|probe| {
            let reading = probe.measure(&self.net, &steering.players, &batch);
            match reading {
                // A training that diverges shows it in its loss.
                Err(Error::NotFinite { .. }) => None,
                reading => reading.unwrap_or_else(|error| panic!("probe: {error}")),
            }
        });
        let logits = self.net.logits(batch.inputs);
        let loss = cross_entropy(logits.clone(), batch.targets.clone());
        let mut output = InteractionOutput::new(loss, two_classes(logits), batch.targets);
        output.reading = reading.map(Arc::new);
        output
    }
}

/// Whether batch normalisation is among a module's parts.
pub fn has_batch_norm(module: &impl Module) -> bool {
    struct Finder(bool);

    impl ModuleVisitor for Finder {
        fn enter_module(&mut self, _: &str, container_type: &str) {
            self.0 |= container_type.contains("BatchNorm");
        }
    }

    let mut finder = Finder(false);
    module.visit(&mut finder);
    finder.0
}
