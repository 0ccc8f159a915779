//! The weights that a network needs, found without drawing its random ones.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::names::Names;
use super::{Reference, Weight, names};

/// A weight that a network needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The weight's place in the network, with the names of PyTorch for the weights of norms unless files are Burn's.
    pub here: String,
    /// The key in files of the reference.
    pub there: String,
    /// The shape in files.
    pub shape: Vec<usize>,
}

/// Lists the weights that a network needs from files of its reference, or from those of Burn.
pub(super) fn wanted<M: Reference>(net: &M, burn: bool) -> Vec<Wanted> {
    let mut visitor = Visitor {
        burn,
        path: Vec::new(),
        containers: Vec::new(),
        found: Vec::new(),
    };
    Module::visit(net, &mut visitor);
    let mut found = visitor.found;
    if !burn {
        let renames = net.renames();
        for wanted in &mut found {
            wanted.there = Names(&renames).there(&wanted.here);
        }
    }
    found
}

/// Whether a key is of one of these pieces.
pub(super) fn is_of(key: &str, pieces: &[&str]) -> bool {
    pieces.iter().any(|piece| names::find(key, piece).is_some())
}

/// The name of a weight as a file of PyTorch has it: Burn's norms call their weight gamma and their bias beta.
pub(super) fn of_norms(key: &str) -> String {
    let swap = |ours: &str, theirs: &str| Some(format!("{}{theirs}", key.strip_suffix(ours)?));
    swap(".gamma", ".weight")
        .or_else(|| swap(".beta", ".bias"))
        .unwrap_or_else(|| key.into())
}

/// Whether a weight of a file holds numbers that networks are made of.
pub(super) fn is_float(weight: &Weight) -> bool {
    weight.dtype.is_float()
}

struct Visitor {
    burn: bool,
    path: Vec<String>,
    containers: Vec<String>,
    found: Vec<Wanted>,
}

impl ModuleVisitor for Visitor {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        let mut shape = param.lazy_shape().to_vec();
        let structs = self.containers.iter().rev();
        let module = structs.into_iter().find(|kind| kind.contains(':'));
        // Burn's Linear layers keep their weight transposed.
        if !self.burn && D == 2 && module.is_some_and(|kind| kind == "Struct:Linear") {
            shape.reverse();
        }
        let here = match self.burn {
            true => path,
            false => of_norms(&path),
        };
        self.found.push(Wanted {
            there: here.clone(),
            here,
            shape,
        });
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        // Only Burn's own files name the variants of enums.
        if self.burn || !container.starts_with("Enum:") {
            self.path.push(name.into());
        }
        self.containers.push(container.into());
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.containers.pop();
        if self.burn || !container.starts_with("Enum:") {
            self.path.pop();
        }
    }
}
