//! Files of results: JSON, and the errors of reading and writing.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

pub(crate) fn create(path: &Path) -> Result<BufWriter<File>> {
    File::create(path)
        .map(BufWriter::new)
        .map_err(writing(path))
}

pub(crate) fn writing(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |source| Error::Io {
        action: "writing",
        path: path.into(),
        source,
    }
}

pub(crate) fn save_json(value: &impl Serialize, path: &Path) -> Result<()> {
    let mut file = create(path)?;
    serde_json::to_writer_pretty(&mut file, value).map_err(|e| writing(path)(e.into()))?;
    file.write_all(b"\n")
        .and_then(|()| file.flush())
        .map_err(writing(path))
}

/// `what` the file should hold, for the error.
pub(crate) fn load_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let file = File::open(path).map_err(|source| Error::Io {
        action: "reading",
        path: path.into(),
        source,
    })?;
    serde_json::from_reader(BufReader::new(file)).map_err(|e| Error::Format {
        path: path.into(),
        reason: format!("not {what}: {e}"),
    })
}
