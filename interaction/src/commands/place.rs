use clap::Args;

/// The device to compute on, and the seed of random draws.
#[derive(Args, Debug, Clone)]
pub struct Place {
    /// Device: flex (CPU), wgpu, wgpu:1, cuda:0, remote:ws://host:port; `interaction devices` lists them. Several of one kind, such as
    /// cuda:0,cuda:1, share the work.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Seed of every random draw.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}
