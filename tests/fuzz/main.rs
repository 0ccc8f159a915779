//! Files of any bytes, and valid ones with changes, through every reader of files: whatever they hold, a reader gives what is in
//! them or an error, never panics, and takes no more memory than the file's size times a factor.
//!
//! A run takes some seconds. `INTERACTION_FUZZ_SECONDS=60` gives each reader that many seconds, of other cases each time.

mod clouds;
mod images;
mod reader;
mod results;
mod rows;
mod settings;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Cases of each reader in one go.
const CASES: u32 = 64;

/// The turn to run, which each test takes first: memory is counted for the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes of memory that a reader may take.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    /// Bytes that it may take whatever the file holds.
    any: usize,
    /// Bytes for each byte of the file.
    each: usize,
}

/// The most memory that a job takes at a time.
fn taken(job: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    job();
    MEMORY.peak_usage().saturating_sub(before)
}

/// The configuration of a run of so many cases.
fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

/// Reads a file of varied contents: the same cases first, and others for as long as the environment says. Memory is not
/// counted of files that are packed, which allow none.
fn fuzz(
    path: &Path,
    contents: impl Strategy<Value = Vec<u8>>,
    allowed: Option<Allowed>,
    read: impl Fn(&Path),
) {
    let seconds = std::env::var("INTERACTION_FUZZ_SECONDS").ok();
    let seconds = seconds.map_or(0, |text| text.parse().expect("seconds"));
    let (start, limit) = (Instant::now(), Duration::from_secs(seconds));
    let name = path.file_name().unwrap().to_string_lossy();
    let mut cases = 0;
    loop {
        // A runner is done once it has run its cases.
        let mut runner = match cases {
            0 => {
                let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
                TestRunner::new_with_rng(config(CASES), rng)
            }
            _ => TestRunner::new(config(CASES)),
        };
        let result = runner.run(&contents, |bytes| {
            std::fs::write(path, &bytes).unwrap();
            let most = taken(|| read(path));
            let bound = allowed.map_or(usize::MAX, |allowed| {
                allowed.any + allowed.each * bytes.len()
            });
            let length = bytes.len();
            prop_assert!(most <= bound, "{most} bytes of memory for {length} bytes");
            Ok(())
        });
        if let Err(error) = result {
            panic!("{name}: {error}");
        }
        cases += CASES;
        if start.elapsed() >= limit {
            break;
        }
    }
    println!("{name}: {cases} cases");
}

/// A fixture of the workspace's tests.
fn fixture(name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    std::fs::read(fixtures.join(name)).unwrap()
}

/// A file of this name in a folder of its own, which is there as long as the first of the two.
fn file(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    (folder, path)
}
