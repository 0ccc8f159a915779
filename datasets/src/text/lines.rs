use std::path::Path;

use crate::error::{Error, Result};

/// The lines of a text file that are not empty, with their numbers.
///
/// # Errors
///
/// Fails where the file is missing, or a line is no UTF-8; the message names the line.
pub(super) fn lines(path: &Path, hint: &str) -> Result<Vec<(u64, String)>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e, hint))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut lines = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = index as u64 + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|e| {
            let reason = format!("no UTF-8 at its byte {}", e.valid_up_to() + 1);
            Error::line(path, number, reason)
        })?;
        if !text.trim().is_empty() {
            lines.push((number, text.to_string()));
        }
    }
    Ok(lines)
}
