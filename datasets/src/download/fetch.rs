use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use burn_interaction::internal::Lock;
use md5::{Digest, Md5};
use ureq::Agent;
use ureq::http::header::{CONTENT_RANGE, RANGE};

use super::Step;
use crate::error::{Error, Result};

const CHUNK: usize = 1 << 16;
/// Most broken connections in a row after which a download is taken up again.
const RETRIES: usize = 5;
/// The time without a byte after which a connection counts as broken.
const STALL: Duration = Duration::from_secs(60);

/// Fetches what `path` lacks of the file at `url`.
pub(super) fn fetch(url: &str, path: &Path, observer: &mut dyn FnMut(Step)) -> Result<()> {
    fetch_within(STALL, url, path, observer)
}

/// Fetches what `path` lacks of the file at `url`, where a connection counts as broken after so long without a byte.
pub(super) fn fetch_within(
    stall: Duration,
    url: &str,
    path: &Path,
    observer: &mut dyn FnMut(Step),
) -> Result<()> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(30)))
        .timeout_recv_response(Some(Duration::from_secs(60)))
        .timeout_per_read(Some(stall))
        .build();
    let agent = Agent::new_with_config(config);
    let mut failures = 0;
    loop {
        let before = length(path);
        match attempt(&agent, url, path, observer) {
            Ok(()) => return Ok(()),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Broken(reason)) => {
                failures = if length(path) > before {
                    1
                } else {
                    failures + 1
                };
                if failures > RETRIES {
                    let reason = match length(path) {
                        0 => reason,
                        kept => format!(
                            "{reason}; {kept} bytes are kept: run the command again to go on"
                        ),
                    };
                    return Err(failed(url, reason));
                }
                std::thread::sleep(Duration::from_millis(200 << failures));
            }
        }
    }
}

/// The right to fetch a file, which one process has at a time where the file system has locks.
pub(super) struct Hold {
    path: PathBuf,
    _lock: Lock,
}

impl Hold {
    /// Takes the right to fetch to `path` from `url`.
    ///
    /// # Errors
    ///
    /// Fails where another process has it, or the file that stands for it cannot be written.
    pub(super) fn take(path: &Path, url: &str) -> Result<Self> {
        let mut lock = path.as_os_str().to_os_string();
        lock.push(".lock");
        let path = PathBuf::from(lock);
        let lock = Lock::take(&path).map_err(|e| Error::io(&path, e, ""))?;
        let lock = lock.ok_or_else(|| {
            let reason = format!(
                "another process is fetching it, and holds {}: wait for its end",
                path.display()
            );
            failed(url, reason)
        })?;
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // A file that stays does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

enum Failure {
    /// A failure that another attempt may mend.
    Broken(String),
    /// A failure that no other attempt would mend.
    Final(Error),
}

fn attempt(
    agent: &Agent,
    url: &str,
    path: &Path,
    observer: &mut dyn FnMut(Step),
) -> std::result::Result<(), Failure> {
    let io = |e| Failure::Final(Error::io(path, e, ""));
    let mut done = length(path);
    let mut request = agent.get(url);
    if done > 0 {
        request = request.header(RANGE, format!("bytes={done}-"));
    }
    let response = request.call().map_err(|e| match e {
        ureq::Error::BadUri(_) | ureq::Error::Tls(_) => Failure::Final(failed(url, e.to_string())),
        other => Failure::Broken(other.to_string()),
    })?;
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let total = header(CONTENT_RANGE).and_then(|range| range.rsplit('/').next()?.parse().ok());
    let (mut file, total) = match response.status().as_u16() {
        200 => {
            // All of it: the server does not resume.
            done = 0;
            let file = File::create(path).map_err(io)?;
            (file, response.body().content_length().unwrap_or(0))
        }
        206 => {
            let start = header(CONTENT_RANGE).and_then(|range| {
                range
                    .strip_prefix("bytes ")?
                    .split('-')
                    .next()?
                    .parse()
                    .ok()
            });
            if start != Some(done) {
                let reason = format!("the server resumes elsewhere than at byte {done}");
                return Err(Failure::Final(failed(url, reason)));
            }
            let file = OpenOptions::new().append(true).open(path).map_err(io)?;
            (file, total.unwrap_or(0))
        }
        // Nothing is left to fetch.
        416 if total == Some(done) => return Ok(()),
        // More is here than there is: bytes of another file, which no rest would complete.
        416 if total.is_some_and(|total| total < done) => {
            std::fs::remove_file(path).map_err(io)?;
            let reason = format!("{done} bytes were here of a smaller file, and are fetched anew");
            return Err(Failure::Broken(reason));
        }
        status => {
            let reason = format!("the server answers {status}");
            return Err(match status {
                416 | 500.. => Failure::Broken(reason),
                _ => Failure::Final(failed(url, reason)),
            });
        }
    };
    let mut body = response.into_body().into_reader();
    let mut write = |bytes: &[u8]| file.write_all(bytes).map_err(io);
    receive(&mut body, &mut write, [done, total], observer)
}

/// Hands on the bytes of a body, of which `[done, total]` are there and expected.
fn receive(
    body: &mut dyn Read,
    write: &mut dyn FnMut(&[u8]) -> std::result::Result<(), Failure>,
    [mut done, total]: [u64; 2],
    observer: &mut dyn FnMut(Step),
) -> std::result::Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    loop {
        observer(Step::Fetch(done, total));
        let count = body
            .read(&mut chunk)
            .map_err(|e| Failure::Broken(e.to_string()))?;
        if count == 0 {
            break;
        }
        write(&chunk[..count])?;
        done += count as u64;
    }
    match total > done {
        true => Err(Failure::Broken(format!(
            "the connection ended at {done} of {total} bytes"
        ))),
        false => Ok(()),
    }
}

fn failed(url: &str, reason: String) -> Error {
    Error::Download {
        url: url.into(),
        reason,
    }
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |m| m.len())
}

/// The checksum of a file.
pub(super) fn md5(path: &Path, observer: &mut dyn FnMut(Step)) -> Result<String> {
    let fail = |e| Error::io(path, e, "");
    let mut file = File::open(path).map_err(fail)?;
    let (mut hasher, mut done, total) = (Md5::new(), 0, length(path));
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk).map_err(fail)?;
        if count == 0 {
            break;
        }
        hasher.update(&chunk[..count]);
        done += count as u64;
        observer(Step::Check(done, total));
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
