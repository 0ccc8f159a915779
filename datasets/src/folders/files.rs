use std::path::Path;

use crate::error::{Error, Result};

/// The byte order mark with which some editors begin a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a file whole, and tells what stands in the place of the data where that is something well known.
pub(crate) fn bytes(path: &Path, hint: &str) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e, hint))?;
    match foreign(&bytes) {
        None => Ok(bytes),
        Some(reason) => Err(Error::file(path, reason)),
    }
}

/// The bytes of a text without the byte order mark that it may begin with.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// Reads a text file in UTF-8, without the byte order mark that it may begin with.
pub(crate) fn text(path: &Path, hint: &str) -> Result<String> {
    let mut bytes = bytes(path, hint)?;
    bytes.drain(..bytes.len() - unmarked(&bytes).len());
    String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let mut lines = before.split(|byte| *byte == b'\n');
        let at = lines.next_back().unwrap_or_default().len() + 1;
        let reason = format!("no UTF-8 at its byte {at}: save the file as UTF-8");
        Error::line(path, lines.count() as u64 + 1, reason)
    })
}

/// The first bytes of files that are no data of any set, and what they are. No file that is read here begins so.
const FOREIGN: [(&[u8], &str); 11] = [
    (
        b"version https://git-lfs",
        "a Git LFS pointer, not the file itself: run `git lfs pull` in the clone that it is from",
    ),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"Rar!\x1a", "a RAR archive: unpack it first"),
    (
        b"\x89HDF",
        "an HDF5 file, which is not read: take the set in another form",
    ),
    (
        b"PAR1",
        "a Parquet file, which is not read: take the set in its original form",
    ),
    (b"\xff\xfe", "text in UTF-16: save the file as UTF-8"),
    (b"\xfe\xff", "text in UTF-16: save the file as UTF-8"),
];

/// Beginnings of web pages, which servers send in place of a file.
const PAGES: [&str; 4] = ["<!doctype html", "<html", "<head", "<?xml"];

/// The reason why a file cannot be data of any set, told by its first bytes.
fn foreign(bytes: &[u8]) -> Option<String> {
    if let Some((_, reason)) = FOREIGN.iter().find(|(head, _)| bytes.starts_with(head)) {
        return Some(format!("this is {reason}"));
    }
    let text = unmarked(bytes).trim_ascii_start();
    let head = text[..text.len().min(16)].to_ascii_lowercase();
    let page = PAGES.iter().any(|page| head.starts_with(page.as_bytes()));
    page.then(|| {
        "this is a web page, not the data: fetch the file again, from the address of the file itself"
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_place_of_data_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train.csv");
        for (content, what) in [
            (
                &b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n"[..],
                "Git LFS",
            ),
            (b"\xef\xbb\xbf\r\n <!DOCTYPE html><html>", "web page"),
            (b"<HTML>", "web page"),
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"PK\x03\x04\x14", "zip"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"\xff\xfea\0", "UTF-16"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = text(&path, "").unwrap_err().to_string();
            assert!(
                error.contains("train.csv: this is") && error.contains(what),
                "{error}"
            );
        }
        std::fs::write(&path, b"\xef\xbb\xbfa\nb").unwrap();
        assert_eq!(text(&path, "").unwrap(), "a\nb");
        std::fs::write(&path, b"\xef\xbb\xbfa\nbc\xff").unwrap();
        let error = text(&path, "").unwrap_err().to_string();
        assert!(error.contains("line 2: no UTF-8 at its byte 3"), "{error}");
        assert!(
            text(&folder.path().join("b"), ". Hint")
                .unwrap_err()
                .to_string()
                .ends_with(". Hint")
        );
    }
}
