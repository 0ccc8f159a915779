//! The wrapper, the probe and the metrics in Burn's training loop.

use burn::lr_scheduler::constant::ConstantLr;
use burn::module::Module;
use burn::optim::SgdConfig;
use burn::tensor::{Device, Tensor};
use burn::train::logger::{
    EvaluationProgressLogger, InMemoryMetricLogger, MetricLogger, TrainingProgressLogger,
};
use burn::train::metric::store::{MetricsUpdate, Split};
use burn::train::metric::{
    AccuracyMetric, LossMetric, Metric, MetricDefinition, MetricEntry, MetricId, MetricMetadata,
    Numeric, NumericEntry,
};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use burn::train::{InferenceStep, Learner, SupervisedTraining, TrainStep};
use burn_interaction::coalition::{Generator, sample_generator};
use burn_interaction::internal::has_batch_norm;
use burn_interaction::modulation::{Batching, Signal};
use burn_interaction::training::{
    CurvePoint, Modulated, ModulationInput, ModulationMetric, OrderCurveMetric, OrderInput,
    OrderStrengthMetric, Probe,
};
use burn_interaction::{
    Batch, Coalition, Draw, Features, Modulation, Orders, Pairs, Protocol, SegmentMap, Segments,
    Term,
};
use burn_interaction_datasets::{Loader, rules};
use burn_interaction_models::{MlpConfig, ResNetCifarConfig};
use burn_interaction_tests::seeded;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

type Seen = Arc<Mutex<Vec<(String, f64)>>>;

/// Keeps the final value of every numeric metric, epoch by epoch.
struct Recorder {
    names: Vec<(MetricId, String)>,
    seen: Seen,
}

impl Recorder {
    fn keep(&mut self, state: MetricState) {
        if let MetricState::Numeric(entry, Some(NumericEntry::Final(value))) = state {
            let name = self
                .names
                .iter()
                .find(|(id, _)| *id == entry.metric_id)
                .unwrap()
                .1
                .clone();
            self.seen.lock().unwrap().push((name, value));
        }
    }
}

impl MetricsRendererTraining for Recorder {
    fn update_train(&mut self, state: MetricState) {
        self.keep(state);
    }
    fn update_valid(&mut self, state: MetricState) {
        self.keep(state);
    }
}

impl MetricsRendererEvaluation for Recorder {
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl TrainingProgressLogger for Recorder {
    fn start(&mut self, _: usize, _: usize, _: Option<usize>, _: Option<&str>) {}
    fn update_epoch(&mut self, _: usize) {}
    fn start_split(&mut self, _: &str, _: usize) {}
    fn update_split(&mut self, _: usize) {}
    fn end_split(&mut self) {}
    fn end(&mut self) {}
    fn log_event_training(&mut self, _: String) {}
}

impl EvaluationProgressLogger for Recorder {
    fn start_global_progress(&mut self, _: usize) {}
    fn start_test(&mut self, _: &str, _: usize) {}
    fn update_test_progress(&mut self, _: usize) {}
    fn end_test(&mut self) {}
    fn end_global_progress(&mut self) {}
    fn log_event_evaluation(&mut self, _: String) {}
}

impl MetricsRenderer for Recorder {
    fn manual_close(&mut self) {}
    fn register_metric(&mut self, definition: MetricDefinition) {
        self.names
            .push((definition.metric_id, definition.name.to_string()));
    }
}

#[test]
fn a_learner_trains_with_terms_and_shows_the_orders_each_epoch() {
    let device = Device::flex();
    let terms = Modulation::none()
        .with(Term::suppress(0.7..1.0).weight(0.1))
        .with(Term::encourage(0.3..0.7).weight(0.1));
    let net = MlpConfig::new(10, 2)
        .with_layers(2)
        .with_hidden(32)
        .init(&device);
    let model = Modulated::new(seeded(net, 1), Features)
        .modulation(terms)
        .probe(Probe::new().samples(3));
    let folder = tempfile::tempdir().unwrap();
    let loader = |rows, seed| {
        Arc::new(Loader::new(
            Arc::new(rules(rows, seed)),
            64,
            &burn_interaction_tests::test_device(),
        ))
    };
    let seen = Seen::default();
    let result = SupervisedTraining::new(folder.path(), loader(640, 1), loader(128, 2))
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .metric_train_numeric(ModulationMetric::task())
        .metric_train_numeric(ModulationMetric::term("suppress 0.7-1"))
        .metric_train_numeric(ModulationMetric::term("encourage 0.3-0.7"))
        .metric_valid_numeric(OrderStrengthMetric::low())
        .metric_valid_numeric(OrderStrengthMetric::mid().relative())
        .metric_valid_numeric(OrderStrengthMetric::depth())
        .metric_valid(OrderCurveMetric::new())
        .renderer(Box::new(Recorder {
            names: vec![],
            seen: seen.clone(),
        }))
        .with_application_logger(None)
        .num_epochs(3)
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.1),
        ));
    assert!(result.error.is_none() && result.interrupted.is_none());
    let seen = seen.lock().unwrap();
    let of = |name: &str| {
        seen.iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| *v)
            .collect::<Vec<f64>>()
    };
    // The probe measures in every epoch, not only in the first.
    for name in [
        "Order strength low",
        "Order strength mid (J)",
        "Bottleneck depth",
    ] {
        let values = of(name);
        assert_eq!(values.len(), 3, "{name}: {seen:?}");
        assert!(values.iter().all(|v| v.is_finite()), "{name}: {values:?}");
    }
    let task = of("Loss task");
    assert!(task.len() == 3 && task[2] < task[0], "{task:?}");
    let entropy = of("Loss suppress 0.7-1");
    assert!(
        entropy
            .iter()
            .all(|v| (-(2.0_f64.ln()) - 1e-6..=0.0).contains(v)),
        "{entropy:?}"
    );
    assert_eq!(of("Loss encourage 0.3-0.7").len(), 3);
}

#[test]
fn a_probe_measures_so_many_samples_of_each_snapshot() {
    let device = Device::flex();
    let model = Modulated::new(MlpConfig::new(10, 2).with_hidden(8).init(&device), Features)
        .probe(Probe::new().samples(5).orders(Orders::given([0, 8])));
    let table = rules(8, 1);
    let batch = || table.batch(&[0, 1, 2], &device);
    // Without terms the task's loss still has its name.
    let trained = TrainStep::step(
        &model.clone().train(),
        table.batch(&[0, 1, 2], &device.clone().autodiff()),
    );
    assert_eq!(
        trained
            .item
            .terms
            .iter()
            .map(|(name, _)| &**name)
            .collect::<Vec<_>>(),
        ["task"]
    );
    for _ in 0..2 {
        let snapshot = model.valid();
        let measured = |_| {
            InferenceStep::step(&snapshot, batch())
                .reading
                .map_or(0, |profile| profile.samples().len())
        };
        assert_eq!((0..3).map(measured).collect::<Vec<_>>(), [3, 2, 0]);
    }
}

#[test]
fn a_probe_costs_what_it_says() {
    let device = Device::flex();
    let inputs = Tensor::<4>::zeros([8, 3, 32, 32], &device);
    let players = burn_interaction::Patches::grid(16, 16);
    let cost = Probe::new().cost(&players, &inputs).unwrap();
    // The documented default: about 1,100 forwards for images, 900 to 1,400 for tables.
    assert!((1000..=1150).contains(&cost.forwards), "{}", cost.forwards);
    for columns in [10, 11, 12] {
        let rows = Tensor::<2>::zeros([8, columns], &device);
        let cost = Probe::new().cost(&Features, &rows).unwrap();
        assert!((900..=1400).contains(&cost.forwards), "{}", cost.forwards);
    }
    let net = |x: Tensor<4>| x.flatten::<2>(1, 3).narrow(1, 0, 2);
    let targets = Tensor::zeros([8], &device);
    let batch = Batch::new(inputs, targets, (0..8).collect());
    let profile = Probe::new()
        .measure(&net, &players, &batch)
        .unwrap()
        .unwrap();
    assert_eq!(profile.forwards(), cost.forwards);
}

#[test]
fn a_probe_measures_part_of_a_batch_whose_players_are_given_sample_by_sample() {
    let device = Device::flex();
    let halves: Vec<i64> = (0..16).map(|pixel| pixel / 8).collect();
    let quarters: Vec<i64> = (0..16)
        .map(|pixel| 10 * (pixel / 8) + pixel % 4 / 2)
        .collect();
    let map = |labels: &[i64]| SegmentMap::new(labels, [4, 4]).unwrap();
    // The first image has too few segments for the orders asked for.
    let players = Segments::each([map(&halves), map(&quarters), map(&quarters)]);
    let images = Tensor::<4>::ones([3, 1, 4, 4], &device);
    let batch = Batch::new(images, Tensor::zeros([3], &device), vec![4, 5, 6]);
    let net = |x: Tensor<4>| {
        x.flatten::<2>(1, 3)
            .cumsum(1)
            .powi_scalar(2)
            .narrow(1, 0, 2)
    };
    let protocol = Protocol {
        orders: Orders::given([0, 2]),
        pairs: Pairs::all(),
        fewest: 4,
        ..Protocol::default()
    };
    let probe = Probe::new().samples(1).protocol(protocol);
    let measured = probe.measure(&net, &players, &batch).unwrap().unwrap();
    let ids: Vec<u64> = measured
        .samples()
        .iter()
        .map(|sample| sample.id())
        .collect();
    assert_eq!(ids, [5]);
    let cost = probe.cost(&players, &batch.inputs).unwrap();
    assert_eq!(measured.forwards(), cost.forwards);
}

#[test]
fn a_probe_takes_the_pairs_of_a_protocol() {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 2).with_hidden(8).init(&device), 3);
    let batch = rules(4, 1).batch(&[0, 1, 2, 3], &device);
    let protocol = Protocol {
        orders: Orders::given([0, 8]),
        pairs: Pairs::given([(0, 1), (2, 5)]),
        contexts: 3.into(),
        ..Protocol::default()
    };
    let pairs = |probe: Probe| {
        let reading = probe.samples(1).measure(&net, &Features, &batch);
        reading.unwrap().unwrap().samples()[0].pairs().to_vec()
    };
    let probe = Probe::new().protocol(protocol);
    assert_eq!(pairs(probe.clone()), [(0, 1), (2, 5)]);
    // The last word counts.
    let others = Pairs::given([(3, 4)]);
    assert_eq!(pairs(probe.clone().pairs(others.clone())), [(3, 4)]);
    let earlier = Probe::new().pairs(others);
    let later = Protocol {
        pairs: Pairs::given([(6, 9)]),
        ..Protocol::default()
    };
    assert_eq!(pairs(earlier.protocol(later)), [(6, 9)]);
}

#[test]
fn metric_names_are_unique() {
    let names = [
        OrderStrengthMetric::low().name(),
        OrderStrengthMetric::mid().name(),
        OrderStrengthMetric::high().name(),
        OrderStrengthMetric::low().relative().name(),
        OrderStrengthMetric::band("lowest", 0.0..=0.1).name(),
        OrderStrengthMetric::depth().name(),
        OrderCurveMetric::new().name(),
        ModulationMetric::task().name(),
        ModulationMetric::term(Term::suppress(0.7..1.0).name()).name(),
        ModulationMetric::term(Term::encourage(0.7..1.0).name()).name(),
    ];
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn one_seed_gives_the_same_training_step() {
    let device = Device::flex();
    device.seed(4);
    let net = MlpConfig::new(10, 2)
        .with_hidden(8)
        .init(&device.clone().autodiff());
    let batch = rules(32, 1).batch(&(0..32).collect::<Vec<_>>(), &device.clone().autodiff());
    let loss = |seed| {
        let model = Modulated::new(net.clone(), Features)
            .modulation(Modulation::mid_order())
            .seed(seed);
        let output = TrainStep::step(&model, batch.clone());
        output.item.task.loss.into_scalar::<f32>()
    };
    assert_eq!(loss(1), loss(1));
    assert_ne!(loss(1), loss(2));
}

#[test]
fn a_modulated_loss_is_that_of_its_formulas() {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 2).with_hidden(8).init(&device), 8);
    let batch = rules(6, 1).batch(&(0..6).collect::<Vec<_>>(), &device);
    let signal = Term::suppress(0.3..0.7).signal;
    let terms = Modulation::none()
        .with(Term::suppress(0.3..0.7).weight(2.0))
        .with(Term::encourage(0.0..0.5).weight(0.5));
    // By hand, from the same draws: k1 = 3, k2 = 7 with coefficient 7/3, then k1 = 0, k2 = 5 with coefficient 1.
    // Each sample has a generator, of the seed, its id and the epoch, for all terms.
    let mut rngs: Vec<Generator> = (0..6)
        .map(|id| sample_generator(9, id, [u64::MAX, 3]))
        .collect();
    let mut draws = |signal: Signal| {
        rngs.iter_mut()
            .map(|rng| signal.draw(10, rng).unwrap())
            .collect::<Vec<_>>()
    };
    let first = draws(signal);
    let second = draws(Term::encourage(0.0..0.5).signal);
    let rows = batch.inputs.clone().try_into_vec_as::<f32>().unwrap();
    let labels = batch.targets.clone().try_into_vec_as::<i64>().unwrap();
    let value = |sample: usize, set: &Coalition| {
        let masked: Vec<f32> = (0..10)
            .map(|p| {
                if set.contains(p) {
                    rows[10 * sample + p]
                } else {
                    0.0
                }
            })
            .collect();
        let logits = net.forward(Tensor::<1>::from_floats(masked.as_slice(), &device).unsqueeze());
        let logits = logits.try_into_vec_as::<f32>().unwrap();
        [f64::from(logits[0]), f64::from(logits[1])]
    };
    let log_softmax = |z: [f64; 2]| {
        let norm = (z[0].exp() + z[1].exp()).ln();
        [z[0] - norm, z[1] - norm]
    };
    let (mut task, mut suppress, mut encourage) = (0.0, 0.0, 0.0);
    for sample in 0..6 {
        let label = labels[sample] as usize;
        task -= log_softmax(value(sample, &Coalition::full(10)))[label] / 6.0;
        let (s1, s2) = &first[sample];
        assert_eq!((s1.len(), s2.len()), (3, 7));
        let (a, b) = (value(sample, s2), value(sample, s1));
        let log = log_softmax([a[0] - 7.0 / 3.0 * b[0], a[1] - 7.0 / 3.0 * b[1]]);
        suppress += log.iter().map(|l| l.exp() * l).sum::<f64>() / 6.0;
        let (s1, s2) = &second[sample];
        assert_eq!((s1.len(), s2.len()), (0, 5));
        let (a, b) = (value(sample, s2), value(sample, s1));
        encourage -= log_softmax([a[0] - b[0], a[1] - b[1]])[label] / 6.0;
    }
    let expected = [
        task,
        suppress,
        encourage,
        task + 2.0 * suppress + 0.5 * encourage,
    ];
    for batching in [Batching::Joint, Batching::Separate] {
        let forward = |x: Tensor<2>| net.forward(x);
        let modulation = terms.clone().batching(batching);
        let draw = Draw { seed: 9, epoch: 3 };
        let loss = modulation
            .loss(&forward, &Features, batch.clone(), draw)
            .unwrap();
        let found = [
            loss.task,
            loss.terms[0].clone(),
            loss.terms[1].clone(),
            loss.total,
        ];
        for (found, expected) in found.into_iter().zip(expected) {
            let found = found.into_scalar::<f32>();
            assert!(
                (f64::from(found) - expected).abs() < 1e-5,
                "{batching:?}: {found} {expected}"
            );
        }
    }
}

#[test]
fn a_sample_meets_the_same_coalitions_in_any_batch_and_others_in_another_epoch() {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 2).with_hidden(8).init(&device), 8);
    let table = rules(6, 1);
    let modulation = Modulation::none()
        .with(Term::encourage(0.3..0.7).draws(2))
        .with(Term::suppress(0.0..0.5));
    let terms = |rows: &[usize], epoch| {
        let forward = |x: Tensor<2>| net.forward(x);
        let batch = table.batch(rows, &device);
        let draw = Draw { seed: 1, epoch };
        let loss = modulation.loss(&forward, &Features, batch, draw).unwrap();
        let of = |term: Tensor<1>| f64::from(term.into_scalar::<f32>());
        loss.terms.into_iter().map(of).collect::<Vec<_>>()
    };
    let together = terms(&[4, 0, 2, 5], 1);
    for (term, together) in together.iter().enumerate() {
        let alone = [2, 4, 5, 0].map(|row| terms(&[row], 1)[term]);
        let mean = alone.iter().sum::<f64>() / 4.0;
        assert!((mean - together).abs() < 1e-5, "{mean} {together}");
    }
    assert_ne!(together, terms(&[4, 0, 2, 5], 2));
    // Without ids there is nothing to draw from.
    let forward = |x: Tensor<2>| net.forward(x);
    let mut batch = table.batch(&[0, 1], &device);
    batch.ids.pop();
    let error = modulation.loss(&forward, &Features, batch, Draw::default());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("one id for each sample"), "{error}");
}

#[test]
fn batch_normalisation_is_found() {
    let device = Device::flex();
    assert!(has_batch_norm(
        &ResNetCifarConfig::new(2)
            .with_blocks(1)
            .with_width(4)
            .init(&device)
    ));
    assert!(!has_batch_norm(&MlpConfig::new(4, 2).init(&device)));
}

/// What a probe of eight samples reads of a small network.
fn reading() -> burn_interaction::Profile {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 2).with_hidden(16).init(&device), 3);
    let batch = rules(8, 1).batch(&(0..8).collect::<Vec<_>>(), &device);
    let probe = Probe::new().samples(8);
    probe.measure(&net, &Features, &batch).unwrap().unwrap()
}

/// The place in a training that a metric is updated at.
pub fn metadata() -> MetricMetadata {
    MetricMetadata {
        progress: burn::data::dataloader::Progress::new(1, 1, None),
        iteration: None,
        lr: None,
    }
}

#[test]
fn metrics_read_the_corrected_strength_and_say_its_error() {
    let reading = reading();
    let strength = reading.strength();
    let (value, error) = strength.band(0.4, 0.6).unwrap();
    let middle = strength.points.iter().find(|p| p.ratio == 0.5).unwrap();
    assert_eq!(value, middle.corrected.unwrap());
    assert_ne!(value, middle.raw);
    let mut metric = OrderStrengthMetric::mid();
    let entry = metric
        .update(&OrderInput(Some(Arc::new(reading))), &metadata())
        .unwrap();
    let expected = format!("epoch {value:.3} +- {:.3}", error.unwrap());
    assert_eq!(entry.formatted, expected);
    let NumericEntry::Final(found) = metric.final_value() else {
        panic!("a final value")
    };
    assert_eq!(found, value);
}

#[test]
fn burn_reads_one_value_of_an_epoch_of_several_readings() {
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 2).with_hidden(16).init(&device), 3);
    let (table, probe) = (rules(8, 1), Probe::new().samples(8));
    let mut metric = OrderStrengthMetric::low();
    let id = MetricId::new(metric.name());
    let mut logger = InMemoryMetricLogger::new();
    logger.log_metric_definition(MetricDefinition::new(id.clone(), &metric));
    let mut log = |entry| {
        let entry = MetricEntry::new(id.clone(), entry);
        let update = MetricsUpdate::new(vec![entry], vec![]);
        logger.log(update, 1, &Split::Valid);
    };
    for rows in [[0, 1, 2, 3], [4, 5, 6, 7]] {
        let batch = table.batch(&rows, &device);
        let reading = probe.measure(&net, &Features, &batch).unwrap();
        let input = OrderInput(reading.map(Arc::new));
        log(metric.update(&input, &metadata()).unwrap());
    }
    log(metric.compute().unwrap());
    let logged = logger.read_numeric("Order strength low", 1, &Split::Valid);
    let logged = logged.unwrap();
    // Early stopping and the choice of checkpoints take a last value that is final, and else the mean of all.
    let [
        NumericEntry::Value(first),
        NumericEntry::Value(both),
        NumericEntry::Final(epoch),
    ] = logged[..]
    else {
        panic!("{logged:?}")
    };
    let (whole, _) = reading().strength().band(0.0, 0.2).unwrap();
    assert_eq!(epoch, both);
    assert_ne!(epoch, first);
    assert!((epoch - whole).abs() < 1e-6, "{epoch} {whole}");
}

#[test]
fn a_curve_is_logged_as_numbers_once_an_epoch() {
    let reading = reading();
    let strength = reading.strength();
    let mut metric = OrderCurveMetric::new();
    let input = OrderInput(Some(Arc::new(reading)));
    assert!(
        metric
            .update(&input, &metadata())
            .unwrap()
            .is_not_available()
    );
    let entry = metric.compute().unwrap();
    let points: Vec<CurvePoint> = serde_json::from_str(&entry.serialized).unwrap();
    assert_eq!(points.len(), strength.points.len());
    for (logged, point) in points.iter().zip(&strength.points) {
        assert_eq!(
            (logged.ratio, logged.j, logged.error),
            (point.ratio, point.relative_corrected, point.relative_error)
        );
    }
    metric.clear();
    assert!(metric.compute().unwrap().is_not_available());
    // One context tells nothing of its noise, and the log says so order by order.
    let device = Device::flex();
    let net = seeded(MlpConfig::new(10, 2).with_hidden(8).init(&device), 3);
    let batch = rules(4, 1).batch(&[0, 1, 2, 3], &device);
    let reading = Probe::new().contexts(1).measure(&net, &Features, &batch);
    let input = OrderInput(reading.unwrap().map(Arc::new));
    metric.update(&input, &metadata()).unwrap();
    let entry = metric.compute().unwrap();
    let points: Vec<CurvePoint> = serde_json::from_str(&entry.serialized).unwrap();
    assert!(!points.is_empty() && points.iter().all(|point| point.j.is_none()));
}

#[test]
fn a_term_that_never_came_has_no_value() {
    let mut metric = ModulationMetric::term("suppress 0.7-1");
    let nothing = ModulationInput {
        terms: Vec::new(),
        samples: 64,
    };
    let entry = metric.update(&nothing, &metadata()).unwrap();
    assert!(entry.is_not_available());
    assert!(metric.compute().unwrap().is_not_available());
    assert!(metric.value().is_none() && metric.running_value().is_none());
}

#[test]
fn a_smaller_last_batch_weighs_less_in_the_mean_of_a_term() {
    let device = Device::flex();
    let mut metric = ModulationMetric::task();
    for (value, samples) in [(1.0_f32, 64), (3.0, 16)] {
        let input = ModulationInput {
            terms: vec![("task".into(), Tensor::from_floats([value], &device))],
            samples,
        };
        metric.update(&input, &metadata()).unwrap();
    }
    let NumericEntry::Final(mean) = metric.final_value() else {
        panic!("a final value")
    };
    assert!((mean - (64.0 + 3.0 * 16.0) / 80.0).abs() < 1e-9, "{mean}");
}

#[test]
fn a_single_logit_trains_by_binary_cross_entropy() {
    let net = MlpConfig::new(10, 1).with_hidden(8).init(&Device::flex());
    let (net, device) = (seeded(net, 3).train(), Device::flex().autodiff());
    let batch = rules(32, 1).batch(&(0..32).collect::<Vec<_>>(), &device);
    let logits = net.forward(batch.inputs.clone());
    let labels = batch.targets.clone().float().reshape([32, 1]);
    // softplus(z) - y z.
    let by_hand = (logits.clone().exp() + 1.0).log() - logits * labels;
    let model = Modulated::new(net, Features).modulation(Modulation::low_order());
    let output = TrainStep::step(&model, batch).item;
    let task: f32 = output.terms[0].1.clone().into_scalar();
    assert!(
        (task - by_hand.mean().into_scalar::<f32>()).abs() < 1e-5,
        "{task}"
    );
    assert!(output.terms[1].1.clone().into_scalar::<f32>() < 0.0);
    // Metrics see two classes.
    assert_eq!(output.task.output.dims(), [32, 2]);
}
