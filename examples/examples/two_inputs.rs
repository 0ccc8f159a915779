//! A network with two inputs, an image and a row of numbers: patches and columns play one game.
//!
//! `cargo run --release --example two_inputs`, with another device than the CPU `-- DEVICE` behind it.

use burn::tensor::{Bool, Device, Distribution, Int, Tensor};
use burn_interaction::input::Input;
use burn_interaction::{Baseline, Features, Measurement, Orders, Pairs, Patches, Players, Reward};

/// Images `[batch, 1, 8, 8]` with rows `[batch, 3]`: what the network takes.
#[derive(Debug, Clone)]
struct Patient {
    image: Tensor<4>,
    row: Tensor<2>,
}

impl Input for Patient {
    fn samples(&self) -> usize {
        self.image.samples()
    }

    fn elements(&self) -> usize {
        self.image.elements() + self.row.elements()
    }

    fn device(&self) -> Device {
        self.image.device()
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            image: self.image.to_device(device),
            row: self.row.to_device(device),
        }
    }

    fn select(&self, samples: Tensor<1, Int>) -> Self {
        Self {
            image: self.image.clone().select(0, samples.clone()),
            row: self.row.clone().select(0, samples),
        }
    }

    fn concat(batches: Vec<Self>) -> Self {
        let (images, rows) = batches.into_iter().map(|b| (b.image, b.row)).unzip();
        Self {
            image: Tensor::cat(images, 0),
            row: Tensor::cat(rows, 0),
        }
    }

    fn scaled(self, factors: Tensor<1>) -> Self {
        Self {
            image: self.image.scaled(factors.clone()),
            row: self.row.scaled(factors),
        }
    }
}

/// The patches of the image first, then the columns of the row: made of the two kinds of players that are there.
#[derive(Debug, Clone)]
struct PatchesAndColumns(Patches);

impl Players for PatchesAndColumns {
    type Input = Patient;
    type Places = Tensor<1, Int>;

    fn counts(&self, input: &Patient) -> burn_interaction::Result<Vec<usize>> {
        let patches = self.0.counts(&input.image)?;
        let columns = Features.counts(&input.row)?;
        Ok(patches.iter().zip(columns).map(|(a, b)| a + b).collect())
    }

    fn places(&self, input: &Patient) -> burn_interaction::Result<Tensor<1, Int>> {
        self.0.places(&input.image)
    }

    fn absent(&self, input: &Patient, baseline: &Baseline) -> burn_interaction::Result<Patient> {
        Ok(Patient {
            image: self.0.absent(&input.image, baseline)?,
            row: Features.absent(&input.row, baseline)?,
        })
    }

    fn compose(
        &self,
        present: Patient,
        absent: Patient,
        places: &Tensor<1, Int>,
        presence: Tensor<2, Bool>,
    ) -> Patient {
        let ([_, players], [_, columns]) = (presence.dims(), present.row.dims());
        let patches = players - columns;
        let of_image = presence.clone().narrow(1, 0, patches);
        let of_row = presence.narrow(1, patches, columns);
        Patient {
            image: self
                .0
                .compose(present.image, absent.image, places, of_image),
            row: Features.compose(present.row, absent.row, &(), of_row),
        }
    }

    fn describe(&self) -> String {
        format!("{} and columns", self.0.describe())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    // The lesion in the upper left patch counts as much as the first column says.
    let net = |patient: Patient| {
        let lesion = patient
            .image
            .narrow(2, 0, 4)
            .narrow(3, 0, 4)
            .mean_dim(3)
            .mean_dim(2);
        let [samples, ..] = lesion.dims();
        let column = |k| patient.row.clone().narrow(1, k, 1);
        lesion.reshape([samples, 1]) * column(0) + column(1) * column(2) * 0.5
    };
    let uniform = Distribution::Uniform(0.5, 1.0);
    let patients = Patient {
        image: Tensor::random([12, 1, 8, 8], uniform, &device),
        row: Tensor::random([12, 3], uniform, &device),
    };
    let profile = Measurement::new(PatchesAndColumns(Patches::grid(2, 2)))
        .orders(Orders::all())
        .pairs(Pairs::all())
        .reward(Reward::Output)
        .run(&net, patients, vec![0; 12])?;
    let players = [
        "patch 0", "patch 1", "patch 2", "patch 3", "column 0", "column 1", "column 2",
    ];
    let sample = &profile.samples()[0];
    for pair in [(0, 4), (5, 6), (1, 4), (0, 1)] {
        let found = sample
            .interaction(0, pair)
            .expect("every pair was measured");
        println!(
            "{} and {}: I {:.3}",
            players[pair.0], players[pair.1], found.mean
        );
    }
    Ok(())
}
