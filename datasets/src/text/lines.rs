use std::path::Path;

use crate::error::Result;
use crate::folders;

/// The lines of a text file that are not empty, with their numbers.
///
/// # Errors
///
/// Fails where the file is missing, or a line is no UTF-8; the message names the line.
pub(super) fn lines(path: &Path, hint: &str) -> Result<Vec<(u64, String)>> {
    let text = folders::text(path, hint)?;
    let lines = text.lines().zip(1..);
    let full = lines.filter(|(line, _)| !line.trim().is_empty());
    Ok(full
        .map(|(line, number)| (number, line.to_string()))
        .collect())
}
