//! The model side as its callers see it: real connections, real bytes, any split of any text.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod demo;
mod openai_compatible;
mod parser;
mod playback;
