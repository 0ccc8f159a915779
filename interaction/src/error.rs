/// An error of the command: one of the crates' own, or one of its arguments.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of the library.
    #[error(transparent)]
    Interaction(#[from] burn_interaction::Error),
    /// An error of the networks.
    #[error(transparent)]
    Models(#[from] burn_interaction_models::Error),
    /// An error of the data sets.
    #[error(transparent)]
    Datasets(#[from] burn_interaction_datasets::Error),
    /// An error of the arguments or the run.
    #[error("{0}")]
    Usage(String),
}

/// Makes an error of the arguments or the run.
pub fn usage(message: impl Into<String>) -> Error {
    Error::Usage(message.into())
}

/// A result of the command.
pub type Result<T, E = Error> = std::result::Result<T, E>;
