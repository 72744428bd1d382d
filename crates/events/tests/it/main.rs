//! The contracts, from outside: what the domain says, what the schemas say, and what the bytes say.

mod chunks;
mod compatibility;
mod golden;
mod independent;
mod refusals;
mod requests;
mod roots;
mod roundtrip;
mod samples;
mod schemas;
mod tenants;
