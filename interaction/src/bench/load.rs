//! The memory that reading weights takes, against the file.

use burn::tensor::Device;
use burn_interaction_models::registry::{ImageSize, image_network};
use burn_interaction_models::{load, save};

use crate::error::{Result, usage};

/// Prints the most memory held while VGG-16's weights are read, over their file (floor: 1, the weights themselves).
/// Works on Linux only, as other systems do not say how much is held.
///
/// # Errors
///
/// Fails where the temporary file cannot be written or read.
pub fn run(device: &Device) -> Result<()> {
    println!("memory while weights are read into a network just made, over their file (aim 2.5)");
    let size = ImageSize::square(224);
    let file = std::env::temp_dir().join(format!(
        "interaction-bench-{}.safetensors",
        std::process::id()
    ));
    let result = (|| {
        save(&image_network("vgg16", size, 1000, device)?, &file)?;
        let bytes = file
            .metadata()
            .map_err(|e| usage(format!("{}: {e}", file.display())))?
            .len();
        // Forgets the most memory held so far.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let before = status("VmRSS:");
        let net = load(image_network("vgg16", size, 1000, device)?, &file)?;
        let most = status("VmHWM:");
        drop(net);
        match (before, most) {
            (Some(before), Some(most)) => println!(
                "  vgg16, {:.0} MB: {:.0} MB held: {:.2}",
                bytes as f64 / 1e6,
                (most - before) / 1e6,
                (most - before) / bytes as f64
            ),
            _ => println!("  this system does not say"),
        }
        println!();
        Ok(())
    })();
    let _ = std::fs::remove_file(&file);
    result
}

/// The bytes that a line of `/proc/self/status` gives.
fn status(field: &str) -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(1024.0 * kilobytes)
}
