//! Devices that another process lends: `interaction serve`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use burn_interaction::Profile;

use crate::{interaction, path, refuse, succeed};

/// A server of the CPU on loopback, until it is dropped.
struct Server {
    child: Child,
    /// The device as clients name it.
    device: String,
}

impl Server {
    fn start(listen: &str, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_interaction"))
            .args(["serve", "--listen", listen])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let device = line
            .split_whitespace()
            .find(|word| word.starts_with("remote:"));
        let device = device.unwrap_or_else(|| panic!("{line}")).to_string();
        Self { child, device }
    }

    /// The address that the server listens on.
    fn address(&self) -> &str {
        let (_, address) = self.device.rsplit_once('/').unwrap();
        address
            .rsplit_once('@')
            .map_or(address, |(_, address)| address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

const SUBJECT: &str = "discover --model resnet20-slim --data scenes --any --samples 6 --orders r:0,0.5,1 --contexts 2";

fn discover<'a>(device: &'a str, out: &'a str) -> Vec<&'a str> {
    let place = ["--device", device, "--out", out];
    SUBJECT.split(' ').chain(place).collect()
}

fn profile(out: &str) -> Profile {
    Profile::load_json(Path::new(out).join("profile.json")).unwrap()
}

/// Both have the same samples, pairs and orders, and the interactions are within rounding.
fn assert_close(one: &Profile, other: &Profile) {
    assert_eq!(one.samples().len(), other.samples().len());
    for (one, other) in one.samples().iter().zip(other.samples()) {
        assert_eq!((one.id(), one.pairs()), (other.id(), other.pairs()));
        for order in one.orders() {
            let both = one.at_order(*order).unwrap().iter();
            for (one, other) in both.zip(other.at_order(*order).unwrap()) {
                assert!((one.mean - other.mean).abs() < 1e-4, "{one:?} {other:?}");
            }
        }
    }
}

#[test]
fn a_remote_device_gives_the_numbers_of_this_one_to_two_clients_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let [here, first, second] = ["here", "first", "second"].map(|name| path(folder.path(), name));
    succeed(&discover("flex", &here));
    let server = Server::start("127.0.0.1:0", &[]);
    std::thread::scope(|scope| {
        for out in [&first, &second] {
            scope.spawn(|| succeed(&discover(&server.device, out)));
        }
    });
    for out in [&first, &second] {
        assert_close(&profile(&here), &profile(out));
    }
    // Two devices of that kind share the work.
    let other = Server::start("127.0.0.1:0", &[]);
    let both = format!("{},{}", server.device, other.device);
    succeed(&[&discover(&both, &first)[..], &["--force"]].concat());
    assert_close(&profile(&here), &profile(&first));
}

#[test]
fn addresses_without_a_server_and_wrong_tokens_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    refuse(
        &discover("remote:ws://127.0.0.1:1", &out),
        "remote:ws://127.0.0.1:1",
    );
    refuse(&discover("remote:gpu", &out), "is no address");
    let server = Server::start("127.0.0.1:0", &["--token", "secret-word"]);
    let address = server.address();
    refuse(
        &discover(&format!("remote:ws://{address}"), &out),
        "credential",
    );
    succeed(&discover(
        &format!("remote:ws://secret-word@{address}"),
        &out,
    ));
    for file in std::fs::read_dir(&out).unwrap() {
        let file = file.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("secret-word"), "{}", file.display());
    }
}

#[test]
fn a_server_that_dies_is_named_and_another_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let [here, out] = ["here", "out"].map(|name| path(folder.path(), name));
    succeed(&discover("flex", &here));
    let server = Server::start("127.0.0.1:0", &[]);
    let device = server.device.clone();
    let address = server.address().to_string();
    let client = Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(discover(&device, &out))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As soon as a sample is finished.
    let journal = Path::new(&out).join("profile.partial.jsonl");
    let start = Instant::now();
    while std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count()) < 2 {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "no sample was finished"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(server);
    let output = client.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{error}");
    assert!(error.contains(&device), "{error}");
    let kept = Profile::load_json(&journal).unwrap().samples().len();
    assert!((1..6).contains(&kept), "{kept}");
    let again = Server::start(&address, &[]);
    let resumed = interaction(&[&discover(&again.device, &out)[..], &["--resume"]].concat());
    let text = String::from_utf8_lossy(&resumed.stdout).into_owned();
    assert!(
        resumed.status.success() && text.contains(&format!("going on: {kept} of 6")),
        "{text}{}",
        String::from_utf8_lossy(&resumed.stderr)
    );
    assert_close(&profile(&here), &profile(&out));
}
