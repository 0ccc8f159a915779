//! Files of results: what is saved is loaded, what does not fit is refused, and a journal survives a kill.

use burn_interaction::{Curves, Error, Origin, Profile, Strength};
use burn_interaction_datasets::rules;

use crate::birth::{ROWS, labels, measurement, subject};

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
