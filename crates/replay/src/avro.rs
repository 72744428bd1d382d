//! Rows as an Avro file (object container), with the same columns as Parquet.

use std::io::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_avro_fast::Schema;
use serde_avro_fast::object_container_file_encoding::{Compression, CompressionLevel, Writer, WriterBuilder};
use serde_avro_fast::ser::{SerError, SerializerConfig};
use serde_json::{Value, json};

use crate::columns::{COLUMNS, Cell, Column, Kind};

/// The schema of a row.
pub fn schema() -> Value {
    let field = |column: &Column| {
        let kind = match column.kind {
            Kind::Text | Kind::Decimal => json!("string"),
            Kind::Int => json!("int"),
            Kind::Long => json!("long"),
            Kind::Time => json!({"type": "long", "logicalType": "timestamp-micros"}),
        };
        if column.nullable {
            json!({"name": column.name, "type": ["null", kind], "default": null})
        } else {
            json!({"name": column.name, "type": kind})
        }
    };
    let fields: Vec<_> = COLUMNS.iter().map(field).collect();
    json!({"type": "record", "name": "Event", "namespace": "atelier.export", "fields": fields})
}

/// Writes rows of the schema, compressed block by block.
pub fn writer<W: Write>(schema: &Schema, out: W) -> Result<Writer<'static, '_, W>, SerError> {
    let config = SerializerConfig::new(schema);
    WriterBuilder::with_owned_config(config)
        .compression(Compression::Deflate { level: CompressionLevel::default() })
        .build(out)
}

/// A row on its way into Avro.
pub struct Row<'a>(pub &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_map(Some(COLUMNS.len()))?;
        for (column, cell) in COLUMNS.iter().zip(self.0) {
            match (cell, column.kind) {
                (Cell::Nothing, _) => record.serialize_entry(column.name, &())?,
                (Cell::Text(text), _) => record.serialize_entry(column.name, text)?,
                (Cell::Number(number), Kind::Int) => record.serialize_entry(column.name, &(*number as i32))?,
                (Cell::Number(number), _) => record.serialize_entry(column.name, number)?,
            }
        }
        record.end()
    }
}
