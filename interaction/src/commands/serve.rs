//! `interaction serve`: lends the devices of this machine to other machines.

use clap::Args;

use crate::error::Result;

/// The settings of a server.
#[derive(Args, Debug, Clone)]
pub struct ServeArgs {
    /// Devices to lend, of one kind: flex (CPU), wgpu, cuda:0,cuda:1; clients take the first, or `#1` for the second.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Address to listen on. The default is for this machine alone; 0.0.0.0:3000 is for whoever reaches it.
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: String,
    /// A token without which nobody is served: --device remote:ws://TOKEN@HOST:PORT. Nothing is encrypted: serve in a network that you
    /// trust, or through a tunnel.
    #[arg(long)]
    pub token: Option<String>,
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// Fails where a device or the address cannot be had, or the build has no server.
#[cfg(feature = "remote")]
pub fn run(args: &ServeArgs) -> Result<()> {
    use burn::server::{RemoteServer, TokenAuthorizer, WebSocketTransport};

    use crate::error::usage;

    let devices = burn_interaction::device_list(&args.device)?;
    let fail = |reason: String| usage(format!("--listen {}: {reason}", args.listen));
    let listener = std::net::TcpListener::bind(&args.listen).map_err(|e| fail(e.to_string()))?;
    let address = listener.local_addr().map_err(|e| fail(e.to_string()))?;
    let mut server = RemoteServer::new(devices);
    let token = match &args.token {
        None => String::new(),
        Some(token) => {
            let authorizer = TokenAuthorizer::new(token.clone());
            server = server.with_authorizer(
                authorizer.map_err(|_| usage("--token: give one that is not empty"))?,
            );
            "TOKEN@".into()
        }
    };
    println!(
        "serving {}: --device remote:ws://{token}{address} computes here (Ctrl-C ends it)",
        args.device
    );
    let served = server.serve(WebSocketTransport::from_listener(listener));
    served.map_err(|error| fail(error.to_string()))
}

/// Refuses: this build has no server.
///
/// # Errors
///
/// Fails always.
#[cfg(not(feature = "remote"))]
pub fn run(_: &ServeArgs) -> Result<()> {
    Err(crate::error::usage(
        "this build serves nothing: build it with the feature remote, as in `cargo install burn-interaction-cli --features remote`, in a clone with `--path interaction` in place of the name",
    ))
}
