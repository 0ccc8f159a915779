use clap::{Args, ValueEnum};

/// A scheduler that runs the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scheduler {
    /// A Slurm job array.
    Slurm,
    /// An indexed Kubernetes Job.
    Kubernetes,
    /// A HyperQueue task array.
    Hyperqueue,
}

/// The settings of a launch file.
#[derive(Args, Debug, Clone)]
pub struct LaunchArgs {
    /// The scheduler that the file is for.
    pub scheduler: Scheduler,
    /// Parts, each a task of its own.
    #[arg(long)]
    pub parts: usize,
    /// The name of the job: small letters, digits and hyphens, as Kubernetes wants it.
    #[arg(long, default_value = "interaction")]
    pub name: String,
    /// Cores of a task.
    #[arg(long, default_value_t = 4)]
    pub cpus: usize,
    /// GPUs of a task; name them to the command with --device.
    #[arg(long, default_value_t = 0)]
    pub gpus: usize,
    /// Memory of a task in GiB.
    #[arg(long, default_value_t = 8)]
    pub memory: usize,
    /// The longest time of a task in hours.
    #[arg(long, default_value_t = 24)]
    pub hours: usize,
    /// Kubernetes: the image that holds the command, as Containerfile makes it.
    #[arg(long, default_value = "burn-interaction")]
    pub image: String,
    /// Kubernetes: the claim of the volume that holds data and results, /work in the container.
    #[arg(long, default_value = "interaction")]
    pub claim: String,
    /// The command to run: `discover ..` or `study ..` with all their options.
    #[arg(last = true, required = true)]
    pub command: Vec<String>,
}
