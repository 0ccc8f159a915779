//! Trainings that diverged: a weight is not finite, and there is no result.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::{Folder, PAGE, TrainedWith};
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

/// Refuses a training whose weights ended as no numbers, and leaves no network, page or picture that passes for its result.
///
/// # Errors
///
/// Fails where a weight is not finite, with the epoch from which the loss was none and what to do.
pub fn sound(folder: &Folder, settings: &TrainedWith, net: &impl Module) -> Result<()> {
    if is_finite(net) {
        return Ok(());
    }
    // An earlier part of this run may have left them.
    for name in [
        "model.safetensors",
        "settings.json",
        PAGE,
        "history.svg",
        "history.png",
    ] {
        std::fs::remove_file(folder.file(name)).ok();
    }
    let epoch = diverged(folder.path());
    Err(usage(format!(
        "{}; there is no network of it",
        divergence(settings, epoch)
    )))
}

/// The end of a training whose loss was not finite from this epoch on, or whose weights alone are not, with what to do, in words.
pub fn divergence(settings: &TrainedWith, epoch: Option<usize>) -> String {
    let found = match epoch {
        Some(epoch) => format!("in epoch {epoch}: its loss is no number"),
        None => "by its end: its weights are not finite".into(),
    };
    let term = match settings.modulation.terms().is_empty() {
        true => "",
        false => ", or the weight of the term",
    };
    let decay = match settings.weight_decay > 0.0 {
        true => ", or the weight decay",
        false => "",
    };
    let rate = settings.learning_rate;
    format!("the training diverged {found}; lower the learning rate (it is {rate}){term}{decay}")
}
