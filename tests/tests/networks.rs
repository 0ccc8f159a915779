//! The registry of networks: sizes, shapes, what they refuse, and training.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Distribution, Tensor};
use burn_interaction::Classifier;
use burn_interaction_models::registry::{
    ImageSize, image_network, image_networks, point_network, preprocessing, table_network,
};
use burn_interaction_models::{PvtConfig, PvtV2Config, SwinConfig, TntConfig, VitConfig};
use burn_interaction_tests::test_device;

/// Counts what is trained: all but the running statistics of batch norms.
#[derive(Default)]
struct Parameters {
    path: Vec<String>,
    tensors: usize,
    numbers: usize,
}

impl ModuleVisitor for Parameters {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !self
            .path
            .last()
            .is_some_and(|name| name.starts_with("running"))
        {
            self.tensors += 1;
            self.numbers += param.lazy_shape().num_elements();
        }
    }
}

#[test]
fn full_size_networks_have_the_published_number_of_parameters() {
    // torchvision 0.29.2, timm 1.0.31 and whai362/PVT, at 224 pixels and 1,000 classes; CIFAR: akamaster, 10 classes.
    for (name, parameters) in [
        ("alexnet", 61_100_840),
        ("vgg16", 138_357_544),
        ("vgg16-bn", 138_365_992),
        ("resnet18", 11_689_512),
        ("resnet50", 25_557_032),
        ("googlenet", 6_624_904),
        ("vit-base", 86_567_656),
        ("deit-small", 22_050_664),
        ("deit-small-distilled", 22_436_432),
        ("pvt-small", 24_485_864),
        ("pvt-v2-b0", 3_666_760),
        ("pvt-v2-b1", 14_009_000),
        ("pvt-v2-b2", 25_362_856),
        ("pvt-v2-b2-li", 22_553_512),
        ("pvt-v2-b3", 45_238_696),
        ("pvt-v2-b4", 62_556_072),
        ("pvt-v2-b5", 81_956_008),
        ("tnt-small", 23_768_584),
        ("tnt-small-legacy", 23_755_336),
        ("swin-tiny", 28_288_354),
        ("resnet20", 269_722),
        ("resnet56", 853_018),
    ] {
        let expected = preprocessing(name).unwrap();
        let classes = if expected.size == 32 { 10 } else { 1000 };
        let size = ImageSize::square(expected.size);
        let net = image_network(name, size, classes, &test_device()).unwrap();
        let mut count = Parameters::default();
        net.visit(&mut count);
        assert_eq!(count.numbers, parameters, "{name}");
    }
}

#[test]
fn networks_for_point_clouds_have_the_published_number_of_parameters() {
    // ada-shen/Interpret_quality, 10 classes; PointNet++ SSG: yanx27/Pointnet_Pointnet2_pytorch without normals.
    for (name, parameters) in [
        ("pointnet", 3_463_763),
        // The batch norms' statistics are no parameters.
        ("pointnet-vanilla", 811_914),
        ("pointnet2", 1_739_658),
        ("pointnet2-ssg", 1_467_978),
        ("dgcnn", 1_801_866),
        ("gcnn", 1_801_866),
        ("pointconv", 19_561_755),
    ] {
        let net = point_network(name, 1024, 10, &test_device()).unwrap();
        let mut count = Parameters::default();
        net.visit(&mut count);
        assert_eq!(count.numbers, parameters, "{name}");
    }
}

#[test]
fn networks_take_images_of_many_sizes() {
    let device = test_device();
    for (name, height, width) in [
        ("alexnet", 64, 80),
        ("alexnet-cifar", 20, 20),
        ("alexnet-cifar-slim", 20, 20),
        ("vgg11-bn", 32, 50),
        ("vgg16-bn-slim", 32, 40),
        ("resnet18", 47, 33),
        ("resnet50-slim", 33, 47),
        ("resnet20-slim", 5, 9),
        ("googlenet", 32, 45),
        ("googlenet-slim", 45, 32),
        ("vit-tiny/4", 16, 24),
        ("deit-tiny-distilled/8", 32, 32),
        ("pvt-tiny/2", 32, 48),
        ("pvt-v2-b0", 29, 50),
        ("pvt-v2-b0/1", 8, 8),
        ("pvt-v2-b2-li", 3, 20),
        ("tnt-small/8", 32, 16),
        ("tnt-slim/8", 16, 32),
        ("swin-tiny", 36, 52),
        ("swin-tiny/2", 14, 30),
        ("swin-slim/2", 30, 14),
    ] {
        let size = ImageSize {
            channels: 3,
            height,
            width,
        };
        let net = image_network(name, size, 7, &device).unwrap().valid();
        let images = Tensor::<4>::random([2, 3, height, width], Distribution::Default, &device);
        let logits = net.logits(images.clone());
        assert_eq!(logits.dims(), [2, 7], "{name}");
        // A row does not depend on those beside it.
        let alone = net.logits(images.narrow(0, 1, 1));
        let apart: f32 = (logits.narrow(0, 1, 1) - alone).abs().max().into_scalar();
        assert!(apart < 1e-4, "{name}: {apart}");
    }
}

#[test]
fn images_that_do_not_fit_are_refused() {
    let device = test_device();
    for (name, side, what) in [
        ("vit-tiny", 100, "multiples of 16"),
        ("vit-tiny/12", 100, "multiples of 12"),
        ("pvt-tiny", 48, "multiples of 32"),
        ("pvt-v2-b0", 16, "at least 29 pixels; pvt-v2-b0/2 takes"),
        ("pvt-v2-b0/2", 7, "at least 15"),
        ("tnt-small/6", 48, "multiple of 4"),
        ("swin-tiny", 30, "multiples of 4"),
        ("vgg16", 31, "at least 32"),
        ("alexnet", 62, "at least 63"),
        ("resnet18/4", 64, "no patches"),
        ("vit-tiny/0", 64, "vit-tiny/8"),
        ("vit-tiny/x", 64, "vit-tiny/8"),
        ("vit-huge", 64, "unknown network \"vit-huge\""),
        ("mlp5", 64, "for images"),
    ] {
        let error = image_network(name, ImageSize::square(side), 2, &device).unwrap_err();
        assert!(error.to_string().contains(what), "{name}: {error}");
    }
    for (error, what) in [
        (
            VitConfig::new(2).with_heads(7).init(&device).err(),
            "a width of 768",
        ),
        (
            VitConfig::new(2).with_patch(0).init(&device).err(),
            "multiple of 0",
        ),
        (
            PvtConfig::new(2).with_image([224, 200]).init(&device).err(),
            "a side of 200",
        ),
        (
            PvtV2Config::new(2)
                .with_heads([1, 2, 3, 8])
                .init(&device)
                .err(),
            "a width of 320",
        ),
        (
            PvtV2Config::new(2).with_patch(0).init(&device).err(),
            "a patch of 0",
        ),
        (
            TntConfig::new(2).with_inner_heads(5).init(&device).err(),
            "an inner width of 24",
        ),
        (
            SwinConfig::new(2)
                .with_heads([3, 6, 12, 25])
                .init(&device)
                .err(),
            "a width of 768",
        ),
        (
            SwinConfig::new(2).with_window(0).init(&device).err(),
            "a window of 0",
        ),
    ] {
        assert!(error.unwrap().to_string().contains(what), "{what}");
    }
    assert!(image_network("resnet20", ImageSize::cifar(), 0, &device).is_err());
    assert!(preprocessing("nothing").is_err());
    assert!(table_network("resnet20", 3, 2, &device).is_err());
    let names = image_networks();
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
}

/// Every transformer learns in all its weights, and drops branches only while it trains, frozen on an autodiff device as little
/// as without one.
fn trains<M: Module + Classifier<Tensor<4>>>(net: M) {
    let device = test_device().autodiff();
    let net = net.train();
    let images = Tensor::<4>::random([8, 3, 16, 16], Distribution::Default, &device);
    let first = net.logits(images.clone());
    let second = net.logits(images.clone());
    let apart: f32 = (first.clone() - second).abs().max().into_scalar();
    assert!(apart > 0.0, "no branch was dropped");
    let gradients = first.powi_scalar(2).mean().backward();
    let counted = burn::optim::GradientsParams::from_grads(gradients, &net);
    let mut weights = Parameters::default();
    net.visit(&mut weights);
    assert_eq!(counted.len(), weights.tensors);
    let (net, images) = (net.valid(), images.inner());
    let same = net.logits(images.clone()) - net.logits(images.clone());
    assert_eq!(same.abs().max().into_scalar::<f32>(), 0.0);
    let frozen = net.logits(images.clone().autodiff()).inner() - net.logits(images);
    assert!(frozen.abs().max().into_scalar::<f32>() < 1e-4);
}

#[test]
fn transformers_train_with_stochastic_depth() {
    let device = test_device();
    let image = [16, 16];
    let vit = VitConfig::new(3)
        .with_image(image)
        .with_patch(8)
        .with_width(24)
        .with_depth(2);
    trains(
        vit.with_heads(3)
            .with_drop_path(0.6)
            .init(&device.clone().autodiff())
            .unwrap(),
    );
    let pvt = PvtConfig::new(3)
        .with_image(image)
        .with_patch(2)
        .with_depths([1, 1, 1, 2]);
    let pvt = pvt.with_widths([8, 8, 10, 16]).with_drop_path(0.6);
    trains(pvt.init(&device.clone().autodiff()).unwrap());
    for linear in [false, true] {
        let pvt = PvtV2Config::new(3).with_patch(2).with_linear(linear);
        let pvt = pvt.with_depths([1, 1, 1, 2]).with_heads([1, 1, 2, 2]);
        let pvt = pvt.with_widths([8, 8, 10, 16]).with_drop_path(0.6);
        trains(pvt.init(&device.clone().autodiff()).unwrap());
    }
    let tnt = TntConfig::new(3)
        .with_image(image)
        .with_patch(8)
        .with_width(12)
        .with_depth(2);
    let tnt = tnt.with_heads(2).with_inner_width(8).with_drop_path(0.6);
    trains(tnt.init(&device.clone().autodiff()).unwrap());
    let swin = SwinConfig::new(3)
        .with_image(image)
        .with_patch(2)
        .with_window(2)
        .with_width(12);
    let swin = swin.with_depths([2, 1, 1, 1]).with_drop_path(0.6);
    trains(swin.init(&device.clone().autodiff()).unwrap());
}
