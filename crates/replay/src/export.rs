//! Events into a file: JSON lines, Avro or Parquet.

use std::io::Write;
use std::path::Path;

use serde_avro_fast::Schema;
use serde_avro_fast::object_container_file_encoding::Writer;

use crate::beside::Beside;
use crate::columns::{COLUMNS, Cell, Kind, row, scaled};
use crate::table::Table;
use crate::{Entry, Error, avro};

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// An object container file.
    Avro,
    Parquet,
}

/// A file in the making; dropping it unfinished leaves nothing.
pub struct Export {
    body: Body,
    /// A second handle for the words when something fails.
    target: std::path::PathBuf,
}

enum Body {
    Json(std::io::BufWriter<Beside>),
    Avro(Box<Writer<'static, 'static, Beside>>),
    Parquet(Box<Table<Beside>>),
}

impl Export {
    /// Refuses a name that is taken, unless it may be replaced.
    pub fn create(target: &Path, format: Format, replace: bool) -> Result<Self, Error> {
        let file = Beside::create(target, replace)?;
        let failed = |cause: &dyn std::fmt::Display| unwritable(target, cause);
        let body = match format {
            Format::Json => Body::Json(std::io::BufWriter::new(file)),
            Format::Avro => {
                let schema: Schema = avro::schema().to_string().parse().map_err(|cause| failed(&cause))?;
                // A command makes one such file, and it needs its schema until it ends.
                let schema: &'static Schema = Box::leak(Box::new(schema));
                Body::Avro(Box::new(avro::writer(schema, file).map_err(|cause| failed(&cause))?))
            }
            Format::Parquet => Body::Parquet(Box::new(Table::new(file).map_err(|cause| failed(&cause))?)),
        };
        Ok(Self { body, target: target.to_owned() })
    }

    /// Adds an event.
    pub fn write(&mut self, entry: &Entry) -> Result<(), Error> {
        let target = &self.target;
        match &mut self.body {
            Body::Json(file) => writeln!(file, "{}", entry.to_json()).map_err(|cause| unwritable(target, &cause)),
            Body::Avro(file) => file.serialize(avro::Row(&checked(entry)?)).map_err(|cause| unwritable(target, &cause)),
            Body::Parquet(file) => file.write(checked(entry)?).map_err(|cause| unwritable(target, &cause)),
        }
    }

    /// Completes the file and gives it its name.
    pub fn finish(self) -> Result<(), Error> {
        let target = self.target;
        let failed = |cause: &dyn std::fmt::Display| unwritable(&target, cause);
        let file = match self.body {
            Body::Json(file) => file.into_inner().map_err(|cause| failed(cause.error()))?,
            Body::Avro(file) => file.into_inner().map_err(|cause| failed(&cause))?,
            Body::Parquet(file) => file.finish().map_err(|cause| failed(&cause))?,
        };
        file.finish()
    }
}

/// The row, where every amount is one: a wrong sum is worse than none.
fn checked(entry: &Entry) -> Result<Vec<Cell>, Error> {
    let row = row(entry);
    for (column, cell) in COLUMNS.iter().zip(&row) {
        if let (Kind::Decimal, Cell::Text(amount)) = (column.kind, cell) {
            let event_id = entry.record.envelope.event_id.to_string();
            scaled(amount).ok_or_else(|| Error::NoAmount { event_id, amount: amount.clone() })?;
        }
    }
    Ok(row)
}

fn unwritable(target: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::Unwritable { target: target.to_owned(), cause: cause.to_string() }
}
