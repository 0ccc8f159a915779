//! The test device against flex: the same coalitions, and values within rounding.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Int, Tensor};
use burn_interaction::geometry::farthest_points;
use burn_interaction::modulation::Batching;
use burn_interaction::{
    Baseline, Batch, Classifier, Draw, Measurement, Modulation, Pairs, Patches, Regions, Strength,
    Term,
};
use burn_interaction_datasets::{Frame, SentenceSet, TextItem, Texts, Vocabulary};
use burn_interaction_models::points::Groups;
use burn_interaction_models::{
    Reference, ResNetCifarConfig, ResNetConfig, SwinConfig, load, open_text,
};
use burn_interaction_tests::{fixture, read_npy, test_device};

use crate::devices;
use crate::measuring::trained_mlp;
use crate::parity::{Fixture, difference, points};

fn close(a: &Strength, b: &Strength) {
    let level = a.points.iter().map(|p| p.raw).fold(0.0, f64::max);
    for (a, b) in a.points.iter().zip(&b.points) {
        assert!(
            (a.raw - b.raw).abs() < 1e-4 * level,
            "order {:?}: {} {}",
            a.order,
            a.raw,
            b.raw
        );
    }
}

#[test]
fn a_table_network_gives_the_numbers_of_flex() {
    let (net, x, y) = trained_mlp(&Device::flex());
    let measurement = Measurement::new(burn_interaction::Features)
        .pairs(Pairs::all())
        .contexts(10);
    let flex = measurement
        .run(&net, x.clone(), y.clone())
        .unwrap()
        .strength();
    let device = test_device();
    let there = measurement
        .run(&net.to_device(&device), x.to_device(&device), y)
        .unwrap()
        .strength();
    close(&flex, &there);
}

#[test]
fn an_image_network_gives_the_numbers_of_flex() {
    let flex = Device::flex();
    flex.seed(5);
    let net = ResNetCifarConfig::new(4)
        .with_blocks(1)
        .with_width(4)
        .init(&flex)
        .valid();
    let images = Tensor::<4>::random([2, 3, 8, 8], Distribution::Normal(0.0, 1.0), &flex);
    let run = |device: &Device| {
        let net = net.clone().to_device(device);
        let forward = |x: Tensor<4>| net.forward(x);
        let measurement = Measurement::new(Patches::grid(4, 4))
            .pairs(Pairs::windows(2, 12))
            .contexts(4);
        measurement
            .run(&forward, images.clone().to_device(device), vec![0, 1])
            .unwrap()
            .strength()
    };
    close(&run(&flex), &run(&test_device()));
}

#[test]
fn a_modulated_loss_and_its_gradient_are_those_of_flex() {
    let flex = Device::flex();
    flex.seed(6);
    let net = ResNetCifarConfig::new(4)
        .with_blocks(1)
        .with_width(4)
        .init(&flex);
    let images = Tensor::<4>::random([8, 3, 8, 8], Distribution::Normal(0.0, 1.0), &flex);
    let modulation = Modulation::low_order()
        .with(Term::encourage(0.3..0.7).draws(2))
        .batching(Batching::Separate);
    let run = |device: &Device| {
        let training = device.clone().autodiff();
        let net = net.clone().fork(device).train();
        let inputs = images.clone().to_device(device).autodiff().require_grad();
        let targets = Tensor::<1, Int>::arange(0..8, &training).remainder_scalar(4);
        let forward = |x: Tensor<4>| net.forward(x);
        let batch = Batch::new(inputs.clone(), targets, (0..8).collect());
        let draw = Draw { seed: 1, epoch: 0 };
        let loss = modulation.loss(&forward, &Patches::grid(4, 4), batch, draw);
        let total = loss.unwrap().total;
        let gradient = inputs.grad(&total.backward()).unwrap();
        (
            total.into_scalar::<f32>(),
            gradient.into_data().try_to_vec::<f32>().unwrap(),
        )
    };
    let (a, b) = (run(&flex), run(&test_device()));
    assert!((a.0 - b.0).abs() < 1e-4 * a.0.abs(), "{} {}", a.0, b.0);
    let level = a.1.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    assert!(level > 0.0);
    for (a, b) in a.1.iter().zip(&b.1) {
        assert!((a - b).abs() < 1e-3 * level, "{a} {b}");
    }
}

#[test]
fn an_epoch_of_a_learner_with_probe_and_terms_trains_what_flex_does() {
    let [flex, there] = [&Device::flex(), &test_device()].map(devices::epoch);
    let far = devices::furthest(&flex, &there);
    assert!(far < 1e-3, "{far}");
}

#[test]
fn a_convolutional_network_and_a_transformer_give_the_logits_of_their_references() {
    let device = test_device();
    let resnet = ResNetConfig::depth(18, 10).unwrap().with_width(8);
    let swin = SwinConfig::new(10).with_image([64, 64]).with_window(4);
    let swin = swin
        .with_width(12)
        .with_depths([2, 2, 2, 2])
        .with_heads([1, 2, 3, 6]);
    agree::<4, _>("resnet18-small", resnet.init(&device), &device);
    agree::<4, _>("swin-small", swin.init(&device).unwrap(), &device);
}

#[test]
fn groups_of_points_are_those_of_flex() {
    let (flex, device) = (Device::flex(), test_device());
    let file = fixture("pointnet2-small/input.npy");
    let clouds = read_npy::<3>(&file, &flex);
    let list = |found: Tensor<2, Int>| found.try_into_vec_as::<i64>().unwrap();
    let there = clouds.clone().to_device(&device);
    let found = farthest_points(clouds.clone(), 12);
    assert_eq!(
        list(found.clone()),
        list(farthest_points(there.clone(), 12))
    );
    let map = |clouds: &Tensor<3>| Regions::farthest(6).map(clouds).unwrap();
    assert_eq!(map(&clouds), map(&there));

    // The members' own coordinates: in the order of the cloud, and for neighbours whichever comes first.
    let members = |clouds: &Tensor<3>, neighbours: bool| {
        let points = clouds.clone().swap_dims(1, 2);
        let centres = points.clone().narrow(1, 3, 5);
        let groups = match neighbours {
            true => Groups::nearest(&points, &centres, 4),
            false => Groups::ball(&points, &centres, 0.5, 4),
        };
        let rows = groups.gather(points.reshape([256, 3]));
        let mut rows = rows.try_into_vec_as::<f32>().unwrap();
        if neighbours {
            let (groups, _) = rows.as_chunks_mut::<12>();
            for group in groups {
                let (points, _) = group.as_chunks_mut::<3>();
                points.sort_by(|a, b| a.partial_cmp(b).unwrap());
            }
        }
        rows
    };
    for neighbours in [false, true] {
        assert_eq!(members(&clouds, neighbours), members(&there, neighbours));
    }
}

#[test]
fn the_interactions_of_regions_are_those_of_flex() {
    let file = fixture("pointnet2-small/input.npy");
    // The square of the sum over points, which sees copies, and the maximum, which does not.
    let net = |clouds: Tensor<3>| {
        let x = clouds.narrow(1, 0, 1).flatten::<2>(1, 2);
        let sum = x.clone().sum_dim(1) / 10.0;
        Tensor::cat(vec![x.max_dim(1), sum.clone() * sum], 1)
    };
    for players in [Regions::farthest(6), Regions::farthest(6).dropped()] {
        let run = |device: &Device| {
            let measurement = Measurement::new(players.clone());
            let measurement = measurement.pairs(Pairs::random(4)).contexts(2);
            let clouds = read_npy::<3>(&file, device);
            measurement
                .run(&net, clouds, vec![0, 1])
                .unwrap()
                .strength()
        };
        close(&run(&Device::flex()), &run(&test_device()));
    }
}

#[test]
fn a_network_for_point_clouds_gives_the_logits_of_its_reference() {
    let device = test_device();
    let config = points::dgcnn_config(&Fixture::open("dgcnn"));
    agree::<3, _>("dgcnn-small", config.init(&device), &device);
}

#[test]
fn the_interactions_of_word_pieces_are_those_of_flex() {
    let run = |device: &Device, baseline: Baseline| {
        let folder = fixture("folders/bert");
        let (net, config, _) = open_text(&folder, device).unwrap();
        let vocabulary = Vocabulary::open(&folder, Frame::ClassFirst).unwrap();
        let item = |text: &str| TextItem::new(text, 0);
        let items = ["a child is not happy", "the birds that sing are very old"].map(item);
        let texts = Texts::new(items.into(), config.classes().to_vec()).unwrap();
        let set = SentenceSet::new(texts, &vocabulary, None).unwrap();
        let measurement = Measurement::new(vocabulary.tokens()).baseline(baseline);
        let measurement = measurement.pairs(Pairs::random(4)).contexts(2);
        let inputs = set.batch(&[0, 1], device).inputs;
        measurement
            .run(&net, inputs, vec![0, 1])
            .unwrap()
            .strength()
    };
    for baseline in [Baseline::Mask, Baseline::Hidden] {
        let flex = run(&Device::flex(), baseline.clone());
        assert!(flex.points.iter().all(|point| point.raw > 1e-3));
        close(&flex, &run(&test_device(), baseline));
    }
}

fn agree<const D: usize, M: Reference + Classifier<Tensor<D>>>(
    name: &str,
    net: M,
    device: &Device,
) {
    let file = |file: &str| fixture(&format!("{name}/{file}"));
    let (net, _) = load(net.valid(), file("weights.safetensors")).unwrap();
    let logits = net.logits(read_npy(&file("input.npy"), device));
    let difference = difference(&logits, &read_npy(&file("logits.npy"), device));
    assert!(difference < 1e-3, "{name}: {difference}");
}
