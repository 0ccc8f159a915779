//! A reader of TensorBoard's files of events that shares nothing with the writer.

use std::collections::BTreeMap;
use std::path::Path;

/// The scalars of a folder of events: values by tag and step.
pub type Scalars = BTreeMap<(String, u64), f32>;

/// Reads all files of a folder in the order of their names. A restart takes away what earlier files say of its step and of
/// later ones.
///
/// # Panics
///
/// Panics where a file is damaged, other than cut at its end, does not begin with the version, or repeats a step of a tag.
pub fn scalars(folder: &Path) -> Scalars {
    let names = std::fs::read_dir(folder).expect("a folder of events");
    let mut paths: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = Scalars::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        for (place, record) in records(&bytes).iter().enumerate() {
            let event = fields(record);
            let step = event.iter().find_map(|(number, value)| match value {
                Field::Varint(step) if *number == 2 => Some(*step),
                _ => None,
            });
            let step = step.unwrap_or(0);
            let time = event.iter().any(|(number, value)| {
                *number == 1
                    && matches!(value, Field::Eight(seconds) if f64::from_bits(*seconds) > 1.7e9)
            });
            assert!(time, "an event without a time");
            if place == 0 {
                assert!(
                    event.contains(&(3, Field::Bytes(b"brain.Event:2"))),
                    "{event:?}"
                );
            }
            for (number, value) in &event {
                match (number, value) {
                    (5, Field::Bytes(summary)) => add(&mut found, summary, step),
                    (7, Field::Bytes(log)) => {
                        assert_eq!(fields(log), [(1, Field::Varint(1))], "no start");
                        found.retain(|(_, earlier), _| *earlier < step);
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

fn add(found: &mut Scalars, summary: &[u8], step: u64) {
    for (number, value) in fields(summary) {
        let (1, Field::Bytes(value)) = (number, value) else {
            panic!("field {number} of a summary");
        };
        let value = fields(value);
        let [(1, Field::Bytes(tag)), (2, Field::Four(bits))] = value[..] else {
            panic!("no scalar: {value:?}");
        };
        let tag = String::from_utf8(tag.into()).unwrap();
        let before = found.insert((tag.clone(), step), f32::from_bits(bits));
        assert_eq!(before, None, "{tag} at {step} is there twice");
    }
}

/// The data of the records of a file; one that is cut at its end is left out.
fn records(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while bytes.len() >= 12 {
        let (head, rest) = bytes.split_at(12);
        assert_eq!(masked(&head[..8]), head[8..], "the length is damaged");
        let length = u64::from_le_bytes(head[..8].try_into().unwrap()) as usize;
        if rest.len() < length + 4 {
            break;
        }
        let (data, rest) = rest.split_at(length);
        let (check, rest) = rest.split_at(4);
        assert_eq!(masked(data), check, "the data are damaged");
        records.push(data);
        bytes = rest;
    }
    records
}

/// The masked CRC-32C of bytes, bit by bit.
fn masked(bytes: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = match crc & 1 {
                1 => (crc >> 1) ^ 0x82f6_3b78,
                _ => crc >> 1,
            };
        }
    }
    (!crc)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
        .to_le_bytes()
}

/// A value of a protocol buffer by how it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field<'a> {
    Varint(u64),
    Eight(u64),
    Four(u32),
    Bytes(&'a [u8]),
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Field::Varint(varint(&mut bytes)),
            1 => Field::Eight(u64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut bytes) as usize;
                Field::Bytes(take(&mut bytes, length))
            }
            5 => Field::Four(u32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap())),
            other => panic!("wire type {other}"),
        };
        found.push((key >> 3, value));
    }
    found
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            break;
        }
    }
    value
}
