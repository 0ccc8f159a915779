//! A measurement on a device that a server lends over loopback: what crosses, and what the device is asked for.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use burn::module::Module;
use burn::server::telemetry::{TelemetryEvent, TelemetryProbe, TelemetrySubscription};
use burn::server::{RemoteServer, WebSocketTransport};
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::{Classifier, Measurement, Orders, Pairs, Patches, Profile};
use burn_interaction_models::registry::{ImageSize, image_network};

use crate::error::{Error, Result, usage};

/// Telemetry that may wait to be read.
const EVENTS: usize = 1 << 20;
const ROWS: usize = 64;

/// Bytes that pass between clients and a server.
#[derive(Debug, Default)]
struct Crossed {
    sent: AtomicU64,
    received: AtomicU64,
}

/// Passes on all that comes to an address of its own, and counts it.
fn counted(server: SocketAddr) -> std::io::Result<(SocketAddr, Arc<Crossed>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, crossed) = (listener.local_addr()?, Arc::new(Crossed::default()));
    let counts = crossed.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(server) else {
                continue;
            };
            for stream in [&client, &server] {
                stream.set_nodelay(true).ok();
            }
            let pairs = (client.try_clone(), server.try_clone());
            if let (Ok(from_client), Ok(from_server)) = pairs {
                let (to_server, to_client) = (counts.clone(), counts.clone());
                std::thread::spawn(move || passed(from_client, server, &to_server.sent));
                std::thread::spawn(move || passed(from_server, client, &to_client.received));
            }
        }
    });
    Ok((address, crossed))
}

fn passed(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        count.fetch_add(read as u64, Ordering::Relaxed);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Both).ok();
}

/// The operations and reads that a device was asked for.
#[derive(Debug, Default, Clone, Copy)]
struct Asked {
    operations: u64,
    reads: u64,
}

impl Asked {
    /// The events since the last look.
    fn since(events: &mut TelemetrySubscription) -> Self {
        let mut all = Vec::new();
        events.drain_into(&mut all);
        let mut asked = Self::default();
        for event in all {
            match &*event {
                TelemetryEvent::Op { .. } => asked.operations += 1,
                TelemetryEvent::Read { .. } => asked.reads += 1,
                _ => {}
            }
        }
        asked
    }
}

/// Prints bytes and operations of a measured batch beside those of a bare forward (floor 1), and whether the numbers are those of the CPU.
///
/// # Errors
///
/// Fails where no server can be started, or the device fails.
pub fn run() -> Result<()> {
    let io = |error: std::io::Error| usage(format!("a server on loopback: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(io)?;
    let server = listener.local_addr().map_err(io)?;
    let (probe, mut events) = TelemetryProbe::channel(EVENTS);
    std::thread::spawn(move || {
        let served = RemoteServer::new([Device::flex()]).with_telemetry(probe);
        served.serve(WebSocketTransport::from_listener(listener))
    });
    let (address, crossed) = counted(server).map_err(io)?;
    let remote = burn_interaction::device(&format!("remote:ws://{address}"))?;
    println!(
        "a device over loopback; floors: a bare forward's operations, a bit for each player and the logits"
    );
    for (name, side, patch) in [("resnet20", 32, 2), ("vit-tiny/8", 64, 4)] {
        let here = Device::flex();
        here.seed(1);
        let net = image_network(name, ImageSize::square(side), 10, &here)?.valid();
        let images = Tensor::<4>::random([2, 3, side, side], Distribution::Default, &here);
        let measured = |net: &dyn Classifier<Tensor<4>>, images: Tensor<4>| {
            let grid = Patches::grid(side / patch, side / patch);
            let measurement = Measurement::new(grid).batch(ROWS);
            let measurement = measurement.orders(Orders::ratios([0.1, 0.5, 0.9]));
            let measurement = measurement.pairs(Pairs::random(8)).contexts(4);
            measurement.run(&|images: Tensor<4>| net.logits(images), images, vec![0, 1])
        };
        let plain = measured(&net, images.clone())?;
        let net = net.fork(&remote);
        let images = images.to_device(&remote);
        let rows = images
            .clone()
            .narrow(0, 0, 1)
            .expand([ROWS as i64, -1, -1, -1]);
        read(net.logits(rows.clone()))?;
        Asked::since(&mut events);
        read(net.logits(rows))?;
        let bare = Asked::since(&mut events);
        let sums = || [&crossed.sent, &crossed.received].map(|n| n.load(Ordering::Relaxed) as f64);
        let (before, start) = (sums(), Instant::now());
        let found = measured(&net, images)?;
        let seconds = start.elapsed().as_secs_f64();
        let asked = Asked::since(&mut events);
        let forwards = found.forwards() as f64;
        let batches = forwards / ROWS as f64;
        let [sent, received] = [0, 1].map(|way| (sums()[way] - before[way]) / forwards);
        let floor = (side / patch).pow(2) as f64 / 8.0 + 40.0;
        println!(
            "  {name:12} {sent:.0} bytes sent and {received:.0} received for each forward, {:.1} of the floor; {:.2} of the operations of \
             a bare batch, {:.2} reads a batch; {:.0} forwards/s; furthest from the CPU's numbers: {:.1e}",
            (sent + received) / floor,
            asked.operations as f64 / batches / bare.operations as f64,
            asked.reads as f64 / batches,
            forwards / seconds,
            furthest(&plain, &found)
        );
    }
    println!();
    Ok(())
}

fn read(logits: Tensor<2>) -> Result<Vec<f32>> {
    let read = logits.try_into_vec_as::<f32>();
    read.map_err(|error| Error::from(burn_interaction::Error::Execution(error.to_string())))
}

/// The largest difference of two results of the same protocol in an interaction.
fn furthest(one: &Profile, other: &Profile) -> f64 {
    let mut far = 0.0;
    for (one, other) in one.samples().iter().zip(other.samples()) {
        for order in one.orders() {
            let both = [one, other].map(|sample| sample.at_order(*order).unwrap_or_default());
            for (one, other) in both[0].iter().zip(both[1]) {
                far = f64::max(far, (one.mean - other.mean).abs());
            }
        }
    }
    far
}
