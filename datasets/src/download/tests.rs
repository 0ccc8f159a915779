//! Tests against a server on this machine that resumes, breaks connections and lies.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use md5::{Digest, Md5};

use super::{Archive, Step};

/// The behaviour of the server.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Honest,
    /// Closes each connection after this number of bytes.
    Breaks(usize),
    /// Sends nothing more on each connection after this number of bytes, and leaves it open.
    Stalls(usize),
    /// Sends everything, whatever part is asked for.
    Whole,
    Missing,
}

/// Serves `bytes` at any path; returns the address and counts of requests and of bytes sent.
fn serve(bytes: Vec<u8>, mood: Mood) -> (String, Arc<[AtomicUsize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let seen = counts.clone();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut start = None;
            for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                let line = line.unwrap_or_default().to_ascii_lowercase();
                if let Some(range) = line.strip_prefix("range: bytes=") {
                    start = range.trim_end_matches('-').parse::<usize>().ok();
                }
                if line.is_empty() {
                    break;
                }
            }
            let total = bytes.len();
            let (head, body) = match (mood, start) {
                (Mood::Missing, _) => ("404 Not Found\r\n".to_string(), &[][..]),
                (Mood::Whole, _) | (_, None) => ("200 OK\r\n".into(), &bytes[..]),
                (_, Some(start)) if start >= total => (
                    format!("416 Range Not Satisfiable\r\nContent-Range: bytes */{total}\r\n"),
                    &[][..],
                ),
                (_, Some(start)) => (
                    format!(
                        "206 Partial Content\r\nContent-Range: bytes {start}-{}/{total}\r\n",
                        total - 1
                    ),
                    &bytes[start..],
                ),
            };
            seen[0].fetch_add(1, Ordering::SeqCst);
            let head = format!(
                "HTTP/1.1 {head}Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let sent = match mood {
                Mood::Breaks(most) | Mood::Stalls(most) => &body[..body.len().min(most)],
                _ => body,
            };
            seen[1].fetch_add(sent.len(), Ordering::SeqCst);
            // The client may have left.
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(sent));
            if let Mood::Stalls(_) = mood {
                open.push(stream);
            }
        }
    });
    (address, counts)
}

fn tar_gz(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let mut tar = tar::Builder::new(encoder);
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // Straight to the bytes: the builder would refuse names that lead out of the folder.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn archive(address: &str, file: &str, bytes: &[u8]) -> Archive {
    Archive {
        name: "set".into(),
        url: format!("{address}/{file}"),
        md5: md5(bytes),
    }
}

const FILES: [(&str, &[u8]); 2] = [("top/a.txt", b"alpha"), ("top/deep/b.bin", &[7; 300_000])];

#[test]
fn archives_of_both_kinds_become_folders() {
    for (file, bytes) in [("set.tar.gz", tar_gz(&FILES)), ("set.zip", zip(&FILES))] {
        let folder = tempfile::tempdir().unwrap();
        let (address, counts) = serve(bytes.clone(), Mood::Honest);
        let archive = archive(&address, file, &bytes);
        let mut steps = Vec::new();
        let whole = archive
            .fetch(folder.path(), |step| steps.push(step))
            .unwrap();
        assert_eq!(std::fs::read(whole.join("a.txt")).unwrap(), b"alpha");
        assert_eq!(
            std::fs::read(whole.join("deep/b.bin")).unwrap(),
            [7; 300_000]
        );
        let size = bytes.len() as u64;
        assert!(steps.contains(&Step::Fetch(0, size)) && steps.contains(&Step::Fetch(size, size)));
        assert!(steps.contains(&Step::Check(size, size)));
        assert!(matches!(steps.last(), Some(Step::Unpack(2, _))));
        // Only the folder is left, and a second call fetches nothing.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        archive.fetch(folder.path(), |_| ()).unwrap();
        assert_eq!(counts[0].load(Ordering::SeqCst), 1);
    }
}

#[test]
fn broken_connections_are_taken_up_where_they_broke() {
    let bytes = tar_gz(&FILES);
    let folder = tempfile::tempdir().unwrap();
    let (address, counts) = serve(bytes.clone(), Mood::Breaks(110_000));
    let archive = archive(&address, "set.tgz", &bytes);
    archive.fetch(folder.path(), |_| ()).unwrap();
    // Three connections, and no byte twice.
    assert_eq!(counts[0].load(Ordering::SeqCst), 3);
    assert_eq!(counts[1].load(Ordering::SeqCst), bytes.len());
}

#[test]
fn connections_that_stall_are_taken_up_where_they_stalled() {
    let bytes: Vec<u8> = (0..250_000_u32).map(|k| (k * 7 % 251) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let (address, counts) = serve(bytes.clone(), Mood::Stalls(110_000));
    let (url, path) = (format!("{address}/set"), folder.path().join("set.part"));
    let stall = Duration::from_millis(500);
    super::fetch::fetch_within(stall, &url, &path, &mut |_: Step| ()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    // Three connections, or more where the server itself was kept waiting.
    assert!(counts[0].load(Ordering::SeqCst) >= 3);
}

#[test]
fn a_folder_with_nothing_in_it_is_not_the_data() {
    let bytes = zip(&FILES);
    let folder = tempfile::tempdir().unwrap();
    let (address, counts) = serve(bytes.clone(), Mood::Honest);
    std::fs::create_dir(folder.path().join("set")).unwrap();
    let whole = archive(&address, "set.zip", &bytes)
        .fetch(folder.path(), |_| ())
        .unwrap();
    assert_eq!(std::fs::read(whole.join("a.txt")).unwrap(), b"alpha");
    assert_eq!(counts[0].load(Ordering::SeqCst), 1);
}

#[test]
fn an_earlier_attempt_is_taken_up() {
    let bytes = zip(&FILES);
    for (mood, sent) in [
        (Mood::Honest, bytes.len() - 200),
        (Mood::Whole, bytes.len()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (address, counts) = serve(bytes.clone(), mood);
        std::fs::write(folder.path().join("set.zip.part"), &bytes[..200]).unwrap();
        archive(&address, "set.zip", &bytes)
            .fetch(folder.path(), |_| ())
            .unwrap();
        assert_eq!(counts[1].load(Ordering::SeqCst), sent);
    }
    // All is there already.
    let folder = tempfile::tempdir().unwrap();
    let (address, counts) = serve(bytes.clone(), Mood::Honest);
    std::fs::write(folder.path().join("set.zip.part"), &bytes).unwrap();
    archive(&address, "set.zip", &bytes)
        .fetch(folder.path(), |_| ())
        .unwrap();
    assert_eq!(counts[1].load(Ordering::SeqCst), 0);
}

#[test]
fn bytes_of_a_larger_file_are_fetched_anew() {
    let bytes = zip(&FILES);
    let folder = tempfile::tempdir().unwrap();
    let (address, counts) = serve(bytes.clone(), Mood::Honest);
    let more = [&bytes[..], b"more"].concat();
    std::fs::write(folder.path().join("set.zip.part"), more).unwrap();
    archive(&address, "set.zip", &bytes)
        .fetch(folder.path(), |_| ())
        .unwrap();
    assert_eq!(counts[1].load(Ordering::SeqCst), bytes.len());
}

#[test]
fn one_process_at_a_time_fetches_a_file() {
    let bytes = zip(&FILES);
    let folder = tempfile::tempdir().unwrap();
    let (address, counts) = serve(bytes.clone(), Mood::Honest);
    let archive = archive(&address, "set.zip", &bytes);
    let file = folder.path().join("net.pth");
    let held = ["set.zip.part", "net.pth.part"]
        .map(|name| super::fetch::Hold::take(&folder.path().join(name), &address).unwrap());
    for error in [
        archive.fetch(folder.path(), |_| ()).unwrap_err(),
        super::fetch_file(&address, &file, "00", |_| ()).unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains("another process is fetching it"), "{error}");
    }
    assert_eq!(counts[0].load(Ordering::SeqCst), 0);
    drop(held);
    archive.fetch(folder.path(), |_| ()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_fetched_is_refused() {
    let bytes = zip(&FILES);
    let folder = tempfile::tempdir().unwrap();
    let fetch = |archive: &Archive| {
        archive
            .fetch(folder.path(), |_| ())
            .unwrap_err()
            .to_string()
    };
    let (address, _) = serve(bytes.clone(), Mood::Missing);
    let error = fetch(&archive(&address, "set.zip", &bytes));
    assert!(
        error.contains("404") && error.contains("set.zip"),
        "{error}"
    );
    let (address, _) = serve(bytes.clone(), Mood::Honest);
    let error = fetch(&archive(&address, "set.zip", b"other"));
    assert!(
        error.contains("checksum") && error.contains(&md5(&bytes)),
        "{error}"
    );
    assert!(!folder.path().join("set.zip.part").exists());
    assert!(fetch(&archive(&address, "set.rar", &bytes)).contains("set.rar"));
    for bytes in [
        b"no archive".to_vec(),
        tar_gz(&[("top/../../out.txt", b"x")]),
        tar_gz(&[("flat.txt", b"x")]),
    ] {
        let (address, _) = serve(bytes.clone(), Mood::Honest);
        let error = fetch(&archive(&address, "set.tar.gz", &bytes));
        assert!(error.contains("cannot be unpacked"), "{error}");
        assert!(!folder.path().join("set").exists());
        std::fs::remove_file(folder.path().join("set.tar.gz.part")).unwrap();
    }
}

#[test]
fn a_file_is_fetched_once_and_checked_by_the_start_of_its_digest() {
    let bytes: Vec<u8> = (0..300_000_u32).map(|k| (k * 7 % 251) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache/net.pth");
    let start = {
        let whole = folder.path().join("whole");
        std::fs::write(&whole, &bytes).unwrap();
        burn_interaction::digest(&whole).unwrap()[..8].to_string()
    };
    // A connection that breaks is taken up again.
    let (address, counts) = serve(bytes.clone(), Mood::Breaks(120_000));
    let url = format!("{address}/net.pth");
    super::fetch_file(&url, &path, "00000000", |_| ()).unwrap_err();
    assert!(!path.exists() && !path.with_extension("pth.part").exists());
    super::fetch_file(&url, &path, &start.to_uppercase(), |_| ()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let requests = counts[0].load(Ordering::SeqCst);
    super::fetch_file(&url, &path, &start, |_| ()).unwrap();
    assert_eq!(counts[0].load(Ordering::SeqCst), requests);
    let (address, _) = serve(Vec::new(), Mood::Missing);
    let other = folder.path().join("other.pth");
    let error = super::fetch_file(&address, &other, &start, |_| ()).unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
}
