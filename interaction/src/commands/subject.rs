use std::path::{Path, PathBuf};

use burn_interaction_datasets::{Columns, Up};
use burn_interaction_models::WeightFile;
use clap::Args;

use super::{parse, pretrained};
use crate::error::{Result, usage};
use crate::subject::{Normalize, Seats, Spec, Trained};

/// The network and its data.
#[derive(Args, Debug, Clone)]
pub struct SubjectArgs {
    /// Network, such as resnet20, vgg16-bn, googlenet, vit-tiny/8 (patches of 8 pixels), swin-tiny for images, pointnet or
    /// dgcnn-slim for point clouds, bert-slim for texts, mlp5 or mlp8 for tables, fcn-slim for time series; `interaction networks` lists all. A path
    /// with a separator, such as ./bert, is a Hugging Face folder; hf:OWNER/NAME, or `hf:OWNER/NAME@REVISION`, is one of the hub, fetched once (`interaction cache`). Default: the network that the settings beside --weights
    /// name.
    #[arg(long)]
    pub model: Option<String>,
    /// Data: scenes (generated images), solids (generated point clouds), grammar (generated sentences), rules (generated
    /// table), events (generated time series), or a set and its folder, such as cifar-10:FOLDER; `interaction data` lists all. Default: the data that the
    /// settings beside --weights name.
    #[arg(long)]
    pub data: Option<String>,
    /// Column of the class, for data of one's own: csv:PATH, images:PATH or sentences:PATH, each a .csv, .tsv or .jsonl file, or a folder
    /// with train and test. Default: the column named label, class, target or y.
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,
    /// Columns of the input, for data of one's own: the features of a table (default: all but the class), the text and the second text of a
    /// pair (default: text or sentence), the file of an image (default: file, image or path).
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub input: Vec<String>,
    /// Classes of the network, in its order: a list such as cat,dog, or a file with one a line; the data may lack some of them. Default:
    /// those in the settings beside the weights, else those of the data.
    #[arg(long)]
    pub classes: Option<String>,
    /// Side in pixels that images are brought to. Default: the side that the network was trained with; else that of a Hugging Face folder;
    /// else, of images in files, the side that the network's published weights expect, while generated images, arrays, CIFAR-10 and
    /// Tiny-ImageNet keep their own.
    #[arg(long)]
    pub image: Option<usize>,
    /// Statistics that images are normalised by: imagenet, half (mean and deviation 0.5) or data (of the training images).
    /// Default: the statistics that the network was trained with, else, with --weights or a Hugging Face folder, those that its published
    /// weights expect, else data. torchvision's ViT wants imagenet, timm's half.
    #[arg(long, value_parser = ["imagenet", "half", "data"])]
    pub normalize: Option<String>,
    /// Patch grid of images, ROWSxCOLUMNS. Default: patches of 2x2 pixels, 16x16 patches at most.
    #[arg(long)]
    pub grid: Option<String>,
    /// Points of each cloud. Default: as many as the network was trained with, else 1024.
    #[arg(long)]
    pub points: Option<usize>,
    /// Axis that points up in clouds, x, y or z: the one that changes places with it is that of the files. Networks that were trained on
    /// the HDF5 files of ModelNet40 take its meshes with y. Default: as the network was trained, else as the files have it.
    #[arg(long)]
    pub up: Option<Up>,
    /// Regions of a cloud: a number of farthest-point regions, parts (as the data labels them), or a regions.json that
    /// `discover` wrote. Default: 32.
    #[arg(long)]
    pub regions: Option<String>,
    /// Baseline, the stand-in for absent players: data (the mean of each channel or column over the training part, in the
    /// network's units), zero (in those units), mean (of images and series: each one's own; of clouds: their centre), blur:PIXELS,
    /// values:A,B,.., drop (regions leave the cloud; pointnet and pointnet2 only); of texts mask, pad or unk, which stand
    /// for the vocabulary's pieces, or hide (from attention). Default: data for images, tables and series, mean for
    /// clouds, mask for texts where there is one.
    #[arg(long)]
    pub baseline: Option<String>,
    #[arg(long, help = Seats::HELP)]
    pub players: Option<String>,
    /// Word pieces of texts: a vocab.txt, a tokenizer.json or a Hugging Face folder. Default: the word pieces beside the
    /// weights, the grammar's own, or 8000 learned from the training texts.
    #[arg(long)]
    pub vocabulary: Option<PathBuf>,
}

/// The network and the data that arguments name, or that the settings beside the weights name. Networks and weights that are asked for by a public name are
/// fetched where the cache has none.
///
/// # Errors
///
/// Fails where an argument means nothing, there is no network or no data, or something cannot be fetched.
pub fn spec(args: &SubjectArgs, weights: Option<&PathBuf>, fewest: Option<usize>) -> Result<Spec> {
    let weights = pretrained::weights(weights, args.model.as_deref())?;
    let weights = weights.as_ref();
    if let Some(path) = weights.filter(|path| !WeightFile::parse(path).path.exists()) {
        let path = path.display();
        return Err(usage(format!(
            "--weights {path}: there is no such file or folder"
        )));
    }
    let trained = Trained::beside(weights.map(PathBuf::as_path))?;
    let named = |given: &Option<String>, flag: &str, of: fn(&Trained) -> &String| {
        let found = given.clone().or_else(|| trained.as_ref().map(of).cloned());
        found.ok_or_else(|| {
            usage(format!(
                "{flag} is missing: give one, or --weights with the settings.json of their training beside them"
            ))
        })
    };
    let asked = pretrained::model(args.model.as_deref())?;
    let model = named(&asked, "--model", |trained| &trained.model)?;
    Ok(Spec {
        model: match (&args.model, weights) {
            // A network that was a folder when it was trained is the one in the folder of its weights now.
            (None, Some(path))
                if model.contains(['/', '\\'])
                    && Path::new(&folder_of(path)).join("config.json").exists() =>
            {
                folder_of(path)
            }
            _ => model,
        },
        data: named(&args.data, "--data", |trained| &trained.data)?,
        columns: columns(args, trained.as_ref()),
        weights: weights.cloned(),
        image: args.image,
        normalize: args.normalize.as_deref().map(|text| match text {
            "imagenet" => Normalize::Imagenet,
            "half" => Normalize::Half,
            _ => Normalize::Data,
        }),
        grid: args.grid.as_deref().map(parse::grid).transpose()?,
        points: args.points,
        classes: args
            .classes
            .as_deref()
            .map_or(Ok(Vec::new()), parse::classes)?,
        up: args.up,
        regions: args.regions.as_deref().map(parse::regions).transpose()?,
        baseline: args.baseline.as_deref().map(parse::baseline).transpose()?,
        players: args.players.as_deref().map(str::parse).transpose()?,
        vocabulary: args.vocabulary.clone(),
        fewest,
    })
}

/// The columns that arguments name, each of them else as the network was trained, where it was on data of that form.
fn columns(args: &SubjectArgs, trained: Option<&Trained>) -> Columns {
    let form = |data: &str| data.split(':').next().unwrap_or_default().to_string();
    let same = |trained: &&Trained| {
        let asked = args.data.as_deref().map(form);
        asked.is_none_or(|asked| asked == form(&trained.data))
    };
    let own = trained.filter(same).map(|trained| trained.columns.clone());
    let own = own.unwrap_or_default();
    Columns {
        label: args.label.clone().or(own.label),
        inputs: match args.input.is_empty() {
            true => own.inputs,
            false => args.input.clone(),
        },
    }
}

/// The folder of weights, with a separator at its end.
fn folder_of(weights: &Path) -> String {
    let folder = match weights.is_dir() {
        true => weights,
        false => weights.parent().unwrap_or(weights),
    };
    folder.join("").display().to_string()
}
