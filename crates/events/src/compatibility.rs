//! Whether data that was written with one schema can be read with another, by Avro's rules of resolution.
//!
//! Our own and not `apache-avro`'s checker: that one stops at the first difference, does not say in which
//! field a union or an enum became narrower, and refuses a type that moved to another place of the schema.
//! A test compares the verdicts of both. Stricter than Avro in one point: two different logical types
//! (milliseconds read as microseconds) are a difference.

mod model;
mod parse;

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

use model::{Definition, Field, Kind, Model, Type};
pub use parse::Malformed;

/// One place where a reader cannot take what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incompatibility {
    /// For example `outcome.usage.total_tokens`; empty for the schema itself.
    pub field: String,
    pub reason: String,
}

impl Incompatibility {
    pub(crate) const fn whole(reason: String) -> Self {
        Self { field: String::new(), reason }
    }
}

impl fmt::Display for Incompatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            return f.write_str(&self.reason);
        }
        write!(f, "field {}: {}", self.field, self.reason)
    }
}

/// Everything that keeps `reader` from reading what `writer` wrote; nothing means that it can.
pub fn find(reader: &Value, writer: &Value) -> Result<Vec<Incompatibility>, Malformed> {
    let (reader, writer) = (Model::parse(reader)?, Model::parse(writer)?);
    let mut resolution = Resolution { reader: &reader, writer: &writer, known: HashMap::new() };
    Ok(resolution.types(&writer.root, &reader.root, ""))
}

struct Resolution<'a> {
    reader: &'a Model,
    writer: &'a Model,
    /// Pairs of named types that were compared, or are being compared (then `true`: types may contain themselves).
    known: HashMap<(&'a str, &'a str), bool>,
}

impl<'a> Resolution<'a> {
    fn types(&mut self, writer: &'a Type, reader: &'a Type, at: &str) -> Vec<Incompatibility> {
        match (writer, reader) {
            (Type::Union(branches), _) => branches.iter().flat_map(|branch| self.types(branch, reader, at)).collect(),
            (_, Type::Union(branches)) => self.one_of(writer, branches, at),
            (Type::Array(writer), Type::Array(reader)) => self.types(writer, reader, &format!("{at}[]")),
            (Type::Map(writer), Type::Map(reader)) => self.types(writer, reader, &format!("{at}{{}}")),
            (Type::Named(writer), Type::Named(reader)) => self.named(writer, reader, at),
            (Type::Simple(was), Type::Simple(is)) if was.is_read_as(is) => Vec::new(),
            _ => vec![problem(at, format!("was {writer} and would be read as {reader}"))],
        }
    }

    fn one_of(&mut self, writer: &'a Type, branches: &'a [Type], at: &str) -> Vec<Incompatibility> {
        let mut nearest = None;
        for branch in branches {
            let found = self.types(writer, branch, at);
            if found.is_empty() {
                return found;
            }
            if writer.is_like(branch) {
                nearest = Some(found);
            }
        }
        let names: Vec<_> = branches.iter().map(ToString::to_string).collect();
        nearest.unwrap_or_else(|| vec![problem(at, format!("{writer} is none of what is read: {}", names.join(", ")))])
    }

    fn named(&mut self, writer: &'a str, reader: &'a str, at: &str) -> Vec<Incompatibility> {
        match self.known.get(&(writer, reader)) {
            Some(true) => return Vec::new(),
            Some(false) => return vec![problem(at, format!("{writer} as written cannot be read as {reader}"))],
            None => {}
        }
        let (Some(was), Some(is)) = (self.writer.definition(writer), self.reader.definition(reader)) else {
            return Vec::new(); // the model was refused if it used what it does not define
        };
        self.known.insert((writer, reader), true);
        let found = self.definitions(was, is, at);
        self.known.insert((writer, reader), found.is_empty());
        found
    }

    fn definitions(&mut self, was: &'a Definition, is: &'a Definition, at: &str) -> Vec<Incompatibility> {
        if !is.answers_to(was) {
            let hint = "an alias would say that they are the same";
            return vec![problem(
                at,
                format!("the type was called {} and is {} now; {hint}", was.full_name, is.full_name),
            )];
        }
        match (&was.kind, &is.kind) {
            (Kind::Record(was), Kind::Record(is)) => is.iter().flat_map(|field| self.field(was, field, at)).collect(),
            (Kind::Enum { symbols: was, .. }, Kind::Enum { symbols: is, has_default }) => {
                let gone: Vec<_> = was.iter().filter(|symbol| !is.contains(symbol)).map(String::as_str).collect();
                let lost = !has_default && !gone.is_empty();
                lost.then(|| problem(at, format!("the symbols {} were removed", gone.join(", ")))).into_iter().collect()
            }
            (Kind::Fixed(was), Kind::Fixed(is)) if was == is => Vec::new(),
            (Kind::Fixed(was), Kind::Fixed(is)) => vec![problem(at, format!("was {was} bytes long and is {is} now"))],
            _ => vec![problem(at, format!("{} became another kind of type", was.full_name))],
        }
    }

    fn field(&mut self, written: &'a [Field], field: &'a Field, at: &str) -> Vec<Incompatibility> {
        let at = if at.is_empty() { field.name.clone() } else { format!("{at}.{}", field.name) };
        let mut names = std::iter::once(&field.name).chain(&field.aliases);
        match names.find_map(|name| written.iter().find(|written| written.name == *name)) {
            Some(written) => self.types(&written.kind, &field.kind, &at),
            None if field.has_default => Vec::new(),
            None => vec![problem(&at, "is new and has no default, so older records cannot be read".to_owned())],
        }
    }
}

fn problem(at: &str, reason: String) -> Incompatibility {
    Incompatibility { field: at.to_owned(), reason }
}

#[cfg(test)]
mod tests;
