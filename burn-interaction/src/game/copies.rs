use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::device::of_one_kind;
use crate::error::Result;

use super::Classifier;

/// A network on several devices of one kind, a copy on each: a measurement of it hands its batches to whichever is free.
///
/// The numbers are those of one device of that kind; of servers of other machines, which are of one kind whatever they compute on, those of all only where they
/// compute alike. Whoever asks it for logits itself gets those of the first copy.
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use burn::module::Module;
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::{Classifier, Copies, Features, Measurement, device_list};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     linear: Linear,
/// }
///
/// impl Classifier<Tensor<2>> for Net {
///     fn logits(&self, rows: Tensor<2>) -> Tensor<2> {
///         self.linear.forward(rows)
///     }
/// }
///
/// let devices = device_list("flex,flex")?; // or "cuda:0,cuda:1", ..
/// let net = Net { linear: LinearConfig::new(6, 3).init(&devices[0]) };
/// let rows = Tensor::<2>::ones([2, 6], &devices[0]);
/// let measurement = Measurement::new(Features);
/// let several = measurement.run(&Copies::of(&net, &devices)?, rows.clone(), vec![0, 1])?;
/// assert_eq!(several.samples(), measurement.run(&net, rows, vec![0, 1])?.samples());
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug)]
pub struct Copies<N> {
    copies: Vec<(Device, N)>,
}

impl<N> Copies<N> {
    /// Copies that are made one by one: of a closure over a network, say.
    ///
    /// # Errors
    ///
    /// Fails where there are no devices, or devices of two kinds, whose numbers differ in their last digits.
    pub fn made(devices: &[Device], mut make: impl FnMut(&Device) -> N) -> Result<Self> {
        of_one_kind(devices)?;
        let copy = |device: &Device| (device.clone(), make(device));
        Ok(Self {
            copies: devices.iter().map(copy).collect(),
        })
    }

    /// The copies with their devices, in the order in which these were given.
    pub fn iter(&self) -> impl Iterator<Item = (&Device, &N)> {
        self.copies.iter().map(|(device, net)| (device, net))
    }
}

impl<N: Module> Copies<N> {
    /// Copies of a module, as it computes in inference; they share neither parameters nor running statistics with it or with each other.
    ///
    /// # Errors
    ///
    /// Fails where [`made`](Copies::made) does.
    pub fn of(net: &N, devices: &[Device]) -> Result<Self> {
        // Clones of a module share the running statistics of its batch norms, and moving one moves those of the other: `valid` makes new ones.
        Self::made(devices, |device| net.valid().fork(device))
    }
}

impl<I, N: Classifier<I>> Classifier<I> for Copies<N> {
    fn logits(&self, input: I) -> Tensor<2> {
        self.copies[0].1.logits(input)
    }

    fn training(&self) -> Option<bool> {
        self.copies[0].1.training()
    }

    fn copies(&self) -> Vec<(Device, &dyn Classifier<I>)> {
        let copies = self.copies.iter();
        let copies = copies.map(|(device, net)| (device.clone(), net as &dyn Classifier<I>));
        copies.collect()
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{BatchNorm, BatchNormConfig};

    use super::*;

    #[test]
    fn copies_share_no_running_statistics_with_each_other_or_with_the_network() {
        let devices = [Device::flex(), Device::flex()];
        let net: BatchNorm = BatchNormConfig::new(2).init(&devices[0]);
        let copies = Copies::of(&net, &devices).unwrap();
        let means = || {
            let all = [&copies.copies[0].1, &copies.copies[1].1, &net];
            all.map(|net| {
                net.running_mean
                    .value_sync()
                    .try_into_vec_as::<f32>()
                    .unwrap()
            })
        };
        assert_eq!(means(), [[0.0; 2]; 3]);
        let moved = Tensor::from_floats([3.0, 4.0], &devices[0]);
        copies.copies[0].1.running_mean.update(moved);
        assert_eq!(means(), [[3.0, 4.0], [0.0; 2], [0.0; 2]]);
    }

    #[test]
    fn no_devices_are_refused() {
        let refused = Copies::made(&[], |_| ()).unwrap_err().to_string();
        assert!(refused.contains("give at least one"), "{refused}");
    }
}
