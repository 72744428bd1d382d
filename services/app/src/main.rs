//! The one binary: roles, configuration, signals, command line. Only this crate knows all the others.

mod acls;
mod assets;
mod audit;
mod cli;
mod config;
mod config_docs;
mod dead_letters;
mod event_log;
mod forget;
mod generate;
mod keyring;
mod maintenance;
mod operations;
mod outbox;
mod platform;
mod ports;
mod progress_bar;
mod read_models;
mod roles;
mod schemas;
mod secrets;
mod serve;
mod token_keys;
mod up;

use std::process::ExitCode;

use clap::Parser;

/// Small heaps stay small: an idle install is mostly allocator overhead otherwise.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // The only error is that someone installed a provider before us, and that one is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("atelier: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("atelier: {error:#}");
            ExitCode::FAILURE
        }
    }
}
