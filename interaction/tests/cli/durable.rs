//! Runs that are killed, gone on with, shared out and merged; folders that hold other runs.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use burn_interaction::{Curves, Profile};

use crate::{path, refuse, succeed};

/// Weights of an mlp5 on `rules`, other than the untrained control's.
fn weights(folder: &Path, seed: &str) -> String {
    let out = path(folder, &format!("weights-{seed}"));
    let data = ["--model", "mlp5", "--data", "rules", "--plain"];
    let train = [
        "--epochs",
        "1",
        "--probe-samples",
        "0",
        "--seed",
        seed,
        "--out",
        &out,
    ];
    succeed(&[&["train"], &data[..], &train].concat());
    path(Path::new(&out), "model.safetensors")
}

fn discover<'a>(weights: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let data = ["discover", "--model", "mlp5", "--data", "rules", "--any"];
    [&data[..], &["--weights", weights, "--out", out], more].concat()
}

fn profile(out: &str, name: &str) -> Profile {
    Profile::load_json(Path::new(out).join(name)).unwrap()
}

#[test]
fn a_control_stays_the_untrained_network_when_a_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (weights, out) = (weights(folder.path(), "5"), path(folder.path(), "out"));
    let args = discover(&weights, &out, &["--samples", "6", "--control"]);
    succeed(&args);
    let curves = || Curves::load_json(Path::new(&out).join("curve.json")).unwrap();
    let (before, control) = (curves(), profile(&out, "control.json"));
    succeed(&[&args[..], &["--resume"]].concat());
    let after = curves();
    assert_eq!(profile(&out, "control.json").samples(), control.samples());
    let points = |curves: &Curves, k: usize| curves.curves[k].strength.points.clone();
    for k in [0, 1] {
        assert_eq!(points(&after, k), points(&before, k));
    }
    assert_ne!(points(&after, 0), points(&after, 1));
    assert_eq!(
        after.curves[1].strength.origin.weights.as_deref(),
        Some("untrained")
    );
}

#[test]
fn a_run_goes_on_with_its_own_network_data_and_settings_only() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, other) = (weights(folder.path(), "5"), weights(folder.path(), "6"));
    let out = path(folder.path(), "out");
    let args = discover(&mine, &out, &["--samples", "4"]);
    succeed(&args);
    let on = |more: &[&str]| -> Vec<String> {
        let all = [&args[..], more, &["--resume"]].concat();
        all.into_iter().map(String::from).collect()
    };
    let refused = |args: Vec<String>, what: &str| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        refuse(&args, what);
    };
    refused(on(&["--split", "train"]), "different split: test");
    refused(on(&["--seed", "3"]), "different seed: 0");
    refused(on(&["--orders", "all"]), "different orders: published");
    refused(on(&["--baseline", "zero"]), "different baseline: values");
    let mut wrong = on(&[]);
    let place = wrong.iter().position(|arg| *arg == mine).unwrap();
    wrong[place] = other;
    refused(wrong, "different weights");
    let untrained: Vec<String> = on(&[])
        .into_iter()
        .filter(|arg| *arg != mine && arg != "--weights")
        .collect();
    refused(untrained, "different weights");
    // A mistake beside --force costs nothing of what is there.
    let force = |more: &[&str]| {
        [&args[..], &["--force"], more]
            .concat()
            .iter()
            .map(|a| a.to_string())
            .collect()
    };
    refused(force(&["--baseline", "values:1"]), "expected 10, found 1");
    refused(force(&["--baseline", "mean"]), "--baseline mean");
    assert_eq!(profile(&out, "profile.json").samples().len(), 4);
    // Another run is not written over, unless told to.
    refuse(&args, "--force");
    succeed(&[&args[..], &["--force"]].concat());
    succeed(&[&args[..], &["--resume"]].concat());
}

#[test]
fn the_default_baseline_is_the_mean_over_the_training_part() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let args = [
        "discover",
        "--model",
        "resnet20-slim",
        "--data",
        "scenes",
        "--grid",
        "4x4",
    ];
    let more = [
        "--samples",
        "1",
        "--contexts",
        "2",
        "--pairs",
        "4",
        "--out",
        &out,
    ];
    succeed(&[&args[..], &["--normalize", "imagenet"], &more].concat());
    let images = burn_interaction_datasets::scenes(4000, 1);
    let own = burn_interaction_datasets::Normalization::fit(&images).unwrap();
    let imagenet = burn_interaction_datasets::Normalization::imagenet();
    let channels = own.mean.iter().zip(imagenet.mean).zip(imagenet.deviation);
    let values: Vec<f32> = channels
        .map(|((own, mean), deviation)| (own - mean) / deviation)
        .collect();
    assert!(values.iter().all(|value| value.abs() > 0.01), "{values:?}");
    let found = profile(&out, "profile.json").protocol().baseline.clone();
    assert_eq!(found, Some(burn_interaction::Baseline::Values(values)));
}

#[test]
fn parts_merge_to_one_run_and_name_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let weights = weights(folder.path(), "5");
    let of = |name: &str, more: &[&str]| -> String {
        let out = path(folder.path(), name);
        let all = [
            "--samples",
            "9",
            "--control",
            "--pairs",
            "12",
            "--estimator",
            "toggled",
        ];
        let budget = ["--contexts", "6"];
        succeed(&discover(
            &weights,
            &out,
            &[&all[..], &budget, more].concat(),
        ));
        out
    };
    let whole = of("whole", &[]);
    let parts = ["1/3", "2/3", "3/3"].map(|part| of(&part.replace('/', "-"), &["--part", part]));
    let merged = path(folder.path(), "merged");
    let [a, b, c] = &parts;
    refuse(
        &["merge", a, c, "--out", &merged],
        "partial: 3 sample(s) are missing",
    );
    refuse(
        &["merge", a, c, "--out", &merged, "--force"],
        "then merge all parts again, with --force",
    );
    succeed(&["merge", c, a, b, "--out", &merged, "--force"]);
    for name in ["profile.json", "control.json"] {
        let (one, many) = (profile(&whole, name), profile(&merged, name));
        assert_eq!(many.samples(), one.samples());
        assert!(many.is_complete() && many.missing().is_empty());
    }
    let curves = |out: &str| Curves::load_json(Path::new(out).join("curve.json")).unwrap();
    for (one, many) in curves(&whole).curves.iter().zip(curves(&merged).curves) {
        assert_eq!(
            (&many.name, &many.strength.points),
            (&one.name, &one.strength.points)
        );
    }
    refuse(
        &["merge", a, a, "--out", &path(folder.path(), "twice")],
        "occur more than once",
    );
    refuse(
        &["merge", "/nowhere", "--out", &path(folder.path(), "none")],
        "/nowhere",
    );
    refuse(&discover(&weights, &whole, &["--part", "4/3"]), "3/16");
}

/// A measurement of 12 samples that takes a few seconds.
struct Slow {
    args: Vec<String>,
    out: PathBuf,
}

impl Slow {
    fn new(weights: &str, out: &str) -> Self {
        let budget = [
            "--samples",
            "12",
            "--estimator",
            "paired",
            "--contexts",
            "60",
            "--pairs",
            "all",
        ];
        // Small batches, so that there is something to interrupt.
        let args = discover(weights, out, &[&budget[..], &["--batch", "16"]].concat());
        Self {
            args: args.into_iter().map(String::from).collect(),
            out: out.into(),
        }
    }

    fn start(&self, resume: bool) -> Child {
        Command::new(env!("CARGO_BIN_EXE_interaction"))
            .args(&self.args)
            .args(resume.then_some("--resume"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts")
    }

    /// Samples that are finished, whether the run was killed or not.
    fn finished(&self) -> usize {
        let journal = self.out.join("profile.partial.jsonl");
        let profile = match journal.exists() {
            true => Profile::load_json(journal),
            false => Profile::load_json(self.out.join("profile.json")),
        };
        profile.map_or(0, |profile| profile.samples().len())
    }

    /// Starts again and again, killed by this signal after each of some times, until the run is through; counts the finished
    /// samples after each start.
    fn killed(&self, signal: &str, waits: &mut impl Iterator<Item = Duration>) -> Vec<usize> {
        let mut finished = vec![self.finished()];
        while finished.last() != Some(&12) {
            // A run that is killed before it has begun leaves nothing to go on with, which --resume takes as well.
            let mut child = self.start(true);
            let Some(wait) = waits.next() else {
                assert!(child.wait().expect("it ends").success());
                finished.push(self.finished());
                break;
            };
            std::thread::sleep(wait);
            let id = child.id().to_string();
            let status = Command::new("kill").args([signal, &id]).status();
            assert!(status.is_ok());
            child.wait().expect("it ends");
            finished.push(self.finished());
        }
        // Whatever the last kill interrupted is written now.
        assert!(self.start(true).wait().expect("it ends").success());
        finished
    }
}

#[test]
fn a_measurement_killed_at_any_moment_ends_as_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let weights = weights(folder.path(), "5");
    let whole = Slow::new(&weights, &path(folder.path(), "whole"));
    let start = std::time::Instant::now();
    assert!(whole.start(false).wait().unwrap().success());
    let time = start.elapsed();
    let expected = Profile::load_json(whole.out.join("profile.json")).unwrap();
    let kills: u32 = std::env::var("INTERACTION_KILLS").map_or(5, |count| count.parse().unwrap());
    for (signal, kills) in [("-KILL", kills), ("-TERM", 2), ("-INT", 2)] {
        // Moments spread over the run by the golden ratio, in no order; a run that is through makes place for the next.
        let moment = |k: u32| time.mul_f64((f64::from(k) * 0.618 + 0.31).fract());
        let mut moments = (0..kills).map(moment).peekable();
        for run in 0.. {
            if moments.peek().is_none() {
                break;
            }
            let killed = Slow::new(&weights, &path(folder.path(), &format!("{signal}{run}")));
            let finished = killed.killed(signal, &mut moments);
            println!("{signal}: {finished:?}");
            // What was finished stays finished: at most the sample in progress is measured again.
            assert!(finished.is_sorted(), "{signal}: {finished:?}");
            assert_eq!(finished.last(), Some(&12), "{signal}: {finished:?}");
            let found = Profile::load_json(killed.out.join("profile.json")).unwrap();
            assert_eq!(found.samples(), expected.samples(), "{signal}");
            assert!(!killed.out.join("profile.partial.jsonl").exists());
        }
    }
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let weights = weights(folder.path(), "5");
    let slow = Slow::new(&weights, &path(folder.path(), "out"));
    // A limit on the size of files stands for a disk that is full.
    let script = "trap '' XFSZ; ulimit -f 24; exec \"$0\" \"$@\"";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_interaction")])
        .args(&slow.args)
        .output()
        .expect("bash");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && error.contains("profile.partial.jsonl"),
        "{error}"
    );
    assert!(!error.contains("panicked"), "{error}");
    let kept = slow.finished();
    assert!((1..12).contains(&kept), "{kept}");
    assert!(slow.start(true).wait().unwrap().success());
    assert_eq!(slow.finished(), 12);
}
