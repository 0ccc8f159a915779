//! The ways things go wrong, grouped by who has to change something: the caller, the data or the machine.

use std::path::PathBuf;

/// An error of this crate. Every message names the value at fault and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is outside what it may be.
    #[error("{name} is {value}: {remedy}")]
    Setting {
        /// The setting, as the caller wrote it.
        name: &'static str,
        /// The value given.
        value: String,
        /// The remedy: which values it may have instead.
        remedy: String,
    },
    /// A game has too few players to have pairs.
    #[error(
        "{players} player(s): interactions need at least 2 players; use a finer grid, more regions or more features"
    )]
    TooFewPlayers {
        /// The number of players.
        players: usize,
    },
    /// No pair is left to measure.
    #[error("no pairs to measure: ask for at least one pair of two different players")]
    NoPairs,
    /// An order is larger than n - 2.
    #[error("order {order} is out of range: with {players} players the orders are 0..={last}", last = players.saturating_sub(2))]
    OrderOutOfRange {
        /// The order asked for.
        order: usize,
        /// The number of players.
        players: usize,
    },
    /// A pair names a player that is not there, or one player twice.
    #[error("pair ({0}, {1}) is not a pair of two different players among {2}", pair.0, pair.1, players)]
    PairOutOfRange {
        /// The pair asked for.
        pair: (usize, usize),
        /// The number of players.
        players: usize,
    },
    /// Exact enumeration would need too many values.
    #[error(
        "exact enumeration of {players} players needs 2^{players} values for each sample; it is offered up to {limit} players: use the toggled or paired estimator, or fewer players"
    )]
    TooManyPlayersForExact {
        /// The number of players.
        players: usize,
        /// The largest number that is enumerated.
        limit: usize,
    },
    /// The patch grid does not fit the image.
    #[error(
        "a grid of {rows}x{columns} patches does not fit an image of {height}x{width} pixels: use at most one patch a pixel"
    )]
    GridTooLarge {
        /// Rows of patches.
        rows: usize,
        /// Columns of patches.
        columns: usize,
        /// Height of the image in pixels.
        height: usize,
        /// Width of the image in pixels.
        width: usize,
    },
    /// Two things that must agree in number do not.
    #[error("{what}: expected {expected}, found {found}")]
    Mismatch {
        /// The things that were counted.
        what: String,
        /// The number that was needed.
        expected: usize,
        /// The number that came.
        found: usize,
    },
    /// A target class the network does not have.
    #[error("sample {sample} has target class {target}, but the network gives {classes} logit(s)")]
    TargetOutOfRange {
        /// Id of the sample.
        sample: u64,
        /// The target of the sample.
        target: usize,
        /// Number of logits.
        classes: usize,
    },
    /// The value of a coalition is NaN or infinite.
    #[error(
        "the value of a coalition of {present} players of sample {sample} is {value}: look for NaN in the input or the weights, or choose another reward"
    )]
    NotFinite {
        /// Id of the sample.
        sample: u64,
        /// How many players were present.
        present: usize,
        /// The value.
        value: f64,
    },
    /// A gradient over the parameters is NaN or infinite, where the values are finite.
    #[error(
        "the gradient of a value of sample {sample} is {value}: the value has no slope there, as a root at zero, or the weights are too large"
    )]
    GradientNotFinite {
        /// Id of the sample.
        sample: u64,
        /// The entry of the gradient.
        value: f64,
    },
    /// The run was stopped before one sample was complete.
    #[error("interrupted before the first sample was complete: nothing was measured")]
    Interrupted,
    /// A quantity needs orders that were not measured.
    #[error(
        "{what} needs every order 0..={last}, but {measured} orders were measured: use Orders::all()"
    )]
    OrdersMissing {
        /// The quantity.
        what: &'static str,
        /// The last order, n - 2.
        last: usize,
        /// The number of orders that were measured.
        measured: usize,
    },
    /// Two results that do not belong together.
    #[error(
        "different {what}: {earlier} in the earlier result, {now} in this one; only results of one network, data and protocol go together"
    )]
    Differs {
        /// The setting that differs.
        what: &'static str,
        /// The value then, or in the first of two.
        earlier: String,
        /// The value now, or in the second.
        now: String,
    },
    /// A sample that was measured earlier is another game now.
    #[error(
        "sample {sample} is not what was measured earlier: its {what} was {earlier} and is {now}; resume with the network, data, targets, baseline and players of the earlier run, or begin anew"
    )]
    AnotherGame {
        /// The id of the sample.
        sample: u64,
        /// The thing that differs.
        what: String,
        /// The value in the earlier run.
        earlier: String,
        /// The value in this run.
        now: String,
    },
    /// An earlier profile has samples that are not to be measured now.
    #[error(
        "the earlier profile holds {count} sample(s) that this run does not measure, the first is {first}: ask for the same samples, or begin anew"
    )]
    OtherSamples {
        /// The number of such samples.
        count: usize,
        /// The id of the first such sample.
        first: u64,
    },
    /// Samples that occur twice.
    #[error("sample(s) {ids} occur more than once: each sample is measured and merged once")]
    Repeated {
        /// The ids of the samples, the first ten.
        ids: String,
    },
    /// Profiles whose samples cannot be told apart.
    #[error(
        "these profiles do not say which samples of the data they hold: give the samples' places in the data set with Measurement::ids, and profiles can be merged"
    )]
    Unidentified,
    /// A value that is no function of the coalition.
    #[error(
        "half of the players of sample {sample} are worth {first} and, evaluated again, {again}: the value is no function of the coalition. Measure without dropout, batch statistics or noise"
    )]
    NoFunction {
        /// The id of the sample.
        sample: u64,
        /// The value at the beginning.
        first: f64,
        /// The value at the end.
        again: f64,
    },
    /// A network that is being trained.
    #[error(
        "the network is in training mode ({why}): its values would depend on dropout and on the batch, and its running statistics would move; measure `.valid()` of it"
    )]
    Training {
        /// The sign by which training mode is known.
        why: &'static str,
    },
    /// A network whose logits depend on whether gradients are taken.
    #[error(
        "sample {sample} has logit {plain} without gradients and {with} with them, though no training flag is on: a layer looks at the device alone. Let it look at a flag too, as burn::nn::Dropout does"
    )]
    OtherWithGradients {
        /// The id of the sample.
        sample: u64,
        /// A logit of the sample without gradients.
        plain: f32,
        /// The logit on an autodiff device.
        with: f32,
    },
    /// A number of a sample that nothing can be computed from.
    #[error("the {what} of sample {sample} is {value}: {remedy}")]
    Unusable {
        /// The quantity.
        what: &'static str,
        /// The id of the sample.
        sample: u64,
        /// The value found.
        value: f32,
        /// The remedy.
        remedy: &'static str,
    },
    /// The name of a device that is not compiled in, or means nothing.
    #[error(
        "unknown device \"{name}\": {reason}. Compiled in: {available}. Others need a Cargo feature of the same name (wgpu, vulkan, metal, webgpu, cuda, rocm, remote)"
    )]
    Device {
        /// The string given.
        name: String,
        /// The reason why the name was refused.
        reason: String,
        /// The devices that this build can name.
        available: String,
    },
    /// Reading values back from the device failed.
    #[error("the device failed while values were read back: {0}")]
    Execution(String),
    /// A batch of a measurement failed on a device.
    #[error(
        "a batch failed on {device}: {reason}. Samples that were finished are in the journal, where there is one, and a measurement that resumes from it goes on"
    )]
    DeviceFailed {
        /// The device by name.
        device: String,
        /// The words of the backend, or of the network.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{action} {path}: {source}", path = path.display())]
    Io {
        /// The action that was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {reason}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The fault of the file.
        reason: String,
    },
    /// A picture could not be drawn.
    #[error("drawing failed: {0}")]
    Figure(String),
}

impl Error {
    pub(crate) fn differs(what: &'static str, earlier: String, now: String) -> Self {
        Self::Differs { what, earlier, now }
    }

    pub(crate) fn repeated(ids: &[u64]) -> Self {
        Self::Repeated { ids: some_ids(ids) }
    }

    pub(crate) fn setting(
        name: &'static str,
        value: impl ToString,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Setting {
            name,
            value: value.to_string(),
            remedy: remedy.into(),
        }
    }
}

/// Ids for a message, the first ten.
pub fn some_ids(ids: &[u64]) -> String {
    let shown: Vec<String> = ids.iter().take(10).map(u64::to_string).collect();
    shown.join(", ") + if ids.len() > 10 { ", .." } else { "" }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
