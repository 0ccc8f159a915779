//! Digests, by which files and places are told apart.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The SHA-256 of a file, in hexadecimal digits, by which [`Origin::weights`](crate::Origin::weights) tells weights apart.
///
/// # Errors
///
/// Fails where the file cannot be read.
pub fn digest(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let reading = |source| Error::Io {
        action: "reading",
        path: path.into(),
        source,
    };
    let mut file = std::fs::File::open(path).map_err(reading)?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut hasher).map_err(reading)?;
    Ok(hexadecimal(&hasher.finalize()))
}

/// A short digest of some numbers, 16 hexadecimal digits.
pub(crate) fn short_digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hexadecimal(&hasher.finalize()[..8])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_a_file_is_its_sha_256() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        // `printf abc | sha256sum`
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(file.path()).unwrap(), expected);
        assert!(
            digest("/nowhere/at/all")
                .unwrap_err()
                .to_string()
                .contains("/nowhere")
        );
    }
}
