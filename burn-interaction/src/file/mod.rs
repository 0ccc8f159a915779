//! Files of results: they appear whole or not at all, say which crate wrote them, and can be read back to the bit.

mod lock;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

pub use lock::Lock;

/// The number of the form that files of results have. It rises whenever older crates could misread newer files.
pub const SCHEMA: u32 = 2;

/// A value with the form and the crate that it was written in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Document<T> {
    schema: u32,
    version: String,
    #[serde(flatten)]
    content: T,
}

impl<'a, T> Document<&'a T> {
    pub fn new(content: &'a T) -> Self {
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").into(),
            content,
        }
    }
}

pub(crate) fn writing(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |source| Error::Io {
        action: "writing",
        path: path.into(),
        source,
    }
}

/// Writes a file beside its place and moves it there when it is whole, so that a kill leaves the old one or the new one.
///
/// # Errors
///
/// Fails where the folder takes no file, or where `write` fails.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> std::io::Result<()>,
) -> Result<()> {
    moved(path, write).map_err(writing(path))
}

/// Puts these bytes into a file, as [`replace`] does.
///
/// # Errors
///
/// Fails where the folder takes no file.
pub fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    moved(path, |file| file.write_all(bytes))
}

/// The place that a link leads to, whether anything is there or not; of no link its own.
fn linked(path: &Path) -> PathBuf {
    let mut place = path.to_path_buf();
    // As many links as an operating system follows.
    for _ in 0..40 {
        let Ok(next) = place.read_link() else { break };
        place = place.parent().unwrap_or(Path::new("")).join(next);
    }
    place
}

fn moved(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> std::io::Result<()>,
) -> std::io::Result<()> {
    // What is no file, such as a pipe, is written to, and the file that a link leads to is replaced.
    if path
        .metadata()
        .is_ok_and(|about| !about.is_file() && !about.is_dir())
    {
        let mut file = File::options().write(true).open(path)?;
        let mut buffer = BufWriter::new(&mut file);
        write(&mut buffer)?;
        return buffer.flush();
    }
    let target = linked(path);
    let path = target.as_path();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".interaction-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    let mut buffer = BufWriter::new(file.as_file_mut());
    write(&mut buffer)?;
    buffer.flush()?;
    drop(buffer);
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|e| e.error)
}

pub(crate) fn save_json(value: &impl Serialize, path: &Path) -> Result<()> {
    replace(path, |file| {
        serde_json::to_writer_pretty(&mut *file, &Document::new(value))?;
        file.write_all(b"\n")
    })
}

/// Writes a value without saying in which form: for files that people write themselves too.
pub(crate) fn save_plain_json(value: &impl Serialize, path: &Path) -> Result<()> {
    replace(path, |file| {
        serde_json::to_writer(&mut *file, value)?;
        file.write_all(b"\n")
    })
}

/// Reads what [`save_plain_json`] wrote; `what` the file should hold, for the error.
pub(crate) fn load_plain_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    serde_json::from_str(&read(path)?).map_err(|e| Error::Format {
        path: path.into(),
        reason: format!("not {what}: {e}"),
    })
}

fn reading(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |source| Error::Io {
        action: "reading",
        path: path.into(),
        source,
    }
}

pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(reading(path))
}

/// Reads a text whose last line may have been cut: where that was within a character, the line is left out.
pub(crate) fn read_cut(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(reading(path))?;
    let text = String::from_utf8(bytes).or_else(|error| {
        let mut bytes = error.into_bytes();
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        bytes.truncate(end.map_or(0, |end| end + 1));
        String::from_utf8(bytes)
    });
    text.map_err(|error| {
        let invalid = std::io::Error::new(std::io::ErrorKind::InvalidData, error);
        reading(path)(invalid)
    })
}

/// Reads a document; `what` the file should hold stands in the error.
pub(crate) fn load_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    parse(&read(path)?, path, what)
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str, path: &Path, what: &str) -> Result<T> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<u32>,
        version: Option<String>,
    }
    let format = |reason: String| Error::Format {
        path: path.into(),
        reason,
    };
    let unread = |e: serde_json::Error| format(format!("not {what}: {e}"));
    let head: Head = serde_json::from_str(text).map_err(unread)?;
    match head.schema {
        Some(SCHEMA) => {}
        Some(newer) if newer > SCHEMA => {
            let version = head.version.unwrap_or_default();
            return Err(format(format!(
                "written by burn-interaction {version} in form {newer}, and this is {} that reads form {SCHEMA}: read it with that version",
                env!("CARGO_PKG_VERSION")
            )));
        }
        other => {
            let form = other.map_or("no form".into(), |form| format!("form {form}"));
            return Err(format(format!(
                "not {what} of form {SCHEMA}, it says {form}: written before results knew what made them; measure again"
            )));
        }
    }
    let document: Document<T> = serde_json::from_str(text).map_err(unread)?;
    Ok(document.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("curve.json");
        save_json(&"first".len(), &path).unwrap_err();
        std::fs::write(&path, "old").unwrap();
        let full = replace(&path, |file| {
            file.write_all(b"new")?;
            Err(std::io::Error::other("no space left on device"))
        });
        let message = full.unwrap_err().to_string();
        assert!(
            message.contains("curve.json") && message.contains("no space"),
            "{message}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn the_file_that_a_link_leads_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("inner", at("outer")).unwrap();
        std::os::unix::fs::symlink(at("page"), at("inner")).unwrap();
        // Whether it is there or not.
        for text in ["first", "second"] {
            put(&at("outer"), text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(at("page")).unwrap(), text);
            assert!(at("outer").is_symlink() && at("inner").is_symlink());
        }
    }

    #[test]
    fn files_of_another_form_are_refused_by_it() {
        let path = Path::new("profile.json");
        let refused = |text: &str| {
            let read: Result<serde_json::Value> = parse(text, path, "a profile");
            read.unwrap_err().to_string()
        };
        let newer = refused(r#"{"schema": 99, "version": "7.1.0"}"#);
        assert!(
            newer.contains("7.1.0") && newer.contains("form 99"),
            "{newer}"
        );
        assert!(refused(r#"{"settings": {}}"#).contains("no form"));
        assert!(refused("{").contains("not a profile"));
    }
}
