//! A schema as the rules of resolution see it: types, and definitions by full name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

/// Why a text is no Avro schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

fn malformed<T>(what: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(what.into()))
}

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
    name: String,
    /// For example `timestamp-micros`, or `decimal(28,12)`.
    logical: Option<String>,
}

pub struct Definition {
    pub full_name: String,
    aliases: Vec<String>,
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

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
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
    definitions: BTreeMap<String, Definition>,
}

impl Model {
    pub fn parse(schema: &Value) -> Result<Self, Malformed> {
        let mut parser = Parser::default();
        let root = parser.of(schema, "")?;
        match parser.used.iter().find(|name| !parser.definitions.contains_key(*name)) {
            Some(name) => malformed(format!("the type {name} is used and not defined")),
            None => Ok(Self { root, definitions: parser.definitions }),
        }
    }

    pub fn definition(&self, full_name: &str) -> Option<&Definition> {
        self.definitions.get(full_name)
    }
}

#[derive(Default)]
struct Parser {
    definitions: BTreeMap<String, Definition>,
    used: BTreeSet<String>,
}

impl Parser {
    fn of(&mut self, schema: &Value, space: &str) -> Result<Type, Malformed> {
        match schema {
            Value::String(name) if PRIMITIVES.contains(&name.as_str()) => Ok(simple(name, None)),
            Value::String(name) => {
                let name = qualified(name, space);
                self.used.insert(name.clone());
                Ok(Type::Named(name))
            }
            Value::Array(branches) => self.union(branches, space),
            Value::Object(parts) => self.object(parts, space),
            other => malformed(format!("{other} is no type")),
        }
    }

    fn object(&mut self, parts: &Map<String, Value>, space: &str) -> Result<Type, Malformed> {
        let inner = |key: &str| parts.get(key).ok_or_else(|| Malformed(format!("a type has no `{key}`")));
        match inner("type")? {
            Value::String(name) => match name.as_str() {
                "array" => Ok(Type::Array(Box::new(self.of(inner("items")?, space)?))),
                "map" => Ok(Type::Map(Box::new(self.of(inner("values")?, space)?))),
                "record" | "error" | "enum" | "fixed" => self.define(name, parts, space),
                name if PRIMITIVES.contains(&name) => Ok(simple(name, logical(parts))),
                _ => self.of(inner("type")?, space),
            },
            nested => self.of(nested, space),
        }
    }

    fn union(&mut self, branches: &[Value], space: &str) -> Result<Type, Malformed> {
        let branches: Vec<_> = branches.iter().map(|branch| self.of(branch, space)).collect::<Result<_, _>>()?;
        for (place, branch) in branches.iter().enumerate() {
            let before = branches.get(..place).unwrap_or_default();
            let twice = |other: &Type| match (other, branch) {
                (Type::Named(this), Type::Named(other)) => this == other,
                _ => other.is_like(branch),
            };
            if matches!(branch, Type::Union(_)) || before.iter().any(twice) {
                return malformed(format!("a union may not hold {branch} twice, nor another union"));
            }
        }
        Ok(Type::Union(branches))
    }

    fn define(&mut self, kind: &str, parts: &Map<String, Value>, space: &str) -> Result<Type, Malformed> {
        let Some(name) = parts.get("name").and_then(Value::as_str) else {
            return malformed(format!("a type of kind {kind} has no name"));
        };
        let space = parts.get("namespace").and_then(Value::as_str).unwrap_or(space);
        let full_name = qualified(name, space);
        let space = full_name.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
        let kind = match kind {
            "enum" => Kind::Enum { symbols: texts(parts, "symbols"), has_default: parts.contains_key("default") },
            "fixed" => Kind::Fixed(parts.get("size").and_then(Value::as_u64).unwrap_or_default()),
            _ => Kind::Record(self.fields(&full_name, parts, &space)?),
        };
        let aliases = texts(parts, "aliases").iter().map(|alias| qualified(alias, &space)).collect();
        let definition = Definition { full_name: full_name.clone(), aliases, kind };
        if self.definitions.insert(full_name.clone(), definition).is_some() {
            return malformed(format!("the type {full_name} is defined twice"));
        }
        Ok(Type::Named(full_name))
    }

    fn fields(&mut self, of: &str, parts: &Map<String, Value>, space: &str) -> Result<Vec<Field>, Malformed> {
        let Some(fields) = parts.get("fields").and_then(Value::as_array) else {
            return malformed(format!("the record {of} has no fields"));
        };
        fields.iter().map(|field| self.field(of, field, space)).collect()
    }

    fn field(&mut self, of: &str, field: &Value, space: &str) -> Result<Field, Malformed> {
        let parts = field.as_object().ok_or_else(|| Malformed(format!("a field of {of} is no object")))?;
        let (Some(name), Some(kind)) = (parts.get("name").and_then(Value::as_str), parts.get("type")) else {
            return malformed(format!("a field of {of} has no name or no type"));
        };
        Ok(Field {
            name: name.to_owned(),
            aliases: texts(parts, "aliases"),
            has_default: parts.contains_key("default"),
            kind: self.of(kind, space)?,
        })
    }
}

fn simple(name: &str, logical: Option<String>) -> Type {
    Type::Simple(Simple { name: name.to_owned(), logical })
}

fn logical(parts: &Map<String, Value>) -> Option<String> {
    let number = |key: &str| parts.get(key).and_then(Value::as_u64).unwrap_or_default();
    match parts.get("logicalType")?.as_str()? {
        "decimal" => Some(format!("decimal({},{})", number("precision"), number("scale"))),
        logical => Some(logical.to_owned()),
    }
}

fn qualified(name: &str, space: &str) -> String {
    if name.contains('.') || space.is_empty() { name.to_owned() } else { format!("{space}.{name}") }
}

fn texts(parts: &Map<String, Value>, key: &str) -> Vec<String> {
    let texts = parts.get(key).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}
