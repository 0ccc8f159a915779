//! Point clouds: regions as players, on games with known interactions and on networks; files of regions; training.

use burn::module::Module;
use burn::tensor::{Distribution, Int, Tensor};
use burn_interaction::geometry::farthest_points;
use burn_interaction::{
    Baseline, Classifier, Coalition, Draw, Error, Estimator, Measurement, Modulation, Orders,
    Pairs, Players, RegionMap, Regions,
};
use std::sync::Arc;

use burn_interaction_datasets::{CloudSamples, Samples, solids};
use burn_interaction_models::registry::{ignores_copies, point_network, point_networks};
use burn_interaction_models::{Reference, load};
use burn_interaction_tests::test_device;

use crate::parity::{Fixture, difference, points};

fn clouds(count: usize, points: usize) -> Tensor<3> {
    let set = solids(7 * count, 3);
    let indices: Vec<usize> = (0..count)
        .map(|k| 8 * k + 5)
        .map(|k| k % (7 * count))
        .collect();
    let batch = CloudSamples::new(Arc::new(set), points).read(&indices, 0, &test_device());
    batch.unwrap().inputs
}

fn presence(players: usize, rows: &[Coalition]) -> Tensor<2, burn::tensor::Bool> {
    let mut values = Vec::new();
    for row in rows {
        row.extend_presence(&mut values);
    }
    let values = burn::tensor::TensorData::new(values, [rows.len(), players]);
    Tensor::from_data(values, &test_device())
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as::<f32>().unwrap()
}

#[test]
fn each_point_is_in_the_region_of_its_nearest_farthest_point() {
    let clouds = clouds(2, 150);
    let map = Regions::farthest(9).map(&clouds).unwrap();
    assert_eq!((map.regions(), map.clouds().len()), (9, 2));
    let centres = farthest_points(clouds.clone(), 9);
    let centres = centres.try_into_vec_as::<i64>().unwrap();
    let values = numbers(clouds);
    for (cloud, regions) in map.clouds().iter().enumerate() {
        let at = |point: usize, axis: usize| values[(cloud * 3 + axis) * 150 + point];
        let distance = |point: usize, centre: i64| {
            let away = |axis| at(point, axis) - at(centre as usize, axis);
            (0..3).map(|axis| away(axis).powi(2)).sum::<f32>()
        };
        for (point, region) in regions.iter().enumerate() {
            let own = &centres[9 * cloud..][..9];
            let nearest = own
                .iter()
                .map(|c| distance(point, *c))
                .fold(f32::INFINITY, f32::min);
            assert!((distance(point, own[*region]) - nearest).abs() < 1e-6);
        }
    }
}

#[test]
fn the_interactions_of_a_squared_sum_are_products_of_regions() {
    // v = (the sum of all x, over ten)^2. Absent regions are at the origin and add nothing, so that every interaction of
    // regions with sums a and b is 2 a b, at every order.
    let net = |clouds: Tensor<3>| {
        let sum = clouds.narrow(1, 0, 1).flatten::<2>(1, 2).sum_dim(1) / 10.0;
        let square = sum.clone() * sum;
        Tensor::cat(vec![square.zeros_like(), square], 1)
    };
    let clouds = clouds(2, 120) + 0.3;
    let players = Regions::farthest(7);
    let map = players.map(&clouds).unwrap();
    let values = numbers(clouds.clone());
    let measurement = Measurement::new(players)
        .baseline(Baseline::Zero)
        .orders(Orders::all())
        .pairs(Pairs::all());
    for estimator in [Estimator::Exact, Estimator::toggled()] {
        let profile = measurement.clone().estimator(estimator).contexts(3);
        let profile = profile.run(&net, clouds.clone(), vec![1, 1]).unwrap();
        for (cloud, sample) in profile.samples().iter().enumerate() {
            let xs = &values[cloud * 360..][..120];
            let sums: Vec<f32> = (0..7)
                .map(|region| {
                    let own = xs.iter().zip(&map.clouds()[cloud]);
                    let own = own.filter(|(_, r)| **r == region);
                    own.map(|(x, _)| x).sum::<f32>() / 10.0
                })
                .collect();
            for order in profile.orders() {
                for (i, j) in sample.pairs() {
                    let found = sample.interaction(*order, (*i, *j)).unwrap();
                    if found.contexts == 0 {
                        assert_ne!(estimator, Estimator::Exact);
                        continue;
                    }
                    let found = found.mean;
                    let expected = f64::from(2.0 * sums[*i] * sums[*j]);
                    assert!((found - expected).abs() < 2e-4, "{found} {expected}");
                }
            }
        }
    }
}

#[test]
fn absent_regions_move_to_the_centre_of_their_own_cloud() {
    let clouds = clouds(2, 60) + 0.5;
    let players = Regions::farthest(4);
    assert_eq!(players.baseline(), Baseline::Mean);
    let absent = players.absent(&clouds, &players.baseline()).unwrap();
    let places = players.places(&clouds).unwrap();
    let rows = [Coalition::of(4, [1, 2]), Coalition::of(4, [])];
    let masked = players.compose(clouds.clone(), absent, &places, presence(4, &rows));
    let map = players.map(&clouds).unwrap();
    let means = numbers(clouds.clone().mean_dim(2));
    let (masked, values) = (numbers(masked), numbers(clouds));
    for cloud in 0..2 {
        for (point, region) in map.clouds()[cloud].iter().enumerate() {
            for axis in 0..3 {
                let at = (cloud * 3 + axis) * 60 + point;
                let expected = match cloud == 0 && [1, 2].contains(region) {
                    true => values[at],
                    false => means[cloud * 3 + axis],
                };
                assert!((masked[at] - expected).abs() < 1e-6);
            }
        }
    }
}

/// A network with the weights of a fixture, whose outputs differ widely.
fn weighted<M: Reference>(fixture: &Fixture, net: M) -> M {
    load(net.valid(), fixture.path("weights.safetensors"))
        .unwrap()
        .0
}

fn apart(net: &impl Classifier<Tensor<3>>, [a, b]: [&Tensor<3>; 2]) -> f32 {
    difference(&net.logits(a.clone()), &net.logits(b.clone()))
}

#[test]
fn dropped_regions_leave_the_networks_that_ignore_copies_the_smaller_cloud() {
    let clouds = clouds(1, 200);
    let players = Regions::farthest(8).dropped();
    let absent = players.absent(&clouds, &Baseline::Mean).unwrap();
    let places = players.places(&clouds).unwrap();
    let map = players.map(&clouds).unwrap();
    let device = test_device();
    let [one, two, three] = ["pointnet", "pointnet2", "dgcnn"].map(Fixture::open);
    let pointnet = weighted(&one, points::pointnet_config(&one).init(&device));
    let pointnet2 = weighted(&two, points::pointnet2_config(&two).init(&device));
    let dgcnn = weighted(&three, points::dgcnn_config(&three).init(&device));
    for present in [vec![0, 3, 4, 7], vec![2, 5], (0..8).collect()] {
        let row = [Coalition::of(8, present.iter().copied())];
        let dropped = players.compose(clouds.clone(), absent.clone(), &places, presence(8, &row));
        let kept = map.clouds()[0].iter().enumerate();
        let kept = kept.filter(|(_, region)| present.contains(region));
        let kept: Vec<i64> = kept.map(|(point, _)| point as i64).collect();
        let smaller = Tensor::<1, Int>::from_data(kept.as_slice(), &test_device());
        let smaller = clouds.clone().select(2, smaller);
        let both = [&dropped, &smaller];
        for (name, apart, copies) in [
            ("pointnet", apart(&pointnet, both), true),
            ("pointnet2", apart(&pointnet2, both), true),
            ("dgcnn", apart(&dgcnn, both), false),
        ] {
            assert_eq!(ignores_copies(name).unwrap(), copies);
            match copies || present.len() == 8 {
                true => assert!(apart < 1e-4, "{name} {present:?}: {apart}"),
                false => assert!(apart > 0.01, "{name} {present:?}: {apart}"),
            }
        }
    }
    // Of nothing the centre is left.
    let row = [Coalition::of(8, [])];
    let nothing = players.compose(clouds.clone(), absent.clone(), &places, presence(8, &row));
    assert_eq!(nothing.into_data(), absent.into_data());
}

#[test]
fn regions_are_written_read_and_given() {
    let clouds = clouds(2, 80);
    let map = Regions::farthest(5).map(&clouds).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("regions.json");
    map.save_json(&file).unwrap();
    let read = RegionMap::load_json(&file).unwrap();
    assert_eq!(map, read);
    let net = point_network("pointnet-slim", 80, 7, &test_device())
        .unwrap()
        .valid();
    let run = |players: Regions| {
        let measurement = Measurement::new(players).pairs(Pairs::all()).contexts(2);
        measurement.run(&net, clouds.clone(), vec![1, 2]).unwrap()
    };
    let (found, given) = (run(Regions::farthest(5)), run(Regions::given(read)));
    assert_eq!(found.strength().points, given.strength().points);
    assert_eq!(given.described(), "given regions 5");

    for (clouds, reason) in [
        ("[[0, 3]]", "there are 3, numbered from 0"),
        ("[[0, 1, 2]], \"names\": [\"a\", \"b\"]", "names of clouds"),
    ] {
        let text = format!("{{\"regions\": 3, \"clouds\": {clouds}}}");
        std::fs::write(&file, text).unwrap();
        let error = RegionMap::load_json(&file).unwrap_err().to_string();
        assert!(error.contains("regions.json: "), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    std::fs::write(&file, "{\"regions\": 2, \"clo").unwrap();
    assert!(matches!(
        RegionMap::load_json(&file),
        Err(Error::Format { .. })
    ));
    let error = RegionMap::new(vec![vec![0, 1], vec![0, 0]]).unwrap_err();
    assert!(
        error.to_string().contains("cloud 1 has no point"),
        "{error}"
    );
}

#[test]
fn regions_that_do_not_fit_are_refused() {
    let clouds = clouds(2, 40);
    let refused = |players: Regions, clouds: Tensor<3>, what: &str| {
        let net = |x: Tensor<3>| x.mean_dim(2).squeeze_dim::<2>(2);
        let error = Measurement::new(players).run(&net, clouds, vec![0, 0]);
        let error = error.unwrap_err().to_string();
        assert!(error.contains(what), "{what}: {error}");
    };
    refused(Regions::farthest(41), clouds.clone(), "40 points");
    refused(Regions::farthest(1), clouds.clone(), "at least 2 players");
    let map = Regions::farthest(4).map(&clouds).unwrap();
    let one = clouds.clone().narrow(0, 0, 1);
    refused(Regions::given(map.clone()), one, "expected 2, found 1");
    let fewer = clouds.clone().narrow(2, 0, 39);
    refused(Regions::given(map), fewer, "points of a cloud");
    refused(
        Regions::default(),
        clouds.clone().narrow(1, 0, 2),
        "axes of a cloud",
    );
    let nan = clouds.clone().narrow(2, 0, 1) * f32::NAN;
    let nan = Tensor::cat(vec![clouds.clone(), nan], 2);
    refused(Regions::farthest(4), nan, "NaN");
    let blurred = Measurement::new(Regions::farthest(4)).baseline(Baseline::Blur(1.0));
    let net = |x: Tensor<3>| x.mean_dim(2).squeeze_dim::<2>(2);
    let error = blurred.run(&net, clouds, vec![0, 0]).unwrap_err();
    assert!(error.to_string().contains("blur"), "{error}");
}

#[test]
fn every_network_takes_clouds_and_refuses_those_too_small() {
    let device = test_device();
    for name in point_networks() {
        if !name.ends_with("-slim") {
            continue;
        }
        let net = point_network(name, 64, 6, &device).unwrap().valid();
        let clouds = clouds(3, 64);
        let logits = net.logits(clouds.clone());
        assert_eq!(logits.dims(), [3, 6], "{name}");
        // A row does not depend on those beside it.
        let alone = net.logits(clouds.narrow(0, 1, 1));
        let apart = difference(&logits.narrow(0, 1, 1), &alone);
        assert!(apart < 1e-4, "{name}: {apart}");
    }
    for (name, points, what) in [
        ("dgcnn", 19, "20 points or more"),
        ("pointconv", 31, "32 points or more"),
        ("pointnet3", 64, "unknown network \"pointnet3\""),
        ("resnet20", 64, "pointconv"),
    ] {
        let error = point_network(name, points, 6, &device)
            .unwrap_err()
            .to_string();
        assert!(error.contains(what), "{name}: {error}");
    }
    assert!(point_network("pointnet", 64, 0, &device).is_err());
}

#[test]
fn a_network_learns_solids_towards_low_orders() {
    let training = test_device().autodiff();
    training.seed(3);
    let mut net = point_network("pointnet2-slim", 96, 7, &training)
        .unwrap()
        .train();
    let set = solids(28, 1);
    let indices: Vec<usize> = (0..28).collect();
    let batch = CloudSamples::new(Arc::new(set), 96)
        .read(&indices, 0, &training)
        .unwrap();
    let mut optimizer = burn::optim::AdamConfig::new().init();
    let modulation = Modulation::low_order();
    let players = Regions::farthest(8);
    let mut losses = Vec::new();
    for epoch in 0..25 {
        let draw = Draw { seed: 1, epoch };
        let loss = modulation
            .loss(&net, &players, batch.clone(), draw)
            .unwrap();
        losses.push(loss.task.into_scalar::<f32>());
        let gradients = loss.total.backward();
        let gradients = burn::optim::GradientsParams::from_grads(gradients, &net);
        net = optimizer.step(5e-3, net, gradients);
    }
    assert!(losses[24] < 0.6 * losses[0], "{losses:?}");
}

#[test]
fn clouds_of_noise_do_not_stop_a_network() {
    // Coincident points: all distances are zero.
    let same = Tensor::<3>::zeros([2, 3, 64], &test_device());
    for name in [
        "pointnet-slim",
        "pointnet2-slim",
        "dgcnn-slim",
        "gcnn-slim",
        "pointconv-slim",
    ] {
        let net = point_network(name, 64, 4, &test_device()).unwrap().valid();
        let finite: bool = net.logits(same.clone()).is_finite().all().into_scalar();
        assert!(finite, "{name}");
        let wild = Tensor::<3>::random([2, 3, 64], Distribution::Normal(0.0, 30.0), &test_device());
        let finite: bool = net.logits(wild).is_finite().all().into_scalar();
        // Far from all others a point's density is its own alone.
        assert!(finite, "{name}");
    }
}
