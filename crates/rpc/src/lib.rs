//! The contracts between services, from `proto/`, and the two ways to call them: in the process or over gRPC.

mod client;
mod fault;
mod hint;
pub mod identity;
mod service_token;
mod wire;

pub use client::{Auth, Command, connect, connect_securely};
pub use fault::{CODE, fault, stable_code};
pub use hint::Hint;
pub use service_token::ServiceToken;
pub use wire::{Wire, listen};

/// Generated from `proto/atelier/command/v1/command.proto`.
pub mod command {
    #[allow(clippy::pedantic, missing_docs)]
    pub mod v1 {
        tonic::include_proto!("atelier.command.v1");
    }
}

/// Generated from `proto/atelier/auth/v1/auth.proto`.
pub mod auth {
    #[allow(clippy::pedantic, missing_docs)]
    pub mod v1 {
        tonic::include_proto!("atelier.auth.v1");
    }
}
