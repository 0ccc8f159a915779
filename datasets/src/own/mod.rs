//! People's own files: tables, lists of images, sentences and arrays.

mod arrays;
mod images;
mod labels;
mod npz;
mod part;
mod parts;
mod records;
mod sentences;
mod table;

pub use arrays::{Arrays, npz, npz_kind};
pub use images::own_images;
pub use sentences::own_sentences;
pub use table::own_table;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;

/// The files that a set of the user's own is read from: the file itself, or the two parts in a folder.
///
/// # Errors
///
/// Fails where a part is missing.
pub(crate) fn own_files(path: &Path) -> Result<Vec<PathBuf>> {
    match path.is_dir() {
        true => Ok(parts::files(path)?.into()),
        false => Ok(vec![path.into()]),
    }
}

/// The columns of a user's own files that a set is made of, by name.
///
/// ```
/// use burn_interaction_datasets::{Columns, own_table};
///
/// # let folder = std::env::temp_dir().join("burn-interaction-own");
/// # std::fs::create_dir_all(&folder).unwrap();
/// let file = folder.join("people.csv");
/// let rows: String = (0..20).map(|k| format!("{},{},{}\n", k, ["red", "blue"][k % 2], k % 3)).collect();
/// std::fs::write(&file, format!("age,colour,kind\n{rows}")).unwrap();
/// let split = own_table(&file, &Columns::labelled("kind"))?;
/// assert_eq!(split.train.names(), ["age", "colour"]);
/// assert_eq!(split.train.categories()["colour"], ["blue", "red"]);
/// # Ok::<(), burn_interaction_datasets::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// The column of the class; `None` for the one that is named `label`, `class`, `target` or `y`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The columns of the input: features of a table, by default all others that have a name; the text and the second text of a pair, by default `text` or
    /// `sentence`; the file of an image, by default `file`, `image` or `path`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
}

impl Columns {
    /// The class in this column, and the usual inputs.
    pub fn labelled(label: impl Into<String>) -> Self {
        Self {
            label: Some(label.into()),
            inputs: Vec::new(),
        }
    }

    /// Whether the columns are those of the usual names.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Takes the input from these columns.
    pub fn inputs<T: Into<String>>(mut self, inputs: impl IntoIterator<Item = T>) -> Self {
        self.inputs = inputs.into_iter().map(Into::into).collect();
        self
    }
}
