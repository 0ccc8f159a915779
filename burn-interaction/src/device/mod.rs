//! Devices by name: one string for every command and program.

mod remote;

use burn::tensor::Device;

use crate::error::{Error, Result};

/// A device that this build can use.
#[derive(Debug, Clone)]
pub struct NamedDevice {
    /// The string that [`device`] takes for it.
    pub name: String,
    /// The device in words.
    pub description: String,
}

/// One kind of device that was compiled in: its name, the devices of this machine, and the one of the bare name.
///
/// A build may have none: it is a tuple, as nobody would make a struct then.
type Backend = (&'static str, fn() -> Vec<Device>, fn() -> Device);

fn backends() -> Vec<Backend> {
    vec![
        #[cfg(feature = "flex")]
        (
            "flex",
            || Device::enumerate(burn::tensor::DeviceType::Flex).into_vec(),
            Device::flex,
        ),
        #[cfg(feature = "wgpu")]
        (
            "wgpu",
            || Device::enumerate(burn::tensor::DeviceType::Wgpu).into_vec(),
            || Device::wgpu(Default::default()),
        ),
        #[cfg(feature = "vulkan")]
        (
            "vulkan",
            || Device::enumerate(burn::tensor::DeviceType::Vulkan).into_vec(),
            || Device::vulkan(Default::default()),
        ),
        #[cfg(feature = "metal")]
        (
            "metal",
            || Device::enumerate(burn::tensor::DeviceType::Metal).into_vec(),
            || Device::metal(Default::default()),
        ),
        #[cfg(feature = "webgpu")]
        (
            "webgpu",
            || Device::enumerate(burn::tensor::DeviceType::WebGpu).into_vec(),
            || Device::webgpu(Default::default()),
        ),
        #[cfg(feature = "cuda")]
        (
            "cuda",
            || Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec(),
            || Device::cuda(0),
        ),
        #[cfg(feature = "rocm")]
        (
            "rocm",
            || Device::enumerate(burn::tensor::DeviceType::Rocm).into_vec(),
            || Device::rocm(0),
        ),
    ]
}

/// The device of a name: `flex`, `wgpu`, `wgpu:1`, `cuda:0`, or `remote:ws://host:port` of another machine, on which `interaction serve` or
/// Burn's own server runs; a token stands before the host, `ws://TOKEN@host:port`, and `#1` behind the port for the second device there.
///
/// The number counts the devices of that kind as [`devices`] lists them.
///
/// ```
/// let device = burn_interaction::device("flex")?;
/// let error = burn_interaction::device("abacus").unwrap_err();
/// assert!(error.to_string().contains("flex"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
///
/// # Errors
///
/// Fails where the kind is not compiled in, or this machine has no such device; the message says which there are.
pub fn device(name: &str) -> Result<Device> {
    let fail = |reason: String| {
        let available = devices()
            .into_iter()
            .map(|d| d.name)
            .collect::<Vec<_>>()
            .join(", ");
        Error::Device {
            name: masked(name),
            reason,
            available,
        }
    };
    let (kind, index) = match name.split_once(':') {
        Some((kind, index)) => (kind, Some(index)),
        None => (name, None),
    };
    if kind == "remote" {
        return remote::device(index).map_err(fail);
    }
    let Some((_, enumerate, default)) = backends().into_iter().find(|(name, ..)| *name == kind)
    else {
        let reason = match kind {
            "cpu" => "the CPU is flex",
            _ => "no such backend in this build",
        };
        return Err(fail(reason.into()));
    };
    let found = enumerate();
    match index {
        None if found.is_empty() => Err(fail(format!("this machine has no {kind} device"))),
        None => Ok(default()),
        Some(index) => {
            let index: usize = index
                .parse()
                .map_err(|_| fail(format!("\"{index}\" is not a device number")))?;
            let count = found.len();
            found
                .into_iter()
                .nth(index)
                .ok_or_else(|| fail(format!("this machine has {count} {kind} device(s)")))
        }
    }
}

/// The devices of a list of names with commas between them, such as `cuda:0,cuda:1`; one may stand there twice.
///
/// ```
/// assert_eq!(burn_interaction::device_list("flex,flex")?.len(), 2);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
///
/// # Errors
///
/// Fails where [`device`] does for one of them, or they are of two kinds. Servers of other machines are of one kind, whatever they compute on.
pub fn device_list(names: &str) -> Result<Vec<Device>> {
    let devices = names.split(',').map(|name| device(name.trim()));
    let devices: Vec<Device> = devices.collect::<Result<_>>()?;
    of_one_kind(&devices)?;
    Ok(devices)
}

/// Refuses devices of two kinds, which round in different ways, and no devices.
pub(crate) fn of_one_kind(devices: &[Device]) -> Result<()> {
    let Some(first) = devices.first() else {
        return Err(Error::setting("devices", 0, "give at least one"));
    };
    let kind = kind_of(first);
    match devices.iter().map(kind_of).find(|other| *other != kind) {
        None => Ok(()),
        Some(other) => {
            let found = format!("{kind}, {other}");
            let remedy = "give devices of one kind: two kinds round in different ways";
            Err(Error::setting("devices", found, remedy))
        }
    }
}

/// The name of a device without the token of a server, as it may be shown; other words stay as they are.
pub fn masked(name: &str) -> String {
    let token = name.split_once("remote:ws://");
    match token.and_then(|(before, rest)| Some((before, rest.rsplit_once('@')?.1))) {
        Some((before, place)) => format!("{before}remote:ws://TOKEN@{place}"),
        None => name.into(),
    }
}

/// The backend of a device of this machine, and its number among those of that backend.
fn place_of(device: &Device) -> Option<(&'static str, usize)> {
    backends().into_iter().find_map(|(name, found, _)| {
        let place = found().iter().position(|other| other == device);
        Some((name, place?))
    })
}

/// The name of a backend's device with this number: there is one CPU.
fn numbered(backend: &str, number: usize) -> String {
    match backend {
        "flex" => backend.into(),
        _ => format!("{backend}:{number}"),
    }
}

/// The name that [`device`] takes for a device, as far as there is one.
pub(crate) fn name_of(device: &Device) -> String {
    let device = device.clone().inner();
    match place_of(&device) {
        Some((backend, number)) => numbered(backend, number),
        None => remote::name(&device).unwrap_or_else(|| format!("{device:?}")),
    }
}

/// The kind of a device, the same for each device of a kind: what results say they were computed on.
pub(crate) fn kind_of(device: &Device) -> String {
    let device = device.clone().inner();
    match place_of(&device) {
        Some((backend, _)) => backend.into(),
        None if remote::name(&device).is_some() => "remote".into(),
        None => format!("{device:?}"),
    }
}

/// Whether a device is this machine's CPU, with gradients or without.
pub fn is_cpu(device: &Device) -> bool {
    #[cfg(feature = "flex")]
    return device.clone().inner() == Device::flex();
    #[cfg(not(feature = "flex"))]
    {
        let _ = device;
        false
    }
}

/// The devices that this build can use on this machine.
pub fn devices() -> Vec<NamedDevice> {
    let mut list = Vec::new();
    for (name, found, _) in backends() {
        for (index, device) in found().iter().enumerate() {
            list.push(NamedDevice {
                name: numbered(name, index),
                description: if name == "flex" {
                    "CPU, pure Rust".into()
                } else {
                    format!("{device:?}")
                },
            });
        }
    }
    list
}

/// The backend features of this build, by the names that [`device`] takes.
pub fn compiled_backends() -> Vec<&'static str> {
    let remote = cfg!(feature = "remote").then_some("remote");
    backends()
        .into_iter()
        .map(|(name, ..)| name)
        .chain(remote)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_is_there_and_unknown_names_are_refused_with_what_is() {
        assert_eq!(device("flex").unwrap(), Device::flex());
        for name in [
            "abacus",
            "flex:7",
            "flex:x",
            "cuda:99",
            "remote:ws://nowhere:1",
            "",
        ] {
            let error = device(name).unwrap_err().to_string();
            assert!(
                error.contains("flex") && error.contains("feature"),
                "{name}: {error}"
            );
        }
        let error = device("cpu").unwrap_err().to_string();
        assert!(error.contains("\"cpu\": the CPU is flex"), "{error}");
    }
}
