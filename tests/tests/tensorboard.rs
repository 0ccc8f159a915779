//! Files of events, read back by a reader of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::lr_scheduler::constant::ConstantLr;
use burn::module::Module;
use burn::optim::SgdConfig;
use burn::tensor::Device;
use burn::train::logger::{FileMetricLogger, MetricLogger};
use burn::train::metric::store::{MetricsUpdate, NumericMetricUpdate, Split};
use burn::train::metric::{
    AccuracyMetric, LossMetric, MetricDefinition, MetricEntry, MetricId, NumericEntry,
    SerializedEntry,
};
use burn::train::{Learner, SupervisedTraining};
use burn_interaction::Features;
use burn_interaction::training::{
    CurvePoint, Modulated, OrderCurveMetric, OrderStrengthMetric, Probe, TensorBoardLogger,
};
use burn_interaction_datasets::{Loader, rules};
use burn_interaction_models::MlpConfig;
use burn_interaction_tests::events::{Scalars, scalars};
use burn_interaction_tests::seeded;

/// Trains for some epochs, with Burn's own logs in `folder` and events in its folder `board`.
fn train(folder: &Path, epochs: usize) {
    let device = Device::flex();
    let net = MlpConfig::new(10, 2).with_layers(2).with_hidden(32);
    let net = seeded(net.init(&device), 1);
    let model = Modulated::new(net, Features).probe(Probe::new().samples(3));
    let loader = |rows, seed| Arc::new(Loader::new(Arc::new(rules(rows, seed)), 64, &device));
    let result = SupervisedTraining::new(folder, loader(640, 1), loader(128, 2))
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .metric_valid_numeric(OrderStrengthMetric::low())
        .metric_valid(OrderCurveMetric::new())
        .with_metric_logger(FileMetricLogger::new(folder))
        .with_metric_logger(TensorBoardLogger::new(folder.join("board")).unwrap())
        .with_application_logger(None)
        .num_epochs(epochs)
        .launch(Learner::new(
            model.train(),
            SgdConfig::new().init(),
            ConstantLr::new(0.1),
        ));
    assert!(result.error.is_none() && result.interrupted.is_none());
}

#[test]
fn a_training_has_the_values_of_burns_own_logs_in_its_events() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), 2);
    let found = scalars(&folder.path().join("board"));
    let log = |part: &str, epoch: u64, name: &str| {
        let path = folder
            .path()
            .join(format!("{part}/epoch-{epoch}/{name}.log"));
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().last().unwrap().to_string()
    };
    let mut wanted = Scalars::new();
    for epoch in [1, 2] {
        for (part, name, tag) in [
            ("train", "Accuracy", "train/accuracy"),
            ("train", "Loss", "train/loss"),
            ("valid", "Accuracy", "valid/accuracy"),
            ("valid", "Loss", "valid/loss"),
            ("valid", "Order_strength_low", "valid/order_strength_low"),
        ] {
            let value = NumericEntry::deserialize(&log(part, epoch, name)).unwrap();
            wanted.insert((tag.into(), epoch), value.current() as f32);
        }
        let curve: Vec<CurvePoint> =
            serde_json::from_str(&log("valid", epoch, "Order_curve")).unwrap();
        // Orders 0, 4, 7 and 8 of ten features.
        assert_eq!(curve.len(), 4);
        for point in curve {
            let tag = match point.ratio == 0.875 {
                true => "order/0.8750".into(),
                false => format!("order/{:.2}", point.ratio),
            };
            wanted.insert((tag, epoch), point.j.unwrap() as f32);
        }
    }
    assert_eq!(found, wanted);
}

/// A logger that knows a metric named Loss.
fn known(mut logger: TensorBoardLogger) -> TensorBoardLogger {
    logger.log_metric_definition(MetricDefinition::new(loss(), &LossMetric::new()));
    logger
}

fn loss() -> MetricId {
    MetricId::new(Arc::new("Loss".into()))
}

fn log(logger: &mut TensorBoardLogger, epoch: usize, value: NumericEntry) {
    let entry = MetricEntry::new(
        loss(),
        SerializedEntry::new("shown".into(), value.serialize()),
    );
    let update = NumericMetricUpdate::new(entry, Some(value), None);
    logger.log(
        MetricsUpdate::new(vec![], vec![update]),
        epoch,
        &Split::Train,
    );
}

fn losses(values: &[(u64, f32)]) -> Scalars {
    let tagged = |(step, value): &(u64, f32)| (("train/loss".into(), *step), *value);
    values.iter().map(tagged).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn only_values_of_whole_epochs_are_written_and_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut logger = known(TensorBoardLogger::new(folder.path()).unwrap());
    log(&mut logger, 1, NumericEntry::Value(7.0));
    log(&mut logger, 1, NumericEntry::Final(f64::NAN));
    log(&mut logger, 1, NumericEntry::Final(0.1));
    assert_eq!(scalars(folder.path()), losses(&[(1, 0.1)]));
    let mut asked = |epoch, split| logger.read_numeric("Loss", epoch, &split).unwrap();
    assert!(matches!(asked(1, Split::Train)[..], [NumericEntry::Final(value)] if value == 0.1));
    assert!(asked(1, Split::Valid).is_empty() && asked(2, Split::Train).is_empty());
}

#[test]
fn a_resumed_training_has_each_step_once_and_a_cut_record_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut logger = known(TensorBoardLogger::new(folder.path()).unwrap());
    for epoch in 1..=3 {
        log(&mut logger, epoch, NumericEntry::Final(epoch as f64));
    }
    // Killed in epoch 3, after two that were saved, while it wrote.
    let first = files(folder.path()).remove(0);
    let bytes = std::fs::read(&first).unwrap();
    std::fs::write(&first, &bytes[..bytes.len() - 5]).unwrap();
    assert_eq!(scalars(folder.path()), losses(&[(1, 1.0), (2, 2.0)]));
    std::fs::write(&first, &bytes).unwrap();
    let mut logger = known(TensorBoardLogger::resume(folder.path(), 2).unwrap());
    assert_eq!(scalars(folder.path()), losses(&[(1, 1.0), (2, 2.0)]));
    log(&mut logger, 3, NumericEntry::Final(30.0));
    // Once more, within the same second.
    let mut logger = known(TensorBoardLogger::resume(folder.path(), 3).unwrap());
    log(&mut logger, 4, NumericEntry::Final(40.0));
    let all = [(1, 1.0), (2, 2.0), (3, 30.0), (4, 40.0)];
    assert_eq!(scalars(folder.path()), losses(&all));
    assert_eq!(files(folder.path()).len(), 3);
    assert_eq!(std::fs::read(&first).unwrap(), bytes);
}

#[test]
fn folders_that_take_no_events_are_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |result: burn_interaction::Result<TensorBoardLogger>, parts: &[&str]| {
        let error = result.unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    };
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("board");
    let unwritable = ["board", "cannot be written to", "give a folder"];
    refused(TensorBoardLogger::new(&inside), &unwritable);
    refused(TensorBoardLogger::resume(&inside, 1), &unwritable);
    let board = folder.path().join("board");
    drop(TensorBoardLogger::new(&board).unwrap());
    refused(
        TensorBoardLogger::new(&board),
        &["earlier run", "give another folder"],
    );
    std::fs::write(board.join("events.out.tfevents.1.host"), "").unwrap();
    refused(
        TensorBoardLogger::resume(&board, 1),
        &["another program", "tfevents.1.host"],
    );
}
