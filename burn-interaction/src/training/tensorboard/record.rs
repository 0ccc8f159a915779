//! Records: a length, data, and a checksum of each.

use std::io::{Result, Write};

use crc::{CRC_32_ISCSI, Crc};

/// CRC-32C, which the format masks.
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The checksum of bytes, turned and shifted: a checksum of data that hold checksums would be weak.
fn masked(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

/// Writes a record in one call, so that another process sees it whole or cut at its end.
pub(super) fn write(to: &mut impl Write, data: &[u8]) -> Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend(length);
    record.extend(masked(&length).to_le_bytes());
    record.extend(data);
    record.extend(masked(data).to_le_bytes());
    to.write_all(&record)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of CRC-32C ("123456789" gives e3069283), and the mask as TensorFlow's `crc32c.h` defines it.
    #[test]
    fn checksums_are_masked_crc_32c() {
        assert_eq!(CRC.checksum(b"123456789"), 0xe306_9283);
        assert_eq!(masked(b"123456789"), 0xc78a_b0e5);
    }

    #[test]
    fn a_record_has_its_length_before_it_and_sixteen_bytes_in_all_around() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"abc").unwrap();
        assert_eq!(bytes.len(), 3 + 16);
        assert_eq!(
            (&bytes[..8], &bytes[12..15]),
            (&[3, 0, 0, 0, 0, 0, 0, 0][..], &b"abc"[..])
        );
    }
}
