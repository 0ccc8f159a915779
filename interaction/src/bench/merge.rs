//! A thousand parts of a measurement put together: time, memory and disk.

use std::path::{Path, PathBuf};
use std::time::Instant;

use burn_interaction::{Coalition, Estimator, Game, Measurement, Orders, Origin, Pairs, Profile};
use indicatif::HumanBytes;

use crate::error::{Result, usage};
use crate::report::seconds;

const PARTS: usize = 1000;
const SAMPLES: usize = 50_000;
const PLAYERS: usize = 12;

/// A game of numbers that look like measured ones: every digit counts in a file.
struct Uneven(u64);

impl Game for Uneven {
    fn players(&self) -> usize {
        PLAYERS
    }

    fn values(&self, coalitions: &[Coalition]) -> burn_interaction::Result<Vec<f64>> {
        let value = |coalition: &Coalition| {
            let code = coalition
                .members()
                .fold(self.0 + 1, |code, player| code + (2 << player));
            (code.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1_u64 << 53) as f64
        };
        Ok(coalitions.iter().map(value).collect())
    }
}

/// Measures one part and writes it; returns its file.
fn part(folder: &Path, number: usize, ids: &[u64]) -> Result<PathBuf> {
    let own: Vec<u64> = ids.iter().copied().skip(number).step_by(PARTS).collect();
    let games: Vec<Uneven> = own.iter().map(|id| Uneven(*id)).collect();
    let games: Vec<&Uneven> = games.iter().collect();
    let profile = Measurement::of_games()
        .orders(Orders::all())
        .pairs(Pairs::all())
        .estimator(Estimator::Exact)
        .origin(Origin {
            data: Some("generated".into()),
            ..Origin::default()
        })
        .ids(own)
        .part_of(ids.to_vec())
        .run_games(&games)?;
    let file = folder.join(format!("part-{number}.json"));
    profile.save_json(&file)?;
    Ok(file)
}

/// The most memory that this process had, in bytes, where the system tells.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}

/// Prints what it takes to merge the parts, over what it takes to read their files (floor 1), and the memory over their numbers alone.
///
/// # Errors
///
/// Fails where a file cannot be written or read.
pub fn run() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("interaction-bench-{}", std::process::id()));
    let io = |error: std::io::Error| usage(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(io)?;
    let ids: Vec<u64> = (0..SAMPLES as u64).collect();
    let files = (0..PARTS).map(|number| part(&folder, number, &ids));
    let files: Vec<PathBuf> = files.collect::<Result<_>>()?;
    let mut bytes = 0;
    let start = Instant::now();
    for file in &files {
        bytes += std::fs::read(file).map_err(io)?.len() as u64;
    }
    let floor = start.elapsed().as_secs_f64();
    let before = most_memory();
    let start = Instant::now();
    let parts = files.iter().map(Profile::load_json);
    let merged = Profile::merge(parts.collect::<burn_interaction::Result<Vec<_>>>()?)?;
    let merging = start.elapsed().as_secs_f64();
    let whole = folder.join("whole.json");
    merged.save_json(&whole)?;
    let writing = start.elapsed().as_secs_f64() - merging;
    let written = std::fs::metadata(&whole).map_err(io)?.len();
    std::fs::remove_dir_all(&folder).map_err(io)?;
    // Mean, spread and contexts of each pair and order.
    let interactions = (SAMPLES * (PLAYERS - 1) * PLAYERS * (PLAYERS - 1) / 2) as u64;
    println!(
        "{PARTS} parts of {SAMPLES} samples with {} interactions each: {} samples, {} missing",
        interactions / SAMPLES as u64,
        merged.samples().len(),
        merged.missing().len()
    );
    println!(
        "  read and merged in {}, {:.0} times reading the files; written in {}",
        seconds(merging),
        merging / floor,
        seconds(writing)
    );
    let memory = most_memory().map_or("unknown".into(), |most| {
        format!(
            "{}, {:.1} times 24 bytes for each interaction",
            HumanBytes(most),
            most.saturating_sub(before.unwrap_or(0).min(1 << 28)) as f64
                / (24 * interactions) as f64
        )
    });
    println!(
        "  most memory {memory}; {} on disk in parts, {} as one: {:.0} bytes for each interaction\n",
        HumanBytes(bytes),
        HumanBytes(written),
        written as f64 / interactions as f64
    );
    Ok(())
}
