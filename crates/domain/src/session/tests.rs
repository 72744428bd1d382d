//! What a session allows. Every command: done, refused, repeated, late.

mod always;
mod asking;
mod ending;
mod erasing;
mod files;
mod guests;
mod keeping;
mod stopping;
mod story;
mod versions;
mod working;
