//! Results of measurements, and tokenizers.

use std::path::Path;

use burn_interaction::game::Dividends;
use burn_interaction::{Curves, Measurement, Profile};
use burn_interaction_datasets::{Frame, Vocabulary};
use proptest::prelude::*;

use crate::weights::changed;
use crate::{Allowed, alone, file, fixture, fuzz};

/// Memory of a reader of JSON: values take several times the bytes of their text.
const ALLOWED: Allowed = Allowed {
    any: 8 << 20,
    each: 400,
};

/// The file that a measurement leaves, as bytes.
fn written(name: &str, write: impl Fn(&Path)) -> Vec<u8> {
    let (_folder, path) = file(name);
    write(&path);
    std::fs::read(&path).unwrap()
}

fn profile() -> Profile {
    let games: Vec<Dividends> = (0..6).map(|seed| Dividends::random(5, seed)).collect();
    let games: Vec<&Dividends> = games.iter().collect();
    Measurement::of_games().run_games(&games).unwrap()
}

#[test]
fn profiles() {
    let _alone = alone();
    let valid = written("profile.json", |path| profile().save_json(path).unwrap());
    let (_folder, path) = file("profile.json");
    fuzz(&path, changed(valid), Some(ALLOWED), |path| {
        if let Ok(profile) = Profile::load_json(path) {
            // Whatever is read can be used.
            let strength = profile.strength();
            strength.verdict().to_string();
            profile.grouped(|_, (i, j)| Some(i.abs_diff(j) as u64));
            profile.compared(&profile).ok();
        }
    });
}

#[test]
fn curves() {
    let _alone = alone();
    let curves = Curves::new("curves").with("a", profile().strength());
    let valid = written("curve.json", |path| curves.save_json(path).unwrap());
    let (_folder, path) = file("curve.json");
    fuzz(&path, changed(valid), Some(ALLOWED), |path| {
        if let Ok(curves) = Curves::load_json(path) {
            curves.text(8);
        }
    });
}

#[test]
fn tokenizers() {
    let _alone = alone();
    let (_folder, path) = file("tokenizer.json");
    for family in ["bert", "albert"] {
        let valid = fixture(&format!("folders/{family}/tokenizer.json"));
        let settings = fixture(&format!("folders/{family}/tokenizer_config.json"));
        let pieces = prop_oneof![8 => changed(valid), 1 => Just(settings)];
        // Regular expressions are compiled, which takes memory by themselves.
        fuzz(&path, pieces, None, |path| {
            if let Ok(vocabulary) = Vocabulary::open(path, Frame::ClassFirst) {
                vocabulary.piece(0);
                vocabulary.size();
            }
        });
    }
}
