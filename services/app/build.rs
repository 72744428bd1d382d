//! The web UI becomes part of the binary, so a new one makes a new binary.

fn main() {
    println!("cargo:rerun-if-changed=../../web/out");
    println!("cargo:rerun-if-changed=build.rs");
}
