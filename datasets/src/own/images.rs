use std::path::{Path, PathBuf};

use super::Columns;
use super::labels::Labels;
use super::parts::Parts;
use super::records::Records;
use crate::error::{Error, Result};
use crate::images::ImageFiles;
use crate::samples::Split;

/// Images of the user's own in a list with a first line of names: a file, a fifth of whose images become the test part, or a folder with `train` and
/// `test`; CSV, TSV or JSON lines.
///
/// The path of each image stands in the input column, by default `file`, `image` or `path`; it is one from the folder of the list, or a whole
/// one.
///
/// # Errors
///
/// Fails where a file or a column is missing, there are less than two classes, or the test part has a class of its own. Images are read when they
/// are asked for.
pub fn own_images(path: impl AsRef<Path>, columns: &Columns) -> Result<Split<ImageFiles>> {
    let parts = Parts::read(path.as_ref())?;
    let labels = Labels::of(&parts, columns.label.as_deref())?;
    let Parts {
        train, test, notes, ..
    } = parts;
    if columns.inputs.len() > 1 {
        let reason = format!("{} columns of files: give one", columns.inputs.len());
        return Err(Error::file(&train.path, reason));
    }
    let file = columns.inputs.first().map(String::as_str);
    let file = train.asked(file, &["file", "image", "path"], "--input")?;
    let images = |records: &Records| {
        let folder = records.path.parent().unwrap_or(Path::new(""));
        let mut files: Vec<(PathBuf, usize)> = Vec::with_capacity(records.rows.len());
        for row in &records.rows {
            let path = folder.join(&row.fields[file]);
            if !path.is_file() {
                return Err(records.fail(row, format!("there is no file {}", path.display())));
            }
            files.push((path, labels.label(records, row)?));
        }
        ImageFiles::new(files, labels.names())
    };
    Ok(Split {
        train: images(&train)?.noting(notes),
        test: images(&test)?,
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;
    use crate::images::ImageSet;

    #[test]
    fn images_of_a_list_are_found_from_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        let image = RgbImage::from_pixel(3, 2, Rgb([9, 9, 9]));
        image.save(folder.path().join("in/one.png")).unwrap();
        write("train.csv", "file,kind\nin/one.png,dog\nin/one.png,cat\n");
        write("test.csv", "file,kind\nin/one.png,dog\n");
        let error = own_images(folder.path(), &Columns::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("as --label"), "{error}");
        let split = own_images(folder.path(), &Columns::labelled("kind")).unwrap();
        let image = split.test.image(0).unwrap();
        assert_eq!((image.size, image.label), ([3, 2, 3], 1));
        write("test.csv", "file,kind\nin/no.png,dog\n");
        let error = own_images(folder.path(), &Columns::labelled("kind"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("test.csv, line 2: there is no file") && error.contains("no.png"),
            "{error}"
        );
    }
}
