//! A whole Atelier on real Kafka, Postgres and Redis, people who use it, and a model that is played.
//!
//! A story starts a [`System`], signs a [`Person`] in, and waits for facts on a [`Page`], each with a
//! deadline. The [`Model`] says what the story tells it to say, when the story lets it.

mod disk;
mod model;
mod page;
mod person;
mod process;
mod spawner;
mod system;
mod wait;

pub use disk::Disk;
pub use model::{Model, Script, Step, micros};
pub use page::{Frame, Page};
pub use person::{Answer, Person};
pub use process::Process;
pub use system::System;
pub use wait::{PATIENCE, eventually};
