//! Decoding and framing against Pillow and torchvision (0.29.2), whose results lie in `fixtures/`.

use std::path::Path;

use burn_interaction_datasets::{Framing, ImageFiles, ImageItem, ImageSet};

fn open(name: &str) -> ImageItem {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    let files = ImageFiles::new(vec![(path, 0)], vec!["class".into()]).unwrap();
    files.image(0).unwrap()
}

/// The largest difference of two images' pixels, and the mean.
fn apart(a: &ImageItem, b: &ImageItem) -> (u8, f64) {
    assert_eq!(a.size, b.size);
    let differences = || a.pixels.iter().zip(&b.pixels).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = differences().map(f64::from).sum();
    (differences().max().unwrap(), sum / a.pixels.len() as f64)
}

#[test]
fn colour_grey_and_cmyk_files_are_decoded_as_by_pillow() {
    for name in ["colour", "grey", "cmyk"] {
        let (most, mean) = apart(
            &open(&format!("{name}.jpeg")),
            &open(&format!("{name}-pillow.png")),
        );
        // Decoders of JPEG may round differently.
        assert!(most <= 2 && mean < 0.2, "{name}: {most} {mean}");
    }
}

#[test]
fn frames_are_those_of_torchvision() {
    for (name, cubic) in [("linear", false), ("cubic", true)] {
        for (suffix, resized, side) in [("", 17, 14), ("-up", 45, 40)] {
            let framing = Framing {
                resized,
                side,
                cubic,
                squeezed: false,
            };
            let framed = framing.apply(open("colour.png"));
            let expected = open(&format!("{name}{suffix}-torchvision.png"));
            let (most, mean) = apart(&framed, &expected);
            // A level of rounding between two passes over 8-bit pixels.
            assert!(most <= 1 && mean < 0.3, "{name}{suffix}: {most} {mean}");
        }
    }
}
