//! The right to write to a folder or a file, which one process has at a time.

use std::fs::{File, TryLockError};
use std::path::Path;

/// A file that this process alone holds, until it is dropped or the process ends however it may.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    /// Whether the file system has locks: where it has none, folders and parts of their own keep processes apart.
    pub sure: bool,
}

impl Lock {
    /// Holds a file, which is made where it is not there; `None` where another process holds it.
    ///
    /// # Errors
    ///
    /// Fails where the file can be neither made nor read.
    pub fn take(path: &Path) -> std::io::Result<Option<Self>> {
        // Reading is enough to hold what another user has made, but not on every file system.
        let file = File::create(path).or_else(|_| File::open(path))?;
        let sure = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(_)) => false,
        };
        Ok(Some(Self { _file: file, sure }))
    }
}
