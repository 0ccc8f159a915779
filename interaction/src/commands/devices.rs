//! `interaction devices`.

use burn_interaction::{compiled_backends, devices};

use crate::error::Result;

/// Lists what can be given to `--device`.
///
/// # Errors
///
/// None.
pub fn run() -> Result<()> {
    for device in devices() {
        println!("{:12} {}", device.name, device.description);
    }
    println!(
        "\nbackends in this build: {}",
        compiled_backends().join(", ")
    );
    println!("others: build with --features wgpu, vulkan, metal, webgpu, cuda, rocm or remote");
    Ok(())
}
