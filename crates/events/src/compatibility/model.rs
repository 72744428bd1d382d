//! A schema as the rules of resolution see it: types, and definitions by full name.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Simple(Simple),
    Array(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
    /// By its full name.
    Named(String),
}

/// A primitive type, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simple {
    pub name: String,
    /// For example `timestamp-micros`, or `decimal(28,12)`.
    pub logical: Option<String>,
}

pub struct Definition {
    pub full_name: String,
    pub aliases: Vec<String>,
    pub kind: Kind,
}

pub enum Kind {
    Record(Vec<Field>),
    Enum { symbols: Vec<String>, has_default: bool },
    Fixed(u64),
}

pub struct Field {
    pub name: String,
    pub aliases: Vec<String>,
    pub has_default: bool,
    pub kind: Type,
}

/// Written as the first, read as the second.
const PROMOTIONS: [(&str, &str); 8] = [
    ("int", "long"),
    ("int", "float"),
    ("int", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
];

impl Simple {
    pub fn is_read_as(&self, reader: &Self) -> bool {
        let promoted = || PROMOTIONS.contains(&(&self.name, &reader.name));
        let meaning = matches!((&self.logical, &reader.logical), (Some(was), Some(is)) if was != is);
        (self.name == reader.name || promoted()) && !meaning
    }
}

impl Type {
    /// Whether they were meant to be the same, so that the difference between them is the news.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Simple(this), Self::Simple(other)) => this.name == other.name,
            (Self::Named(this), Self::Named(other)) => last(this) == last(other),
            (Self::Array(_), Self::Array(_)) | (Self::Map(_), Self::Map(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple(Simple { name, logical: None }) => f.write_str(name),
            Self::Simple(Simple { name, logical: Some(logical) }) => write!(f, "{name} ({logical})"),
            Self::Array(items) => write!(f, "array of {items}"),
            Self::Map(values) => write!(f, "map of {values}"),
            Self::Union(branches) => {
                let branches: Vec<_> = branches.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", branches.join(", "))
            }
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl Definition {
    /// The same unqualified name, or an alias that says so.
    pub fn answers_to(&self, written: &Self) -> bool {
        let same = last(&self.full_name) == last(&written.full_name);
        same || self.aliases.contains(&written.full_name)
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A whole schema.
pub struct Model {
    pub root: Type,
    pub definitions: BTreeMap<String, Definition>,
}

impl Model {
    pub fn definition(&self, full_name: &str) -> Option<&Definition> {
        self.definitions.get(full_name)
    }
}
