use std::path::{Path, PathBuf};

use burn_interaction::input::Kind;
use npyz::{DType, TypeChar};

use super::npz::Npz;
use super::part::{Part, pixels};
use super::parts::divided;
use crate::error::{Error, Result};
use crate::folders::opened;
use crate::images::Images;
use crate::samples::{Classes, Split};
use crate::series::SeriesSet;
use crate::table::Table;

/// The names of the arrays of inputs and of classes in both parts: Keras', scikit-learn's and MedMNIST's.
const PARTS: [[&str; 4]; 3] = [
    ["x_train", "y_train", "x_test", "y_test"],
    ["X_train", "y_train", "X_test", "y_test"],
    ["train_images", "train_labels", "test_images", "test_labels"],
];
/// The names of inputs and classes of files with one part.
const WHOLE: [[&str; 2]; 4] = [
    ["x", "y"],
    ["X", "y"],
    ["images", "labels"],
    ["data", "labels"],
];
/// The least side of images for which series of as many channels as steps may be taken.
const SQUARE: usize = 8;
/// Bytes that hold the header of any array.
const HEADER: u64 = 1 << 16;

/// Inputs and classes of a file of arrays, of the kind that the shape of the inputs tells.
pub enum Arrays {
    /// `[images, height, width]` of bytes, or four dimensions with channels second or last.
    Images(Split<Images>),
    /// `[series, channels, steps]`.
    Series(Split<SeriesSet>),
    /// `[rows, features]`.
    Tables(Split<Table>),
}

/// The names of a file's arrays.
enum Names {
    Parts([&'static str; 4]),
    Whole([&'static str; 2]),
}

/// Arrays of the user's own as NumPy's `savez` writes them: `x_train`, `y_train`, `x_test` and `y_test`, where `x` may be `X`, or `train_images` and
/// so on as MedMNIST has them; or `x` and `y`, a fifth of which become the test part. Notes tell arrays that are not read.
///
/// Inputs are a table `[rows, features]`, time series `[series, channels, steps]`, or images: `[images, height, width]` of bytes,
/// `[images, height, width, channels]` or `[images, channels, height, width]`, of bytes or of numbers from 0 to 1, which become bytes. Classes are a whole
/// number for each.
///
/// # Errors
///
/// Fails where the file is missing or cut, has no such arrays, or they do not fit together.
pub fn npz(path: impl AsRef<Path>) -> Result<Arrays> {
    let path = path.as_ref();
    let mut file = Npz::open(path)?;
    let names = names(&file)?;
    let [x, _] = names.first();
    let (kind, shape, is_bytes) = kind_of(&mut file, x)?;
    let unread = unread(&file, &names);
    let mut both = Both::read(&mut file, names)?;
    both.notes.extend(square(path, kind, &shape));
    both.notes.extend(unread);
    let numbered =
        |name: &str| -> Vec<String> { (0..shape[1]).map(|k| format!("{name}{k}")).collect() };
    let named = |e: Error| Error::file(path, e.to_string());
    let (classes, notes) = (|| both.classes.names.clone(), both.notes.clone());
    Ok(match kind {
        Kind::Tables => {
            let table = |part: &Part| {
                let rows = part.rows(both.labels(part)?);
                Table::new(numbered("x"), classes(), rows).map_err(named)
            };
            Arrays::Tables(Split {
                train: table(&both.train)?.noting(notes, 0),
                test: table(&both.test)?,
            })
        }
        Kind::Series => {
            let series = |part: &Part| {
                let rows = part.rows(both.labels(part)?);
                SeriesSet::new(numbered("channel "), classes(), rows).map_err(named)
            };
            Arrays::Series(Split {
                train: series(&both.train)?.noting(notes),
                test: series(&both.test)?,
            })
        }
        _ => {
            // Both parts have one scale: bytes, or shares of white.
            let parts = [&both.train, &both.test];
            let mut values = parts.into_iter().flat_map(|part| &part.inputs.values);
            let scale = match is_bytes || values.any(|value| *value > 1.0) {
                true => 1.0,
                false => 255.0,
            };
            let images = |part: &Part| {
                let (pixels, size) = pixels(path, &part.inputs, scale)?;
                let images = Images::new(size, classes(), pixels, both.labels(part)?);
                let images = images.map_err(named)?;
                Ok::<Images, Error>(match &part.numbers {
                    Some(numbers) => images.numbered(numbers.clone(), both.count()),
                    None => images,
                })
            };
            Arrays::Images(Split {
                train: images(&both.train)?.noting(notes),
                test: images(&both.test)?,
            })
        }
    })
}

/// Both parts of a file, with the names of their classes.
struct Both {
    path: PathBuf,
    train: Part,
    test: Part,
    classes: Classes,
    notes: Vec<String>,
}

impl Both {
    fn read(file: &mut Npz, names: Names) -> Result<Self> {
        let path = file.path.clone();
        let ([train, test], notes) = match names {
            Names::Parts([x, y, x_test, y_test]) => {
                let train = Part::read(file, x, y)?;
                ([train, Part::read(file, x_test, y_test)?], Vec::new())
            }
            Names::Whole([x, y]) => {
                let parts = Part::read(file, x, y)?.divided(&path)?;
                (parts, vec![divided(&path)])
            }
        };
        let [own, other] = [&train, &test].map(|part| &part.inputs.shape);
        if own[1..] != other[1..] {
            let reason = format!("training inputs of {own:?}, test inputs of {other:?}");
            return Err(Error::file(&path, reason));
        }
        // The classes of a file that is divided here are those of the whole file.
        let drawn = test.numbers.as_ref().map(|_| &test.labels);
        let labels = train.labels.iter().chain(drawn.into_iter().flatten());
        let labels: Vec<String> = labels.map(i64::to_string).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        Ok(Self {
            classes: Classes::of(&path, "the array of classes", &labels)?,
            path,
            train,
            test,
            notes,
        })
    }

    /// The classes of a part by their places among all.
    fn labels(&self, part: &Part) -> Result<Vec<usize>> {
        let label = |label: &i64| {
            let place = self.classes.place(&label.to_string());
            place.map_err(|reason| Error::file(&self.path, reason))
        };
        part.labels.iter().map(label).collect()
    }

    /// The number of samples of both parts.
    fn count(&self) -> usize {
        self.train.labels.len() + self.test.labels.len()
    }
}

/// Names of arrays that a note shows.
const SHOWN: usize = 5;

/// A note on series that may be meant as grey images.
fn square(path: &Path, kind: Kind, shape: &[usize]) -> Option<String> {
    match (kind, shape) {
        (Kind::Series, [_, height, width]) if height == width && *height >= SQUARE => {
            Some(format!(
                "{}: taken as series of {height} channels; images are bytes, or [n, h, w, 1]",
                path.display()
            ))
        }
        _ => None,
    }
}

/// A note on arrays of a file that are not read.
fn unread(file: &Npz, names: &Names) -> Option<String> {
    let read: &[&str] = match names {
        Names::Parts(names) => names,
        Names::Whole(names) => names,
    };
    let mut others = file.names();
    others.retain(|name| !read.contains(&name.as_str()));
    let more = others.len().saturating_sub(SHOWN);
    others.truncate(SHOWN);
    let (path, list) = (file.path.display(), others.join(", "));
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!others.is_empty()).then(|| format!("{path}: not read are the arrays {list}{more}"))
}

/// The kind of data in a file of arrays, without reading it whole.
///
/// # Errors
///
/// Fails where the file is missing or cut, or its inputs are of no kind.
pub fn npz_kind(path: impl AsRef<Path>) -> Result<Kind> {
    let mut file = Npz::open(path.as_ref())?;
    let [x, _] = names(&file)?.first();
    Ok(kind_of(&mut file, x)?.0)
}

impl Names {
    /// The names of the first inputs and classes.
    fn first(&self) -> [&'static str; 2] {
        match self {
            Self::Parts([x, y, ..]) | Self::Whole([x, y]) => [x, y],
        }
    }
}

fn names(file: &Npz) -> Result<Names> {
    let own = file.names();
    let has = |names: &[&str]| names.iter().all(|name| own.iter().any(|own| own == name));
    if let Some(parts) = PARTS.into_iter().find(|names| has(names)) {
        return Ok(Names::Parts(parts));
    }
    let whole = WHOLE.into_iter().find(|names| has(names));
    whole.map(Names::Whole).ok_or_else(|| {
        let reason = format!(
            "the arrays {}: name them x_train, y_train, x_test and y_test, or x and y",
            own.join(", ")
        );
        Error::file(&file.path, reason)
    })
}

/// The kind and the shape of an array of inputs, by its header, and whether its values are bytes.
fn kind_of(file: &mut Npz, name: &str) -> Result<(Kind, Vec<usize>, bool)> {
    let bytes = file.bytes(name, HEADER)?;
    let fail = |reason: String| Error::file(&file.path, format!("the array {name}: {reason}"));
    let header = opened(&bytes).map_err(fail)?;
    let shape: Vec<usize> = header.shape().iter().map(|side| *side as usize).collect();
    let is_bytes = matches!(header.dtype(), DType::Plain(of) if of.type_char() == TypeChar::Uint && of.size_field() == 1);
    let kind = match shape[..] {
        [_, _] => Kind::Tables,
        [_, _, _] if !is_bytes => Kind::Series,
        [_, _, _] | [_, _, _, _] => Kind::Images,
        _ => {
            return Err(fail(format!(
                "{shape:?} is no shape of rows [n, features], series [n, channels, steps] or images"
            )));
        }
    };
    Ok((kind, shape, is_bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::folders::Array;
    use crate::folders::made::npy;
    use crate::images::ImageSet;

    fn array<T: npyz::AutoSerialize + Copy>(values: &[T], shape: &[u64]) -> Vec<u8> {
        npy(values, shape, npyz::Order::C)
    }

    fn written(arrays: &[(&str, Vec<u8>)]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::with_suffix(".npz").unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        for (name, bytes) in arrays {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("{name}.npy"), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    fn refused(arrays: &[(&str, Vec<u8>)], what: &str) {
        let file = written(arrays);
        let error = npz(file.path()).err().unwrap().to_string();
        assert!(error.contains(what), "{error}");
    }

    #[test]
    fn images_with_channels_last_become_planes() {
        let pixels: Vec<u8> = (0..24).collect();
        let labels = array(&[1i64, 0], &[2, 1]);
        let file = written(&[
            ("train_images", array(&pixels, &[2, 2, 2, 3])),
            ("train_labels", labels.clone()),
            ("test_images", array(&pixels[..12], &[1, 2, 2, 3])),
            ("test_labels", array(&[1i64], &[1, 1])),
            ("val_images", array(&[0u8], &[1])),
        ]);
        assert_eq!(npz_kind(file.path()).unwrap(), Kind::Images);
        let Arrays::Images(split) = npz(file.path()).unwrap() else {
            panic!("no images")
        };
        let [unread] = split.train.notes() else {
            panic!("{:?}", split.train.notes())
        };
        assert!(
            unread.contains("not read are the arrays val_images"),
            "{unread}"
        );
        let image = split.train.image(0).unwrap();
        assert_eq!((image.size, image.label), ([3, 2, 2], 1));
        assert_eq!(image.pixels, [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
        // A dark test part has the scale of the bytes that it is of.
        let dark = array(&[1u8; 12], &[1, 2, 2, 3]);
        let file = written(&[
            ("train_images", array(&pixels, &[2, 2, 2, 3])),
            ("train_labels", labels),
            ("test_images", dark),
            ("test_labels", array(&[1i64], &[1, 1])),
        ]);
        let Arrays::Images(split) = npz(file.path()).unwrap() else {
            panic!("no images")
        };
        assert_eq!(split.test.image(0).unwrap().pixels, [1; 12]);
        // Numbers from 0 to 1 are shares of white.
        let shares = Array {
            shape: vec![1, 1, 1, 3],
            values: vec![0.0, 1.0, 0.5],
        };
        let levels = super::pixels(Path::new("a.npz"), &shares, 255.0).unwrap();
        assert_eq!(levels, (vec![0, 255, 128], [1, 1, 3]));
        let other = Array {
            values: vec![0.0, 1.5, 0.5],
            ..shares
        };
        assert!(super::pixels(Path::new("a.npz"), &other, 255.0).is_err());
    }

    #[test]
    fn rows_and_series_are_told_by_their_shape() {
        let values: Vec<f64> = (0..60).map(f64::from).collect();
        let labels: Vec<i32> = (0..10).map(|k| 5 + k % 2).collect();
        let of =
            |shape: &[u64]| written(&[("X", array(&values, shape)), ("y", array(&labels, &[10]))]);
        let Arrays::Tables(split) = npz(of(&[10, 6]).path()).unwrap() else {
            panic!("no table")
        };
        assert_eq!((split.train.rows().len(), split.test.rows().len()), (8, 2));
        assert_eq!(split.train.classes(), ["5", "6"]);
        let Arrays::Series(split) = npz(of(&[10, 2, 3]).path()).unwrap() else {
            panic!("no series")
        };
        assert_eq!((split.train.channels().len(), split.train.steps(0)), (2, 3));
    }

    #[test]
    fn square_series_are_told_as_they_may_be_images() {
        let labels: Vec<u64> = (0..10).map(|k| k % 2).collect();
        let notes = |side: u64| {
            let values = vec![0.5f32; 10 * (side * side) as usize];
            let file = written(&[
                ("x", array(&values, &[10, side, side])),
                ("y", array(&labels, &[10])),
            ]);
            match npz(file.path()).unwrap() {
                Arrays::Series(split) => split.train.notes().join("\n"),
                _ => panic!("no series"),
            }
        };
        let note = notes(8);
        assert!(
            note.contains("taken as series of 8 channels; images are bytes"),
            "{note}"
        );
        assert!(!notes(7).contains("taken as"));
    }

    #[test]
    fn parts_have_the_names_of_scikit_learn_and_classes_every_digit() {
        let large = (1i64 << 53) + 1;
        let x = || array(&[1.0f32, 2.0, 3.0, 4.0], &[2, 2]);
        let y = || array(&[large, large - 1], &[2]);
        let file = written(&[
            ("X_train", x()),
            ("y_train", y()),
            ("X_test", x()),
            ("y_test", y()),
        ]);
        let Arrays::Tables(split) = npz(file.path()).unwrap() else {
            panic!("no table")
        };
        assert_eq!(
            split.train.classes(),
            ["9007199254740992", "9007199254740993"]
        );
        assert_eq!(
            (split.train.rows()[0].label, split.test.rows()[0].label),
            (1, 1)
        );
        assert!(split.train.notes().is_empty(), "{:?}", split.train.notes());
    }

    #[test]
    fn arrays_that_do_not_fit_are_named() {
        let x = || array(&[1.0f32, 2.0, 3.0, 4.0], &[2, 2]);
        refused(&[("a", x())], "the arrays a: name them");
        refused(
            &[("x", x()), ("y", array(&[1i64], &[1]))],
            "y.npy: classes of [1] for 2 inputs",
        );
        refused(&[("x", x()), ("y", array(&[0.5f32, 1.0], &[2]))], "0.5");
        refused(
            &[
                ("x", array(&[1.0f32, f32::NAN], &[2, 1])),
                ("y", array(&[1i64, 0], &[2])),
            ],
            "NaN",
        );
        refused(
            &[
                ("x", array(&[0.0f32; 0], &[2, 0])),
                ("y", array(&[1i64, 0], &[2])),
            ],
            "x.npy: inputs of [2, 0] hold no values",
        );
        refused(
            &[("x", array(&[1.0f32], &[1])), ("y", array(&[1i64], &[1]))],
            "no shape",
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"PK\x03\x04 cut").unwrap();
        assert!(npz(file.path()).err().unwrap().to_string().contains("cut"));
    }
}
