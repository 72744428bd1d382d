//! Generates the gRPC contracts from `proto/`, without an installed `protoc`.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Relative to this crate, also when this script was built in another checkout.
    let root = Path::new("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = ["atelier/command/v1/command.proto", "atelier/auth/v1/auth.proto"];
    let descriptors = protox::compile(files, [root])?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
