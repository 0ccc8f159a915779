//! Trainings that diverged: a loss or a weight is not finite, and there is no result.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::{Folder, TrainedWith};
use crate::error::{Result, usage};
use crate::report::diverged;

/// Whether all weights of a network are finite.
pub fn is_finite(net: &impl Module) -> bool {
    struct Finder(bool);

    impl ModuleVisitor for Finder {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            // Weights that cannot be read fail where they are saved.
            if let Ok(values) = param.val().try_into_vec_as::<f32>() {
                self.0 &= values.iter().all(|value| value.is_finite());
            }
        }
    }

    let mut finder = Finder(true);
    net.visit(&mut finder);
    finder.0
}

/// Refuses the training in a folder where its last losses are not finite or its weights are not, and leaves no network that passes for its
/// result.
///
/// # Errors
///
/// Fails where the training diverged, with the epoch and what to do.
pub fn sound(folder: &Folder, settings: &TrainedWith, finite: bool) -> Result<()> {
    let epoch = diverged(folder.path());
    if finite && epoch.is_none() {
        return Ok(());
    }
    // Where an earlier part of this run, or an earlier version, left them.
    for name in ["model.safetensors", "settings.json"] {
        std::fs::remove_file(folder.file(name)).ok();
    }
    Err(usage(format!(
        "{}, and give another --out, or --force to replace the run; there is no network of it",
        divergence(settings, epoch)
    )))
}

/// The end of a training whose loss was not finite from this epoch on, or whose weights alone are not, with what to do, in words.
pub fn divergence(settings: &TrainedWith, epoch: Option<usize>) -> String {
    let found = match epoch {
        Some(epoch) => format!("in epoch {epoch}: its loss is not finite"),
        None => "by its end: its weights are not finite".into(),
    };
    let term = match settings.modulation.terms().is_empty() {
        true => "",
        false => ", or the weight of the term",
    };
    let decay = match settings.weight_decay > 0.0 {
        true => ", or --weight-decay",
        false => "",
    };
    let rate = settings.learning_rate;
    format!("the training diverged {found}; lower --lr (it is {rate}){term}{decay}")
}
