//! Devices of another machine, which `interaction serve` lends.

use burn::tensor::Device;

/// The device of an address, `ws://[TOKEN@]HOST:PORT[#NUMBER]`.
///
/// # Errors
///
/// Fails where there is no address, no server answers, or it refuses.
#[cfg(feature = "remote")]
pub fn device(address: Option<&str>) -> Result<Device, String> {
    let address = address.ok_or("give the address of the server: remote:ws://host:port")?;
    let Address { url, token, number } = Address::parse(address)?;
    let mut host = burn::remote::RemoteHost::websocket(&url);
    if let Some(token) = token {
        host = host.with_credential(token);
    }
    let options = Device::remote_options(&host).device_index(number);
    let device = options.init().map_err(|e| e.to_string())?;
    known().push((device.clone(), format!("remote:{url}")));
    Ok(device)
}

#[cfg(not(feature = "remote"))]
pub fn device(_: Option<&str>) -> Result<Device, String> {
    Err("no such backend in this build".into())
}

/// The name of a device that was reached, without the token; `None` for those of this machine.
#[cfg(feature = "remote")]
pub fn name(device: &Device) -> Option<String> {
    let known = known();
    let found = known.iter().find(|(reached, _)| reached == device);
    found.map(|(_, name)| name.clone())
}

#[cfg(not(feature = "remote"))]
pub fn name(_: &Device) -> Option<String> {
    None
}

/// The devices that were reached so far: Burn's own know nothing of their address.
#[cfg(feature = "remote")]
fn known() -> std::sync::MutexGuard<'static, Vec<(Device, String)>> {
    static KNOWN: std::sync::Mutex<Vec<(Device, String)>> = std::sync::Mutex::new(Vec::new());
    KNOWN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The parts of an address.
#[cfg(feature = "remote")]
#[derive(Debug, PartialEq)]
struct Address {
    url: String,
    token: Option<String>,
    /// The number of the device among those of the server.
    number: usize,
}

#[cfg(feature = "remote")]
impl Address {
    fn parse(text: &str) -> Result<Self, String> {
        let wanted =
            || "that is no address: give remote:ws://[TOKEN@]HOST:PORT[#NUMBER]".to_string();
        let (rest, number) = match text.split_once('#') {
            None => (text, 0),
            Some((rest, number)) => (rest, number.parse().map_err(|_| wanted())?),
        };
        let rest = rest.strip_prefix("ws://").ok_or_else(wanted)?;
        let (token, place) = match rest.rsplit_once('@') {
            None => (None, rest),
            Some((token, place)) => (Some(token.to_string()), place),
        };
        let port = place
            .rsplit_once(':')
            .map(|(_, port)| port.trim_end_matches('/'));
        match port.map(str::parse::<u16>) {
            Some(Ok(_)) => Ok(Self {
                url: format!("ws://{place}"),
                token,
                number,
            }),
            _ => Err(wanted()),
        }
    }
}

#[cfg(all(test, feature = "remote"))]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_token_and_a_number_where_they_say_so() {
        let parsed = |text: &str| {
            Address::parse(text).map(|a| (a.url, a.token.unwrap_or_default(), a.number))
        };
        let of = |url: &str, token: &str, number| Ok((url.into(), token.into(), number));
        assert_eq!(parsed("ws://gpu:3000"), of("ws://gpu:3000", "", 0));
        assert_eq!(parsed("ws://a@b@gpu:1#2"), of("ws://gpu:1", "a@b", 2));
        for bad in [
            "gpu:3000",
            "ws://gpu",
            "ws://gpu:x",
            "ws://gpu:1#x",
            "http://gpu:1",
        ] {
            assert!(parsed(bad).unwrap_err().contains("no address"), "{bad}");
        }
    }
}
