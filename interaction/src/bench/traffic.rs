//! The bytes that cross between host and device for each forward of a measurement, counted from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::module::Module;
use burn::tensor::{Bool, Device, Distribution, Tensor};
use burn_interaction::{Baseline, Classifier, Measurement, Orders, Pairs, Patches, Players};
use burn_interaction_models::registry::{ImageNetwork, ImageSize, image_network};

use crate::error::Result;

/// Counts of what a measurement composes and reads.
#[derive(Debug, Default)]
struct Seen {
    /// Coalitions that were composed, and the batches in which they were.
    rows: AtomicU64,
    batches: AtomicU64,
    /// Bytes of presence, which the host sends.
    presence: AtomicU64,
    /// Bytes of inputs, which the device composes.
    composed: AtomicU64,
    /// Bytes of logits, which the host reads.
    logits: AtomicU64,
}

/// Patches that count what they compose.
#[derive(Debug, Clone)]
struct Counted {
    patches: Patches,
    seen: Arc<Seen>,
}

impl Players for Counted {
    type Input = Tensor<4>;
    type Places = <Patches as Players>::Places;

    fn counts(&self, input: &Tensor<4>) -> burn_interaction::Result<Vec<usize>> {
        self.patches.counts(input)
    }

    fn grid(&self) -> Option<[usize; 2]> {
        self.patches.grid()
    }

    fn places(&self, input: &Tensor<4>) -> burn_interaction::Result<Self::Places> {
        self.patches.places(input)
    }

    fn absent(
        &self,
        input: &Tensor<4>,
        baseline: &Baseline,
    ) -> burn_interaction::Result<Tensor<4>> {
        self.patches.absent(input, baseline)
    }

    fn compose(
        &self,
        present: Tensor<4>,
        absent: Tensor<4>,
        places: &Self::Places,
        presence: Tensor<2, Bool>,
    ) -> Tensor<4> {
        let [rows, players] = presence.dims();
        let add = |count: &AtomicU64, more: usize| count.fetch_add(more as u64, Ordering::Relaxed);
        add(&self.seen.batches, 1);
        add(&self.seen.rows, rows);
        add(
            &self.seen.presence,
            rows * players * presence.dtype().size(),
        );
        let inputs = self.patches.compose(present, absent, places, presence);
        let values = inputs.dims().iter().product::<usize>();
        add(&self.seen.composed, values * inputs.dtype().size());
        inputs
    }

    fn describe(&self) -> String {
        self.patches.describe()
    }
}

/// A network whose logits are counted.
struct Read<'a> {
    net: &'a ImageNetwork,
    seen: Arc<Seen>,
}

impl Classifier<Tensor<4>> for Read<'_> {
    fn logits(&self, input: Tensor<4>) -> Tensor<2> {
        let logits = self.net.logits(input);
        let values = logits.dims().iter().product::<usize>() * logits.dtype().size();
        self.seen.logits.fetch_add(values as u64, Ordering::Relaxed);
        logits
    }
}

/// Prints the bytes that cross for each forward over the bits that tell a coalition (floor 1), and those that the device composes.
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device) -> Result<()> {
    println!(
        "bytes for each forward of a measurement; floor: a bit for each player, and the logits"
    );
    for (name, side, patch) in [("resnet20", 32, 2), ("vit-tiny/8", 64, 4)] {
        let net = image_network(name, ImageSize::square(side), 10, device)?.valid();
        let images = Tensor::<4>::random([2, 3, side, side], Distribution::Default, device);
        let seen = Arc::new(Seen::default());
        let players = Counted {
            patches: Patches::grid(side / patch, side / patch),
            seen: seen.clone(),
        };
        let read = Read {
            net: &net,
            seen: seen.clone(),
        };
        Measurement::new(players)
            .orders(Orders::ratios([0.1, 0.5, 0.9]))
            .pairs(Pairs::random(4))
            .contexts(4)
            .run(&read, images, vec![0, 1])?;
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64;
        let rows = of(&seen.rows);
        let [presence, composed, logits] =
            [&seen.presence, &seen.composed, &seen.logits].map(|count| of(count) / rows);
        let players = (side / patch).pow(2) as f64;
        println!(
            "  {name:14} {side}x{side}: {presence:.0} sent, {logits:.0} read, {:.1} of the floor; {composed:.0} composed on the device; \
             {:.1} forwards a batch",
            (presence + logits) / (players / 8.0 + logits),
            rows / of(&seen.batches)
        );
    }
    println!();
    Ok(())
}
