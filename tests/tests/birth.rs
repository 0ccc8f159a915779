//! Results know what made them: ids, fingerprints, parts, files, and networks that may not be measured.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use burn_interaction::coalition::generator;
use burn_interaction::game::{Game, training_flags};
use burn_interaction::input::Input;
use burn_interaction::training::Probe;
use burn_interaction::{
    Baseline, Batch, Classifier, Coalition, Curves, Efficiency, Error, Estimator, Features,
    Measurement, Modulation, Orders, Origin, Pairs, Patches, Players, Profile, Regions, Result,
    Reward, Sentences, Strength, Targets, Tokens,
};
use burn_interaction_datasets::rules;
use burn_interaction_models::registry::{ImageSize, image_network};
use burn_interaction_models::{Mlp, MlpConfig};
use burn_interaction_tests::{seeded, test_device, uniform};

use crate::measuring::trained_mlp;

const ROWS: usize = 6;

/// A network of ten features with one or two outputs, and a batch of rows.
fn subject(classes: usize) -> (Mlp, Batch<Tensor<2>>) {
    let device = test_device();
    let net = MlpConfig::new(10, classes).with_hidden(16).init(&device);
    let batch = rules(40, 3).batch(&[30, 2, 17, 8, 21, 5], &device);
    (seeded(net, 5), batch)
}

fn labels(batch: &Batch<Tensor<2>>) -> Vec<usize> {
    let labels = batch.targets.clone().try_into_vec_as::<i64>().unwrap();
    labels.into_iter().map(|label| label as usize).collect()
}

fn measurement() -> Measurement<Features> {
    Measurement::new(Features)
        .orders(Orders::given([0, 3, 4, 8]))
        .pairs(Pairs::random(7))
        .contexts(5)
        .seed(9)
}

/// Measures the samples at these places of a batch, with their ids.
fn measure<P: Players>(
    measurement: &Measurement<P>,
    net: &impl Classifier<P::Input>,
    batch: &Batch<P::Input>,
    places: &[i32],
) -> Profile {
    let device = batch.inputs.device();
    let chosen = burn::tensor::TensorData::new(places.to_vec(), [places.len()]);
    let inputs = batch.inputs.select(Tensor::from_data(chosen, &device));
    let ids: Vec<u64> = places.iter().map(|p| batch.ids[*p as usize]).collect();
    let measurement = measurement.clone().ids(ids);
    measurement.run(net, inputs, Targets::Predicted).unwrap()
}

#[test]
fn parts_measured_apart_and_merged_are_one_run_to_the_bit() {
    let (net, batch) = subject(2);
    let m = measurement();
    let of = |places: &[i32]| measure(&m, &net, &batch, places);
    let whole = of(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(
        whole.samples().iter().map(|s| s.id()).collect::<Vec<_>>(),
        [2, 5, 8, 17, 21, 30]
    );
    let (even, odd) = (of(&[0, 2, 4]), of(&[5, 3, 1]));
    assert_eq!(Profile::merge([even.clone(), odd.clone()]).unwrap(), whole);
    assert_eq!(Profile::merge([odd, even]).unwrap(), whole);
}

#[test]
fn parts_of_every_kind_of_players_merge_to_one_run() {
    let device = test_device();
    let mut rng = generator(4, 0);
    // Images, with every baseline.
    let images = uniform([4, 3, 8, 8], 1.0, &mut rng, &device);
    let net = |x: Tensor<4>| {
        let x = x.powi_scalar(2).flatten::<2>(1, 3);
        Tensor::cat(
            vec![
                x.clone().narrow(1, 0, 96).sum_dim(1).powi_scalar(2),
                x.sum_dim(1),
            ],
            1,
        )
    };
    let batch = Batch::new(images, Tensor::zeros([4], &device), vec![3, 1, 9, 4]);
    let players = Patches::grid(4, 4);
    let values = Baseline::Values(vec![0.1, 0.2, 0.3]);
    for baseline in [Baseline::Zero, Baseline::Mean, values, Baseline::Blur(1.0)] {
        let m = Measurement::new(players)
            .pairs(Pairs::windows(2, 6))
            .contexts(3)
            .baseline(baseline);
        halves_make_the_whole(&m, &net, &batch);
    }
    // Clouds.
    let clouds = uniform([4, 3, 40], 1.0, &mut rng, &device);
    let net = |x: Tensor<3>| {
        x.powi_scalar(2)
            .max_dim(2)
            .squeeze_dim::<2>(2)
            .narrow(1, 0, 2)
    };
    let batch = Batch::new(clouds, Tensor::zeros([4], &device), vec![3, 1, 9, 4]);
    for players in [Regions::farthest(6), Regions::farthest(6).dropped()] {
        let m = Measurement::new(players.clone())
            .pairs(Pairs::all())
            .contexts(2);
        halves_make_the_whole(&m, &net, &batch);
    }
    // Sentences of several lengths.
    let players = Tokens::new(vec![burn_interaction::players::Piece::Begins; 20])
        .mask(0)
        .pad(1)
        .unknown(2);
    let pieces = Tensor::from_ints(
        [
            [3, 4, 5, 6, 7, 8],
            [9, 10, 11, 12, 1, 1],
            [4, 4, 5, 9, 3, 1],
            [7, 8, 9, 10, 11, 12],
        ],
        &device,
    );
    let mut sentences = Sentences::new(pieces);
    let places = Tensor::<1, burn::tensor::Int>::arange(0..6, &device)
        .reshape([1, 6])
        .expand([4, 6]);
    let lengths =
        Tensor::<2, burn::tensor::Int>::from_ints([[6], [4], [5], [6]], &device).expand([4, 6]);
    sentences.visible = places.lower(lengths);
    let net = |s: Sentences| {
        let seen = s.pieces.float() * s.visible.float();
        let sum = seen.sum_dim(1) * 0.1;
        Tensor::cat(vec![sum.clone().powi_scalar(2), sum], 1)
    };
    let batch = Batch::new(sentences, Tensor::zeros([4], &device), vec![3, 1, 9, 4]);
    for baseline in [
        Baseline::Mask,
        Baseline::Pad,
        Baseline::Unknown,
        Baseline::Hidden,
    ] {
        let m = Measurement::new(players.clone())
            .pairs(Pairs::all())
            .contexts(2)
            .baseline(baseline);
        halves_make_the_whole(&m, &net, &batch);
    }
}

fn halves_make_the_whole<P: Players>(
    m: &Measurement<P>,
    net: &impl Classifier<P::Input>,
    batch: &Batch<P::Input>,
) {
    let of = |places: &[i32]| measure(m, net, batch, places);
    let merged = Profile::merge([of(&[2, 0]), of(&[1, 3])]).unwrap();
    assert_eq!(merged, of(&[0, 1, 2, 3]), "{m:?}");
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let (net, batch) = subject(2);
    let m = measurement();
    let of = |m: &Measurement<Features>, places: &[i32]| measure(m, &net, &batch, places);
    let one = of(&m, &[0]);
    let refuse = |other: Profile, what: &str| {
        let error = Profile::merge([one.clone(), other])
            .unwrap_err()
            .to_string();
        assert!(error.contains(what), "{error}");
    };
    refuse(of(&m, &[0]), "30 occur more than once");
    refuse(
        of(&m.clone().contexts(6), &[1]),
        "different contexts: 5 in the earlier result, 6",
    );
    refuse(of(&m.clone().seed(1), &[1]), "different seed: 9");
    refuse(
        of(&m.clone().baseline(Baseline::Values(vec![0.5; 10])), &[1]),
        "different baseline: zero",
    );
    let named = |name: &str| {
        m.clone().origin(Origin {
            network: Some(name.into()),
            ..Origin::default()
        })
    };
    let error = Profile::merge([of(&named("mlp5"), &[0]), of(&named("mlp8"), &[1])]).unwrap_err();
    assert!(
        error.to_string().contains("different network: mlp5"),
        "{error}"
    );
    assert!(Profile::merge([]).is_err());
    // Targets that are given, beside those that the network predicts.
    let narrow = batch.inputs.clone().narrow(0, 1, 1);
    let labels = labels(&batch)[1..2].to_vec();
    let given = m.clone().ids([batch.ids[1]]).run(&net, narrow, labels);
    refuse(given.unwrap(), "different targets: predicted");
    // Without ids nobody knows whether two samples are one.
    let alone = |place: usize| {
        m.run(
            &net,
            batch.inputs.clone().narrow(0, place, 1),
            Targets::Predicted,
        )
        .unwrap()
    };
    let error = Profile::merge([alone(0), alone(1)]).unwrap_err();
    assert!(matches!(error, Error::Unidentified), "{error}");
    assert!(error.to_string().contains("Measurement::ids"), "{error}");
}

#[test]
fn parts_of_a_whole_know_what_is_missing() {
    let (net, batch) = subject(2);
    let m = measurement().part_of(batch.ids.clone());
    let of = |places: &[i32]| measure(&m, &net, &batch, places);
    let merged = Profile::merge([of(&[0, 3]), of(&[2])]).unwrap();
    assert!(!merged.is_complete());
    assert_eq!(merged.missing(), [2, 5, 21]);
    // A run of the whole goes on from there.
    let ids = measurement().ids(batch.ids.clone());
    let resumed = ids
        .clone()
        .resume(merged)
        .run(&net, batch.inputs.clone(), Targets::Predicted)
        .unwrap();
    let at_once = ids
        .run(&net, batch.inputs.clone(), Targets::Predicted)
        .unwrap();
    assert_eq!(resumed.samples(), at_once.samples());
    assert!(resumed.is_complete());
}

#[test]
fn another_network_target_baseline_or_sample_is_not_gone_on_with() {
    let (net, batch) = subject(2);
    let y = labels(&batch);
    let m = measurement().ids(batch.ids.clone());
    let earlier = m.run(&net, batch.inputs.clone(), y.clone()).unwrap();
    let x = || batch.inputs.clone();
    let resume = |m: &Measurement<Features>| m.clone().resume(earlier.clone());
    let same = resume(&m).run(&net, x(), y.clone()).unwrap();
    assert_eq!(same, earlier);
    let refuse = |result: Result<Profile>, what: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    let other = seeded(
        MlpConfig::new(10, 2).with_hidden(16).init(&test_device()),
        6,
    );
    refuse(resume(&m).run(&other, x(), y.clone()), "value of");
    let flipped: Vec<usize> = y.iter().map(|y| 1 - y).collect();
    refuse(resume(&m).run(&net, x(), flipped), "target class");
    refuse(resume(&m).run(&net, x() + 0.01, y.clone()), "value of");
    let values = Baseline::Values(vec![0.0; 10]);
    refuse(
        resume(&m.clone().baseline(values)).run(&net, x(), y.clone()),
        "baseline",
    );
    refuse(
        resume(&m.clone().contexts(4)).run(&net, x(), y.clone()),
        "different contexts",
    );
    let few = measurement().ids(batch.ids[..5].to_vec());
    let narrow = x().narrow(0, 0, 5);
    refuse(
        resume(&few).run(&net, narrow, y[..5].to_vec()),
        "sample(s) that this run does not measure",
    );
}

#[test]
fn ids_are_given_once_each() {
    let (net, batch) = subject(2);
    let run = |ids: Vec<u64>| {
        measurement()
            .ids(ids)
            .run(&net, batch.inputs.clone(), labels(&batch))
    };
    assert!(matches!(run(vec![1, 2, 3]), Err(Error::Mismatch { .. })));
    let error = run(vec![1, 2, 3, 2, 4, 5]).unwrap_err();
    assert!(error.to_string().contains("sample(s) 2 occur"), "{error}");
}

#[test]
fn results_do_not_depend_on_batches_or_threads_to_the_bit() {
    let (net, x, y) = trained_mlp(&test_device());
    let run = |rows: usize| {
        let m = Measurement::new(Features)
            .pairs(Pairs::random(20))
            .contexts(6);
        m.batch(rows).run(&net, x.clone(), y.clone()).unwrap()
    };
    let first = run(64);
    for rows in [7, 512] {
        assert_eq!(run(rows).samples(), first.samples(), "{rows} rows");
    }
}

#[test]
fn everything_that_is_saved_is_loaded_equal_to_the_bit() {
    let (net, batch) = subject(2);
    let names = vec![rules(1, 1).names().to_vec(); ROWS];
    let origin = Origin {
        network: Some("mlp5".into()),
        classes: vec!["no".into(), "yes".into()],
        ..Origin::default()
    };
    let m = measurement()
        .ids(batch.ids.clone())
        .names(names)
        .origin(origin);
    let profile = m.run(&net, batch.inputs.clone(), labels(&batch)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    profile.save_json(file("profile.json")).unwrap();
    assert_eq!(Profile::load_json(file("profile.json")).unwrap(), profile);
    let strength = profile.strength();
    strength.save_json(file("strength.json")).unwrap();
    assert_eq!(
        Strength::load_json(file("strength.json")).unwrap(),
        strength
    );
    let curves = Curves::new("both")
        .with("a", strength.clone())
        .with("b", strength);
    curves.save_json(file("curves.json")).unwrap();
    assert_eq!(Curves::load_json(file("curves.json")).unwrap(), curves);
    // Rows of several files can be put together: they say what they are of.
    curves.save_csv(file("curve.csv")).unwrap();
    let csv = std::fs::read_to_string(file("curve.csv")).unwrap();
    let header = "curve,network,data,split,weights,seed,order,ratio,strength,";
    assert!(
        csv.starts_with(header) && csv.contains("\na,mlp5,,,,9,0,0.0,"),
        "{csv}"
    );
    // A file of another form says so.
    let text = std::fs::read_to_string(file("profile.json")).unwrap();
    std::fs::write(
        file("newer.json"),
        text.replace("\"schema\": 2", "\"schema\": 3"),
    )
    .unwrap();
    let error = Profile::load_json(file("newer.json"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("newer.json") && error.contains("form 3"),
        "{error}"
    );
    // The table names samples, classes and players.
    profile.save_csv(file("interactions.csv")).unwrap();
    let csv = std::fs::read_to_string(file("interactions.csv")).unwrap();
    let mut lines = csv.lines();
    let header = "sample,n,target,label,order,ratio,i,j,name_i,name_j,interaction,standard_error,variance,contexts,exact,shapley_interaction,shapley_interaction_error";
    assert_eq!(lines.next().unwrap(), header);
    let row: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!((row[0], row[1]), ("2", "10"));
    assert!(row[3] == "no" || row[3] == "yes");
    assert_eq!(
        (row[8], row[9]),
        (&*format!("x{}", row[6]), &*format!("x{}", row[7]))
    );
    assert_eq!(csv.lines().count(), 1 + ROWS * 4 * 7);
    // Four of nine orders make no Shapley interaction, and no Shapley value.
    assert_eq!((row[15], row[16]), ("", ""));
    assert_eq!(profile.save_players_csv(file("players.csv")).unwrap(), 0);
    assert!(!file("players.csv").exists());
}

#[test]
fn a_profile_whose_parts_do_not_fit_is_refused_when_it_is_read() {
    let (net, batch) = subject(2);
    let m = measurement().ids(batch.ids.clone());
    let profile = m.run(&net, batch.inputs.clone(), labels(&batch)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.json");
    profile.save_json(&path).unwrap();
    let whole: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let refused = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut edited = whole.clone();
        edit(&mut edited);
        std::fs::write(&path, edited.to_string()).unwrap();
        let error = Profile::load_json(&path).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{error}");
    };
    refused(&|p| p["samples"][0]["magnitudes"] = serde_json::json!([]));
    refused(&|p| {
        for column in ["mean", "variance", "contexts", "exact"] {
            let list = &mut p["samples"][1]["estimates"][column];
            list.as_array_mut().unwrap().pop();
        }
    });
    refused(&|p| p["samples"][1]["pairs"][0] = serde_json::json!([3, 99]));
    refused(&|p| {
        let first = p["samples"][0].clone();
        p["samples"].as_array_mut().unwrap().insert(0, first);
    });
    refused(&|p| p["samples"].as_array_mut().unwrap().reverse());
    refused(&|p| p["requested"] = serde_json::json!([2, 5]));
}

#[test]
fn a_run_that_fails_before_its_first_sample_leaves_nothing() {
    let (net, batch) = subject(2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let m = measurement().ids(batch.ids.clone()).journal(&path);
    let error = m
        .run(&net, batch.inputs.clone() * f32::NAN, labels(&batch))
        .unwrap_err();
    assert!(matches!(error, Error::NotFinite { .. }), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_journal_holds_what_is_finished_and_survives_a_cut_line() {
    let (net, batch) = subject(2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let m = measurement()
        .ids(batch.ids.clone())
        .journal(&path)
        .batch(64);
    let mut stop_after_two = |progress: &burn_interaction::Progress| match progress.samples {
        0 | 1 => std::ops::ControlFlow::Continue(()),
        _ => std::ops::ControlFlow::Break(()),
    };
    let x = || batch.inputs.clone();
    let partial = m
        .run_observed(&net, x(), labels(&batch), &mut stop_after_two)
        .unwrap();
    assert_eq!(Profile::load_json(&path).unwrap(), partial);
    // Killed in the middle of a line.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 40]).unwrap();
    let cut = Profile::load_json(&path).unwrap();
    assert_eq!(cut.samples().len() + 1, partial.samples().len());
    let resumed = m
        .clone()
        .resume(cut)
        .run(&net, x(), labels(&batch))
        .unwrap();
    let at_once = measurement()
        .ids(batch.ids.clone())
        .run(&net, x(), labels(&batch))
        .unwrap();
    assert_eq!(resumed, at_once);
    assert_eq!(Profile::load_json(&path).unwrap(), at_once);
    let nowhere = m
        .journal("/nowhere/at/all.jsonl")
        .run(&net, x(), labels(&batch))
        .unwrap_err();
    assert!(
        nowhere.to_string().contains("/nowhere/at/all.jsonl"),
        "{nowhere}"
    );
}

#[test]
fn readings_of_a_probe_do_not_depend_on_how_validation_is_batched() {
    let (net, _) = subject(2);
    let table = rules(8, 4);
    let read = |size: usize| {
        let probe = Probe::new().samples(8);
        let batches = (0..8).collect::<Vec<_>>();
        let readings = batches.chunks(size).map(|places| {
            let batch = table.batch(places, &test_device());
            probe.measure(&net, &Features, &batch).unwrap().unwrap()
        });
        Profile::merge(readings).unwrap()
    };
    let whole = read(8);
    assert_eq!(read(2), whole);
    // Each sample has pairs and contexts of its own.
    let pairs: std::collections::BTreeSet<_> =
        whole.samples().iter().map(|s| s.pairs().to_vec()).collect();
    assert!(pairs.len() > 4, "{} lists of pairs", pairs.len());
}

#[test]
fn a_network_in_training_mode_is_refused_and_its_statistics_stay() {
    let device = Device::flex().autodiff();
    let net = image_network("resnet20-slim", ImageSize::square(16), 4, &device)
        .unwrap()
        .train();
    let inputs = uniform([2, 3, 16, 16], 1.0, &mut generator(1, 0), &device);
    let m = Measurement::new(Patches::grid(4, 4))
        .contexts(2)
        .pairs(Pairs::windows(2, 6));
    let before = statistics(&net);
    let error = m
        .run(&net, inputs.clone(), vec![0, 1])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("training mode") && error.contains(".valid()"),
        "{error}"
    );
    assert_eq!(statistics(&net), before);
    // A closure does not say whether it is frozen.
    let closure = |x: Tensor<4>| net.logits(x);
    let error = m.run(&closure, inputs.clone(), vec![0, 1]).unwrap_err();
    assert!(matches!(error, Error::Training { .. }), "{error}");
    // A frozen network computes as in inference, on an autodiff device too.
    let frozen = net.clone().freeze();
    assert!(training_flags(&net) && !training_flags(&frozen));
    let on_autodiff = m.run(&frozen, inputs.clone(), vec![0, 1]).unwrap();
    let plain = m.run(&net.valid(), inputs.inner(), vec![0, 1]).unwrap();
    // The kernels of training round in another order than those of inference; a batch's own statistics would be far off.
    let (one, other) = (&on_autodiff.samples()[1], &plain.samples()[1]);
    for (a, b) in one
        .fingerprint()
        .values
        .iter()
        .zip(other.fingerprint().values)
    {
        assert!((a - b).abs() < 1e-5 * b.abs().max(1.0), "{a} {b}");
    }
    assert_eq!(one.pairs(), other.pairs());
    for (a, b) in one
        .at_order(0)
        .unwrap()
        .iter()
        .zip(other.at_order(0).unwrap())
    {
        assert!((a.mean - b.mean).abs() < 1e-5, "{} {}", a.mean, b.mean);
    }
    assert_eq!(statistics(&net), before);
}

/// All numbers of a module that no gradient changes, running statistics among them.
fn statistics(module: &impl Module) -> Vec<f32> {
    struct Numbers(Vec<f32>);

    impl ModuleVisitor for Numbers {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().try_into_vec_as::<f32>().unwrap());
        }
    }

    let mut numbers = Numbers(Vec::new());
    module.visit(&mut numbers);
    numbers.0
}

#[test]
fn a_value_that_is_no_function_of_the_coalition_is_refused() {
    struct Noise(std::cell::Cell<f64>);

    impl Game for Noise {
        fn players(&self) -> usize {
            6
        }

        fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
            let next = |_: &Coalition| {
                self.0.set(self.0.get() + 0.37);
                self.0.get().sin()
            };
            Ok(coalitions.iter().map(next).collect())
        }
    }

    let error = Measurement::of_games()
        .run_game(&Noise(0.0.into()))
        .unwrap_err();
    assert!(matches!(error, Error::NoFunction { .. }), "{error}");
}

#[test]
fn a_single_logit_trains_and_measures_as_a_binary_classifier() {
    // The same network with its logit beside a zero.
    let (net, batch) = subject(1);
    let two = |x: Tensor<2>| {
        let z = net.logits(x);
        Tensor::cat(vec![z.zeros_like(), z], 1)
    };
    let y = labels(&batch);
    assert!(y.contains(&0) && y.contains(&1));
    let run = |reward: Reward| {
        let m = measurement().reward(reward);
        (
            m.run(&net, batch.inputs.clone(), y.clone()).unwrap(),
            m.run(&two, batch.inputs.clone(), y.clone()).unwrap(),
        )
    };
    for reward in [Reward::LogOdds, Reward::LogProbability] {
        let (single, double) = run(reward);
        assert_eq!(single.samples(), double.samples(), "{reward}");
    }
    // The logit of class 0 says as much as that of class 1.
    let strength = run(Reward::Logit).0.strength();
    assert!(strength.points.iter().all(|p| p.raw > 0.0));
    let targets = |net: &dyn Fn() -> Profile| {
        net()
            .samples()
            .iter()
            .map(|s| s.target())
            .collect::<Vec<_>>()
    };
    let predicted = measurement()
        .run(&net, batch.inputs.clone(), Targets::Predicted)
        .unwrap();
    let expected = measurement()
        .run(&two, batch.inputs.clone(), Targets::Predicted)
        .unwrap();
    assert_eq!(
        targets(&|| predicted.clone()),
        targets(&|| expected.clone())
    );
    assert_eq!(
        burn_interaction::game::predictions(net.logits(batch.inputs.clone())).unwrap(),
        targets(&|| predicted.clone())
    );
    let error = measurement()
        .run(&net, batch.inputs.clone(), vec![2; ROWS])
        .unwrap_err();
    assert!(matches!(error, Error::TargetOutOfRange { .. }), "{error}");
    let _ = Modulation::low_order();
}

#[test]
fn regression_has_its_value_as_the_game() {
    // v = 3 x0 x1 + x2, absent features being 0: one interaction, whatever the "label".
    let net = |x: Tensor<2>| {
        let [a, b, c] = [0, 1, 2].map(|k| x.clone().narrow(1, k, 1));
        a * b * 3.0 + c
    };
    let inputs = Tensor::<2>::from_floats([[2.0, 0.5, 7.0], [-1.0, 1.0, 0.0]], &test_device());
    let m = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .reward(Reward::Output);
    let profile = m.run(&net, inputs, vec![0, 5]).unwrap();
    for (sample, expected) in profile.samples().iter().zip([3.0, -3.0]) {
        for order in [0, 1] {
            assert_eq!(sample.interaction(order, (0, 1)).unwrap().mean, expected);
            assert_eq!(sample.interaction(order, (1, 2)).unwrap().mean, 0.0);
        }
    }
}

#[test]
fn rounding_within_a_network_is_found() {
    // An affine network whose inner values of 100 cancel: its strengths are the rounding of these.
    let device = test_device();
    let inputs = uniform([6, 8], 1.0, &mut generator(2, 0), &device);
    let net = |x: Tensor<2>| {
        let z = x.sum_dim(1) * 0.37 + 100.0;
        Tensor::cat(vec![z.zeros_like(), z - 100.0], 1)
    };
    let m = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all());
    let strength = m
        .estimator(Estimator::Paired)
        .contexts(1)
        .run(&net, inputs, vec![1; 6])
        .unwrap()
        .strength();
    assert!(strength.points.iter().any(|p| p.raw > 1e-6));
    assert!(
        strength.is_rounding(),
        "{} {:?}",
        strength.rounding,
        strength.points
    );
    // It is the size of what there is: within a factor of three of the mean strength.
    let mean = strength.points.iter().map(|p| p.raw).sum::<f64>() / strength.points.len() as f64;
    assert!(
        (mean / 3.0..mean * 3.0).contains(&strength.rounding),
        "{mean} {}",
        strength.rounding
    );
}

#[test]
fn efficiency_of_a_named_game_is_as_before() {
    struct Named;

    impl Game for Named {
        fn players(&self) -> usize {
            4
        }

        fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
            Ok(coalitions
                .iter()
                .map(|s| (s.len() * s.len()) as f64)
                .collect())
        }

        fn identity(&self) -> String {
            "squares".into()
        }
    }

    let parts = Efficiency::of_game(&Named).unwrap();
    assert!((parts.total() - 16.0).abs() < 1e-12);
    let profile = Measurement::of_games()
        .pairs(Pairs::all())
        .run_game(&Named)
        .unwrap();
    assert_eq!(profile.samples()[0].fingerprint().players, "game squares");
}
