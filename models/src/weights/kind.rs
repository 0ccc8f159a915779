//! The kind of a weight file by its first bytes: the ending of its name says nothing.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The kinds of files that weights are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// PyTorch's archive, its older pickles, and its oldest tar.
    PyTorch,
    /// A safetensors file.
    Safetensors,
    /// A pack of Burn.
    Burn,
    /// The index of weights that lie in several files.
    Index,
}

/// The first bytes that are looked at.
const LOOKED_AT: u64 = 4096;
/// Largest plausible header: headers are a few kilobytes, and a file that claims more is no safetensors file.
pub(super) const LARGEST_HEADER: u64 = 100_000_000;
/// The place of the word `ustar` in a tar.
const TAR: usize = 257;
const BLOCK: u64 = 512;
/// Times that the entries of an archive may be larger unpacked than the archive: PyTorch packs nothing.
const PACKED: u64 = 16;
/// The first bytes of a pack of Burn, `BURN` backwards.
const BURN: &[u8] = b"NRUB";
/// Bytes before the description in a pack of Burn, the last four of which are the description's length.
const BURN_HEADER: u64 = 10;
/// The number that opens pickles of PyTorch before 1.6, and the text of it in the oldest protocols.
const LEGACY: &[&[u8]] = &[
    &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
    b"119547037146038801333356",
];

/// Beginnings of files that are no weights, and the remedy for each.
const STRANGERS: &[(&[u8], &str)] = &[
    (
        b"\x1f\x8b",
        "packed by gzip: unpack it, and give the file inside",
    ),
    (
        b"7z\xbc\xaf",
        "packed by 7-Zip: unpack it, and give the file inside",
    ),
    (
        b"\xfd7zXZ",
        "packed by xz: unpack it, and give the file inside",
    ),
    (
        b"\x89HDF",
        "an HDF5 file, as Keras writes: convert it to safetensors first",
    ),
    (
        b"\x93NUMPY",
        "a NumPy array: save the network's state_dict by torch.save instead",
    ),
];

/// Finds the kind of a file; `Ok(None)` where it is unknown, `Err` tells what the file is in place of weights.
pub(super) fn of(path: &Path) -> Result<Option<Kind>, String> {
    let io = |e: std::io::Error| e.to_string();
    if path.is_dir() {
        return Err("a folder: give the file of weights in it".into());
    }
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let mut start = Vec::new();
    file.by_ref()
        .take(LOOKED_AT)
        .read_to_end(&mut start)
        .map_err(io)?;
    if start.is_empty() {
        return Err("the file is empty: fetch it again".into());
    }
    told(&start)?;
    if start.starts_with(BURN) {
        return burn(&start, length).map(|()| Some(Kind::Burn));
    }
    if start.starts_with(b"PK") {
        return archive(path, length).map(|()| Some(Kind::PyTorch));
    }
    if start.get(TAR..TAR + 5) == Some(b"ustar") {
        return tar(&mut file, length).map(|()| Some(Kind::PyTorch));
    }
    if is_index(&start) {
        return Ok(Some(Kind::Index));
    }
    let header = start.first_chunk().map(|size| u64::from_le_bytes(*size));
    let plausible = header.is_some_and(|size| (2..=LARGEST_HEADER).contains(&size));
    if plausible && start.get(8) == Some(&b'{') {
        return Ok(Some(Kind::Safetensors));
    }
    let legacy = |number: &&[u8]| {
        let beginning = &start[..start.len().min(64)];
        beginning
            .windows(number.len())
            .any(|bytes| bytes == *number)
    };
    match start[0] == 0x80 || LEGACY.iter().any(legacy) {
        true => Ok(Some(Kind::PyTorch)),
        false => Ok(None),
    }
}

/// Tells beginnings that are no weights.
fn told(start: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(&start[..start.len().min(512)]);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if text.starts_with("version https://git-lfs") {
        let size = text.lines().find_map(|line| line.strip_prefix("size "));
        let of = size.map_or(String::new(), |size| format!(" of {size} bytes"));
        return Err(format!(
            "a pointer of Git LFS, which stands for the file{of}: fetch the file itself, by `git lfs pull`"
        ));
    }
    let lower = text.to_ascii_lowercase();
    if ["<!doctype", "<html", "<head", "<?xml"]
        .iter()
        .any(|tag| lower.starts_with(tag))
    {
        return Err(
            "a page of the web, and no weights: the download was refused or the link leads to a page; fetch the file itself"
                .into(),
        );
    }
    match STRANGERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        Some((_, told)) => Err((*told).into()),
        None => Ok(()),
    }
}

/// Whether a file begins like an index of weights.
fn is_index(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    text.trim_start().starts_with('{') && text.contains("\"weight_map\"")
}

/// Checks that a pack of Burn holds the description that it claims, for which memory is taken.
fn burn(start: &[u8], length: u64) -> Result<(), String> {
    let cut = || format!("cut: {length} bytes are less than its header claims");
    let size = start.get(6..10).and_then(|size| size.try_into().ok());
    let size = u64::from(u32::from_le_bytes(size.ok_or_else(cut)?));
    match BURN_HEADER + size <= length {
        true => Ok(()),
        false => Err(cut()),
    }
}

/// Checks that an archive is one of PyTorch, whole, and unpacks to about its own size.
fn archive(path: &Path, length: u64) -> Result<(), String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let damaged = |e: zip::result::ZipError| {
        format!(
            "cut or damaged, as an archive of {length} bytes without a whole list of its entries: fetch it again ({e})"
        )
    };
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(damaged)?;
    let mut unpacked = 0_u64;
    let (mut pickle, mut script, mut arrays) = (false, false, false);
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        unpacked = unpacked.saturating_add(entry.size());
        let name = entry.name().map_err(damaged)?;
        let is = |file: &str| name == file || name.ends_with(&format!("/{file}"));
        pickle |= is("data.pkl");
        script |= is("constants.pkl") || name.contains("/code/__torch__");
        arrays |= name.ends_with(".npy");
    }
    match (script, pickle, arrays) {
        (true, ..) => Err(
            "a TorchScript archive, a program and its weights: save the weights by torch.save(torch.jit.load(file).state_dict(), ..)"
                .into(),
        ),
        (_, false, true) => Err(
            "an archive of NumPy arrays: save them by safetensors.numpy.save_file instead".into(),
        ),
        (_, false, _) => Err("an archive, but none of PyTorch: it has no data.pkl".into()),
        _ if unpacked > length.saturating_mul(PACKED) => Err(format!(
            "its {length} bytes claim to unpack to {unpacked}, which no checkpoint of PyTorch does: fetch it again"
        )),
        _ => Ok(()),
    }
}

/// Checks that the entries of a tar are plain files within it: a sparse one may claim any size.
fn tar(file: &mut File, length: u64) -> Result<(), String> {
    let mut at = 0;
    let mut header = [0; BLOCK as usize];
    while at + BLOCK <= length {
        let read = file.seek(SeekFrom::Start(at));
        read.and_then(|_| file.read_exact(&mut header))
            .map_err(|e| e.to_string())?;
        if header[0] == 0 {
            return Ok(());
        }
        let digits = String::from_utf8_lossy(&header[124..136]);
        let digits = digits.trim_matches(['\0', ' ']);
        let size = u64::from_str_radix(digits, 8)
            .map_err(|_| "a damaged tar: the size of an entry is no number")?;
        if !matches!(header[156], b'0' | b'5' | 0) {
            return Err(
                "a tar with entries of other kinds than PyTorch's: it holds no checkpoint".into(),
            );
        }
        let end = at.saturating_add(BLOCK).saturating_add(size);
        if end > length {
            return Err(format!("cut: {length} of {end} bytes or more"));
        }
        at = end.next_multiple_of(BLOCK);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Result<Option<Kind>, String> {
        let folder = std::env::temp_dir().join("burn-interaction-kinds");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{:x}-{}", bytes.len(), bytes.first().unwrap_or(&0)));
        std::fs::write(&path, bytes).unwrap();
        of(&path)
    }

    #[test]
    fn files_that_are_no_weights_are_told_for_what_they_are() {
        for (bytes, expected) in [
            (&b""[..], "empty"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 437970952\n",
                "Git LFS, which stands for the file of 437970952 bytes",
            ),
            (b"\n  <!DOCTYPE html><html>", "page of the web"),
            (b"<html><body>Not found", "page of the web"),
            (b"\x1f\x8b\x08\0\0\0", "gzip"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"\x93NUMPY\x01\0v\0{", "NumPy array"),
            (b"PK\x03\x04 and nothing more", "cut or damaged"),
            (b"NRUB\x01\0\xff\xff\xff\x00", "cut"),
        ] {
            let told = kind(bytes).unwrap_err();
            assert!(told.contains(expected), "{told}");
        }
        assert_eq!(kind(b"these are no weights"), Ok(None));
        assert_eq!(kind(b"{\"a\": 1}"), Ok(None));
        let index = b"{\"metadata\": {}, \"weight_map\": {}}";
        assert_eq!(kind(index), Ok(Some(Kind::Index)));
        let safetensors = [&8_u64.to_le_bytes()[..], b"{\"a\": 1}"].concat();
        assert_eq!(kind(&safetensors), Ok(Some(Kind::Safetensors)));
    }
}
