use std::fmt;
use std::sync::Arc;

use burn::module::{Content, Module, ModuleDisplay, ModuleVisitor};
use burn::tensor::{Int, Tensor};
use burn::train::{InferenceStep, TrainOutput, TrainStep};

use crate::error::Error;
use crate::game::Classifier;
use crate::input::{Batch, Input};
use crate::modulation::{Classification, Draw, Modulation, Task, Term};
use crate::players::Players;

use super::{BatchForm, Epoch, InteractionOutput, OwnBatches, PlainBatches, Probe, Watched};

/// Makes any classifier trainable in a Burn `Learner`, with a modulation loss and a probe.
///
/// Batches are [`Batch`]es of the players' inputs, outputs are [`InteractionOutput`]s. Without terms it trains by plain
/// cross entropy. Masked forwards run in training mode, as in the reference recipe: dropout draws anew in each of them,
/// and a network with batch normalisation gets its forwards one after the other ([`Batching::Separate`](crate::modulation::Batching::Separate)), so that each
/// has its own statistics; others get them as one batch.
///
/// With Burn's `ExecutionStrategy::multi` several devices train: Burn adds up their gradients, so that each of n devices should get an n-th of
/// every batch and say so by [`Batch::share_of`], as the loader of `burn-interaction-datasets` does after `among(n)`; the loss is
/// then weighted by its share, and the training is that of one device, except for terms that leave out samples with too few players: a share's mean is over
/// its own. Burn's own loaders cut the data set instead, which trains at n times the
/// rate. Dropout draws in the order of the threads, so that no two trainings are alike, and batch normalisation sees the samples of one device alone and, as clones of a module
/// share its running statistics, averages those of all.
///
/// Burn's `ExecutionStrategy::ddp` is not supported: its devices do not wait for each other's validation, so that the [`Epoch`], from
/// which the coalitions of the terms are drawn, goes on too early and more than once.
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
///     .with(Term::suppress(0.0..0.5)) // the paper's high-order network
///     .probe(Probe::new().samples(32).contexts(8));
/// ```
///
/// Other tasks than classification ([`task`](Modulated::task)) and batches of your own ([`batches`](Modulated::batches)) change the type:
///
/// ```no_run
/// # use burn::nn::{Linear, LinearConfig};
/// # use burn::module::Module;
/// # use burn::tensor::{Device, Tensor};
/// # use burn_interaction::{Classifier, Features, Term};
/// use burn_interaction::Batch;
/// use burn_interaction::modulation::Regression;
/// use burn_interaction::training::Modulated;
///
/// # #[derive(Module, Debug)]
/// # struct Net {
/// #     linear: Linear,
/// # }
/// # impl Classifier<Tensor<2>> for Net {
/// #     fn logits(&self, input: Tensor<2>) -> Tensor<2> {
/// #         self.linear.forward(input)
/// #     }
/// # }
/// # let net = Net { linear: LinearConfig::new(12, 1).init(&Device::flex()) };
/// /// What a loader of your own makes.
/// #[derive(Debug, Clone)]
/// struct Houses {
///     features: Tensor<2>,
///     prices: Tensor<2>,
///     rows: Vec<u64>,
/// }
///
/// impl From<Houses> for Batch<Tensor<2>, Tensor<2>> {
///     fn from(houses: Houses) -> Self {
///         Batch::new(houses.features, houses.prices, houses.rows)
///     }
/// }
///
/// let model = Modulated::new(net, Features)
///     .task(Regression)
///     .batches::<Houses>()
///     .with(Term::suppress(0.0..0.5));
/// ```
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct Modulated<M, P, T = Classification, B = PlainBatches>
where
    M: Module,
    P: Players + 'static,
    T: Task,
    B: Clone + fmt::Debug + Send + 'static,
{
    /// The classifier.
    pub net: M,
    #[module(skip)]
    steering: Steering<P, T>,
    #[module(skip)]
    batches: B,
}

#[derive(Debug, Clone)]
struct Steering<P, T> {
    players: P,
    task: T,
    modulation: Modulation,
    probe: Option<Probe>,
    batch_norm: bool,
    names: Vec<Arc<str>>,
    seed: u64,
    epoch: Epoch,
}

/// A line each about what steers the training; the network as it shows itself.
impl<M, P, T, B> ModuleDisplay for Modulated<M, P, T, B>
where
    M: Module + ModuleDisplay,
    P: Players + 'static,
    T: Task,
    B: Clone + fmt::Debug + Send + 'static,
{
    fn custom_content(&self, content: Content) -> Option<Content> {
        let steering = &self.steering;
        let content = content
            .add("net", &self.net)
            .add("players", &steering.players.describe());
        let content = match &steering.names[1..] {
            [] => content,
            terms => content.add("terms", &terms.join(", ")),
        };
        content.optional()
    }
}

impl<M: Module + ModuleDisplay, P: Players + 'static> Modulated<M, P> {
    /// Wraps a classifier: no terms, no probe.
    pub fn new(net: M, players: P) -> Self {
        Self {
            steering: Steering {
                batch_norm: has_batch_norm(&net),
                players,
                task: Classification::new(),
                modulation: Modulation::none(),
                probe: None,
                names: Vec::new(),
                seed: 0,
                epoch: Epoch::new(),
            },
            net,
            batches: PlainBatches,
        }
        .settled()
    }
}

impl<M, P, T, B> Modulated<M, P, T, B>
where
    M: Module + ModuleDisplay,
    P: Players + 'static,
    T: Task,
    B: Clone + fmt::Debug + Send + 'static,
{
    /// Trains for another task, whose batches are [`Batch`]es of its targets.
    pub fn task<U: Task>(self, task: U) -> Modulated<M, P, U> {
        let Self { net, steering, .. } = self;
        Modulated {
            net,
            steering: Steering {
                task,
                players: steering.players,
                modulation: steering.modulation,
                probe: steering.probe,
                batch_norm: steering.batch_norm,
                names: steering.names,
                seed: steering.seed,
                epoch: steering.epoch,
            },
            batches: PlainBatches,
        }
        .settled()
    }

    /// Takes batches of a type of your own, which become [`Batch`]es of the inputs, targets and ids.
    pub fn batches<C>(self) -> Modulated<M, P, T, OwnBatches<C>>
    where
        C: Into<Batch<P::Input, T::Targets>> + Send + 'static,
    {
        Modulated {
            net: self.net,
            steering: self.steering,
            batches: OwnBatches::new(),
        }
    }

    /// Adds a term.
    pub fn with(mut self, term: Term) -> Self {
        self.steering.modulation = self.steering.modulation.with(term);
        self.settled()
    }

    /// Takes a whole modulation, in place of the terms so far.
    pub fn modulation(mut self, modulation: Modulation) -> Self {
        self.steering.modulation = modulation;
        self.settled()
    }

    /// Names the losses of the modulation for the metrics, and has the probe measure what the task is about.
    fn settled(mut self) -> Self {
        let steering = &mut self.steering;
        let terms = steering.modulation.terms().iter();
        let terms = terms.map(|term| term.name().into());
        steering.names = std::iter::once("task".into()).chain(terms).collect();
        if let Some(reward) = steering.task.reward() {
            steering.probe = steering.probe.take().map(|probe| probe.reward(reward));
        }
        self
    }

    /// Measures in validation what the order metrics read.
    pub fn probe(mut self, probe: Probe) -> Self {
        self.steering.probe = Some(probe);
        self.settled()
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

impl<M, P, T, B> TrainStep for Modulated<M, P, T, B>
where
    M: Module + ModuleDisplay + Classifier<P::Input>,
    P: Players + 'static,
    T: Watched,
    B: BatchForm<P::Input, T::Targets>,
{
    type Input = B::Batch;
    type Output = InteractionOutput<T::Output>;

    /// # Panics
    ///
    /// Panics if the terms, the players or the baseline do not fit the batch, or a setting of the task means nothing;
    /// [`Modulation::check`] and [`Task::check`] tell beforehand.
    fn step(&self, batch: B::Batch) -> TrainOutput<Self::Output> {
        let steering = &self.steering;
        let draw = Draw {
            seed: steering.seed,
            epoch: steering.epoch.trained(),
        };
        let batch: Batch<P::Input, T::Targets> = batch.into();
        let (samples, targets) = (batch.inputs.samples(), batch.targets.clone());
        // Gradients of several devices are added up, where the loss of a whole batch is a mean over its samples.
        let share = batch
            .share_of
            .map_or(1.0, |whole| samples as f64 / whole as f64);
        let (modulation, players, task) = (&steering.modulation, &steering.players, &steering.task);
        let batching = modulation.batching_for(steering.batch_norm);
        let loss = modulation.loss_with(task, &self.net, players, batch, draw, batching);
        let loss = loss.unwrap_or_else(|error| panic!("modulated training step: {error}"));
        let output = task.output(loss.total.clone(), loss.logits, targets);
        let mut output = InteractionOutput::of(output, samples);
        let terms = std::iter::once(loss.task).chain(loss.terms);
        output.terms = steering.names.iter().cloned().zip(terms).collect();
        let total = match share {
            1.0 => loss.total,
            share => loss.total * share,
        };
        TrainOutput::new(self, total.backward(), output)
    }
}

impl<M, P, T, B> InferenceStep for Modulated<M, P, T, B>
where
    M: Module + ModuleDisplay + Classifier<P::Input>,
    P: Players + 'static,
    T: Watched,
    B: BatchForm<P::Input, T::Targets>,
{
    type Input = B::Batch;
    type Output = InteractionOutput<T::Output>;

    /// # Panics
    ///
    /// Panics if the probe's settings do not fit the batch; [`Probe::cost`] tells beforehand.
    fn step(&self, batch: B::Batch) -> Self::Output {
        let steering = &self.steering;
        steering.epoch.validated();
        let Batch {
            inputs,
            targets,
            ids,
            ..
        } = batch.into();
        let samples = inputs.samples();
        let reading = steering.probe.as_ref().and_then(|probe| {
            let labels = steering
                .task
                .labels(&targets)
                .unwrap_or_else(|| Tensor::<1, Int>::zeros([samples], &inputs.device().inner()));
            let labelled = Batch::new(inputs.clone(), labels, ids);
            let reading = probe.measure(&self.net, &steering.players, &labelled);
            match reading {
                // A training that diverges shows it in its loss.
                Err(Error::NotFinite { .. }) => None,
                reading => reading.unwrap_or_else(|error| panic!("probe: {error}")),
            }
        });
        let outputs = self.net.logits(inputs);
        let loss = steering.task.loss(outputs.clone(), targets.clone());
        let output = steering.task.output(loss, outputs, targets);
        let mut output = InteractionOutput::of(output, samples);
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
