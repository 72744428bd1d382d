//! TLS by rustls, with certificates that are exchanged without a restart.
//!
//! [`Public`] is the certificate of the public port. [`Internal`] is how the processes of an installation know each
//! other: both ends show a certificate, and both check it against the installation's own authority.
//!
//! **Invariant:** a file that cannot be used changes nothing: what was loaded last goes on, and it is said.

mod config;
mod internal;
mod material;
mod public;
mod reload;

pub use config::Config;
pub use internal::Internal;
pub use public::Public;
