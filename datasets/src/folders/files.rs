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

/// Reads a text of separated values, see [`text`] and [`closed`].
pub(crate) fn separated(path: &Path, hint: &str, delimiter: u8) -> Result<String> {
    let text = text(path, hint)?;
    closed(path, &text, delimiter)?;
    Ok(text)
}

/// Refuses separated values in which a quote is open at the end: a file that was cut, or lacks a quote, would pass as whole, its last field
/// holding all that follows.
///
/// # Errors
///
/// Fails where a quote is open, and names the line on which it begins.
pub(crate) fn closed(path: &Path, text: &str, delimiter: u8) -> Result<()> {
    // A quote counts at the beginning of a field alone, as it does for readers of such files.
    let (mut line, mut begins, mut open) = (1, true, None);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, open) {
            (b'"', None) if begins => (open, begins) = (Some(line), false),
            // Two quotes are one of the text.
            (b'"', Some(_)) if bytes.next_if_eq(&b'"').is_some() => {}
            (b'"', Some(_)) => open = None,
            (_, None) => begins = [delimiter, b'\n', b'\r'].contains(&byte),
            _ => {}
        }
        line += u64::from(byte == b'\n');
    }
    match open {
        None => Ok(()),
        Some(line) => {
            let reason =
                "a quote that begins here is not closed: the file is cut, or lacks a quote";
            Err(Error::line(path, line, reason))
        }
    }
}

/// The first and the last bytes of a Parquet file. A table may begin so, with a column of that name.
const PARQUET: &[u8] = b"PAR1";

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
        PARQUET,
        "a Parquet file, which is not read: take the set in its original form",
    ),
    (b"\xff\xfe", "text in UTF-16: save the file as UTF-8"),
    (b"\xfe\xff", "text in UTF-16: save the file as UTF-8"),
];

/// Beginnings of web pages, which servers send in place of a file.
const PAGES: [&str; 4] = ["<!doctype html", "<html", "<head", "<?xml"];

/// The reason why a file cannot be data of any set, told by its first bytes.
fn foreign(bytes: &[u8]) -> Option<String> {
    let begins =
        |head: &[u8]| bytes.starts_with(head) && (head != PARQUET || bytes.ends_with(PARQUET));
    if let Some((_, reason)) = FOREIGN.iter().find(|(head, _)| begins(head)) {
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
    fn a_quote_that_is_open_at_the_end_is_told_by_its_line() {
        let path = Path::new("a.csv");
        let open = |text: &str| closed(path, text, b',').err().map(|e| e.to_string());
        for text in [
            "",
            "a,b\n1,\"two, \"\"so\"\"\"\n",
            "1,it is 5\" wide\n2,\"\"\r\n\"a\nb\",c",
        ] {
            assert_eq!(open(text), None, "{text}");
        }
        for (text, line) in [
            ("a,b\n1,\"so\n0,foo\n", 2),
            ("\"1\",\"a\",\"b\"\n\"2\",\"a\",\"cut", 2),
            ("x\n\"a\nb\"\n\"ends with two\"\"", 4),
        ] {
            let error = open(text).unwrap();
            let line = format!("a.csv, line {line}: a quote");
            assert!(error.contains(&line), "{error}");
        }
    }

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
            (b"PAR1\x15\x04PAR1", "Parquet"),
            (b"\xff\xfea\0", "UTF-16"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = text(&path, "").unwrap_err().to_string();
            assert!(
                error.contains("train.csv: this is") && error.contains(what),
                "{error}"
            );
        }
        std::fs::write(&path, "PAR1,PAR2\n1,2\n").unwrap();
        assert_eq!(text(&path, "").unwrap(), "PAR1,PAR2\n1,2\n");
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
