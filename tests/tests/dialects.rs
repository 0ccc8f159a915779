//! Weights under the names of other collections than the reference's.

use std::path::{Path, PathBuf};

use burn_interaction_models::{PvtV2Config, Reference, SwinConfig, TntConfig, VitConfig, load};
use burn_interaction_tests::{fixture, read_npy, test_device};
use safetensors::tensor::{SafeTensors, TensorView};

use crate::parity::difference;

/// Copies a weight file, each tensor under the name and in the form that `change` gives it.
pub fn rewritten(
    from: &Path,
    to: &Path,
    change: impl Fn(String, Vec<usize>, Vec<u8>) -> (String, Vec<usize>, Vec<u8>),
    more: &[(&str, Vec<usize>)],
) {
    let bytes = std::fs::read(from).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> = file
        .iter()
        .map(|(name, view)| change(name.into(), view.shape().to_vec(), view.data().to_vec()))
        .collect();
    tensors.extend(more.iter().map(|(name, shape)| {
        let bytes = vec![0; 4 * shape.iter().product::<usize>()];
        (name.to_string(), shape.clone(), bytes)
    }));
    let view = |(name, shape, bytes)| {
        let (shape, bytes): (&Vec<usize>, &Vec<u8>) = (shape, bytes);
        let view = TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap();
        (name, view)
    };
    let views: Vec<(&String, TensorView)> = tensors
        .iter()
        .map(|(name, shape, bytes)| view((name, shape, bytes)))
        .collect();
    safetensors::serialize_to_file(views, None, to).unwrap();
}

fn check<M: Reference + burn_interaction::Classifier<burn::Tensor<4>>>(
    net: M,
    name: &str,
    weights: PathBuf,
    ignored: usize,
) {
    let (net, report) = load(net.valid(), weights).unwrap();
    assert_eq!(report.ignored.len(), ignored, "{:?}", report.ignored);
    let device = test_device();
    let input = read_npy::<4>(&fixture(&format!("{name}/input.npy")), &device);
    let expected = read_npy::<2>(&fixture(&format!("{name}/logits.npy")), &device);
    let difference = difference(&net.logits(input), &expected);
    assert!(difference <= 1.2e-5, "{name}: {difference}");
}

#[test]
fn torchvision_vit() {
    let config = VitConfig::new(10).with_image([32, 32]).with_patch(8);
    let config = config.with_width(24).with_depth(2).with_heads(3);
    let name = "torchvision_vit-small";
    let weights = fixture(&format!("{name}/weights.safetensors"));
    check(config.init(&test_device()).unwrap(), name, weights, 0);
}

#[test]
fn torchvision_swin() {
    let config = SwinConfig::new(10).with_image([64, 64]).with_window(2);
    let config = config.with_width(8).with_depths([1, 2, 1, 1]);
    let name = "torchvision_swin-small";
    let weights = fixture(&format!("{name}/weights.safetensors"));
    // An index for each block.
    check(
        config
            .with_heads([1, 2, 2, 4])
            .init(&test_device())
            .unwrap(),
        name,
        weights,
        5,
    );
}

#[test]
fn microsoft_swin() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("swin.safetensors");
    rewritten(
        &fixture("swin-small/weights.safetensors"),
        &path,
        |name, shape, bytes| {
            let name = name.replace("head.fc.", "head.");
            let name = (1..4).fold(name, |name, stage| {
                let here = format!("layers.{stage}.downsample");
                name.replace(&here, &format!("layers.{}.downsample", stage - 1))
            });
            (name, shape, bytes)
        },
        &[
            (
                "layers.0.blocks.0.attn.relative_position_index",
                vec![16, 16],
            ),
            ("layers.0.blocks.1.attn_mask", vec![16, 16, 16]),
        ],
    );
    let config = SwinConfig::new(10).with_image([64, 64]).with_window(4);
    let config = config
        .with_width(12)
        .with_depths([2, 2, 2, 2])
        .with_heads([1, 2, 3, 6]);
    check(config.init(&test_device()).unwrap(), "swin-small", path, 2);
}

#[test]
fn whai362_pvt_v2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pvt_v2.safetensors");
    // timm's own conversion, backwards.
    rewritten(
        &fixture("pvt_v2-small/weights.safetensors"),
        &path,
        |name, shape, bytes| {
            let name = match name.strip_prefix("patch_embed.") {
                Some(rest) => format!("patch_embed1.{rest}"),
                None => name.replace("mlp.dwconv.", "mlp.dwconv.dwconv."),
            };
            let name = (0..4).fold(name, |name, stage| {
                let of = |part: &str| format!("stages.{stage}.{part}.");
                name.replace(&of("downsample"), &format!("patch_embed{}.", stage + 1))
                    .replace(&of("blocks"), &format!("block{}.", stage + 1))
                    .replace(&of("norm"), &format!("norm{}.", stage + 1))
            });
            (name, shape, bytes)
        },
        &[],
    );
    let config = PvtV2Config::new(10).with_widths([8, 12, 16, 24]);
    let config = config.with_depths([1, 2, 1, 1]).with_heads([1, 2, 2, 3]);
    let net = config.init(&test_device()).unwrap();
    check(net, "pvt_v2-small", path, 0);
}

#[test]
fn huawei_tnt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tnt.safetensors");
    let names = [
        ("patch_pos", "outer_pos"),
        ("pixel_pos", "inner_pos"),
        ("pixel_embed.", "patch_embed."),
        ("norm1_proj.", "proj_norm1."),
        ("norm2_proj.", "proj_norm2."),
        (".norm_in.", ".inner_norm1."),
        (".attn_in.", ".inner_attn."),
        (".norm_mlp_in.", ".inner_norm2."),
        (".mlp_in.", ".inner_mlp."),
        (".norm_out.", ".outer_norm1."),
        (".attn_out.", ".outer_attn."),
        (".norm_mlp.", ".outer_norm2."),
        (".mlp.", ".outer_mlp."),
    ];
    rewritten(
        &fixture("tnt-small/weights.safetensors"),
        &path,
        |name, shape, bytes| {
            if name == "pixel_pos" {
                // [1, channels, side, side] to [1, pixels, channels].
                let (channels, pixels) = (shape[1], shape[2] * shape[3]);
                let turned = (0..pixels)
                    .flat_map(|p| (0..channels).map(move |c| 4 * (c * pixels + p)))
                    .flat_map(|at| bytes[at..at + 4].to_vec())
                    .collect();
                return ("inner_pos".into(), vec![1, pixels, channels], turned);
            }
            let there = names.iter().find(|(here, _)| name.contains(here));
            let name = there.map_or(name.clone(), |(here, there)| name.replace(here, there));
            (name, shape, bytes)
        },
        &[("outer_tokens", vec![1, 16, 48])],
    );
    let config = TntConfig::new(10).with_image([64, 64]).with_depth(2);
    let config = config.with_width(48).with_heads(3).with_inner_width(8);
    check(config.init(&test_device()).unwrap(), "tnt-small", path, 1);
}
