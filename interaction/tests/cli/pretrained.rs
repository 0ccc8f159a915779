//! Published weights by name, and their cache.

use std::process::Command;

use crate::path;
use crate::server::{Answer, serve};

#[test]
fn published_weights_are_fetched_checked_and_used_offline() {
    let folder = tempfile::tempdir().unwrap();
    let (root, cache) = (folder.path(), folder.path().join("cache"));
    let run = |mirror: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_interaction"));
        let output = command
            .args(args)
            .env("INTERACTION_CACHE", &cache)
            .env("INTERACTION_WEIGHTS_URL", mirror)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    };
    let out = path(root, "out");
    let quick = [
        "--any",
        "--samples",
        "1",
        "--contexts",
        "1",
        "--grid",
        "2x2",
        "--orders",
        "r:0,1",
        "--force",
    ];
    let discover = |model| {
        let subject = [
            "discover", "--model", model, "--data", "scenes", "--image", "64",
        ];
        [
            &subject[..],
            &["--weights", "pretrained", "--out", &out],
            &quick,
        ]
        .concat()
    };
    // Other bytes than the name says are deleted.
    let mirror = serve(|_| Answer::found("no weights"));
    let (ok, text) = run(&mirror, &discover("resnet18"));
    assert!(
        !ok && text.contains("SHA-256") && text.contains("f37072fd"),
        "{text}"
    );
    assert!(!cache.join("weights/resnet18-f37072fd.pth").exists());
    let (ok, text) = run(&mirror, &discover("resnet20"));
    assert!(
        !ok && text.contains("resnet20 has no weights that are fetched by name"),
        "{text}"
    );
    // A file in the cache is used without a server; here weights of four classes.
    let made = path(root, "made");
    let train = [
        "train", "--model", "resnet18", "--data", "scenes", "--image", "64", "--epochs", "0",
        "--plain",
    ];
    let (ok, text) = run(
        "http://127.0.0.1:1",
        &[&train[..], &["--out", &made]].concat(),
    );
    assert!(ok, "{text}");
    std::fs::create_dir_all(cache.join("weights")).unwrap();
    std::fs::copy(
        root.join("made/model.safetensors"),
        cache.join("weights/resnet18-f37072fd.pth"),
    )
    .unwrap();
    let (ok, text) = run("http://127.0.0.1:1", &discover("resnet18"));
    assert!(ok && text.contains("resnet18-f37072fd.pth"), "{text}");
    let (ok, text) = run("", &["cache"]);
    assert!(ok && text.contains("MB  resnet18-f37072fd.pth"), "{text}");
    let (ok, _) = run("", &["cache", "--clear"]);
    assert!(ok && !cache.join("weights").exists());
    let (ok, text) = run("", &["networks"]);
    assert!(
        ok && text.matches("--weights pretrained").count() == 8,
        "{text}"
    );
}

/// Serves a folder as the hub does: the list of its files, and each file by parts.
fn hub(folder: std::path::PathBuf) -> String {
    serve(move |request| {
        let asked = request[0].split(' ').nth(1).unwrap();
        match asked.split_once("/resolve/main/") {
            Some((_, name)) if folder.join(name).is_file() => {
                let bytes = std::fs::read(folder.join(name)).unwrap();
                part(name, &bytes, range(request))
            }
            None if asked == "/api/models/some/net/revision/main" => {
                let files = std::fs::read_dir(&folder).unwrap();
                let names = files.map(|entry| entry.unwrap().file_name());
                let names: Vec<String> = names
                    .map(|name| format!("{{\"rfilename\": {:?}}}", name.to_string_lossy()))
                    .collect();
                let names = names.join(", ");
                Answer {
                    head: "Content-Type: application/json\r\n".into(),
                    ..Answer::found(format!("{{\"sha\": \"c0ffee\", \"siblings\": [{names}]}}"))
                }
            }
            _ => Answer::missing(),
        }
    })
}

/// The first and the last byte that a request asks for; all from the first on where it names no last one.
fn range(request: &[String]) -> Option<(usize, Option<usize>)> {
    request.iter().find_map(|line| {
        let line = line.to_ascii_lowercase();
        let (start, end) = line.strip_prefix("range: bytes=")?.split_once('-')?;
        Some((start.parse().ok()?, end.parse().ok()))
    })
}

/// A part of a file, with what the hub says of it.
fn part(name: &str, bytes: &[u8], range: Option<(usize, Option<usize>)>) -> Answer {
    let last = bytes.len() - 1;
    let (start, end) = range.unwrap_or((0, None));
    let end = end.unwrap_or(last).min(last);
    Answer {
        status: "206 Partial Content",
        head: format!(
            "Content-Range: bytes {start}-{end}/{}\r\nETag: \"tag-{name}\"\r\nX-Repo-Commit: c0ffee\r\n",
            bytes.len()
        ),
        body: bytes[start..=end].to_vec(),
    }
}

#[test]
fn an_empty_variable_names_no_folder_to_be_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("weights/own.th");
    std::fs::create_dir(folder.path().join("weights")).unwrap();
    std::fs::write(&own, "mine").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_interaction"));
    let command = command
        .args(["cache", "--clear"])
        .current_dir(folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("INTERACTION_CACHE", "");
    assert!(command.output().unwrap().status.success());
    assert!(own.exists());
}

#[test]
fn a_network_of_the_hub_is_fetched_once_and_measured_offline() {
    let folder = tempfile::tempdir().unwrap();
    let (root, cache) = (folder.path(), folder.path().join("cache"));
    let run = |endpoint: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_interaction"));
        let command = command
            .args(args)
            .env("INTERACTION_CACHE", &cache)
            .env("HF_ENDPOINT", endpoint);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    };
    let fixtures =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/folders");
    let endpoint = hub(fixtures.join("distilbert"));
    let out = path(root, "out");
    let rows = "text,label\na good film,yes\na bad film,no\nthe film is very good,yes\nso bad,no\n";
    for name in ["train.csv", "test.csv"] {
        std::fs::write(root.join(name), rows).unwrap();
    }
    let data = format!("sentences:{}", path(root, ""));
    let discover = |model| {
        let subject = [
            "discover",
            "--model",
            model,
            "--data",
            &data,
            "--min-players",
            "2",
        ];
        let quick = [
            "--any",
            "--samples",
            "2",
            "--contexts",
            "1",
            "--orders",
            "r:0,1",
            "--force",
        ];
        [&subject[..], &quick, &["--out", &out]].concat()
    };
    let (ok, text) = run(&endpoint, &discover("hf:some/other"));
    assert!(
        !ok && text.contains("hf:some/other") && text.contains("404"),
        "{text}"
    );
    let (ok, text) = run(&endpoint, &discover("hf:some/net"));
    assert!(
        ok && text.contains("fetching pytorch_model.bin of hf:some/net"),
        "{text}"
    );
    let profile = std::fs::read_to_string(root.join("out/profile.json")).unwrap();
    assert!(
        profile.contains("\"some/net\""),
        "the name of the hub stands in the results"
    );
    // Once fetched, it needs no hub.
    let (ok, text) = run("http://127.0.0.1:1", &discover("hf:some/net"));
    assert!(ok && !text.contains("fetching"), "{text}");
    let (ok, text) = run("", &["cache"]);
    assert!(ok && text.contains("hf:some/net"), "{text}");
    let (ok, _) = run("", &["cache", "--clear"]);
    assert!(ok && !cache.join("hub").exists());
}
