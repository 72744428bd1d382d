//! The JSON of a schema, read into the model.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::model::{Definition, Field, Kind, Model, Simple, Type};

/// Why a text is no Avro schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

fn malformed<T>(what: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(what.into()))
}

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

impl Model {
    /// A whole schema that defines every type it uses.
    pub fn parse(schema: &Value) -> Result<Self, Malformed> {
        let mut parser = Parser::default();
        let root = parser.of(schema, "")?;
        match parser.used.iter().find(|name| !parser.definitions.contains_key(*name)) {
            Some(name) => malformed(format!("the type {name} is used and not defined")),
            None => Ok(Self { root, definitions: parser.definitions }),
        }
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
