//! `interaction devices`: lists the devices.

use burn_interaction::{compiled_backends, devices};

use crate::error::Result;

/// Lists the devices that can be given to `--device`.
///
/// # Errors
///
/// Never fails.
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
