//! Results know what made them: ids, fingerprints and parts, and how these are put together.

use burn::tensor::Tensor;
use burn_interaction::coalition::generator;
use burn_interaction::game::Game;
use burn_interaction::input::Input;
use burn_interaction::training::Probe;
use burn_interaction::{
    Baseline, Batch, Classifier, Coalition, Efficiency, Error, Features, Measurement, Orders,
    Origin, Pairs, Patches, Players, Profile, Regions, Result, Sentences, Targets, Tokens,
};
use burn_interaction_datasets::rules;
use burn_interaction_models::{Mlp, MlpConfig};
use burn_interaction_tests::{seeded, test_device, uniform};

use crate::measuring::trained_mlp;

/// The rows of the batch that these tests measure.
pub const ROWS: usize = 6;

/// A network of ten features with one or two outputs, and a batch of rows.
pub fn subject(classes: usize) -> (Mlp, Batch<Tensor<2>>) {
    let device = test_device();
    let net = MlpConfig::new(10, classes).with_hidden(16).init(&device);
    let batch = rules(40, 3).batch(&[30, 2, 17, 8, 21, 5], &device);
    (seeded(net, 5), batch)
}

/// Class labels of a batch.
pub fn labels(batch: &Batch<Tensor<2>>) -> Vec<usize> {
    let labels = batch.targets.clone().try_into_vec_as::<i64>().unwrap();
    labels.into_iter().map(|label| label as usize).collect()
}

/// A measurement of four orders of seven random pairs.
pub fn measurement() -> Measurement<Features> {
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
