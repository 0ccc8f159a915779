//! Attacks against PyTorch (fixture made with torch 2.15.0), and on networks of the paper.

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use burn_interaction::evaluation::{Attack, Attacked, Norm, Robustness, with_gradients};
use burn_interaction::game::training_flags;
use burn_interaction::{Batch, Classifier};
use burn_interaction_models::VitConfig;
use burn_interaction_models::registry::{ImageSize, image_network, point_network};
use burn_interaction_tests::{fixture, test_device};
use serde_json::Value;

/// Two layers with a hyperbolic tangent between, as in `fixtures/attack/make.py`.
#[derive(Module, Debug)]
struct Net {
    first: Linear,
    last: Linear,
}

impl Classifier<Tensor<2>> for Net {
    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.last.forward(self.first.forward(x).tanh())
    }

    fn training(&self) -> Option<bool> {
        Some(training_flags(self))
    }
}

fn floats(value: &Value) -> Vec<f32> {
    let numbers = value.as_array().unwrap().iter();
    numbers.map(|v| v.as_f64().unwrap() as f32).collect()
}

fn places(value: &Value) -> Vec<usize> {
    let numbers = value.as_array().unwrap().iter();
    numbers.map(|v| v.as_u64().unwrap() as usize).collect()
}

fn rows(value: &Value, columns: usize, device: &Device) -> Tensor<2> {
    let values = floats(value);
    let rows = values.len() / columns;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

fn linear(net: &Value, layer: usize, [from, to]: [usize; 2], device: &Device) -> Linear {
    let mut linear = LinearConfig::new(from, to).init(device);
    let bias = rows(&net[format!("b{layer}")], to, device).reshape([to]);
    linear.weight = Param::from_tensor(rows(&net[format!("w{layer}")], to, device));
    linear.bias = Some(Param::from_tensor(bias));
    linear
}

#[test]
fn attacks_end_where_those_of_pytorch_do() {
    let device = test_device();
    let text = std::fs::read_to_string(fixture("attack/attack.json")).unwrap();
    let dump: Value = serde_json::from_str(&text).unwrap();
    let net = Net {
        first: linear(&dump["net"], 1, [6, 12], &device),
        last: linear(&dump["net"], 2, [12, 3], &device),
    };
    let labels = places(&dump["labels"]);
    let targets = labels.iter().map(|label| *label as i64).collect();
    let targets = Tensor::<1, Int>::from_data(TensorData::new::<i64, _>(targets, [8]), &device);
    let batch = Batch::new(rows(&dump["inputs"], 6, &device), targets, (0..8).collect());
    let attacks = dump["attacks"].as_array().unwrap();
    assert_eq!(attacks.len(), 6);
    for reference in attacks {
        let number = |key: &str| reference[key].as_f64().unwrap();
        let norm: Norm = reference["norm"].as_str().unwrap().parse().unwrap();
        let mut attack = Attack::new(norm, number("epsilon"))
            .step(number("step"))
            .steps(number("steps") as usize)
            .random_start(false);
        if let Some([least, largest]) = reference.get("bounds").map(floats).as_deref() {
            attack = attack.bounds((*least).into(), (*largest).into());
        }
        let attacked: Attacked<Tensor<2>> = match &reference["towards"] {
            Value::Null => attack.run(&net.valid(), batch.clone()),
            towards => attack.run_towards(&net.valid(), batch.clone(), &places(towards)),
        }
        .unwrap();
        // Both round in single precision, in orders of their own.
        let tolerance = 20.0 * number("noise");
        let expected = rows(&reference["inputs"], 6, &device);
        let apart = (attacked.inputs - expected)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(
            f64::from(apart) < tolerance,
            "{}: inputs {apart}",
            reference["name"]
        );
        let losses = floats(&reference["losses"]);
        let expected = losses.iter().zip(places(&reference["classes"]));
        for (sample, (loss, class)) in attacked.samples.iter().zip(expected) {
            let apart = (sample.loss - f64::from(*loss)).abs();
            assert!(apart < tolerance, "{}: loss {apart}", reference["name"]);
            assert_eq!(sample.class, class);
        }
        if reference["towards"].is_null() {
            let clean = floats(&dump["clean_losses"]);
            for (sample, loss) in attacked.samples.iter().zip(clean) {
                assert!((sample.clean_loss - f64::from(loss)).abs() < 1e-5);
            }
            // The last sample is wrong from the start.
            let robustness = Robustness::of(&attacked.samples).unwrap();
            assert_eq!(robustness.clean.value, 0.875);
        }
    }
}

/// All numbers of a module, running statistics among them.
fn numbers(module: &impl Module) -> Vec<f32> {
    struct Read(Vec<f32>);

    impl ModuleVisitor for Read {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().try_into_vec_as::<f32>().unwrap());
        }
    }

    let mut read = Read(Vec::new());
    module.visit(&mut read);
    read.0
}

/// Attacks a network that is being trained, which is refused, and its validation copy.
fn check<const D: usize, M: Module + Classifier<Tensor<D>>>(net: M, inputs: Tensor<D>) {
    let net = net.train();
    // Training forwards move the running statistics away from their start.
    net.logits(inputs.clone().autodiff());
    net.valid();
    let before = numbers(&net);
    let samples = inputs.dims()[0] as i64;
    let targets = Tensor::<1, Int>::arange(0..samples, &inputs.device()).remainder_scalar(3);
    let batch = Batch::new(inputs.clone(), targets, (0..samples as u64).collect());
    let attack = Attack::l2(0.2).steps(4).random_start(false);
    assert!(attack.run(&net, batch.clone()).is_err());
    let attacked = attack.run(&net.valid(), batch).unwrap();
    assert!(attacked.samples.iter().all(|s| s.loss > s.clean_loss));
    let copy = with_gradients(&net)
        .logits(inputs.clone().autodiff())
        .inner();
    let apart = (copy - net.valid().logits(inputs)).abs().max();
    assert!(apart.into_scalar::<f32>() < 1e-4);
    assert_eq!(numbers(&net), before);
}

#[test]
fn images_and_clouds_are_attacked_as_at_inference() {
    let device = test_device();
    let images = Tensor::<4>::random([6, 3, 16, 16], Distribution::Default, &device);
    let size = ImageSize::square(16);
    check(
        image_network("resnet20-slim", size, 3, &device).unwrap(),
        images.clone(),
    );
    let vit = VitConfig::new(3).with_image([16, 16]).with_patch(8);
    let vit = vit
        .with_width(24)
        .with_depth(2)
        .with_heads(3)
        .with_drop_path(0.6);
    check(vit.init(&device).unwrap(), images);
    let clouds = Tensor::<3>::random([4, 3, 64], Distribution::Default, &device);
    check(point_network("dgcnn-slim", 64, 3, &device).unwrap(), clouds);
}
