//! Every data set by name: its kind, how it opens, and where it is fetched from.
//!
//! ```
//! use burn_interaction_datasets::registry::{Data, data_set, data_sets};
//!
//! assert!(data_sets().iter().any(|set| set.name == "cifar-10"));
//! let Data::Images(split) = data_set("scenes")?.open(None)? else { unreachable!() };
//! assert_eq!(split.train.classes().len(), 4);
//! # Ok::<(), burn_interaction_datasets::Error>(())
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn_interaction::input::Kind;

use crate::clouds::{CloudSet, modelnet, shapenet, solids};
use crate::error::{Error, Result};
use crate::images::{Cifar10, ImageSet, imagenet, scenes, tiny_imagenet};
use crate::own::{Arrays, Columns, npz, npz_kind, own_files, own_images, own_sentences, own_table};
use crate::samples::Split;
use crate::series::{SeriesSet, UCR, events, series_csv, series_files, ucr};
use crate::table::{Table, census, commercial, rules};
use crate::text::{
    TextItem, Texts, ag_news, cola, cola_home, grammar, sst2, sst2_home, unlabelled,
};

/// A data set of any kind, opened.
pub enum Data {
    /// Images with class labels.
    Images(Split<Arc<dyn ImageSet>>),
    /// Point clouds with class labels.
    Clouds(Split<Arc<dyn CloudSet>>),
    /// Rows of a table, not standardised yet.
    Tables(Split<Table>),
    /// Texts, not in word pieces yet.
    Texts(Split<Texts>),
    /// Time series, not standardised yet.
    Series(Split<SeriesSet>),
}

impl Data {
    /// Notes for a user on how the files were read: the folder that they were found in, files that were passed over, rows
    /// that were left out.
    pub fn notes(&self) -> Vec<String> {
        let [train, test] = match self {
            Self::Images(Split { train, test }) => [train.notes(), test.notes()],
            Self::Clouds(Split { train, test }) => [train.notes(), test.notes()],
            Self::Tables(Split { train, test }) => [train.notes(), test.notes()],
            Self::Texts(Split { train, test }) => [train.notes(), test.notes()],
            Self::Series(Split { train, test }) => [train.notes(), test.notes()],
        };
        let mut notes = train.to_vec();
        notes.extend(test.iter().filter(|note| !train.contains(note)).cloned());
        notes
    }
}

/// Where the files of a data set come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// No files: the set is generated.
    Generated,
    /// An archive at a public address, which the `download` feature fetches.
    Archive {
        /// The folder that the archive becomes.
        folder: &'static str,
        /// The address of the archive.
        url: &'static str,
        /// The MD5 checksum of the archive, in hexadecimal digits.
        md5: &'static str,
    },
    /// A page that says how to get the files.
    Page(&'static str),
    /// Files of the user's own, in a form that this set reads.
    Own,
}

/// The way a data set opens, given its folder or file and the columns that are asked for.
type Open = fn(&Path, &Columns) -> Result<Data>;

/// A data set by name, which [`open`](DataSet::open) reads.
pub struct DataSet {
    /// The name of the set.
    pub name: &'static str,
    /// The kind of the set's samples.
    pub kind: Kind,
    /// A line on the contents of the set.
    pub about: &'static str,
    /// The origin of the set's files.
    pub source: Source,
    open: Open,
}

use Kind::{Clouds, Images, Series, Tables, Texts as Sentences};
use Source::{Archive, Generated, Own, Page};

/// Makes the list of data sets from a line for each.
macro_rules! sets {
    ($($name:literal $kind:ident $source:expr, $about:literal, $open:expr;)*) => {
        /// The data sets, by kind; those that need no files first.
        static SETS: &[DataSet] = &[$(DataSet {
            name: $name,
            kind: $kind,
            about: $about,
            source: $source,
            open: $open,
        },)*];
    };
}

sets! {
    "scenes" Images Generated, "strokes and blobs of 16x16 pixels in 4 classes", |_, _| generated(scenes, 4000, 800, images);
    "cifar-10" Images CIFAR10, "32x32 pixels in 10 classes, the binary version", |folder, _| Ok(images(Cifar10::split(folder)?));
    "tiny-imagenet" Images TINY_IMAGENET, "64x64 pixels in 200 classes", |folder, _| Ok(images(tiny_imagenet(folder)?));
    "imagenet" Images Page("https://image-net.org"), "ImageNet, or any class folders in train and val", |folder, _| Ok(images(imagenet(folder)?));
    "images" Images Own, "a list of files and classes, CSV, TSV or JSON lines", |path, columns| Ok(images(own_images(path, columns)?));

    "solids" Clouds Generated, "solids and furniture in 7 classes", |_, _| generated(solids, 2100, 420, clouds);
    "modelnet" Clouds Page("https://modelnet.cs.princeton.edu"), "ModelNet10 or 40, OFF meshes or resampled points", |folder, _| Ok(clouds(modelnet(folder)?));
    "shapenet" Clouds Page("https://shapenet.org"), "the ShapeNet part annotation, 16 classes", |folder, _| Ok(clouds(shapenet(folder)?));

    "grammar" Sentences Generated, "short sentences in 3 classes", |_, _| generated(grammar, 9000, 900, Data::Texts);
    "sst2" Sentences Page(GLUE), "SST-2 of GLUE, film reviews in 2 classes", |folder, _| Ok(Data::Texts(sst2(folder)?));
    "cola" Sentences Page(GLUE), "CoLA of GLUE, sentences that are acceptable or not", |folder, _| Ok(Data::Texts(cola(folder)?));
    "ag-news" Sentences Page("https://github.com/mhjabreel/CharCnn_Keras"), "AG News, articles in 4 classes, CSV files", |folder, _| Ok(Data::Texts(ag_news(folder)?));
    "sentences" Sentences Own, "sentences or pairs of them, CSV, TSV or JSON lines", |path, columns| Ok(Data::Texts(own_sentences(path, columns)?));

    "rules" Tables Generated, "10 features, 2 classes", |_, _| generated(rules, 8000, 1000, Data::Tables);
    "census" Tables Page("https://archive.ics.uci.edu/dataset/2/adult"), "UCI Adult: 12 features, 2 classes", |folder, _| Ok(Data::Tables(census(folder)?));
    "commercial" Tables Page("https://archive.ics.uci.edu/dataset/326"), "UCI TV News Channel Commercial Detection: 10 features, 2 classes", |folder, _| Ok(Data::Tables(commercial(folder)?));
    "csv" Tables Own, "a table of numbers and categories, CSV, TSV or JSON lines", |path, columns| Ok(Data::Tables(own_table(path, columns)?));
    "npz" Tables Own, "arrays x_train, y_train, x_test and y_test of NumPy, or x and y: rows, images or series", |path, _| arrays(path);

    "events" Series Generated, "two channels of bumps in 3 classes, by which comes first", |_, _| generated(events, 3000, 600, Data::Series);
    "ucr" Series Page(UCR), "a set of the UCR archive, NAME_TRAIN.tsv and NAME_TEST.tsv", |folder, _| Ok(Data::Series(ucr(folder)?));
    "series" Series Own, "train.csv and test.csv of columns series, label and a channel each, a row a step", |folder, _| Ok(Data::Series(series_csv(folder)?));
}

/// The page that says how to get the data of GLUE's tasks.
const GLUE: &str = "https://gluebenchmark.com/tasks";

/// Finds the folder of a set in the one that is given, and notes where it was.
type Home = fn(&Path, &mut Vec<String>) -> Result<PathBuf>;

/// Sets whose folder has sentences without labels in its `test.tsv`, and how the folder is found.
const UNLABELLED: [(&str, Home); 2] = [("sst2", sst2_home), ("cola", cola_home)];

/// The binary version of CIFAR-10, 170 MB.
const CIFAR10: Source = Archive {
    folder: "cifar-10",
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5: "c32a1d4ab5d03f1284b67883e8d87530",
};

/// Tiny-ImageNet-200, 248 MB.
const TINY_IMAGENET: Source = Archive {
    folder: "tiny-imagenet-200",
    url: "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
    md5: "90528d7ca1a48142e341f4ef8d21d0de",
};

/// Makes a generated set: so many samples of seed 1 to train on, and of seed 2 to test on.
fn generated<T>(
    make: fn(usize, u64) -> T,
    train: usize,
    test: usize,
    data: fn(Split<T>) -> Data,
) -> Result<Data> {
    Ok(data(Split {
        train: make(train, 1),
        test: make(test, 2),
    }))
}

/// The data of a file of arrays, of the kind that their shape tells.
fn arrays(path: &Path) -> Result<Data> {
    Ok(match npz(path)? {
        Arrays::Images(split) => images(split),
        Arrays::Series(split) => Data::Series(split),
        Arrays::Tables(split) => Data::Tables(split),
    })
}

fn images<T: ImageSet + 'static>(split: Split<T>) -> Data {
    Data::Images(Split {
        train: Arc::new(split.train),
        test: Arc::new(split.test),
    })
}

fn clouds<T: CloudSet + 'static>(split: Split<T>) -> Data {
    Data::Clouds(Split {
        train: Arc::new(split.train),
        test: Arc::new(split.test),
    })
}

impl DataSet {
    /// The argument by which the set is asked for: `NAME`, or `NAME:FOLDER` where the set has files; `NAME:PATH` where they are the user's own.
    pub fn spelled(&self) -> String {
        match self.source {
            Generated => self.name.into(),
            Own if !self.is_folder() => format!("{}:PATH", self.name),
            _ => format!("{}:FOLDER", self.name),
        }
    }

    /// Whether the set always lies in a folder; others may be a file.
    pub fn is_folder(&self) -> bool {
        self.source != Own || self.name == "series"
    }

    /// Whether the set is made of [`Columns`] that the user names.
    pub fn has_columns(&self) -> bool {
        self.source == Own && !["series", "npz"].contains(&self.name)
    }

    /// The files that the set is read from where it is the user's own, for digests of its contents: of a list of images the list, not
    /// the images. None of other sets.
    ///
    /// # Errors
    ///
    /// Fails where a file is missing.
    pub fn own_files(&self, path: &Path) -> Result<Vec<PathBuf>> {
        match self.source {
            Own if self.is_folder() => Ok(series_files(path, &mut Vec::new())?.into()),
            Own => own_files(path),
            _ => Ok(Vec::new()),
        }
    }

    /// The kind of the set's samples in a folder or file: [`kind`](Self::kind), except of arrays, whose shape tells it.
    ///
    /// # Errors
    ///
    /// Fails where the file of arrays cannot be read.
    pub fn kind_in(&self, path: Option<&Path>) -> Result<Kind> {
        match (self.name, path) {
            ("npz", Some(path)) => npz_kind(path),
            _ => Ok(self.kind),
        }
    }

    /// The name of the set's folder among others: what its archive becomes, or the name of the set; `None` for a
    /// generated set.
    pub fn folder(&self) -> Option<&'static str> {
        match self.source {
            Generated => None,
            Archive { folder, .. } => Some(folder),
            Page(_) | Own => Some(self.name),
        }
    }

    /// Opens the set from its folder, or from a file of the user's own with columns of the usual names; a generated set needs none.
    ///
    /// # Errors
    ///
    /// Fails where the set has files and no folder is given, or the folder does not hold them.
    pub fn open(&self, folder: Option<&Path>) -> Result<Data> {
        self.open_columns(folder, &Columns::default())
    }

    /// Opens the set as [`open`](Self::open) does, made of these columns where it is the user's own.
    ///
    /// # Errors
    ///
    /// Fails where the set has files and no folder is given, the folder does not hold them, or they have no such columns.
    pub fn open_columns(&self, folder: Option<&Path>, columns: &Columns) -> Result<Data> {
        match (self.source, folder) {
            (Generated, _) => (self.open)(Path::new(""), columns),
            (_, Some(folder)) => (self.open)(folder, columns),
            (_, None) => Err(Error::Data(format!(
                "{} has files: give their place, {}",
                self.name,
                self.spelled()
            ))),
        }
    }

    /// Whether the set has a part without labels.
    pub fn has_unlabelled(&self) -> bool {
        UNLABELLED.iter().any(|(name, _)| *name == self.name)
    }

    /// The texts that have no labels, each given the first of these classes.
    ///
    /// # Errors
    ///
    /// Fails where the set has no such part, or its file is missing or malformed.
    pub fn open_unlabelled(&self, folder: &Path, classes: &[String]) -> Result<Texts> {
        let Some((_, home)) = UNLABELLED.iter().find(|(name, _)| *name == self.name) else {
            return Err(Error::Data(format!(
                "{} have a part without labels, {} has none",
                UNLABELLED.map(|(name, _)| name).join(" and "),
                self.name
            )));
        };
        let item = |text: String| TextItem::new(text, 0);
        let folder = home(folder, &mut Vec::new())?;
        let items = unlabelled(folder.join("test.tsv"))?.into_iter().map(item);
        Texts::new(items.collect(), classes.to_vec())
    }
}

/// Every data set there is.
pub fn data_sets() -> &'static [DataSet] {
    SETS
}

/// The data set of a name.
///
/// # Errors
///
/// Fails where there is no such set; the message lists the sets.
pub fn data_set(name: &str) -> Result<&'static DataSet> {
    let found = SETS.iter().find(|set| set.name == name);
    found.ok_or_else(|| {
        let all: Vec<String> = SETS.iter().map(DataSet::spelled).collect();
        Error::Data(format!(
            "unknown data \"{name}\": there are {}",
            all.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::Relabel;

    #[test]
    fn names_are_unique_and_sets_are_of_their_kind() {
        let mut names: Vec<&str> = SETS.iter().map(|set| set.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SETS.len());
        for set in SETS {
            match set.source {
                Generated => {
                    let kind = match set.open(None).unwrap() {
                        Data::Images(_) => Images,
                        Data::Clouds(_) => Clouds,
                        Data::Tables(_) => Tables,
                        Data::Texts(_) => Sentences,
                        Data::Series(_) => Series,
                    };
                    assert_eq!(kind, set.kind, "{}", set.name);
                }
                _ => {
                    let error = |folder| set.open(folder).err().unwrap().to_string();
                    assert!(error(None).contains(&set.spelled()));
                    let nowhere = Path::new("/nowhere");
                    assert!(error(Some(nowhere)).contains("/nowhere"), "{}", set.name);
                }
            }
        }
        let error = data_set("moon").err().unwrap().to_string();
        assert!(error.contains("scenes, cifar-10:FOLDER"), "{error}");
    }

    #[test]
    fn only_some_sets_have_a_part_without_labels() {
        let nowhere = Path::new("/nowhere");
        let error = |name| {
            let set = data_set(name).unwrap();
            let opened = set.open_unlabelled(nowhere, &["yes".into()]);
            opened.err().unwrap().to_string()
        };
        assert!(error("cola").contains("/nowhere/test.tsv"));
        assert!(error("scenes").contains("scenes has none"));
    }

    #[test]
    fn names_and_labels_move_together_in_every_kind_of_set() {
        // The names in their new order, and one that the set does not have.
        let turned = |classes: &[String]| -> (Vec<usize>, Vec<String>) {
            let count = classes.len();
            let labels = (0..count).map(|k| (k + 1) % count).collect();
            let names = (0..count).map(|k| classes[(k + count - 1) % count].clone());
            (labels, names.chain(["another".into()]).collect())
        };
        let images: Arc<dyn ImageSet> = Arc::new(scenes(8, 1));
        let (labels, names) = turned(images.classes());
        let moved = images.clone().relabelled(&labels, &names).unwrap();
        for index in 0..8 {
            let name = |set: &Arc<dyn ImageSet>| set.classes()[set.label(index)].clone();
            assert_eq!(name(&images), name(&moved));
            assert_eq!(moved.image(index).unwrap().label, moved.label(index));
        }
        assert_eq!((moved.label(0), moved.classes().len()), (1, 5));
        let texts = grammar(9, 1);
        let (labels, names) = turned(texts.classes());
        let moved = texts.clone().relabelled(&labels, &names).unwrap();
        for (before, after) in texts.items().iter().zip(moved.items()) {
            assert_eq!(texts.classes()[before.label], moved.classes()[after.label]);
            assert_ne!(before.label, after.label);
        }
        let clouds: Arc<dyn CloudSet> = Arc::new(solids(7, 1));
        let (labels, names) = turned(clouds.classes());
        let moved = clouds.clone().relabelled(&labels, &names).unwrap();
        let item = moved.cloud(0, 16, None).unwrap();
        assert_eq!(item.label, moved.label(0));
        assert_eq!(
            moved.classes()[item.label],
            clouds.classes()[clouds.label(0)]
        );
    }

    #[test]
    fn numbers_that_are_no_order_are_refused() {
        let classes = ["a", "b", "c"].map(String::from);
        for labels in [&[0, 0, 1][..], &[0, 1], &[0, 1, 3], &[0, 1, 2, 3]] {
            let error = grammar(3, 1).relabelled(labels, &classes).unwrap_err();
            let error = error.to_string();
            assert!(error.contains("does not number 3 classes"), "{error}");
        }
    }

    #[test]
    fn notes_of_both_parts_come_with_the_data() {
        assert!(
            data_set("rules")
                .unwrap()
                .open(None)
                .unwrap()
                .notes()
                .is_empty()
        );
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("cifar-10-batches-bin");
        std::fs::create_dir(&inner).unwrap();
        for part in 0..6 {
            let name = match part {
                0 => "test_batch.bin".into(),
                _ => format!("data_batch_{part}.bin"),
            };
            std::fs::write(inner.join(name), [1; 3073]).unwrap();
        }
        let data = data_set("cifar-10").unwrap().open(Some(root.path()));
        let notes = data.unwrap().notes();
        let [inner, train, test] = &notes[..] else {
            panic!("{notes:?}")
        };
        assert!(inner.contains("cifar-10-batches-bin"), "{inner}");
        assert!(train.contains("5 of 50000 records"), "{train}");
        assert!(test.contains("1 of 10000 records"), "{test}");
        let glue = root.path().join("glue");
        std::fs::create_dir(&glue).unwrap();
        std::fs::write(glue.join("train.tsv"), "sentence\tlabel\n").unwrap();
        std::fs::write(glue.join("test.tsv"), "index\tsentence\n0\tfine\n").unwrap();
        let set = data_set("sst2").unwrap();
        let texts = set.open_unlabelled(root.path(), &["yes".into()]).unwrap();
        assert_eq!(texts.items()[0].text, "fine");
    }
}
