//! The arguments of the command, which become values that serialise before any other room sees them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::bench::BenchArgs;
use super::compare::CompareArgs;
#[cfg(feature = "download")]
use super::download::DownloadArgs;
use super::launch::args::LaunchArgs;
use super::merge::MergeArgs;
use super::place::Place;
use super::precision::PrecisionArgs;
use super::pretrained::CacheArgs;
use super::report::ReportArgs;
use super::serve::ServeArgs;
use super::subject::SubjectArgs;
use crate::work::Share;

/// What does my network rely on: simple local cues, or whole-scene structure?
///
/// Without a command, trains a small network on generated images, watching its interaction orders, and measures them
/// before and after: a tour in under two minutes.
///
/// The interaction of order m of two input variables is how much they cooperate when exactly m others are present. The paper,
/// "The Interaction Bottleneck of Deep Neural Networks", finds low and high orders strong and middle ones weak.
#[derive(Parser, Debug)]
#[command(name = "interaction", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  interaction                                        the tour
  interaction train --model mlp5 --data rules --lr 0.1 --low-order --coefficient 1 --draws 4 \\
      --out low
  interaction discover --weights low --out low-orders
  interaction discover --model resnet20 --weights resnet20.th --data cifar-10:FOLDER \\
      --precision 0.05 --out cifar
  interaction train --model pointnet-slim --data solids --points 512 --epochs 10 --out cloud
  interaction train --model bert-slim --data grammar --optimizer adamw --lr 0.001 --epochs 3 \\
      --out bert
  interaction discover --model bert/ --data grammar --control --out bert-orders
  interaction study table4 --scale smoke
  interaction networks
  interaction data
  interaction download tiny-imagenet
  interaction devices

`interaction COMMAND --help` explains each setting.")]
pub struct Cli {
    /// The command to run; none for the tour.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings of the tour.
    #[command(flatten)]
    pub tour: TourArgs,
}

/// The commands that can be given.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Measure the interaction orders of a network: the curve, its noise and a picture.
    Discover(DiscoverArgs),
    /// Train a network, plainly or towards chosen orders, watching its orders.
    Train(TrainArgs),
    /// Merge the parts that `discover --part` measured: the result is that of one run.
    Merge(MergeArgs),
    /// Lend the devices of this machine to other programs, with --listen to other machines.
    Serve(ServeArgs),
    /// Print a file that runs the parts of a measurement or a study on a cluster.
    Launch(LaunchArgs),
    /// Compare measurements: curves over each other, and what differs between them, sample by sample where they share samples.
    Compare(CompareArgs),
    /// Write one page, report.html, of results on disk: a measurement, a training, a study, or several measurements side by side.
    Report(ReportArgs),
    /// Run a study, many trainings and measures of one protocol, and judge its claims: the paper's tables and figures, or a
    /// study of your own. Without a name, list the studies.
    Study(StudyArgs),
    /// List what `--weights pretrained` and `--model hf:OWNER/NAME` have fetched, or empty the folder.
    ///
    /// `hf:OWNER/NAME@REVISION` is one state of a network. The variable `INTERACTION_CACHE` names another folder; `INTERACTION_WEIGHTS_URL`
    /// and `HF_ENDPOINT` name mirrors of the published weights and of the hub.
    Cache(CacheArgs),
    /// List the devices that this build can use.
    Devices,
    /// List the networks, and what their published weights expect of images.
    Networks,
    /// List the data sets, and where their files come from.
    Data,
    /// Fetch a data set from its public address: with resume, checked, unpacked.
    #[cfg(feature = "download")]
    Download(DownloadArgs),
    /// Measure speed and accuracy of the estimators, each against a stated floor.
    Bench(BenchArgs),
}

/// The settings of the tour.
#[derive(Args, Debug, Clone)]
pub struct TourArgs {
    #[command(flatten)]
    /// The device and the seed.
    pub place: Place,
    /// Folder for the results.
    #[arg(long, default_value = "interaction-out")]
    pub out: PathBuf,
    /// Replace the results of another run in the output folder; those of an earlier tour are replaced in any case.
    #[arg(long)]
    pub force: bool,
    /// Epochs to train.
    #[arg(long, default_value_t = 8)]
    pub epochs: usize,
    /// Samples to measure.
    #[arg(long, default_value_t = 12)]
    pub samples: usize,
}

/// The settings of a measurement.
#[derive(Args, Debug, Clone)]
pub struct DiscoverArgs {
    #[command(flatten)]
    /// The network and its data.
    pub subject: SubjectArgs,
    #[command(flatten)]
    /// The device and the seed.
    pub place: Place,
    /// Weights: a PyTorch checkpoint, safetensors or Burn's pack by whatever name, or a folder that `train` wrote; FILE:KEY
    /// for a part of a file, such as best.pth.tar:state_dict_ema. A settings.json beside them, as
    /// `train` writes it, gives the statistics that inputs are standardised with. Without weights the network is untrained,
    /// except where --model is a folder. `pretrained` fetches those that torchvision publishes for the network, once, into a cache
    /// (`interaction cache`).
    #[arg(long)]
    pub weights: Option<PathBuf>,
    /// Estimator: exact, paired (the papers'), toggled, toggled:POOL, or auto: exact up to 12 players, of texts up to 14,
    /// else toggled.
    #[arg(long, default_value = "auto")]
    pub estimator: String,
    /// Orders: published (the papers' 13), all, a list such as 0,5,10, or ratios of n - 2 such as r:0,0.5,1.
    #[arg(long, default_value = "published")]
    pub orders: String,
    /// Pairs: all, N or random:N, neighbours:RADIUS:N, windows:SIDE:N (pairs within windows of the grid), or a list such
    /// as 0-1,4-7, or stars:RADIUS:PLACES:ARMS, neighbours that share a player, stars:any:PLACES:ARMS off grids. Default: all
    /// up to 16 players, and up to 64 that lie on no grid; of more players stars:2:50:4 on grids, distributed as the papers' pairs, and
    /// 200 random pairs off grids.
    #[arg(long)]
    pub pairs: Option<String>,
    /// Contexts for each pair and order, a number or one from each of some ratios on, such as 0:1,0.05:8; where there are no
    /// more than that, all contexts.
    #[arg(long, default_value = "100")]
    pub contexts: String,
    /// Samples, shared out over the classes; with --precision the most that are taken. Default: 50, with --precision 1000.
    #[arg(long)]
    pub samples: Option<usize>,
    #[command(flatten)]
    /// The error to reach instead of a budget.
    pub precision: PrecisionArgs,
    /// The papers' setting for CIFAR-10: 50 samples, 200 pairs (neighbours up to 2 apart on grids), 13 orders, 100 contexts, the
    /// paired estimator; their images are those of --split train. For ImageNet they took --samples 500 --pairs neighbours:2:50
    /// --contexts 50 --estimator paired.
    #[arg(long, conflicts_with_all = ["contexts", "samples", "pairs", "orders", "estimator"])]
    pub published: bool,
    /// Part of the data that samples come from: test or train; for sst2 and cola also unlabelled, which is the sentences of
    /// test.tsv, with --target predicted.
    #[arg(long, default_value = "test", value_parser = ["test", "train", "unlabelled"])]
    pub split: String,
    /// Fewest players of a text, a time series or an image with segments of its own that is measured; those with fewer are left out and
    /// counted. Default: 6 of texts, 4 of others.
    #[arg(long)]
    pub min_players: Option<usize>,
    /// Take samples that the network classifies wrongly, too.
    #[arg(long)]
    pub any: bool,
    /// Class whose value is measured: label or predicted.
    #[arg(long, default_value = "label", value_parser = ["label", "predicted"])]
    pub target: String,
    /// Value of a coalition: log-odds, log-probability or logit of the class, or output (the network's output as it is, for
    /// regression).
    #[arg(long, default_value = "log-odds")]
    pub reward: String,
    /// Rows in a batch. Default: about half a million input values.
    #[arg(long)]
    pub batch: Option<usize>,
    /// Measure the same network untrained, too, as a control: a curve means something only beside the untrained one.
    #[arg(long)]
    pub control: bool,
    /// Measure one of n parts of the samples, i/n; `interaction merge` puts the parts together. Default: the part that a scheduler's variables
    /// name, as in the files that `interaction launch` prints, else the whole.
    #[arg(long, value_name = "I/N")]
    pub part: Option<Share>,
    /// Continue the run in the output folder: samples measured there are kept, after a check that they are of the same
    /// network, data and settings.
    #[arg(long)]
    pub resume: bool,
    /// Replace the results of another run in the output folder.
    #[arg(long, conflicts_with = "resume")]
    pub force: bool,
    /// Folder for the results.
    #[arg(long, default_value = "interaction-out")]
    pub out: PathBuf,
}

/// The settings of a training.
#[derive(Args, Debug, Clone)]
pub struct TrainArgs {
    #[command(flatten)]
    /// The network and its data.
    pub subject: SubjectArgs,
    #[command(flatten)]
    /// The device and the seed.
    pub place: Place,
    /// Weights to start from, also FILE:KEY or `pretrained`. Default: random weights.
    #[arg(long)]
    pub weights: Option<PathBuf>,
    /// The paper's low-order network: suppress 0.7:1.0. Where each column counts by itself it needs --coefficient 1 --draws 4, or it may
    /// go the other way.
    #[arg(long, conflicts_with_all = ["mid_order", "high_order"])]
    pub low_order: bool,
    /// The paper's mid-order network: encourage 0.3:0.7.
    #[arg(long, conflicts_with_all = ["low_order", "high_order"])]
    pub mid_order: bool,
    /// The paper's high-order network: suppress 0:0.5.
    #[arg(long, conflicts_with_all = ["low_order", "mid_order"])]
    pub high_order: bool,
    /// Encourage the orders between two shares of the input, R1:R2:LAMBDA; may be given several times.
    #[arg(long)]
    pub encourage: Vec<String>,
    /// Suppress the orders between two shares of the input, R1:R2:LAMBDA; may be given several times.
    #[arg(long)]
    pub suppress: Vec<String>,
    /// Coefficient of v(S1) in every term: sizes (k2/k1), ratios (r2/r1, as published), or a number; 0 leaves v(S2) alone.
    /// Default: sizes.
    #[arg(long)]
    pub coefficient: Option<String>,
    /// Nested pairs drawn for each sample and step. Default: 1.
    #[arg(long)]
    pub draws: Option<usize>,
    /// Epochs to train.
    #[arg(long, default_value_t = 20)]
    pub epochs: usize,
    /// Samples in a training batch.
    #[arg(long, default_value_t = 128)]
    pub batch: usize,
    /// Learning rate at the start; it falls tenfold to the end.
    #[arg(long, default_value_t = 0.01)]
    pub lr: f64,
    /// Weight decay of the optimizer.
    #[arg(long, default_value_t = 0.0)]
    pub weight_decay: f32,
    /// Optimizer: sgd (with momentum, the reference recipe) or adamw (for transformers, with --lr 0.001).
    #[arg(long, default_value = "sgd", value_parser = ["sgd", "adamw"])]
    pub optimizer: String,
    /// Augmentation of training images or clouds. For images: a number flips them and shifts them by up to so many pixels,
    /// 4 in the reference recipe; crop flips and resizes random parts, as for ImageNet. For clouds: pointnet2 or dgcnn
    /// scale and move them as those networks' authors do; points are drawn anew each epoch in any case. Default: none.
    #[arg(long)]
    pub augment: Option<String>,
    /// At most this many training samples, drawn from the set by the seed.
    #[arg(long)]
    pub train_samples: Option<usize>,
    /// Samples that the probe measures each epoch, at least 5 for a verdict; 0 switches it off.
    #[arg(long, default_value_t = 5)]
    pub probe_samples: usize,
    /// Contexts of the probe for each pair and order, at least 2 to tell strength from noise. Default: 5.
    #[arg(long)]
    pub probe_contexts: Option<usize>,
    /// Print plain lines instead of the dashboard, as when the output is no terminal.
    #[arg(long)]
    pub plain: bool,
    /// Also write each epoch's metrics and curve to this folder, for TensorBoard; DIR may be a folder in --out, such as
    /// OUT/tensorboard, which --force then replaces with the rest.
    #[arg(long, value_name = "DIR")]
    pub tensorboard: Option<PathBuf>,
    /// Continue from the last finished epoch of the same run in the output folder, or start where there is none. On the CPU
    /// the weights at the end are those of a run in one go.
    #[arg(long)]
    pub resume: bool,
    /// Replace an earlier run in the output folder.
    #[arg(long, conflicts_with = "resume")]
    pub force: bool,
    /// Folder for weights, settings, logs and checkpoints.
    #[arg(long, default_value = "interaction-out")]
    pub out: PathBuf,
}

/// The settings of a study.
#[derive(Args, Debug, Clone)]
#[command(args_conflicts_with_subcommands = true)]
pub struct StudyArgs {
    /// A command on studies other than to run one.
    #[command(subcommand)]
    pub other: Option<StudyCommand>,
    /// Study to run, or to go on with: a built-in one by name, or a TOML file.
    pub name: Option<String>,
    /// Size: smoke (does everything work? generated data, a minute), laptop (90 minutes at most; some studies in two parts), published.
    #[arg(long, default_value = "laptop", requires = "name", value_parser = ["smoke", "laptop", "published"])]
    pub scale: String,
    /// Seeds of every training, in place of the study's: a number, or a range such as 11..13, both ends included.
    #[arg(long, value_name = "N or A..B", requires = "name")]
    pub seeds: Option<String>,
    /// Compute one of n parts of the trainings, i/n, with their measures. Parts may share a store, or be put together with
    /// --from. Default: the part that a scheduler's variables name, else all.
    #[arg(long, value_name = "I/N", requires = "name")]
    pub part: Option<Share>,
    /// Device: flex (CPU), wgpu, wgpu:1, cuda:0, remote:ws://host:port; `interaction devices` lists them. Of several of one kind, such as
    /// cuda:0,cuda:1, all measure and the first trains.
    #[arg(long, default_value = "flex", requires = "name")]
    pub device: String,
    /// Folder that holds the folders of the data sets, such as DIR/census.
    #[arg(long, default_value = "data", requires = "name")]
    pub data_root: PathBuf,
    /// Folder that holds the trained weights which some studies start from, such as DIR/resnet20-cifar10.th.
    #[arg(long, default_value = "weights", requires = "name")]
    pub weights_root: PathBuf,
    /// Store of finished cells, which studies share; reports go to its folder reports.
    #[arg(long, default_value = "interaction-studies", requires = "name")]
    pub out: PathBuf,
    /// Take the finished cells of another store first; may be given several times.
    #[arg(long, value_name = "STORE", requires = "name")]
    pub from: Vec<PathBuf>,
    /// Report what is finished, and compute nothing.
    #[arg(long, conflicts_with = "part", requires = "name")]
    pub report: bool,
}

/// A command on studies other than to run one.
#[derive(Subcommand, Debug, Clone)]
pub enum StudyCommand {
    /// Print the TOML of a study, to be changed and run as a study of your own.
    Show {
        /// Built-in study.
        name: String,
    },
    /// Print the claims of several studies, and on which networks each holds, as one table in Markdown.
    Findings {
        /// Reports of studies: folders such as interaction-studies/reports/fig9-laptop, or their summary.json.
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// Give each network a row, with the numbers that were found.
        #[arg(long)]
        figures: bool,
    },
    /// Print what several studies measured on each network and variant, such as shapes of curves, as one table in Markdown.
    Numbers {
        /// Reports of studies: folders such as interaction-studies/reports/fig4-laptop, or their summary.json.
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// Column of the table, such as shape or "middle of J"; may be given several times. Default: all values of the reports.
        #[arg(long, value_name = "NAME")]
        value: Vec<String>,
    },
}
