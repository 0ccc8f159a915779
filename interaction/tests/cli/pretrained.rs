//! Published weights by name, and their cache.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;

use crate::path;

/// Serves these bytes at any path, once for each request.
fn serve(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines
                .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
                .count();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                bytes.len()
            );
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(bytes));
        }
    });
    address
}

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
    let mirror = serve(b"no weights");
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
    // What the cache has is used without a server; here weights of four classes.
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
    assert!(
        ok && text.contains("1 files") && text.contains("resnet18-f37072fd.pth"),
        "{text}"
    );
    let (ok, _) = run("", &["cache", "--clear"]);
    assert!(ok && !cache.join("weights").exists());
    let (ok, text) = run("", &["networks"]);
    assert!(
        ok && text.matches("--weights pretrained").count() == 8,
        "{text}"
    );
}
