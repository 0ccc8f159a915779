//! Clouds of points: meshes, and lists of points and shapes.

use burn_interaction_datasets::{CloudSet, Mesh, modelnet, shapenet};

use crate::alone;
use crate::reader::Reader;

fn check_clouds(set: &dyn CloudSet) {
    for index in 0..set.len() {
        for draw in [None, Some(7)] {
            let Ok(cloud) = set.cloud(index, 9, draw) else {
                continue;
            };
            let cloud = cloud.normalized();
            assert_eq!(cloud.points.len(), 9);
            assert!(
                cloud.points.as_flattened().iter().all(|v| v.is_finite()),
                "{cloud:?}"
            );
            assert!(cloud.regions().is_none_or(|regions| regions.len() == 9));
        }
    }
}

const OFF: &str = "OFF\n4 2 0\n0 0 0\n2 0 0\n2 2 0\n0 2 0.5\n3 0 1 2\n4 0 1 2 3 255 0 0\n";

fn meshes() -> Reader {
    Reader {
        file: "bed/train/a.off",
        valid: [
            OFF,
            "OFF4 1\n# square\n0 0 0\n1 0 0\n1 1e3 0\n0 1 0\n4 0 1 2 3\n",
        ]
        .map(|text| text.into())
        .into(),
        beside: Vec::new(),
        read: |folder| {
            let _ = Mesh::read_off(folder.join("bed/train/a.off"));
            if let Ok(split) = modelnet(folder) {
                check_clouds(&split.train.cached(0));
            }
        },
        packed: false,
    }
}

const CATEGORIES: (&str, &[u8]) = ("synsetoffset2category.txt", b"Bag\t02\nTable\t01\n");

fn shapes(file: &'static str, valid: &[&str], beside: &[(&'static str, &[u8])]) -> Reader {
    let beside = beside
        .iter()
        .map(|(file, contents)| (*file, contents.to_vec()));
    Reader {
        file,
        valid: valid.iter().map(|text| text.as_bytes().to_vec()).collect(),
        beside: beside.collect(),
        read: |folder| {
            if let Ok(split) = shapenet(folder) {
                check_clouds(&split.train.cached(0));
            }
        },
        packed: false,
    }
}

fn points() -> Reader {
    let parts: (&str, &[u8]) = ("02/points_label/a.seg", b"3\n1\n3\n");
    let valid = "0 0 1\n0 1 0\n1 0.5 -2e3\n";
    shapes("02/points/a.pts", &[valid], &[CATEGORIES, parts])
}

fn resampled() -> Reader {
    let list = |name: &'static str, text: &str| (name, text.as_bytes().to_vec());
    Reader {
        file: "bed/bed_1.txt",
        valid: vec![b"1,2,3,0,0,1\n4,5,6,0,0,1\n".to_vec()],
        beside: vec![
            list("modelnet10_shape_names.txt", "bed\n"),
            list("modelnet10_train.txt", "bed_1\n"),
            list("modelnet10_test.txt", ""),
        ],
        read: |folder| check_clouds(&modelnet(folder).unwrap().train.cached(0)),
        packed: false,
    }
}

#[test]
fn meshes_are_read_or_refused() {
    let _alone = alone();
    meshes().fuzz();
    meshes().fill("OFF\n9999999999 9999999999 0\n", "0 0 0\n");
    meshes().fill("OFF\n3 99999999 0\n0 0 0\n1 0 0\n0 1 0\n", "3 0 1 2\n");
    // A polygon is a triangle for each of its corners.
    meshes().fill("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n524286 ", "0 1 2 ");
}

#[test]
fn lists_of_points_are_read_or_refused() {
    let _alone = alone();
    points().fuzz();
    points().fill("", "0 0 0\n");
    let all: (&str, &[u8]) = ("02/points/a.pts", b"0 0 1\n0 1 0\n1 0 0\n");
    let parts = shapes("02/points_label/a.seg", &["3\n1\n3\n"], &[CATEGORIES, all]);
    parts.fuzz();
    parts.fill("", "1\n");
    let valid = "0 0 1 0 0 1 47.000000\n0 1 0 0 0 1 48.0\n";
    let both = shapes("01/b.txt", &[valid], &[CATEGORIES]);
    both.fuzz();
    both.fill("", "0 0 0 0 0 0 0\n");
    resampled().fuzz();
    resampled().fill("", "0,0,0,0,0,0\n");
}

#[test]
fn lists_of_shapes_are_read_or_refused() {
    let _alone = alone();
    let all: (&str, &[u8]) = ("02/points/a.pts", b"0 0 1\n0 1 0\n1 0 0\n");
    let list = "train_test_split/shuffled_train_file_list.json";
    let lists = shapes(
        list,
        &["[\"shape_data/02/a\", \"shape_data/02/a\"]"],
        &[CATEGORIES, all],
    );
    lists.fuzz();
    let categories = shapes(CATEGORIES.0, &["Bag\t02\nTable\t01\n\n"], &[all]);
    categories.fuzz();
    categories.fill("", "a b\n");
}
